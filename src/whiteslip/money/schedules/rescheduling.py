"""Other due dates for what is owed already: one due moved, all of them, or new parts. No cent is added or lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from whiteslip.kernel.calendar import add_months
from whiteslip.kernel.errors import invariant
from whiteslip.kernel.money import Minor
from whiteslip.money.schedules.model import Owed, Part, Piece, Rescheduled

_SMALLEST_ROW: tuple[Minor, Minor, Minor] = (0, 0, 0)


def owed_of(row: Owed) -> Minor:
    """All that a row owes or will owe, its fee not billed yet included."""
    return row.principal_minor + row.fee_minor + row.late_fee_minor + row.unbilled_fee_minor


def is_billed(row: Owed, *, reached: date) -> bool:
    """Tell whether a statement has shown a row; what none has shown is no due yet."""
    return row.statement_on <= reached


def defer(owed: Iterable[Owed], *, due_on: date, days: int, reached: date) -> list[Piece]:
    """Move one due by some days. What is overdue must then be paid in full; what is not keeps its minimum payment."""
    due = [row for row in owed if row.due_on == due_on and is_billed(row, reached=reached)]
    later = due_on + timedelta(days=days)
    return [moved(row, row.statement_on, later, kind=_due_in_full(row, reached)) for row in due]


def extend(owed: Iterable[Owed], *, months: int, reached: date) -> list[Piece]:
    """Move every due by some months: what was billed, and the installments of plans still to come.

    What is bought since the last statement is no due yet and stays where it is.
    """
    pieces: list[Piece] = []
    for row in owed:
        if is_billed(row, reached=reached):
            due_on = add_months(row.due_on, months)
            pieces.append(moved(row, row.statement_on, due_on, kind=_due_in_full(row, reached)))
        elif row.kind == "plan":
            statement_on = add_months(row.statement_on, months)
            due_on = statement_on + (row.due_on - row.statement_on)
            pieces.append(moved(row, statement_on, due_on, kind=_due_in_full(row, reached)))
    return pieces


def divide(owed: Iterable[Owed], parts: Sequence[Part], *, reached: date) -> list[Piece]:
    """Spread what was billed over parts whose amounts are its sum: late fees first, then fees, then principal.

    Principal is taken from the oldest due. Each part must be paid in full, so it becomes an installment of a plan; it
    was billed already, so it keeps its statement, and bears no revolving fee.
    """
    rows = in_order(row for row in owed if is_billed(row, reached=reached))
    total = sum(map(owed_of, rows))
    invariant(sum(part.amount_minor for part in parts) == total, "parts are all that is owed")
    invariant(all(part.amount_minor > 0 for part in parts), "a part is not empty")
    shares: dict[tuple[int, int], list[Minor]] = {}
    room = [part.amount_minor for part in parts]
    place = 0
    for component in (2, 1, 0):
        for index, row in enumerate(rows):
            left = (row.principal_minor, row.fee_minor, row.late_fee_minor)[component]
            while left:
                taken = min(left, room[place])
                shares.setdefault((index, place), [0, 0, 0])[component] += taken
                left -= taken
                room[place] -= taken
                place += room[place] == 0
    return list(_pieces(rows, parts, shares))


def _pieces(
    rows: Sequence[Owed], parts: Sequence[Part], shares: dict[tuple[int, int], list[Minor]]
) -> Iterator[Piece]:
    seen: set[int] = set()
    for index, place in sorted(shares):
        row = rows[index]
        principal, fee, late_fee = shares[index, place]
        yield Piece(
            row.customer_id,
            row.line_id,
            row.installment_id,
            index not in seen,
            principal,
            fee,
            late_fee,
            row.statement_on,
            parts[place].due_on,
            "plan" if row.kind == "pay_later" else row.kind,
            place + 1,
            revolving=False,
        )
        seen.add(index)


def in_order(rows: Iterable[Owed]) -> list[Owed]:
    """Put rows in the order in which they are paid."""
    return sorted(rows, key=lambda row: row.age)


def _due_in_full(row: Owed, reached: date) -> str | None:
    """What is overdue of a statement must be paid in full when it is moved, like an installment of a plan."""
    return "plan" if row.kind == "pay_later" and row.due_on < reached else None


def moved(row: Owed, statement_on: date, due_on: date, *, kind: str | None = None) -> Piece:
    """Give a whole row other dates; of another kind if one is named."""
    return Piece(
        row.customer_id,
        row.line_id,
        row.installment_id,
        is_first=True,
        principal_minor=row.principal_minor,
        fee_minor=row.fee_minor + row.unbilled_fee_minor,
        late_fee_minor=row.late_fee_minor,
        statement_on=statement_on,
        due_on=due_on,
        kind=kind or row.kind,
        number=1,
        revolving=None,
    )


def rescheduled(owed: Iterable[Owed], pieces: Sequence[Piece]) -> list[Rescheduled]:
    """Say what the statement makes of pieces; new rows have the number 0. Empty for what does not add up."""
    sums: dict[int, tuple[Minor, ...]] = {}
    firsts: dict[int, int] = {}
    for piece in pieces:
        before = sums.get(piece.installment_id, _SMALLEST_ROW)
        added = zip(before, piece[4:7], strict=True)
        sums[piece.installment_id] = tuple(one + other for one, other in added)
        firsts[piece.installment_id] = firsts.get(piece.installment_id, 0) + piece.is_first
    right = {
        row.installment_id
        for row in owed
        if firsts.get(row.installment_id) == 1
        and sums[row.installment_id]
        == (row.principal_minor, row.fee_minor + row.unbilled_fee_minor, row.late_fee_minor)
    }
    return [
        Rescheduled(
            piece.customer_id,
            piece.line_id,
            piece.installment_id if piece.is_first else 0,
            piece.due_on,
            *piece[4:7],
        )
        for piece in pieces
        if piece.installment_id in right
    ]
