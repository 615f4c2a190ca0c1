"""Every command on an application in every state: the table says which pairs move it, the rest change nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from tests.builders import Book, done, founded, noon
from tests.credit.applications.people import id_number

from whiteslip.credit.applications import rules
from whiteslip.credit.applications.identity import identify
from whiteslip.credit.applications.model import Command, Consent, Purpose, Request, Review, Status
from whiteslip.credit.bureau.model import ApplicationKey
from whiteslip.flows.apply import WithdrawRequest, apply, withdraw
from whiteslip.flows.decide_applications import (
    decide_applications,
    decide_review,
    expire_applications,
)
from whiteslip.flows.inquire_bureau import keep_answers, take_due_inquiries
from whiteslip.flows.reopen_applications import Reopening, reopen_applications
from whiteslip.gateways.bureau.model import Failed, Failure
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import Conflict, NotAllowed, NotFound, WhiteslipError
from whiteslip.kernel.reason import Reason, ReasonCode

BORN = date(1990, 3, 7)
REVIEWER = "reviewer (caller 2)"
Act = Callable[[Connection, Book, ApplicationKey], Any]


def request(book: Book, *, inquire: bool = True, number: str | None = None) -> Request:
    """Somebody new applies."""
    applicant = identify("李雷", number or id_number(), BORN, key=b"k" * 32)
    consents = tuple(
        Consent(purpose, is_given=inquire or purpose is not Purpose.BUREAU_INQUIRY, said_at=book.at)
        for purpose in Purpose
    )
    terms = (1_000_000, 0, 0, 500_000, 5, "pay-later", consents, "shop (caller 1)")
    return Request("r", "李雷", "zh", applicant, *terms)


def taken_in(book: Book, *, inquire: bool = True) -> ApplicationKey:
    """Take an application in."""
    asked = request(book, inquire=inquire)
    applied = done(book.write(lambda db: apply(db, [asked], at=book.at))[0])
    return ApplicationKey(applied.customer_id, applied.application_id)


def _inquire(db: Connection, book: Book, key: ApplicationKey) -> Any:
    return take_due_inquiries(db, most=9, is_reachable=True, at=book.at + timedelta(hours=1))


def fail(db: Connection, book: Book, key: ApplicationKey) -> None:
    """Ask the bureau and be refused: the application can be decided."""
    asking = take_due_inquiries(db, most=9, is_reachable=True, at=book.at)
    answers = [(one, Failed(Failure.REJECTED, "no")) for one in asking]
    keep_answers(db, answers, at=book.at)


def decide(db: Connection, book: Book, key: ApplicationKey) -> Any:
    return decide_applications(db, [key], at=book.at)


def _approve(db: Connection, book: Book, key: ApplicationKey) -> Any:
    return decide_review(db, [Review(*key, REVIEWER, 300_000)], at=book.at)[0]


def _decline(db: Connection, book: Book, key: ApplicationKey) -> Any:
    reasons = (Reason(ReasonCode.HIGH_DEBT),)
    return decide_review(db, [Review(*key, REVIEWER, None, reasons)], at=book.at)[0]


def _withdraw(db: Connection, book: Book, key: ApplicationKey) -> Any:
    return withdraw(db, [WithdrawRequest(*key, "shop (caller 1)")], at=book.at)[0]


def _expire(db: Connection, book: Book, key: ApplicationKey) -> Any:
    db.execute("UPDATE infra.business_day SET current_on = '2026-02-01', closed_on = '2026-01-31'")
    return expire_applications(db, most=9, at=noon(date(2026, 2, 1)))


def _reopen(db: Connection, book: Book, key: ApplicationKey) -> Any:
    reopening = Reopening(*key, "bo", 1, "it was wrong", {})
    return reopen_applications(db, [reopening], at=book.at)[0]


COMMANDS: dict[str, tuple[Command, Act]] = {
    "inquire": (Command.INQUIRE, _inquire),
    "decide": (Command.DECIDE, decide),
    "approve": (Command.REVIEW, _approve),
    "decline": (Command.REVIEW, _decline),
    "withdraw": (Command.WITHDRAW, _withdraw),
    "expire": (Command.EXPIRE, _expire),
    "reopen": (Command.REOPEN, _reopen),
}
MOVES = {
    ("received", "inquire"): "inquiring",
    ("received", "withdraw"): "withdrawn",
    ("ready at once", "decide"): "declined",
    ("ready at once", "withdraw"): "withdrawn",
    ("inquiring", "withdraw"): "withdrawn",
    ("inquired", "decide"): "referred",
    ("inquired", "withdraw"): "withdrawn",
    ("referred", "approve"): "approved",
    ("referred", "decline"): "declined",
    ("referred", "withdraw"): "withdrawn",
    ("referred", "expire"): "expired",
    ("declined", "reopen"): "referred",
}
"""The legal pairs, and the status each leads to; `received` and `inquiring` still wait for the bureau."""
STATES: dict[str, tuple[Act, ...]] = {
    "received": (),
    "ready at once": (),
    "inquiring": (_inquire,),
    "inquired": (fail,),
    "referred": (fail, decide),
    "approved": (fail, decide, _approve),
    "declined": (fail, decide, _decline),
    "withdrawn": (_withdraw,),
    "expired": (fail, decide, _expire),
}


@pytest.fixture
def book(database: Database) -> Book:
    """A founded book."""
    return founded(database)


def state(db: Connection, key: ApplicationKey) -> tuple[Any, ...]:
    """Everything a move would change."""
    query = """
        SELECT status, steps, line_id, limit_minor, reasons, ready_at,
            (SELECT count(*) FROM credit.application_event), (SELECT count(*) FROM care.notice),
            (SELECT count(*) FROM money.line), (SELECT count(*) FROM decisioning.decision),
            (SELECT count(*) FROM infra.outbox)
        FROM credit.application WHERE customer_id = %s AND application_id = %s
    """
    row = db.execute(query.encode(), tuple(key)).fetchone()
    assert row is not None
    return row


@pytest.mark.parametrize("name", STATES)
def test_states_move_only_along_their_table(book: Book, name: str) -> None:
    key = taken_in(book, inquire=name != "ready at once")
    db = book.database.connect()
    try:
        for act in STATES[name]:
            act(db, book, key)
        db.commit()
        for command, (kind, act) in COMMANDS.items():
            before = state(db, key)
            answer = act(db, book, key)
            after = state(db, key)
            moved = MOVES.get((name, command))
            assert after[0] == (moved or before[0]), command
            legal = rules.MOVES.get((Status(before[0]), kind), frozenset())
            assert moved is None or moved in legal
            if moved is None:
                same = before if command != "inquire" or name != "inquiring" else after
                assert after == same, command
                assert not answer or isinstance(answer, Conflict | list), command
            else:
                assert after[1] == before[1] + 1, "each move is one event"
            db.rollback()
    finally:
        db.close()


def test_the_table_of_moves_is_whole() -> None:
    for before, command in product(Status, Command):
        legal = rules.MOVES.get((before, command), frozenset())
        tried = {
            after
            for (name, act), after in MOVES.items()
            if COMMANDS[act][0] is command and _status_of(name) == before
        }
        assert tried <= legal
        assert bool(legal) is bool(tried)


def _status_of(name: str) -> str:
    return {"ready at once": "received", "inquired": "inquiring"}.get(name, name)


def test_nobodys_application_is_not_found(book: Book) -> None:
    key = ApplicationKey(1, 10**9)

    answers = [
        book.write(lambda db: _approve(db, book, key)),
        book.write(lambda db: _withdraw(db, book, key)),
    ]
    assert [type(answer) for answer in answers] == [NotFound, NotFound]
    assert book.write(lambda db: decide(db, book, key)) == []


def test_a_batch_takes_each_person_once_and_answers_in_order(book: Book) -> None:
    one, two = id_number(), id_number()
    asked = [
        request(book, number=one),
        request(book, number=one)._replace(requested_minor=1),
        request(book, number=one),
        request(book, number=two),
    ]
    answers = book.write(lambda db: apply(db, asked, at=book.at))

    kinds = [type(one).__name__ for one in answers]
    assert kinds == ["Applied", "InvalidInput", "Conflict", "Applied"]
    first, last = (done(answers[index]) for index in (0, 3))
    assert first.customer_id != last.customer_id


def test_a_batch_is_decided_as_its_members_would_be(book: Book) -> None:
    keys = [taken_in(book, inquire=False) for _ in range(20)]

    decided = book.write(lambda db: decide_applications(db, [*keys, keys[0]], at=book.at))

    assert [one.status for one in decided] == [Status.DECLINED] * 20
    assert book.write(lambda db: decide_applications(db, keys, at=book.at)) == []


def test_two_people_reviewing_at_once_decide_once(book: Book) -> None:
    key = taken_in(book)
    book.write(lambda db: fail(db, book, key))
    book.write(lambda db: decide(db, book, key))
    twice = [Review(*key, REVIEWER, 300_000), Review(*key, "another (caller 3)", 200_000)]

    first, second = book.write(lambda db: decide_review(db, twice, at=book.at))

    assert done(first).limit_minor == 300_000
    assert isinstance(second, WhiteslipError)


def test_a_refusal_that_does_not_stand_is_decided_by_somebody_else(book: Book) -> None:
    key = taken_in(book)
    for act in (fail, decide, _decline):
        book.write(lambda db, act=act: act(db, book, key))
    book.close_until(book.today + timedelta(days=40))
    book.write(lambda db: done(_reopen(db, book, key)))

    def cases() -> list[Any]:
        query = "SELECT kind, state, barred FROM risk.review_case"
        return book.database.read(lambda db: db.execute(query).fetchall())

    assert cases() == [("application", "open", ["reviewer"])]
    assert book.write(lambda db: expire_applications(db, most=9, at=book.at)) == []
    for same in (REVIEWER, "Reviewer (caller 9)"):
        review = Review(*key, same, 300_000)
        (refused,) = book.write(lambda db, one=review: decide_review(db, [one], at=book.at))
        assert isinstance(refused, NotAllowed), same
    other = Review(*key, "Bo (caller 3)", 300_000)
    approved = done(book.write(lambda db: decide_review(db, [other], at=book.at))[0])
    assert (approved.status, approved.limit_minor) == ("approved", 300_000)
    assert [state for _, state, _ in cases()] == ["withdrawn"]
    query = "SELECT kind FROM care.notice ORDER BY notice_id"
    told = [kind for (kind,) in book.database.read(lambda db: db.execute(query).fetchall())]
    assert told[-2:] == ["application_reopened", "application_approved"]


def test_who_applies_again_by_now_goes_on_with_that(book: Book) -> None:
    number = id_number()
    asked = request(book, number=number)
    key = ApplicationKey(*done(book.write(lambda db: apply(db, [asked], at=book.at))[0])[:2])
    for act in (fail, decide, _decline):
        book.write(lambda db, act=act: act(db, book, key))
    book.write(lambda db: done(apply(db, [asked], at=book.at)[0]))

    answer = book.write(lambda db: _reopen(db, book, key))

    assert isinstance(answer, Conflict)
