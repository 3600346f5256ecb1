"""What a parser throws at a broken file -> one refusal.

Belongs here: which exceptions mean 'the bytes are damaged'. Not here: the parsers.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.parsers import expat

from python_calamine import CalamineError

from visceads.workbooks.file_content import DOWNLOAD_AGAIN
from visceads.workbooks.refusal import Refusal

_SIGNS_OF_DAMAGE = (
    CalamineError,
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    struct.error,
    OSError,
    EOFError,
    ValueError,  # among them a text that is not UTF-8, and a zip entry that points before the file's beginning
    LookupError,
    ArithmeticError,
    NotImplementedError,  # a way of compression that no spreadsheet program uses
    RecursionError,
    MemoryError,
)
_MOST_WORDS = 120


@contextmanager
def parsing(path: Path, sheet: str = "") -> Iterator[None]:
    """Turn whatever a parser throws at damaged bytes into a refusal.

    calamine reports a damage that it did not foresee by a panic, which reaches Python as an exception outside the
    family of `Exception` and would end the whole run.

    Args:
        path: the file that is parsed.
        sheet: the sheet, or '' where the whole file is meant.

    Raises:
        Refusal: E_NOT_SPREADSHEET; a refusal that comes from inside passes through.
    """
    try:
        yield
    except Refusal:
        raise
    except _SIGNS_OF_DAMAGE as error:
        raise damaged(path, sheet, error) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise damaged(path, sheet, error) from error


def damaged(path: Path, sheet: str, error: BaseException) -> Refusal:
    """Return the refusal of a workbook whose bytes are damaged."""
    place = f", sheet '{sheet}'" if sheet else ""
    words = " ".join(str(error).split())
    shown = words if len(words) <= _MOST_WORDS else f"{words[:_MOST_WORDS]}..."
    message = f"{path.name}{place}: the workbook is damaged and cannot be read ({shown}). {DOWNLOAD_AGAIN}"
    return Refusal("E_NOT_SPREADSHEET", message, sheet)
