"""Identities as checks: every identity of the readers has a check, and each names its worst offender."""

from __future__ import annotations

import re
from pathlib import Path

import dagster as dg
import pytest

from visceads.lake.bronze import Sidecar, Source, SourceIdentity
from visceads.orchestration.identity_checks import identity_check_results, identity_check_specs
from visceads.workbooks.readers import READERS

WORKBOOKS = Path(__file__).resolve().parents[3] / "pipelines" / "visceads" / "workbooks"


def sidecar(name: str, *identities: SourceIdentity, family: str = "co2_inventory") -> Sidecar:
    source = Source(family, ("2012",), "V3", name, "0" * 64, "1", False, False, identities=identities)
    return Sidecar(f"{family}-2012-{name}", source, "2026-01-01T00:00:00Z", 1, "0" * 64)


def rows(value: float, tolerance: float | None = 1.0, code: str = "inventory_rows_add_up") -> SourceIdentity:
    return SourceIdentity(code, f"rows: at worst {value}", value, tolerance, "Mt", "Hebei2012", "W4")


def results(family: str, *sidecars: Sidecar) -> dict[str, dg.AssetCheckResult]:
    return {str(result.check_name): result for result in identity_check_results(family, sidecars)}


@pytest.mark.parametrize("family", READERS)
def test_every_check_of_a_family_has_one_result_even_without_a_workbook(family: str):
    specs = {spec.name for spec in identity_check_specs(family)}
    found = results(family)
    assert set(found) == specs
    assert all(result.passed for result in found.values())
    assert {result.description for result in found.values()} == {"No workbook with this identity was read."}


def test_the_worst_of_all_workbooks_is_named_by_how_near_it_comes_to_its_tolerance():
    found = results("co2_inventory", sidecar("v3.xlsx", rows(2e-7, 1e-6)), sidecar("v1.xlsx", rows(0.1)))
    check = found["inventory_rows_add_up"]
    assert check.passed
    assert check.description == "Worst of 2: v3.xlsx, Hebei2012 W4: rows: at worst 2e-07"
    assert check.metadata["workbook"].value == "v3.xlsx"
    assert check.metadata["tolerance"].value == 1e-6
    assert found["inventory_columns_add_up"].metadata == {}


def test_a_workbook_that_is_off_by_more_than_the_tolerance_is_a_warning():
    check = results("co2_inventory", sidecar("a.xlsx", rows(1.5)), sidecar("b.xlsx", rows(0.5)))[
        "inventory_rows_add_up"
    ]
    assert not check.passed
    assert check.severity == dg.AssetCheckSeverity.WARN
    assert check.metadata["workbook"].value == "a.xlsx"


def test_what_is_only_reported_passes_and_states_no_tolerance():
    found = results("mrio", sidecar("a.xlsx", rows(6.4, None, "condition_number"), family="mrio"))
    assert found["condition_number"].passed
    assert "tolerance" not in found["condition_number"].metadata


def test_the_printed_totals_share_a_check():
    printed = [rows(value, 1.0, f"printed_{name}_adds_up") for name, value in (("tiu", 0.1), ("tva", 2.0))]
    check = results("mrio", sidecar("a.xlsx", *printed, family="mrio"))["printed_totals_add_up"]
    assert not check.passed
    assert check.metadata["worst"].value == 2.0


def test_the_smaller_families_have_one_check_over_all_identities():
    found = results(
        "energy_inventory", sidecar("a.xlsx", rows(9.0, 1.0, "energy_rows_add_up"), family="energy_inventory")
    )
    assert list(found) == ["accounts_add_up"]
    assert not found["accounts_add_up"].passed


@pytest.mark.parametrize(("family", "modules"), [("co2_inventory", ("co2_checks.py",)), ("mrio", ("mrio*.py",))])
def test_no_check_waits_for_an_identity_that_no_reader_computes(family: str, modules: tuple[str, ...]):
    texts = [path.read_text(encoding="utf-8") for pattern in modules for path in WORKBOOKS.glob(pattern)]
    written = {code for text in texts for code in re.findall(r'"([a-z0-9_]+)"', text)}
    checks = {spec.name for spec in identity_check_specs(family)} - {"printed_totals_add_up"}
    assert checks <= written
