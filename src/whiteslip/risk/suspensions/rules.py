"""Where a restriction goes when it is cured or moved, at which level it is in force, and until when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from whiteslip.kernel.errors import Conflict, InvalidInput
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
from whiteslip.risk.suspensions.model import (
    CLOSED_LEVEL,
    RESTRICTING,
    NewRestriction,
    Scope,
    Standing,
    Step,
)
from whiteslip.risk.suspensions.ways import Cure, Ways

APPEAL_ROUTE = "appeal"

_UNTOLD = frozenset({State.PROPOSED, State.PENDING_REVIEW})
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
    scope: Scope = Scope.LINE,
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
        scope=scope,
    )


def one_more(
    standing: Standing, key: LineKey, numbers: tuple[int, int], ways: Ways
) -> NewRestriction:
    """Make the restriction of a customer hold for a line opened later, at the level it is in force now.

    One that is overridden is so on that line, too, until the same day.
    """
    is_overridden = standing.state is State.OVERRIDDEN
    way = ways.out_of([reason.code for reason in standing.reasons])
    return NewRestriction(
        key.customer_id,
        numbers[0],
        key.line_id,
        (standing.eased_to or standing.level) if is_overridden else standing.in_force,
        standing.book,
        1,
        standing.rule_id,
        standing.reasons,
        way.way_out,
        numbers[1],
        standing.cure,
        standing.probation_days,
        way.review_days,
        State.OVERRIDDEN if is_overridden else State.ACTIVE,
        scope=Scope.CUSTOMER,
        until_on=standing.until_on if is_overridden else None,
    )


def is_untold(standing: Standing) -> bool:
    """Tell whether it never was in force, so that nobody was told of it: proposed, or overridden from the first."""
    begun_overridden = standing.state is State.OVERRIDDEN and standing.steps == 1
    return standing.state in _UNTOLD or begun_overridden


class Course(NamedTuple):
    """Where a step leads: the state, the level then in force, until when, and the level it is eased to."""

    to: State
    in_force: int
    until_on: date | None
    eased_to: int | None


def course_of(standing: Standing, step: Step, *, on: date, probation_level: int) -> Course:
    """Say where a step leads; raises `Conflict` if it is not legal.

    What a reviewer eased stays eased, whatever is decided on it, until its rule brings it back from probation.
    """
    to = moved(standing.state, step.command)
    until, eased_to = step.until_on, standing.eased_to
    if to is State.PROBATION:
        until = on + timedelta(days=standing.probation_days or 1)
    if to is State.OVERRIDDEN and (until is None or until <= on):
        raise InvalidInput(f"an override ends after {on}", where="until_on")
    if step.command is Command.RELAPSE:
        eased_to = None
    if step.command is Command.EASE:
        eased_to = _eased(standing, step)
    force = in_force(to, standing.level, probation_level=probation_level, eased_to=eased_to)
    return Course(to, force, until, eased_to)


def _eased(standing: Standing, step: Step) -> int:
    if standing.cure is Cure.SELF:
        raise Conflict("what its owner locked is its owner's to unlock")
    if standing.level >= CLOSED_LEVEL:
        raise Conflict("a line that two people closed is not eased by one")
    if standing.scope is Scope.PLANS:
        raise Conflict("what stops plans alone is lifted or stays: there is nothing below")
    if step.to_level is None or not 1 <= step.to_level < standing.in_force:
        raise InvalidInput(
            f"it is eased to a level from 1 to below {standing.in_force}", where="level"
        )
    if not (step.note or "").strip():
        raise InvalidInput("say why", where="note")
    return step.to_level


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
    elif standing.state in _UNTOLD:
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
