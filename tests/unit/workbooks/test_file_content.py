"""What a file is, by its bytes: everything that lies about in a folder of downloads has a name and a remedy."""

from __future__ import annotations

import os
import runpy
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.workbooks.file_content import extension_finding, file_content, not_spreadsheet
from visceads.workbooks.recognise import recognise
from visceads.workbooks.refusal import Refusal
from visceads.workbooks.sheets import open_workbook

OLD = runpy.run_path(str(Path(__file__).with_name("old_book.py")))


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (b"MIME-Version: 1.0\nContent-Type: multipart/related, x", "html", "web page"),
        (b"<script>location='/login'</script>, <p>", "html", "web page"),
        ("<html><body>登录, 密码</body></html>".encode("gb18030"), "html", "web page"),
        ("地区,2022年\n".encode("utf-16"), "utf16", "UTF-16"),
        (b"Rar!\x1a\x07\x01\x00", "archive", "RAR"),
        (b"7z\xbc\xaf\x27\x1c", "archive", "7-Zip"),
        (b"\x1f\x8b\x08\x00", "archive", "gzip"),
        (b"PK\x05\x06" + bytes(18), "unknown", "unknown"),
        (b"PAR1", "parquet", "Parquet"),
    ],
)
def test_what_is_left_behind_by_downloads_is_named(tmp_path, content, kind, words):
    path = tmp_path / "named.xls"
    path.write_bytes(content)
    found = file_content(path)
    assert found.kind == kind
    refusal = not_spreadsheet(path, found)
    assert refusal.code == "E_NOT_SPREADSHEET"
    assert words in refusal.message
    assert refusal.message.endswith(".")


def test_csv_with_a_byte_order_mark_in_either_encoding_is_csv(tmp_path):
    for encoding in ("utf-8-sig", "utf-8", "gb18030"):
        path = tmp_path / f"{encoding}.csv"
        path.write_text("地区,2022年\n北京市,1\n", encoding=encoding)
        assert file_content(path).kind == "csv"
        assert extension_finding(path, "csv") == ()


def test_an_old_workbook_is_told_from_other_old_documents(tmp_path):
    path = OLD["write"](tmp_path / "a.csv", {"Data": {(0, 0): 1.0}})
    assert file_content(path).kind == "xls"
    assert [finding.code for finding in extension_finding(path, "xls")] == ["W_EXTENSION"]
    path.write_bytes(path.read_bytes().replace("Workbook".encode("utf-16-le"), "WordDocu".encode("utf-16-le")))
    assert file_content(path).kind == "ole"


def test_special_files_links_and_loops_have_a_sentence_and_do_not_wait(tmp_path):
    os.mkfifo(tmp_path / "pipe.xlsx")
    (tmp_path / "gone.xlsx").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop.xlsx").symlink_to(tmp_path / "loop.xlsx")
    (tmp_path / "zero.xlsx").symlink_to("/dev/zero")
    for name, words in [
        ("pipe.xlsx", "this is a pipe, a device or a socket"),
        ("zero.xlsx", "this is a pipe, a device or a socket"),
        ("gone.xlsx", "this is a link that leads nowhere"),
        ("loop.xlsx", "this is out of reach"),
    ]:
        with pytest.raises(Refusal, match=words) as caught:
            open_workbook(tmp_path / name)
        assert caught.value.code == "E_NOT_SPREADSHEET"


def test_a_file_that_may_not_be_read_has_a_sentence(tmp_path, monkeypatch):
    path = tmp_path / "closed.xlsx"
    path.write_bytes(b"PK\x03\x04")

    def denied(*_: object, **__: object):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    assert recognise(path).refusal.message == (
        "closed.xlsx: this is out of reach: Permission denied. Check the file's permissions."
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind the superuser")
def test_real_permissions_bind(tmp_path):
    path = tmp_path / "closed.xlsx"
    path.write_bytes(b"PK\x03\x04")
    path.chmod(0o000)
    assert file_content(path).kind == "unreadable"


def test_files_beyond_the_bound_of_their_kind_are_refused_unread(tmp_path, monkeypatch):
    table = tmp_path / "a.csv"
    table.write_text("a,b\n")
    old = OLD["write"](tmp_path / "a.xls", {"Data": {}})
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    for path, bound in [(table, "TEXT_BYTES"), (old, "OLD_WORKBOOK_BYTES"), (tmp_path / "a.xlsx", "FILE_BYTES")]:
        assert file_content(path).refusal is None
        with monkeypatch.context() as changed:
            changed.setenv(f"VISCEADS_MAX_{bound}", "3")
            refusal = recognise(path).refusal
        assert refusal.code == "E_TOO_LARGE"
        assert ", 3 are allowed" in refusal.message
        assert f"set VISCEADS_MAX_{bound} to a larger number" in refusal.message


@settings(max_examples=60, deadline=None)
@given(
    beginning=st.sampled_from(
        [b"", b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<?xml", b"\xff\xfe"]
    ),
    rest=st.binary(max_size=3000),
)
def test_no_bytes_make_it_fail(tmp_path_factory, beginning, rest):
    path = tmp_path_factory.mktemp("bytes") / "a.xlsx"
    path.write_bytes(beginning + rest)
    found = file_content(path)
    assert found.kind
    if found.kind not in ("xlsx", "xls", "csv"):
        assert not_spreadsheet(path, found).message.endswith(".")
