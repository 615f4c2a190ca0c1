"""How much room a line is given, what of it is in use, and what a loosening is expected to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from whiteslip.credit.affordability import rules as affordability
from whiteslip.credit.affordability.model import Means, Terms
from whiteslip.credit.limits.reviewing import Subject
from whiteslip.kernel import rate
from whiteslip.kernel.money import Minor, Rounding
from whiteslip.kernel.rate import WHOLE_PPM, Ppm
from whiteslip.risk.loosenings.model import ExpectedRoom
from whiteslip.risk.portfolio.loss import LossTerms
from whiteslip.risk.portfolio.model import Standing
from whiteslip.risk.segments.model import Measure, Month, Offer, Rollout
from whiteslip.risk.tightenings.effects import Cohort, chance_of_default
from whiteslip.risk.tightenings.life import Command
from whiteslip.risk.tightenings.model import Tightening
from whiteslip.risk.tightenings.rules import Ending

INCOME: Final = "income_monthly_minor"
BURDEN: Final = "repayments_to_income"
NEEDED: Final = (
    "principal_minor",
    "held_minor",
    "limit_minor",
    "utilization",
    "utilization_average_6m",
    "days_past_due",
)
"""The features from which the expected effect is reckoned."""


def carried_minor(
    declared: Means | None,
    terms: Terms,
    *,
    told: tuple[object, object],
    minimum_ppm: Ppm,
    without_means_minor: Minor,
) -> Minor:
    """Tell the largest limit a person's month carries; with means unknown, the cautious guess of limit reviews.

    `told` are a month's income and the share of it that repayments elsewhere take, as learned since.
    """
    means = affordability.updated(declared, *told)
    if means is None or not minimum_ppm:
        return without_means_minor
    return max(affordability.carried(means, terms, minimum_ppm=minimum_ppm))


def room_of(subject: Subject, offer: Offer, *, carried: Minor) -> Minor:
    """Tell what a good line is given: the share within its bounds, under the product's cap and what the month carries.

    Less than the least is nothing.
    """
    fixed = subject.limit_minor
    share = rate.of(fixed, offer.share_ppm, Rounding.DOWN)
    wanted = min(max(share, offer.least_minor), offer.most_minor)
    room = min(wanted, subject.cap_minor - fixed, carried - fixed)
    return room if room >= offer.least_minor else 0


def in_use_minor(amount: Minor, *, used: Minor, limit: Minor) -> Minor:
    """Tell what of a temporary limit is in use: what the line uses beyond all its other limits.

    `limit` is the line's whole limit, the amount included; `used` may lie above it.
    """
    return min(amount, max(0, used - (limit - amount)))


def expect(
    cohort: Cohort,
    rooms: Mapping[tuple[int, int], Minor],
    recent: Mapping[Measure, Sequence[Month]],
    rollout: Rollout,
    terms: LossTerms,
    *,
    fee_share: float | None,
) -> ExpectedRoom:
    """Foretell what a loosening does until its review, as its lines used their limits and its segment paid of late."""
    touched = ~cohort.held_out & ~cohort.exempt
    keys = zip(
        cohort.features["customer_id"].tolist(), cohort.features["line_id"].tolist(), strict=True
    )
    room = np.array([rooms.get(key, 0) for key in keys], np.int64)[touched]
    facts = {name: cohort.features[name].astype(np.float64)[touched] for name in NEEDED}
    used = float((room * _use(facts)).sum())
    chance = chance_of_default(recent, rollout, terms)
    stage = cohort.stage[touched]
    by_stage = np.bincount(stage, minlength=len(rollout.stages))
    minor = np.bincount(stage, weights=room, minlength=len(rollout.stages))
    undrawn = facts["limit_minor"] - facts["principal_minor"] - facts["held_minor"]
    return ExpectedRoom(
        members=len(touched),
        touched=int(touched.sum()),
        held_out=int(cohort.held_out.sum()),
        exempt=int((cohort.exempt & ~cohort.held_out).sum()),
        owed_minor=int(facts["principal_minor"].sum()),
        undrawn_minor=int(np.maximum(0, undrawn).sum()),
        room_minor=int(room.sum()),
        used_minor=round(used),
        income_minor=None if fee_share is None else round(used * fee_share),
        default_chance=chance,
        loss_minor=round(used * chance * terms.loss_ppm[Standing.CURRENT] / WHOLE_PPM),
        stages=tuple(np.cumsum(by_stage).tolist()),
        stages_minor=tuple(np.cumsum(minor).astype(np.int64).tolist()),
    )


def _use(facts: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Tell how large a share of its limit each line used of late: on the average of months, else now."""
    now = np.nan_to_num(facts["utilization"])
    lately = facts["utilization_average_6m"]
    return np.clip(np.where(np.isnan(lately), now, lately), 0.0, 1.0)


def released_lines(loosening: Tightening, steps: Iterable[tuple[str, Mapping[str, Any]]]) -> int:
    """Count the lines that people agreed to: those proposed, or those it grew to when they kept it.

    `steps` are commands with their facts, in order.
    """
    agreed = asked = loosening.touched
    for command, facts in steps:
        if command == Command.ASK_END and facts.get("why") == Ending.GREW:
            asked = int(facts["lines"])
        elif command == Command.KEEP and facts.get("missing") == 0:
            agreed = max(agreed, asked)
    return agreed
