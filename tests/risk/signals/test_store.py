"""What the measures count on a real book, and that evaluations are only ever added."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from tests.builders import Book, done, founded, noon, only

from whiteslip.flows.complain import Cause, Channel, NewComplaint, complain
from whiteslip.flows.record_failed_debits import DebitReport, Failure, record_failed_debits
from whiteslip.flows.restrict import RestrictionRequest, restrict
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.lines.model import LineKey
from whiteslip.risk.signals import store
from whiteslip.risk.signals.model import Color, Evaluation, Measured, Past, Why

ON = date(2026, 3, 1)


@pytest.fixture
def book(database: Database) -> Book:
    made = founded(database)
    made.grant_all()
    return made


def measured(book: Book, name: str, *, on: date) -> Measured:
    indicator = store.catalog().indicators[name]
    return book.database.read(lambda db: store.measure(db, indicator, on=on))


def due_of(book: Book, line: LineKey) -> date:
    query = b"SELECT min(due_on) FROM money.statement WHERE customer_id = %s AND minimum_minor > 0"
    row = book.database.read(lambda db: db.execute(query, [line.customer_id]).fetchone())
    assert row is not None
    return row[0]


def test_a_missed_first_due_is_a_roll_and_later_a_first_payment_default(book: Book) -> None:
    shop = book.shop()
    good, bad, slow = (book.line(statement_day=5) for _ in range(3))
    for line in (good, bad, slow):
        book.buy(line, 30_000, at_shop=shop)
    book.close_until(date(2026, 1, 6))
    book.pay(good, 30_000)
    due_on = due_of(book, bad)
    book.close_until(due_on + timedelta(days=3))
    book.pay(slow, 30_500)
    book.close_until(due_on + timedelta(days=31))

    assert measured(book, "roll_to_overdue", on=due_on)[:2] == (2, 3)
    assert measured(book, "roll_to_overdue", on=due_on - timedelta(days=1))[:2] == (0, 0)
    assert measured(book, "first_payment", on=due_on + timedelta(days=9))[:2] == (0, 0), "too soon"
    assert measured(book, "first_payment", on=due_on + timedelta(days=11))[:2] == (1, 3)
    assert measured(book, "roll_to_thirty", on=due_on + timedelta(days=31))[:2] == (1, 2)
    assert measured(book, "thirty_plus", on=due_on + timedelta(days=29))[:2] == (0, 1)
    assert measured(book, "thirty_plus", on=due_on + timedelta(days=30))[:2] == (1, 1)


def test_a_failed_debit_counts_for_its_due_once(book: Book) -> None:
    shop = book.shop()
    lines = [book.line(statement_day=5) for _ in range(2)]
    for line in lines:
        book.buy(line, 30_000, at_shop=shop)
    book.close_until(date(2026, 1, 6))
    due_on = due_of(book, lines[0])
    book.close_until(due_on)
    assert measured(book, "failed_debits", on=due_on)[:3] == (0, 2, None)

    def report(reference: str, failure: Failure) -> None:
        asked = DebitReport(*lines[0], 30_000, due_on, failure, reference)
        at = book.at
        done(only(book.write(lambda db: record_failed_debits(db, [asked], at=at))))

    report("one", Failure.TECHNICAL)
    report("two", Failure.INSUFFICIENT_FUNDS)

    assert measured(book, "failed_debits", on=due_on)[:3] == (1, 2, due_on)
    assert measured(book, "technical_debits", on=due_on)[:3] == (1, 2, due_on)
    assert measured(book, "technical_debits", on=due_on + timedelta(days=9))[:3] == (0, 0, due_on)


def test_complaints_are_counted_for_open_lines(book: Book) -> None:
    lines = [book.line() for _ in range(3)]
    asked = NewComplaint(
        lines[0].customer_id, Channel.APP, Cause.WRONG_CHARGE, "多收了", "shop", None
    )
    at, today = book.at, book.today
    done(only(book.write(lambda db: complain(db, [asked], at=at))))

    assert measured(book, "complaints", on=today)[:3] == (1, 3, today)
    assert measured(book, "complaints", on=today - timedelta(days=1))[:3:2] == (0, None)


def test_an_order_is_lost_to_a_restriction_that_stood_then(book: Book) -> None:
    shop = book.shop()
    free, stopped = book.line(), book.line()
    book.ask(stopped, 9_000_000, at_shop=shop)  # declined for its room, before any restriction
    asked = RestrictionRequest(*stopped, 4, ReasonCode.FRAUD_SUSPECTED, "Ann")
    at, today = book.at, book.today
    done(only(book.write(lambda db: restrict(db, [asked], at=at + timedelta(hours=1)))))
    book.close_day()
    book.ask(free, 1_000, at_shop=shop)
    book.ask(stopped, 1_000, at_shop=shop)

    assert measured(book, "lost_orders", on=book.today)[:3] == (1, 3, book.today)
    assert measured(book, "lost_orders", on=today)[:2] == (0, 1)
    later = book.today + timedelta(days=30)
    silent = measured(book, "lost_orders", on=later)
    assert silent[:3] == (0, 0, later - timedelta(days=7)), "silent, not absent"


def test_approvals_are_those_of_what_was_decided(db: Connection) -> None:
    rows = [(1, "approved"), (2, "declined"), (3, "declined"), (4, "expired")]
    for number, status in rows:
        db.execute(
            b"INSERT INTO credit.application_event VALUES (%s, %s, 2, NULL, %s, %s, 'received', %s, 'whiteslip', NULL)",
            [number, number, noon(ON), ON, status],
        )

    assert store.measure(db, store.catalog().indicators["approvals"], on=ON)[:3] == (1, 3, ON)


def evaluation(color: Color, why: Why | None = None) -> Evaluation:
    value_ppm = None if why is Why.FAILED else 0
    counts = (None, None) if why is Why.FAILED else (0, 300)
    days = (ON - timedelta(days=30), ON)
    return Evaluation("complaints", 1, ON, noon(ON), *days, *counts, value_ppm, color, why)


def keep(db: Connection, one: Evaluation) -> set[str]:
    return store.insert_evaluations(db, [one], version=1, on=ON, at=noon(ON))


def kept(db: Connection) -> list[tuple[Any, ...]]:
    query = b"SELECT attempt, color, why FROM risk.signal_evaluation ORDER BY attempt"
    return db.execute(query).fetchall()


def test_what_was_unknown_may_be_tried_again_and_what_is_known_stays(db: Connection) -> None:
    assert keep(db, evaluation(Color.UNKNOWN, Why.FAILED)) == {"complaints"}
    assert keep(db, evaluation(Color.RED)) == {"complaints"}
    assert keep(db, evaluation(Color.GREEN)) == set()

    assert kept(db) == [(1, "unknown", "failed"), (2, "red", None)]
    assert store.find_known(db, on=ON) == {"complaints"}
    assert store.find_past(db, on=ON) == {"complaints": Past(None, noon(ON))}
    tomorrow = ON + timedelta(days=1)
    assert store.find_past(db, on=tomorrow) == {"complaints": Past(Color.RED, noon(ON))}


def test_no_statement_changes_or_removes_an_evaluation() -> None:
    writing = [name for name in store.sql.names() if "signal_evaluation" in store.sql.text(name)]
    writing = [name for name in writing if not name.startswith("find")]

    assert writing == ["insert_evaluations"]
    assert "UPDATE" not in store.sql.text("insert_evaluations")
