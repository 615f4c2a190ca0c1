"""Files that appear whole or not at all, whoever interrupts, and whoever else writes there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from whiteslip.kernel.errors import InvalidInput


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a file beside `path`, then put it there; a device or pipe is written to as it is.

    What the operating system refuses is `InvalidInput` with the path and the cause.
    """
    try:
        if not path.name or path.is_dir():
            raise IsADirectoryError(21, os.strerror(21))
        if path.exists() and not path.is_file():
            write(path)
            return
        _replace(path, write)
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{path}: cannot be written: {cause(error)}", where=str(path)) from error


def write_text(path: Path, text: str) -> None:
    """Write a text whole or not at all."""
    write_whole(path, lambda beside: _fill(beside, text))


def cause(error: Exception) -> str:
    """Say in one line why the operating system refused."""
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return str(error)


def _fill(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")


def _replace(path: Path, write: Callable[[Path], None]) -> None:
    real = path.resolve()
    partial = real.with_name(f".{real.name[:100]}.{os.getpid()}.partial")
    try:
        write(partial)
        if real.exists():
            partial.chmod(real.stat().st_mode)
        partial.replace(real)
    finally:
        partial.unlink(missing_ok=True)
