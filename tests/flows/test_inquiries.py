"""Inquiries as dated rows: leased, answered once, and deaf to what nobody waits for any more."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.builders import Book, done, founded
from tests.flows.test_application_states import request, taken_in

from whiteslip.credit.applications.model import Move, Status
from whiteslip.credit.applications.store import move_applications
from whiteslip.flows.apply import WithdrawRequest, apply, withdraw
from whiteslip.flows.inquire_bureau import Asking, keep_answers, take_due_inquiries
from whiteslip.gateways.bureau import people
from whiteslip.gateways.bureau.model import Answer, Failed, Failure, Pending, Received
from whiteslip.gateways.bureau.people import Asked, Behavior
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import InvariantBroken

LEASE = timedelta(seconds=60)
DOWN = Failed(Failure.UNAVAILABLE, "status 503")


@pytest.fixture
def book(database: Database) -> Book:
    """A founded book."""
    return founded(database)


def take(book: Book, after: timedelta = timedelta(), *, reachable: bool = True) -> list[Asking]:
    """Take what is due, some time after noon."""
    at = book.at + after
    return book.write(lambda db: take_due_inquiries(db, most=9, is_reachable=reachable, at=at))


def keep(book: Book, asking: Asking, answer: Answer, after: timedelta = timedelta()) -> None:
    """Keep an answer, some time after noon."""
    book.write(lambda db: keep_answers(db, [(asking, answer)], at=book.at + after))


def report(asking: Asking) -> Received:
    """What a bureau would say of somebody ordinary."""
    one = asking.inquiry
    asked = Asked(one.reference, one.id_token, one.id_last4, one.birth_on, one.asked_on)
    said = people.report(1, asked, Behavior.NORMAL, earlier={})
    return Received(json.dumps(said).encode())


def rows(book: Book, query: str) -> list[tuple[Any, ...]]:
    """Read rows."""
    return book.database.read(lambda db: db.execute(query.encode()).fetchall())


def test_what_is_taken_is_leased_and_comes_again_when_its_taker_dies(book: Book) -> None:
    taken_in(book)

    (first,) = take(book)
    assert take(book, LEASE - timedelta(seconds=1)) == []
    (again,) = take(book, LEASE)

    assert again == first
    assert rows(book, "SELECT count(*) FROM credit.application_event") == [(2,)]


def test_a_second_answer_is_not_kept_whoever_was_faster(book: Book) -> None:
    taken_in(book)
    (slow,) = take(book)
    (fast,) = take(book, LEASE)
    keep(book, fast, report(fast), LEASE)
    facts = rows(book, "SELECT count(*) FROM decisioning.outside_fact")

    keep(book, slow, report(slow), LEASE)
    keep(book, slow, DOWN, LEASE)
    keep(book, slow, Received(b"{"), LEASE)

    assert rows(book, "SELECT count(*) FROM credit.bureau_report") == [(1,)]
    assert rows(book, "SELECT status, tries FROM credit.bureau_inquiry") == [("answered", 0)]
    assert rows(book, "SELECT count(*) FROM decisioning.outside_fact") == facts
    told = "SELECT count(*) FROM infra.outbox WHERE topic LIKE 'credit.bureau-%'"
    assert rows(book, told) == [(1,)]
    learned = "SELECT count(*) FROM infra.outbox WHERE topic = 'decisioning.facts-learned'"
    assert rows(book, learned) == [(1,)], "a line the person has already is judged by it"


def test_a_failure_that_comes_late_does_not_set_the_count_back(book: Book) -> None:
    taken_in(book)
    (slow,) = take(book)
    for tries in (1, 2):
        (fast,) = take(book, LEASE * tries)
        keep(book, fast, DOWN, LEASE * tries)

    keep(book, slow, DOWN, LEASE * 2)

    assert rows(book, "SELECT tries, failure FROM credit.bureau_inquiry") == [(2, "unavailable")]


def test_what_comes_after_a_withdrawal_is_not_kept(book: Book) -> None:
    key = taken_in(book)
    (asking,) = take(book)
    gone = [WithdrawRequest(*key, "shop")]
    done(book.write(lambda db: withdraw(db, gone, at=book.at))[0])

    keep(book, asking, report(asking))

    assert rows(book, "SELECT count(*) FROM credit.bureau_report") == [(0,)]
    assert rows(book, "SELECT count(*) FROM decisioning.outside_fact") == [(0,)]
    assert rows(book, "SELECT status FROM credit.application") == [("withdrawn",)]


def test_pending_is_no_failure_but_ends_at_the_deadline(book: Book) -> None:
    taken_in(book)
    (asking,) = take(book)
    keep(book, asking, Pending(600))
    assert rows(book, "SELECT tries, status FROM credit.bureau_inquiry") == [(0, "waiting")]

    late = timedelta(seconds=1500)
    (asking,) = take(book, late)
    keep(book, asking, Pending(600), late)

    assert rows(book, "SELECT tries, status FROM credit.bureau_inquiry") == [(0, "failed")]
    assert rows(book, "SELECT ready_at IS NOT NULL FROM credit.application") == [(True,)]


@pytest.mark.parametrize(("reachable", "status"), [(True, "waiting"), (False, "failed")])
def test_what_was_never_tried_gets_its_try_unless_nobody_can_be_asked(
    book: Book, reachable: bool, status: str
) -> None:
    taken_in(book)

    take(book, timedelta(hours=1), reachable=reachable)

    assert rows(book, "SELECT status FROM credit.bureau_inquiry") == [(status,)]


def test_a_poisoned_answer_spoils_no_other(book: Book) -> None:
    asked = [request(book) for _ in range(3)]
    book.write(lambda db: apply(db, asked, at=book.at))
    one, two, three = take(book)
    answers = [(one, Received(b"\x00\xff")), (two, report(two)), (three, DOWN)]

    book.write(lambda db: keep_answers(db, answers, at=book.at))

    statuses = "SELECT status, failure FROM credit.bureau_inquiry ORDER BY inquiry_id"
    assert rows(book, statuses) == [
        ("waiting", "unreadable"),
        ("answered", None),
        ("waiting", "unavailable"),
    ]


def test_nothing_is_moved_from_where_it_is_not(book: Book) -> None:
    key = taken_in(book)
    wrong = Move(*key, Status.REFERRED, Status.WITHDRAWN, "nobody")

    with pytest.raises(InvariantBroken):
        book.write(lambda db: move_applications(db, [wrong], on=book.today, at=book.at))

    assert rows(book, "SELECT status, steps FROM credit.application") == [("received", 1)]
