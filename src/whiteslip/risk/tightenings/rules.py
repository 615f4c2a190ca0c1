"""Whom a tightening concerns in which stage, what it imposes, and when its end is asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.rulebooks.blast import BlastGuard, still_released
from whiteslip.decisioning.rulebooks.experiment import is_challenged
from whiteslip.kernel.errors import Conflict
from whiteslip.kernel.rate import Ppm
from whiteslip.kernel.reason import Reason, ReasonCode
from whiteslip.money.lines.model import (
    RESTRICTED_LEVEL,
    STEP_UP_LEVEL,
    SUSPENDED_LEVEL,
    LineKey,
)
from whiteslip.risk.runs.model import Run
from whiteslip.risk.segments.model import Direction, Outcome, Rollout, Stage
from whiteslip.risk.suspensions.life import State as Stands
from whiteslip.risk.suspensions.model import NewRestriction, Scope
from whiteslip.risk.suspensions.ways import Ways
from whiteslip.risk.tightenings.effects import Cohort
from whiteslip.risk.tightenings.model import (
    TOUCHED,
    Arm,
    ArmFigures,
    Effect,
    Interval,
    Member,
    State,
    Tightening,
)

BOOK: Final = "segments"
"""The book of the restrictions a tightening imposes; their version is its number, their rule its segment."""

NOUN: Final[Mapping[Direction, str]] = MappingProxyType(
    {Direction.TIGHTEN: "tightening", Direction.LOOSEN: "loosening"}
)

IMPOSES: Final[Mapping[Outcome, tuple[int, Scope]]] = MappingProxyType(
    {
        Outcome.NO_PLANS: (SUSPENDED_LEVEL, Scope.PLANS),
        Outcome.STEP_UP: (STEP_UP_LEVEL, Scope.LINE),
        Outcome.LIMIT_SHARE: (RESTRICTED_LEVEL, Scope.LINE),
        Outcome.STOP: (SUSPENDED_LEVEL, Scope.LINE),
    }
)
"""The level and the scope of the restriction each outcome imposes; room imposes none."""


class Ending(StrEnum):
    """Why the end is asked for: the trouble passed or its review date is near; of a loosening, trouble or growth."""

    PASSED = "passed"
    REVIEW = "review"
    TROUBLE = "trouble"
    GREW = "grew"
    ASKED = "asked"


def arms(
    customer_ids: NDArray[np.int64],
    segment: str,
    *,
    holdout_ppm: Ppm,
    stages: Sequence[Stage],
    drawn_on: date,
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Tell for each customer whether they are held out, and else in which stage they are, from 0.

    Both are stable: the same customer is always in the same arm and stage of a tightening, and one proposed on another
    day draws others.
    """
    name, version = f"{BOOK}/{segment}", drawn_on.toordinal()
    held_out = is_challenged(
        customer_ids, name=f"{name}/hold-out", version=version, share_ppm=holdout_ppm
    )
    stage = np.full(len(customer_ids), len(stages) - 1, np.int64)
    for place in reversed(range(len(stages))):
        inside = is_challenged(
            customer_ids,
            name=f"{name}/stages",
            version=version,
            share_ppm=stages[place].share_ppm,
        )
        stage[inside] = place
    return held_out, stage


def cohort_of(
    features: Mapping[str, NDArray[Any]],
    segment: str,
    *,
    exempt: Collection[LineKey],
    holdout_ppm: Ppm,
    stages: Sequence[Stage],
    drawn_on: date,
) -> Cohort:
    """Put the members of a segment into their arms and stages."""
    owners, lines = features["customer_id"].tolist(), features["line_id"].tolist()
    spared = [pair in exempt for pair in zip(owners, lines, strict=True)]
    held_out, stage = arms(
        features["customer_id"].astype(np.int64),
        segment,
        holdout_ppm=holdout_ppm,
        stages=stages,
        drawn_on=drawn_on,
    )
    return Cohort(features, held_out, np.array(spared, np.bool_), stage)


