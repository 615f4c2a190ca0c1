"""Migrations are applied once, in order, whole or not at all, and never changed afterwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from whiteslip.infra.clock import FixedClock
from whiteslip.infra.database import connect
from whiteslip.infra.migrations import Migration, migrate, pending, shipped
from whiteslip.kernel.errors import Conflict, InvariantBroken, Unavailable

FIRST = Migration(
    "0001_thing", "CREATE TABLE thing (id int PRIMARY KEY); INSERT INTO thing VALUES (1);"
)
SECOND = Migration("0002_more", "ALTER TABLE thing ADD COLUMN name text;")
AT = FixedClock(datetime(2024, 2, 29, tzinfo=UTC))


def test_what_ships_applies_and_then_nothing_is_left(empty_dsn: str) -> None:
    assert migrate(empty_dsn) == [migration.name for migration in shipped()]
    assert pending(empty_dsn) == []
    assert migrate(empty_dsn) == []


def test_only_what_is_missing_is_applied(empty_dsn: str) -> None:
    assert pending(empty_dsn, [FIRST, SECOND]) == ["0001_thing", "0002_more"]
    assert migrate(empty_dsn, [FIRST], clock=AT) == ["0001_thing"]
    assert pending(empty_dsn, [FIRST, SECOND]) == ["0002_more"]
    assert migrate(empty_dsn, [FIRST, SECOND]) == ["0002_more"]

    with connect(empty_dsn) as db:
        assert db.execute("SELECT id, name FROM thing").fetchall() == [(1, None)]
        found = db.execute("SELECT min(applied_at) FROM public.schema_migration").fetchone()
        assert found == (AT.now(),)


def test_a_changed_file_is_refused(empty_dsn: str) -> None:
    migrate(empty_dsn, [FIRST])
    changed = Migration(FIRST.name, FIRST.text + " -- better")

    for look in (migrate, pending):
        with pytest.raises(Conflict, match="0001_thing was changed after it was applied"):
            look(empty_dsn, [changed])


def test_a_newer_database_is_refused(empty_dsn: str) -> None:
    migrate(empty_dsn, [FIRST, SECOND])

    with pytest.raises(Conflict, match="newer version: 0002_more"):
        migrate(empty_dsn, [FIRST])


def test_a_failing_file_leaves_nothing(empty_dsn: str) -> None:
    broken = Migration("0002_broken", "CREATE TABLE half (); SELECT 1 / 0;")

    with pytest.raises(InvariantBroken, match="0002_broken is wrong: division by zero"):
        migrate(empty_dsn, [FIRST, broken])

    with connect(empty_dsn) as db:
        assert db.execute("SELECT to_regclass('half') IS NULL").fetchone() == (True,)
    assert pending(empty_dsn, [FIRST, broken]) == ["0002_broken"]


def test_two_at_once_apply_once(empty_dsn: str) -> None:
    slow = Migration("0001_slow", "SELECT pg_sleep(0.3); CREATE TABLE thing ();")

    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(migrate, empty_dsn, [slow]) for _ in range(2)]
        results = [run.result() for run in runs]

    assert sorted(results) == [[], ["0001_slow"]]


def test_a_lock_held_by_others_is_not_waited_for_forever(
    empty_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whiteslip.infra.migrations._LOCK_TIMEOUT_MS", 100)
    migrate(empty_dsn, [FIRST])
    with connect(empty_dsn) as reader:
        reader.execute("SELECT * FROM thing")

        with pytest.raises(Unavailable, match="0002_more was not applied"):
            migrate(empty_dsn, [FIRST, SECOND])

    assert migrate(empty_dsn, [FIRST, SECOND]) == ["0002_more"]
