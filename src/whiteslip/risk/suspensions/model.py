"""Restrictions, and the changes a run of the watch book makes to them."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from whiteslip.kernel.reason import Reason


class Finding(NamedTuple):
    """A line on which the rules that fire and the restrictions that are active differ; bit i is rule i."""

    customer_id: int
    line_id: int
    level: int
    fired: int
    active: int
    days_past_due: int
    late_days_12m: int
    utilization: float | None


class NewRestriction(NamedTuple):
    """A restriction to be imposed."""

    customer_id: int
    restriction_id: int
    line_id: int
    level: int
    book: str
    book_version: int
    rule_id: str
    reasons: tuple[Reason, ...]
    way_out: str
    notice_id: int


class Change(NamedTuple):
    """How a line's restrictions changed, as its owner is to be told; level 0 is unrestricted."""

    customer_id: int
    line_id: int
    notice_id: int
    level_before: int
    level_after: int
    reasons: tuple[Reason, ...]
    on: date

    @property
    def kind(self) -> str | None:
        """The notice that tells of it; None where there is nothing the owner needs to be told."""
        if self.level_after > self.level_before:
            return "suspended" if self.level_after >= 4 else _RAISED[min(self.level_after, 3)]
        if self.level_after < 3 <= self.level_before:
            return "restored"
        return "warned" if self.reasons else None


_RAISED = {1: "warned", 2: "restricted", 3: "restricted"}
