"""What a tightening is expected to do, from the book's records, and what it did, against its hold-out.

The difference of two shares lies in Newcombe's interval ("Interval estimation for the difference between independent
proportions", Statistics in Medicine 17, 1998, method 10: two Wilson scores), the difference of two means in Welch's
("The generalization of Student's problem", Biometrika 34, 1947) with normal quantiles, for arms of hundreds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from math import sqrt
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from whiteslip.kernel.rate import WHOLE_PPM
from whiteslip.money.lines import use
from whiteslip.money.lines.model import RESTRICTED_LEVEL
from whiteslip.risk.portfolio.loss import LossTerms, default_chance, monthly
from whiteslip.risk.portfolio.model import Standing
from whiteslip.risk.segments.model import Measure, Month, Outcome, Rollout
from whiteslip.risk.tightenings.model import ArmFigures, Effect, Expected, Interval

LEAST_ARM = 30
"""Below so many lines an arm says nothing: a normal quantile would be a pretense."""
_MONTH_DAYS = 30
NEEDED = (
    "principal_minor",
    "held_minor",
    "limit_minor",
    "fixed_limit_minor",
    "spend_90d_minor",
    "plan_share_180d",
    "times_late_12m",
    "days_past_due",
)
"""The features from which the expected effect is reckoned."""


class Cohort(NamedTuple):
    """The members of a segment as columns: their features, who is held out or exempt, and the stage of the others."""

    features: Mapping[str, NDArray[Any]]
    held_out: NDArray[np.bool_]
    exempt: NDArray[np.bool_]
    stage: NDArray[np.int64]


def expect(
    cohort: Cohort,
    outcome: Outcome,
    recent: Mapping[Measure, Sequence[Month]],
    rollout: Rollout,
    terms: LossTerms,
    *,
    restricted_share_ppm: int,
) -> Expected:
    """Foretell what a tightening does until its review, as the segment bought and paid of late."""
    touched = ~cohort.held_out & ~cohort.exempt
    facts = {name: _numbers(cohort.features[name])[touched] for name in NEEDED}
    stopped_a_month = _stopped(facts, outcome, rollout, restricted_share_ppm)
    stopped = int(stopped_a_month.sum() * rollout.review_days / _MONTH_DAYS)
    chance = chance_of_default(recent, rollout, terms)
    lost_share = terms.loss_ppm[Standing.CURRENT] / WHOLE_PPM
    stages = np.bincount(cohort.stage[touched], minlength=len(rollout.stages))
    room = facts["limit_minor"] - facts["principal_minor"] - facts["held_minor"]
    return Expected(
        members=len(touched),
        touched=int(touched.sum()),
        held_out=int(cohort.held_out.sum()),
        exempt=int((cohort.exempt & ~cohort.held_out).sum()),
        owed_minor=int(facts["principal_minor"].sum()),
        undrawn_minor=int(np.maximum(0, room).sum()),
        stopped_minor=stopped,
        default_chance=chance,
        loss_minor=round(stopped * chance * lost_share),
        good=int(((facts["times_late_12m"] == 0) & (facts["spend_90d_minor"] > 0)).sum()),
        stages=tuple(np.cumsum(stages).tolist()),
    )


def chance_of_default(
    recent: Mapping[Measure, Sequence[Month]], rollout: Rollout, terms: LossTerms
) -> float:
    """Reckon the chance that what is bought now defaults within `loss_months`, by the segment's own recent months.

    A month turns so many current lines overdue, and so many of these 30 days late; from there on the book's general
    figures of losses hold. Where a rate was not recorded, the figures stand in its place.
    """
    chain = monthly((), terms)
    general = {
        Measure.ROLL_TO_OVERDUE: terms.worsens_ppm[Standing.CURRENT] / WHOLE_PPM,
        Measure.ROLL_TO_THIRTY: terms.worsens_ppm[Standing.DAYS_1_30] / WHOLE_PPM,
    }
    a_month = 1.0
    for measure, otherwise in general.items():
        months = recent.get(measure, ())
        hits, out_of = sum(one.hits for one in months), sum(one.out_of for one in months)
        a_month *= hits / out_of if out_of else otherwise
    late = 1 - (1 - min(1.0, a_month)) ** rollout.loss_months
    rest = default_chance(Standing.DAYS_31_60, chain, (WHOLE_PPM,), terms.stage_2_months)
    return late * rest


def _stopped(
    facts: Mapping[str, NDArray[np.float64]],
    outcome: Outcome,
    rollout: Rollout,
    restricted_share_ppm: int,
) -> NDArray[np.float64]:
    """Reckon what of a month's purchases of each line would not be given, as it bought in the last 90 days."""
    bought = facts["spend_90d_minor"] / 3
    match outcome:
        case Outcome.STOP:
            return bought
        case Outcome.NO_PLANS:
            return bought * np.nan_to_num(facts["plan_share_180d"])
        case Outcome.ROOM:
            return np.zeros_like(bought)
        case Outcome.STEP_UP:
            return bought * rollout.step_up_stops_ppm / WHOLE_PPM
        case Outcome.LIMIT_SHARE:
            usable = np.array(
                [
                    use.usable_minor(
                        RESTRICTED_LEVEL,
                        int(fixed),
                        0,
                        credit_barred=False,
                        restricted_share_ppm=restricted_share_ppm,
                    )
                    for fixed in facts["fixed_limit_minor"].tolist()
                ],
                np.float64,
            )
            room = np.maximum(0, usable - facts["principal_minor"] - facts["held_minor"])
            return np.maximum(0, bought - room)


