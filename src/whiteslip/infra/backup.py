"""Backups of a whole database into one file, and back, with PostgreSQL's own programs."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from whiteslip.infra.database import Connection, connect
from whiteslip.infra.embedded import binaries
from whiteslip.kernel.errors import Conflict, InvalidInput, Unavailable

_SIGNATURE = b"PGDMP"
_TOO_NEW = b"SET transaction_timeout = 0;\n"
_CHUNK = 1024 * 1024
_USER_TABLES = """
    SELECT count(*)
    FROM pg_class
    INNER JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
    WHERE pg_class.relkind IN ('r', 'p')
        AND pg_namespace.nspname !~ '^pg_'
        AND pg_namespace.nspname <> 'information_schema'
"""

Progress = Callable[[str], None]


def back_up(dsn: str, target: Path, *, overwrite: bool = False, progress: Progress) -> int:
    """Write one consistent snapshot to a file and return its size in bytes.

    It is written beside the target and renamed when complete and on disk. Raises `Conflict` when
    the file exists, unless it may be overwritten.
    """
    if target.exists() and not overwrite:
        raise Conflict(f"{target} exists; choose another name, or --force to overwrite it")
    if not target.parent.is_dir():
        raise InvalidInput(f"there is no folder {target.parent}", where="file")
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb"):
            _dump(dsn, name, progress)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return target.stat().st_size


def restore(dsn: str, source: Path, *, overwrite: bool = False, progress: Progress) -> int:
    """Load a backup in one transaction, all or nothing, and return how many tables there are.

    Raises `Conflict` when the database holds tables, unless they may be replaced; tables that the
    backup does not know are left alone.
    """
    _refuse_other_files(source)
    with connect(dsn, autocommit=True) as db:
        if _tables(db) and not overwrite:
            raise Conflict("the database is not empty; restore into a new one, or use --force")
    _load(dsn, source, ["--clean", "--if-exists"] if overwrite else [], progress)
    with connect(dsn, autocommit=True) as db:
        db.execute("ANALYZE")
        return _tables(db)


def _refuse_other_files(source: Path) -> None:
    try:
        with source.open("rb") as file:
            ours = file.read(len(_SIGNATURE)) == _SIGNATURE
    except OSError as error:
        raise InvalidInput(f"{source} cannot be read: {error.strerror}", where="file") from error
    if not ours:
        raise InvalidInput(f"{source} is not a backup", where="file")


def _tables(db: Connection) -> int:
    row = db.execute(_USER_TABLES).fetchone()
    return int(row[0]) if row else 0


def _dump(dsn: str, target: str, progress: Progress) -> None:
    command, environment = _command("pg_dump", dsn)
    told: list[str] = []
    with subprocess.Popen(
        [*command, "--verbose", "--format=custom", "--no-owner", "-f", target],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    ) as running:
        for line in running.stderr or ():
            told = [*told[-4:], line.strip()]
            progress(told[-1].removeprefix("pg_dump: "))
    if running.returncode != 0:
        wrong = [line for line in told if "error" in line] or told[-1:]
        raise Unavailable(f"no backup was made: {' '.join(wrong)}")


def _load(dsn: str, source: Path, options: list[str], progress: Progress) -> None:
    """Read the backup as a script and run it, without a setting that servers before 17 lack.

    The transaction is ours: it is committed only when the whole backup could be read.
    """
    command, environment = _command("psql", dsn)
    read = [str(binaries()["pg_restore"]), "-f", "-", "--no-owner", "--no-privileges", *options]
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(
            [*command, "--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
            env=environment,
        ) as loading,
        subprocess.Popen([*read, str(source)], stdout=subprocess.PIPE, stderr=said) as reading,
    ):
        assert loading.stdin is not None  # noqa: S101 - asked for above
        assert reading.stdout is not None  # noqa: S101 - asked for above
        with suppress(BrokenPipeError), loading.stdin as into, reading.stdout as script:
            _pass_on(script, into, progress)
            if reading.wait() == 0:
                into.write(b"COMMIT;\n")
        loading.wait()
        if reading.wait() != 0 or loading.returncode != 0:
            said.seek(0)
            text = " ".join(said.read().split())
            raise Unavailable(f"the backup was not restored and nothing was changed: {text[:500]}")


def _pass_on(script: IO[bytes], into: IO[bytes], progress: Progress) -> None:
    into.write(b"BEGIN;\n")
    passed = 0
    while chunk := script.read(_CHUNK):
        into.write(chunk if passed else chunk.replace(_TOO_NEW, b"", 1))
        passed += len(chunk)
        progress(f"{passed / 1e6:.0f} MB")


def _command(program: str, dsn: str) -> tuple[list[str], dict[str, str]]:
    """Write a command for a database; the password goes through the environment."""
    parts = conninfo_to_dict(dsn)
    environment = {**os.environ, "PGAPPNAME": f"whiteslip {program}", "LC_ALL": "C"}
    if password := parts.pop("password", None):
        environment["PGPASSWORD"] = str(password)
    target = make_conninfo("", **parts)
    return [str(binaries()[program]), "--no-password", "--dbname", target], environment
