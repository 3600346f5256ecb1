"""An invented national input-output table of 42 sectors: the invented provincial table of the year, added up.

Belongs here: adding up the provinces, and giving every use its imported part, since a table of the statistics bureau
holds domestic and imported products in one figure and subtracts imports once. Not here: the provincial table
(`mrio_table`) and the workbook around the national one (`national_table_workbook`). Amounts are whole hundredths of 10k
yuan, so that every identity holds exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from visceads.demo.economy import Array, economy
from visceads.demo.mrio_table import SyntheticTable

Hundredths = npt.NDArray[np.int64]

_PROVINCES, _SECTORS = 31, 42


@dataclass(frozen=True)
class SyntheticNationalTable:
    """One table; hundredths of 10k yuan, current prices; sectors in `sector_no` order.

    intermediate use + final demand + export - imports + error = gross output
    = intermediate input + value added.

    Attributes:
        year: the year.
        classification: '2012' or '2017'.
        flow: 42 x 42, seller by buyer, imports included.
        final_demand: 42 x 5, seller by `economy.FINAL_CATEGORIES`, imports included.
        export: 42.
        imports: 42, by product, above zero.
        error: 42, added.
        gross_output: 42.
        value_added: 4 x 42, `economy.VALUE_ADDED_ITEMS`.
    """

    year: int
    classification: str
    flow: Hundredths
    final_demand: Hundredths
    export: Hundredths
    imports: Hundredths
    error: Hundredths
    gross_output: Hundredths
    value_added: Hundredths


def synthetic_national_table(table: SyntheticTable) -> SyntheticNationalTable:
    """Return the nation of an invented provincial table; its sums over the provinces are kept to the hundredth.

    A provincial table states imports by buyer, not by product: they are shared out over the products that the buyer
    uses, by the invented import shares of these.
    """
    import_share = economy(table.year, table.classification).import_share
    domestic = _hundredths(table.flow).reshape(_PROVINCES, _SECTORS, _PROVINCES, _SECTORS).sum(axis=(0, 2))
    final = _hundredths(table.final_demand).reshape(_PROVINCES, _SECTORS, _PROVINCES, 5).sum(axis=(0, 2))
    imported = _by_product(_of_sectors(table.import_intermediate), domestic, import_share)
    imported_final = _by_product(
        _hundredths(table.import_final).reshape(_PROVINCES, 5).sum(axis=0), final, import_share
    )
    return SyntheticNationalTable(
        year=table.year,
        classification=table.classification,
        flow=domestic + imported,
        final_demand=final + imported_final,
        export=_of_sectors(table.export),
        imports=imported.sum(axis=1) + imported_final.sum(axis=1),
        error=_of_sectors(table.statistical_error),
        gross_output=_of_sectors(table.gross_output),
        value_added=np.stack([_of_sectors(item) for item in table.value_added]),
    )


def _hundredths(amounts: Array) -> Hundredths:
    return np.asarray(np.rint(100 * amounts), dtype=np.int64)


def _of_sectors(amounts: Array) -> Hundredths:
    """Add up 31 x 42 amounts, province-major, over the provinces."""
    return np.asarray(_hundredths(amounts).reshape(_PROVINCES, _SECTORS).sum(axis=0))


def _by_product(imports: Hundredths, domestic: Hundredths, import_share: Array) -> Hundredths:
    """Share the imports of each user out over products, 42 x users; the column sums are kept exactly.

    Args:
        imports: by user.
        domestic: 42 x users, what each uses of domestic products.
        import_share: 42, imports over the whole use of a product, below 1.
    """
    weights = np.maximum(domestic, 0) * (import_share / (1 - import_share))[:, None]
    sums = weights.sum(axis=0)
    shares = np.divide(weights, sums, out=np.zeros_like(weights), where=sums > 0)
    shared: Hundredths = np.floor(shares * imports).astype(np.int64)
    largest = shares.argmax(axis=0)
    shared[largest, np.arange(len(imports))] += imports - shared.sum(axis=0)
    return shared
