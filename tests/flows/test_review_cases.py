"""Reviewers at work: who gets which case, how long they hold it, and what a decision does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import product
from threading import Barrier
from typing import Any

import pytest
from psycopg.rows import namedtuple_row
from tests.builders import Book, founded, only
from tests.risk.reviews.cases import AT, new_case

from whiteslip.flows import review_cases as flow
from whiteslip.flows.review_cases import Acts, CaseRequest, Label, NextRequest, Ruled, Ruling
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import Conflict, InvalidInput, InvariantBroken, NotAllowed, NotFound
from whiteslip.risk.reviews import rules, store
from whiteslip.risk.reviews.model import Case, CaseKey, Command, Kind, State

LEASE = store.desk().lease


@pytest.fixture
def book(database: Database) -> Book:
    return founded(database)


def opened(book: Book, *customers: int, **more: Any) -> list[CaseKey]:
    found = book.write(
        lambda db: flow.open_cases(db, [new_case(one, **more) for one in customers], at=AT)
    )
    return [CaseKey(*one[:2]) for one in found]


def take_next(book: Book, actor: str = "Bo", *kinds: Kind, at: datetime = AT) -> Case | None:
    asked = NextRequest(actor, kinds)
    return book.write(lambda db: flow.take_next(db, [asked], at=at))[0]


def ask(book: Book, journey: Any, key: CaseKey, actor: str = "Bo", *, at: datetime = AT) -> Any:
    asked = CaseRequest(*key, actor, "because")
    return only(book.write(lambda db: journey(db, [asked], at=at)))


def decide(book: Book, key: CaseKey, outcome: str = "uphold", **more: Any) -> Any:
    given: dict[str, Any] = {"actor": "Bo", "note": "seen", "acts": {}, "at": AT, **more}
    kept: Acts = {(Kind.SUSPENSION, "uphold"): lambda _db, _ruled, _at: None}
    ruling = Ruling(*key, given["actor"], outcome, given["note"], Label.UNCLEAR)
    return only(
        book.write(lambda db: flow.decide(db, [ruling], at=given["at"], acts=kept | given["acts"]))
    )


def seen(book: Book, key: CaseKey) -> tuple[Any, ...]:
    """All that is written of a case, but the count of locks."""
    case = book.write(lambda db: store.lock_cases(db, [key]))[key]
    events = book.database.read(
        lambda db: db.execute("SELECT * FROM risk.review_event ORDER BY 1, 2, 3").fetchall()
    )
    return case, events


def test_the_most_urgent_comes_first_then_the_one_due_first(book: Book) -> None:
    opened(book, 1, kind=Kind.LIMIT)
    opened(book, 2, due_at=AT + timedelta(hours=2))
    opened(book, 3, due_at=AT + timedelta(hours=1))
    opened(book, 4, kind=Kind.FRAUD)

    given = [take_next(book, kind) for kind in ("A", "B", "C", "D", "E")]

    assert [case and case.customer_id for case in given] == [4, 3, 2, 1, None]


def test_only_kinds_asked_for_and_never_what_one_decided(book: Book) -> None:
    opened(book, 1)
    opened(book, 2, kind=Kind.LIMIT, barred=("Bo",))

    assert take_next(book, "Bo", Kind.LIMIT) is None
    limit = take_next(book, "Cai", Kind.LIMIT)
    assert limit is not None
    assert limit.customer_id == 2


def worked_off(book: Book, reviewers: int) -> list[CaseKey]:
    """Let reviewers take cases at once until there are none, and return every case anybody got."""
    together = Barrier(reviewers)

    def one(number: int) -> list[CaseKey]:
        got: list[CaseKey] = []
        together.wait(10)
        misses = 0
        while misses < 3:  # what others are trying just now is skipped, so one miss is no end
            case = take_next(book, f"reviewer {number}")
            if case is None:
                misses += 1
            else:
                got.append(case.key)
        return got

    with ThreadPoolExecutor(reviewers) as pool:
        return [key for got in pool.map(one, range(reviewers)) for key in got]


def given_twice(keys: Sequence[CaseKey]) -> list[CaseKey]:
    return [key for key, times in Counter(keys).items() if times > 1]


def test_reviewers_at_once_get_each_case_once(book: Book) -> None:
    keys = opened(book, *range(1, 151))

    got = worked_off(book, 6)

    assert given_twice(got) == []
    assert sorted(got) == sorted(keys)


class _Careless(Sql):
    """Our statements without the lock, and at will without the guard; two readers wait for each other."""

    def __init__(self, *, without_guard: bool) -> None:
        super().__init__("whiteslip.risk.reviews")
        self.without_guard = without_guard
        self.together = Barrier(2)

    def many(self, db: Any, name: str, /, **params: Any) -> list[Any]:
        text: Any = self.text(name).replace("FOR UPDATE SKIP LOCKED", "")
        if self.without_guard:
            text = text.replace("AND review_case.state = move.before", "")
            text = text.replace("AND review_case.steps = move.steps", "")
        with db.cursor(binary=True, row_factory=namedtuple_row) as cursor:
            rows = cursor.execute(text, params).fetchall()
        if name == "lock_free":
            self.together.wait(10)
        return rows


def raced(book: Book) -> list[Any]:
    def one(actor: str) -> Any:
        try:
            return take_next(book, actor)
        except InvariantBroken as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, ("Bo", "Cai")))


def test_control_without_the_lock_the_guard_still_gives_a_case_once(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(book, 1)
    monkeypatch.setattr(store, "sql", _Careless(without_guard=False))

    got = raced(book)

    assert sorted(type(one).__name__ for one in got) == ["Case", "InvariantBroken"]


def test_control_without_lock_and_guard_two_get_the_same_case(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(book, 1)
    monkeypatch.setattr(store, "sql", _Careless(without_guard=True))

    got = [one.key for one in raced(book) if isinstance(one, Case)]

    assert given_twice(got)


def test_a_lease_lapses_and_the_case_goes_to_the_next(book: Book) -> None:
    (key,) = opened(book, 1)
    assert take_next(book, "Bo") is not None
    assert take_next(book, "Cai", at=AT + LEASE - timedelta(microseconds=1)) is None

    case = take_next(book, "Cai", at=AT + LEASE)

    assert case is not None
    assert case.holder == "cai"
    assert isinstance(decide(book, key, at=AT + LEASE), NotAllowed)
    assert isinstance(ask(book, flow.renew, key, at=AT + LEASE), NotAllowed)


def test_who_renews_keeps_the_case(book: Book) -> None:
    (key,) = opened(book, 1)
    take_next(book)
    half = AT + LEASE / 2

    assert ask(book, flow.renew, key, at=half).leased_until == half + LEASE
    assert take_next(book, "Cai", at=AT + LEASE) is None
    assert decide(book, key, at=AT + LEASE).state is State.DECIDED


def test_after_the_lapse_nobody_decides_without_taking_again(book: Book) -> None:
    (key,) = opened(book, 1)
    take_next(book)

    assert isinstance(decide(book, key, at=AT + LEASE), Conflict)
    assert isinstance(ask(book, flow.renew, key, at=AT + LEASE), Conflict)
    assert ask(book, flow.take, key, at=AT + LEASE).holder == "bo"
    assert decide(book, key, at=AT + LEASE).outcome == "uphold"


def _act(command: Command) -> Callable[[Book, CaseKey], Any]:
    if command is Command.DECIDE:
        return decide
    journey = getattr(flow, command)
    return lambda book, key: ask(book, journey, key)


def _brought(book: Book, state: State) -> CaseKey:
    (key,) = opened(book, 1)
    if state in {State.TAKEN, State.DECIDED}:
        ask(book, flow.take, key)
    if state is State.DECIDED:
        decide(book, key)
    if state is State.WITHDRAWN:
        ask(book, flow.withdraw, key)
    return key


ASKED = (Command.TAKE, Command.RENEW, Command.RELEASE, Command.DECIDE, Command.WITHDRAW)


@pytest.mark.parametrize(("state", "command"), list(product(State, ASKED)))
def test_every_command_in_every_state(book: Book, state: State, command: Command) -> None:
    key = _brought(book, state)
    before = seen(book, key)

    answer = _act(command)(book, key)

    # A case that is held is not taken again, not even by its holder: they renew.
    legal = (state, command) in rules.MOVES and (state, command) != (State.TAKEN, Command.TAKE)
    if legal:
        assert answer.state in rules.MOVES[state, command]
        assert len(seen(book, key)[1]) == len(before[1]) + 1
    else:
        assert isinstance(answer, Conflict)
        assert seen(book, key) == before


def test_what_an_outcome_ends_is_ended_by_its_act(book: Book) -> None:
    (key,) = opened(book, 1)
    ask(book, flow.take, key)
    told: list[Ruled] = []

    def lift(_db: Connection, ruled: Sequence[Ruled], _at: datetime) -> None:
        told.extend(ruled)

    acts: Acts = {(Kind.SUSPENSION, "lift"): lift}
    assert isinstance(decide(book, key, "ease", acts=acts), Conflict)
    assert isinstance(decide(book, key, "burn", acts=acts), InvalidInput)
    assert isinstance(decide(book, key, "lift", note=" ", acts=acts), InvalidInput)
    assert told == []

    assert decide(book, key, "lift", acts=acts).state is State.DECIDED
    assert [(one.case.subject_id, one.ruling.outcome) for one in told] == [(70, "lift")]


def test_when_the_act_fails_nothing_is_decided(book: Book) -> None:
    (key,) = opened(book, 1)
    ask(book, flow.take, key)
    before = seen(book, key)

    def fail(_db: Connection, _ruled: Sequence[Ruled], _at: datetime) -> None:
        raise Conflict("it is gone")

    with pytest.raises(Conflict, match="it is gone"):
        decide(book, key, "lift", acts={(Kind.SUSPENSION, "lift"): fail})

    assert seen(book, key) == before


def test_what_is_overdue_rises_once_and_says_so(book: Book) -> None:
    opened(book, 1, due_at=AT, priority=0)
    opened(book, 2, due_at=AT + timedelta(hours=1), priority=3)

    raised = book.write(lambda db: flow.escalate_overdue(db, most=10, at=AT))
    again = book.write(lambda db: flow.escalate_overdue(db, most=10, at=AT))

    assert [(case.customer_id, case.priority) for case in raised] == [(1, 4)]
    assert again == []
    first = take_next(book)
    assert first is not None
    assert first.customer_id == 1
    events = book.database.read(
        lambda db: db.execute(
            "SELECT customer_id FROM infra.outbox WHERE topic = 'risk.case-escalated'"
        ).fetchall()
    )
    assert events == [(1,)]


def test_what_a_customer_asked_for_is_not_the_staffs_to_withdraw(book: Book) -> None:
    (key,) = opened(book, 1, kind=Kind.COMPLAINT)

    assert isinstance(ask(book, flow.withdraw, key), Conflict)
    assert isinstance(ask(book, flow.take, CaseKey(1, 99_999)), NotFound)
