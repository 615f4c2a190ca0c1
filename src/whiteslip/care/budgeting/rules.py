"""Caps that people set themselves, how they change, and which lesson a moment asks for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from whiteslip.care.budgeting.model import (
    Answers,
    Attempt,
    Cap,
    CapChange,
    CapKind,
    CapRequest,
    CapTerms,
    Lesson,
    Moment,
    OverCap,
)
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.money import MAX_MINOR, Minor, decimal_text
from whiteslip.kernel.reason import Fact, Reason, ReasonCode

_WAIT = CapKind.COOLING_OFF


def against_caps(
    attempts: Sequence[Attempt],
    caps: Mapping[int, Collection[Cap]],
    terms: CapTerms,
) -> list[OverCap]:
    """Find the attempts that go over a cap of their own person, with one reason that names every such cap.

    Each attempt is judged by itself: who judges several of one person one after the other adds what was approved
    before to `spent`. Nobody without caps is ever named. A cooling-off is over once its hours have passed since the
    first time the person asked, and stays open for `terms.open_hours`.
    """
    return [
        OverCap(
            place,
            tuple(over),
            Reason(ReasonCode.OWN_CAP, {kind.value: fact for kind, fact in over.items()}),
        )
        for place, attempt in enumerate(attempts)
        if (over := dict(_over(attempt, caps.get(attempt.customer_id, ()), terms)))
    ]


def _over(
    attempt: Attempt, caps: Collection[Cap], terms: CapTerms
) -> Iterator[tuple[CapKind, Fact]]:
    spent: dict[CapKind, Minor] = {
        CapKind.PURCHASE: 0,
        CapKind.DAY: attempt.spent.day_minor,
        CapKind.WEEK: attempt.spent.week_minor,
        CapKind.MONTH: attempt.spent.month_minor,
    }
    for cap in sorted(caps, key=lambda cap: tuple(CapKind).index(cap.kind)):
        if cap.kind is _WAIT:
            if hours := _hours_left(attempt, cap, terms):
                yield _WAIT, hours
        elif spent[cap.kind] + attempt.amount_minor > cap.amount_minor:
            yield cap.kind, decimal_text(cap.amount_minor)


def _hours_left(attempt: Attempt, cap: Cap, terms: CapTerms) -> int:
    """Count the hours still to wait, begun ones as whole; 0 if the purchase may be made now."""
    if attempt.amount_minor <= cap.amount_minor:
        return 0
    wait = timedelta(hours=cap.wait_hours)
    asked = attempt.at if attempt.first_asked_at is None else attempt.first_asked_at
    opens = asked + wait
    if attempt.at >= opens + timedelta(hours=terms.open_hours):
        return cap.wait_hours
    return max(0, -((attempt.at - opens) // timedelta(hours=1)))


def is_tighter(request: CapRequest, now: Cap | None) -> bool:
    """Say whether a change allows nothing that is not allowed now; the same again is tighter, too."""
    if now is None:
        return True
    if request.amount_minor is None:
        return False
    return request.amount_minor <= now.amount_minor and request.wait_hours >= now.wait_hours


def change(
    request: CapRequest, now: Cap | None, terms: CapTerms, *, change_id: int, at: datetime
) -> CapChange:
    """Make the change of a cap: what tightens counts at once, what loosens after the delay."""
    delay = 0 if is_tighter(request, now) else terms.loosening_hours
    effective = at + timedelta(hours=delay)
    return CapChange(*request[:1], change_id, *request[1:], asked_at=at, effective_at=effective)


def mistake(request: CapRequest, terms: CapTerms) -> InvalidInput | None:
    """Name what is wrong with a request for a cap."""
    if request.amount_minor is not None and not 0 <= request.amount_minor <= MAX_MINOR:
        return InvalidInput("a cap is an amount from zero up", where="amount_minor")
    waits = request.kind is _WAIT and request.amount_minor is not None
    if waits and not 1 <= request.wait_hours <= terms.longest_wait_hours:
        most = terms.longest_wait_hours
        return InvalidInput(f"a cooling-off lasts from 1 to {most} hours", where="wait_hours")
    if not waits and request.wait_hours:
        return InvalidInput("only a cooling-off has hours", where="wait_hours")
    return None


def disposable(answers: Answers) -> Minor:
    """What a month leaves after its costs; never below zero."""
    return max(0, answers.income_minor - answers.costs_minor)


def lesson_for(
    moments: Iterable[Moment], seen: Collection[Moment], lessons: Mapping[Moment, Lesson]
) -> Lesson | None:
    """Choose the most pressing lesson not told before, if any of the moments has one."""
    now = set(moments)
    return next((lessons[one] for one in Moment if one in now and one not in seen), None)
