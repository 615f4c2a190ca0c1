"""End of day killed at any statement and run again ends as if nothing had happened."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count
from threading import Event, Thread
from time import perf_counter
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from tests.builders import Book, done, founded, noon
from tests.flows.limit_worlds import CUT, obey, reviewed
from tests.simulation.invariants import DRAWN, broken, fingerprint

from whiteslip.flows import end_of_day as closing
from whiteslip.flows.advise import Answers, Told, keep_answers
from whiteslip.flows.capture import CaptureRequest, capture
from whiteslip.flows.change_limits import TemporaryLimit, grant_temporary_limits
from whiteslip.flows.change_sources import NewSource, SourceKind, add_sources
from whiteslip.flows.checkout import checkout
from whiteslip.flows.ease_repayment import Form, ReliefRequest, Side, Terms, ask_relief
from whiteslip.flows.end_of_day import Step, end_of_day
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import Unavailable, WhiteslipError
from whiteslip.money.lines.model import LineKey
from whiteslip.money.purchases.model import Authorized, PurchaseRequest

CLOSES_ON = date(2026, 3, 4)
"""On this night statements close, dues are missed, holds expire, a limit returns, people are stopped or warned.

It is not the last of its month: what is kept then is written in the same transaction of a range as all of this.
"""
EVERY = 3
"""A run kills at one statement in so many, another day at the next: each statement has its day."""
_numbers = count(1)


class Copies:
    """Fresh copies of one prepared database."""

    def __init__(self, server_dsn: str, source: str) -> None:
        self.server_dsn = server_dsn
        self.source = source

    @contextmanager
    def copy(self) -> Generator[Database]:
        """Open a copy until the block ends."""
        name = f"{self.source}_{next(_numbers)}"
        with psycopg.connect(self.server_dsn, autocommit=True) as admin:
            copying = f"CREATE DATABASE {name} TEMPLATE {self.source} STRATEGY file_copy"
            admin.execute(copying.encode())
            try:
                with Database(make_conninfo(self.server_dsn, dbname=name), max_size=6) as database:
                    yield database
            finally:
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(scope="module")
def eve(server_dsn: str, template: str) -> Iterator[Copies]:
    """A book on the eve of an eventful night."""
    name = f"{template}_eve_{next(_numbers)}"
    with psycopg.connect(server_dsn, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy".encode())
    try:
        with Database(make_conninfo(server_dsn, dbname=name)) as database:
            _live(founded(database, range_size=3))
        yield Copies(server_dsn, name)
    finally:
        with psycopg.connect(server_dsn, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _live(book: Book) -> None:
    """Two months in the lives of eight people."""
    shop = book.shop()
    lines = [book.line(100_000, statement_day=day) for day in (3, 5, 5, 5, 3, 4)]
    for line in lines:
        book.buy(line, 30_000 + line.line_id, at_shop=shop)
        book.buy(line, 20_001, at_shop=shop, plan_months=3)
    book.buy(
        book.line(100_000, statement_day=20), 30_000, at_shop=shop
    )  # half a month late on the night
    book.close_until(date(2026, 1, 20))
    book.buy(book.line(100_000, statement_day=3), 10_000, at_shop=shop)  # due on the night
    book.close_until(date(2026, 2, 4))
    book.pay(lines[0], 4_000)
    book.pay(lines[1], 200_000)
    book.pay(lines[3], 60_000)
    refundable = book.buy(lines[2], 9_999, at_shop=shop, plan_months=0)
    book.close_until(date(2026, 2, 25))
    book.hold(lines[3], 500, at_shop=shop)
    granted = TemporaryLimit(*lines[5], 7_000, CLOSES_ON + timedelta(days=1))
    at = book.at
    book.write(lambda db: grant_temporary_limits(db, [granted], at=at))
    book.refund(lines[2].customer_id, refundable, 5_000)
    book.close_until(CLOSES_ON - timedelta(days=6))
    obey(book)
    reviewed(book, lines[1], CUT)
    book.close_until(CLOSES_ON - timedelta(days=1))
    _promise(book, lines[4])
    book.close_until(CLOSES_ON)
    book.hold(book.line(50_000), 700, at_shop=shop)
    book.pay(lines[3], 3_000)
    card = NewSource(*lines[2], SourceKind.CARD, "•••• 1234", "token", "H", "m-1", book.at)
    book.write(lambda db: add_sources(db, [card], at=book.at))
    told = [Told(line.customer_id, Answers(10_000, 15)) for line in lines]
    book.write(lambda db: keep_answers(db, told, at=book.at))
    book.pay(lines[4], 2_000)


def _promise(book: Book, line: LineKey) -> None:
    """Promise what will have been paid when the night comes, so that it is kept then."""
    at, until_on = book.at, book.today + timedelta(days=5)
    terms = Terms(Form.PROMISE, amount_minor=2_000, until_on=until_on)
    asked = ReliefRequest(*line, terms, Side.CUSTOMER, "app")
    done(book.write(lambda db: ask_relief(db, [asked], at=at))[0])


def close(database: Database) -> None:
    """Run end of day, or finish it."""
    end_of_day(database, at=noon(CLOSES_ON), workers=1)


def state(database: Database) -> dict[str, tuple[int, int]]:
    """Hash everything that is not drawn from a sequence or a machine's clock."""
    return database.read(lambda db: fingerprint(db, ignoring=DRAWN))


