"""A raw folder as people have it after years: renamed, broken and hostile files beside a good one, in one real run."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from visceads.demo.inventory import synthetic_inventory
from visceads.demo.inventory_workbook import write_inventory_workbook

LOGIN_PAGE = "<html><head><title>Login</title></head><body>Please log in</body></html>"
CONTENT_TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
BOOK = (
    '<?xml version="1.0"?>{doctype}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="worksheets/sheet1.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>'
)
SHEET = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<sheetData>{rows}</sheetData></worksheet>"
)

REFUSED = {
    "login page.xls": ("E_NOT_SPREADSHEET", "web page"),
    "empty.xlsx": ("E_NOT_SPREADSHEET", "empty"),
    "cut off.xlsx": ("E_NOT_SPREADSHEET", ""),
    "table.ods": ("E_NOT_SPREADSHEET", "OpenDocument"),
    "encrypted.xlsx": ("E_NOT_SPREADSHEET", "password"),
    "bomb.xlsx": ("E_TOO_LARGE", ""),
    "far away.xlsx": ("E_TOO_LARGE", ""),
    "entities.xlsx": ("E_XML_DOCTYPE", ""),
    "gone.xlsx": ("E_NOT_READABLE", "leads nowhere"),
}
LEFT_ALONE = ("~$inventory.xlsx", "pipe.xlsx", "loop")


def workbook(path: Path, rows: str, doctype: str = "") -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("xl/workbook.xml", BOOK.format(doctype=doctype))
        archive.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        archive.writestr("xl/worksheets/sheet1.xml", SHEET.format(rows=rows))


def encrypted(path: Path) -> None:
    """An OLE file that names the stream of an encrypted package, as spreadsheet programs write with a password."""
    name = "EncryptedPackage".encode("utf-16-le")
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1016 + name + b"\0" * 2048)


@pytest.fixture(scope="module")
def hostile_lake(runs, run_lake, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("hostile_lake")
    raw = folder / "lake" / "raw"
    (raw / "old" / "deep").mkdir(parents=True)
    good = raw / "old" / "deep" / "no clue what this is.csv"  # a workbook in truth, and renamed
    write_inventory_workbook(good, synthetic_inventory(2012))
    (raw / "the same again.xlsx").write_bytes(good.read_bytes())
    (raw / "~$inventory.xlsx").write_bytes(b"\x06Somebody" + b" " * 150)
    (raw / "login page.xls").write_text(LOGIN_PAGE)
    (raw / "empty.xlsx").write_bytes(b"")
    (raw / "cut off.xlsx").write_bytes(good.read_bytes()[:-30_000])
    with zipfile.ZipFile(raw / "table.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<x/>")
    encrypted(raw / "encrypted.xlsx")
    workbook(raw / "bomb.xlsx", "<row/>" * 40_000_000)
    workbook(raw / "far away.xlsx", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    workbook(raw / "entities.xlsx", "", '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>')
    (raw / "gone.xlsx").symlink_to(raw / "nowhere.xlsx")
    (raw / "loop").symlink_to(raw, target_is_directory=True)
    os.mkfifo(raw / "pipe.xlsx")
    runs.add("hostile_lake", lambda at, _runs: run_lake(at / "lake"), folder)
    return runs["hostile_lake"]


def test_the_good_workbook_is_published_once(hostile_lake):
    assert hostile_lake.exit_code == 1
    assert "Traceback" not in hostile_lake.output
    # of two names for the same bytes the first in order of paths is taken
    assert hostile_lake.query("select file_name from meta.release").rows() == [("old/deep/no clue what this is.csv",)]
    assert hostile_lake.one("select count(*) from inventory.emission_total") == 30
    assert "1 accepted" in hostile_lake.sentences
    assert "1 copies of others" in hostile_lake.sentences


def test_the_wrong_extension_is_noted(hostile_lake):
    codes = hostile_lake.query("select code from meta.quality where kind = 'finding'")["code"].to_list()
    assert codes.count("W_EXTENSION") == 1


@pytest.mark.parametrize("name", REFUSED)
def test_each_refused_file_has_one_sentence(hostile_lake, name: str):
    rows = hostile_lake.query("select * from meta.rejected_workbook").filter(file_name=name)
    (row,) = rows.iter_rows(named=True)
    code, word = REFUSED[name]
    assert row["code"] == code
    assert word in row["reason"]
    assert row["reason"].endswith(".")
    assert "\n" not in row["reason"]
    assert name in hostile_lake.sentences


def test_nothing_else_is_refused(hostile_lake):
    names = hostile_lake.query("select file_name from meta.rejected_workbook")["file_name"]
    assert set(names) == set(REFUSED)


@pytest.mark.parametrize("name", LEFT_ALONE)
def test_what_is_no_workbook_is_left_alone(hostile_lake, name: str):
    verdicts = (hostile_lake.lake.build / "intake" / "raw.json").read_text(encoding="utf-8")
    assert f'"file_name": "{name}"' in verdicts


def test_recognise_speaks_in_the_same_sentences(hostile_lake, visceads):
    raw = hostile_lake.lake.root / "raw"
    names = [name for name in REFUSED if name != "gone.xlsx"]
    done = visceads("recognise", *[raw / name for name in names])
    assert done.returncode == 1
    assert "Traceback" not in done.stdout
    for name in names:
        assert f"refused {REFUSED[name][0]}" in done.stdout
