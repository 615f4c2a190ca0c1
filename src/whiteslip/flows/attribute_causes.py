"""Attribute causes: why dues were not paid, as customers and staff say, or as a day's facts do; and what is offered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from whiteslip.care.causes import rules, store
from whiteslip.care.causes.model import Attribution, Cause, CauseKey, Finding, Source
from whiteslip.care.hardship.store import offer_usual
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import Conflict, WhiteslipError
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import take_turns
from whiteslip.risk.reviews.model import OpenedOrAttached
from whiteslip.risk.reviews.store import open_cases

__all__ = [
    "NOTICED",
    "Cause",
    "CauseKey",
    "CauseTold",
    "Source",
    "Told",
    "attribute_causes",
    "open_cause_cases",
    "tell_causes",
]

NOTICED = frozenset({"care.downturn-noticed", "care.debit-questioned"})
"""The events of causes that people are to see."""

_SURE_PCT = {Source.ASKED: 90, Source.STAFF: 100}
"""How far a person's word is trusted; what rests on it alone is in the treatments."""


class CauseTold(NamedTuple):
    """Somebody says why a line is overdue: the customer (asked), or staff."""

    customer_id: int
    line_id: int
    cause: Cause
    source: Source
    actor: str
    words: str | None = None


class Told(NamedTuple):
    """What was kept, and the relief that was offered for it, if one was."""

    customer_id: int
    cause_id: int
    line_id: int
    cause: Cause
    offered_relief_id: int | None


def attribute_causes(
    db: Connection, *, first: int, last: int, since_on: date, at: datetime
) -> list[Attribution]:
    """Attribute the episodes that began with the dues of a day, for a range of customers; end of day does it by itself.

    Those that have a cause already are left alone.
    """
    on = since_on + timedelta(days=1)
    begun = store.attribute_new(db, first=first, last=last, since_on=since_on, on=on, at=at)
    offer_usual(db, begun, on=on, at=at)
    return begun


def tell_causes(
    db: Connection, requests: Sequence[CauseTold], *, at: datetime
) -> list[Told | WhiteslipError]:
    """Keep what people say of why a line is overdue; the last word on an episode is in force."""
    day = business_day.today(db)
    reached = business_day.days_reached(db, day, (one.customer_id for one in requests))
    keys = {LineKey(one.customer_id, one.line_id) for one in requests}
    episodes = store.find_current(db, take_turns(db, keys))
    numbers = take_numbers(db, len(requests))
    kept = {
        number: Attribution(
            episode,
            number,
            Finding(request.cause, _SURE_PCT[request.source], {}),
            request.source,
            actor_of(request.actor),
            request.words,
        )
        for request, number in zip(requests, numbers, strict=True)
        if (episode := episodes.get(LineKey(request.customer_id, request.line_id)))
    }
    offered: dict[LineKey, int] = {}
    for on in sorted(set(reached.values())):
        mine = [one for one in kept.values() if reached[one.episode.customer_id] == on]
        store.keep(db, mine, on=on, at=at)
        for relief in offer_usual(db, mine, on=on, at=at):
            offered[LineKey(relief.customer_id, relief.line_id)] = relief.relief_id
    return [
        _told(kept[number], offered) if number in kept else Conflict("the line is not overdue")
        for number in numbers
    ]


def open_cause_cases(
    db: Connection, causes: Collection[CauseKey], *, at: datetime
) -> list[OpenedOrAttached]:
    """Let people see the causes they are to learn from: one open case a customer and kind, each cause once in it.

    To be called again for the same causes changes nothing.
    """
    on = business_day.today(db).current_on
    found = [rules.case_of(one) for one in store.find_noticed(db, causes)]
    return open_cases(db, [one for one in found if one], on=on, at=at)


def _told(one: Attribution, offered: dict[LineKey, int]) -> Told:
    key = LineKey(*one.episode[:2])
    return Told(key[0], one.cause_id, key[1], one.finding.cause, offered.get(key))
