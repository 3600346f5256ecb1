"""Hostile and broken workbooks: one sentence each, within 10 s and 1 GiB, and nothing else but a refusal."""

from __future__ import annotations

import runpy
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from visceads.workbooks import zip_guard
from visceads.workbooks.file_content import file_content
from visceads.workbooks.limits import Limits, limits_in_force, setting_name
from visceads.workbooks.old_excel import packed, safe_copy, workbook_stream
from visceads.workbooks.parsing import parsing
from visceads.workbooks.recognise import recognise
from visceads.workbooks.refusal import Refusal
from visceads.workbooks.sheets import cell_defects, open_workbook

OLD = runpy.run_path(str(Path(__file__).with_name("old_book.py")))
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'


def sheet(rows: str, dimension: str = "A1:B2") -> str:
    return f'<worksheet xmlns="{MAIN}"><dimension ref="{dimension}"/><sheetData>{rows}</sheetData></worksheet>'


def parts(rows: str = '<row r="1"><c r="A1"><v>1</v></c></row>', **changed: str | bytes) -> dict[str, str | bytes]:
    """The parts of a small workbook with one sheet 'Data'; the names of the keywords are short for some of them."""
    places = {
        "book": "xl/workbook.xml",
        "links": "xl/_rels/workbook.xml.rels",
        "sheet": "xl/worksheets/sheet1.xml",
        "texts": "xl/sharedStrings.xml",
        "styles": "xl/styles.xml",
    }
    content: dict[str, str | bytes] = {
        "book": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="Data" sheetId="1" r:id="r1"/></sheets></workbook>',
        "links": f'<Relationships><Relationship Id="r1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "sheet": sheet(rows),
    }
    return {places[key]: text for key, text in (content | changed).items()}


def write(path: Path, content: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return path


def refusal_of(path: Path, name: str = "Data") -> Refusal:
    """What both ways of loading say; they must agree on the code."""
    refusals = []
    for way in ("load", "load_head"):
        with pytest.raises(Refusal) as caught:
            getattr(open_workbook(path), way)(name)
        refusals.append(caught.value)
    assert refusals[0].code == refusals[1].code
    assert refusals[0].message.startswith(path.name)
    assert refusals[0].message.endswith(".")
    return refusals[0]


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="1"><c r="XFD1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c><v>1</v></c><c r="xfd7"><v>1</v></c></row>',
        '<row r="1"><c t="n" s="0" r = "ZZZZZ99999999"><v>1</v></c></row>',
        '<row r="1"><x:c r="XFD1048576"><v>1</v></x:c></row>',
        "<row r='1'><c\tr='XFD1048576'><v>1</v></c></row>",
    ],
)
@pytest.mark.parametrize("dimension", ["A1", "A1:XFD1048576"])
def test_a_cell_far_away_is_refused_before_memory_is_reserved(tmp_path, rows, dimension):
    refusal = refusal_of(write(tmp_path / "far.xlsx", parts(sheet=sheet(rows, dimension))))
    assert (refusal.code, refusal.sheet) == ("E_TOO_LARGE", "Data")
    assert "VISCEADS_MAX_SHEET_CELLS" in refusal.message
    assert "4,000,000 are allowed" in refusal.message


def test_a_dimension_that_lies_costs_nothing(tmp_path):
    content = parts(sheet=sheet('<row r="1"><c r="B1"><v>7.5</v></c></row>', "A1:XFD1048576"))
    assert open_workbook(write(tmp_path / "a.xlsx", content)).load("Data").rows == [["", 7.5]]


def test_cells_with_a_prefix_are_looked_at_like_others(tmp_path):
    rows = "".join(f'<x:row r="{r}"><x:c r="A{r}"><x:v>{r}</x:v></x:c></x:row>' for r in range(1, 30))
    plain = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    path = write(tmp_path / "a.xlsx", parts(sheet=plain))
    assert open_workbook(path).load("Data").rows == [[float(r)] for r in range(1, 30)]
    far = plain.replace(
        "</x:sheetData>", '<x:row><c r="XFD9"/><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row></x:sheetData>'
    )
    with pytest.raises(Refusal) as caught:
        open_workbook(write(tmp_path / "far.xlsx", parts(sheet=far))).load("Data")
    assert caught.value.code == "E_TOO_LARGE"


