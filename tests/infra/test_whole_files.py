"""Files appear whole or not at all, and devices stay devices."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from whiteslip.infra.whole_files import write_text, write_whole
from whiteslip.kernel.errors import InvalidInput


def test_what_is_interrupted_leaves_the_old_file_and_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_text(path, "old")

    def stopped(beside: Path) -> None:
        beside.write_text("ne")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(path, stopped)

    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.json"]


def test_a_pipe_or_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)

    write_text(path, "told")

    assert os.read(reader, 10) == b"told"
    assert path.is_fifo()
    os.close(reader)


def test_a_link_stays_a_link_and_permissions_stay(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    write_text(real, "old")
    real.chmod(0o600)
    link.symlink_to(real)

    write_text(link, "new")

    assert link.is_symlink()
    assert (real.read_text(), real.stat().st_mode & 0o777) == ("new", 0o600)


@pytest.mark.parametrize("name", ["", "none/x", "x" * 300, "a\0b"])
def test_what_cannot_be_written_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match="cannot be written"):
        write_text(tmp_path / name, "x")
