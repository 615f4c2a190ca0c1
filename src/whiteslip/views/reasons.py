"""Reasons in the words a person is told, from the catalog the notices use, and what works in spite of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from whiteslip.care.notices import rules
from whiteslip.care.notices.model import ReasonText
from whiteslip.care.notices.store import catalog
from whiteslip.kernel.reason import Reason
from whiteslip.risk.suspensions.store import reasons_from


def explain(reason: Reason) -> ReasonText:
    """Say a reason in both languages."""
    return rules.explain(catalog(), reason)


def stored(given: Iterable[dict[str, Any]]) -> tuple[Reason, ...]:
    """Read reasons as purchases and restrictions keep them."""
    return reasons_from(given)


def still_works(level: int) -> list[str]:
    """Name what works at a restriction level, 0 to 5."""
    return [ability.name for ability in rules.still_works(level)]