def test_bounds_are_raised_and_lowered_by_the_environment(tmp_path, monkeypatch):
    path = write(tmp_path / "a.xlsx", parts('<row r="20"><c r="Z20"><v>1</v></c></row>'))
    assert len(open_workbook(path).load("Data").rows) == 20
    monkeypatch.setenv("VISCEADS_MAX_SHEET_CELLS", "519")
    assert "it has 520 cells" in refusal_of(path).message
    monkeypatch.setenv("VISCEADS_MAX_SHEET_CELLS", "many")
    with pytest.raises(Refusal, match="VISCEADS_MAX_SHEET_CELLS is 'many': it must be a whole number") as caught:
        limits_in_force()
    assert caught.value.code == "E_SETTING"
    assert file_content(path).kind == "too_large"


def test_every_bound_has_a_setting_and_all_sheets_together_one_too(tmp_path, monkeypatch):
    assert limits_in_force({}) == Limits()
    for number, bound in enumerate(vars(Limits()), start=1):
        assert getattr(limits_in_force({setting_name(bound): str(number)}), bound) == number
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as workbook:
        for _ in range(3):
            workbook.add_worksheet().write(9, 9, 1)
    monkeypatch.setenv("VISCEADS_MAX_WORKBOOK_CELLS", "250")
    with pytest.raises(Refusal, match="all sheets together"):
        open_workbook(tmp_path / "a.xlsx").load("Sheet1")


def test_an_archive_is_refused_by_what_it_states_of_itself(tmp_path, monkeypatch):
    path = write(tmp_path / "bomb.xlsx", parts(sheet=b"<worksheet><sheetData>" + b" " * 30_000_000))
    with pytest.raises(Refusal, match=r"times the size once 'xl/worksheets/sheet1.xml' is unpacked, 200 are") as caught:
        open_workbook(path)
    assert caught.value.code == "E_TOO_LARGE"
    for variable, words in [
        ("VISCEADS_MAX_PART_BYTES", "bytes in 'xl/workbook.xml'"),
        ("VISCEADS_MAX_ARCHIVE_BYTES", "bytes once it is unpacked"),
        ("VISCEADS_MAX_ARCHIVE_PARTS", "parts"),
        ("VISCEADS_MAX_FILE_BYTES", "bytes"),
    ]:
        with monkeypatch.context() as changed:
            changed.setenv("VISCEADS_MAX_COMPRESSION_RATIO", "100000")
            changed.setenv(variable, "2")
            with pytest.raises(Refusal, match=words) as caught:
                open_workbook(path)
            assert caught.value.code == "E_TOO_LARGE"
            assert variable in caught.value.message


def test_an_archive_that_lies_about_its_size_is_stopped_while_it_is_unpacked(tmp_path, monkeypatch):
    path = write(tmp_path / "a.xlsx", parts(sheet=sheet(" " * 3_000_000)))
    monkeypatch.setenv("VISCEADS_MAX_PART_BYTES", "2000000")
    with zipfile.ZipFile(path) as archive:
        member = archive.getinfo("xl/worksheets/sheet1.xml")
        package = zip_guard.Package(path, archive, {member.filename.casefold(): member}, limits_in_force())
        with pytest.raises(Refusal, match="bytes or more") as caught:
            package.read(member.filename)
    assert caught.value.code == "E_TOO_LARGE"


def test_a_stated_size_below_the_true_one_does_not_deceive(tmp_path):
    path = write(tmp_path / "a.xlsx", parts())
    content = bytearray(path.read_bytes())
    entry = content.rfind(b"PK\x01\x02", 0, content.rfind(b"xl/worksheets/sheet1.xml"))
    content[entry + 24 : entry + 28] = struct.pack("<I", 40)
    path.write_bytes(content)
    assert refusal_of(path).code == "E_NOT_SPREADSHEET"


def test_a_part_that_occurs_twice_is_refused(tmp_path):
    path = write(tmp_path / "a.xlsx", parts())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("XL/worksheets/sheet1.xml", sheet('<row r="1"><c r="A1"><v>2</v></c></row>'))
    with pytest.raises(Refusal, match="occurs twice"):
        open_workbook(path)


@pytest.mark.parametrize("part", ["book", "links", "sheet", "texts", "styles"])
@pytest.mark.parametrize("before", ["", '<?xml version="1.0"?>\n', "\ufeff<?x ?><!-- <!DOCTYPE --> \n"])
def test_a_document_type_is_refused_in_every_part(tmp_path, part, before):
    plain = parts(texts="<sst/>", styles="<styleSheet/>")
    name = [*plain][["book", "links", "sheet", "texts", "styles"].index(part)]
    path = write(tmp_path / "laughs.xlsx", {**plain, name: f"{before}{DOCTYPE}{plain[name]}"})
    with pytest.raises(Refusal, match=rf"its part '{name}' declares a document type") as caught:
        open_workbook(path).load("Data")
    assert caught.value.code == "E_XML_DOCTYPE"
    assert recognise(path).refusal.code == "E_XML_DOCTYPE"


