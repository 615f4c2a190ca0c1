"""The facts the checkout book judges a purchase by: the request, its line, and the person's habits."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from whiteslip.decisioning.habits.model import Background
from whiteslip.decisioning.habits.reading import Terms
from whiteslip.money.lines.model import Line
from whiteslip.money.merchants.model import Category
from whiteslip.money.purchases.model import PurchaseRequest


class CheckoutFacts(NamedTuple):
    """One purchase's facts, under the names of the book's inputs; amounts in minor units, None is missing."""

    amount: int
    plan_months: int
    is_verified: bool
    hour: int
    limit: int
    utilization_after: float | None
    line_age_days: int
    level: int
    days_past_due: int
    default_probability: float | None
    requests_1h: int
    requests_24h: int
    asked_24h: int
    same_shop_24h: int
    purchases_before: int
    minutes_since_last: int | None
    hours_since_new_device: int | None
    usual_amount: int | None
    deviation: float | None
    pace_deviation: float | None
    hour_share: float | None
    resale_share: float | None
    largest_before: int | None
    device_is_known: bool | None
    address_is_known: bool | None
    merchant_is_known: bool
    category_is_known: bool | None
    resells_easily: bool | None
    is_round: bool
    days_since_raise: int | None
    links_to_bad: int | None
    ring_score: float | None


def facts_of(
    request: PurchaseRequest,
    line: Line,
    known: Background,
    category: Category,
    terms: Terms,
    *,
    taken_minor: int,
    on: date,
    hour: int,
) -> CheckoutFacts:
    """Put together what a request is judged by; `taken_minor` is what the same batch already takes from the line.

    The limit is what may be used at the level the line is on.
    """
    limit = line.usable_minor
    used = line.used_minor + taken_minor + request.amount_minor
    is_full = used >= limit * terms.raise_asked_from
    return CheckoutFacts(
        request.amount_minor,
        request.plan_months,
        request.is_verified,
        hour,
        limit,
        used / limit if limit else None,
        (on - line.opened_on).days,
        line.restriction_level,
        known.days_past_due,
        known.default_probability,
        known.requests_1h,
        known.requests_24h,
        known.asked_24h_minor,
        known.same_shop_24h,
        known.purchases_before,
        known.minutes_since_last,
        known.hours_since_new_device,
        None if known.usual_minor is None else round(known.usual_minor),
        known.deviation,
        known.pace_deviation,
        known.hour_share,
        known.resale_share,
        known.largest_minor,
        known.device_is_known,
        known.address_is_known,
        known.merchant_is_known,
        known.category_is_known,
        category.resells_easily if category.number else None,
        request.amount_minor % terms.round_minor == 0,
        known.days_since_raise if is_full else None,
        known.links_to_bad,
        known.ring_score,
    )
