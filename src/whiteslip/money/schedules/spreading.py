"""What is owed, spread anew: a pause, another day of the month, arrears or plans in new parts; to the cent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from whiteslip.kernel.calendar import add_months
from whiteslip.kernel.errors import invariant
from whiteslip.kernel.money import Minor, divide, split
from whiteslip.money.schedules.model import Owed, Piece, Settlement
from whiteslip.money.schedules.rescheduling import in_order, is_billed, moved, owed_of


class Slot(NamedTuple):
    """A statement to come and the day what it demands is due."""

    statement_on: date
    due_on: date


class _Quota(NamedTuple):
    """What each slot takes of principal, fees billed, late fees, and fees not billed yet; minor units."""

    principal: Sequence[Minor]
    fee: Sequence[Minor]
    late_fee: Sequence[Minor]
    unbilled_fee: Sequence[Minor]


def evenly(total_minor: Minor, parts: int) -> list[Minor]:
    """Share an amount as a plan does that is re-amortized: equal parts, half-even, and the last takes the rest."""
    part, left = divide(total_minor, parts), total_minor
    shares: list[Minor] = []
    for _ in range(parts - 1):
        shares.append(min(part, left))
        left -= shares[-1]
    return [*shares, left]


def is_overdue(row: Owed, *, reached: date) -> bool:
    """Tell whether a due was missed: it is overdue from the day after."""
    return row.due_on < reached and is_billed(row, reached=reached)


def pause(owed: Iterable[Owed], *, cycles: int, reached: date) -> list[Piece]:
    """Move everything that is not overdue behind by so many statements; what no statement has shown is billed later.

    What was billed keeps its statement and its minimum payment. Nothing revolves while it stands still.
    """
    rows = [row for row in owed if not is_overdue(row, reached=reached)]
    pieces: list[Piece] = []
    for row in rows:
        due_on, statement_on = add_months(row.due_on, cycles), row.statement_on
        if not is_billed(row, reached=reached):
            statement_on = add_months(row.statement_on, cycles)
            due_on = statement_on + (row.due_on - row.statement_on)
        pieces.append(moved(row, statement_on, due_on)._replace(revolving=False))
    return pieces


def to_day(owed: Iterable[Owed], *, day: int, reached: date) -> list[Piece]:
    """Let every due from today on, billed or of a plan, fall on a day (1..28) of the month: that day, or the next such.

    What is overdue stays so, and what is bought since the last statement is no due yet.
    """
    pieces: list[Piece] = []
    for row in owed:
        counts = row.kind == "plan" or is_billed(row, reached=reached)
        if not counts or row.due_on < reached:
            continue
        due_on = row.due_on.replace(day=day)
        if due_on < row.due_on:
            due_on = add_months(due_on, 1)
        if due_on != row.due_on:
            pieces.append(moved(row, row.statement_on, due_on))
    return pieces


def re_age(owed: Iterable[Owed], slots: Sequence[Slot], *, reached: date) -> list[Piece]:
    """Let what is overdue become part of dues to come: principal in even parts, all fees with the first of them.

    Agrees with `money/plans/changing.py: re_age` for a plan of which all that is open is overdue.
    """
    rows = in_order(row for row in owed if is_overdue(row, reached=reached))
    return _spread(rows, slots, _by_principal(rows, len(slots)), reached=reached)


def re_amortize(owed: Iterable[Owed], slots: Sequence[Slot], *, reached: date) -> list[Piece]:
    """Spread each plan's rows anew over the slots, or without any, what is overdue of it over its own rows to come.

    Over slots, principal and the fees to come are shared evenly, and what was billed of fees comes first. Agrees with
    `money/plans/changing.py: extend` over slots and `re_amortize` without. A plan that has no row to come is left out.
    """
    plans: dict[int | None, list[Owed]] = {}
    for row in owed:
        if row.kind == "plan":
            plans.setdefault(row.purchase_id, []).append(row)
    pieces: list[Piece] = []
    for plan in plans.values():
        if slots:
            rows = in_order(plan)
            pieces += _spread(rows, slots, _by_principal(rows, len(slots)), reached=reached)
        else:
            pieces += _behind(plan, reached=reached)
    return pieces


def new_terms(owed: Iterable[Owed], slots: Sequence[Slot], *, reached: date) -> list[Piece]:
    """Spread everything owed over equal installments, billed or not: late fees first, then fees, then principal.

    Fees of plans to come are shared equally and billed with their installment. What no statement has shown but is no
    plan is billed by the agreement.
    """
    rows, count = in_order(owed), len(slots)
    late_fee = sum(row.late_fee_minor for row in rows)
    fee = sum(row.fee_minor for row in rows)
    principal = sum(row.principal_minor for row in rows)
    parts = list(split(principal + fee + late_fee, count))
    late_fees, fees = _pour(late_fee, parts), _pour(fee, parts)
    unbilled = split(sum(row.unbilled_fee_minor for row in rows), count)
    return _spread(rows, slots, _Quota(parts, fees, late_fees, unbilled), reached=reached)


def drop_fees(
    owed: Iterable[Owed], *, plans_only: bool
) -> tuple[list[Owed], tuple[Settlement, ...]]:
    """Drop the fees no statement has billed; returns what is owed then, and what to write for it."""
    left: list[Owed] = []
    drops: list[Settlement] = []
    for row in owed:
        if not row.unbilled_fee_minor or (plans_only and row.kind != "plan"):
            left.append(row)
            continue
        drops.append(Settlement(*row[:3], 0, fee_dropped_minor=row.unbilled_fee_minor))
        rest = row._replace(unbilled_fee_minor=0)
        if owed_of(rest):
            left.append(rest)
    return left, tuple(drops)


def _behind(plan: Sequence[Owed], *, reached: date) -> list[Piece]:
    overdue = in_order(row for row in plan if is_overdue(row, reached=reached))
    ahead = sorted({(row.due_on, row.statement_on) for row in plan if row.due_on > reached})
    if not overdue or not ahead:
        return []
    dues = {due_on: Slot(statement_on, due_on) for due_on, statement_on in ahead}
    count = len(dues)
    quota = _Quota(
        evenly(sum(row.principal_minor for row in overdue), count),
        evenly(sum(row.fee_minor for row in overdue), count),
        evenly(sum(row.late_fee_minor for row in overdue), count),
        [0] * count,
    )
    return _spread(overdue, list(dues.values()), quota, reached=reached)


def _by_principal(rows: Sequence[Owed], count: int) -> _Quota:
    nothing = [0] * (count - 1)
    return _Quota(
        evenly(sum(row.principal_minor for row in rows), count),
        [sum(row.fee_minor for row in rows), *nothing],
        [sum(row.late_fee_minor for row in rows), *nothing],
        evenly(sum(row.unbilled_fee_minor for row in rows), count),
    )


def _pour(amount: Minor, room: list[Minor]) -> list[Minor]:
    """Fill rooms one after the other; what is taken is taken off them."""
    taken: list[Minor] = []
    for place, free in enumerate(room):
        taken.append(min(amount, free))
        amount -= taken[-1]
        room[place] = free - taken[-1]
    invariant(amount == 0, "there is room for all of it")
    return taken


def _spread(
    rows: Sequence[Owed], slots: Sequence[Slot], quota: _Quota, *, reached: date
) -> list[Piece]:
    """Cut rows, in order, into what each slot takes of each component."""
    shares: dict[tuple[int, int], list[Minor]] = {}
    for amounts, room, component in (
        ([row.principal_minor for row in rows], quota.principal, 0),
        ([row.fee_minor for row in rows], quota.fee, 1),
        ([row.late_fee_minor for row in rows], quota.late_fee, 2),
        ([row.unbilled_fee_minor for row in rows], quota.unbilled_fee, 1),
    ):
        for index, place, taken in _cut(amounts, room):
            shares.setdefault((index, place), [0, 0, 0])[component] += taken
    seen: set[int] = set()
    pieces: list[Piece] = []
    for index, place in sorted(shares):
        row, slot = rows[index], slots[place]
        principal, fee, late_fee = shares[index, place]
        pieces.append(
            Piece(
                row.customer_id,
                row.line_id,
                row.installment_id,
                index not in seen,
                principal,
                fee,
                late_fee,
                _statement_of(row, slot, reached),
                slot.due_on,
                "plan" if row.kind == "pay_later" else row.kind,
                place + 1,
                revolving=False,
            )
        )
        seen.add(index)
    return pieces


def _cut(amounts: Sequence[Minor], room: Sequence[Minor]) -> list[tuple[int, int, Minor]]:
    invariant(sum(amounts) == sum(room), "what is spread is all that is owed")
    cuts: list[tuple[int, int, Minor]] = []
    place, free = -1, 0
    for index, amount in enumerate(amounts):
        left = amount
        while left:
            while not free:
                place += 1
                free = room[place]
            taken = min(left, free)
            cuts.append((index, place, taken))
            left -= taken
            free -= taken
    return cuts


def _statement_of(row: Owed, slot: Slot, reached: date) -> date:
    """A fee of a plan is owed once its statement closes, so only what is not billed yet goes to another statement."""
    if is_billed(row, reached=reached):
        return row.statement_on
    return slot.statement_on if row.kind == "plan" else reached
