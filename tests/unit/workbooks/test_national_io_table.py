"""National input-output tables: the real one of 2020, and invented ones of 42 sectors, read exactly or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from visceads.workbooks.national_io_table import CELL_SCHEMA, read_national_io_table
from visceads.workbooks.refusal import Refusal, address

N = 42
RIGHT = ("TIU", "FU101", "FU102", "THC", "FU103", "TC", "FU201", "FU202", "GCF", "EX", "TFU", "IM", "GO")
BELOW = ("TII", "VA001", "VA002", "VA003", "VA004", "TVA", "TI")
FIRST_ROW, FIRST_COLUMN = 7, 4
GDP_2020 = 1_008_782.5e4  # about the sum of the provinces (National Bureau of Statistics), 10k yuan
TITLE = "2020年全国投入产出表"


def table(size: int = N) -> dict[str, np.ndarray]:
    """A table that balances in whole numbers, its value added about the GDP of 2020."""
    k = np.arange(size)
    added = np.round(GDP_2020 / size * (1 + 0.01 * (k - size / 2)))
    Z = np.outer(1 + k % 5, 2 + k % 7) * 1e4 + np.diag(added)
    output = added + Z.sum(axis=0)
    parts = {"FU101": 0.1, "FU102": 0.2, "FU103": 0.1, "FU201": 0.2, "EX": 0.1}
    right = {item: np.round(share * added) for item, share in parts.items()}
    right |= {"FU202": -1000.0 - k, "IM": np.round(0.05 * output)}
    right["FU102"] += output + right["IM"] - Z.sum(axis=1) - sum(right[item] for item in (*parts, "FU202"))
    right["THC"] = right["FU101"] + right["FU102"]
    right["TC"] = right["THC"] + right["FU103"]
    right["GCF"] = right["FU201"] + right["FU202"]
    right |= {"TIU": Z.sum(axis=1), "TFU": right["TC"] + right["GCF"] + right["EX"], "GO": output}
    below = {"VA001": np.round(0.5 * added), "VA002": -50.0 - k, "VA003": np.round(0.1 * added)}
    below["VA004"] = added - sum(below.values())
    below |= {"TVA": added, "TII": Z.sum(axis=0), "TI": output.copy()}
    return {"Z": Z, **{f"right {item}": v for item, v in right.items()}, **{f"below {i}": v for i, v in below.items()}}


def rows_of(values: dict[str, np.ndarray], unit: str = "单位：万元", title: str = TITLE) -> list[list[object]]:
    """The sheet as the bureau lays it out: title, unit, names in row 5, codes in row 6, products from row 7 on."""
    size = len(values["Z"])
    codes = [f"{k + 1:02d}" for k in range(size)]
    width = 3 + size + len(RIGHT)
    sheet: list[list[object]] = [["" for _ in range(width)] for _ in range(6)]
    sheet[0][0], sheet[2][0] = title, unit
    sheet[4][3:] = [*(f"部门{code}" for code in codes), *(f"项目{item}" for item in RIGHT)]
    sheet[5] = ["", "部门名称", "代码", *codes, *RIGHT]
    for k, code in enumerate(codes):
        right = [float(values[f"right {item}"][k]) for item in RIGHT]
        sheet.append(["中间投入" if k == 0 else "", f"部门{code}", code, *map(float, values["Z"][k]), *right])
    for item in BELOW:
        sheet.append(["", f"项目{item}", item, *map(float, values[f"below {item}"]), *[""] * len(RIGHT)])
    return sheet


def write(path: Path, sheets: dict[str, list[list[object]]], hidden: str = "") -> Path:
    with xlsxwriter.Workbook(path) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            if name == hidden:
                sheet.hide()
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    if cell == "#REF!":
                        sheet.write_formula(r, c, "=1/0", None, "#REF!")
                    elif cell != "":
                        sheet.write(r, c, cell)
    return path


@pytest.fixture
def read(tmp_path):
    def read_rows(*sheets, file="table.xlsx", **others):
        named = {f"Sheet{i}": rows for i, rows in enumerate(sheets)}
        return read_national_io_table(write(tmp_path / file, {**named, **others}))

    return read_rows


@pytest.fixture
def refused(read):
    def refuse(*sheets, **others):
        with pytest.raises(Refusal) as caught:
            read(*sheets, **others)
        assert caught.value.message.startswith("table.xlsx")
        assert caught.value.message.endswith((".", "。"))
        return caught.value

    return refuse


def values_of(cells: pl.DataFrame, **where: str) -> np.ndarray:
    return cells.filter(**where)["value"].to_numpy()


@pytest.mark.real_data
def test_the_table_of_2020_has_its_known_figures(real_data):
    """Known answers: gross output, value added (10k yuan) and the spectral radius of the 153 products."""
    reading = read_national_io_table(real_data / "known_answers" / "NBS_national_IO_2020.xlsx")
    assert (reading.periods, reading.findings) == (("national-2020",), ())
    cells = reading.cells
    assert cells.schema == CELL_SCHEMA
    assert cells.filter(block="flow").height == 153 * 153
    assert values_of(cells, column_code="GO").sum() == pytest.approx(26_990_278_045.43, abs=0.01)
    assert values_of(cells, row_code="TVA").sum() == pytest.approx(10_164_220_012.65, abs=0.01)
    found = {one.code: one for one in reading.identities}
    assert found["spectral_radius_below_one"].worst == pytest.approx(0.6293985612, abs=1e-9)
    assert found["rows_balance"].worst < 2e-6
    assert found["input_is_output"].worst == 0
    oven = cells.filter(row_code="34072a", column_code="01001", block="flow").row(0, named=True)
    assert (oven["row_label"], oven["column_label"]) == ("烘炉、风机、包装等设备", "农产品")
    assert address(oven["row_no"], oven["column_no"]) == "D77"


def test_every_cell_is_read_at_its_place(read):
    values = table()
    rows = rows_of(values)
    reading = read(rows)
    assert reading.periods == ("national-2020-42",)
    assert reading.findings == ()
    cells = reading.cells
    assert np.array_equal(values_of(cells, block="flow").reshape(N, N), values["Z"])
    for item in RIGHT:
        assert np.array_equal(values_of(cells, column_code=item), values[f"right {item}"])
    for item in BELOW:
        assert np.array_equal(values_of(cells, row_code=item), values[f"below {item}"])
    blocks = dict(cells.group_by("block").len().iter_rows())
    assert blocks == {"flow": N * N, "final_demand": 5 * N, "row_item": 8 * N, "column_item": 7 * N}
    for cell in cells.sample(200, seed=1).iter_rows(named=True):
        assert rows[cell["row_no"] - 1][cell["column_no"] - 1] == cell["value"]
        assert rows[cell["row_no"] - 1][2] == cell["row_code"]


@settings(deadline=None, max_examples=6, suppress_health_check=list(HealthCheck))
@given(
    above=st.integers(0, 8),
    rows_order=st.permutations(range(N)),
    unit=st.sampled_from(["单位：万元", "Unit: 10 000 yuan", "（万元）", "单位 ： 万元 ", "Unit：10,000 RMB"]),
    pad=st.sampled_from(["", " ", "\u3000"]),
)
def test_any_arrangement_gives_the_same_values(tmp_path_factory, above, rows_order, unit, pad):
    """Rows in another order, blank rows above, padded labels and codes, footnotes and phantom columns."""
    values = table()
    rows = rows_of(values, unit=unit)
    products = rows[FIRST_ROW - 1 : FIRST_ROW - 1 + N]
    rows[FIRST_ROW - 1 : FIRST_ROW - 1 + N] = [products[k] for k in rows_order]
    rows = [[f"{pad}{cell}{pad}" if isinstance(cell, str) and cell else cell for cell in row] for row in rows]
    rows = [*([[""] * len(rows[0])] * above), *rows, ["注：说明", "", "", 1.0]]
    path = write(tmp_path_factory.mktemp("national") / "table.xlsx", {"Sheet": rows})
    cells = read_national_io_table(path).cells
    flows = cells.filter(block="flow").sort("row_code", maintain_order=True)
    assert np.array_equal(flows["value"].to_numpy().reshape(N, N), values["Z"])
    assert np.array_equal(values_of(cells.sort("row_code"), column_code="GO"), values["right GO"])


def test_two_sizes_of_one_year_are_two_tables_and_hidden_sheets_are_not_read(tmp_path):
    sheets = {"42": rows_of(table()), "50": rows_of(table(50)), "work": rows_of({**table(), "Z": table()["Z"] * 2})}
    reading = read_national_io_table(write(tmp_path / "tables.xlsx", sheets, hidden="work"))
    assert reading.periods == ("national-2020", "national-2020-42")
    assert {one.place.split(":")[0] for one in reading.identities} == {"table national-2020", "table national-2020-42"}


def test_a_second_print_is_left_out_if_it_agrees(read, refused):
    values = table()
    reading = read(rows_of(values), rows_of(values, unit="Unit: 10 000 yuan"))
    assert [finding.code for finding in reading.findings] == ["W_TWIN_LEFT_OUT"]
    values["Z"][0, 0] += 1e-3
    assert refused(rows_of(table()), rows_of(values)).code == "E_TWIN_MISMATCH"


@pytest.mark.parametrize("unit", ["单位：亿元", "Unit: million yuan", "单位：百万元", "", "编制单位：国家统计局"])
def test_another_or_no_unit_is_refused(refused, unit):
    assert refused(rows_of(table(), unit=unit)).code == "E_UNIT_MONEY"


def test_a_statement_of_the_unit_that_the_money_does_not_follow_is_refused(refused):
    refusal = refused(rows_of({name: values / 1e4 for name, values in table().items()}))
    assert refusal.code == "E_SCALE_SLIP"
    assert "China" in refusal.message


def change(name: str, place: tuple[int, ...], amount: float) -> list[list[object]]:
    values = table()
    values[name][place] += amount
    return rows_of(values)


@pytest.mark.parametrize(
    ("rows", "code", "cell"),
    [
        (change("Z", (0, 1), -1e6), "E_NEGATIVE", "E7"),
        (change("right IM", (3,), -1e9), "E_NEGATIVE", "BE10"),
        (change("below VA001", (2,), -1e10), "E_NEGATIVE", "F50"),
        (change("Z", (0, 1), 1e7), "E_BALANCE", "BF7"),
        (change("below VA004", (5,), 1e7), "E_BALANCE", "I55"),
        (change("below TI", (5,), 1e7), "E_BALANCE", "I55"),
        (change("right TFU", (5,), 1e7), "E_BALANCE", "BD12"),
        (change("right THC", (5,), 1e7), "E_BALANCE", "AW12"),
    ],
)
def test_a_broken_rule_is_refused_with_its_cell(refused, rows, code, cell):
    refusal = refused(rows)
    assert (refusal.code, refusal.cell) == (code, cell)


def test_a_table_that_is_not_productive_is_refused(refused):
    values = table()
    more = 1.2 * values["right GO"][4] - values["Z"][4, 4]
    values["Z"][4, 4] += more
    for name in ("right TIU", "below TII"):
        values[name][4] += more
    for name in ("right FU202", "right GCF", "right TFU", "below VA004", "below TVA"):
        values[name][4] -= more
    refusal = refused(rows_of(values))
    assert refusal.code == "E_SPECTRAL_RADIUS"
    assert "05 部门05" in refusal.message


def spoilt(spoil) -> list[list[object]]:
    rows = rows_of(table())
    spoil(rows)
    return rows


@pytest.mark.parametrize(
    ("rows", "code", "cell"),
    [
        (spoilt(lambda rows: rows[6].__setitem__(2, "02")), "E_SECTOR_SET", "C7"),
        (spoilt(lambda rows: rows.__delitem__(6)), "E_SECTOR_SET", "D6"),
        (spoilt(lambda rows: rows[5].__setitem__(3 + N + 9, "XX")), "E_ITEM", "BC6"),
        (spoilt(lambda rows: rows.__delitem__(6 + N + 1)), "E_ITEM", ""),
        (spoilt(lambda rows: rows[5].__setitem__(3 + N + 11, "省外流入")), "E_MRIO_FAMILY", ""),
        (spoilt(lambda rows: rows[9].__setitem__(9, "n.a.")), "E_NOT_NUMBER", "J10"),
        (spoilt(lambda rows: rows[9].__setitem__(9, "#REF!")), "E_ERROR_CELLS", "J10"),
        (spoilt(lambda rows: rows[9].__setitem__(3 + N + 12, "")), "E_EMPTY_CELL", "BF10"),
        (spoilt(lambda rows: [row.__setitem__(2, "") for row in rows]), "E_LABEL", ""),
        (spoilt(lambda rows: rows[0].__setitem__(0, "全国投入产出表")), "E_YEAR_UNKNOWN", ""),
        ([["a", "b"], [1.0, 2.0]], "E_UNKNOWN_LAYOUT", ""),
    ],
)
def test_a_spoilt_sheet_is_refused_with_its_cell(refused, rows, code, cell):
    refusal = refused(rows)
    assert (refusal.code, refusal.cell) == (code, cell)


def test_what_is_only_noted(read):
    rows = rows_of(table(), title="全国投入产出表")
    rows[6][3] = f" {rows[6][3]} "
    rows[7][1] = "另一名称"
    found = {finding.code: finding for finding in read(rows, file="IO_2007.xlsx").findings}
    assert set(found) == {"W_YEAR_FROM_FILENAME", "W_NUMBER_AS_TEXT", "W_LABELS_DIFFER", "W_GDP_UNCHECKED"}
    assert found["W_NUMBER_AS_TEXT"].cell == "D7"


def test_an_empty_cell_is_null_and_counts_as_zero(read):
    values = table()
    values["Z"][3, 5] = 0.0
    for name, k in (("right FU202", 3), ("right GCF", 3), ("right TFU", 3)):
        values[name][k] += table()["Z"][3, 5]
    values["right TIU"][3] -= table()["Z"][3, 5]
    values["below TII"][5] -= table()["Z"][3, 5]
    for name in ("below VA004", "below TVA"):
        values[name][5] += table()["Z"][3, 5]
    rows = rows_of(values)
    rows[6 + 3][3 + 5] = ""
    (empty,) = read(rows).cells.filter(pl.col("value").is_null()).iter_rows(named=True)
    assert (empty["row_code"], empty["column_code"]) == ("04", "06")


def test_the_hash_is_of_the_values_alone(read):
    values = table()
    first = read(rows_of(values)).content_sha256
    assert read([[""], *rows_of(values, unit="（万元）")], file="other.xlsx").content_sha256 == first
    values["right FU202"][0] += 0.5
    assert read(rows_of(values)).content_sha256 != first
