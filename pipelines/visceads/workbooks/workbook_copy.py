"""A copy of a workbook in memory that holds only what was counted and looked through, for the parser to read.

Belongs here: writing the few parts that the parser (calamine) needs: some sheets, the texts, the styles. Not here:
which sheets those are and what was checked (`sheets`).

The parser never sees the file itself. Two programs can understand a damaged or hostile archive differently; with a copy
made of checked parts, what was checked is what is read.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from visceads.workbooks.limits import too_large
from visceads.workbooks.sheet_xml import SheetScan
from visceads.workbooks.zip_guard import Package

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TEXTS, _STYLES = "xl/sharedStrings.xml", "xl/styles.xml"
_TEXT_END = re.compile(rb"</(?:\w+:)?si\s*>")
_SHOWN_TEXT = re.compile(rb"\st=[\"']s[\"'][^<>]*>\s*<(?:\w+:)?v>\s*([0-9]{1,9})")


@dataclass(frozen=True)
class SharedParts:
    """The parts that all sheets of an .xlsx need.

    Attributes:
        parts: name of the part -> its content, checked.
        counts_from_1904: whether the workbook counts its dates from 1904.
    """

    parts: dict[str, bytes]
    counts_from_1904: bool

    @cached_property
    def text_lengths(self) -> list[int]:
        """Length of each entry of the table of texts, in bytes."""
        return [len(piece) for piece in _TEXT_END.split(self.parts.get(_TEXTS, b""))[:-1]]

    @cached_property
    def longest_text(self) -> int:
        """Length of the longest of them."""
        return max(self.text_lengths, default=0)


def shared_parts(package: Package, counts_from_1904: bool) -> SharedParts:
    """Return texts and styles of a workbook.

    Raises:
        Refusal: E_TOO_LARGE, if the table of texts has too many entries; the refusals of `Package.read`.
    """
    parts = {part: package.read(part) for part in (_TEXTS, _STYLES) if package.has(part)}
    texts = parts.get(_TEXTS, b"")
    count = texts.count(b"<si") + texts.count(b":si")
    if count > package.limits.shared_strings:
        raise too_large(package.path, "shared_strings", count, "texts")
    return SharedParts(parts, counts_from_1904)


def refuse_much_text(package: Package, sheet: str, xml: bytes, scan: SheetScan, shared: SharedParts) -> None:
    """Refuse a sheet that shows a long text so often that its cells would fill the memory.

    Raises:
        Refusal: E_TOO_LARGE.
    """
    others = scan.uncommon_count * shared.longest_text
    total = xml.count(b't="s"') * shared.longest_text + others
    if total <= package.limits.sheet_text_bytes:
        return
    lengths = shared.text_lengths
    shown = (int(match[1]) for match in _SHOWN_TEXT.finditer(xml))
    total = others + sum(lengths[index] for index in shown if index < len(lengths))
    if total > package.limits.sheet_text_bytes:
        raise too_large(package.path, "sheet_text_bytes", total, "bytes of text in its cells", sheet)


def copy_of(sheets: Mapping[str, bytes], shared: SharedParts) -> io.BytesIO:
    """Return an .xlsx of some sheets, named '0', '1', ... in their order.

    Args:
        sheets: name -> XML, checked.
        shared: texts and styles.
    """
    numbers = range(len(sheets))
    entries = "".join(f'<sheet name="{n}" sheetId="{n + 1}" r:id="r{n}"/>' for n in numbers)
    date = ' date1904="1"' if shared.counts_from_1904 else ""
    links = "".join(
        f'<Relationship Id="r{n}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w") as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">'
            f"<workbookPr{date}/><sheets>{entries}</sheets></workbook>",
        )
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_PACKAGE}">{links}</Relationships>')
        for part, content in shared.parts.items():
            archive.writestr(part, content)
        for number, xml in enumerate(sheets.values()):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", xml)
    copy.seek(0)
    return copy
