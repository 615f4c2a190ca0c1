"""How far a review moves a fixed limit: up by a step within every bound, down by a step to a floor, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from whiteslip.credit.limits.model import Bound, Offer, Table
from whiteslip.credit.limits.rules import assign
from whiteslip.credit.limits.tiers import Tier
from whiteslip.kernel import rate
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.money import Minor, Rounding
from whiteslip.kernel.parameters import read_parameters
from whiteslip.kernel.rate import WHOLE_PPM
from whiteslip.kernel.reason import ReasonCode
from whiteslip.kernel.verdict import Outcome, Verdict

_FILE = "review.toml"
_EPOCH = date(2000, 1, 1)
_ON_PLAN = (ReasonCode.ON_RELIEF,)
_Days = Annotated[int, Meta(ge=0, le=3_660)]
_Amount = Annotated[int, Meta(ge=0, le=20_000_000)]


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters, as `data/review.toml` explains them; days are calendar days."""

    version: Annotated[int, Meta(ge=1)]
    period_days: Annotated[int, Meta(ge=1, le=3_660)]
    catch_up_days: Annotated[int, Meta(ge=0, le=365)]
    first_days: _Days
    notice_days: Annotated[int, Meta(ge=1, le=90)]
    decided_notice_days: Annotated[int, Meta(ge=1, le=90)]
    immediate_reasons: frozenset[ReasonCode]
    raise_cool_down_days: _Days
    climb_cool_down_days: _Days
    after_cut_cool_down_days: _Days
    cut_cool_down_days: _Days
    highest_level_for_raise: Annotated[int, Meta(ge=0, le=2)]
    cut_share_ppm: Annotated[int, Meta(ge=1, le=WHOLE_PPM)]
    most_cut_minor: Annotated[int, Meta(ge=1, le=20_000_000)]
    floor_minor: _Amount
    score_model: Annotated[str, Meta(min_length=1)]
    score_age_days: _Days
    without_score: Annotated[str, Meta(min_length=1)]
    without_means_minor: _Amount
    unguarded_cuts: Annotated[int, Meta(ge=0, le=1_000_000)]


class Trigger(StrEnum):
    """Why a line is reviewed."""

    PERIODIC = "periodic"
    EVENT = "event"
    LADDER = "ladder"
    HAND = "hand"


class Direction(StrEnum):
    """Where a review leads; `PERSON` says that somebody has to look, whatever is suggested."""

    RAISE = "raise"
    CUT = "cut"
    KEEP = "keep"
    PERSON = "person"


class Limit(StrEnum):
    """What a proposal stops at, or what kept the limit where it is."""

    STEP = "step"
    ASKED = "asked"
    TIER = "tier"
    RISK = "risk"
    CAPACITY = "capacity"
    LADDER = "ladder"
    CAP = "cap"
    FLOOR = "floor"
    COOL_DOWN = "cool_down"
    RESTRICTED = "restricted"
    OVERDUE = "overdue"
    ON_PLAN = "on_plan"
    CLOSED = "closed"
    BOOK = "book"
    HAND = "hand"


class Subject(NamedTuple):
    """A line as a review sees it, in minor units; None is not known.

    `carried_minor` is what the month carries by affordability band, `last_raised_on` and `last_cut_on` the latest
    moves that still stand, `cap_minor` the product's, `asked_minor` what the application asked for.
    """

    limit_minor: Minor
    cap_minor: Minor
    is_open: bool
    level: int
    is_overdue: bool
    is_on_plan: bool
    last_raised_on: date | None
    last_cut_on: date | None
    on_time_dues: int
    is_starter: bool
    probability: float | None
    carried_minor: tuple[Minor, ...] | None
    asked_minor: Minor | None


class Proposal(NamedTuple):
    """What a review proposes: the limit after it, what bound that, and why."""

    direction: Direction
    after_minor: Minor
    bound: Limit
    reasons: tuple[ReasonCode, ...]
    is_immediate: bool = False


def slot_on(line_id: int, *, on: date, period_days: int) -> date:
    """Tell the latest day, up to `on`, on which it was a line's turn: every so many days, by its number."""
    return on - timedelta(days=((on - _EPOCH).days - line_id) % period_days)


def next_review_on(line_id: int, *, on: date, period_days: int) -> date:
    """Tell the next day after `on` on which it is a line's turn."""
    return slot_on(line_id, on=on, period_days=period_days) + timedelta(days=period_days)


def propose(
    policy: Policy,
    table: Table,
    tier: Tier,
    subject: Subject,
    verdict: Verdict,
    *,
    trigger: Trigger,
    on: date,
) -> Proposal:
    """Say what a verdict of the limits book means for a line on a day.

    A new customer climbs by dues paid on time where no rule has anything against it; no rule needs to clear, and it
    leads no higher than they asked.
    """
    match verdict.outcome:
        case Outcome.CLEAR:
            return _raised(policy, table, tier, subject, trigger=trigger, on=on)
        case Outcome.WATCH if trigger is Trigger.LADDER and not verdict.fired:
            return _raised(policy, table, tier, subject, trigger=trigger, on=on)
        case Outcome.REDUCE:
            return _cut(policy, table, subject, verdict.reasons, on=on)
        case Outcome.WATCH:
            return _kept(subject, Limit.BOOK, verdict.reasons)
        case _:
            suggested = _lower(policy, table, subject.limit_minor)
            immediate = _is_immediate(policy, verdict.reasons)
            after = suggested if immediate else subject.limit_minor
            return Proposal(Direction.PERSON, after, Limit.BOOK, verdict.reasons, immediate)