class Statements:
    """Counts what is sent to the database, commits too, and kills the backend before the one chosen."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, eve: Copies) -> None:
        self.sent = 0
        self.kill_at = 0
        self.server_dsn = eve.server_dsn
        self.source = eve.source
        execute, commit = psycopg.Cursor.execute, psycopg.Connection.commit

        def counted_execute(cursor: Any, *args: Any, **kwargs: Any) -> Any:
            self._count(cursor.connection)
            return execute(cursor, *args, **kwargs)

        def counted_commit(connection: Any) -> None:
            self._count(connection)
            commit(connection)

        monkeypatch.setattr(psycopg.Cursor, "execute", counted_execute)
        monkeypatch.setattr(psycopg.Connection, "commit", counted_commit)

    def _count(self, connection: Any) -> None:
        if not connection.info.dbname.startswith(f"{self.source}_"):
            return  # of the administrator, or of another test's server in this process
        self.sent += 1
        if self.sent == self.kill_at:
            with psycopg.connect(self.server_dsn, autocommit=True) as admin:
                victim = connection.info.backend_pid
                admin.execute("SELECT pg_terminate_backend(%s, 5000)", (victim,))

    def start(self, *, kill_at: int = 0) -> None:
        """Count from here on; 0 kills nothing."""
        self.sent, self.kill_at = 0, kill_at


def test_killed_at_any_statement_it_ends_the_same(
    eve: Copies, monkeypatch: pytest.MonkeyPatch, tell: Callable[[str], None]
) -> None:
    statements = Statements(monkeypatch, eve)
    with eve.copy() as database:
        statements.start()
        close(database)
        total = statements.sent
        expected = state(database)
        assert database.read(broken) == []
        reported = "SELECT report FROM infra.day_report ORDER BY business_date DESC"
        rows = database.read(lambda db: db.execute(reported.encode()).fetchone())
        assert rows is not None
        idle = [name for name, touched in rows[0]["rows"].items() if not touched]
        assert idle == ["keep month end"], "every other step must have had something to do"
    different: list[int] = []
    for kill_at in range(1 + datetime.now(UTC).toordinal() % EVERY, total + 1, EVERY):
        with eve.copy() as database:
            statements.start(kill_at=kill_at)
            with pytest.raises((Unavailable, psycopg.Error)):
                close(database)
            assert statements.sent >= kill_at
            statements.start()
            close(database)
            if state(database) != expected:
                different.append(kill_at)
    tell(f"end of day killed before one in {EVERY} of its {total} statements and commits")
    assert different == []


def test_a_step_that_commits_by_itself_is_seen(
    eve: Copies, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: fees committed before their range's progress row are charged again."""

    def committing(step: Step) -> Step:
        def run(db: Connection, **more: Any) -> int:
            touched = step.run(db, **more)
            db.commit()
            return touched

        return Step(step.name, run) if step.name == "charge daily fees" else step

    with eve.copy() as database:
        close(database)
        expected = state(database)
    statements = Statements(monkeypatch, eve)
    monkeypatch.setattr(closing, "STEPS", tuple(committing(step) for step in closing.STEPS))
    with eve.copy() as database:
        statements.start()
        close(database)
        total = statements.sent
        assert state(database) == expected
    different = 0
    for kill_at in range(10, total, 5):
        with eve.copy() as database:
            statements.start(kill_at=kill_at)
            with pytest.raises((Unavailable, psycopg.Error)):
                close(database)
            statements.start()
            close(database)
            different += state(database) != expected
        if different:
            break
    assert different


