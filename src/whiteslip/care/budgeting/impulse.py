"""Impulse spending, by how something was bought: late, again at once, larger than usual."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median_low

from whiteslip.care.budgeting.model import Impulse, ImpulseTerms, Spending
from whiteslip.kernel.money import Minor
from whiteslip.kernel.rate import WHOLE_PPM


def impulse(
    purchases: Sequence[Spending],
    disposable_minor: Minor | None,
    terms: ImpulseTerms,
    *,
    at: datetime,
) -> Impulse:
    """Sum what was bought unlike oneself in the window before `at`, held against a month's disposable income.

    `purchases` are the person's own, over the look-back, in any order, `at` in the zone of the book.
    """
    ordered = sorted(purchases)
    since = at - timedelta(days=terms.window_days)
    found = [
        spent
        for place, spent in enumerate(ordered)
        if spent.at > since and _signs(ordered, place, terms) >= terms.signs_needed
    ]
    amount = sum(spent.amount_minor for spent in found)
    known = disposable_minor is not None and disposable_minor > 0
    share = amount * WHOLE_PPM // disposable_minor if known and disposable_minor else None
    return Impulse(amount, len(found), share, share is not None and share > terms.mark_ppm)


def _signs(ordered: Sequence[Spending], place: int, terms: ImpulseTerms) -> int:
    spent = ordered[place]
    before = ordered[place - 1].at if place else None
    repeated = before is not None and spent.at - before < timedelta(minutes=terms.repeated_minutes)
    return _late_for_them(spent, ordered, terms) + repeated + _above_usual(spent, ordered, terms)


def _late_for_them(spent: Spending, ordered: Sequence[Spending], terms: ImpulseTerms) -> bool:
    """Late, for somebody who does not mostly buy late."""
    if len(ordered) < terms.least_purchases or not _is_late(spent, terms):
        return False
    late = sum(_is_late(one, terms) for one in ordered)
    return late * WHOLE_PPM <= terms.own_late_ppm * len(ordered)


def _is_late(spent: Spending, terms: ImpulseTerms) -> bool:
    hour = spent.at.hour
    if terms.late_from_hour <= terms.late_until_hour:
        return terms.late_from_hour <= hour < terms.late_until_hour
    return hour >= terms.late_from_hour or hour < terms.late_until_hour


def _above_usual(spent: Spending, ordered: Sequence[Spending], terms: ImpulseTerms) -> bool:
    if len(ordered) < terms.least_purchases:
        return False
    usual = median_low([one.amount_minor for one in ordered])
    return spent.amount_minor * WHOLE_PPM > usual * terms.above_usual_ppm
