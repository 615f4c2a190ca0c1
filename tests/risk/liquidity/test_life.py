"""A valve moves along its table, two people release and end it, and the mildest stage that helps is proposed."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.kernel.errors import Conflict, InvalidInput
from whiteslip.risk.liquidity.life import (
    BY_MANY,
    MOVES,
    Command,
    Move,
    Said,
    is_over,
    lapse,
    move,
    needed_by_cash,
    needed_stage,
    to_propose,
)
from whiteslip.risk.liquidity.model import Forecast, Plans, State, Valve
from whiteslip.risk.liquidity.store import valve_terms

ON = date(2026, 5, 1)
TERMS = valve_terms()
FLOOR = 1_000_000


def valve(state: State, *, stage: int = 1, until: int | None = None) -> Valve:
    until_on = None if until is None else ON + timedelta(days=until)
    return Valve(7, stage, 1, state, 14, 500_000, None, Plans.ANY, "", ON, until_on, "cash")


def forecast(*coverages: float) -> Forecast:
    amounts = tuple(int(each * FLOOR) for each in coverages)
    return Forecast(ON, 1, None, 5, FLOOR, None, amounts)


def said_by(command: Command, *names: str) -> list[Said]:
    return [Said(command, name) for name in names]


@pytest.mark.parametrize(("state", "command"), list(product(State, Command)))
def test_every_state_and_command(state: State, command: Command) -> None:
    said = said_by(command, "bo") if command in BY_MANY else []

    found = move(valve(state, until=3), command, by="Anna", note="go", on=ON, said=said, needed=2)

    if command is Command.LAPSE or (state, command) not in MOVES:
        assert isinstance(found, Conflict)
    else:
        assert isinstance(found, Move)
        assert found.after.state is MOVES[state, command]
        assert found.after.steps == 2


@pytest.mark.parametrize("command", sorted(BY_MANY))
def test_one_person_alone_moves_nothing(command: Command) -> None:
    before = valve(State.PROPOSED if command is Command.RELEASE else State.ACTING, until=9)

    first = move(before, command, by="Anna", note="go", on=ON, said=[], needed=2)
    again = move(
        before, command, by="ＡＮＮＡ ", note="go", on=ON, said=said_by(command, "anna"), needed=2
    )

    assert isinstance(first, Move)
    assert (first.after.state, first.missing) == (before.state, 1)
    assert isinstance(again, Conflict)


def test_what_somebody_said_of_something_else_is_no_release() -> None:
    found = move(
        valve(State.PROPOSED), Command.RELEASE, by="Anna", note="go", on=ON,
        said=said_by(Command.PROPOSE, "bo"), needed=2,
    )  # fmt: skip

    assert isinstance(found, Move)
    assert found.missing == 1


def test_a_step_without_a_word_is_none() -> None:
    found = move(valve(State.PROPOSED), Command.DISMISS, by="A", note=" ", on=ON, said=[], needed=2)

    assert isinstance(found, InvalidInput)


def test_its_days_begin_when_it_does() -> None:
    found = move(
        valve(State.REHEARSED, until=2), Command.RELEASE, by="Anna", note="go", on=ON,
        said=said_by(Command.RELEASE, "bo"), needed=2,
    )  # fmt: skip

    assert isinstance(found, Move)
    assert found.after.until_on == ON + timedelta(days=14)


@pytest.mark.parametrize(
    ("one", "days", "over"),
    [
        (valve(State.ACTING, until=3), 2, False),
        (valve(State.ACTING, until=3), 3, True),
        (valve(State.REHEARSED, until=3), 3, True),
        (valve(State.PROPOSED), TERMS.propose_days - 1, False),
        (valve(State.PROPOSED), TERMS.propose_days, True),
    ],
)
def test_what_is_over_lapses(one: Valve, days: int, *, over: bool) -> None:
    assert (is_over(one, TERMS, on=ON + timedelta(days=days)) is not None) is over
    assert lapse(one, "over").after.state in {State.ENDED, State.DISMISSED}


@pytest.mark.parametrize(
    ("coverages", "acting", "stage"),
    [
        ((2.0, 3.0, 3.0, 3.0), 0, 0),
        ((1.15, 3.0, 3.0, 3.0), 0, 0),
        ((1.14, 1.2, 3.0, 3.0), 0, 1),
        ((0.5, 1.1, 1.2, 3.0), 0, 2),
        ((-4.0, -3.0, -2.0, -1.0), 0, 3),
        # What is milder than what acts must cover more: no flutter.
        ((1.3, 1.5, 3.0, 3.0), 1, 1),
        ((1.4, 1.5, 3.0, 3.0), 1, 0),
        ((0.5, 1.3, 1.5, 3.0), 2, 2),
        ((0.5, 1.4, 1.5, 3.0), 2, 1),
    ],
)
def test_the_mildest_stage_that_covers_is_needed(
    coverages: tuple[float, ...], acting: int, stage: int
) -> None:
    assert needed_by_cash(TERMS, forecast(*coverages), acting=acting) == stage


@pytest.mark.parametrize("acting", range(4))
def test_what_is_unknown_calls_for_no_other_stage(acting: int) -> None:
    unknown = forecast()._replace(floor_minor=None)

    assert needed_by_cash(TERMS, None, acting=acting) == acting
    assert needed_by_cash(TERMS, unknown, acting=acting) == acting


def test_a_red_indicator_calls_for_the_mildest_stage() -> None:
    assert needed_stage(0, TERMS, ["thirty_plus"]) == 1
    assert needed_stage(2, TERMS, ["thirty_plus"]) == 2
    assert needed_stage(0, TERMS, ["complaints"]) == 0


def test_stages_are_taken_one_by_one_down_and_as_needed_up() -> None:
    def proposed(live: list[Valve], needed: int) -> str | None:
        stage = to_propose(TERMS, live, needed=needed, on=ON)
        return None if stage is None else stage.name

    assert proposed([], 0) is None
    assert proposed([], 3) == "smaller"
    assert proposed([valve(State.ACTING, stage=1, until=9)], 3) == "slower"
    assert proposed([valve(State.ACTING, stage=1, until=9)], 1) is None
    assert proposed([valve(State.ACTING, stage=1, until=TERMS.renew_days)], 1) == "smaller"
    assert proposed([valve(State.ACTING, stage=3, until=9)], 1) == "smaller"
    assert proposed([valve(State.ACTING, stage=3, until=1)], 0) is None
    assert proposed([valve(State.PROPOSED, stage=1)], 1) is None
    assert proposed([valve(State.REHEARSED, stage=1, until=9)], 1) is None


@given(
    coverages=st.lists(st.floats(-9, 9), min_size=4, max_size=4),
    acting=st.integers(0, 3),
)
def test_more_cash_never_calls_for_a_tighter_stage(coverages: list[float], acting: int) -> None:
    here = needed_by_cash(TERMS, forecast(*coverages), acting=acting)
    more = needed_by_cash(TERMS, forecast(*(each + 0.5 for each in coverages)), acting=acting)

    assert more <= here
