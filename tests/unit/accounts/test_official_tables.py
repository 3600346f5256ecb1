"""Official tables with published results: United Kingdom 2019 (ONS, 105 industries), China 2020 (NBS)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from python_calamine import CalamineWorkbook

from visceads.accounts.emissions import build_emissions
from visceads.accounts.footprint import province_footprints
from visceads.accounts.multiplier import multipliers, type1_ratio
from visceads.accounts.system import F64, InputOutputSystem, InputOutputTable, build_system, spectral_radius

pytestmark = pytest.mark.real_data

Sheets = dict[str, list[list[object]]]


def cells(sheet: list[list[object]], first: tuple[int, int], last: tuple[int, int]) -> F64:
    """Numbers between two places (row, column), both counted from 1; text cells are NaN."""
    rows = sheet[first[0] - 1 : last[0]]
    return np.array(
        [[float(c) if isinstance(c, int | float) else np.nan for c in row[first[1] - 1 : last[1]]] for row in rows]
    )


@pytest.fixture(scope="module")
def ons(real_data: Path) -> Sheets:
    """ONS input-output analytical tables 2019, industry by industry (Crown copyright, OGL v3)."""
    workbook = CalamineWorkbook.from_path(real_data / "known_answers" / "ONS_UK_IO_2019.xlsx")
    return {name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in workbook.sheet_names}


@pytest.fixture(scope="module")
def united_kingdom(ons: Sheets) -> InputOutputSystem:
    table = ons["IOT"]
    codes = [str(code) for code in table[3][2:107]]
    compensation, surplus, taxes = cells(table, (116, 3), (118, 107))
    zero = np.zeros(105)
    return build_system(
        InputOutputTable(
            labels=tuple(("UK", code) for code in codes),
            categories=tuple(str(code) for code in table[3][109:115]),
            Z=cells(table, (7, 3), (111, 107)),
            x=cells(table, (120, 3), (120, 107))[0],
            # DF to DK: government, households, charities, capital, inventories, valuables; DE is a subtotal.
            final_demand=cells(table, (7, 110), (111, 115))[:, None, :],
            exports=cells(table, (7, 116), (111, 118)).sum(axis=1),
            error=zero,
            imports=cells(table, (113, 3), (113, 107))[0],
            value_added=np.array([compensation, taxes, zero, surplus]),
        )
    )


def primary_coefficients(system: InputOutputSystem, table: list[list[object]]) -> dict[str, F64]:
    rows = {"imports": 113, "product_taxes": 114, "D1": 116, "GOS": 117, "D29": 118, "GVA": 119}
    return {name: system.coefficients(cells(table, (row, 3), (row, 107))[0]) for name, row in rows.items()}


def test_ons_coefficients_and_inverse(united_kingdom: InputOutputSystem, ons: Sheets) -> None:
    np.testing.assert_allclose(united_kingdom.A, cells(ons["A"], (8, 3), (112, 107)), atol=1e-12)
    L = united_kingdom.solve(np.eye(105))
    np.testing.assert_allclose(L, cells(ons["Leontief"], (8, 3), (112, 107)), atol=1e-12)
    assert L.sum() == pytest.approx(176.988958, abs=1e-6)
    assert spectral_radius(united_kingdom.A) == pytest.approx(0.5228081277, abs=1e-9)
    assert united_kingdom.x.sum() == pytest.approx(3_824_433, abs=0.5)
    assert united_kingdom.value_added_total.sum() == pytest.approx(2_000_157, abs=0.5)


def test_ons_output_multipliers(united_kingdom: InputOutputSystem, ons: Sheets) -> None:
    result = multipliers(united_kingdom, None)
    np.testing.assert_allclose(result.output, cells(ons["Leontief"], (113, 3), (113, 107))[0], atol=1e-12)
    at = {code: k for k, (_, code) in enumerate(united_kingdom.labels)}
    assert result.output[at["A01"]] == pytest.approx(2.0348410198182, abs=1e-12)
    assert result.output[at["D351"]] == result.output.max() == pytest.approx(2.6495746098708, abs=1e-12)
    assert result.output[at["T97"]] == 1  # households as employers buy nothing
    assert result.value_added[at["K64"]] == pytest.approx(0.8467252515, abs=1e-10)


def test_ons_effects(united_kingdom: InputOutputSystem, ons: Sheets) -> None:
    effects = cells(ons["Effects"], (8, 3), (112, 11)).T
    result = multipliers(united_kingdom, None)
    taxes = primary_coefficients(united_kingdom, ons["IOT"])["product_taxes"]
    columns = [
        result.output - 1,
        result.imports,
        united_kingdom.multipliers(taxes),
        result.income,
        result.operating_surplus,
        result.net_production_tax,
        result.value_added,
        result.output,
    ]
    # Column F (the fourth) is the sum of the first three.
    for ours, published in zip(columns, np.delete(effects, 3, axis=0), strict=True):
        np.testing.assert_allclose(ours, published, atol=1e-10)
    np.testing.assert_allclose(sum(columns[:3]), effects[3], atol=1e-10)


def test_ons_type1_ratios(united_kingdom: InputOutputSystem, ons: Sheets) -> None:
    published = cells(ons["Multipliers"], (8, 3), (112, 10))  # text cells are NaN
    q = primary_coefficients(united_kingdom, ons["IOT"])
    columns = {"imports": 1, "product_taxes": 2, "D1": 4, "GOS": 5, "GVA": 6}
    codes = np.array([code for _, code in united_kingdom.labels])
    only_ours, only_theirs = set(), set()
    for name, column in columns.items():
        ours, theirs = type1_ratio(united_kingdom, q[name]), published[:, column]
        both = ~np.isnan(ours) & ~np.isnan(theirs)
        np.testing.assert_allclose(ours[both], theirs[both], rtol=1e-10, err_msg=name)
        only_ours |= {(name, code) for code in codes[~np.isnan(ours) & np.isnan(theirs)]}
        only_theirs |= {(name, code) for code in codes[np.isnan(ours) & ~np.isnan(theirs)]}
    # They print ".." for a very small direct value and a ratio even to a subsidy; all other nulls agree.
    assert only_ours == {("imports", "L68A"), ("product_taxes", "H491_2")}
    assert only_theirs == {("product_taxes", "M72")}
    np.testing.assert_allclose(multipliers(united_kingdom, None).output, published[:, 7], rtol=1e-10)


def test_ons_value_added_in_final_use_as_a_footprint(united_kingdom: InputOutputSystem, ons: Sheets) -> None:
    # The best official stand-in for a footprint: value added in the place of CO2.
    emissions = build_emissions(united_kingdom, united_kingdom.value_added_total)
    result = province_footprints(united_kingdom, emissions)
    amounts = cells(ons["Primary input from final use"], (24, 3), (24, 13))[0]  # DE to DN, total
    np.testing.assert_allclose(result.consumption_by_category_mt[0], amounts[1:7], rtol=1e-8)
    assert result.export_mt[0] == pytest.approx(amounts[7:10].sum(), rel=1e-8)
    assert result.production_mt[0] == pytest.approx(amounts[10], rel=1e-8)
    households = united_kingdom.categories.index("P3 S14")
    assert result.consumption_by_category_mt[0, households] == pytest.approx(864_445.2857, abs=0.6e-4)


def test_ons_value_added_and_imports_by_final_use(united_kingdom: InputOutputSystem, ons: Sheets) -> None:
    # Origin view: v_k (L F)_k, as exports are counted in the footprints.
    final_use = cells(ons["IOT"], (7, 109), (111, 118))
    responses = united_kingdom.solve(final_use)
    q = primary_coefficients(united_kingdom, ons["IOT"])
    pairs = cells(ons["GVA by final uses"], (8, 3), (112, 22))
    direct = q["GVA"][:, None] * final_use
    np.testing.assert_allclose(direct, pairs[:, 0::2], rtol=1e-8, atol=1e-8)
    indirect = q["GVA"][:, None] * responses - direct
    np.testing.assert_allclose(indirect, pairs[:, 1::2], rtol=1e-8, atol=1e-8)
    imports = cells(ons["Imports from final use"], (8, 3), (112, 12))
    np.testing.assert_allclose(q["imports"][:, None] * responses, imports, rtol=1e-8, atol=1e-8)


def test_nbs_china_2020(real_data: Path) -> None:
    # National table, competitive imports: they sit inside Z, so a column for them (-IM) balances the rows and
    # the value added multiplier is 1. Figures computed twice for the project.
    workbook = CalamineWorkbook.from_path(real_data / "known_answers" / "NBS_national_IO_2020.xlsx")
    sheet = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    at = {str(code): column + 1 for column, code in enumerate(sheet[5])}
    used = {name: cells(sheet, (7, at[name]), (159, at[name]))[:, 0] for name in ("TFU", "IM", "GO")}
    codes = [str(code) for code in sheet[5][3:156]]
    system = build_system(
        InputOutputTable(
            labels=tuple(("China", code) for code in codes),
            categories=("TFU",),
            Z=cells(sheet, (7, 4), (159, 156)),
            x=used["GO"],
            final_demand=used["TFU"][:, None, None],
            exports=-used["IM"],
            error=np.zeros(153),
            imports=np.zeros(153),
            value_added=cells(sheet, (161, 4), (164, 156)),
        )
    )
    assert system.x.sum() == pytest.approx(26_990_278_045.43, abs=0.006)
    assert system.value_added_total.sum() == pytest.approx(10_164_220_012.65, abs=0.006)
    assert spectral_radius(system.A) == pytest.approx(0.6293985612, abs=1e-10)
    result = multipliers(system, None)
    assert result.output.mean() == pytest.approx(2.8074795325, abs=1e-10)
    assert result.output.max() == pytest.approx(4.1025118146, abs=1e-10)
    assert codes[int(result.output.argmax())] == "39088"
    assert result.output.min() == pytest.approx(1.2985584620, abs=1e-10)
    assert result.output.sum() == pytest.approx(429.5443684737, abs=1e-8)
    np.testing.assert_allclose(result.value_added, 1, atol=1e-12)
    np.testing.assert_allclose(system.solve(system.demand), system.x, rtol=1e-9)
