"""Change sources: a customer says where dues are collected from, in which order, and what is not asked any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import Conflict, NotFound, WhiteslipError
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import take_turns
from whiteslip.money.mandates import rules, store
from whiteslip.money.mandates.model import NewSource, Source, SourceKind, Stop, StopReason

__all__ = [
    "NewSource",
    "Order",
    "Source",
    "SourceKey",
    "SourceKind",
    "StopReason",
    "add_sources",
    "order_sources",
    "stop_sources",
]


class SourceKey(NamedTuple):
    """A source and its owner."""

    customer_id: int
    source_id: int


class Order(NamedTuple):
    """The order in which all active sources of a line are to be asked."""

    customer_id: int
    line_id: int
    source_ids: tuple[int, ...]


def add_sources(
    db: Connection, wanted: Sequence[NewSource], *, at: datetime
) -> list[Source | WhiteslipError]:
    """Add sources in order, each after those its line has; the same mandate is on a line once."""
    on = business_day.today(db).current_on
    lines = take_turns(db, (LineKey(one.customer_id, one.line_id) for one in wanted))
    sources = store.read_sources(db, lines)
    answers: list[Source | WhiteslipError] = []
    added: list[Source] = []
    for new, number in zip(wanted, take_numbers(db, len(wanted)), strict=True):
        key = LineKey(new.customer_id, new.line_id)
        if key not in lines:
            answers.append(_no_line(key))
            continue
        active = rules.in_order(sources[key])
        if error := rules.mistake(new, active, at=at):
            answers.append(error)
            continue
        place = rules.last_place(active) + 1
        source = Source(new.customer_id, number, new.line_id, place, *new[2:], added_on=on)
        sources[key].append(source)
        added.append(source)
        answers.append(source)
    store.insert_sources(db, added, at=at)
    return answers


def stop_sources(
    db: Connection, wanted: Sequence[SourceKey], *, at: datetime
) -> list[Source | WhiteslipError]:
    """Stop sources as their customers ask; what was sent to a bank already may still be collected."""
    on = business_day.today(db).current_on
    lines = [store.find_line(db, *one) for one in wanted]
    take_turns(db, {key for key in lines if key is not None})
    stops = [Stop(*one, StopReason.ASKED) for one, key in zip(wanted, lines, strict=True) if key]
    store.stop_sources(db, stops, on=on, at=at)
    found = store.read_sources(db, {key for key in lines if key is not None})
    kept = {(one.customer_id, one.source_id): one for some in found.values() for one in some}
    return [
        kept.get((one.customer_id, one.source_id))
        or NotFound(f"there is no source {one.source_id}")
        for one in wanted
    ]


def order_sources(db: Connection, orders: Sequence[Order]) -> list[list[Source] | WhiteslipError]:
    """Put the active sources of lines in order; returns each line's in the new one."""
    answers: list[list[Source] | WhiteslipError] = []
    for one in orders:
        key = LineKey(one.customer_id, one.line_id)
        if key not in take_turns(db, [key]):
            answers.append(_no_line(key))
            continue
        active = rules.in_order(store.read_sources(db, [key])[key])
        if not active:
            answers.append(Conflict("the line has no active source"))
        elif error := rules.check_order(one.source_ids, active):
            answers.append(error)
        else:
            store.order_sources(db, one.customer_id, one.source_ids)
            answers.append(rules.in_order(store.read_sources(db, [key])[key]))
    return answers


def _no_line(key: LineKey) -> NotFound:
    return NotFound(f"customer {key.customer_id} has no line {key.line_id}")