def test_xml_in_another_encoding_is_refused_since_a_document_type_could_hide_in_it(tmp_path):
    utf16 = parts(sheet=(DOCTYPE + sheet("")).encode("utf-16"))
    assert "another encoding than UTF-8" in refusal_of(write(tmp_path / "a.xlsx", utf16)).message
    named = parts(sheet="<?xml version='1.0' encoding='UTF-7'?>" + sheet(""))
    assert "another encoding than UTF-8" in refusal_of(write(tmp_path / "b.xlsx", named)).message


def test_too_many_texts_and_long_texts_shown_too_often_are_refused(tmp_path, monkeypatch):
    row = "".join(f'<row r="{r}"><c r="A{r}" t="s"><v>0</v></c></row>' for r in range(1, 7_001))
    path = write(tmp_path / "long.xlsx", parts(row, texts=f"<sst><si><t>{'ab' * 16_000}</t></si></sst>"))
    with pytest.raises(Refusal, match="bytes of text in its cells") as caught:
        open_workbook(path).load("Data")
    assert caught.value.code == "E_TOO_LARGE"
    short = f"<sst><si><t>a</t></si><si><t>{'ab' * 16_000}</t></si></sst>"
    assert open_workbook(write(tmp_path / "short.xlsx", parts(row, texts=short))).load("Data").rows == [["a"]] * 7_000
    many = write(tmp_path / "many.xlsx", parts(texts="<sst>" + "<si/>" * 1_000_001 + "</sst>"))
    monkeypatch.setenv("VISCEADS_MAX_COMPRESSION_RATIO", "1000")
    with pytest.raises(Refusal, match=r"1,000,001 texts, 1,000,000 are allowed"):
        open_workbook(many).load("Data")


@pytest.mark.parametrize("value", ["nan", "NaN", "-nan", "inf", "-Infinity", "1e999", "-1e999", "9" * 400])
def test_numbers_that_are_none_or_infinite_are_refused(tmp_path, value):
    path = write(tmp_path / "a.xlsx", parts(f'<row r="2"><c r="C2" s="0"><v>{value}</v></c></row>'))
    refusal = refusal_of(path)
    assert (refusal.code, refusal.cell) == ("E_NOT_NUMBER", "C2")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ('<row r="1"><c r="B7"><v>1</v></c><c r="B7"><v>2</v></c></row>', "cell B7 occurs twice"),
        ('<row r="1"><c r="A1"><v>1</v><v>2</v></c></row>', "something follows the value of a cell"),
        ('<row r="1"><c r="A1"><v>1</v>"B1"><f>2</f><v>2</v></c></row>', "something follows the value of a cell"),
        ('<row r="1"><c r="A1"><v>1</v></d></row>', "mismatched tag"),
    ],
)
def test_cells_with_two_values_and_broken_xml_are_refused(tmp_path, rows, words):
    with pytest.raises(Refusal, match=rf"sheet 'Data': the workbook is damaged.*{words}") as caught:
        open_workbook(write(tmp_path / "a.xlsx", parts(rows))).load("Data")
    assert caught.value.code == "E_NOT_SPREADSHEET"


def test_sheets_of_one_name_or_one_part_are_refused(tmp_path):
    for number, (names, ids, words) in enumerate(
        [
            (("Hunan", "Hunan"), ("r1", "r2"), "two sheets are named 'Hunan'"),
            (("Hunan", " hunan"), ("r1", "r2"), "but for blanks around the name and letter case"),
            (("Hunan", "Hubei"), ("r1", "r1"), "the sheets 'Hunan' and 'Hubei' are stored as one"),
        ]
    ):
        content = parts()
        both = "".join(f'<sheet name="{name}" r:id="{link}"/>' for name, link in zip(names, ids, strict=True))
        content["xl/workbook.xml"] = f'<workbook xmlns:r="{RELATIONS}"><sheets>{both}</sheets></workbook>'
        link = str(content["xl/_rels/workbook.xml.rels"])
        second = link.replace("r1", "r2").replace("sheet1", "sheet2").removeprefix("<Relationships>")
        content["xl/_rels/workbook.xml.rels"] = link.removesuffix("</Relationships>") + second
        with pytest.raises(Refusal, match=words) as caught:
            open_workbook(write(tmp_path / f"{number}.xlsx", content))
        assert caught.value.code == "E_DUPLICATE_SHEET"


