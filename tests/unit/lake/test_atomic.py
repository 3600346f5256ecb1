"""A reader sees the whole old file or the whole new one."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from visceads.lake.atomic import copy_hashed, file_sha256, replacing, write_text


def test_failure_keeps_the_old_file_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a" / "file.txt"
    write_text(path, "old")

    def write_half() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        write_half()
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


def test_replaced_file_holds_the_new_content_only(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    write_text(path, "a much longer old content")
    with replacing(path) as temporary:
        assert temporary.parent == path.parent
        temporary.write_text("新")
        assert path.read_text() == "a much longer old content"
    assert path.read_text() == "新"
    assert list(tmp_path.iterdir()) == [path]


def test_open_reader_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    write_text(path, "old")
    with path.open() as reader:
        write_text(path, "new")
        assert reader.read() == "old"


def test_copy_tells_the_hash_of_what_it_copied(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(bytes(range(256)) * 9000)
    expected = hashlib.sha256(source.read_bytes()).hexdigest()
    assert copy_hashed(source, tmp_path / "target") == expected == file_sha256(tmp_path / "target")
    with pytest.raises(FileExistsError):
        copy_hashed(source, tmp_path / "target")
