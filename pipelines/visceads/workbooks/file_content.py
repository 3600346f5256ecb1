"""What kind of file the bytes are, whatever its name says.

Belongs here: telling spreadsheets, CSV and everything else apart, and what to do about everything else. Not
here: opening a workbook (`sheets`), and what a spreadsheet holds.
"""

from __future__ import annotations

import stat
import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path

from visceads.workbooks.limits import limits_in_force, too_large
from visceads.workbooks.old_excel import asks_for_password, workbook_stream
from visceads.workbooks.refusal import Finding, Refusal

DOWNLOAD_AGAIN = "Download it again from the publisher and put the new copy in its place."
SAVE_AS_XLSX = "Open it in a spreadsheet program and save it as an Excel workbook (.xlsx)."

_SAMPLE = 65536
_EXTENSIONS = {"xlsx": (".xlsx", ".xlsm"), "xls": (".xls",), "csv": (".csv", ".txt")}
_KIND_NAMES = {
    "xlsx": "an Excel workbook",
    "xls": "an old Excel workbook",
    "csv": "comma-separated text",
}


@dataclass(frozen=True)
class FileContent:
    """What the bytes of a file are.

    Attributes:
        kind: 'xlsx', 'xls' or 'csv', which can be read; any other word names a content that cannot.
        description: the content in words, to follow 'the content is'.
        remedy: what to do where the kind cannot be read, a full sentence; else ''.
        refusal: the refusal of a file that is not even looked into (kind 'too_large'), else None.
    """

    kind: str
    description: str
    remedy: str = ""
    refusal: Refusal | None = None


_BINARY_BEGINNINGS = (
    (b"MATLAB 5.0", FileContent("mat", "a MATLAB file", "Export its tables as an Excel workbook (.xlsx).")),
    (
        b"\x89HDF",
        FileContent("mat", "a MATLAB 7.3 or HDF5 file", "Export its tables as an Excel workbook (.xlsx)."),
    ),
    (b"%PDF", FileContent("pdf", "a PDF document", "Get the table behind it as an Excel workbook (.xlsx).")),
    (b"PAR1", FileContent("parquet", "a Parquet file", "Put the workbook it came from here instead.")),
    (b"Rar!", FileContent("archive", "a RAR archive", "Unpack it and put the workbooks inside it here.")),
    (b"7z\xbc\xaf", FileContent("archive", "a 7-Zip archive", "Unpack it and put the workbooks inside it here.")),
    (b"\x1f\x8b", FileContent("archive", "a gzip archive", "Unpack it and put the workbooks inside it here.")),
    (b"\xff\xfe", FileContent("utf16", "text in UTF-16", "Save it as CSV in UTF-8, or as an Excel workbook (.xlsx).")),
    (b"\xfe\xff", FileContent("utf16", "text in UTF-16", "Save it as CSV in UTF-8, or as an Excel workbook (.xlsx).")),
)
_MISSING = FileContent("missing", "no file: nothing is there", "Check the path.")
_DANGLING = FileContent("missing", "a link that leads nowhere", "Put the file itself here.")
_SPECIAL = FileContent("special", "a pipe, a device or a socket, no file with content", "Take it out of the folder.")
_ZIP_MEMBERS = (
    ("xl/workbook.xml", FileContent("xlsx", "an Excel workbook")),
    ("xl/workbook.bin", FileContent("xlsb", "a binary Excel workbook (.xlsb)", SAVE_AS_XLSX)),
    ("content.xml", FileContent("ods", "an OpenDocument file (.ods)", SAVE_AS_XLSX)),
    ("word/document.xml", FileContent("docx", "a Word document", "Put the workbook here instead.")),
)
_HTML_BEGINNINGS = (
    *(b"<!doctype html", b"<html", b"<table", b"<head", b"<body", b"<script", b"<meta", b"<div", b"<style"),
    *(b"mime-version:", b"<!-- saved from url"),
)


