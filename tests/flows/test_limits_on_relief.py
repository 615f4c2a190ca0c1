"""Whoever keeps an arrangement keeps their limit: nobody cuts and nobody raises it while the relief runs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.builders import Book, done, founded
from tests.flows.limit_worlds import (
    ASK,
    CLEAR,
    CUT,
    CUT_AT_ONCE,
    approve,
    limit_of,
    must,
    notices,
    obey,
    object_to,
    problems,
    review,
    reviewed,
    rows,
    state_of,
    wish,
    withdraw,
)

from whiteslip.care.hardship.model import Form, Side, Terms
from whiteslip.flows.ease_repayment import ReliefRequest, ask_relief
from whiteslip.flows.review_limits import RunState, release_run
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Conflict
from whiteslip.money.lines.model import LineKey

LIMIT = 500_000


@pytest.fixture
def book(database: Database) -> Book:
    founded_book = founded(database)
    obey(founded_book)
    founded_book.grant_all()
    return founded_book


def late_lines(book: Book, count: int = 1) -> list[LineKey]:
    """Lines that bought for 1,000 and missed the due; the first due of 1 January is on 3 February."""
    shop = book.shop()
    lines = [book.line(LIMIT) for _ in range(count)]
    for line in lines:
        book.buy(line, 100_000, at_shop=shop)
    book.close_until(book.today.replace(month=2, day=6))
    return lines


def promise(book: Book, line: LineKey) -> None:
    """Let the owner of a line promise to pay, which the machine agrees to."""
    at, until = book.at, book.today + timedelta(days=20)
    terms = Terms(Form.PROMISE, amount_minor=5_000, until_on=until)
    asked = ReliefRequest(*line, terms, Side.CUSTOMER, "app")
    relief = done(book.write(lambda db: ask_relief(db, [asked], at=at))[0])
    assert relief.status == "running"


@pytest.mark.parametrize("what", [CLEAR, CUT, CUT_AT_ONCE])
def test_a_line_on_a_plan_is_neither_raised_nor_cut_and_the_review_says_why(
    book: Book, what: int
) -> None:
    (line,) = late_lines(book)
    promise(book, line)

    number = reviewed(book, line, what)

    assert (state_of(book, number), limit_of(book, line)) == ("kept", LIMIT)
    query = "SELECT bound, reasons FROM credit.limit_review WHERE review_id = %s"
    assert rows(book, query, number) == [("on_plan", [{"code": "REL-01", "facts": {}}])]


def test_control_the_same_line_without_a_plan_is_cut(book: Book) -> None:
    (line,) = late_lines(book)

    number = reviewed(book, line, CUT_AT_ONCE)

    assert (state_of(book, number), limit_of(book, line)) == ("applied", 350_000)


def test_an_announced_cut_is_called_off_by_an_arrangement_and_the_person_is_told(
    book: Book,
) -> None:
    (line,) = late_lines(book)
    number = reviewed(book, line, CUT)
    promise(book, line)

    book.close_until(book.today + timedelta(days=8))

    assert (state_of(book, number), limit_of(book, line)) == ("withdrawn", LIMIT)
    told = [kind for kind in notices(book, line) if kind.startswith("limit")]
    assert told == ["limit_cut", "limit_kept"]
    query = "SELECT note FROM credit.limit_review_event WHERE review_id = %s ORDER BY step DESC"
    assert "relief" in rows(book, query, number)[0][0]
    assert problems(book) == []


def test_a_run_that_waited_while_a_plan_began_leaves_its_line_alone(book: Book) -> None:
    lines = late_lines(book, 11)
    wish(book, lines, CUT)
    stopped = review(book, lines)
    assert stopped.state is RunState.STOPPED
    promise(book, lines[0])

    for by in ("Anna", "Bo"):
        book.write(lambda db, by=by: release_run(db, stopped.run_id, by=by, at=book.at))

    query = "SELECT state FROM credit.limit_review WHERE line_id = %s"
    assert [rows(book, query, line.line_id)[0][0] for line in lines] == [
        "withdrawn",
        *["announced"] * 10,
    ]


@pytest.mark.parametrize("what", [CUT, ASK])
def test_no_person_cuts_while_a_plan_runs_but_may_call_off(book: Book, what: int) -> None:
    (line,) = late_lines(book)
    number = reviewed(book, line, what)
    if what == CUT:
        book.write(lambda db: must(object_to(db, line, number, book.at)))
    promise(book, line)

    answer = book.write(lambda db: approve(db, line, number, book.at, limit_minor=400_000))

    assert isinstance(answer, Conflict)
    assert "relief" in str(answer)
    assert (state_of(book, number), limit_of(book, line)) == ("referred", LIMIT)
    book.write(lambda db: must(withdraw(db, line, number, book.at)))
    assert limit_of(book, line) == LIMIT
