"""The known five-node network W5 and the figures of all filters on it."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from visceads.backbone import network_from_matrix

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def w5():
    """Known answers W5: directed, with self-loops; T = 326, without loops 216."""
    weights = [[12, 40, 7, 0, 3], [5, 60, 22, 18, 0], [0, 9, 30, 14, 6], [2, 25, 11, 8, 16], [1, 0, 4, 33, 0]]
    return network_from_matrix(np.array(weights, float), "ABCDE")


@pytest.fixture(scope="session")
def known_w5():
    """Returns the known figures of one quantity as a matrix, NaN where there is no edge or a dropped loop."""
    table = pl.read_csv(DATA / "w5_filters.csv", comment_prefix="#")

    def known(quantity, loops):
        matrix = np.full((5, 5), np.nan)
        rows = table.filter(self_loops=loops, quantity=quantity)
        assert rows.height == {"keep": 20, "drop": 16}[loops], f"{quantity} is not in the file"
        for row in rows.iter_rows(named=True):
            matrix["ABCDE".index(row["seller"]), "ABCDE".index(row["buyer"])] = row["value"]
        return matrix

    return known


@pytest.fixture(scope="session")
def on_cells():
    """Returns one figure of a result as a matrix, NaN where there is no edge."""

    def on_cells(result, name):
        matrix = np.full((result.node_count, result.node_count), np.nan)
        matrix[result.seller, result.buyer] = getattr(result, name)
        return matrix

    return on_cells


@pytest.fixture(scope="session")
def kept_names():
    """Returns the kept edges of a result on W5 as one text, `AB ED`, by seller and buyer."""

    def kept_names(result):
        kept = zip(result.seller[result.is_kept], result.buyer[result.is_kept], strict=True)
        return " ".join(f"{'ABCDE'[i]}{'ABCDE'[j]}" for i, j in kept)

    return kept_names
