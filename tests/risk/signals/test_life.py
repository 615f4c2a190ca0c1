"""What may become of a warning: every state with every command, and how it follows a color."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from whiteslip.kernel.errors import Conflict, InvalidInput
from whiteslip.risk.signals import life
from whiteslip.risk.signals.life import MOVES, Command, Move, State, Warned
from whiteslip.risk.signals.model import Color, Evaluation, Why
from whiteslip.risk.signals.store import catalog

ON = date(2026, 3, 1)
AT = datetime(2026, 3, 2, tzinfo=UTC)
INDICATOR = catalog().indicators["complaints"]


def warned(state: State = State.RAISED, color: Color = Color.ORANGE) -> Warned:
    ended_on = ON if state is State.ENDED else None
    by = "ann" if state is State.ACKNOWLEDGED else None
    due_at = AT + timedelta(hours=1)
    return Warned(7, "complaints", AT, due_at, ON, ended_on, 3, color, state, by)


def evaluated(color: Color) -> Evaluation:
    why = Why.TOO_FEW if color is Color.UNKNOWN else None
    on, at = ON + timedelta(days=1), AT + timedelta(days=1)
    return Evaluation("complaints", 1, on, at, ON, on, 1, 10, 100_000, color, why)


@pytest.mark.parametrize(("state", "command"), list(product(State, Command)))
def test_only_what_the_table_names_moves_a_warning(state: State, command: Command) -> None:
    answer = life.moved(warned(state), command)

    if (state, command) in MOVES:
        assert not isinstance(answer, Conflict)
        assert (answer.state, answer.steps) == (MOVES[state, command], 4)
    else:
        assert isinstance(answer, Conflict)


def test_nothing_leaves_the_end_and_only_the_raising_makes_a_warning() -> None:
    assert all(state is not State.ENDED for state, _ in MOVES)
    assert all(command is not Command.RAISE for _, command in MOVES)


@pytest.mark.parametrize("color", Color)
def test_what_is_green_or_unknown_raises_nothing(color: Color) -> None:
    assert life.raises(evaluated(color)) is (color not in {Color.GREEN, Color.UNKNOWN})


def follow(before: Warned, color: Color) -> Move | None:
    return life.follow(before, evaluated(color), INDICATOR)


@pytest.mark.parametrize("state", [State.RAISED, State.ESCALATED, State.ACKNOWLEDGED])
def test_green_ends_a_warning_and_unknown_leaves_it(state: State) -> None:
    ended = follow(warned(state), Color.GREEN)

    assert ended is not None
    assert (ended.after.state, ended.after.ended_on) == (State.ENDED, ON + timedelta(days=1))
    assert follow(warned(state), Color.UNKNOWN) is None
    assert follow(warned(state), Color.YELLOW) is None, "better, but not good: the worst is kept"


def test_a_worse_color_than_the_one_acknowledged_asks_again() -> None:
    worse = follow(warned(State.ACKNOWLEDGED), Color.RED)
    unseen = follow(warned(State.RAISED), Color.RED)

    assert worse is not None
    assert unseen is not None
    assert (worse.after.state, worse.after.color) == (State.RAISED, Color.RED)
    assert worse.after.due_at == AT + timedelta(days=1, hours=INDICATOR.acknowledge_hours)
    assert unseen.after.due_at == warned().due_at, "who did not look has no more time for it"
    assert follow(warned(State.ACKNOWLEDGED), Color.ORANGE) is None


def test_a_person_acknowledges_once_and_says_what_is_done() -> None:
    done = life.acknowledge(warned(), by=" Ann ", note="the bank is called")

    assert isinstance(done, Move)
    assert (done.after.acknowledged_by, done.actor) == ("ann", "ann")
    assert isinstance(life.acknowledge(done.after, by="Bo", note="me too"), Conflict)
    assert isinstance(life.acknowledge(warned(), by="Ann", note=" "), InvalidInput)
    with pytest.raises(InvalidInput):
        life.acknowledge(warned(), by="whiteslip", note="I am nobody")


def test_what_is_acknowledged_or_not_yet_due_does_not_escalate() -> None:
    due_at = warned().due_at
    both = [warned(), warned(State.ACKNOWLEDGED), warned(State.ESCALATED)]

    assert life.escalate(both, at=due_at - timedelta(seconds=1)) == []
    assert [move.after.state for move in life.escalate(both, at=due_at)] == [State.ESCALATED]
