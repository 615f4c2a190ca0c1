"""What moves of limits are to be told to the people they concern."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from whiteslip.care.notices.model import Kind, NewNotice
from whiteslip.credit.limits.life import Command, State, Step
from whiteslip.kernel.money import decimal_text
from whiteslip.kernel.reason import Fact


def notices_of(steps: Sequence[Step], numbers: Sequence[int], *, on: date) -> list[NewNotice]:
    """Make a notice of every move its owner needs to know; `numbers` are one for each step."""
    return [
        NewNotice(
            customer_id=step.review.customer_id,
            notice_id=number,
            line_id=step.review.line_id,
            kind=kind,
            reasons=step.review.reasons if kind in _GIVES_REASONS else (),
            noticed_on=on,
            facts=_facts(step),
        )
        for step, number in zip(steps, numbers, strict=True)
        if (kind := kind_of(step)) is not None
    ]


_GIVES_REASONS = frozenset({Kind.LIMIT_CUT, Kind.LIMIT_OBJECTED, Kind.LIMIT_UPHELD})


def kind_of(step: Step) -> Kind | None:
    """Say what a move is told as; a cut that holds on its announced day was told before, a proposal never was."""
    review, before = step.review, step.review.state
    if step.command is Command.OBJECT:
        return Kind.LIMIT_OBJECTED
    if step.command is Command.UPHOLD:
        return Kind.LIMIT_UPHELD
    match step.after:
        case State.ANNOUNCED:
            return Kind.LIMIT_CUT
        case State.APPLIED if step.limit_minor > review.before_minor:
            return Kind.LIMIT_RAISED
        case State.APPLIED if before is not State.ANNOUNCED:
            return Kind.LIMIT_CUT
        case State.REVERSED:
            return Kind.LIMIT_RESTORED
        case State.WITHDRAWN if review.effective_on is not None:
            return Kind.LIMIT_KEPT
        case _:
            return None


def _facts(step: Step) -> Mapping[str, Fact]:
    review = step.review
    stays = review.after_minor if review.state is State.APPLIED else review.before_minor
    if step.after is State.REVERSED:
        stays = step.limit_minor
    facts: dict[str, Fact] = {
        "before": decimal_text(review.before_minor),
        "after": decimal_text(step.limit_minor),
        "limit": decimal_text(stays),
    }
    if step.effective_on is not None:
        facts["date"] = step.effective_on.isoformat()
    return facts
