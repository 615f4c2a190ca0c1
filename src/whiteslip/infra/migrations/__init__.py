"""Brings a database to today's schema: numbered SQL files, forward only, each applied once.

A runner of our own, because the ready-made one (yoyo) does not notice a file that was changed after
it was applied and takes its lock as a row, which a killed run leaves behind; here the lock is the
server's own and ends with its connection.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import LiteralString, cast

import psycopg

from whiteslip.infra.clock import Clock, MachineClock
from whiteslip.infra.database import Connection, connect
from whiteslip.kernel.errors import Conflict, InvariantBroken, Unavailable

_LOCK = 8_420_842_084
_LOCK_TIMEOUT_MS = 5_000
_STATEMENT_TIMEOUT_MS = 15 * 60_000
_TABLE = """
    CREATE TABLE IF NOT EXISTS public.schema_migration (
        name text PRIMARY KEY,
        checksum text NOT NULL,
        applied_at timestamptz NOT NULL
    )
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its name without the suffix, such as `0001_ledger`, and its SQL."""

    name: str
    text: str

    @property
    def checksum(self) -> str:
        """A digest of the text, by which a later change is noticed."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def shipped() -> tuple[Migration, ...]:
    """Read the files that came with the program, in order; two of one number are a mistake."""
    found = [
        Migration(entry.name.removesuffix(".sql"), entry.read_text("utf-8"))
        for entry in resources.files(__name__).iterdir()
        if entry.name.endswith(".sql")
    ]
    numbers = [migration.name.split("_")[0] for migration in found]
    if len(set(numbers)) < len(numbers) or not all(number.isdigit() for number in numbers):
        raise InvariantBroken("migrations need names of the form 0001_what, each number once")
    return tuple(sorted(found, key=lambda migration: int(migration.name.split("_")[0])))


def migrate(
    dsn: str, migrations: Sequence[Migration] | None = None, *, clock: Clock | None = None
) -> list[str]:
    """Apply what is missing, one transaction a file, and return the names of what was applied.

    Only one run at a time works on a database; another waits for it. Raises `Conflict` when an
    applied file was changed or is unknown here, `Unavailable` when a lock or a statement took too
    long; then run it again.
    """
    wanted = shipped() if migrations is None else tuple(migrations)
    with _session(dsn) as db:
        db.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        db.execute(_TABLE)
        missing = _missing(db, wanted)
        for migration in missing:
            _apply(db, migration, clock or MachineClock())
    return [migration.name for migration in missing]


def pending(dsn: str, migrations: Sequence[Migration] | None = None) -> list[str]:
    """Name the migrations a database lacks, without changing it."""
    wanted = shipped() if migrations is None else tuple(migrations)
    with _session(dsn) as db:
        return [migration.name for migration in _missing(db, wanted)]


def _session(dsn: str) -> Connection:
    return connect(
        dsn,
        statement_timeout_ms=_STATEMENT_TIMEOUT_MS,
        lock_timeout_ms=0,
        application_name="whiteslip migrate",
        autocommit=True,
    )


def _missing(db: Connection, wanted: Sequence[Migration]) -> list[Migration]:
    applied = _applied(db)
    known = {migration.name: migration.checksum for migration in wanted}
    if unknown := sorted(applied.keys() - known.keys()):
        text = f"the database was migrated by a newer version: {', '.join(unknown)} unknown here"
        raise Conflict(f"{text}; use that version, or restore a backup")
    for name, checksum in applied.items():
        if known[name] != checksum:
            text = f"migration {name} was changed after it was applied; put the file back"
            raise Conflict(f"{text} and write a new one")
    return [migration for migration in wanted if migration.name not in applied]


def _applied(db: Connection) -> dict[str, str]:
    found = db.execute("SELECT to_regclass('public.schema_migration')").fetchone()
    if found is None or found[0] is None:
        return {}
    return dict(db.execute("SELECT name, checksum FROM public.schema_migration").fetchall())


def _apply(db: Connection, migration: Migration, clock: Clock) -> None:
    row = (migration.name, migration.checksum, clock.now())
    try:
        with db.transaction():
            db.execute("SELECT set_config('lock_timeout', %s, true)", (str(_LOCK_TIMEOUT_MS),))
            db.execute(cast("LiteralString", migration.text))
            db.execute("INSERT INTO public.schema_migration VALUES (%s, %s, %s)", row)
    except psycopg.OperationalError as error:
        text = f"migration {migration.name} was not applied ({str(error).splitlines()[0]})"
        raise Unavailable(f"{text}; nothing of it remains, run it again") from error
    except psycopg.Error as error:
        raise InvariantBroken(f"migration {migration.name} is wrong: {error}") from error
