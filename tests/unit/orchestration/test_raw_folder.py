"""The search of the raw folder: everything is found once, and nothing in it makes the search fail or wait."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from visceads.orchestration.raw_folder import RawFolder, search_raw_folder


def names(folder: Path, found: RawFolder) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in found.files]


def test_files_of_all_subfolders_are_found_sorted_and_hidden_ones_are_not(tmp_path):
    for name in ("b.xlsx", "a/z.csv", "a/b/c", ".hidden.xlsx", ".git/d.xlsx", "空/e.xls"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    found = search_raw_folder(tmp_path)
    assert names(tmp_path, found) == ["a/b/c", "a/z.csv", "b.xlsx", "空/e.xls"]
    assert found.skipped == ()
    assert list(found.files) == sorted(found.files)


def test_a_folder_that_is_not_there_and_an_empty_one_hold_nothing(tmp_path):
    assert search_raw_folder(tmp_path / "nowhere") == RawFolder((), ())
    assert search_raw_folder(tmp_path) == RawFolder((), ())


def test_lock_files_are_left_alone_with_a_sentence(tmp_path):
    (tmp_path / "~$b.xlsx").write_text("x")
    (tmp_path / "b.xlsx").write_text("x")
    found = search_raw_folder(tmp_path)
    assert names(tmp_path, found) == ["b.xlsx"]
    [skipped] = found.skipped
    assert skipped.reason == "~$b.xlsx is left behind by Excel while a workbook is open: left alone."
    assert (skipped.path, skipped.is_problem) == (tmp_path / "~$b.xlsx", False)


def test_links_are_followed_but_not_in_rings(tmp_path):
    raw, other = tmp_path / "raw", tmp_path / "other"
    (raw / "in").mkdir(parents=True)
    other.mkdir()
    (other / "a.xlsx").write_text("x")
    (raw / "in" / "ring").symlink_to(raw)
    (raw / "elsewhere").symlink_to(other)
    (raw / "again").symlink_to(other)
    (raw / "itself").symlink_to(raw / "itself")
    (raw / "file.xlsx").symlink_to(other / "a.xlsx")
    (raw / "gone.xlsx").symlink_to(other / "gone.xlsx")
    found = search_raw_folder(raw)
    assert names(raw, found) == ["again/a.xlsx", "elsewhere/a.xlsx", "file.xlsx"]
    assert [(skipped.path.name, skipped.is_problem) for skipped in found.skipped] == [
        ("gone.xlsx", True),
        ("ring", False),
        ("itself", True),
    ]
    reasons = [skipped.reason for skipped in found.skipped]
    assert reasons[0].startswith("gone.xlsx is a link that leads nowhere")
    assert reasons[1] == "in/ring is a link to a folder that it lies in: not entered again."


def test_pipes_and_sockets_do_not_make_it_wait(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe.xlsx")
    (tmp_path / "device.xlsx").symlink_to("/dev/zero")
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.xlsx")
        found = search_raw_folder(tmp_path)
    assert found.files == ()
    assert [skipped.path.name for skipped in found.skipped] == ["device.xlsx", "pipe.xlsx", "socket.xlsx"]
    assert all("no file: left alone." in skipped.reason and not skipped.is_problem for skipped in found.skipped)


def test_a_folder_that_cannot_be_entered_costs_only_its_own_files(tmp_path, monkeypatch):
    (tmp_path / "closed").mkdir()
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "a.xlsx").write_text("x")
    whole = os.scandir

    def scandir(path):
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return whole(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = search_raw_folder(tmp_path)
    assert names(tmp_path, found) == ["open/a.xlsx"]
    [skipped] = found.skipped
    assert skipped.is_problem
    assert skipped.reason.startswith("The folder closed cannot be entered (Permission denied)")


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind the superuser")
def test_real_permissions_bind(tmp_path):
    (tmp_path / "closed").mkdir(mode=0o000)
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "a.xlsx").write_text("x")
    (tmp_path / "half").chmod(0o444)  # its names can be read, its files not reached
    try:
        found = search_raw_folder(tmp_path)
    finally:
        (tmp_path / "closed").chmod(0o700)
        (tmp_path / "half").chmod(0o700)
    assert found.files == ()
    assert [(skipped.path.name, skipped.is_problem) for skipped in found.skipped] == [
        ("closed", True),
        ("a.xlsx", True),
    ]
