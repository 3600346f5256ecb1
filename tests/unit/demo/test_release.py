"""The written workbooks: published layouts, the word SYNTHETIC everywhere, the same bytes on every run."""

from __future__ import annotations

import zipfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from visceads import codes
from visceads.demo import mrio_workbook, release, write_demo_release
from visceads.demo.apparent import synthetic_apparent
from visceads.demo.city import synthetic_cities
from visceads.demo.energy import synthetic_energy
from visceads.demo.inventory import national_inventory, older_edition, synthetic_inventory
from visceads.demo.inventory_workbook import write_inventory_workbook
from visceads.demo.mrio_table import synthetic_table
from visceads.demo.mrio_workbook import write_mrio_workbook
from visceads.demo.workbook import synthetic_workbook
from visceads.workbooks import mrio as mrio_reader
from visceads.workbooks.co2_inventory import read_co2_inventory
from visceads.workbooks.mrio import read_mrio
from visceads.workbooks.readers import READERS
from visceads.workbooks.recognise import recognise
from visceads.workbooks.sheets import CellDefects, Sheet


@pytest.fixture(scope="module")
def inventory_path(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("inventory") / "inventory.xlsx"
    write_inventory_workbook(path, synthetic_inventory(2015))
    return path


class RecordedSheet:
    """Takes what is written on a sheet; a file of two tables takes fifteen seconds to write and to read."""

    def __init__(self) -> None:
        self._rows: list[list[object]] = []
        self._width = 0

    def write_string(self, row: int, column: int, cell: object) -> None:
        while len(self._rows) <= row:
            self._rows.append([""] * 2000)
        self._rows[row][column] = cell
        self._width = max(self._width, column + 1)

    write_number = write_string

    def write_row(self, row: int, column: int, cells) -> None:
        for place, cell in enumerate(cells, start=column):
            self.write_string(row, place, cell)

    @property
    def rows(self) -> list[list[object]]:
        return [row[: self._width] for row in self._rows]


class RecordedWorkbook:
    """Stands in for the workbook that is written, and for the one that is read."""

    path, findings = Path("recorded.xlsx"), ()

    def __init__(self) -> None:
        self._sheets: dict[str, RecordedSheet] = {}

    def add_worksheet(self, name: str) -> RecordedSheet:
        return self._sheets.setdefault(name, RecordedSheet())

    @property
    def sheet_names(self) -> tuple[str, ...]:
        return tuple(self._sheets)

    def load(self, name: str) -> Sheet:
        return Sheet(name, name, self._sheets[name].rows)

    def load_head(self, name: str, row_count: int = 20) -> Sheet:
        return Sheet(name, name, self.load(name).rows[:row_count])


def record(tables) -> RecordedWorkbook:
    """Return what `write_mrio_workbook` writes."""
    workbook = RecordedWorkbook()

    @contextmanager
    def recording(_path: Path, _title: str):
        yield workbook

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mrio_workbook, "synthetic_workbook", recording)
        write_mrio_workbook(workbook.path, tables)
    return workbook


@pytest.fixture(scope="module")
def recorded() -> RecordedWorkbook:
    """The workbook of two tables, cell by cell as it is written."""
    return record([synthetic_table(2017, "2012"), synthetic_table(2017, "2017")])


def of_two_provinces(table):
    """The corner of a table, to write a small file."""
    sectors = 2 * 42
    one_row = {
        name: value[..., :sectors]
        for name, value in vars(table).items()
        if isinstance(value, np.ndarray) and value.shape[-1] == 1302
    }
    corner = {"flow": table.flow[:sectors, :sectors], "final_demand": table.final_demand[:sectors, :10]}
    return replace(table, **one_row | corner | {"import_final": table.import_final[:10]})


@pytest.fixture
def write_small(monkeypatch):
    """Write, or record, the corners of two tables."""
    provinces = mrio_workbook._province_labels()[:2]
    monkeypatch.setattr(mrio_workbook, "_province_labels", lambda: provinces)
    tables = [of_two_provinces(synthetic_table(2017, classification)) for classification in ("2012", "2017")]

    def write(path: Path | None) -> RecordedWorkbook | None:
        return record(tables) if path is None else write_mrio_workbook(path, tables)

    return write


@pytest.fixture(scope="module")
def mrio_rows(recorded):
    """Sheet name -> its rows; addresses are those of Excel less one."""
    return {name: recorded.load(name).rows for name in recorded.sheet_names}


def text_of(rows) -> str:
    return "\n".join(str(cell) for row in rows for cell in row)


