"""Transactions that commit once, retry what may be retried, and say what is unknown."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from whiteslip.infra.database import Connection, Database, connect, refuse_unsafe
from whiteslip.kernel.errors import InvalidInput, NotFound, Unavailable


@pytest.fixture
def book(database: Database) -> Database:
    """A database with two accounts."""

    def make(db: Connection) -> None:
        db.execute("CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL)")
        db.execute("INSERT INTO account VALUES (1, 0), (2, 0)")

    database.write(make)
    return database


def add(db: Connection, account: int, amount: int = 1) -> None:
    db.execute("UPDATE account SET balance = balance + %s WHERE id = %s", (amount, account))


def balances(database: Database) -> list[int]:
    query = "SELECT balance FROM account ORDER BY id"
    return [row[0] for row in database.read(lambda db: db.execute(query).fetchall())]


def test_a_write_commits_and_returns(book: Database) -> None:
    assert book.write(lambda db: add(db, 1) or "done") == "done"
    assert balances(book) == [1, 0]


def test_an_error_undoes_everything(book: Database) -> None:
    def fail(db: Connection) -> None:
        add(db, 1)
        raise NotFound("no such thing")

    with pytest.raises(NotFound):
        book.write(fail)
    assert balances(book) == [0, 0]


def test_a_swallowed_error_is_not_taken_for_success(book: Database) -> None:
    def swallow(db: Connection) -> None:
        add(db, 1)
        with pytest.raises(psycopg.errors.DivisionByZero):
            db.execute("SELECT 1 / 0")

    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        book.write(swallow)
    assert balances(book) == [0, 0]


def test_a_deadlock_is_retried(book: Database) -> None:
    both_hold_one = threading.Barrier(2)
    tries: list[int] = []

    def move(first: int, second: int) -> None:
        def work(db: Connection) -> None:
            db.execute("SET LOCAL deadlock_timeout = '50ms'")
            tries.append(first)
            add(db, first)
            if len(tries) <= 2:
                both_hold_one.wait(5)
            add(db, second)

        book.write(work)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(move, (1, 2), (2, 1)))

    assert len(tries) == 3
    assert balances(book) == [2, 2]


def overtaken(book: Database, tries: list[int], *, times: int) -> None:
    """Update an account that another transaction changes after our snapshot, `times` times."""

    def work(db: Connection) -> None:
        tries.append(1)
        db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        db.execute("SELECT balance FROM account")
        if len(tries) <= times:
            book.write(lambda other: add(other, 1, 10))
        add(db, 1)

    book.write(work)


def test_a_serialization_failure_is_retried(book: Database) -> None:
    tries: list[int] = []

    overtaken(book, tries, times=2)

    assert len(tries) == 3
    assert balances(book) == [21, 0]


def test_retries_are_bounded(book: Database) -> None:
    tries: list[int] = []

    with pytest.raises(Unavailable, match="5 tries; nothing was changed"):
        overtaken(book, tries, times=99)

    assert len(tries) == 5
    assert balances(book) == [50, 0]


def test_a_read_cannot_write_and_sees_one_snapshot(book: Database) -> None:
    def look_twice(db: Connection) -> tuple[object, object]:
        query = "SELECT sum(balance) FROM account"
        before = db.execute(query).fetchone()
        book.write(lambda other: add(other, 1))
        return before, db.execute(query).fetchone()

    before, after = book.read(look_twice)

    assert before == after
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        book.read(lambda db: add(db, 1))
    book.write(lambda db: add(db, 1))  # the connection is as good as new
    assert balances(book) == [2, 0]


def test_a_killed_connection_is_told_and_replaced(book: Database) -> None:
    def killed(db: Connection) -> None:
        add(db, 1)
        pid = db.info.backend_pid
        book.write(lambda other: other.execute("SELECT pg_terminate_backend(%s)", (pid,)))
        add(db, 1)

    with pytest.raises(Unavailable, match="nothing was changed"):
        book.write(killed)
    assert balances(book) == [0, 0]


def test_a_connection_lost_in_the_commit_is_an_unknown_outcome(book: Database) -> None:
    def make_deadly(db: Connection) -> None:
        db.execute(
            """
            CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'
            """
        )
        db.execute(
            """
            CREATE CONSTRAINT TRIGGER die_at_commit AFTER UPDATE ON account
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die()
            """
        )

    book.write(make_deadly)
    calls: list[int] = []

    with pytest.raises(Unavailable, match="may or may not have happened"):
        book.write(lambda db: (calls.append(1), add(db, 1)))

    assert calls == [1]


def test_limits_of_time(dsn: str) -> None:
    with Database(dsn, statement_timeout_ms=50, lock_timeout_ms=20, max_size=3) as hasty:
        with pytest.raises(Unavailable, match="too long"):
            hasty.read(lambda db: db.execute("SELECT pg_sleep(5)"))
        hasty.write(lambda db: db.execute("CREATE TABLE thing (id int)"))
        with hasty.connect() as holder:
            holder.execute("LOCK TABLE thing")
            with pytest.raises(Unavailable, match="holds what it needs"):
                hasty.write(lambda db: db.execute("INSERT INTO thing VALUES (1)"))


def test_an_exhausted_pool_answers_in_time(dsn: str) -> None:
    with (
        Database(dsn, max_size=1, wait_s=0.1) as small,
        pytest.raises(Unavailable, match="no database connection became free"),
    ):
        small.write(lambda _: small.read(lambda db: db.execute("SELECT 1")))


def test_a_server_that_is_not_there() -> None:
    nowhere = "host=127.0.0.1 port=1 dbname=x connect_timeout=1"

    with pytest.raises(Unavailable, match="cannot be reached"):
        connect(nowhere)
    with pytest.raises(Unavailable):
        Database(nowhere, wait_s=0.2).open()
    with pytest.raises(InvalidInput, match="DSN"):
        connect("postgresql://[")


def test_sessions_are_in_utc(database: Database) -> None:
    assert database.read(lambda db: db.execute("SHOW timezone").fetchone()) == ("UTC",)
    assert database.is_alive()


def test_own_options_of_a_dsn_are_kept(dsn: str) -> None:
    with connect(make_conninfo(dsn, options="-c work_mem=7MB")) as db:
        assert db.execute("SHOW work_mem").fetchone() == ("7MB",)
        assert db.execute("SHOW timezone").fetchone() == ("UTC",)


def test_a_server_that_may_lose_payments_is_refused(db: Connection) -> None:
    db.execute("SET synchronous_commit = off")
    with pytest.raises(InvalidInput, match="= off and could lose"):
        refuse_unsafe(db)
