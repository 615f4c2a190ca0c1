"""A line as journeys see it."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from whiteslip.money.lines import use
from whiteslip.money.lines.use import RESTRICTED_LEVEL, STEP_UP_LEVEL, SUSPENDED_LEVEL

__all__ = [
    "CHARGED_OFF",
    "RESTRICTED_LEVEL",
    "STEP_UP_LEVEL",
    "SUSPENDED_LEVEL",
    "Change",
    "LimitChange",
    "Line",
    "LineKey",
    "NewLine",
]

CHARGED_OFF = "charged_off"
"""The status of a line whose debt is no asset any more: it takes no purchase, and money for it is a recovery."""


class LineKey(NamedTuple):
    """A line and its owner."""

    customer_id: int
    line_id: int


class Line(NamedTuple):
    """A line's limits and balances, in minor units, and what stands in the way of using them.

    `credit_barred`: no new credit while a relief runs; `plans_barred`: purchases, but none in installments.
    """

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
    credit_barred: bool
    plans_barred: bool
    restricted_share_ppm: int

    @property
    def key(self) -> LineKey:
        """The line's key."""
        return LineKey(self.customer_id, self.line_id)

    @property
    def limit_minor(self) -> int:
        """All that could be used without a restriction: the fixed and the temporary limit."""
        return self.fixed_limit_minor + self.temporary_limit_minor

    @property
    def used_minor(self) -> int:
        """What of it is used: principal owed, and holds."""
        return self.principal_minor + self.held_minor

    @property
    def usable_minor(self) -> int:
        """All that may be used at the restriction level the line is on."""
        return use.usable_minor(
            self.restriction_level,
            self.fixed_limit_minor,
            self.temporary_limit_minor,
            credit_barred=self.credit_barred,
            restricted_share_ppm=self.restricted_share_ppm,
        )

    @property
    def room_minor(self) -> int:
        """What the limits alone leave; negative when one was cut below what is owed."""
        return self.limit_minor - self.used_minor

    @property
    def available_minor(self) -> int:
        """What may still be used at its level; negative when a limit was cut below what is owed."""
        return use.available_minor(
            self.usable_minor, limit_minor=self.limit_minor, used_minor=self.used_minor
        )


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
