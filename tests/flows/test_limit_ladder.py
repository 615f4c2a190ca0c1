"""New customers climb: a due paid on time leads to the next rung, up to what they asked for, and late to none."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.builders import Book, done, founded
from tests.flows.limit_worlds import limit_of, notices, obey, rows
from tests.flows.test_application_states import REVIEWER, decide, fail, taken_in

from whiteslip.credit.applications.model import Review
from whiteslip.flows.decide_applications import decide_review
from whiteslip.flows.review_limits import RunReport, Trigger, review_limits
from whiteslip.infra.database import Database
from whiteslip.money.lines.model import LineKey

OPENED_ON = date(2025, 6, 1)


@pytest.fixture
def book(database: Database) -> Book:
    founded_book = founded(database)
    obey(founded_book)
    return founded_book


def starter(book: Book) -> LineKey:
    """Somebody who asked for 5,000.00 and was let in with doubt, with 1,000.00."""
    key = taken_in(book)
    book.write(lambda db: fail(db, book, key))
    book.write(lambda db: decide(db, book, key))
    let_in = Review(*key, REVIEWER, 100_000)
    line_id = done(book.write(lambda db: decide_review(db, [let_in], at=book.at))[0]).line_id
    assert line_id is not None
    book.write(lambda db: db.execute("UPDATE money.line SET opened_on = %s", (OPENED_ON,)))
    return LineKey(key.customer_id, line_id)


def bill(book: Book, line: LineKey, dues: int) -> None:
    """So many statements with something to pay; the last one was due on the day closed."""
    last_due = book.today - timedelta(days=1)
    query = """
        INSERT INTO money.statement (
            customer_id, line_id, statement_on, due_on, previous_minor, charged_minor, credited_minor, balance_minor,
            credited_total_minor, minimum_minor, pay_later_minor, pay_later_minimum_minor
        )
        SELECT %s, %s, %s::date - 29 - 30 * n, %s::date - 30 * n, 0, 0, 0, 0, 0, 1, 0, 0
        FROM generate_series(0, %s - 1) AS s (n)
    """
    params = (*line, last_due, last_due, dues)
    book.write(lambda db: db.execute(query.encode(), params))


def climb(book: Book) -> RunReport:
    return review_limits(book.database, at=book.at, trigger=Trigger.LADDER)


def test_the_third_due_on_time_leads_to_the_second_rung(book: Book) -> None:
    line = starter(book)
    bill(book, line, 3)

    report = climb(book)

    assert (report.judged, report.raises, limit_of(book, line)) == (1, 1, 300_000)
    assert notices(book, line)[-1] == "limit_raised"
    assert rows(book, "SELECT bound, trigger FROM credit.limit_review") == [("ladder", "ladder")]
    assert climb(book).judged == 0, "once a day"


def test_nobody_climbs_past_what_they_asked(book: Book) -> None:
    line = starter(book)
    bill(book, line, 6)

    climb(book)

    assert limit_of(book, line) == 500_000
    assert rows(book, "SELECT bound FROM credit.limit_review") == [("asked",)]


@pytest.mark.parametrize("dues", [1, 2, 4, 5])
def test_between_the_rungs_nobody_is_looked_at(book: Book, dues: int) -> None:
    bill(book, starter(book), dues)

    assert climb(book).judged == 0


def test_control_a_due_paid_late_does_not_count(book: Book) -> None:
    line = starter(book)
    bill(book, line, 3)
    late = """
        INSERT INTO money.arrears (customer_id, line_id, since_on, oldest_due_on, worst_days, ended_on)
        SELECT customer_id, line_id, due_on, due_on, 1, due_on + 2 FROM money.statement ORDER BY due_on LIMIT 1
    """
    book.write(lambda db: db.execute(late.encode()))

    assert climb(book).judged == 0
    assert limit_of(book, line) == 100_000
