"""Arms and stages are stable and independent, moves are a table, and effects lie in intervals that cover."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed
from whiteslip.money.lines.model import LineKey
from whiteslip.risk.portfolio.loss import LossTerms
from whiteslip.risk.segments.model import Measure, Month, Outcome, Stage
from whiteslip.risk.segments.store import catalog
from whiteslip.risk.suspensions.life import State as Stands
from whiteslip.risk.suspensions.model import Scope
from whiteslip.risk.suspensions.store import ways
from whiteslip.risk.tightenings import effects, life, rules
from whiteslip.risk.tightenings.life import MOVES, Command, Said
from whiteslip.risk.tightenings.model import Arm, ArmFigures, State, Tightening
from whiteslip.risk.tightenings.store import loss_terms

ON = date(2026, 4, 1)
STAGES = (Stage(0, 300_000), Stage(14, 1_000_000))
EVERYBODY = np.arange(1, 20_001)
ROLLOUT = catalog().rollout


def tightening(state: State = State.RELEASED, **changes: object) -> Tightening:
    made = Tightening(
        3, "self_employed", 1, "x > 1", Outcome.LIMIT_SHARE, 100_000, STAGES, ON, "whiteslip",
        ON, ON + timedelta(days=90), None, 0, state, 1, {"expected": {"touched": 100}},
    )  # fmt: skip
    return made._replace(**changes)


def drawn(on: date = ON, holdout_ppm: int = 100_000) -> tuple[np.ndarray, np.ndarray]:
    return rules.arms(
        EVERYBODY, "self_employed", holdout_ppm=holdout_ppm, stages=STAGES, drawn_on=on
    )


def test_arms_are_of_the_size_they_should_be_and_stages_grow() -> None:
    held_out, stage = drawn()

    assert abs(held_out.mean() - 0.1) < 0.01
    assert abs((stage == 0).mean() - 0.3) < 0.015
    assert abs((stage[held_out] == 0).mean() - 0.3) < 0.05  # one draw does not tell the other


def test_the_same_customer_is_always_in_the_same_arm_and_another_tightening_draws_others() -> None:
    held_out, stage = drawn()
    again, same = drawn()
    other, _ = drawn(ON + timedelta(days=1))
    more, _ = drawn(holdout_ppm=200_000)

    assert (held_out == again).all()
    assert (stage == same).all()
    assert (more | ~held_out).all()  # a larger hold-out keeps everybody it had
    assert abs((held_out & other).mean() - 0.01) < 0.005


def test_members_are_written_line_by_line_with_their_arm() -> None:
    facts = {
        "customer_id": np.array([7, 7, 8]),
        "line_id": np.array([1, 2, 3]),
        "days_past_due": np.array([0.0, 31.0, np.nan]),
    }
    cohort = rules.cohort_of(
        facts,
        "self_employed",
        exempt={LineKey(7, 2)},
        holdout_ppm=100_000,
        stages=STAGES,
        drawn_on=ON,
    )

    first, second, third = rules.members_of(cohort)

    assert (first.arm, first.stage) == (second.arm, second.stage)  # one person, one arm
    assert (first.is_exempt, second.is_exempt) == (False, True)
    assert (second.days_past_due, third.days_past_due) == (31, 0)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("command", Command)
def test_every_pair_of_state_and_command(state: State, command: Command) -> None:
    if (state, command) in MOVES:
        assert life.moved(state, command) is MOVES[state, command]
        assert life.check_person(tightening(state), command, by="Anna", note="seen") == "anna"
    else:
        with pytest.raises(Conflict):
            life.check_person(tightening(state), command, by="Anna", note="seen")


def test_a_word_needs_a_reason_and_ones_own_proposal_another_person() -> None:
    proposed = tightening(State.PROPOSED, proposed_by="anna")
    with pytest.raises(InvalidInput):
        life.check_person(proposed, Command.RELEASE, by="Bo", note=" ")
    with pytest.raises(NotAllowed):
        life.check_person(proposed, Command.RELEASE, by="ANNA", note="mine")
    assert life.check_person(proposed, Command.DISMISS, by="Anna", note="a mistake") == "anna"


def test_who_agreed_counts_since_it_was_last_asked_and_once() -> None:
    said = [
        Said(1, Command.PROPOSE, "whiteslip"),
        Said(2, Command.LIFT, "anna"),
        Said(3, Command.ASK_END, "whiteslip"),
        Said(4, Command.LIFT, "bo"),
        Said(5, Command.KEEP, "cleo"),
    ]

    assert life.agreed(said, Command.LIFT) == {"bo"}
    assert life.still_missing(said, Command.LIFT, actor="anna", needed=2) == 0
    assert life.still_missing(said, Command.KEEP, actor="anna", needed=3) == 1
    with pytest.raises(Conflict):
        life.still_missing(said, Command.LIFT, actor="bo", needed=2)


def test_a_stage_is_due_on_its_day_and_once() -> None:
    assert rules.due_stage(tightening(), on=ON) == 0
    assert rules.due_stage(tightening(stages_done=1), on=ON + timedelta(days=13)) is None
    assert rules.due_stage(tightening(stages_done=1), on=ON + timedelta(days=14)) == 1
    assert rules.due_stage(tightening(stages_done=2), on=ON + timedelta(days=90)) is None
    assert (
        rules.due_stage(tightening(State.LIFTING, stages_done=1), on=ON + timedelta(days=14))
        is None
    )


@pytest.mark.parametrize(
    ("outcome", "level", "scope"),
    [
        (Outcome.NO_PLANS, 4, Scope.PLANS),
        (Outcome.STEP_UP, 2, Scope.LINE),
        (Outcome.LIMIT_SHARE, 3, Scope.LINE),
        (Outcome.STOP, 4, Scope.LINE),
    ],
)
def test_what_an_outcome_imposes(outcome: Outcome, level: int, scope: Scope) -> None:
    made = rules.restriction(
        tightening(outcome=outcome), LineKey(1, 2), (8, 9), ways(), on=ON, state=Stands.ACTIVE
    )

    assert (made.level, made.scope, made.book, made.book_version) == (level, scope, "segments", 3)
    assert [(one.code, dict(one.facts)) for one in made.reasons] == [
        ("POL-01", {"date": "2026-06-30"})
    ]
    assert made.review_days == 90


def test_the_end_is_asked_for_when_it_passed_or_the_review_is_near() -> None:
    late = ON + timedelta(days=90 - ROLLOUT.decide_ahead_days)
    assert rules.asks_end(tightening(), ROLLOUT, passed=True, on=ON) is rules.Ending.PASSED
    assert rules.asks_end(tightening(), ROLLOUT, passed=False, on=ON) is None
    assert rules.asks_end(tightening(), ROLLOUT, passed=False, on=late) is rules.Ending.REVIEW
    assert rules.asks_end(tightening(State.LIFTING), ROLLOUT, passed=True, on=late) is None


def cohort(lines: int = 1_000, *, outcome_room: float = 0.0) -> effects.Cohort:
    held_out = np.zeros(lines, np.bool_)
    held_out[: lines // 10] = True
    exempt = np.zeros(lines, np.bool_)
    exempt[-lines // 10 :] = True
    facts = {name: np.zeros(lines) for name in effects.NEEDED}
    facts |= {
        "principal_minor": np.full(lines, 40_000.0),
        "limit_minor": np.full(lines, 100_000.0),
        "fixed_limit_minor": np.full(lines, 100_000.0),
        "spend_90d_minor": np.full(lines, 90_000.0),
        "plan_share_180d": np.where(np.arange(lines) % 2, 0.5, np.nan),
    }
    return effects.Cohort(facts, held_out, exempt, np.arange(lines) % 2)


RECENT = {
    Measure.ROLL_TO_OVERDUE: [Month(ON, 50, 1_000)],
    Measure.ROLL_TO_THIRTY: [Month(ON, 20, 100)],
}


@pytest.mark.parametrize(
    ("outcome", "a_line"),
    [
        (Outcome.STOP, 30_000),
        (Outcome.NO_PLANS, 7_500),
        (Outcome.STEP_UP, 1_500),
        (Outcome.LIMIT_SHARE, 20_000),
    ],
)
def test_what_is_expected_of_each_outcome(outcome: Outcome, a_line: int) -> None:
    found = effects.expect(
        cohort(), outcome, RECENT, ROLLOUT, loss_terms(), restricted_share_ppm=500_000
    )

    assert (found.members, found.touched, found.held_out, found.exempt) == (1_000, 800, 100, 100)
    assert found.stopped_minor == a_line * 800 * 3
    assert found.stages == (400, 800)
    assert (found.owed_minor, found.undrawn_minor) == (800 * 40_000, 800 * 60_000)
    assert found.good == 800
    assert 0 < found.loss_minor < found.stopped_minor


def test_a_worse_segment_is_expected_to_lose_more_and_an_unrecorded_one_by_the_general_figures() -> (
    None
):
    terms: LossTerms = loss_terms()
    worse = {**RECENT, Measure.ROLL_TO_OVERDUE: [Month(ON, 100, 1_000)]}

    usual = effects.chance_of_default(RECENT, ROLLOUT, terms)
    assert usual < effects.chance_of_default(worse, ROLLOUT, terms) < 1
    assert 0 < effects.chance_of_default({}, ROLLOUT, terms) < usual


def figures(arm: Arm, lines: int, hits: int) -> ArmFigures:
    return ArmFigures(arm, lines, hits, 100.0 * hits / lines, 900.0, 500.0, 400.0)


def test_an_effect_is_a_difference_in_an_interval_and_nothing_below_thirty_lines() -> None:
    many = effects.measure(
        ON, figures(Arm.TIGHTENED, 900, 45), figures(Arm.HELD_OUT, 100, 8), confidence_ppm=950_000
    )
    few = effects.measure(
        ON, figures(Arm.TIGHTENED, 900, 45), figures(Arm.HELD_OUT, 29, 3), confidence_ppm=950_000
    )

    assert many.thirty_plus is not None
    assert many.thirty_plus.low < many.thirty_plus.difference == pytest.approx(-0.03)
    assert not many.thirty_plus.is_clear
    assert (few.thirty_plus, few.bad_minor, few.bought_minor) == (None, None, None)


def test_newcombes_interval_is_that_of_his_paper() -> None:
    z = 1.959964
    found = effects.of_shares((56, 70), (48, 80), z=z)
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)
    found = effects.of_shares((9, 10), (3, 10), z=z)
    assert (round(found.low, 4), round(found.high, 4)) == (0.1705, 0.8090)


@given(st.integers(1, 400), st.integers(1, 400), st.data())
def test_an_interval_holds_its_difference_and_never_leaves_what_is_possible(
    lines: int, others: int, data: st.DataObject
) -> None:
    hits = data.draw(st.integers(0, lines)), data.draw(st.integers(0, others))
    found = effects.of_shares((hits[0], lines), (hits[1], others), z=1.96)

    assert -1 - 1e-9 <= found.low <= found.difference <= found.high <= 1 + 1e-9


def test_control_the_interval_covers_what_is_true_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(11)
    covered = 0
    for _ in range(2_000):
        hits, other = int(rng.binomial(700, 0.06)), int(rng.binomial(80, 0.09))
        found = effects.of_shares((hits, 700), (other, 80), z=1.959964)
        covered += found.low <= -0.03 <= found.high

    assert 0.93 < covered / 2_000 < 0.985
