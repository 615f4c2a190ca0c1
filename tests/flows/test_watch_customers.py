"""News of a customer has its effect at once; everybody can be judged at once; neither while it would be too early."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.builders import Book, founded

from whiteslip.bench.watch import watch_book
from whiteslip.decisioning.features.model import OutsideFact
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.flows.record_outside_facts import record_outside_facts
from whiteslip.flows.watch_customers import WatchReport, watch_customers, watch_everybody
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import Conflict
from whiteslip.money.lines.model import LineKey


@pytest.fixture
def book(database: Database) -> Book:
    made = founded(database)
    made.write(lambda db: rulebooks.publish(db, watch_book(), at=made.at))
    return made


def tell(db: Connection, book: Book, line: LineKey, months: int) -> None:
    fact = OutsideFact(
        line.customer_id, "bureau_arrears_months", months, book.today, book.today, "bureau"
    )
    record_outside_facts(db, [fact], at=book.at)


def level(db: Connection, line: LineKey) -> int:
    query = "SELECT restriction_level FROM money.line WHERE customer_id = %s AND line_id = %s"
    row = db.execute(query, line).fetchone()
    assert row is not None
    return int(row[0])


def notices(db: Connection) -> list[tuple[int, str]]:
    return db.execute("SELECT customer_id, kind FROM care.notice ORDER BY 1, 2").fetchall()


def test_bad_news_restricts_at_once_and_good_news_restores(book: Book) -> None:
    line, other = book.line(), book.line()

    def learn(db: Connection, months: int) -> WatchReport:
        tell(db, book, line, months)
        return watch_customers(db, [line.customer_id], at=book.at)

    assert book.write(lambda db: learn(db, 4)) == WatchReport(1, 1)
    assert book.write(lambda db: (level(db, line), level(db, other))) == (3, 0)
    assert book.write(notices) == [(line.customer_id, "restricted")]
    again = book.write(lambda db: watch_customers(db, [line.customer_id], at=book.at))
    assert again == WatchReport(1, 0)

    book.close_day()
    assert book.write(lambda db: learn(db, 0)) == WatchReport(1, 1)
    assert book.write(lambda db: level(db, line)) == 0
    assert ("restored" in {kind for _, kind in book.write(notices)}) is True


def test_of_nobody_nothing_is_judged(book: Book) -> None:
    assert book.write(lambda db: watch_customers(db, [], at=book.at)) == WatchReport(0, 0)
    assert book.write(lambda db: watch_customers(db, [10**9], at=book.at)) == WatchReport(0, 0)


def test_everybody_is_judged_as_each_would_be(book: Book) -> None:
    lines = [book.line() for _ in range(7)]
    for line in lines[:3]:
        book.write(lambda db, line=line: tell(db, book, line, 5))
    seen: list[tuple[int, int]] = []

    found = watch_everybody(
        book.database, at=book.at, workers=2, progress=lambda done, of: seen.append((done, of))
    )

    assert found == WatchReport(7, 3)
    assert seen[-1][0] == seen[-1][1]
    assert {book.write(lambda db, line=line: level(db, line)) for line in lines} == {0}
    book.release_runs()
    assert [book.write(lambda db, line=line: level(db, line)) for line in lines] == [3] * 3 + [
        0
    ] * 4
    assert watch_everybody(book.database, at=book.at, workers=1) == WatchReport(7, 0)


def test_while_a_day_is_closing_it_is_left_to_its_end(book: Book) -> None:
    line = book.line()
    book.write(lambda db: business_day.roll(db, to=book.today + timedelta(days=1)))

    with pytest.raises(Conflict, match="a day is being closed"):
        watch_everybody(book.database, at=book.at)
    assert book.write(
        lambda db: watch_customers(db, [line.customer_id], at=book.at)
    ) == WatchReport(1, 0)
