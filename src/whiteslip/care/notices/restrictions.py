"""What changes of restrictions are to be told to the people they concern."""

from __future__ import annotations

from collections.abc import Iterable

from whiteslip.care.notices.model import NewNotice
from whiteslip.risk.suspensions.model import Change


def notices_of(changes: Iterable[Change]) -> list[NewNotice]:
    """Make a notice of every change its owner needs to know; a milder level among the restricted is none."""
    return [
        NewNotice(
            customer_id=change.customer_id,
            notice_id=change.notice_id,
            line_id=change.line_id,
            kind=change.kind,
            reasons=change.reasons,
            noticed_on=change.on,
        )
        for change in changes
        if change.kind is not None
    ]
