"""Change limits: the fixed limit up or down with its reason, and temporary limits that return by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import InvalidInput, NotFound, WhiteslipError
from whiteslip.kernel.money import decimal_text
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines import store as lines
from whiteslip.money.lines.model import LimitChange as Changed
from whiteslip.money.lines.model import Line, LineKey
from whiteslip.money.products import store as products
from whiteslip.money.products.model import Product


class LimitChange(NamedTuple):
    """Set the fixed limit; below what is owed it only stops new use, the debt keeps its schedule."""

    customer_id: int
    line_id: int
    fixed_limit_minor: int
    reason: ReasonCode


class TemporaryLimit(NamedTuple):
    """Add a limit that may be used, again and again, until the day before it ends."""

    customer_id: int
    line_id: int
    amount_minor: int
    ends_on: date


class LimitSet(NamedTuple):
    """A line's limits after the change; available is negative where more is owed than allowed."""

    customer_id: int
    line_id: int
    fixed_limit_minor: int
    temporary_limit_minor: int
    available_minor: int


def change_limits(
    db: Connection, requests: Sequence[LimitChange], *, at: datetime
) -> list[LimitSet | WhiteslipError]:
    """Set fixed limits, in order, and keep what they were and why they changed."""
    on = business_day.today(db).current_on
    turns = lines.take_turns(db, (LineKey(one.customer_id, one.line_id) for one in requests))
    terms = products.by_id(db, {line.product_id for line in turns.values()})
    answers: list[LimitSet | WhiteslipError] = []
    changes: list[Changed] = []
    for request in requests:
        key = LineKey(request.customer_id, request.line_id)
        line = turns.get(key)
        if line is None:
            answers.append(
                NotFound(f"customer {request.customer_id} has no line {request.line_id}")
            )
        elif error := _out_of_bounds(request.fixed_limit_minor, line, terms):
            answers.append(error)
        else:
            after = request.fixed_limit_minor
            changes.append(Changed(*key, line.fixed_limit_minor, after, request.reason))
            turns[key] = line._replace(fixed_limit_minor=after)
            answers.append(_shown(turns[key]))
    lines.change_limits(db, changes, take_numbers(db, len(changes)), at=at, on=on)
    _announce(db, [LineKey(*change[:2]) for change in changes], at=at)
    return answers


def grant_temporary_limits(
    db: Connection, requests: Sequence[TemporaryLimit], *, at: datetime
) -> list[LimitSet | WhiteslipError]:
    """Grant temporary limits, in order; a line's grants add up."""
    on = business_day.today(db).current_on
    turns = lines.take_turns(db, (LineKey(one.customer_id, one.line_id) for one in requests))
    answers: list[LimitSet | WhiteslipError] = []
    granted: list[TemporaryLimit] = []
    for request in requests:
        key = LineKey(request.customer_id, request.line_id)
        line = turns.get(key)
        if line is None:
            answers.append(
                NotFound(f"customer {request.customer_id} has no line {request.line_id}")
            )
        elif request.amount_minor <= 0 or request.amount_minor > _MOST_MINOR:
            answers.append(InvalidInput("an amount is positive", where="amount_minor"))
        elif request.ends_on <= on:
            answers.append(InvalidInput(f"it must end after {on}", where="ends_on"))
        else:
            granted.append(request)
            temporary = line.temporary_limit_minor + request.amount_minor
            turns[key] = line._replace(temporary_limit_minor=temporary)
            answers.append(_shown(turns[key]))
    if granted:
        lines.grant_temporary_limits(
            db,
            [LineKey(*one[:2]) for one in granted],
            take_numbers(db, len(granted)),
            [one.amount_minor for one in granted],
            [one.ends_on for one in granted],
            on=on,
        )
    _announce(db, [LineKey(*one[:2]) for one in granted], at=at)
    return answers


_MOST_MINOR = 20_000_000_000


def _out_of_bounds(limit_minor: int, line: Line, terms: dict[int, Product]) -> InvalidInput | None:
    cap = terms[line.product_id].line_cap_minor
    if 0 <= limit_minor <= cap:
        return None
    return InvalidInput(f"a limit is from 0 to {decimal_text(cap)}", where="fixed_limit_minor")


def _shown(line: Line) -> LimitSet:
    return LimitSet(
        line.customer_id,
        line.line_id,
        line.fixed_limit_minor,
        line.temporary_limit_minor,
        line.available_minor,
    )


def _announce(db: Connection, keys: Sequence[LineKey], *, at: datetime) -> None:
    if keys:
        outbox.append(
            db,
            "money.limit-changed",
            customer_ids=[key.customer_id for key in keys],
            subject_ids=[key.line_id for key in keys],
            at=at,
        )