def numbers(rows, first_row, row_count, first_column, column_count) -> np.ndarray:
    """A block of numbers, addressed as Excel counts; a blank cell makes it fail."""
    block = [row[first_column - 1 : first_column - 1 + column_count] for row in rows[first_row - 1 :][:row_count]]
    return np.array(block, dtype=float)


# --- inventory -----------------------------------------------------------------------------------------


def test_inventory_has_a_note_and_30_province_sheets_out_of_order(inventory_path) -> None:
    names = CalamineWorkbook.from_path(str(inventory_path)).sheet_names
    assert names[0] == "NOTE"
    assert all(name.endswith("2015") for name in names[1:])
    found = [codes.province_of(name.removesuffix("2015")) for name in names[1:]]
    assert sorted(found) == sorted(codes.inventory_province_codes())
    assert found != list(codes.inventory_province_codes())


def test_inventory_sheet_is_laid_out_as_v3(inventory_path) -> None:
    """Fuels, units, an empty row, the total, 47 rows; 22 value columns."""
    sheet = openpyxl.load_workbook(inventory_path, read_only=True)["InnerMongolia2015"]
    rows = list(sheet.iter_rows(min_row=1, max_row=52, max_col=24, values_only=True))
    assert rows[0][0] == "Emission_Inventory"
    assert rows[0][1:5] == ("Raw_Coal", "CleanedCoal", "Other_Washed_Coal", "Briquettes")
    columns = [codes.fuel_of_header(header) for header in rows[0][1:23]]
    assert columns == list(codes.seed("fuel").sort("fuel_no")["fuel_code"])
    assert rows[1][:23] == ("unit", *["Mt CO2"] * 22)
    assert not any(cell is not None for cell in rows[2])
    assert rows[3][0] == "TotalEmissions"
    assert [codes.code_of("inventory", row[0]) for row in rows[4:51]] == list(codes.inventory_codes())
    assert not any(cell is not None for row in rows for cell in row[23:])
    assert len(rows) == 51 or not any(rows[51])


def test_inventory_sheets_add_up(inventory_path) -> None:
    workbook = CalamineWorkbook.from_path(str(inventory_path))
    for name in workbook.sheet_names[1:]:
        cells = numbers(workbook.get_sheet_by_name(name).to_python(skip_empty_area=False), 4, 48, 2, 22)
        np.testing.assert_allclose(cells[1:].sum(axis=0), cells[0], atol=1e-9, err_msg=name)
        scope_1 = cells[:, :17].sum(axis=1) + cells[:, 20]
        np.testing.assert_allclose(scope_1, cells[:, 21], atol=1e-9, err_msg=name)
        assert not cells[:, 17:20].any()


def test_inventory_note_says_synthetic_in_both_languages(inventory_path) -> None:
    rows = CalamineWorkbook.from_path(str(inventory_path)).get_sheet_by_name("NOTE").to_python()
    assert "SYNTHETIC" in text_of(rows)
    assert "says nothing about China" in text_of(rows)
    assert "虚构" in text_of(rows)
    assert ["Timeseries/时间序列", 2015.0] in [row[:2] for row in rows]


def test_document_properties_say_synthetic(inventory_path, write_small, tmp_path) -> None:
    write_small(tmp_path / "mrio.xlsx")
    for path in (inventory_path, tmp_path / "mrio.xlsx"):
        with zipfile.ZipFile(path) as archive:
            properties = archive.read("docProps/core.xml").decode()
        assert "<dc:title>SYNTHETIC " in properties
        assert "says nothing about China" in properties
        assert "虚构" in properties


def test_same_inventory_has_the_same_bytes(inventory_path, tmp_path) -> None:
    again = tmp_path / "again.xlsx"
    write_inventory_workbook(again, synthetic_inventory(2015))
    assert again.read_bytes() == inventory_path.read_bytes()


def test_reader_accepts_the_inventory(inventory_path) -> None:
    reading = read_co2_inventory(inventory_path)
    assert reading.is_synthetic
    assert [finding.code for finding in reading.findings] == []
    assert reading.cells.height == 30 * 48 * 22


# --- the other families --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def other_paths(tmp_path_factory) -> dict[str, Path]:
    """The workbooks of the release that take no time: all but the provincial tables; file name -> path."""
    folder = tmp_path_factory.mktemp("others")
    written: dict[str, Path] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(release, "INVENTORY_YEARS", ())
        patch.setattr(release, "MRIO_TABLES", {})
        for path in write_demo_release(folder):
            written[path.name] = path
    return written


