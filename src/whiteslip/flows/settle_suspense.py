"""Settle suspense: people take items of the manual queue on, and close them; above a sum a second person decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, TypeAlias

from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import NotFound, WhiteslipError
from whiteslip.money.collections.model import Received
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import read_lines
from whiteslip.money.products.model import PaymentKind
from whiteslip.money.suspense import rules, store
from whiteslip.money.suspense.model import Deed, Item, Kind, State, Step, Way

__all__ = [
    "Closing",
    "Item",
    "Kind",
    "Owning",
    "Received",
    "Ruling",
    "State",
    "Way",
    "close_items",
    "own_items",
    "rule_on_items",
]

Repay: TypeAlias = "Callable[[Connection, Sequence[Received], datetime], list[int]]"
_METHOD = "bank"
"""The method of a repayment that was assigned from suspense."""


class Owning(NamedTuple):
    """Somebody takes an item on, or hands it over by taking it from another."""

    item_id: int
    actor: str
    note: str


class Closing(NamedTuple):
    """Somebody closes an item: assigned to a line, sent back, or only noted where no money is held."""

    item_id: int
    way: Way
    line: LineKey | None
    actor: str
    note: str


class Ruling(NamedTuple):
    """A second person approves or refuses a closing."""

    item_id: int
    approved: bool
    actor: str
    note: str


def own_items(
    db: Connection, wanted: Sequence[Owning], *, at: datetime
) -> list[Item | WhiteslipError]:
    """Take items on, in order; the last to do so owns one."""
    answers: list[Item | WhiteslipError] = []
    for one in wanted:
        by = actor_of(one.actor)
        item = store.take_item(db, one.item_id)
        if item is None:
            answers.append(_nothing(one.item_id))
        elif error := rules.check_owned(item) or rules.check_note(one.note):
            answers.append(error)
        else:
            owned = item._replace(owned_by=by)
            answers.append(_step(db, owned, Deed.OWNED, (by, one.note), way=None, at=at))
    return answers


def close_items(
    db: Connection, wanted: Sequence[Closing], repay: Repay, *, at: datetime
) -> list[Item | WhiteslipError]:
    """Close items, in order: at once up to the sum one person may decide, above it once another approves."""
    return [_close(db, one, repay, at=at) for one in wanted]


def rule_on_items(
    db: Connection, wanted: Sequence[Ruling], repay: Repay, *, at: datetime
) -> list[Item | WhiteslipError]:
    """Approve or refuse closings, in order; what is approved is done in this transaction."""
    return [_rule(db, one, repay, at=at) for one in wanted]


def _close(db: Connection, one: Closing, repay: Repay, *, at: datetime) -> Item | WhiteslipError:
    by = actor_of(one.actor)
    item = store.take_item(db, one.item_id)
    if item is None:
        return _nothing(one.item_id)
    error = rules.check_note(one.note)
    error = error or rules.check_closed(item, one.way, has_line=one.line is not None)
    if error:
        return error
    if one.line is not None and one.line not in read_lines(db, [one.line]):
        return NotFound(f"customer {one.line.customer_id} has no line {one.line.line_id}")
    asked = item._replace(way=one.way, line=one.line or item.line, asked_by=by)
    if rules.needs_two(item, store.terms()):
        waiting = asked._replace(state=State.ASKED)
        return _step(db, waiting, Deed.ASKED, (by, one.note), way=one.way, at=at)
    return _finish(db, asked, by, one.note, repay, at=at)


def _rule(db: Connection, one: Ruling, repay: Repay, *, at: datetime) -> Item | WhiteslipError:
    by = actor_of(one.actor)
    item = store.take_item(db, one.item_id)
    if item is None:
        return _nothing(one.item_id)
    if error := rules.check_note(one.note) or rules.check_decided(item, by=by):
        return error
    if one.approved:
        return _finish(db, item, by, one.note, repay, at=at)
    line = item.line if item.try_id is not None else None  # what was proposed is not known
    opened = item._replace(state=State.OPEN, way=None, asked_by=None, line=line)
    return _step(db, opened, Deed.REFUSED, (by, one.note), way=item.way, at=at)


def _finish(db: Connection, item: Item, by: str, note: str, repay: Repay, *, at: datetime) -> Item:
    """Let the money leave suspense, and close the item."""
    on = business_day.today(db).current_on
    way = item.way or Way.NOTED
    closed = item._replace(state=State.CLOSED, way=way, closed_on=on)
    if way is not Way.NOTED:
        store.post_out(db, item, way, on=on, at=at)
    if way is Way.ASSIGNED and item.line is not None:
        received = Received(*item.line, item.held_minor, _METHOD, PaymentKind.REPAYMENT)
        (repayment_id,) = repay(db, [received], at)
        closed = closed._replace(repayment_id=repayment_id)
    return _step(db, closed, Deed.CLOSED, (by, note), way=way, at=at)


def _step(
    db: Connection,
    item: Item,
    deed: Deed,
    said: tuple[str, str],
    *,
    at: datetime,
    way: Way | None,
) -> Item:
    """Write where an item stands, and who said what of it."""
    by, note = said
    moved = item._replace(steps=item.steps + 1)
    step = Step(item.item_id, moved.steps, deed, by, note, way, moved.line)
    store.change_item(db, moved, step, at=at)
    return moved


def _nothing(item_id: int) -> NotFound:
    return NotFound(f"there is no item {item_id}")
