"""People are reminded of what is due, each step once, and nobody who is to be left alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.builders import Book, done, founded
from tests.care.messages.people import ACTOR, flag, reachable, rows, told

from whiteslip.flows import keep_contacts as keeping
from whiteslip.flows.deliver_messages import take_due_messages
from whiteslip.flows.end_of_day import end_of_day
from whiteslip.flows.remind_dues import remind_dues, remind_range
from whiteslip.infra import business_day
from whiteslip.infra.database import Database
from whiteslip.money.lines.model import LineKey

DUE_ON = date(2026, 2, 3)
"""What is bought before the statement of January 5 is due 29 days after it."""


@pytest.fixture
def book(database: Database) -> Book:
    """A founded book in which lines alone decide."""
    founded(database).grant_all()
    return Book(database)


def owing(book: Book, amount_minor: int = 50_000) -> LineKey:
    """Somebody who bought on the first day."""
    line = book.line()
    shop = book.shop()
    book.buy(line, amount_minor, at_shop=shop)
    return line


def remind(book: Book) -> int:
    """Remind the whole book; returns how many."""
    report = remind_dues(book.database, at=book.at)
    assert report is not None
    return report.reminders


def run_until(book: Book, day: date) -> None:
    """Close and remind every day until it is that day."""
    while book.today < day:
        book.close_day()
        remind(book)


def steps(book: Book) -> list[tuple[date, int]]:
    return [
        tuple(row) for row in rows(book, "SELECT reminded_on, step FROM care.reminder ORDER BY 1")
    ]


def test_three_and_one_day_before_and_one_three_and_seven_after(book: Book) -> None:
    line = owing(book)

    run_until(book, DUE_ON + timedelta(days=12))

    wanted = [(DUE_ON + timedelta(days=step), step) for step in (-3, -1, 1, 3, 7)]
    assert steps(book) == wanted
    texts = rows(
        book,
        "SELECT kind, text_zh, text_en FROM care.notice WHERE customer_id = %s AND kind LIKE %s"
        " ORDER BY notice_id",
        *(line.customer_id, "%due%"),
    )
    kinds = [kind for kind, *_ in texts]
    assert kinds == ["due_soon"] * 2 + ["overdue_reminder"] * 3
    assert "还款日是 2026-02-03，应还 500.00 元" in texts[0][1]
    assert "CNY 500.00 is due. The due date is 2026-02-03." in texts[0][2]
    assert "金额 50.02 元，还款日是 2026-02-03" in texts[2][1], (
        "the minimum is overdue and bears a late fee, the rest revolves"
    )
    amounts = rows(book, "SELECT amount_minor FROM care.reminder ORDER BY reminded_on")
    assert [amount for (amount,) in amounts[:2]] == [50_000] * 2


def test_again_on_the_same_day_nobody_is_reminded_twice(book: Book) -> None:
    owing(book)
    book.close_until(DUE_ON - timedelta(days=3))

    assert [remind(book), remind(book)] == [1, 0]
    owing(book, 100)
    assert remind(book) == 0, "what is bought now is due a month later"


def test_a_missed_day_is_made_up_and_older_ones_are_not_dug_up(book: Book) -> None:
    owing(book)
    book.close_until(DUE_ON - timedelta(days=2))
    assert remind(book) == 1
    assert steps(book) == [(DUE_ON - timedelta(days=2), -3)]
    book.close_until(DUE_ON + timedelta(days=5))
    assert remind(book) == 0


def test_who_has_paid_or_owes_a_trifle_is_not_reminded(book: Book) -> None:
    paid, trifle = owing(book), owing(book, 99)
    book.close_until(date(2026, 1, 20))
    book.pay(paid, 50_000)

    run_until(book, DUE_ON + timedelta(days=9))

    assert steps(book) == []
    assert trifle.line_id


def test_a_flag_stops_reminders_and_its_end_lets_them_go_on(book: Book) -> None:
    line = owing(book)
    flag_id = flag(book, line.customer_id)
    run_until(book, DUE_ON)
    assert steps(book) == []

    ended = keeping.OwnedRequest(line.customer_id, flag_id, ACTOR)
    done(book.write(lambda db: keeping.end_flags(db, [ended], at=book.at))[0])
    run_until(book, DUE_ON + timedelta(days=4))

    assert [step for _, step in steps(book)] == [1, 3]


def test_a_reminder_on_its_way_is_dropped_once_it_is_paid(book: Book) -> None:
    paid, owes = owing(book), owing(book)
    for line in (paid, owes):
        reachable(book, line.customer_id)
    book.close_until(DUE_ON - timedelta(days=1))
    assert remind(book) == 2
    book.pay(paid, 50_000)

    taken = book.write(lambda db: take_due_messages(db, most=9, at=book.at))

    assert [one.due.customer_id for one in taken.sending] == [owes.customer_id]
    found = rows(
        book, "SELECT status, why FROM care.message WHERE customer_id = %s", paid.customer_id
    )
    assert found == [("dropped", "moot")]


def test_a_reminder_that_was_put_off_past_its_date_is_dropped(book: Book) -> None:
    line = owing(book)
    reachable(book, line.customer_id)
    book.close_until(DUE_ON - timedelta(days=1))
    remind(book)
    book.close_until(DUE_ON + timedelta(days=1))

    at = book.at - timedelta(days=1)  # within its lifetime, but said of a day that is over
    taken = book.write(lambda db: take_due_messages(db, most=9, at=at))
    assert (taken.others, [one.due.klass for one in taken.sending]) == (1, ["service"])
    dropped = "SELECT status, why FROM care.message WHERE why IS NOT NULL"
    assert rows(book, dropped) == [("dropped", "moot")]


def test_a_notice_that_is_no_reminder_is_never_moot(book: Book) -> None:
    line = owing(book)
    reachable(book, line.customer_id)
    told(book, line.customer_id)

    assert len(book.write(lambda db: take_due_messages(db, most=9, at=book.at)).sending) == 1


def test_while_a_day_is_being_closed_nobody_is_reminded(book: Book) -> None:
    owing(book)
    book.close_until(DUE_ON - timedelta(days=3))
    today = book.today
    tomorrow = today + timedelta(days=1)
    book.write(lambda db: business_day.roll(db, to=tomorrow))

    assert remind_dues(book.database, at=book.at) is None
    last = 10**6
    asked = book.write(lambda db: remind_range(db, first=0, last=last, on=today, at=book.at))
    assert asked is None
    end_of_day(book.database, at=book.at)
    assert remind(book) == 1
