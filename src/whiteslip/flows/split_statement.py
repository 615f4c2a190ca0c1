"""Split a statement: what it billed to be paid later becomes a plan, quoted first and made exactly so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.care.notices import ends
from whiteslip.care.notices.store import tell
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import Conflict, NotFound, WhiteslipError
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import Change, LineKey
from whiteslip.money.lines.store import change_balances, read_line_today, take_turns
from whiteslip.money.products import store as products
from whiteslip.money.schedules.store import add_fees, read_owed, reschedule_installments
from whiteslip.money.splits.model import KeptSplit, NotSplit, Split, Why
from whiteslip.money.splits.rules import share_fees, work_out
from whiteslip.money.splits.store import insert_splits, read_billed
from whiteslip.money.statements.store import lower_minimums

__all__ = [
    "NotSplit",
    "Split",
    "SplitDone",
    "SplitRequest",
    "Why",
    "quote_split",
    "quote_splits",
    "split_statements",
]


class SplitRequest(NamedTuple):
    """A quoted split is accepted: `version` names the quote."""

    customer_id: int
    line_id: int
    months: int
    version: str


class SplitDone(NamedTuple):
    """A statement was split."""

    customer_id: int
    line_id: int
    split_id: int
    split: Split


def quote_split(db: Connection, key: LineKey, *, months: int) -> Split:
    """Work out what splitting the latest statement comes to today; it only reads and promises nothing."""
    (split,) = _quotes(db, key, months).values()
    if isinstance(split, WhiteslipError):
        raise split
    return split


def quote_splits(db: Connection, key: LineKey) -> dict[int, Split | WhiteslipError]:
    """Work out what splitting the latest statement comes to in each number of months the product offers."""
    return _quotes(db, key, None)


def _quotes(db: Connection, key: LineKey, months: int | None) -> dict[int, Split | WhiteslipError]:
    found = read_line_today(db, key)
    if found is None:
        raise NotFound(f"customer {key.customer_id} has no line {key.line_id}")
    line, _ = found
    reached = {key.customer_id: business_day.day_reached(db, key.customer_id)}
    owed = read_owed(db, [key], reached)
    billed = read_billed(db, [key], reached).get(key)
    product = products.by_id(db, {line.product_id})[line.product_id]
    on = reached[key.customer_id]
    wanted = [plan.months for plan in product.plans] if months is None else [months]
    return {one: work_out(billed, owed, line, product, months=one, on=on) for one in wanted}


def split_statements(
    db: Connection, requests: Sequence[SplitRequest], *, at: datetime
) -> list[SplitDone | WhiteslipError]:
    """Split statements, in order, each as it was quoted or not at all; a line's statement is split once."""
    day = business_day.today(db)
    reached = business_day.days_reached(db, day, (one.customer_id for one in requests))
    turns = take_turns(db, (LineKey(one.customer_id, one.line_id) for one in requests))
    owed = read_owed(db, turns, reached)
    billed = read_billed(db, turns, reached)
    terms = products.by_id(db, {line.product_id for line in turns.values()})
    answers: list[SplitDone | WhiteslipError] = []
    for request, number in zip(requests, take_numbers(db, len(requests)), strict=True):
        key = LineKey(request.customer_id, request.line_id)
        line = turns.get(key)
        if line is None:
            answers.append(NotFound(f"customer {key.customer_id} has no line {key.line_id}"))
            continue
        rows = [row for row in owed if (row.customer_id, row.line_id) == key]
        split = work_out(
            billed.get(key),
            rows,
            line,
            terms[line.product_id],
            months=request.months,
            on=reached[key.customer_id],
        )
        if isinstance(split, Split) and split.version == request.version:
            billed[key] = billed[key]._replace(is_split=True)
            answers.append(SplitDone(*key, number, split))
        elif isinstance(split, Split):
            answers.append(Conflict("what is owed has changed since the quote: ask for another"))
        else:
            answers.append(split)
    _write(db, [one for one in answers if isinstance(one, SplitDone)], reached, at=at)
    return answers


def _write(
    db: Connection, done: Sequence[SplitDone], reached: Mapping[int, date], *, at: datetime
) -> None:
    """Move the principal into the new installments, put each month's fee on them, and ask for less on the statement.

    What becomes a plan is credited once and charged again as its installments fall due; the ledger does not move.
    """
    rows = reschedule_installments(db, [piece for one in done for piece in one.split.pieces])
    made = {(one.customer_id, one.line_id): one for one in done}
    fees: list[tuple[int, int, int]] = []
    for key, one in made.items():
        mine = [row for row in rows if (row.customer_id, row.line_id) == key]
        fees += share_fees(mine, one.split.installments)
    add_fees(db, fees)
    parts = [(row[0], row.installment_id, made[row[:2]].split_id) for row in rows]
    insert_splits(db, [_kept(one, reached[one.customer_id]) for one in done], parts)
    lower_minimums(
        db,
        [
            (
                one.customer_id,
                one.line_id,
                one.split.statement_on,
                one.split.after.minimum_minor,
                one.split.after.pay_later_minor,
                one.split.after.pay_later_minimum_minor,
            )
            for one in done
        ],
    )
    change_balances(
        db, [Change(*one[:2], credited_minor=one.split.principal_minor) for one in done]
    )
    told = [ends.of_split(LineKey(*one[:2]), one.split, on=reached[one[0]]) for one in done]
    tell(db, told, at=at)
    if done:
        outbox.append(
            db,
            "money.statement-split",
            customer_ids=[one.customer_id for one in done],
            subject_ids=[one.split_id for one in done],
            at=at,
        )


def _kept(one: SplitDone, on: date) -> KeptSplit:
    split = one.split
    return KeptSplit(
        one.customer_id,
        one.split_id,
        one.line_id,
        split.principal_minor,
        split.fee_minor,
        split.minimum_before_minor,
        split.after.minimum_minor,
        split.statement_on,
        on,
        split.months,
        split.version,
    )