OTHERS = {
    "SYNTHETIC_CO2_inventory_30_provinces_2015_V2.xlsx": ("co2_inventory", ("2015",), "V2", []),
    "SYNTHETIC_energy_inventory_30_provinces_2017.xlsx": ("energy_inventory", ("2017",), "", []),
    "SYNTHETIC_national_CO2_inventory_2012-2017.xlsx": (
        *("co2_national", ("2012", "2013", "2014", "2015", "2016", "2017"), "national-2012-2017", []),
    ),
    "SYNTHETIC_apparent_CO2_30_provinces_2015-2017.xlsx": (
        *("apparent_provincial", ("2015", "2016", "2017"), "", ["W_NO_ENERGY_DATA"]),
    ),
    "SYNTHETIC_city_CO2_2012-2017.xlsx": (*("city_vector", ("2012", "2013", "2014", "2015", "2016", "2017"), "", []),),
    "SYNTHETIC_national_IO_table_2017_42.xlsx": ("national_io_table", ("national-2017-42",), "", []),
}
"""File name -> family, periods, vintage and the codes of all findings."""


def test_the_other_workbooks_are_these_and_small(other_paths) -> None:
    assert set(other_paths) == set(OTHERS)
    assert max(path.stat().st_size for path in other_paths.values()) < 300_000


@pytest.mark.parametrize("name", OTHERS)
def test_a_workbook_is_recognised_and_read_as_synthetic_without_a_misleading_finding(other_paths, name) -> None:
    found = recognise(other_paths[name])
    assert found.refusal is None, found.refusal
    reading = READERS[found.family].read(other_paths[name])
    assert (found.family, reading.periods, found.vintage, [one.code for one in reading.findings]) == OTHERS[name]
    assert (found.is_synthetic, reading.is_synthetic, reading.is_reconstructed) == (True, True, False)
    assert all(one.worst <= 1e-6 for one in reading.identities if one.unit in ("Mt", "10k yuan", "10^4 ton"))
    assert len(reading.identities) >= 1


@pytest.mark.parametrize("name", OTHERS)
def test_a_workbook_says_synthetic_in_its_note_and_properties(other_paths, name) -> None:
    workbook = CalamineWorkbook.from_path(str(other_paths[name]))
    note = text_of(workbook.get_sheet_by_name(workbook.sheet_names[0]).to_python())
    assert "says nothing about China" in note
    assert "虚构" in note
    with zipfile.ZipFile(other_paths[name]) as archive:
        assert "<dc:title>SYNTHETIC " in archive.read("docProps/core.xml").decode()


