"""How far a review moves a limit, over any line, any parameters and any verdict: never past a bound."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.credit.limits.reviewing import (
    Direction,
    Limit,
    Policy,
    Proposal,
    Subject,
    Trigger,
    next_review_on,
    propose,
    read_policy,
    slot_on,
)
from whiteslip.credit.limits.rules import ladder, risk_band
from whiteslip.credit.limits.store import policy, table, tiers
from whiteslip.credit.limits.tiers import Tier
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import ReasonCode
from whiteslip.kernel.verdict import Outcome, Verdict

ON = date(2026, 6, 1)
POLICY, TABLE, TIERS = policy(), table(), tiers()
AMOUNTS = st.integers(0, 20_000_000)
DAYS_AGO = st.none() | st.integers(0, 800).map(lambda days: ON - timedelta(days=days))
SUBJECTS = st.builds(
    Subject,
    limit_minor=AMOUNTS,
    cap_minor=AMOUNTS,
    is_open=st.booleans(),
    level=st.integers(0, 4),
    is_overdue=st.booleans(),
    is_on_plan=st.booleans(),
    last_raised_on=DAYS_AGO,
    last_cut_on=DAYS_AGO,
    on_time_dues=st.integers(0, 40),
    is_starter=st.booleans(),
    probability=st.none() | st.floats(0, 1),
    carried_minor=st.none()
    | st.lists(AMOUNTS, min_size=3, max_size=3).map(lambda some: (*sorted(some), 0)),
    asked_minor=st.none() | AMOUNTS,
)
POLICIES = st.tuples(
    st.integers(1, 1_000_000), st.integers(1, 20_000_000), st.integers(0, 50), st.integers(0, 400)
).map(
    lambda some: msgspec.structs.replace(
        POLICY,
        cut_share_ppm=some[0],
        most_cut_minor=some[1],
        floor_minor=some[2] * TABLE.step_minor,
        raise_cool_down_days=some[3],
        after_cut_cool_down_days=2 * some[3],
        cut_cool_down_days=some[3],
    )
)
GOOD = Subject(
    500_000,
    20_000_000,
    True,
    0,
    False,
    False,
    None,
    None,
    12,
    False,
    0.01,
    (2_000_000,) * 3 + (0,),
    None,
)


def verdict(outcome: Outcome, *reasons: ReasonCode, fired: int = 1) -> Verdict:
    told = reasons or (() if outcome is Outcome.CLEAR else (ReasonCode.LIMIT_CAPACITY,))
    return Verdict(outcome, told, fired, 0, "limits", 1)


def judged(subject: Subject, outcome: Outcome, **more: object) -> Proposal:
    trigger = Trigger(str(more.get("trigger", "periodic")))
    fired = 0 if more.get("by_default") else 1
    tier = next(tier for tier in TIERS.tier if tier.name == more.get("tier", "trusted"))
    return propose(
        POLICY, TABLE, tier, subject, verdict(outcome, fired=fired), trigger=trigger, on=ON
    )


@given(
    subject=SUBJECTS,
    tier=st.sampled_from(TIERS.tier),
    trigger=st.sampled_from(Trigger),
    parameters=POLICIES,
)
def test_a_raise_passes_no_bound(
    subject: Subject, tier: Tier, trigger: Trigger, parameters: Policy
) -> None:
    proposal = propose(
        parameters, TABLE, tier, subject, verdict(Outcome.CLEAR), trigger=trigger, on=ON
    )

    assert proposal.direction in {Direction.RAISE, Direction.KEEP}
    if proposal.direction is Direction.KEEP:
        assert proposal.after_minor == subject.limit_minor
        return
    _is_within_bounds(subject, tier, trigger, parameters, proposal)


def _is_within_bounds(
    subject: Subject, tier: Tier, trigger: Trigger, parameters: Policy, proposal: Proposal
) -> None:
    after, before = proposal.after_minor, subject.limit_minor
    assert before < after <= min(subject.cap_minor, TABLE.largest_minor)
    assert after % TABLE.step_minor == 0
    assert after <= ladder(TABLE, on_time_dues=subject.on_time_dues, is_starter=subject.is_starter)
    band = 3 if subject.probability is None else risk_band(TABLE, subject.probability)
    assert after <= max(TABLE.cells[band])
    most = max(subject.carried_minor) if subject.carried_minor else parameters.without_means_minor
    assert after <= most, "never more than the month carries"
    if trigger is Trigger.LADDER:
        assert subject.asked_minor is not None
        assert after <= subject.asked_minor
    else:
        assert after - before <= max(before * tier.raise_step_ppm // 1_000_000, TABLE.step_minor)
        assert after <= subject.cap_minor * tier.largest_share_ppm // 1_000_000
    assert subject.is_open
    assert not subject.is_overdue
    assert not subject.is_on_plan
    assert subject.level <= parameters.highest_level_for_raise
    climbs = trigger is Trigger.LADDER
    pause = parameters.climb_cool_down_days if climbs else parameters.raise_cool_down_days
    assert subject.last_raised_on is None or (ON - subject.last_raised_on).days >= pause
    assert (
        subject.last_cut_on is None
        or (ON - subject.last_cut_on).days >= parameters.after_cut_cool_down_days
    )


@given(subject=SUBJECTS, parameters=POLICIES)
def test_a_cut_takes_no_more_than_its_step_and_leaves_the_floor(
    subject: Subject, parameters: Policy
) -> None:
    proposal = propose(
        parameters,
        TABLE,
        TIERS.tier[0],
        subject,
        verdict(Outcome.REDUCE),
        trigger=Trigger.EVENT,
        on=ON,
    )

    before, after = subject.limit_minor, proposal.after_minor
    if proposal.direction is Direction.KEEP:
        assert after == before
        return
    assert proposal.direction is Direction.CUT
    assert parameters.floor_minor <= after < before
    assert before - after <= parameters.most_cut_minor
    assert before - after <= before * parameters.cut_share_ppm // 1_000_000
    assert proposal.reasons, "a cut says why"
    assert (
        subject.last_cut_on is None
        or (ON - subject.last_cut_on).days >= parameters.cut_cool_down_days
    )
    assert not subject.is_on_plan


@given(
    subject=SUBJECTS,
    outcome=st.sampled_from([Outcome.WATCH, Outcome.REVIEW]),
    trigger=st.sampled_from(Trigger),
)
def test_keeping_and_asking_move_nothing_by_themselves(
    subject: Subject, outcome: Outcome, trigger: Trigger
) -> None:
    proposal = judged(subject, outcome, trigger=trigger)

    expected = Direction.KEEP if outcome is Outcome.WATCH else Direction.PERSON
    assert (proposal.direction, proposal.after_minor) == (expected, subject.limit_minor)


@pytest.mark.parametrize(
    "name", ["is_overdue", "is_on_plan", "level", "is_open", "last_cut_on", "last_raised_on"]
)
def test_control_each_hindrance_alone_keeps_the_limit(name: str) -> None:
    """Were one of them forgotten, this line would be raised: without it, it is."""
    wrong = {"level": 2, "is_open": False, "last_cut_on": ON, "last_raised_on": ON}.get(name, True)

    assert judged(GOOD, Outcome.CLEAR).direction is Direction.RAISE
    assert judged(GOOD._replace(**{name: wrong}), Outcome.CLEAR).direction is Direction.KEEP


@pytest.mark.parametrize(
    ("change", "bound", "after"),
    [
        ({}, Limit.STEP, 650_000),
        ({"cap_minor": 600_000}, Limit.CAP, 600_000),
        ({"carried_minor": (540_000, 540_000, 540_000, 0)}, Limit.CAPACITY, 540_000),
        ({"probability": 0.12, "limit_minor": 900_000}, Limit.RISK, 1_000_000),
        ({"on_time_dues": 0, "limit_minor": 950_000}, Limit.LADDER, 1_000_000),
        ({"is_starter": True, "on_time_dues": 3, "limit_minor": 280_000}, Limit.LADDER, 300_000),
        ({"carried_minor": None, "limit_minor": 900_000}, Limit.CAPACITY, 1_000_000),
        ({"probability": None, "limit_minor": 900_000}, Limit.RISK, 1_000_000),
    ],
)
def test_a_raise_says_what_bound_it(change: dict[str, object], bound: Limit, after: int) -> None:
    proposal = judged(GOOD._replace(**change), Outcome.CLEAR)

    assert (proposal.bound, proposal.after_minor) == (bound, after)


def test_new_customers_climb_by_dues_paid_on_time_to_what_they_asked() -> None:
    new = GOOD._replace(limit_minor=100_000, is_starter=True, asked_minor=800_000, on_time_dues=3)

    assert judged(new, Outcome.WATCH, trigger="ladder", by_default=True).after_minor == 300_000
    later = new._replace(on_time_dues=6, limit_minor=300_000)
    climbed = judged(later, Outcome.WATCH, trigger="ladder", by_default=True)
    assert (climbed.after_minor, climbed.bound) == (800_000, Limit.ASKED)
    held = judged(new, Outcome.WATCH, trigger="ladder")
    assert held.direction is Direction.KEEP, "a rule has something against it"
    periodic = judged(new, Outcome.WATCH, by_default=True)
    assert periodic.direction is Direction.KEEP, "half a year earns nothing by itself"
    unasked = judged(
        new._replace(asked_minor=None), Outcome.WATCH, trigger="ladder", by_default=True
    )
    assert unasked.direction is Direction.KEEP


def test_odd_behavior_is_cut_at_once_and_suggested_to_a_person() -> None:
    odd = ReasonCode.LIMIT_ODD_CONSUMPTION
    for outcome, direction in ((Outcome.REDUCE, Direction.CUT), (Outcome.REVIEW, Direction.PERSON)):
        proposal = propose(
            POLICY, TABLE, TIERS.tier[0], GOOD, verdict(outcome, odd), trigger=Trigger.EVENT, on=ON
        )
        assert (proposal.direction, proposal.is_immediate) == (direction, True)
        assert proposal.after_minor == 350_000
    assert not judged(GOOD, Outcome.REDUCE).is_immediate


@given(line_id=st.integers(1, 10**12), offset=st.integers(0, 4000), period=st.integers(1, 400))
def test_every_line_has_one_turn_a_period(line_id: int, offset: int, period: int) -> None:
    on = ON + timedelta(days=offset)
    slot = slot_on(line_id, on=on, period_days=period)

    assert timedelta(0) <= on - slot < timedelta(days=period)
    assert slot_on(line_id, on=slot, period_days=period) == slot
    following = next_review_on(line_id, on=on, period_days=period)
    assert following - slot == timedelta(days=period)
    assert following > on


def test_the_turns_of_many_lines_are_spread_evenly() -> None:
    slots = [slot_on(line_id, on=ON, period_days=182) for line_id in range(1, 182 * 50 + 1)]
    a_day = [slots.count(day) for day in set(slots)]

    assert (len(a_day), set(a_day)) == (182, {50})


@pytest.mark.parametrize(
    ("change", "faulty_minor"),
    [
        ({"cap_minor": 600_000}, 650_000),
        ({"carried_minor": (540_000,) * 3 + (0,)}, 550_000),
        ({"on_time_dues": 0, "limit_minor": 950_000}, 1_010_000),
        ({}, 660_000),
        ({"last_raised_on": ON}, 650_000),
        ({"is_overdue": True}, 650_000),
    ],
)
def test_control_a_raise_past_a_bound_is_found(
    change: dict[str, object], faulty_minor: int
) -> None:
    """What a rule that forgot one bound would propose breaks the property above."""
    subject = GOOD._replace(**change)
    faulty = Proposal(Direction.RAISE, faulty_minor, Limit.STEP, ())

    with pytest.raises(AssertionError):
        _is_within_bounds(subject, TIERS.tier[0], Trigger.PERIODIC, POLICY, faulty)


SHIPPED = msgspec.to_builtins(POLICY)


def as_toml(**changes: object) -> str:
    values = {**SHIPPED, **changes}
    return "\n".join(
        f"{key} = {msgspec.json.encode(value).decode()}" for key, value in values.items()
    )


@pytest.mark.parametrize(
    "change",
    [
        {"unheard_of": 1},
        {"period_days": 0},
        {"period_days": "182"},
        {"notice_days": 0},
        {"cut_share_ppm": 1_000_001},
        {"without_score": "Z"},
        {"floor_minor": 50_001},
        {"after_cut_cool_down_days": 10},
        {"immediate_reasons": ["LIM-99"]},
        {"most_cut_minor": 1.5},
    ],
)
def test_control_parameters_that_cannot_be_are_refused(change: dict[str, object]) -> None:
    assert read_policy(as_toml(), TABLE) == POLICY
    with pytest.raises(InvalidInput):
        read_policy(as_toml(**change), TABLE)


def test_missing_parameters_are_refused() -> None:
    with pytest.raises(InvalidInput, match="period_days"):
        read_policy(as_toml().replace("period_days", "# period_days"), TABLE)