def file_content(path: Path) -> FileContent:
    """Return what the bytes of a file are; its name plays no part.

    Never raises for a bad file: what cannot be read has a kind of its own, with the remedy.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return FileContent("directory", "a folder", "Name the files inside it instead.")
        # opening a pipe would wait for ever
        return _within_bounds(path, _content(path)) if stat.S_ISREG(mode) else _SPECIAL
    except FileNotFoundError:
        return _DANGLING if path.is_symlink() else _MISSING
    except OSError as error:
        return FileContent("unreadable", f"out of reach: {error.strerror}", "Check the file's permissions.")
    except Refusal as refusal:
        return FileContent("too_large", "more than is allowed", refusal=refusal)


def _content(path: Path) -> FileContent:
    with path.open("rb") as file:
        start = file.read(_SAMPLE)
    if start.startswith(b"PK\x03\x04"):
        return _zip_content(path)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return _ole_content(path)
    return _text_content(start)


def _within_bounds(path: Path, content: FileContent) -> FileContent:
    """Return what the file is, unless it is of a kind that would be read and beyond the bound of that kind."""
    bound = {"xlsx": "file_bytes", "xls": "old_workbook_bytes", "csv": "text_bytes"}.get(content.kind)
    size = path.stat().st_size
    if bound is not None and size > getattr(limits_in_force(), bound):
        raise too_large(path, bound, size, "bytes")
    return content


def extension_finding(path: Path, kind: str) -> tuple[Finding, ...]:
    """Return the finding W_EXTENSION if the file's name promises another kind of content, else nothing."""
    if path.suffix.casefold() in _EXTENSIONS[kind]:
        return ()
    message = (
        f"{path.name}: the content is {_KIND_NAMES[kind]} although the name ends in '{path.suffix}'; it was "
        f"read by its content. Rename it to '{_EXTENSIONS[kind][0]}' so that other programs open it too."
    )
    return (Finding("W_EXTENSION", message),)


def not_spreadsheet(path: Path, content: FileContent) -> Refusal:
    """Return the refusal of a file whose bytes are no spreadsheet that can be read."""
    if content.refusal is not None:
        return content.refusal
    if content.kind in ("directory", "missing", "unreadable", "special"):
        what = f"this is {content.description}"
    else:
        what = f"the content is {content.description}, neither an Excel workbook nor CSV"
    return Refusal("E_NOT_SPREADSHEET", f"{path.name}: {what}. {content.remedy}")


def decoded(content: bytes, is_cut: bool = False) -> str | None:
    """Return bytes as text, tried as UTF-8 (byte-order mark or not), then GB18030; None if neither fits.

    Args:
        content: the bytes.
        is_cut: whether they may end within a character.
    """
    if b"\x00" in content:
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        for missing in range(4 if is_cut else 1):
            try:
                return content[: len(content) - missing].decode(encoding)
            except UnicodeDecodeError:
                continue
    return None


def _zip_content(path: Path) -> FileContent:
    try:
        with zipfile.ZipFile(path) as archive:
            members = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
        description = "the beginning of a zip archive (as .xlsx files are) whose end is missing or damaged"
        return FileContent("damaged", description, DOWNLOAD_AGAIN)
    known = (content for member, content in _ZIP_MEMBERS if member in members)
    unpack = "Unpack it and put the workbooks inside it here."
    return next(known, FileContent("zip", "a zip archive without a workbook's parts", unpack))


def _ole_content(path: Path) -> FileContent:
    encrypted = FileContent(
        "encrypted",
        "an encrypted Excel workbook (it asks for a password)",
        "Open it with its password and save it without one.",
    )
    if path.stat().st_size > limits_in_force().old_workbook_bytes:
        return FileContent("xls", "an old Excel workbook (.xls)")  # refused for its size
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        return encrypted
    try:
        _, stream = workbook_stream(content)
    except ValueError:
        description = "an old Office document (.doc, .ppt, or an .xls that is damaged)"
        return FileContent("ole", description, f"If it is a workbook: {SAVE_AS_XLSX}")
    return encrypted if asks_for_password(stream) else FileContent("xls", "an old Excel workbook (.xls)")


def _text_content(start: bytes) -> FileContent:
    for beginning, content in _BINARY_BEGINNINGS:
        if start.startswith(beginning):
            return content
    text = decoded(start, is_cut=len(start) == _SAMPLE)
    if text is None:
        return FileContent("unknown", f"unknown (its first bytes are {start[:4].hex(' ')})", DOWNLOAD_AGAIN)
    if not text.strip():
        return FileContent("empty", f"empty ({len(start)} bytes)", DOWNLOAD_AGAIN)
    markup = _markup_content(start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1024].lower())
    if markup is not None:
        return markup
    if "," in text:
        return FileContent("csv", "comma-separated text")
    words = " ".join(text.split())
    shown = words if len(words) <= 40 else f"{words[:40]}..."
    return FileContent("text", f"plain text (it begins '{shown}')", DOWNLOAD_AGAIN)


def _markup_content(beginning: bytes) -> FileContent | None:
    if beginning.startswith(_HTML_BEGINNINGS) or b"<html" in beginning:
        remedy = f"Such a page is often saved in place of a file when the login has expired. {DOWNLOAD_AGAIN}"
        return FileContent("html", "a web page (HTML)", remedy)
    if beginning.startswith(b"<?xml"):
        return FileContent("xml", "an XML document", SAVE_AS_XLSX)
    return None
