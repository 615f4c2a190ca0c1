"""Where a restriction goes when it is cured or moved, at which level it is in force, and until when."""

from __future__ import annotations

from datetime import date, timedelta

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import Reason, ReasonCode
from whiteslip.money.lines.model import LineKey
from whiteslip.risk.reviews.model import Kind, NewCase, SubjectType
from whiteslip.risk.suspensions.life import (
    IN_FULL_FORCE,
    MOVES,
    OVER,
    Command,
    State,
    in_force,
    moved,
)
from whiteslip.risk.suspensions.model import RESTRICTING, NewRestriction, Standing, Step
from whiteslip.risk.suspensions.ways import Cure, Ways

APPEAL_ROUTE = "appeal"

UNTOLD = frozenset({State.PROPOSED, State.PENDING_REVIEW})
"""Their owner has not been told yet."""


def after_cure(state: State, level: int, probation_days: int) -> State:
    """Say where a restriction goes whose rule fires no more; the twin of lift_cured."""
    if state in (State.PROPOSED, State.PENDING_REVIEW):
        return State.DISMISSED
    may_lapse = (state, Command.PUT_ON_PROBATION) in MOVES
    if may_lapse and level >= RESTRICTING and probation_days:
        return State.PROBATION
    return State.LIFTED


def imposed_apart(
    key: LineKey,
    numbers: tuple[int, int],
    ways: Ways,
    *,
    level: int,
    by: tuple[str, str],
    code: ReasonCode,
) -> NewRestriction:
    """Make a restriction no rule book imposes: `by` names what does and why, `numbers` are its own and its notice's."""
    way = ways.out_of([code])
    return NewRestriction(
        key.customer_id,
        numbers[0],
        key.line_id,
        level,
        by[0],
        1,
        by[1],
        (Reason(code),),
        way.way_out,
        numbers[1],
        way.cure,
        way.probation_days,
        way.review_days,
    )


def steps_of(
    standing: Standing, step: Step, *, on: date, probation_level: int
) -> tuple[State, int, date | None]:
    """Return the state a step leads to, the level then in force, and until when; raises `Conflict` if not legal."""
    to = moved(standing.state, step.command)
    until = step.until_on
    if to is State.PROBATION:
        until = on + timedelta(days=standing.probation_days or 1)
    if to is State.OVERRIDDEN and (until is None or until <= on):
        raise InvalidInput(f"an override ends after {on}", where="until_on")
    return to, in_force(to, standing.level, probation_level=probation_level), until


def on_verification(standing: Standing, actor: str, method: str) -> Step | None:
    """Say what a verified identity does to a restriction: it cures doubt of who it is; a person looks at the rest."""
    if standing.cure is Cure.VERIFY and standing.state in IN_FULL_FORCE:
        lasting = standing.level >= RESTRICTING and standing.probation_days
        may_lapse = (standing.state, Command.PUT_ON_PROBATION) in MOVES
        command = Command.PUT_ON_PROBATION if lasting and may_lapse else Command.LIFT
    elif standing.cure is Cure.PERSON and standing.state is State.ACTIVE:
        command = Command.BEGIN_CURE
    else:
        return None
    return Step(
        standing.customer_id, standing.restriction_id, command, actor, f"verified by {method}"
    )


def on_ruling(standing: Standing, actor: str, note: str, *, stays: bool) -> Step | None:
    """Say what a look does to a restriction: what waited is confirmed or dismissed, the rest stays or is lifted.

    None where there is nothing to do: it stands already, or is over.
    """
    if stays:
        waits = standing.state in (State.PENDING_REVIEW, State.CURING, State.IN_REVIEW)
        command = Command.CONFIRM if waits else None
    elif standing.state in UNTOLD:
        command = Command.DISMISS
    else:
        command = None if standing.state in OVER else Command.LIFT
    if command is None:
        return None
    return Step(standing.customer_id, standing.restriction_id, command, actor, note)


def case_of(standing: Standing, to: State, actor: str) -> NewCase | None:
    """Make the case of a restriction that now waits for a person's look; of any other there is none."""
    if to not in (State.PENDING_REVIEW, State.CURING, State.IN_REVIEW):
        return None
    fraud = any(reason.code.startswith("FRD") for reason in standing.reasons)
    return NewCase(
        standing.customer_id,
        Kind.FRAUD if fraud else Kind.SUSPENSION,
        SubjectType.RESTRICTION,
        standing.restriction_id,
        {
            "restriction": {
                "level": standing.level,
                "state": to.value,
                "book": standing.book,
                "rule": standing.rule_id,
                "reasons": [
                    {"code": reason.code.value, "facts": dict(reason.facts)}
                    for reason in standing.reasons
                ],
            }
        },
        actor,
        standing.line_id,
    )
