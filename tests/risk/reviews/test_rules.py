"""How a case moves, when it is due, and who may hold it: pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.risk.reviews.cases import AT, ON, a_case, new_case

from whiteslip.kernel.actor import PROGRAM
from whiteslip.kernel.calendar import ZONE, is_working_day
from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed
from whiteslip.risk.reviews import rules
from whiteslip.risk.reviews.model import Case, Command, Kind, Label, Move, Queue, Ruling, State
from whiteslip.risk.reviews.reading import read_desk
from whiteslip.risk.reviews.store import desk

LATER = AT + timedelta(minutes=5)
MINUTE = timedelta(minutes=1)
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
RULING = Ruling(7, 9, "Bo", "uphold", "as it should be", Label.TRUE_POSITIVE)
HELD: dict[str, Any] = {
    "state": State.TAKEN,
    "holder": "bo",
    "leased_until": AT + timedelta(minutes=30),
}
DONE: dict[str, Any] = {"holder": "bo", "outcome": "uphold", "decided_by": "bo"}
STATES: dict[State, Case] = {
    State.OPEN: a_case(),
    State.TAKEN: a_case(**HELD),
    State.DECIDED: a_case(state=State.DECIDED, decided_on=ON, decided_at=AT, **DONE),
    State.WITHDRAWN: a_case(state=State.WITHDRAWN),
}
COMMANDS: dict[Command, Callable[[Case], object]] = {
    Command.TAKE: lambda case: rules.take(case, "Bo", desk(), at=AT + timedelta(hours=1)),
    Command.RENEW: lambda case: rules.renew(case, "Bo", desk(), at=LATER),
    Command.RELEASE: lambda case: rules.release(case, "Bo", "not mine", at=LATER),
    Command.DECIDE: lambda case: rules.decide(case, RULING, desk(), on=ON, at=LATER),
    Command.WITHDRAW: lambda case: rules.withdraw(case, "Bo", "moot", at=LATER),
}


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_command_in_every_state(state: State, command: Command) -> None:
    answer = COMMANDS[command](STATES[state])

    if (state, command) in rules.MOVES:
        assert isinstance(answer, Move)
        assert answer.after.state in rules.MOVES[state, command]
        assert answer.command is command
    else:
        assert isinstance(answer, Conflict)


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("command", [Command.ATTACH, Command.ESCALATE])
def test_the_programs_commands_have_their_place_in_the_table(
    state: State, command: Command
) -> None:
    legal = (state, command) in rules.MOVES

    assert legal == (state in rules.LIVE)
    assert (rules.refusal(STATES[state], command) is None) == legal


@pytest.mark.parametrize("name", ["Bo", "ＢＯ", " bo ", "b\u200bo", "BO (caller 7)"])
def test_a_person_is_one_person_however_they_are_written(name: str) -> None:
    case = a_case(**HELD)

    assert isinstance(rules.renew(case, name, desk(), at=LATER), Move)
    assert isinstance(rules.take(a_case(barred=("bo",)), name, desk(), at=AT), NotAllowed)


def test_only_who_holds_a_case_decides_it_and_only_while_they_do() -> None:
    case = a_case(**HELD)
    anna = RULING._replace(actor="Anna")
    lapsed = AT + timedelta(minutes=30)

    assert isinstance(rules.decide(case, anna, desk(), on=ON, at=LATER), NotAllowed)
    assert isinstance(rules.decide(case, RULING, desk(), on=ON, at=lapsed), Conflict)
    assert isinstance(
        rules.decide(case, RULING, desk(), on=ON, at=lapsed - timedelta(microseconds=1)), Move
    )
    assert isinstance(rules.take(case, "Anna", desk(), at=LATER), Conflict)
    taken = rules.take(case, "Anna", desk(), at=lapsed)
    assert isinstance(taken, Move)
    assert (taken.after.holder, taken.after.leased_until) == ("anna", lapsed + desk().lease)


def test_a_held_case_is_withdrawn_by_its_holder_or_the_program() -> None:
    case = a_case(**HELD)

    assert isinstance(rules.withdraw(case, "Anna", "moot", at=LATER), NotAllowed)
    assert isinstance(rules.withdraw(case, PROGRAM, "moot", at=LATER), Move)
    assert isinstance(rules.withdraw(case, "Bo", " ", at=LATER), InvalidInput)


@pytest.mark.parametrize(
    ("kind", "outcome", "error"),
    [
        (Kind.SUSPENSION, "confirm", InvalidInput),
        (Kind.FRAUD, "lift", InvalidInput),
        (Kind.APPLICATION, "approve", Conflict),
        (Kind.APPEAL, "overturned", Conflict),
        (Kind.COMPLAINT, "answered", Conflict),
    ],
)
def test_an_outcome_is_one_of_its_kind(kind: Kind, outcome: str, error: type[Exception]) -> None:
    case = a_case(kind=kind, **HELD)
    ruling = RULING._replace(outcome=outcome)

    assert isinstance(rules.decide(case, ruling, desk(), on=ON, at=LATER), error)


@pytest.mark.parametrize("note", ["", " \n", "x" * 2001])
def test_a_decision_says_why(note: str) -> None:
    answer = rules.decide(a_case(**HELD), RULING._replace(note=note), desk(), on=ON, at=LATER)

    assert isinstance(answer, InvalidInput)


def test_what_is_attached_makes_a_case_more_urgent_never_less() -> None:
    case = a_case(priority=4, **HELD)
    soon, late = AT - timedelta(hours=1), AT + timedelta(days=9)

    move = rules.attach(case, [new_case(priority=9), new_case(priority=0)], [soon, late])

    assert (move.after.priority, move.after.due_at, move.after.pieces) == (9, soon, 3)
    assert move.after.holder == "bo"
    later = rules.attach(case, [new_case(priority=1)], [late])
    assert (later.after.priority, later.after.due_at) == (4, AT)


def test_who_may_not_see_what_is_attached_loses_the_case() -> None:
    move = rules.attach(a_case(**HELD), [new_case(barred=("Anna", "B O", "ＢＯ"))], [AT])

    assert move.after.barred == ("anna", "b o", "bo")
    assert (move.after.state, move.after.holder, move.after.leased_until) == (
        State.OPEN,
        None,
        None,
    )


def test_what_is_overdue_rises_once() -> None:
    case = a_case(priority=8)
    move = rules.escalate(case, desk(), at=AT)

    assert rules.escalate(case, desk(), at=AT - timedelta(microseconds=1)) is None
    assert move is not None
    assert (move.after.priority, move.after.escalated_at) == (9, AT)
    assert rules.escalate(move.after, desk(), at=LATER) is None


def shanghai(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("hours", "opened", "due"),
    [
        (2, shanghai(4, 10), shanghai(4, 12)),
        (8, shanghai(4, 10), shanghai(4, 18)),
        (8, shanghai(4, 10, 1), shanghai(5, 9, 1)),
        (2, shanghai(4, 3), shanghai(4, 11)),
        (2, shanghai(4, 23), shanghai(5, 11)),
        (2, shanghai(6, 17), shanghai(9, 10)),  # over a weekend
        (2, shanghai(30, 17, month=4), shanghai(6, 10, month=5)),  # over Labor Day
        (9, shanghai(9, 9, month=5), shanghai(9, 18, month=5)),  # a Saturday made up for it
        (20, shanghai(4, 9), shanghai(6, 11)),
    ],
)
def test_working_hours_are_those_of_the_desk(hours: int, opened: datetime, due: datetime) -> None:
    queue = Queue(hours, None, 1, (), frozenset())

    assert rules.due_at(queue, desk(), at=opened) == due


def test_working_days_do_not_count_the_day_itself() -> None:
    queue = Queue(None, 1, 1, (), frozenset())

    assert rules.due_at(queue, desk(), at=shanghai(6, 9)) == shanghai(9, 18)
    assert rules.due_at(queue, desk(), at=shanghai(7, 9)) == shanghai(9, 18)


def is_at_desk(local: datetime) -> bool:
    return is_working_day(local.date()) and 9 <= local.hour < 18


@settings(max_examples=40)
@given(
    st.integers(1, 30),
    st.integers(0, 700 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes)),
)
def test_a_due_time_holds_exactly_the_hours_it_promises(hours: int, opened: datetime) -> None:
    due = rules.due_at(Queue(hours, None, 1, (), frozenset()), desk(), at=opened)

    minutes = (opened + timedelta(minutes=one) for one in range(int((due - opened) / MINUTE)))
    worked = sum(is_at_desk(minute.astimezone(ZONE)) for minute in minutes)
    assert worked == 60 * hours
    assert is_working_day(due.astimezone(ZONE).date())


GOOD = """
opens_hour = 9
closes_hour = 18
lease_minutes = 30
skim = 64
raise_by = 4
""" + "".join(
    f'[queue.{kind}]\ndue_days = 1\npriority = 1\noutcomes = ["keep", "drop"]\nends = ["drop"]\n'
    for kind in Kind
)


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("skim = 64", "skim = 64\nskam = 1", "skam"),
        ("lease_minutes = 30", "lease_minutes = 0", "lease_minutes"),
        ("lease_minutes = 30", 'lease_minutes = "30"', "lease_minutes"),
        ("skim = 64", "", "skim"),
        ("closes_hour = 18", "closes_hour = 9", "closes_hour"),
        ("[queue.fraud]", "[queue.freud]", "queue.freud"),
        ("due_days = 1\n", "", "queue.suspension"),
        ("due_days = 1\n", "due_days = 1\ndue_hours = 1\n", "queue.suspension"),
        ('"keep", "drop"', '"keep", "keep", "drop"', "queue.suspension.outcomes"),
        ('ends = ["drop"]', 'ends = ["burn"]', "queue.suspension.ends"),
        ("priority = 1", "priority = 10", "queue.suspension.priority"),
        ("opens_hour = 9", "opens_hour = = 9", "queues.toml"),
    ],
)
def test_parameters_are_read_strictly(old: str, new: str, where: str) -> None:
    read_desk(GOOD)
    with pytest.raises(InvalidInput) as refused:
        read_desk(GOOD.replace(old, new, 1))

    assert refused.value.where == where


def test_a_queue_nobody_described_is_named() -> None:
    with pytest.raises(InvalidInput, match="no queue 'data_correction'"):
        read_desk(GOOD.partition("\n[queue.data_correction]")[0])