def test_a_workbook_of_hidden_sheets_and_charts_says_so(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as workbook:
        chart = workbook.add_chart({"type": "line"})
        workbook.add_chartsheet().set_chart(chart)
        hidden = workbook.add_worksheet("Data")
        hidden.write(0, 0, 1)
        hidden.hide()
        chart.add_series({"values": "=Data!$A$1:$A$1"})
    with pytest.raises(Refusal, match="of its 2 sheets there is none that is visible and no chart"):
        open_workbook(tmp_path / "a.xlsx")


def test_dates_counted_from_1904_are_kept(tmp_path):
    for is_1904 in (False, True):
        path = tmp_path / f"{is_1904}.xlsx"
        with xlsxwriter.Workbook(path, {"date_1904": is_1904}) as workbook:
            workbook.add_worksheet("Data").write_number(0, 0, 1000, workbook.add_format({"num_format": "yyyy-mm-dd"}))
        year = 1906 if is_1904 else 1902
        assert open_workbook(path).load("Data").rows[0][0].year == year
        assert open_workbook(path).load_head("Data").rows[0][0].year == year


def test_an_old_workbook_is_read(tmp_path):
    path = OLD["write"](tmp_path / "old.xls", {"One ": {(0, 0): 1.5, (2, 3): "北京"}, "Two": {(5, 1): -7.25}})
    workbook = open_workbook(path)
    assert (workbook.kind, workbook.sheet_names) == ("xls", ("One", "Two"))
    assert workbook.load("One").rows == [[1.5, "", "", ""], [""] * 4, ["", "", "", "北京"]]
    assert workbook.load_head("Two", 6).rows[5] == ["", -7.25]
    assert cell_defects(path, "One ").error_cells == []


def test_a_long_old_workbook_survives_the_copy():
    """Above 7 MB the header has no room for the table of sectors."""
    stream = bytes(range(256)) * 40_000
    assert workbook_stream(packed("Workbook", stream)) == ("Workbook", stream)
    assert workbook_stream(packed("Book", b"short")) == ("Book", b"short".ljust(4096, b"\0"))


def test_old_workbooks_that_would_fill_the_memory_are_refused(tmp_path):
    far = {"Data": {(0, 0): 1.0, (65534, 65534): 1.0}}
    near = OLD["stream"]({"Data": {(0, 0): 1.0}})
    claim = OLD["record"](0x200, struct.pack("<IIHHH", 0, 1, 0, 1, 0))
    claims = near.replace(claim, OLD["record"](0x200, struct.pack("<IIHHH", 0, 0xFFFFFFF0, 0, 0xFFFF, 0)))
    texts = OLD["stream"]({"Data": {}}, OLD["record"](0xFC, struct.pack("<II", 0, 0x7FFFFFFF)))
    for number, (stream, words) in enumerate(
        [(OLD["stream"](far), "cells"), (claims, "cells"), (texts, "texts")],
    ):
        path = tmp_path / f"{number}.xls"
        path.write_bytes(packed("Workbook", stream))
        with pytest.raises(Refusal, match=words) as caught:
            open_workbook(path)
        assert caught.value.code == "E_TOO_LARGE"


def test_old_workbooks_with_rings_and_wrong_places_are_refused(tmp_path):
    good = packed("Workbook", OLD["stream"]({"Data": {(0, 0): 1.0}}))
    ring = bytearray(good)
    ring[512 + 2 * 4 : 512 + 3 * 4] = struct.pack("<I", 2)  # the stream's first sector follows itself
    beyond = bytearray(good)
    beyond[512 + 2 * 4 : 512 + 3 * 4] = struct.pack("<I", 0x00FFFFFF)
    place = bytearray(good)
    entry = place.find(struct.pack("<H", 0x85), 1024)
    place[entry + 4 : entry + 8] = struct.pack("<I", 3)
    password = packed("Workbook", OLD["stream"]({"Data": {}}, OLD["record"](0x2F, bytes(6))))
    for number, (content, words) in enumerate(
        [(ring, "damaged"), (beyond, "damaged"), (place, "list of sheets does not fit"), (password, "password")]
    ):
        path = tmp_path / f"{number}.xls"
        path.write_bytes(content)
        with pytest.raises(Refusal, match=words) as caught:
            open_workbook(path)
        assert caught.value.code == "E_NOT_SPREADSHEET"
    number = OLD["cell"](0, 0, 1.0)
    shortened = OLD["stream"]({"Data": {(0, 0): 1.0}}).replace(number, b"\x7e" + number[1:])
    with pytest.raises(ValueError, match="not as long as its kind wants"):
        safe_copy(Path("a.xls"), packed("Workbook", shortened))
    with pytest.raises(ValueError, match="cut off"):
        safe_copy(Path("a.xls"), packed("Workbook", OLD["stream"]({"D": {}})[:-6] + b"\x03\x02\xff\x7f" + b"\1" * 4000))


def test_a_panic_of_the_parser_is_a_refusal_and_an_interruption_is_not():
    class PanicException(BaseException):
        pass

    for error in (
        PanicException("index out of bounds"),
        RecursionError(),
        MemoryError(),
        struct.error("x"),
        KeyError(1),
    ):
        with pytest.raises(Refusal, match="damaged") as caught, parsing(Path("a.xlsx"), "Data"):
            raise error
        assert (caught.value.code, caught.value.sheet) == ("E_NOT_SPREADSHEET", "Data")
    with pytest.raises(KeyboardInterrupt), parsing(Path("a.xlsx")):
        raise KeyboardInterrupt


def _spread_over_sheets() -> dict[str, str | bytes]:
    """500 sheets of 4 million cells each, all empty but two: the sum is what fills time and memory."""
    far = sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="4000"><c r="ALL4000"><v>1</v></c></row>', "A1:ALL4000")
    entries, links, content = "", "", parts()
    for number in range(500):
        entries += f'<sheet name="s{number}" r:id="r{number}"/>'
        links += f'<Relationship Id="r{number}" Type="{RELATIONS}/worksheet" Target="worksheets/s{number}.xml"/>'
        content[f"xl/worksheets/s{number}.xml"] = far
    content["xl/workbook.xml"] = f'<workbook xmlns:r="{RELATIONS}"><sheets>{entries}</sheets></workbook>'
    content["xl/_rels/workbook.xml.rels"] = f"<Relationships>{links}</Relationships>"
    return content


def _numbers(row_count: int, column_count: int) -> str:
    from visceads.workbooks.refusal import address

    rows = (
        f'<row r="{r}">' + "".join(f'<c r="{address(r, c)}"><v>{r * c}.5</v></c>' for c in range(1, column_count + 1))
        for r in range(1, row_count + 1)
    )
    return "</row>".join([*rows, ""])


HOSTILE = {
    "far.xlsx": lambda: parts('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>'),
    "sheets.xlsx": _spread_over_sheets,
    "spaces.xlsx": lambda: parts(sheet=b"<worksheet><sheetData>" + b" " * 100_000_000),
    "unclosed.xlsx": lambda: parts(sheet=b"<worksheet><sheetData><row>" + b"<c><f>" * 1_500_000),
    "colons.xlsx": lambda: parts(sheet=b"<worksheet>" + b"<a:c " * 1_500_000),
    "deep.xlsx": lambda: parts(book="<workbook>" + "<sheet>" * 2_000_000),
    "laughs.xlsx": lambda: parts(book=DOCTYPE + "<workbook>&b;</workbook>"),
    "errors.xlsx": lambda: parts('<row r="1">' + '<c r="A1" t="e"/><c/>' * 1_000_000),
    "full.xlsx": lambda: parts(_numbers(1_500, 300)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_hostile_workbook_takes_more_than_10_seconds_or_1_gib(tmp_path, name):
    path = tmp_path / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for part, text in HOSTILE[name]().items():
            archive.writestr(part, text)
    program = (
        "import sys, time; from pathlib import Path; from visceads.workbooks.recognise import recognise\n"
        "found = recognise(Path(sys.argv[1]))\n"
        # not ru_maxrss: it also counts what the starting process held when it branched off
        "peak = [line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM:')]\n"
        "print(found.refusal.code, int(peak[0]) // 1024, time.process_time())"
    )
    command = [sys.executable, "-c", program, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    code, megabytes, seconds_of_processor = done.stdout.split()
    assert code in ("E_TOO_LARGE", "E_NOT_SPREADSHEET", "E_XML_DOCTYPE", "E_UNKNOWN_LAYOUT", "E_DUPLICATE_SHEET")
    assert int(megabytes) < 1024
    assert float(seconds_of_processor) < 10  # not by the clock: others may use the machine
    assert done.stderr == ""