def measure(
    month_end: date, touched: ArmFigures, held_out: ArmFigures, *, confidence_ppm: int
) -> Effect:
    """Compare the arms; an arm of fewer than `LEAST_ARM` lines gives no interval."""
    enough = min(touched.lines, held_out.lines) >= LEAST_ARM
    z = NormalDist().inv_cdf((1 + confidence_ppm / WHOLE_PPM) / 2)
    if not enough:
        return Effect(month_end, touched, held_out, None, None, None)
    return Effect(
        month_end,
        touched,
        held_out,
        of_shares((touched.hits, touched.lines), (held_out.hits, held_out.lines), z=z),
        of_means(
            (touched.bad_mean, touched.bad_variance, touched.lines),
            (held_out.bad_mean, held_out.bad_variance, held_out.lines),
            z=z,
        ),
        of_means(
            (touched.bought_mean, touched.bought_variance, touched.lines),
            (held_out.bought_mean, held_out.bought_variance, held_out.lines),
            z=z,
        ),
    )


def of_shares(one: tuple[int, int], other: tuple[int, int], *, z: float) -> Interval:
    """Return the difference of two shares, hits of so many, in Newcombe's interval."""
    (low, high), (other_low, other_high) = wilson(*one, z=z), wilson(*other, z=z)
    share, other_share = one[0] / one[1], other[0] / other[1]
    difference = share - other_share
    return Interval(
        difference,
        difference - sqrt((share - low) ** 2 + (other_high - other_share) ** 2),
        difference + sqrt((high - share) ** 2 + (other_share - other_low) ** 2),
    )


def wilson(hits: int, out_of: int, *, z: float) -> tuple[float, float]:
    """Return Wilson's interval of a share."""
    share = hits / out_of
    middle = share + z**2 / (2 * out_of)
    half = z * sqrt(share * (1 - share) / out_of + z**2 / (4 * out_of**2))
    scale = 1 + z**2 / out_of
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def of_means(
    one: tuple[float, float, int], other: tuple[float, float, int], *, z: float
) -> Interval:
    """Return the difference of two means, each with the variance of single lines and how many, in Welch's interval."""
    difference = one[0] - other[0]
    half = z * sqrt(one[1] / one[2] + other[1] / other[2])
    return Interval(difference, difference - half, difference + half)


def _numbers(column: NDArray[Any]) -> NDArray[np.float64]:
    return column.astype(np.float64)