def test_the_same_release_has_the_same_bytes(other_paths, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(release, "INVENTORY_YEARS", ())
    monkeypatch.setattr(release, "MRIO_TABLES", {})
    for path in write_demo_release(tmp_path):
        assert path.read_bytes() == other_paths[path.name].read_bytes(), path.name


def read_cells(path: Path, family: str) -> pl.DataFrame:
    return READERS[family].read(path).cells


def test_the_numbers_that_are_read_are_those_that_were_invented(other_paths) -> None:
    """One known sum of each family."""
    cells = {family: read_cells(other_paths[name], family) for name, (family, *_) in OTHERS.items()}
    total = {"inventory_code": "total", "fuel_code": "total"}
    older = cells["co2_inventory"].filter(**total)["value_mt"].sum()
    assert older == pytest.approx(older_edition(synthetic_inventory(2015)).co2_t.sum() / 1e6, rel=1e-12)
    nation = cells["co2_national"].filter(year=2017, **total)["value_mt"].item()
    assert nation == pytest.approx(national_inventory(synthetic_inventory(2017)).sum() / 1e6, rel=1e-12)
    apparent = cells["apparent_provincial"].filter(year=2016, fuel_code="total")["value_mt"].sum()
    assert apparent == pytest.approx(synthetic_apparent(2016).total.sum() / 1e6, rel=1e-12)
    energy = synthetic_energy(2017)
    coal = cells["energy_inventory"].filter(inventory_code="total_consumption", fuel_code="raw_coal")["value"].sum()
    row = energy.row_codes.index("total_consumption")
    assert coal == pytest.approx(energy.hundredths[:, row, 0].sum() / 100, rel=1e-12)
    tangshan = cells["city_vector"].filter(city_name_zh="唐山", year=2013)["value_mt"].item()
    assert tangshan == synthetic_cities((2013,))["HE", "唐山"][2013] / 1e6
    output = cells["national_io_table"].filter(column_code="GO")["value"].sum()
    assert output == pytest.approx(synthetic_table(2017, "2017").gross_output.sum(), rel=1e-12)


def test_older_edition_is_laid_out_as_v2(other_paths) -> None:
    path = other_paths["SYNTHETIC_CO2_inventory_30_provinces_2015_V2.xlsx"]
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Hebei2015").to_python(skip_empty_area=False)
    assert rows[0][:3] == ["", "Raw Coal", "Cleaned Coal"]
    assert rows[1][:2] == ["", "Mt CO2"]
    assert rows[3][0] == "Total Consumption"
    assert rows[4][0].endswith(" ")


# --- MRIO ----------------------------------------------------------------------------------------------


def test_mrio_sheets_are_named_as_published(mrio_rows) -> None:
    assert list(mrio_rows) == ["Note", "Sector ", "Province", "Table_2017_consistent", "English_Version"]
    assert len(mrio_rows["Sector "]) == 43
    assert len(mrio_rows["Province"]) == 32


def test_mrio_note_says_synthetic_in_both_languages(mrio_rows) -> None:
    note = text_of(mrio_rows["Note"])
    assert "SYNTHETIC" in note
    assert "says nothing about China" in note
    assert "虚构" in note
    assert "ten thousand yuan" in note


@pytest.mark.parametrize(("sheet", "classification"), [("Table_2017_consistent", "2012"), ("English_Version", "2017")])
def test_mrio_axes_resolve_and_agree(mrio_rows, sheet, classification) -> None:
    rows = mrio_rows[sheet]
    expected = [(p, s) for p in codes.province_codes() for s in codes.sector_codes(classification)]
    down = [(codes.province_of(row[0]), codes.code_of("mrio", row[1])) for row in rows[4:1306]]
    across = [
        (codes.province_of(province), codes.code_of("mrio", sector))
        for province, sector in zip(rows[1][3:1305], rows[2][3:1305], strict=True)
    ]
    assert down == expected
    assert across == expected
    numbered = [f"{k:02d}" for k in range(1, 43)] * 31
    assert rows[3][3:1305] == numbered
    assert [row[2] for row in rows[4:1306]] == numbered
    assert "Shannxi" in rows[1]


def test_first_layout_has_its_blocks_where_published(mrio_rows) -> None:
    """The published places: D5, AXF, AXG:BDE, 1462-1465, rows 1307-1316."""
    rows, table = mrio_rows["Table_2017_consistent"], synthetic_table(2017, "2012")
    assert not any(rows[0])
    np.testing.assert_array_equal(numbers(rows, 5, 1302, 4, 1302), table.flow)
    assert (rows[1][1305], rows[2][1305], rows[3][1305]) == ("", "Total intermediate use", "")
    np.testing.assert_array_equal(numbers(rows, 5, 1302, 1306, 1)[:, 0], table.intermediate_use)
    np.testing.assert_array_equal(numbers(rows, 5, 1302, 1307, 155), table.final_demand)
    assert rows[3][1306:1461] == ["FU101", "FU102", "FU103", "FU201", "FU202"] * 31
    assert rows[3][1461:] == ["EX", "TFU", "ERR", "GO", "", ""]
    np.testing.assert_array_equal(numbers(rows, 5, 1302, 1465, 1)[:, 0], table.gross_output)
    assert not numbers(rows, 5, 1302, 1467, 1).any()
    items = ["IM", "TII", "VA001", "VA002", "VA003", "VA004", "TVA", "TI", "", ""]
    assert [row[2] for row in rows[1306:]] == items
    assert [row[1] for row in rows[1314:]] == ["Gross Input", "CO2 (Mt)"]
    assert rows[1308][1] == "Conpensation of employees"
    np.testing.assert_array_equal(numbers(rows, 1307, 1, 1307, 155)[0], table.import_final)
    np.testing.assert_array_equal(numbers(rows, 1309, 4, 4, 1302), table.value_added)
    np.testing.assert_array_equal(numbers(rows, 1316, 1, 4, 1302)[0], table.co2_mt)


def test_second_layout_has_neither_intermediate_use_nor_checks_nor_co2(mrio_rows) -> None:
    """Final demand starts one column further left."""
    rows, table = mrio_rows["English_Version"], synthetic_table(2017, "2017")
    np.testing.assert_array_equal(numbers(rows, 5, 1302, 4, 1302), table.flow)
    np.testing.assert_array_equal(numbers(rows, 5, 1302, 1306, 155), table.final_demand)
    assert rows[3][1460:] == ["EX", "TFU", "ERR", "GO"]
    np.testing.assert_array_equal(numbers(rows, 5, 1302, 1464, 1)[:, 0], table.gross_output)
    assert [row[2] for row in rows[1306:]] == ["IM", "TII", "VA001", "VA002", "VA003", "VA004", "TVA", "TI"]


def test_item_labels_are_known(mrio_rows) -> None:
    items = codes.seed("mrio_item")
    known = {
        codes.normal_key(label) for variants in items["label_variants_en"].drop_nulls() for label in variants.split("|")
    } | {codes.normal_key(name) for name in items["name_en"]}
    rows = mrio_rows["Table_2017_consistent"]
    printed = [*rows[2][1305:], *(row[1] for row in rows[1306:])]
    assert [label for label in printed if codes.normal_key(label) not in known] == []


def test_mrio_file_holds_the_recorded_cells(write_small, tmp_path) -> None:
    """What the tests above say of recorded cells holds of the file."""
    path = tmp_path / "mrio.xlsx"
    write_small(path)
    expected = write_small(None)
    workbook = CalamineWorkbook.from_path(str(path))
    assert tuple(workbook.sheet_names) == expected.sheet_names
    for name in expected.sheet_names:
        parsed = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
        rows = expected.load(name).rows
        # A file holds 16 digits; only the shares in the check column have more.
        assert parsed == [[cell if isinstance(cell, str) else float(f"{cell:.16G}") for cell in row] for row in rows]
    assert len(parsed) > 2 * 42


def test_same_mrio_workbook_has_the_same_bytes(write_small, tmp_path) -> None:
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    write_small(first)
    write_small(second)
    assert first.read_bytes() == second.read_bytes()


def test_reader_accepts_both_tables_and_returns_what_was_made(recorded, monkeypatch) -> None:
    """The only finding is the CO2 row that the second layout does not have."""
    monkeypatch.setattr(mrio_reader, "open_workbook", lambda _path: recorded)
    monkeypatch.setattr(mrio_reader, "cell_defects", lambda *_: CellDefects([], []))
    reading = read_mrio(recorded.path)
    assert reading.is_synthetic
    assert not reading.is_reconstructed
    assert [finding.code for finding in reading.findings] == ["W_NO_SATELLITE"]
    assert [table.table_id for table in reading.tables] == ["2017", "2017-new"]
    for read in reading.tables:
        made = synthetic_table(2017, read.classification)
        np.testing.assert_array_equal(read.arrays.flows, made.flow)
        np.testing.assert_array_equal(read.arrays.final_demand, made.final_demand)
        np.testing.assert_array_equal(read.arrays.final_imports, made.import_final)
        np.testing.assert_array_equal(read.arrays.row_items["ERR"], made.statistical_error)
        np.testing.assert_array_equal(read.arrays.gross_output, made.gross_output)
        np.testing.assert_array_equal(read.arrays.column_items["VA002"], made.value_added[1])


# --- release -------------------------------------------------------------------------------------------


def test_release_is_twelve_workbooks_with_progress(tmp_path, monkeypatch) -> None:
    """Which workbooks are written, and with what, without the time that writing them takes."""
    tables: list[list[str]] = []

    def write_tables(path: Path, content) -> None:
        path.touch()
        tables.append([table.table_id for table in content])

    writers = [name for name in vars(release) if name.startswith("write_") and name != "write_demo_release"]
    for name in writers:
        monkeypatch.setattr(release, name, lambda path, *_content: path.touch())
    monkeypatch.setattr(release, "write_mrio_workbook", write_tables)
    messages: list[str] = []
    paths = write_demo_release(tmp_path / "new" / "folder", messages.append)
    assert len(paths) == len(set(paths)) == len(messages) == 12
    assert all(path.exists() and path.name.startswith("SYNTHETIC_") for path in paths)
    assert tables == [["2012"], ["2015"], ["2017", "2017-new"]]
    assert messages[11].endswith("(12 of 12).")


def test_release_into_a_file_is_refused_with_a_sentence(tmp_path) -> None:
    file = tmp_path / "taken"
    file.touch()
    with pytest.raises(NotADirectoryError, match="is a file; name a folder for the demo release"):
        write_demo_release(file)


def test_unfinished_workbook_leaves_the_old_one_alone(tmp_path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_text("old")

    def write_half() -> None:
        with synthetic_workbook(path, "test") as workbook:
            workbook.add_worksheet("one").write_number(0, 0, 1)
            raise RuntimeError("broken off")

    with pytest.raises(RuntimeError, match="broken off"):
        write_half()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
