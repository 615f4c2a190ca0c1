"""A line as journeys see it."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

RESTRICTED_LEVEL = 3
"""From this restriction level on, a line takes no new purchase."""


class LineKey(NamedTuple):
    """A line and its owner."""

    customer_id: int
    line_id: int


class Line(NamedTuple):
    """A line's limits and balances, in minor units."""

    customer_id: int
    line_id: int
    product_id: int
    status: str
    restriction_level: int
    statement_day: int
    fixed_limit_minor: int
    temporary_limit_minor: int
    principal_minor: int
    held_minor: int
    credit_minor: int
    opened_on: date

    @property
    def key(self) -> LineKey:
        """The line's key."""
        return LineKey(self.customer_id, self.line_id)

    @property
    def usable_minor(self) -> int:
        """All that may be used: the fixed and the temporary limit."""
        return self.fixed_limit_minor + self.temporary_limit_minor

    @property
    def available_minor(self) -> int:
        """What may still be used; negative when a limit was cut below what is owed."""
        return self.usable_minor - self.principal_minor - self.held_minor


class Change(NamedTuple):
    """By how much a journey changes a line's balances; what is credited to it is summed for its statement."""

    customer_id: int
    line_id: int
    principal_minor: int = 0
    held_minor: int = 0
    credit_minor: int = 0
    credited_minor: int = 0


class NewLine(NamedTuple):
    """A line to be opened, under a version of the credit agreement; None stands for the one in force."""

    customer_id: int
    fixed_limit_minor: int
    statement_day: int
    product: str = "pay-later"
    agreement_version: int | None = None


class LimitChange(NamedTuple):
    """A change of a line's fixed limit, with its reason code."""

    customer_id: int
    line_id: int
    fixed_before_minor: int
    fixed_after_minor: int
    reason: str
