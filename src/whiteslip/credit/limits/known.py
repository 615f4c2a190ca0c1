"""What is kept of a line that its review goes by, and the review as it is to be kept."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from whiteslip.credit.affordability.model import Means
from whiteslip.credit.limits.reviewing import Proposal, Subject
from whiteslip.money.lines.model import LineKey
from whiteslip.money.products.model import Product


class Known(NamedTuple):
    """What is kept of a line that its review goes by; the subject lacks what its month carries."""

    key: LineKey
    opened_on: date
    product: Product
    subject: Subject
    means: Means | None


class Reviewed(NamedTuple):
    """One line's review as it is to be kept."""

    key: LineKey
    review_id: int
    before_minor: int
    tier: str
    proposal: Proposal


def known_from(row: Any, product: Product) -> Known:
    """Make what is known of a line from its row of `read_subjects.sql`; what the month carries is worked out later."""
    subject = Subject(
        limit_minor=row.fixed_limit_minor,
        cap_minor=product.line_cap_minor,
        is_open=row.is_open,
        level=row.restriction_level,
        is_overdue=row.is_overdue,
        is_on_plan=row.is_on_plan,
        last_raised_on=row.last_raised_on,
        last_cut_on=row.last_cut_on,
        on_time_dues=row.on_time_dues,
        is_starter=row.is_starter,
        probability=row.probability,
        carried_minor=None,
        asked_minor=row.requested_minor,
    )
    means = None
    if row.income_minor is not None:
        means = Means(
            declared_income_minor=row.income_minor,
            verified_income_minor=row.verified_income_minor,
            declared_obligations_minor=row.obligations_minor,
            reported_obligations_minor=row.monthly_minor,
            rent_minor=row.rent_minor,
        )
    key = LineKey(row.customer_id, row.line_id)
    return Known(key, row.opened_on, product, subject, means)
