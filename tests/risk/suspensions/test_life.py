"""The life of a restriction: every command in every state, and the level at which each state is in force."""

from __future__ import annotations

from itertools import product

import pytest

from whiteslip.kernel.errors import Conflict, InvalidInput
from whiteslip.kernel.reason import ReasonCode
from whiteslip.risk.suspensions import ways as reading
from whiteslip.risk.suspensions.life import (
    IN_FULL_FORCE,
    MOVES,
    OVER,
    Command,
    State,
    in_force,
    moved,
)
from whiteslip.risk.suspensions.rules import after_cure
from whiteslip.risk.suspensions.store import ways
from whiteslip.risk.suspensions.ways import Cure

IN_FORCE = {*IN_FULL_FORCE, State.PROBATION}
DEFAULT = '[default]\ncure="automatic"\nway_out="review"\nprobation_days=0\nreview_days=90\n'


@pytest.mark.parametrize(("state", "command"), list(product(State, Command)))
def test_every_command_in_every_state_moves_along_the_table_or_is_a_conflict(
    state: State, command: Command
) -> None:
    if (state, command) in MOVES:
        assert moved(state, command) is MOVES[state, command]
    else:
        with pytest.raises(Conflict, match=state):
            moved(state, command)


def test_what_is_over_stays_over() -> None:
    assert not [state for state, _ in MOVES if state in OVER]


def test_a_level_rises_by_the_machine_and_falls_only_by_cure_review_or_override() -> None:
    falling = {
        command
        for (before, command), after in MOVES.items()
        if before in IN_FORCE
        and in_force(after, 4, probation_level=2) < in_force(before, 4, probation_level=2)
    }

    assert falling == {Command.PUT_ON_PROBATION, Command.LIFT, Command.OVERRIDE}


def test_every_state_can_be_reached_and_left_for_good() -> None:
    reached = {State.PROPOSED}
    for _ in State:
        reached |= {after for (before, _), after in MOVES.items() if before in reached}
    ends = set(OVER)
    for _ in State:
        ends |= {before for (before, _), after in MOVES.items() if after in ends}

    assert reached == ends == set(State)


@pytest.mark.parametrize("state", list(State))
def test_a_restriction_is_in_force_while_appealed_curing_or_in_review(state: State) -> None:
    expected = 4 if state in IN_FULL_FORCE else 2 if state is State.PROBATION else 0

    assert in_force(state, 4, probation_level=2) == expected
    assert in_force(state, 1, probation_level=2) <= 1


@pytest.mark.parametrize(
    ("state", "level", "days", "after"),
    [
        (State.PROPOSED, 4, 14, State.DISMISSED),
        (State.PENDING_REVIEW, 4, 14, State.DISMISSED),
        (State.ACTIVE, 4, 0, State.LIFTED),
        (State.ACTIVE, 2, 14, State.LIFTED),
        (State.ACTIVE, 3, 14, State.PROBATION),
        (State.CURING, 4, 14, State.PROBATION),
        (State.APPEALED, 4, 14, State.LIFTED),
    ],
)
def test_a_cure_leads_over_probation_where_the_way_says_so(
    state: State, level: int, days: int, after: State
) -> None:
    assert after_cure(state, level, days) is after


def test_arrears_are_cured_by_paying_doubt_by_showing_who_one_is_and_fraud_by_people_only() -> None:
    of = ways().of

    assert {of[code].cure for code in ReasonCode if code.startswith("DLQ")} == {Cure.AUTOMATIC}
    assert {of[code].cure for code in ReasonCode if code.startswith("BEH")} == {Cure.VERIFY}
    assert {of[code].cure for code in ReasonCode if code.startswith("FRD")} == {Cure.PERSON}
    assert of[ReasonCode.LEGAL_ORDER].cure is Cure.PERSON
    assert of[ReasonCode.OWN_LOCK].cure is Cure.SELF
    assert of[ReasonCode.OVERDUE].probation_days == 0


def test_of_several_reasons_the_strictest_cure_holds_and_the_first_one_names_the_way_out() -> None:
    way = ways().out_of([ReasonCode.OVERDUE, ReasonCode.FRAUD_SUSPECTED])

    assert (way.cure, way.way_out, way.review_days) == (Cure.PERSON, "pay_overdue", 7)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (DEFAULT, "probation_level"),
        ("probation_level = 4\n" + DEFAULT, "probation_level"),
        ("probation_level = 2\n", "default"),
        ("probation_level = 2\n" + DEFAULT + "[DLQ-99]\n", "DLQ-99"),
        ("probation_level = 2\n" + DEFAULT + '[DLQ-01]\nway = "x"\n', "way"),
        ("probation_level = 2\n" + DEFAULT + '[DLQ-01]\ncure = "time"\n', "DLQ-01"),
        ("probation_level = 2\n" + DEFAULT + "[DLQ-01]\nreview_days = -1\n", "DLQ-01"),
        ("probation_level = 2\n" + DEFAULT + '[DLQ-01]\nway_out = ""\n', "DLQ-01"),
        ("probation_level = 2\n" + DEFAULT.replace("review_days=90\n", ""), "review_days"),
        ("probation_level = ", None),
    ],
)
def test_ways_that_cannot_be_are_refused_and_named(text: str, where: str | None) -> None:
    with pytest.raises(InvalidInput) as caught:
        reading.read(text)

    assert caught.value.where == where