def members_of(cohort: Cohort, *, direction: Direction = Direction.TIGHTEN) -> list[Member]:
    """Write a cohort down line by line."""
    arm = TOUCHED[direction]
    late = np.nan_to_num(cohort.features["days_past_due"].astype(np.float64)).astype(np.int64)
    columns = (
        cohort.features["customer_id"].tolist(),
        cohort.features["line_id"].tolist(),
        cohort.held_out.tolist(),
        cohort.stage.tolist(),
        cohort.exempt.tolist(),
        late.tolist(),
    )
    return [
        Member(owner, line, Arm.HELD_OUT if out else arm, stage, exempt, days)
        for owner, line, out, stage, exempt, days in zip(*columns, strict=True)
    ]


def due_stage(tightening: Tightening, *, on: date) -> int | None:
    """Name the next stage whose day has come, if there is one."""
    if tightening.state is not State.RELEASED or tightening.released_on is None:
        return None
    place = tightening.stages_done
    if place >= len(tightening.stages):
        return None
    begins_on = tightening.released_on + timedelta(days=tightening.stages[place].after_days)
    return place if on >= begins_on else None


def restriction(
    tightening: Tightening,
    key: LineKey,
    numbers: tuple[int, int],
    ways: Ways,
    *,
    on: date,
    state: Stands,
) -> NewRestriction:
    """Make the restriction of a member: for POL-01, to be looked at again on the review date of the tightening."""
    level, scope = IMPOSES[tightening.outcome]
    way = ways.out_of([ReasonCode.SEGMENT])
    review_on = tightening.review_on or on + timedelta(days=way.review_days)
    return NewRestriction(
        key.customer_id,
        numbers[0],
        key.line_id,
        level,
        BOOK,
        tightening.tightening_id,
        tightening.segment,
        (Reason(ReasonCode.SEGMENT, {"date": review_on.isoformat()}),),
        way.way_out,
        numbers[1],
        way.cure,
        way.probation_days,
        max(1, (review_on - on).days),
        state,
        scope=scope,
    )


def run_of(tightening: Tightening, on: date) -> Run:
    """Name the run under which the guard and people speak of a tightening, or of one of its stages."""
    return Run(BOOK, tightening.tightening_id, on)


def asks_end(tightening: Tightening, rollout: Rollout, *, passed: bool, on: date) -> Ending | None:
    """Say whether the end of a tightening is to be asked for, and why."""
    if tightening.state is not State.RELEASED or tightening.review_on is None:
        return None
    if passed:
        return Ending.PASSED
    near_on = tightening.review_on - timedelta(days=rollout.decide_ahead_days)
    return Ending.REVIEW if on >= near_on else None


def may_propose_again(last_ended: date | None, rollout: Rollout, *, on: date) -> bool:
    """Tell whether enough days have passed since people said no."""
    return last_ended is None or on - last_ended > timedelta(days=rollout.again_after_days)


def stages_text(stages: Sequence[Stage]) -> str:
    """Write the stages in one line."""
    return ", ".join(f"{one.share_ppm / 10_000:g} % after {one.after_days} days" for one in stages)


def check_grown(tightening: Tightening, members: Sequence[Member], *, guard: BlastGuard) -> None:
    """Insist that a segment is still about as large as what was proposed; else it is `Conflict`."""
    moved = sum(one.arm is not Arm.HELD_OUT and not one.is_exempt for one in members)
    if not still_released(tightening.touched, moved, guard=guard):
        raise Conflict(
            f"{moved} lines are in the segment by now and {tightening.touched} were proposed: "
            "dismiss it, and propose it anew"
        )


def nobody(arm: Arm) -> ArmFigures:
    """Return the figures of an arm in which there is nobody."""
    return ArmFigures(arm, 0, 0, 0.0, 0.0, 0.0, 0.0)


def effect_facts(effect: Effect | None) -> dict[str, object] | None:
    """Write an effect as it is kept with a step."""
    if effect is None:
        return None
    return {
        name: part._asdict() if isinstance(part, ArmFigures | Interval) else part
        for name, part in effect._asdict().items()
    }
