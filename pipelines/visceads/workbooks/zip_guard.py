"""The parts of an .xlsx, unpacked within bounds: nothing of an archive is believed before it is counted.

Belongs here: the table of contents of the archive, unpacking one part, what its XML must not contain. Not here: what
the parts mean (`sheets`, `sheet_xml`), how large the bounds are (`limits`).

A table of contents can lie, so every bound is checked twice: on what is stated before unpacking, and on what comes out
while unpacking.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from visceads.workbooks.file_content import DOWNLOAD_AGAIN, SAVE_AS_XLSX
from visceads.workbooks.limits import Limits, limits_in_force, too_large
from visceads.workbooks.parsing import parsing
from visceads.workbooks.refusal import Refusal

CHUNK_BYTES = 1 << 20
_SMALL_PART = 1_000_000
_CHECKED_WHOLE = 8_000_000
_ENCRYPTED_FLAG = 0x1
_BEFORE_ROOT = re.compile(rb"(?:\s+|\xef\xbb\xbf|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_ENCODING = re.compile(rb"<\?xml[^>]*?\bencoding\s*=\s*[\"']([^\"']*)[\"']")
_READABLE_ENCODINGS = (b"utf-8", b"utf8", b"us-ascii", b"ascii")


@dataclass(frozen=True)
class Package:
    """An .xlsx whose table of contents is within the bounds.

    Attributes:
        path: the file.
        archive: the open archive.
        members: name of a part, folded in case -> its entry; no name occurs twice.
        limits: the bounds in force.
    """

    path: Path
    archive: zipfile.ZipFile
    members: dict[str, zipfile.ZipInfo]
    limits: Limits

    def has(self, part: str) -> bool:
        """Return whether there is a part of this name, in any letter case."""
        return part.casefold() in self.members

    def read(self, part: str, sheet: str = "") -> bytes:
        """Return a part unpacked; see `chunks`.

        calamine reads on where XML is broken. A part that is no whole XML document is refused, up to a size where
        looking for that costs as much as reading it: a checksum guards parts of any size against broken downloads.
        """
        content = b"".join(self.chunks(part, sheet))
        self.refuse_unsafe_xml(part, content)
        if len(content) <= _CHECKED_WHOLE:
            with parsing(self.path, sheet):
                expat.ParserCreate().Parse(content, True)
        return content

    def chunks(self, part: str, sheet: str = "") -> Iterator[bytes]:
        """Yield a part in pieces as it is unpacked.

        Args:
            part: its name, in any letter case.
            sheet: the sheet it holds, for the messages.

        Raises:
            Refusal: E_NOT_SPREADSHEET, if it is damaged or missing; E_TOO_LARGE, if more comes out than the bounds
                allow, whatever the table of contents says.
        """
        member = self.members.get(part.casefold())
        if member is None:
            message = f"{self.path.name}: the workbook is damaged: its part '{part}' is missing. {DOWNLOAD_AGAIN}"
            raise Refusal("E_NOT_SPREADSHEET", message, sheet)
        allowed = min(self.limits.part_bytes, _largest_by_ratio(member, self.limits))
        unpacked = 0
        with parsing(self.path, sheet), self.archive.open(member) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                unpacked += len(chunk)
                if unpacked > allowed:
                    raise too_large(self.path, "part_bytes", unpacked, f"bytes or more in '{part}'", sheet)
                yield chunk

    def refuse_unsafe_xml(self, part: str, content: bytes) -> None:
        """Refuse XML that declares its own entities, or stands in an encoding in which that could hide.

        No workbook needs either. A document type is where external entities (a way to read other files) and entities
        that multiply to gigabytes are declared; it can only stand before the root element.

        Args:
            part: the name of the part.
            content: the part, or its beginning.

        Raises:
            Refusal: E_XML_DOCTYPE, or E_NOT_SPREADSHEET for an encoding other than UTF-8.
        """
        begins = content[:CHUNK_BYTES]
        before = _BEFORE_ROOT.match(begins)
        end = before.end() if before else 0
        if content[end : end + 2] == b"<!":
            message = (
                f"{self.path.name}: its part '{part}' declares a document type (DOCTYPE), which no spreadsheet program "
                f"writes and which can make a reader open other files or fill the memory; it was not opened. "
                f"{SAVE_AS_XLSX}"
            )
            raise Refusal("E_XML_DOCTYPE", message)
        encoding = _ENCODING.match(begins.removeprefix(b"\xef\xbb\xbf"))
        if b"\x00" in begins[:64] or (encoding and encoding[1].lower() not in _READABLE_ENCODINGS):
            message = f"{self.path.name}: its part '{part}' is XML in another encoding than UTF-8. {SAVE_AS_XLSX}"
            raise Refusal("E_NOT_SPREADSHEET", message)


@contextmanager
def opened_package(path: Path) -> Iterator[Package]:
    """Open an .xlsx, after its table of contents was found within the bounds.

    Raises:
        Refusal: E_NOT_SPREADSHEET, if it is no intact archive, encrypted, or names a part twice; E_TOO_LARGE.
    """
    limits = limits_in_force()
    with parsing(path):
        archive = zipfile.ZipFile(path)
    with archive:
        yield Package(path, archive, _checked_members(path, archive.infolist(), limits), limits)


def elements(package: Package, part: str, names: tuple[str, ...]) -> list[tuple[str, dict[str, str]]]:
    """Return the elements of some names in a part, in order: (name, attributes), both without namespace prefixes.

    Raises:
        Refusal: E_NOT_SPREADSHEET, if the XML is not well-formed; the refusals of `Package.read`.
    """
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local in names:
            found.append((local, {key.rpartition(":")[2]: value for key, value in attributes.items()}))

    content = package.read(part)
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    with parsing(package.path):
        parser.Parse(content, True)
    return found


def _checked_members(path: Path, members: list[zipfile.ZipInfo], limits: Limits) -> dict[str, zipfile.ZipInfo]:
    if len(members) > limits.archive_parts:
        raise too_large(path, "archive_parts", len(members), "parts")
    by_name: dict[str, zipfile.ZipInfo] = {}
    for member in members:
        if member.filename.casefold() in by_name:
            message = (
                f"{path.name}: the workbook is damaged: its part '{member.filename}' occurs twice, and which one "
                f"counts cannot be told. {DOWNLOAD_AGAIN}"
            )
            raise Refusal("E_NOT_SPREADSHEET", message)
        if member.flag_bits & _ENCRYPTED_FLAG:
            message = f"{path.name}: its parts are encrypted. Open it with its password and save it without one."
            raise Refusal("E_NOT_SPREADSHEET", message)
        if member.file_size > limits.part_bytes:
            raise too_large(path, "part_bytes", member.file_size, f"bytes in '{member.filename}'")
        if member.file_size > _largest_by_ratio(member, limits):
            ratio = member.file_size // max(1, member.compress_size)
            what = f"times the size once '{member.filename}' is unpacked"
            raise too_large(path, "compression_ratio", ratio, what)
        by_name[member.filename.casefold()] = member
    total = sum(member.file_size for member in members)
    if total > limits.archive_bytes:
        raise too_large(path, "archive_bytes", total, "bytes once it is unpacked")
    return by_name


def _largest_by_ratio(member: zipfile.ZipInfo, limits: Limits) -> int:
    return max(_SMALL_PART, member.compress_size * limits.compression_ratio)
