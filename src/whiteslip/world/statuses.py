"""The repayment statuses a panel records, as facts from outside: a month's status is learned with its statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from whiteslip.decisioning.features.model import OutsideFact
from whiteslip.world.panel import Panel
from whiteslip.world.profiles import Profile

STATUS = "status_late_months"
SOURCE = "panel"
_ONE_DAY = timedelta(days=1)


def status_facts(
    panel: Panel, profile: Profile, customer_ids: Sequence[int], *, month: int
) -> list[OutsideFact]:
    """Return everybody's status of a month, counted from 0; `customer_ids` are in the panel's order."""
    known_on = profile.statement_dates[month]
    return [
        OutsideFact(customer_id, STATUS, status, known_on - _ONE_DAY, known_on, SOURCE)
        for customer_id, status in zip(customer_ids, panel.statuses[:, month].tolist(), strict=True)
    ]
