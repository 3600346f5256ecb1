"""The search of the raw folder: which files it holds, and what in it cannot be entered or is left alone.

Belongs here: walking the folder, whatever lies in it. Not here: what the files are (`workbooks.recognise`) and what
becomes of them (`intake`).
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

_LOCK_FILE = "~$"


@dataclass(frozen=True)
class Skipped:
    """Something in the raw folder that is not read.

    Attributes:
        path: where it is.
        reason: a sentence that names it by its path below the raw folder.
        is_problem: whether a workbook may have been missed, so that the user should act.
    """

    path: Path
    reason: str
    is_problem: bool


@dataclass(frozen=True)
class RawFolder:
    """What a raw folder holds.

    Attributes:
        files: the regular files, also those behind links, sorted by path; hidden ones are left out.
        skipped: what is not read although somebody might expect it to be, sorted by path. Hidden files and folders
            (their names begin with a dot) are left out without a word.
    """

    files: tuple[Path, ...]
    skipped: tuple[Skipped, ...]


def search_raw_folder(folder: Path) -> RawFolder:
    """Return all files below a folder; links are followed, but no folder is entered from within itself.

    Nothing is opened, so a pipe or a device cannot make it wait, and a folder that cannot be entered costs only its
    own files.

    Args:
        folder: the raw folder; one that is not there holds nothing.
    """
    if not folder.is_dir():
        return RawFolder((), ())
    files: list[Path] = []
    skipped: list[Skipped] = []
    state = folder.stat()
    _search(folder, folder, frozenset({(state.st_dev, state.st_ino)}), files, skipped)
    return RawFolder(tuple(sorted(files)), tuple(sorted(skipped, key=lambda one: one.path)))


def _search(
    root: Path, folder: Path, entered: frozenset[tuple[int, int]], files: list[Path], skipped: list[Skipped]
) -> None:
    """Add what a folder holds; `entered` are the folders above it, by device and number."""
    try:
        with os.scandir(folder) as entries:
            paths = sorted(Path(entry.path) for entry in entries)
    except OSError as error:
        name = _name(root, folder)
        reason = f"The folder {name} cannot be entered ({error.strerror}): allow it to be read, or take it away."
        skipped.append(Skipped(folder, reason, is_problem=True))
        return
    for path in (path for path in paths if not path.name.startswith(".")):
        if path.name.startswith(_LOCK_FILE):
            reason = f"{_name(root, path)} is left behind by Excel while a workbook is open: left alone."
            skipped.append(Skipped(path, reason, is_problem=False))
            continue
        try:
            state = path.stat()
        except OSError as error:
            skipped.append(Skipped(path, _unreachable(root, path, error), is_problem=True))
            continue
        identity = (state.st_dev, state.st_ino)
        if stat.S_ISREG(state.st_mode):
            files.append(path)
        elif not stat.S_ISDIR(state.st_mode):
            reason = f"{_name(root, path)} is a pipe, a device or a socket, no file: left alone."
            skipped.append(Skipped(path, reason, is_problem=False))
        elif identity in entered:
            reason = f"{_name(root, path)} is a link to a folder that it lies in: not entered again."
            skipped.append(Skipped(path, reason, is_problem=False))
        else:
            _search(root, path, entered | {identity}, files, skipped)


def _unreachable(root: Path, path: Path, error: OSError) -> str:
    if path.is_symlink():
        return f"{_name(root, path)} is a link that leads nowhere: put the file itself there, or take the link away."
    return f"{_name(root, path)} is out of reach ({error.strerror}): allow it to be read, or take it away."


def _name(root: Path, path: Path) -> str:
    return path.name if path == root else path.relative_to(root).as_posix()
