"""Whether a life lived again is the book's, to the cent and movement by movement, and how two lives differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from whiteslip.kernel.money import Minor
from whiteslip.money.ledger.model import MovementKind
from whiteslip.money.replays.life import Life
from whiteslip.money.replays.model import Move, Origin, Paid, Row, Source

_OFFSETS = frozenset(
    {
        MovementKind.PRINCIPAL_OFFSET,
        MovementKind.FEE_OFFSET,
        MovementKind.LATE_FEE_OFFSET,
    }
)
_MONEY_IN = frozenset(
    {
        MovementKind.PRINCIPAL_REPAID,
        MovementKind.FEE_REPAID,
        MovementKind.LATE_FEE_REPAID,
        MovementKind.CREDIT_RECEIVED,
    }
)


class Posted(NamedTuple):
    """A movement of the book that holds, on the day it counts from."""

    movement_id: int
    on: date
    kind: MovementKind
    source_id: int
    amount_minor: Minor


class Standing(NamedTuple):
    """What the book says of a line: its rows, its movements, and its balances; amounts in minor units."""

    rows: tuple[Row, ...]
    posted: tuple[Posted, ...]
    principal_minor: Minor
    credit_minor: Minor


class Difference(NamedTuple):
    """What must be done to a book that is one life so that it is another.

    `undone` are movements taken back, `moves` those that hold instead; rows are given as they become, a row that is
    no more with nothing on it. `paid_before` and `paid_after` are where money went and goes, where that differs.
    """

    rows: tuple[Row, ...]
    new_rows: tuple[Row, ...]
    undone: tuple[int, ...]
    moves: tuple[Move, ...]
    paid_before: tuple[Paid, ...]
    paid_after: tuple[Paid, ...]
    principal_minor: Minor
    credit_minor: Minor
    credited_minor: Minor


def unlike(life: Life, book: Standing) -> list[str]:
    """Say where a life is not what the book says, at most a few places; empty if it is all of it."""
    lived = {row.installment_id: _figures(row) for row in life.rows.values()}
    kept = {row.installment_id: _figures(row) for row in book.rows}
    said = [
        f"row {number} is {kept.get(number)}, lived {lived.get(number)}"
        for number in sorted(lived.keys() | kept.keys())
        if lived.get(number) != kept.get(number)
    ]
    if life.credit_minor != book.credit_minor:
        said.append(f"the credit is {book.credit_minor}, lived {life.credit_minor}")
    moved = Counter(_label(move, _source_id(move, life)) for move in life.moves)
    posted = Counter(map(_posted, book.posted))
    said += [f"{count} × {one} was posted only" for one, count in (posted - moved).items()]
    said += [f"{count} × {one} was lived only" for one, count in (moved - posted).items()]
    return said


def differ(first: Life, other: Life, book: Standing) -> Difference:
    """Compare two lives of a line, of which the first is the book's."""
    before, after = Counter(first.moves), Counter(other.moves)
    gone, come = list((before - after).elements()), list((after - before).elements())
    undone = _find(gone, first, book.posted)
    changed = [
        row
        for key, row in other.rows.items()
        if key in first.rows and _figures(row) != _figures(first.rows[key])
    ]
    vanished = [_emptied(row) for key, row in first.rows.items() if key not in other.rows]
    new = [row for key, row in other.rows.items() if key not in first.rows]
    paid_before, paid_after = _gone_elsewhere(first, other)
    credited = _money(come) - _money(gone) + _credited(other) - _credited(first)
    return Difference(
        tuple(changed + vanished),
        tuple(new),
        tuple(undone),
        tuple(come),
        paid_before,
        paid_after,
        other.principal_minor - first.principal_minor,
        other.credit_minor - first.credit_minor,
        max(credited, _shown(first) - _shown(other)),
    )


def booked(life: Life, book: Standing) -> list[tuple[Move, Posted]]:
    """Find the movement that booked each move of a life that is the book's."""
    waiting: dict[tuple[object, ...], list[Posted]] = {}
    for one in book.posted:
        waiting.setdefault(_posted(one), []).append(one)
    return [(move, waiting[_label(move, _source_id(move, life))].pop()) for move in life.moves]


