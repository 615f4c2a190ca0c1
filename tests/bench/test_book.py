"""A made book is a real one: consistent to the cent, the same every time, and a day closes over it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from whiteslip.bench.book import DAY, give_sources, line_id, make_book
from whiteslip.bench.end_of_day import DUE_OF, autopay
from whiteslip.bench.figures import Case
from whiteslip.bench.usage import Usage
from whiteslip.flows.check_books import check_books
from whiteslip.flows.end_of_day import end_of_day
from whiteslip.infra.database import Database, connect

LINES = 2_000
AT = datetime(2026, 8, 14, 4, tzinfo=UTC)


def _silent(_message: str) -> None:
    pass


def count(dsn: str, query: str) -> int:
    with connect(dsn) as db:
        row = db.execute(query.encode()).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def made(dsn: str) -> str:
    make_book(dsn, LINES, tell=_silent)
    return dsn


def test_a_book_has_the_lines_it_was_asked_for_and_about_three_installments_each(made: str) -> None:
    assert count(made, "SELECT count(*) FROM money.line") == LINES
    assert 2.5 < count(made, "SELECT count(*) FROM money.installment") / LINES < 3.5
    assert count(made, "SELECT count(DISTINCT statement_day) FROM money.line") == 28
    assert 0.03 < count(made, "SELECT count(*) FROM money.arrears") / LINES < 0.07
    assert count(made, f"SELECT line_id FROM money.line WHERE customer_id = {LINES}") == line_id(
        LINES
    )


def test_a_made_book_is_sound_and_days_close_over_it(made: str) -> None:
    with Database(made) as database:
        assert database.read(check_books).clean
        reports = [end_of_day(database, at=AT) for _ in range(2)]
        problems = database.read(check_books).problems

    assert [report.business_date for report in reports] == [DAY, DAY + timedelta(days=1)]
    assert reports[1].rows["close statements"] > 0
    assert reports[1].rows["charge daily fees"] > 0
    assert reports[1].rows["release expired holds"] > 0
    assert problems == []


def test_a_book_can_be_billed_on_one_day(dsn: str) -> None:
    make_book(dsn, LINES, statement_day=(DAY + timedelta(days=1)).day, tell=_silent)

    with Database(dsn) as database:
        report = end_of_day(database, at=AT)

    assert report.rows["close statements"] == LINES


def test_of_half_the_lines_dues_are_collected_when_they_come(dsn: str) -> None:
    book = make_book(dsn, LINES, statement_day=DUE_OF, unpaid=True, tell=_silent)
    assert 0.45 < give_sources(dsn, book, tell=_silent) / 2 / LINES < 0.55

    with Database(dsn) as database:
        days = [end_of_day(database, at=AT) for _ in range(2)]
        assert database.read(check_books).clean

    planned = [one.rows["plan collections"] for one in days]
    assert planned[0] == 0
    assert 0.4 < planned[1] / LINES < 0.55
    assert count(dsn, "SELECT count(*) FROM money.collection WHERE planned_minor > 0") == planned[1]


def test_how_much_longer_a_day_takes_with_autopay_is_said_by_lines() -> None:
    def case(name: str, seconds: float) -> Case:
        return Case(name, 1, Usage(1, 1, 1, 1), {"day_seconds": seconds})

    cases = [
        case("normal day, 1,000", 2.0),
        case("autopay on a normal day, 1,000", 2.5),
        case("autopay with every line due, 1,000", 9.0),
        case("normal day, 9,000", 4.0),
        case("autopay on a normal day, 9,000", 4.0),
    ]
    assert autopay(cases) == {"1,000": 1.25, "9,000": 1.0}


def test_a_book_that_owes_nothing_has_lines_only(dsn: str) -> None:
    make_book(dsn, LINES, owing=False, tell=_silent)

    assert count(dsn, "SELECT count(*) FROM money.installment") == 0
    assert count(dsn, "SELECT sum(principal_minor) FROM money.line") == 0