def by_hand(
    policy: Policy, before: Minor, after: Minor, reason: ReasonCode | None
) -> Proposal | InvalidInput:
    """Make the proposal of a person who moves a limit; to take something away they name why, as it will be told."""
    reasons = () if reason is None else (reason,)
    if after > before:
        return Proposal(Direction.RAISE, after, Limit.HAND, reasons)
    if not reasons:
        return InvalidInput("a cut has a reason of the catalog, which is told", where="reason")
    return Proposal(Direction.CUT, after, Limit.HAND, reasons, _is_immediate(policy, reasons))


def hindrances(policy: Policy, subject: Subject, *, climbs: bool, on: date) -> Iterator[Limit]:
    """Name what forbids to raise a limit on a day, whatever the book says."""
    if not subject.is_open:
        yield Limit.CLOSED
    if subject.is_on_plan:
        yield Limit.ON_PLAN
    if subject.level > policy.highest_level_for_raise:
        yield Limit.RESTRICTED
    if subject.is_overdue:
        yield Limit.OVERDUE
    pause = policy.climb_cool_down_days if climbs else policy.raise_cool_down_days
    if _within(subject.last_raised_on, pause, on):
        yield Limit.COOL_DOWN
    if _within(subject.last_cut_on, policy.after_cut_cool_down_days, on):
        yield Limit.COOL_DOWN


def _raised(
    policy: Policy, table: Table, tier: Tier, subject: Subject, *, trigger: Trigger, on: date
) -> Proposal:
    climbs = trigger is Trigger.LADDER
    hindered = next(hindrances(policy, subject, climbs=climbs, on=on), None)
    if hindered is not None:
        return _kept(subject, hindered, _ON_PLAN if hindered is Limit.ON_PLAN else ())
    before = subject.limit_minor
    step = max(rate.of(before, tier.raise_step_ppm, Rounding.DOWN), table.step_minor)
    asked = (subject.asked_minor or before) if climbs else before + step
    offer = _offer(policy, table, subject, asked)
    first = Limit.ASKED if climbs else Limit.STEP
    share = WHOLE_PPM if climbs else tier.largest_share_ppm
    bounds = (
        (offer.limit_minor, first if offer.bound is Bound.REQUESTED else Limit(offer.bound)),
        (subject.cap_minor, Limit.CAP),
        (rate.of(subject.cap_minor, share, Rounding.DOWN), Limit.TIER),
    )
    most, bound = min(bounds, key=lambda one: one[0])
    after = most - most % table.step_minor
    if after <= before:
        return _kept(subject, bound)
    return Proposal(Direction.RAISE, after, bound, ())


def _offer(policy: Policy, table: Table, subject: Subject, asked: Minor) -> Offer:
    """Ask the assignment table, with a cautious guess where risk or means are not known."""
    likely = subject.probability
    if likely is None:
        likely = next(
            band.most_probability for band in table.risk_bands if band.name == policy.without_score
        )
    carried = subject.carried_minor
    if carried is None:
        known = len(table.affordability_bands) - 1
        carried = (*(policy.without_means_minor,) * known, 0)
    return assign(
        table,
        probability=likely,
        carried_minor=carried,
        requested_minor=asked,
        on_time_dues=subject.on_time_dues,
        is_starter=subject.is_starter,
    )


def _cut(
    policy: Policy,
    table: Table,
    subject: Subject,
    reasons: tuple[ReasonCode, ...],
    *,
    on: date,
) -> Proposal:
    if subject.is_on_plan:
        return _kept(subject, Limit.ON_PLAN, _ON_PLAN)
    if _within(subject.last_cut_on, policy.cut_cool_down_days, on):
        return _kept(subject, Limit.COOL_DOWN, reasons)
    after = _lower(policy, table, subject.limit_minor)
    if after >= subject.limit_minor:
        return _kept(subject, Limit.FLOOR, reasons)
    bound = Limit.FLOOR if after == policy.floor_minor else Limit.STEP
    return Proposal(Direction.CUT, after, bound, reasons, _is_immediate(policy, reasons))


def _lower(policy: Policy, table: Table, before: Minor) -> Minor:
    """Take one step off, rounded so that never more than the share goes; a limit at its floor stays."""
    most = min(rate.of(before, policy.cut_share_ppm, Rounding.DOWN), policy.most_cut_minor)
    left = before - most
    whole = -(-left // table.step_minor) * table.step_minor
    return min(before, max(whole, policy.floor_minor))


def _is_immediate(policy: Policy, reasons: tuple[ReasonCode, ...]) -> bool:
    return not policy.immediate_reasons.isdisjoint(reasons)


def _kept(subject: Subject, bound: Limit, reasons: tuple[ReasonCode, ...] = ()) -> Proposal:
    return Proposal(Direction.KEEP, subject.limit_minor, bound, reasons)


def _within(last: date | None, days: int, on: date) -> bool:
    return last is not None and on < last + timedelta(days=days)


def read_policy(text: str, table: Table) -> Policy:
    """Read the parameters from TOML; what is missing, unknown or does not fit the table is `InvalidInput`."""
    policy = read_parameters(text, Policy, file=_FILE)
    if policy.without_score not in {band.name for band in table.risk_bands}:
        text = f"{_FILE}: there is no risk band {policy.without_score!r}"
        raise InvalidInput(text, where="without_score")
    if policy.floor_minor % table.step_minor:
        text = f"{_FILE}: the floor is a whole number of steps of the table"
        raise InvalidInput(text, where="floor_minor")
    if policy.after_cut_cool_down_days < policy.raise_cool_down_days:
        text = f"{_FILE}: after a cut a raise waits no shorter than after a raise"
        raise InvalidInput(text, where="after_cut_cool_down_days")
    return policy
