"""What may be appealed, by when, and by whom it is decided: pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.risk.reviews.cases import AT, ON

from whiteslip.care.appeals import rules
from whiteslip.care.appeals.model import (
    Appeal,
    Command,
    Decision,
    Form,
    NewAppeal,
    Outcome,
    State,
    Subject,
    SubjectKey,
)
from whiteslip.care.appeals.reading import read_terms
from whiteslip.care.appeals.store import terms
from whiteslip.kernel.calendar import ZONE
from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed
from whiteslip.risk.reviews.model import SubjectType


def new(type_: SubjectType = SubjectType.RESTRICTION, **more: Any) -> NewAppeal:
    given: dict[str, Any] = {"form": Form.APPEAL, "actor": "app", "text": "不是我", **more}
    return NewAppeal(SubjectKey(7, type_, 70), **given)


def an_appeal(state: State = State.IN_REVIEW, *before: str) -> Appeal:
    return Appeal(
        7, 9, 8, Form.APPEAL, SubjectType.RESTRICTION, 70, 71, None, state, before or ("anna",), AT
    )


def a_decision(actor: str = "Bo", **more: Any) -> Decision:
    given: dict[str, Any] = {
        "outcome": Outcome.OVERTURNED,
        "answer": "限制已解除。",
        "note": "seen",
        **more,
    }
    return Decision(7, 9, actor, **given)


@pytest.mark.parametrize("state", list(State))
def test_deciding_in_every_state(state: State) -> None:
    answer = rules.check_decision(an_appeal(state), a_decision())

    assert (answer is None) == ((state, Command.DECIDE) in rules.MOVES)
    assert answer is None or isinstance(answer, Conflict)


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("command", list(Command))
def test_the_table_says_what_is_legal(state: State, command: Command) -> None:
    assert (rules.refusal(state, command) is None) == ((state, command) in rules.MOVES)


def test_the_final_states_lead_nowhere() -> None:
    assert {state for state, _ in rules.MOVES} == {State.RECEIVED, State.IN_REVIEW}


@pytest.mark.parametrize(
    "name", ["Anna", "ANNA", " anna", "Ａｎｎａ", "An\u200bna", "Anna (caller 12)", "A\u0301nna"]
)
def test_who_decided_before_is_refused_however_they_are_written(name: str) -> None:
    appeal = an_appeal(State.IN_REVIEW, "anna", "ánna")

    assert isinstance(rules.check_decision(appeal, a_decision(name)), NotAllowed)
    assert rules.check_decision(appeal, a_decision("Anne")) is None


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"answer": " "}, "answer"),
        ({"answer": "x" * 4001}, "answer"),
        ({"note": ""}, "note"),
        ({"note": "x" * 2001}, "note"),
    ],
)
def test_a_decision_answers_the_customer_and_says_why(more: dict[str, str], where: str) -> None:
    error = rules.check_decision(an_appeal(), a_decision(**more))

    assert isinstance(error, InvalidInput)
    assert error.where == where


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        (new(text=" "), "text"),
        (new(text="字" * 4001), "text"),
        (new(wants="x" * 4001), "wants"),
        (new(attachments="x" * 4001), "attachments"),
        (new(SubjectType.COMPLAINT), "about"),
        (new(SubjectType.FEE, form=Form.HUMAN_DECISION), "about"),
    ],
)
def test_what_cannot_be_appealed_is_named(asked: NewAppeal, where: str) -> None:
    error = rules.check(asked, terms())

    assert error is not None
    assert error.where == where


def test_any_script_and_4000_characters_are_heard() -> None:
    for text in ("字" * 4000, "قرار خاطئ", "🙁", "a\nb"):
        assert rules.check(new(text=text), terms()) is None
    assert rules.check(new(text="", form=Form.HUMAN_DECISION), terms()) is None


def test_a_person_is_asked_for_where_a_machine_decided() -> None:
    by_machine = Subject(71, None, ("watch book",), by_machine=True, frozen={})
    by_hand = by_machine._replace(by_machine=False)
    asked = new(form=Form.HUMAN_DECISION, text="")

    assert rules.check_subject(asked, by_machine) is None
    assert isinstance(rules.check_subject(asked, by_hand), Conflict)
    assert rules.check_subject(new(), by_hand) is None


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (new(), datetime(2026, 3, 25, 18, tzinfo=ZONE)),  # 15 working days
        (new(SubjectType.BUREAU_REPORT), datetime(2026, 3, 24, 18, tzinfo=ZONE)),  # 20 days
        (new(form=Form.HUMAN_DECISION), datetime(2026, 3, 9, 18, tzinfo=ZONE)),
    ],
)
def test_each_has_its_due_time(asked: NewAppeal, due: datetime) -> None:
    assert rules.due_at(asked, terms(), at=AT) == due
    assert due > AT + timedelta(days=1)


def test_a_decision_is_written_with_its_answer() -> None:
    move = rules.decided(an_appeal(), a_decision("Ｂｏ"), on=ON)

    assert (move.after, move.actor, move.answer) == (State.DECIDED, "bo", "限制已解除。")


GOOD = """
closes_hour = 18
[due]
restriction = { working_days = 15 }
[human]
subjects = ["restriction"]
due = { working_days = 3 }
"""


@pytest.mark.parametrize(
    ("old", "new_text", "where"),
    [
        ("closes_hour = 18", "closes_hour = 18\nopens = 1", "opens"),
        ("closes_hour = 18", "closes_hour = 25", "closes_hour"),
        ("{ working_days = 15 }", "{ working_days = 15, calendar_days = 20 }", "due.restriction"),
        ("{ working_days = 15 }", "{}", "due.restriction"),
        ("{ working_days = 15 }", "{ working_days = 1.5 }", "due.restriction.working_days"),
        ('["restriction"]', "[]", "human.subjects"),
        ('["restriction"]', '["weather"]', "human.subjects[0]"),
        ("[due]", "[due", "appeals.toml"),
    ],
)
def test_terms_are_read_strictly(old: str, new_text: str, where: str) -> None:
    read_terms(GOOD)
    with pytest.raises(InvalidInput) as refused:
        read_terms(GOOD.replace(old, new_text, 1))

    assert refused.value.where == where
