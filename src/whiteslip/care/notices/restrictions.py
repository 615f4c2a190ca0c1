"""What changes of restrictions are to be told to the people they concern."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from whiteslip.care.notices.model import NO_FACTS, NewNotice
from whiteslip.kernel.money import decimal_text
from whiteslip.kernel.reason import Fact
from whiteslip.money.lines.model import RESTRICTED_LEVEL
from whiteslip.risk.suspensions.model import Change


def notices_of(changes: Iterable[Change]) -> list[NewNotice]:
    """Make a notice of every change its owner needs to know; of a level at which buying goes on in part, how much."""
    return [
        NewNotice(
            customer_id=change.customer_id,
            notice_id=change.notice_id,
            line_id=change.line_id,
            kind=change.kind,
            reasons=change.reasons,
            noticed_on=change.on,
            facts=_facts(change),
        )
        for change in changes
        if change.kind is not None
    ]


def _facts(change: Change) -> Mapping[str, Fact]:
    if change.level_after != RESTRICTED_LEVEL:
        return NO_FACTS
    return {"amount": decimal_text(change.usable_minor)}
