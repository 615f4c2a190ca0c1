"""Enter funds: a person tells what cash the book has, what lenders committed to it, and the floor it must keep."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.money.funding import rules, store
from whiteslip.money.funding.model import EntryKind, NewEntry

__all__ = ["EntryKind", "NewEntry", "enter_funds"]

_NOBODY = 0


def enter_funds(
    db: Connection, entries: Sequence[NewEntry], *, at: datetime
) -> list[int | WhiteslipError]:
    """Keep what people enter, in order; returns the number of each entry, or what is wrong with it."""
    closed_on = business_day.today(db).closed_on
    answers: list[int | WhiteslipError] = []
    for one in entries:
        by = actor_of(one.by)
        mistake = rules.mistake(one, closed_on=closed_on)
        if mistake is not None:
            answers.append(mistake)
            continue
        kept = store.insert_entries(db, [one._replace(by=by, name=one.name.strip())], at=at)
        answers += kept
    numbers = [one for one in answers if isinstance(one, int)]
    nobody = [_NOBODY] * len(numbers)
    if numbers:
        outbox.append(db, "money.funds-entered", customer_ids=nobody, subject_ids=numbers, at=at)
    return answers
