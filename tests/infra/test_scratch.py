"""A scratch database is fresh or a copy of another one, and gone at the end."""

from __future__ import annotations

import psycopg
import pytest

from whiteslip.infra.database import connect
from whiteslip.infra.scratch import scratch_database, unsynced


def test_a_copy_has_what_the_original_has_and_shares_nothing(server_dsn: str) -> None:
    with scratch_database(server_dsn, "ws_test_original") as original:
        with connect(original, autocommit=True) as db:
            db.execute("CREATE TABLE kept AS SELECT 7 AS number")
        with (
            scratch_database(server_dsn, "ws_test_copy", copy_of=original) as copy,
            connect(copy, autocommit=True) as db,
        ):
            assert db.execute("SELECT number FROM kept").fetchall() == [(7,)]
            db.execute("DELETE FROM kept")
        with connect(original) as db:
            assert db.execute("SELECT count(*) FROM kept").fetchone() == (1,)
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(copy).close()


def test_sessions_may_be_spared_the_wait_for_the_disk(server_dsn: str) -> None:
    with connect(unsynced(server_dsn)) as db:
        assert db.execute("SHOW synchronous_commit").fetchone() == ("off",)
