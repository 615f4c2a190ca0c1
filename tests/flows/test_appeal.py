"""Appeals and complaints as journeys: every command in every state, batches, and acts that undo or fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from psycopg.sql import SQL, Identifier
from tests.builders import Book, founded, only
from tests.risk.reviews.cases import AT

from whiteslip.flows import appeal as flow
from whiteslip.flows import complain as complaining
from whiteslip.flows.appeal import (
    Decision,
    Form,
    NewAppeal,
    Outcome,
    Overturned,
    SubjectKey,
    SubjectType,
)
from whiteslip.flows.complain import Answer, Cause, Channel, NewComplaint, Redress
from whiteslip.flows.restrict import RestrictionRequest, restrict
from whiteslip.flows.review_cases import CaseRequest, Kind, NextRequest, take, take_next
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import Conflict, NotAllowed, NotFound
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.lines.model import LineKey
from whiteslip.risk.reviews import store as reviews
from whiteslip.risk.reviews.model import CaseKey
from whiteslip.risk.reviews.model import State as CaseState

LEASE = reviews.desk().lease


@pytest.fixture
def book(database: Database) -> Book:
    return founded(database)


class Undone:
    """An act that remembers what it was asked to undo."""

    def __init__(self) -> None:
        self.all: list[Overturned] = []

    def __call__(self, _db: Connection, overturned: Sequence[Overturned], _at: datetime) -> None:
        self.all += overturned


def restricted(
    book: Book, line: LineKey | None = None, reason: ReasonCode = ReasonCode.UNLIKE_HISTORY
) -> SubjectKey:
    """A restriction imposed by Anna."""
    key = line or book.line()
    asked = RestrictionRequest(*key, 4, reason, "Anna")
    done = only(book.write(lambda db: restrict(db, [asked], at=AT)))
    assert not isinstance(done, Exception)
    return SubjectKey(key.customer_id, SubjectType.RESTRICTION, done.restriction_id)


def appeal(book: Book, *about: SubjectKey) -> list[Any]:
    asked = [NewAppeal(one, Form.APPEAL, "app", "不是我") for one in about]
    return list(book.write(lambda db: flow.appeal(db, asked, at=AT)))


def hold(book: Book, key: tuple[int, int], actor: str = "Bo", at: datetime = AT) -> Any:
    return only(book.write(lambda db: take(db, [CaseRequest(*key, actor)], at=at)))


def decide(
    book: Book, appeal_id: tuple[int, int], outcome: Outcome = Outcome.UPHELD, **more: Any
) -> Any:
    given: dict[str, Any] = {"actor": "Bo", "acts": {}, "at": AT, **more}
    decision = Decision(*appeal_id, given["actor"], outcome, "已复核。", "seen")
    return only(
        book.write(
            lambda db: flow.decide_appeals(db, [decision], at=given["at"], acts=given["acts"])
        )
    )


def withdraw(book: Book, appeal_id: tuple[int, int]) -> Any:
    asked = flow.WithdrawRequest(*appeal_id, "app")
    return only(book.write(lambda db: flow.withdraw_appeals(db, [asked], at=AT)))


def written(book: Book, *tables: str) -> list[Any]:
    """All rows of tables, but the counts of locks."""

    query = SQL("SELECT to_jsonb(one) - 'turn' FROM {} AS one ORDER BY to_jsonb(one)::text")

    def read(db: Connection) -> list[Any]:
        return [
            db.execute(query.format(SQL(".").join(map(Identifier, table.split("."))))).fetchall()
            for table in tables
        ]

    return book.database.read(read)


APPEALS = (
    "care.appeal",
    "care.appeal_event",
    "care.notice",
    "risk.review_case",
    "risk.review_event",
)
COMPLAINTS = ("care.complaint", "care.complaint_event", *APPEALS[2:])
STATES = ("received", "in_review", "done", "withdrawn")
LEGAL = {("in_review", "decide"), ("received", "withdraw"), ("in_review", "withdraw")}


@pytest.mark.parametrize(("state", "command"), list(product(STATES, ("decide", "withdraw"))))
def test_every_command_on_an_appeal_in_every_state(book: Book, state: str, command: str) -> None:
    (made,) = appeal(book, restricted(book))
    if state in {"in_review", "done"}:
        hold(book, (made.customer_id, made.case_id))
    if state == "done":
        decide(book, made[:2])
    if state == "withdrawn":
        withdraw(book, made[:2])
    before = written(book, *APPEALS)

    answer = (decide if command == "decide" else withdraw)(book, made[:2])

    if (state, command) in LEGAL:
        assert answer.state in {"decided", "withdrawn"}
        assert written(book, *APPEALS) != before
    else:
        assert isinstance(answer, Conflict)
        assert written(book, *APPEALS) == before


def complain(book: Book, customer_id: int, text: str = "慢") -> Any:
    asked = NewComplaint(customer_id, Channel.APP, Cause.SLOW_REFUND, text, "app")
    return only(book.write(lambda db: complaining.complain(db, [asked], at=AT)))


def answer_it(book: Book, complaint_id: tuple[int, int], actor: str = "Bo") -> Any:
    given = Answer(*complaint_id, actor, Cause.OTHER, Redress.APOLOGY, "抱歉。", "seen")
    return only(book.write(lambda db: complaining.answer_complaints(db, [given], at=AT)))


def take_back(book: Book, complaint_id: tuple[int, int]) -> Any:
    asked = complaining.WithdrawRequest(*complaint_id, "app")
    return only(book.write(lambda db: complaining.withdraw_complaints(db, [asked], at=AT)))


@pytest.mark.parametrize(("state", "command"), list(product(STATES, ("decide", "withdraw"))))
def test_every_command_on_a_complaint_in_every_state(book: Book, state: str, command: str) -> None:
    made = complain(book, book.customer())
    if state in {"in_review", "done"}:
        hold(book, (made.customer_id, made.case_id))
    if state == "done":
        answer_it(book, made[:2])
    if state == "withdrawn":
        take_back(book, made[:2])
    before = written(book, *COMPLAINTS)

    answer = (answer_it if command == "decide" else take_back)(book, made[:2])

    if (state, command) in LEGAL:
        assert answer.state in {"answered", "withdrawn"}
        assert written(book, *COMPLAINTS) != before
    else:
        assert isinstance(answer, Conflict)
        assert written(book, *COMPLAINTS) == before


def test_what_is_overturned_is_undone_by_the_act_of_its_type(book: Book) -> None:
    about = restricted(book)
    (made,) = appeal(book, about)
    hold(book, (made.customer_id, made.case_id))
    lift, other = Undone(), Undone()
    acts = {SubjectType.RESTRICTION: lift, SubjectType.FEE: other}

    assert isinstance(decide(book, made[:2], Outcome.OVERTURNED), Conflict)
    assert decide(book, made[:2], Outcome.OVERTURNED, acts=acts).state == "decided"

    (one,) = lift.all
    assert one[:4] == Overturned(about, made.appeal_id, "Bo", "seen")[:4]
    assert one.frozen["restriction"]["restriction_id"] == about.subject_id
    assert other.all == []


def test_what_is_upheld_undoes_nothing(book: Book) -> None:
    (made,) = appeal(book, restricted(book))
    hold(book, (made.customer_id, made.case_id))
    lift = Undone()

    decide(book, made[:2], acts={SubjectType.RESTRICTION: lift})

    assert lift.all == []


def test_when_the_act_fails_nothing_of_the_decision_is_kept(book: Book) -> None:
    (made,) = appeal(book, restricted(book))
    hold(book, (made.customer_id, made.case_id))
    before = written(book, *APPEALS)

    def fail(_db: Connection, _all: Sequence[Overturned], _at: datetime) -> None:
        raise Conflict("it cannot be undone")

    with pytest.raises(Conflict, match="cannot be undone"):
        decide(book, made[:2], Outcome.OVERTURNED, acts={SubjectType.RESTRICTION: fail})

    assert written(book, *APPEALS) == before


@pytest.mark.parametrize("name", ["Anna", "ANNA ", "Ａｎｎａ", "An\u00adna", "anna (caller 9)"])
def test_who_took_the_decision_neither_holds_nor_decides(book: Book, name: str) -> None:
    (made,) = appeal(book, restricted(book))
    case = (made.customer_id, made.case_id)

    assert book.write(lambda db: take_next(db, [NextRequest(name)], at=AT)) == [None]
    assert isinstance(hold(book, case, name), NotAllowed)
    hold(book, case)
    assert isinstance(decide(book, made[:2], actor=name), NotAllowed)


def test_who_holds_decides_and_after_the_lapse_nobody(book: Book) -> None:
    (made,) = appeal(book, restricted(book))
    hold(book, (made.customer_id, made.case_id))

    assert isinstance(decide(book, made[:2], actor="Cai"), NotAllowed)
    assert isinstance(decide(book, made[:2], at=AT + LEASE), Conflict)
    assert decide(book, made[:2], at=AT + LEASE - timedelta(seconds=1)).state == "decided"


def test_a_batch_is_answered_in_order_and_shares_a_case(book: Book) -> None:
    line = book.line()
    first, second = restricted(book, line), restricted(book, line, ReasonCode.LEGAL_ORDER)
    nothing = SubjectKey(line.customer_id, SubjectType.RESTRICTION, 999_999)

    one, missing, twice, two = appeal(book, first, nothing, first, second)

    assert isinstance(missing, NotFound)
    assert isinstance(twice, Conflict)
    assert one.case_id == two.case_id
    case = CaseKey(one.customer_id, one.case_id)
    hold(book, case)
    decide(book, one[:2])
    assert book.write(lambda db: reviews.lock_cases(db, [case]))[case].state is CaseState.TAKEN
    decide(book, two[:2])
    assert book.write(lambda db: reviews.lock_cases(db, [case]))[case].state is CaseState.DECIDED


def test_what_arrives_while_the_case_is_held_is_decided_with_it(book: Book) -> None:
    line = book.line()
    (one,) = appeal(book, restricted(book, line))
    hold(book, (one.customer_id, one.case_id))
    (two,) = appeal(book, restricted(book, line, ReasonCode.LEGAL_ORDER))

    assert decide(book, two[:2]).state == "decided"
    assert withdraw(book, one[:2]).state == "withdrawn"
    case = CaseKey(one.customer_id, one.case_id)
    after = book.write(lambda db: reviews.lock_cases(db, [case]))[case]
    assert after.state is CaseState.WITHDRAWN


def test_what_nobody_has_is_not_found(book: Book) -> None:
    nobody = (1, 99_999)
    asked: list[Callable[[], Any]] = [
        lambda: decide(book, nobody),
        lambda: withdraw(book, nobody),
        lambda: answer_it(book, nobody),
        lambda: take_back(book, nobody),
        lambda: complain(book, 99_999),
    ]

    assert all(isinstance(one(), NotFound) for one in asked)


def test_two_complaints_share_a_case_and_each_is_answered(book: Book) -> None:
    customer_id = book.customer()
    one, two = complain(book, customer_id), complain(book, customer_id, "还是慢")
    assert one.case_id == two.case_id
    taken = book.write(lambda db: take_next(db, [NextRequest("Bo", (Kind.COMPLAINT,))], at=AT))[0]
    assert taken is not None

    assert isinstance(answer_it(book, one[:2], "Cai"), NotAllowed)
    assert answer_it(book, one[:2]).state == "answered"
    assert answer_it(book, two[:2]).state == "answered"

    after = book.write(lambda db: reviews.lock_cases(db, [taken.key]))[taken.key]
    assert (after.state, after.decided_by) == (CaseState.DECIDED, "bo")
