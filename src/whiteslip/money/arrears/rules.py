"""What of a statement becomes overdue and what revolves, and how lateness is classed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from whiteslip.kernel.money import Minor
from whiteslip.money.arrears.model import AssetClass, Bucket, FeePause

_CLASSES = (
    (360, AssetClass.LOSS),
    (270, AssetClass.DOUBTFUL),
    (90, AssetClass.SUBSTANDARD),
    (0, AssetClass.SPECIAL_MENTION),
)
_BUCKETS = tuple(Bucket)


class Parted(NamedTuple):
    """How much of an installment stays (overdue) and how much rolls to the next statement."""

    stays_minor: Minor
    rolls_minor: Minor


def days_past_due(oldest_due_on: date | None, *, on: date) -> int:
    """Count the days since the oldest due missed; the day after the due date is 1."""
    return max(0, (on - oldest_due_on).days) if oldest_due_on else 0


def bucket(days: int) -> Bucket:
    """Put days past due into their thirty-day bucket."""
    return _BUCKETS[min(-(-days // 30), len(_BUCKETS) - 1)]


def asset_class(worst_days: int) -> AssetClass:
    """Class a line by the worst days past due of its episode, so that it never improves within one."""
    return next((name for over, name in _CLASSES if worst_days > over), AssetClass.NORMAL)


def roll(owed_minor: list[Minor], *, billed_minor: Minor, minimum_minor: Minor) -> list[Parted]:
    """Part what a statement's pay-later rows still owe after the due date.

    What is missing of the minimum payment is overdue and taken from the oldest rows; the rest rolls.
    """
    overdue = max(0, sum(owed_minor) - (billed_minor - minimum_minor))
    parted: list[Parted] = []
    for owed in owed_minor:
        stays = min(owed, overdue)
        overdue -= stays
        parted.append(Parted(stays, owed - stays))
    return parted


def is_paused(
    pauses: Iterable[FeePause],
    *,
    customer_id: int,
    line_id: int,
    purchase_id: int | None,
    on: date,
) -> bool:
    """Tell whether an installment bears no late fee on a day, whatever it is paused for."""
    return any(
        pause.customer_id == customer_id
        and (
            pause.line_id == line_id
            if pause.purchase_id is None
            else pause.purchase_id == purchase_id
        )
        and pause.starts_on <= on
        and (pause.ends_on is None or on < pause.ends_on)
        for pause in pauses
    )
