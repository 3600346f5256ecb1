"""The backbone of a table id as published tables."""

from __future__ import annotations

import numpy as np
import polars as pl

from visceads import codes
from visceads.contracts.catalogue import contract_of, validate
from visceads.orchestration.backbone_tables import backbone_tables


def test_backbone_of_every_province_has_the_columns_of_its_contracts():
    generator = np.random.default_rng(7)
    blocks = generator.lognormal(3.0, 2.0, size=(31, 42, 42))
    frames = backbone_tables(blocks, "2012")
    for name, frame in frames.items():
        _validate(name, frame)
    kept = frames["backbone.edge"].filter(pl.col("is_kept") & (pl.col("method") == "top_share"))
    assert kept.group_by("province_code").len()["len"].to_list() == [88] * 31
    largest = kept.filter(pl.col("province_code") == "GD", pl.col("rank") == 1).row(0, named=True)
    own = blocks[codes.province_codes().index("GD")]
    seller, buyer = np.unravel_index(own.argmax(), own.shape)
    sectors = codes.sector_codes("2012")
    assert (largest["seller_sector_code"], largest["buyer_sector_code"]) == (sectors[seller], sectors[buyer])
    assert largest["weight"] == own.max()
    assert frames["backbone.node"].height == 31 * 42


def _validate(name: str, frame: pl.DataFrame) -> None:
    """As the assets do: the columns of the contract, rows in key order."""
    contract = contract_of(*name.split("."))
    columns = [column.name for column in contract.columns]
    validate(contract.group, contract.table, frame.select(columns).sort(list(contract.key)))
