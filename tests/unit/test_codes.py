"""Code lists resolve what the workbooks print, and nothing else."""

from __future__ import annotations

import polars as pl
import pytest

from visceads import codes


def test_table_order_has_31_provinces_and_42_sectors() -> None:
    assert len(set(codes.province_codes())) == 31
    assert codes.province_codes()[0] == "BJ"
    assert codes.province_codes()[-1] == "XJ"
    for classification in codes.CLASSIFICATIONS:
        assert len(set(codes.sector_codes(classification))) == 42


def test_inventories_know_every_province_but_tibet() -> None:
    assert set(codes.province_codes()) - set(codes.inventory_province_codes()) == {"XZ"}


@pytest.mark.parametrize(
    ("label", "code"),
    [("Shaanxi", "SN"), ("Shannxi", "SN"), ("Shanxi", "SX"), ("InnerMongolia", "NM"), ("内蒙古自治区", "NM")],
)
def test_spellings_of_provinces(label: str, code: str) -> None:
    assert codes.province_of(label) == code


@pytest.mark.parametrize("label", ["HB", "HN", "Hanan", "", "Shan xi xi"])
def test_what_is_no_province_name_stays_unresolved(label: str) -> None:
    assert codes.province_of(label) is None


def test_percent_rows_differ_from_their_base_rows() -> None:
    assert codes.normal_key("% Loss") != codes.normal_key("Loss")


def test_seed_keeps_leading_zeros() -> None:
    assert codes.seed("sector_mrio")["sector_no"].min() == "01"
    assert codes.seed("sector_mrio").dtypes == [pl.String] * 9


def test_every_alias_normal_key_is_the_normal_key_of_its_label() -> None:
    aliases = codes.seed("sector_label_alias")
    wrong = [
        (label, key)
        for label, key in aliases.select("label", "label_norm").iter_rows()
        if codes.normal_key(label) != key
    ]
    assert wrong == []


def test_unknown_scheme_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="inventory_total"):
        codes.code_of("no_such_scheme", "x")
