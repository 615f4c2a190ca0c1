"""A pool of connections, used in two ways: a transaction that writes, a snapshot that reads."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, TypeAlias, TypeVar

import psycopg
from psycopg import conninfo, errors
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from whiteslip.kernel.errors import InvalidInput, Unavailable

__all__ = ["Connection", "Database", "OperationalError", "connect", "refuse_unsafe"]

Connection: TypeAlias = "psycopg.Connection[Any]"
OperationalError = psycopg.OperationalError
T = TypeVar("T")

OLDEST_SERVER = 15
_FIRST_PAUSE_S = 0.002
_RETRIED = (errors.SerializationFailure, errors.DeadlockDetected)
_NO_ANSWER = (psycopg.OperationalError, psycopg.InterfaceError)
_FULL = (PoolTimeout, PoolClosed, TooManyRequests)


def connect(
    dsn: str,
    *,
    statement_timeout_ms: int = 0,
    lock_timeout_ms: int = 0,
    application_name: str = "whiteslip",
    autocommit: bool = False,
) -> Connection:
    """Open one connection; 0 ms means no limit. Raises `Unavailable` when nobody answers."""
    options = _options(dsn, statement_timeout_ms, lock_timeout_ms)
    try:
        db = psycopg.connect(
            dsn, options=options, application_name=application_name, autocommit=autocommit
        )
    except psycopg.OperationalError as error:
        raise _unreachable(error) from error
    prepare(db)
    return db


def prepare(db: Connection) -> None:
    """Leave room on a connection for every prepared statement of the program."""
    db.prepared_max = 2000


class Database:
    """A bounded pool. Open it with `with` or `open()`; sharing it between threads is fine."""

    def __init__(
        self,
        dsn: str,
        *,
        min_size: int = 1,
        max_size: int = 8,
        wait_s: float = 10.0,
        statement_timeout_ms: int = 30_000,
        lock_timeout_ms: int = 5_000,
        application_name: str = "whiteslip",
        waits_for_disk: bool = True,
    ) -> None:
        """Take the server at `dsn`; without `waits_for_disk` a crash loses the last moments: never for real money."""
        self.dsn = dsn
        self._application_name = application_name
        self._pool = ConnectionPool(
            dsn,
            min_size=min(min_size, max_size),
            max_size=max_size,
            timeout=wait_s,
            open=False,
            configure=prepare,
            kwargs={
                "options": _options(dsn, statement_timeout_ms, lock_timeout_ms)
                + ("" if waits_for_disk else " -c synchronous_commit=off"),
                "application_name": application_name,
            },
        )

    def open(self) -> Self:
        """Connect; raises `Unavailable` when the server does not answer in time."""
        try:
            self._pool.open(wait=True, timeout=self._pool.timeout)
        except _FULL as error:
            self._pool.close()
            connect(self.dsn).close()  # says why, if it still fails
            raise Unavailable("the database did not answer in time; try again") from error
        return self

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def write(self, work: Callable[[Connection], T], *, tries: int = 5) -> T:
        """Run `work` in one transaction and commit it.

        When the database undoes it because of a deadlock or a serialization failure, it is run
        again, at most `tries` times in all; so `work` does nothing outside the database. A
        connection lost during the commit leaves the outcome unknown; the `Unavailable` raised then
        says so.
        """
        for attempt in range(tries):
            try:
                return self._write_once(work)
            except _RETRIED as error:
                if attempt + 1 >= tries:
                    text = f"too much at once: given up after {tries} tries; nothing was changed"
                    raise Unavailable(text) from error
                time.sleep(_FIRST_PAUSE_S * 2**attempt)
        raise AssertionError("a write is tried at least once")

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on one consistent snapshot in which nothing can be written."""
        with self._borrowed() as db:
            db.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            db.read_only = True
            try:
                found = work(db)
                db.commit()  # a rollback would forget every prepared statement of the connection
            except _NO_ANSWER as error:
                raise _interrupted(error) from error
            finally:
                if not db.closed:
                    db.rollback()  # does nothing after a commit
                    db.isolation_level = None
                    db.read_only = None
            return found

    def connect(self) -> Connection:
        """Open a connection without time limits for a long job; the caller commits and closes."""
        return connect(self.dsn, application_name=f"{self._application_name} job")

    def is_alive(self) -> bool:
        """Tell by a query whether the database answers."""
        try:
            return self.read(lambda db: db.execute("SELECT 1").fetchone()) == (1,)
        except Unavailable:
            return False

    def _write_once(self, work: Callable[[Connection], T]) -> T:
        with self._borrowed() as db:
            try:
                result = work(db)
            except BaseException as error:
                if not db.closed:
                    db.rollback()
                if isinstance(error, _NO_ANSWER) and not isinstance(error, _RETRIED):
                    raise _interrupted(error) from error
                raise
            _commit(db)
            return result

    @contextmanager
    def _borrowed(self) -> Generator[Connection]:
        try:
            db = self._pool.getconn()
        except _FULL as error:
            text = "no database connection became free in time; nothing was changed, try again"
            raise Unavailable(text) from error
        try:
            yield db
        finally:
            lost = db.closed
            self._pool.putconn(db)
            if lost and not self._pool.closed:
                self._pool.check()  # what killed this connection has likely killed others


def refuse_unsafe(db: Connection) -> None:
    """Raise `InvalidInput` for a server that is too old or may lose what it has confirmed."""
    if db.info.server_version < OLDEST_SERVER * 10_000:
        version = db.info.server_version // 10_000
        text = f"PostgreSQL {version} is too old: {OLDEST_SERVER} or newer is needed"
        raise InvalidInput(text, where="server_version")
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        row = db.execute("SELECT current_setting(%s)", (name,)).fetchone()
        if row is None or row[0] == "off":
            text = f"PostgreSQL runs with {name} = off and could lose confirmed payments; set it on"
            raise InvalidInput(text, where=name)


def _commit(db: Connection) -> None:
    if db.info.transaction_status == TransactionStatus.INERROR:
        db.rollback()
        raise psycopg.errors.InFailedSqlTransaction("an error was swallowed inside a write")
    try:
        db.commit()
    except _RETRIED:
        raise
    except _NO_ANSWER as error:
        text = "the connection was lost during the commit: it may or may not have happened"
        raise Unavailable(f"{text}; repeat the request with its idempotency key") from error


def _interrupted(error: Exception) -> Unavailable:
    match error:
        case errors.LockNotAvailable():
            why = "another transaction holds what it needs for too long"
        case errors.QueryCanceled():
            why = "the database took too long"
        case errors.DiskFull():
            why = "the database's disk is full"
        case _:
            why = f"the database was interrupted ({_first_line(error)})"
    return Unavailable(f"{why}; nothing was changed, try again")


def _unreachable(error: Exception) -> Unavailable:
    return Unavailable(f"the database cannot be reached: {_first_line(error)}")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no answer"])[0]


def _options(dsn: str, statement_timeout_ms: int, lock_timeout_ms: int) -> str:
    try:
        own = conninfo.conninfo_to_dict(dsn).get("options")
    except psycopg.ProgrammingError as error:
        raise InvalidInput(f"the DSN cannot be read: {_first_line(error)}", where="dsn") from error
    # Compiling a statement takes longer than running any of ours, and older servers would at the price of a set join.
    limits = (
        f"-c jit=off -c statement_timeout={statement_timeout_ms} -c lock_timeout={lock_timeout_ms}"
    )
    return f"-c timezone=UTC {limits} {own or ''}".rstrip()
