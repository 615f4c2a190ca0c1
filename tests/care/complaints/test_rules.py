"""How a complaint moves and what an answer must say: pure."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.risk.reviews.cases import AT, ON

from whiteslip.care.complaints import rules
from whiteslip.care.complaints.model import (
    Answer,
    Cause,
    Channel,
    Command,
    Complaint,
    NewComplaint,
    Redress,
    State,
)
from whiteslip.care.complaints.reading import read_terms
from whiteslip.care.complaints.store import terms
from whiteslip.kernel.calendar import ZONE
from whiteslip.kernel.errors import Conflict, InvalidInput

ANSWER = Answer(7, 9, "Bo", Cause.WRONG_CHARGE, Redress.REFUND, "已退还。", "charged twice")


def a_complaint(state: State = State.IN_REVIEW) -> Complaint:
    return Complaint(7, 9, 8, 71, state)


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("command", list(Command))
def test_every_command_in_every_state(state: State, command: Command) -> None:
    legal = (state, command) in rules.MOVES

    assert (rules.refusal(state, command) is None) == legal
    if command is Command.ANSWER:
        error = rules.check_answer(a_complaint(state), ANSWER)
        assert (error is None) == legal
        assert error is None or isinstance(error, Conflict)


@pytest.mark.parametrize("text", ["", " \n", "字" * 4001])
def test_a_complaint_says_something(text: str) -> None:
    new = NewComplaint(7, Channel.APP, Cause.OTHER, text, "app")

    assert isinstance(rules.check(new), InvalidInput)
    assert rules.check(new._replace(text="字" * 4000)) is None


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        (ANSWER._replace(answer=" "), "answer"),
        (ANSWER._replace(answer="x" * 4001), "answer"),
        (ANSWER._replace(note=""), "note"),
    ],
)
def test_an_answer_has_words_for_the_customer_and_for_us(wrong: Answer, where: str) -> None:
    error = rules.check_answer(a_complaint(), wrong)

    assert isinstance(error, InvalidInput)
    assert error.where == where


def test_an_answer_is_written_with_what_was_found() -> None:
    move = rules.answered(a_complaint(), ANSWER, on=ON)

    assert (move.after, move.found_cause, move.redress) == (
        State.ANSWERED,
        Cause.WRONG_CHARGE,
        Redress.REFUND,
    )


def test_fifteen_working_days() -> None:
    assert rules.due_at(terms(), at=AT) == datetime(2026, 3, 25, 18, tzinfo=ZONE)


def test_the_catalog_is_read_strictly() -> None:
    good = "due_days = 1\ncloses_hour = 18\n" + "".join(
        f'[cause.{cause}]\nzh = "x"\nen = "x"\n' for cause in Cause
    )
    read_terms(good)
    for old, new, where in (
        ("[cause.other]\n", "[cause.others]\n", "cause.others"),
        ('[cause.other]\nzh = "x"\nen = "x"\n', "", "cause.other"),
        ("due_days = 1", "due_days = 0", "due_days"),
        ("due_days = 1", "", "due_days"),
        ('zh = "x"', 'zh = ""', "cause.frozen_without_reason.zh"),
        ("due_days = 1", "due_days = = 1", "causes.toml"),
    ):
        with pytest.raises(InvalidInput) as refused:
            read_terms(good.replace(old, new, 1))
        assert refused.value.where == where
