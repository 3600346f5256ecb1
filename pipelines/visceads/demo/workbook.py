"""What every workbook of the demo release has in common: its label, its properties, how it reaches the disk.

Belongs here: the sentence that says the numbers are invented, document properties, writing under another
name until the file is whole. Not here: what stands on the sheets (the modules named `..._workbook`).
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import xlsxwriter

SYNTHETIC_EN = (
    "SYNTHETIC: every number in this workbook was invented by visceads to show how the pipeline works. "
    "It says nothing about China and is not CEADs data. Never quote it."
)
SYNTHETIC_ZH = (
    "SYNTHETIC 合成数据：本工作簿中的所有数值均由 visceads 虚构，仅用于演示流程，"
    "不反映中国的任何实际情况，并非 CEADs 数据，请勿引用。"
)

_CREATED = dt.datetime(2024, 1, 1)
"""A fixed date, so that the same release has the same bytes."""


@contextmanager
def synthetic_workbook(path: Path, title: str) -> Iterator[xlsxwriter.Workbook]:
    """Open a workbook for writing, labelled as synthetic in its properties; it appears at `path` when whole.

    Rows must be written in order (constant memory). The same content gives the same bytes on every run.

    Args:
        path: where the finished workbook shall lie; a file of that name is replaced.
        title: the document title, without the word SYNTHETIC.
    """
    unfinished = path.with_name(path.name + ".part")
    # xlsxwriter keeps each sheet in a file of its own until the end: here they go even if writing breaks off.
    with tempfile.TemporaryDirectory(prefix="visceads-demo-") as sheets:
        workbook = xlsxwriter.Workbook(str(unfinished), {"constant_memory": True, "tmpdir": sheets})
        workbook.set_properties(
            {
                "title": f"SYNTHETIC {title}",
                "subject": "SYNTHETIC demonstration data",
                "author": "visceads demo",
                "keywords": "SYNTHETIC",
                "comments": f"{SYNTHETIC_EN} {SYNTHETIC_ZH}",
                "created": _CREATED,
            }
        )
        try:
            yield workbook
            workbook.close()
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
