"""What the simulated bank remembers in a file: one event a line, on disk before anything is answered."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

from whiteslip.kernel.errors import InvalidInput, Unavailable

Event: TypeAlias = dict[str, Any]


class Journal:
    """A file that only grows; one process has it at a time, and it is let go when that one dies, however it does.

    A line without its end was never answered for: a crash tore it, and it is cut off. Any other line that cannot be
    read raises `InvalidInput`; a file another process has raises `Unavailable`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not path.exists()
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._handle)
            raise Unavailable(f"another bank remembers in {path}") from error
        if is_new:
            _settle_name(path)

    def events(self) -> Iterator[Event]:
        """Read what was written, oldest first, and cut off what a crash tore."""
        whole, ended, torn = self._path.read_bytes().rpartition(b"\n")
        if torn:
            os.ftruncate(self._handle, len(whole) + len(ended))
            os.fsync(self._handle)
        for number, line in enumerate(whole.split(b"\n") if ended else [], start=1):
            try:
                yield json.loads(line)
            except ValueError as error:
                where = f"{self._path}:{number}"
                raise InvalidInput(f"{where} is no event of a bank", where=where) from error

    def write(self, event: Event) -> None:
        """Append one event, and return when it is on disk."""
        unwritten = memoryview(json.dumps(event, ensure_ascii=False).encode() + b"\n")
        while unwritten:
            unwritten = unwritten[os.write(self._handle, unwritten) :]
        os.fsync(self._handle)

    def close(self) -> None:
        """Let another process have it."""
        os.close(self._handle)


def _settle_name(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
