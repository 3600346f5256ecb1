"""A trace as text and as JSON: the same content."""

from __future__ import annotations

import json

from visceads.tracing.text import as_json, as_text, number

POWER = {"province": "GD", "year": "2017", "sector": "power_heat", "fuel": "raw_coal"}


def test_text_says_everything_of_one_cell(ask):
    found = ask("inventory.emission", **POWER)
    text = as_text(found)
    for words in (
        f"inventory.emission: CO2 by inventory row and fuel; version {found.version}",
        "  province_code: GD (Guangdong)",
        "co2_mt = 254.338561045 Mt CO2",
        "  cell: sheet Guangdong2017, B43; the workbook's cell says the same now",
        "  raw value: 254.3385610447171 Mt CO2",
        "  rule 1: million tonnes",
        "  rule 2: rounded to 12 significant digits",
        "  file: ceads/inventory 2017.xlsx",
        f"  sha256: {found.releases[0].sha256}",
        "  cite: CEADs",
        "  noted: W_PROCESS_ZERO (Guangdong2017 V31): process is zero",
        "  known issue: all_years: ",
    ):
        assert words in text, words
    assert "NOT EXPLAINED" not in text


def test_text_of_a_missing_figure(ask):
    text = as_text(ask("inventory.emission", **{**POWER, "province": "HI"}))
    assert "co2_mt = null\n" in text
    assert "because of: sheet Hainan2017, B4 (1 cell, 0 of them not zero)" in text


def test_text_of_a_zero_flow(ask):
    options = {"table": "2012", "seller_province": "BJ", "seller_sector": "agriculture"}
    text = as_text(ask("mrio.flow", **options, buyer_province="GD", buyer_sector="agriculture"))
    assert "has no row for a cell that is zero or empty: read the figure as 0" in text
    assert "bronze leaves it out as zero" in text


def test_text_of_a_derived_table(ask):
    text = as_text(ask("accounts.multiplier"))
    assert "  accounts.multiplier is made from mrio.final_demand," in text
    assert "  mrio.flow is made from workbooks mrio, meta.release" in text
    assert "sheet Table_2012, D5:G8 (16 cells, 4 of them not zero)" in text
    assert "setting: corrections made in the inventories: process_from_older_release, zero_coded_to_missing" in text


def test_no_line_ends_in_a_blank_and_nothing_of_python_shows(ask):
    for table in ("accounts.multiplier", "meta.release", "reference.province"):
        text = as_text(ask(table))
        assert all(line == line.rstrip() for line in text.splitlines())
        assert "None" not in text
        assert "()" not in text


def test_json_has_the_same_content(ask):
    found = ask("inventory.emission", **POWER)
    record = json.loads(as_json(found))
    assert record["is_sound"] is True
    assert record["columns"][0]["cells"][0]["address"] == "B43"
    assert record["columns"][0]["rules"] == list(found.columns[0].rules)
    assert record["releases"][0]["citation"] == found.releases[0].citation


def test_numbers_keep_all_their_digits():
    assert number(0.1 + 0.2) == "0.30000000000000004"
    assert number(None) == "null"
    assert number(True) == "True"
    assert number(7) == "7"