def summed(paid: Iterable[Paid]) -> dict[tuple[Source, str], Paid]:
    """Add up what each source paid on each row."""
    sums: dict[tuple[Source, str], Paid] = {}
    for one in paid:
        so_far = sums.get((one.source, one.key))
        if so_far is not None:
            one = one._replace(  # noqa: PLW2901
                principal_minor=one.principal_minor + so_far.principal_minor,
                fee_minor=one.fee_minor + so_far.fee_minor,
                late_fee_minor=one.late_fee_minor + so_far.late_fee_minor,
            )
        sums[one.source, one.key] = one
    return sums


def _gone_elsewhere(first: Life, other: Life) -> tuple[tuple[Paid, ...], tuple[Paid, ...]]:
    before, after = summed(first.paid), summed(other.paid)
    return (
        tuple(one for place, one in before.items() if after.get(place) != one),
        tuple(one for place, one in after.items() if before.get(place) != one),
    )


def _find(gone: Iterable[Move], life: Life, posted: Sequence[Posted]) -> list[int]:
    """Find the movement of each move, one each."""
    waiting: dict[tuple[object, ...], list[int]] = {}
    for one in posted:
        waiting.setdefault(_posted(one), []).append(one.movement_id)
    return [waiting[_label(move, _source_id(move, life))].pop() for move in gone]


def _posted(one: Posted) -> tuple[object, ...]:
    return one.kind, one.on, None if one.kind in _OFFSETS else one.source_id, one.amount_minor


def _label(move: Move, source_id: int | None) -> tuple[object, ...]:
    return move.kind, move.on, source_id, move.amount_minor


def _source_id(move: Move, life: Life) -> int | None:
    """Return the number of what a move comes from; None for a use of credit, which only its day names."""
    match move.source.origin:
        case Origin.EVENT:
            return int(move.source.name)
        case Origin.ROW:
            return life.rows[move.source.name].installment_id
        case Origin.CREDIT:
            return None


def _figures(row: Row) -> tuple[object, ...]:
    """Everything the book keeps of a row; the fraction carried by one that is settled means nothing."""
    return (
        row.purchase_id,
        row.kind,
        row.statement_on,
        row.due_on,
        row.captured_on,
        row.principal_minor,
        row.fee_minor,
        row.late_fee_minor,
        row.paid_principal_minor,
        row.paid_fee_minor,
        row.paid_late_fee_minor,
        row.carried_ppm,
        row.revolving,
        row.status,
    )


def _emptied(row: Row) -> Row:
    return Row(
        row.key,
        row.installment_id,
        row.purchase_id,
        row.number,
        row.kind,
        row.statement_on,
        row.due_on,
        row.captured_on,
        0,
        status="settled",
    )


def _sum(moves: Iterable[Move], kinds: frozenset[MovementKind]) -> Minor:
    return sum(move.amount_minor for move in moves if move.kind in kinds)


def _money(moves: Iterable[Move]) -> Minor:
    """Sum what came in, less what was taken back."""
    moves = list(moves)
    return _sum(moves, _MONEY_IN) - _sum(moves, frozenset({MovementKind.PAYMENT_RECLAIMED}))


def _shown(life: Life) -> Minor:
    """Sum what the next statement would show today. What it falls by is credited, as nothing is charged below zero."""
    on = life.next_statement()
    owed = sum(
        one.principal_minor + one.fee_minor + one.late_fee_minor
        for one in life.owed()
        if one.statement_on <= on
    )
    return owed - life.credit_minor


def _credited(life: Life) -> Minor:
    """Sum what was credited without money: waived fees, claims, splits, less what none showed or a claim took."""
    waived = sum(one.settled_minor + one.credit_minor for one in life.waived.values())
    claimed = sum(life.claim[1:4]) if life.claim else 0
    split = sum(one.principal_minor for one in life.splits.values())
    unbilled = sum(life.shares[number].unbilled_plan_minor for number in life.refunds)
    set_off = sum(life.shares[number].recovered_minor for number in life.refunds)
    return waived + claimed + split - unbilled - set_off
