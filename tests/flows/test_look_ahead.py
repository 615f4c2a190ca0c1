"""The book is looked at ahead of trouble: help is offered once, the worst are called upon, and nobody is stopped."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from tests.builders import Book, done, founded, noon, only

from whiteslip.decisioning.rulebooks.language import parse
from whiteslip.decisioning.rulebooks.model import Predicate
from whiteslip.flows.look_ahead import Answer, LookReport, Why, answer_signs, look_ahead
from whiteslip.flows.record_failed_debits import DebitReport, Failure, record_failed_debits
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound
from whiteslip.money.lines.model import LineKey
from whiteslip.risk.signs import store
from whiteslip.risk.signs.model import Color, Step, Terms
from whiteslip.views.signs import last_look, line_signs, list_signs

EASY = replace(
    store.terms(),
    steps={Color.YELLOW: Step(1, 1), Color.ORANGE: Step(3, 1), Color.RED: Step(8, 3)},
)
RED = replace(
    EASY, steps={Color.YELLOW: Step(1, 1), Color.ORANGE: Step(2, 1), Color.RED: Step(3, 1)}
)


@pytest.fixture
def book(database: Database) -> Book:
    made = founded(database, range_size=1_000)
    made.grant_all()
    return made


def billed(book: Book, *, lines: int) -> list[LineKey]:
    """Lines of people who bought, were billed and paid in full, two months ago."""
    shop = book.shop()
    found = [book.line(statement_day=5) for _ in range(lines)]
    for line in found:
        book.buy(line, 30_000, at_shop=shop)
    book.close_until(date(2026, 1, 8))
    for line in found:
        book.pay(line, 30_000)
    book.close_until(date(2026, 3, 10))
    return found


def fail(book: Book, line: LineKey, reference: str = "one") -> None:
    at, due_on = book.at, book.today
    asked = DebitReport(*line, 9_000, due_on, Failure.INSUFFICIENT_FUNDS, reference)
    done(only(book.write(lambda db: record_failed_debits(db, [asked], at=at))))


def look(book: Book, terms: Terms = EASY) -> LookReport:
    book.close_day()
    return look_ahead(book.database, at=book.at, chosen=terms)


def told(book: Book) -> list[tuple[Any, ...]]:
    query = b"""
        SELECT customer_id, line_id, noticed_on, text_zh, text_en FROM care.notice
        WHERE kind = 'help_offered' ORDER BY notice_id
    """
    return book.database.read(lambda db: db.execute(query).fetchall())


def rows(book: Book) -> list[tuple[Any, ...]]:
    query = b"SELECT customer_id, color, signs FROM risk.line_sign ORDER BY customer_id, seen_on"
    return book.database.read(lambda db: db.execute(query).fetchall())


def cases(book: Book) -> list[tuple[Any, ...]]:
    query = b"""
        SELECT customer_id, subject_type, subject_id, state FROM risk.review_case
        WHERE kind = 'outreach' ORDER BY customer_id
    """
    return book.database.read(lambda db: db.execute(query).fetchall())


def test_a_failed_debit_brings_help_once_a_quarter_and_stops_nobody(book: Book) -> None:
    troubled, _well = billed(book, lines=2)
    fail(book, troubled)

    report = look(book)

    assert report.run is not None
    assert (report.run.lines, report.run.orange, report.run.offered, report.run.cases) == (
        2,
        1,
        1,
        0,
    )
    assert rows(book) == [(troubled.customer_id, "orange", ["failed_debit"])]
    ((customer_id, line_id, noticed_on, zh, en),) = told(book)
    assert (customer_id, line_id, noticed_on) == (*troubled, book.today)
    assert "最近一次自动扣款没有成功" in zh
    assert "a recent automatic payment did not go through" in en
    view = book.database.read(lambda db: line_signs(db, troubled, most=5))
    assert [(one.color, dict(one.facts)) for one in view] == [
        (Color.ORANGE, {"failed_debits_60d": 1})
    ]
    level = book.database.read(
        lambda db: db.execute(b"SELECT max(restriction_level) FROM money.line").fetchone()
    )
    assert level == (0,)
    assert cases(book) == []

    for _ in range(3):
        look(book)
    assert len(told(book)) == 1
    assert len(rows(book)) == 1, "what stays as it was is no row"


def test_a_day_is_looked_at_once_and_a_look_that_broke_off_is_finished(book: Book) -> None:
    (troubled,) = billed(book, lines=1)
    fail(book, troubled)
    assert look(book).why is None
    again = look_ahead(book.database, at=book.at, chosen=EASY)
    assert (again.why, again.run) == (Why.DONE, None)

    book.write(lambda db: db.execute(b"DELETE FROM risk.sign_run").rowcount)
    resumed = look_ahead(book.database, at=book.at, chosen=EASY)

    assert resumed.run is not None
    assert (resumed.run.orange, resumed.run.offered) == (1, 0)
    assert (len(rows(book)), len(told(book))) == (1, 1)


def test_who_is_well_again_is_green_and_may_be_seen_again(book: Book) -> None:
    (line,) = billed(book, lines=1)
    fail(book, line)
    look(book)
    shop = book.shop("another")
    book.buy(line, 20_000, at_shop=shop)
    book.pay(line, 20_000)

    look(book)

    assert [color for _, color, _ in rows(book)] == ["orange", "green"]
    now = book.database.read(lambda db: list_signs(db, Color.ORANGE, most=5))
    assert now == []


def test_the_worst_come_before_people_within_the_cap_of_a_day(book: Book) -> None:
    people = billed(book, lines=3)
    for line in people:
        fail(book, line)
    capped = replace(RED, help=RED.help._replace(most_cases=2))

    first = look(book, capped)
    assert first.run is not None
    assert (first.run.red, first.run.cases) == (3, 2)
    assert [state for *_, state in cases(book)] == ["open", "open"]
    assert all(kind == "line" for _, kind, *_ in cases(book))

    second = look(book, capped)
    assert second.run is not None
    assert second.run.cases == 1, "what was above the cap waited for the next day"
    assert len(cases(book)) == 3
    third = look(book, capped)
    assert third.run is not None
    assert third.run.cases == 0, "none is called upon twice"


def test_a_person_answers_a_sight_once_and_then_it_needs_no_case(book: Book) -> None:
    (line,) = billed(book, lines=1)
    fail(book, line)
    none = replace(RED, help=RED.help._replace(most_cases=0))
    assert isinstance(answer(book, line), NotFound)
    look(book, none)

    assert isinstance(answer(book, line, note=" "), InvalidInput)
    assert answer(book, line) == line
    assert isinstance(answer(book, line, by="Bo"), Conflict)
    assert isinstance(answer(book, LineKey(9_999, 1)), NotFound)

    look(book, RED)
    assert cases(book) == []
    (view,) = book.database.read(lambda db: list_signs(db, Color.RED, most=5))
    assert (view.answered_by, view.note) == ("ann", "I called")


def answer(book: Book, line: LineKey, *, by: str = "Ann", note: str = "I called") -> object:
    at = book.at
    return only(book.write(lambda db: answer_signs(db, [Answer(line, by, note)], at=at)))


def test_who_is_overdue_is_reminded_and_not_looked_at(book: Book) -> None:
    shop = book.shop()
    line = book.line(statement_day=5)
    book.buy(line, 30_000, at_shop=shop)
    book.close_until(date(2026, 3, 10))
    fail(book, line)

    report = look(book)

    assert report.run is not None
    assert report.run.lines == 0
    assert told(book) == []


def test_control_who_has_a_flag_or_a_relief_hears_nothing(book: Book) -> None:
    flagged, free = billed(book, lines=2)
    for line in (flagged, free):
        fail(book, line)
    flag = b"""
        INSERT INTO care.contact_flag (customer_id, flag_id, set_at, since_on, flag, set_by)
        VALUES (%s, 1, '2026-03-01', '2026-03-01', 'hardship', 'Ann')
    """
    book.write(lambda db: db.execute(flag, [flagged.customer_id]).rowcount)

    look(book)

    assert [customer_id for customer_id, *_ in told(book)] == [free.customer_id]
    assert len(rows(book)) == 2, "seen they are all the same"


def test_a_book_behind_the_clock_or_a_clock_set_back_looks_at_nobody(book: Book) -> None:
    (line,) = billed(book, lines=1)
    fail(book, line)
    book.close_day()

    late = look_ahead(book.database, at=noon(book.today) + timedelta(days=9), chosen=EASY)
    assert (late.why, late.run, rows(book)) == (Why.LATE, None, [])
    assert book.database.read(last_look).is_stale

    assert look_ahead(book.database, at=book.at, chosen=EASY).why is None
    assert not book.database.read(last_look).is_stale
    before = book.at - timedelta(hours=1)
    book.close_day()
    assert look_ahead(book.database, at=before, chosen=EASY).why is Why.CLOCK
    assert book.database.read(last_look).is_stale, "yesterday's look says nothing of today"


def test_a_source_that_is_gone_is_a_day_not_looked_at_and_not_a_green_one(book: Book) -> None:
    (line,) = billed(book, lines=1)
    fail(book, line)
    book.close_day()
    book.write(lambda db: db.execute(b"ALTER TABLE money.failed_debit RENAME TO gone").rowcount)

    with pytest.raises(Exception, match="failed_debit"):
        look_ahead(book.database, at=book.at, chosen=EASY)

    assert rows(book) == []
    assert book.database.read(last_look).is_stale


def test_three_people_are_seen_each_by_what_is_known_of_them(book: Book) -> None:
    billed(book, lines=3)

    report = look(book)

    assert report.run is not None
    assert (report.run.lines, report.run.yellow, report.run.red) == (3, 0, 0)
    young = book.line()
    fail(book, young)
    again = look(book)
    assert again.run is not None
    assert again.run.unknown == 1, "what was opened yesterday is unknown, and not green"


def test_two_who_look_at_once_write_to_nobody_twice(book: Book) -> None:
    people = billed(book, lines=3)
    for line in people:
        fail(book, line)
    book.close_day()
    at = book.at

    with ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(look_ahead, book.database, at=at, chosen=RED) for _ in range(3)]
    assert all(run.result().on == book.today - timedelta(days=1) for run in runs)

    assert (len(told(book)), len(rows(book)), len(cases(book))) == (3, 3, 3)
    query = b"SELECT red, cases FROM risk.sign_run"
    assert book.database.read(lambda db: db.execute(query).fetchall()) == [(3, 3)]


def test_the_letters_of_a_day_go_to_the_worst_and_the_rest_waits(book: Book) -> None:
    people = billed(book, lines=4)
    for line in people[:3]:
        fail(book, line)
    shop = book.shop("another")
    for line in people[2:]:  # half of the limit and more, by the third also a debit that failed
        for _ in range(3):
            book.buy(line, 90_000, at_shop=shop)
    worse = replace(
        EASY,
        steps={Color.YELLOW: Step(1, 1), Color.ORANGE: Step(5, 2), Color.RED: Step(8, 3)},
        help=EASY.help._replace(most_offers=2),
        signs=tuple(
            replace(sign, when=_soon()) if sign.id == "burst" else sign for sign in EASY.signs
        ),
    )

    first = look(book, worse)
    assert first.run is not None
    assert (first.run.yellow, first.run.orange, first.run.offered) == (3, 1, 2)
    assert told(book)[0][0] == people[2].customer_id, "the worst hears first"
    look(book, worse)
    assert sorted(who for who, *_ in told(book)) == sorted(line.customer_id for line in people)


def _soon() -> Predicate:
    """A burst that needs no long past."""
    return parse("purchases_7d >= 3", store.readable())