def test_a_closed_day_cannot_be_closed_again(eve: Copies) -> None:
    with eve.copy() as database:
        close(database)
        before = state(database)
        reopen = "UPDATE infra.business_day SET closed_on = closed_on - 1"
        database.write(lambda db: db.execute(reopen.encode()))  # as if the last commit were lost

        close(database)

        assert state(database) == before


def test_purchases_go_on_while_the_day_is_killed_and_closed(
    eve: Copies, tell: Callable[[str], None]
) -> None:
    with eve.copy() as database:
        stop = Event()
        counts = {"bought": 0, "failed": 0}
        waits: list[float] = []
        keys = _lines(database)

        def shop() -> None:
            while not stop.is_set():
                started = perf_counter()
                try:
                    counts["bought"] += _buy(database, keys)
                except (Unavailable, psycopg.Error):
                    counts["failed"] += 1
                waits.append(perf_counter() - started)

        shoppers = [Thread(target=shop) for _ in range(2)]
        for one in shoppers:
            one.start()
        interrupted = 0
        killer = Thread(target=_keep_killing, args=(database.dsn, stop))
        killer.start()
        try:
            while interrupted < 5 or _today_of(database) < CLOSES_ON + timedelta(days=4):
                try:
                    end_of_day(database, at=noon(CLOSES_ON), workers=2)
                except (Unavailable, psycopg.Error):
                    interrupted += 1
        finally:
            stop.set()
            for one in shoppers:
                one.join(30)
            killer.join(30)
        end_of_day(database, at=noon(CLOSES_ON), workers=2)
        assert database.read(broken) == []
        assert counts["bought"] > 0
        tell(
            f"{counts}, end of day interrupted {interrupted} times, longest wait {max(waits):.3f} s"
        )


def _today(db: Connection) -> date:
    row = db.execute("SELECT current_on FROM infra.business_day").fetchone()
    assert row is not None
    return row[0]


def _today_of(database: Database) -> date:
    try:
        return database.read(_today)
    except (Unavailable, psycopg.Error):
        return CLOSES_ON  # that reader was killed too


def _lines(database: Database) -> list[LineKey]:
    rows = database.read(
        lambda db: db.execute("SELECT customer_id, line_id FROM money.line ORDER BY 1").fetchall()
    )
    return [LineKey(*row) for row in rows]


def _buy(database: Database, keys: list[LineKey]) -> int:
    asked = [PurchaseRequest(*key, 1, 3, 0, "order") for key in keys]
    answers = database.write(lambda db: checkout(db, asked, at=noon(CLOSES_ON)))
    held = [
        CaptureRequest(one.customer_id, one.purchase_id, None, None, final=True)
        for one in answers
        if isinstance(one, Authorized)
    ]
    captured = database.write(lambda db: capture(db, held, at=noon(CLOSES_ON)))
    assert not [one for one in captured if isinstance(one, WhiteslipError)]
    return len(captured)


def _keep_killing(dsn: str, stop: Event) -> None:
    """Kill whichever backend is at work, again and again."""
    with psycopg.connect(dsn, autocommit=True) as admin:
        while not stop.wait(0.05):
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND state <> 'idle' ORDER BY random() LIMIT 1"
            )
