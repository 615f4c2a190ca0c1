"""A person moves a limit: a raise is told, a cut has a reason, is announced, can be objected to and taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.builders import Book, done, founded, only
from tests.flows.limit_worlds import (
    CUT_AT_ONCE,
    approve,
    limit_of,
    must,
    notices,
    obey,
    object_to,
    problems,
    reverse,
    reviewed,
    rows,
    state_of,
    withdraw,
)
from tests.flows.test_limits_on_relief import late_lines, promise

from whiteslip.flows.change_limits import LimitChange, LimitSet, change_limits
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound, WhiteslipError
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.lines.model import LineKey

CAPACITY, ODD = ReasonCode.LIMIT_CAPACITY, ReasonCode.LIMIT_ODD_CONSUMPTION


@pytest.fixture
def book(database: Database) -> Book:
    founded_book = founded(database)
    obey(founded_book)
    founded_book.grant_all()
    return founded_book


def change(
    book: Book, line: LineKey, limit_minor: int, reason: ReasonCode | None = None
) -> LimitSet | WhiteslipError:
    asked = LimitChange(*line, limit_minor, reason, "Ann")
    return only(book.write(lambda db: change_limits(db, [asked], at=book.at)))


def changed(
    book: Book, line: LineKey, limit_minor: int, reason: ReasonCode | None = None
) -> LimitSet:
    return done(change(book, line, limit_minor, reason))


def test_a_raise_holds_at_once_and_is_told(book: Book) -> None:
    line = book.line(500_000)

    raised = changed(book, line, 612_300)

    assert (raised.fixed_limit_minor, raised.effective_on) == (612_300, book.today)
    assert limit_of(book, line) == 612_300
    assert notices(book, line) == ["limit_raised"]
    ((text,),) = rows(book, "SELECT text_en FROM care.notice")
    assert "from CNY 5000.00 to CNY 6123.00" in text


def test_a_cut_is_announced_with_its_reason_and_holds_on_its_day(book: Book) -> None:
    line = book.line(500_000)

    cut = changed(book, line, 123_400, CAPACITY)

    assert (cut.fixed_limit_minor, cut.next_limit_minor) == (500_000, 123_400)
    on = book.today + timedelta(days=7)
    assert cut.effective_on == on
    assert (limit_of(book, line), notices(book, line)) == (500_000, ["limit_cut"])
    ((reasons, text),) = rows(book, "SELECT reasons, text_zh FROM care.notice")
    assert [one["code"] for one in reasons] == ["LIM-03"]
    assert "1234.00" in text
    book.close_until(on)
    assert limit_of(book, line) == 123_400
    told = rows(book, "SELECT reason FROM money.limit_change WHERE line_id = %s", line.line_id)
    assert told == [("LIM-03",)]
    assert problems(book) == []


def test_a_cut_without_a_reason_is_refused(book: Book) -> None:
    line = book.line(500_000)

    answer = change(book, line, 100_000)

    assert isinstance(answer, InvalidInput)
    assert answer.where == "reason"
    assert (limit_of(book, line), notices(book, line)) == (500_000, [])


def test_odd_behavior_cuts_at_once_and_another_person_takes_it_back(book: Book) -> None:
    line = book.line(500_000)
    cut = changed(book, line, 10_000, ODD)
    assert (limit_of(book, line), cut.effective_on) == (10_000, book.today)
    number = cut.review_id or 0

    refused = book.write(lambda db: reverse(db, line, number, book.at, by=" ANN "))
    assert isinstance(refused, NotAllowed), "who cut does not take it back"
    book.write(lambda db: must(reverse(db, line, number, book.at, by="Bo")))

    assert limit_of(book, line) == 500_000
    assert notices(book, line) == ["limit_cut", "limit_restored"]


def test_an_objection_waits_for_another_person(book: Book) -> None:
    line = book.line(500_000)
    number = changed(book, line, 100_000, CAPACITY).review_id or 0

    book.write(lambda db: must(object_to(db, line, number, book.at)))
    book.close_until(book.today + timedelta(days=9))
    assert (state_of(book, number), limit_of(book, line)) == ("referred", 500_000)
    same = book.write(lambda db: approve(db, line, number, book.at, by="ann"))
    assert isinstance(same, NotAllowed)
    book.write(lambda db: must(withdraw(db, line, number, book.at, by="Bo")))

    told = [kind for kind in notices(book, line) if kind.startswith("limit")]
    assert told == ["limit_cut", "limit_objected", "limit_kept"]


def test_what_cannot_be(book: Book) -> None:
    line = book.line(500_000)

    assert isinstance(change(book, line, 500_000), Conflict)
    assert isinstance(change(book, line, -1, CAPACITY), InvalidInput)
    assert isinstance(change(book, LineKey(10**9, 1), 1, CAPACITY), NotFound)
    changed(book, line, 100_000, CAPACITY)
    again = change(book, line, 90_000, CAPACITY)
    assert isinstance(again, Conflict), "one announced cut at a time"
    assert notices(book, line) == ["limit_cut"]


def test_a_raise_calls_an_announced_cut_off_on_its_day(book: Book) -> None:
    line = book.line(500_000)
    number = changed(book, line, 100_000, CAPACITY).review_id or 0
    changed(book, line, 600_000)

    book.close_until(book.today + timedelta(days=8))

    assert (limit_of(book, line), state_of(book, number)) == (600_000, "withdrawn")


def test_a_hand_and_a_review_may_meet_on_one_day(book: Book) -> None:
    line = book.line(500_000)
    changed(book, line, 510_000)
    changed(book, line, 520_000)

    number = reviewed(book, line, CUT_AT_ONCE)

    assert state_of(book, number) == "applied"
    assert limit_of(book, line) == 370_000
    assert rows(book, "SELECT trigger FROM credit.limit_review ORDER BY review_id") == [
        ("hand",),
        ("hand",),
        ("event",),
    ]


@pytest.mark.parametrize("to", [100_000, 600_000])
def test_while_a_relief_runs_nobody_moves_the_limit(book: Book, to: int) -> None:
    (line,) = late_lines(book)
    promise(book, line)

    answer = change(book, line, to, ODD)

    assert isinstance(answer, Conflict)
    assert limit_of(book, line) == 500_000


def test_control_a_limit_lowered_in_silence_has_no_notice(book: Book) -> None:
    line = book.line(500_000)
    book.write(lambda db: db.execute("UPDATE money.line SET fixed_limit_minor = 100000"))

    assert limit_of(book, line) == 100_000
    assert notices(book, line) == [], "what change_limits always leaves is not there"
