"""Every row of a book explained: its lines sum to it, and every movement that made or paid it is named, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from whiteslip.care.agreed.store import read_agreed
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.money.ledger.model import MovementKind as Kind
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import read_lines
from whiteslip.money.replays.comparing import Posted, unlike
from whiteslip.money.replays.explained import Explanation
from whiteslip.money.replays.explaining import explain
from whiteslip.money.replays.store import Past, read_past

NOT_OF_ROWS = frozenset(
    {
        Kind.CREDIT_RECEIVED,
        Kind.REFUND_CREDITED,
        Kind.REFUND_CREDIT_IMPORTED,
        Kind.CREDIT_PAID_OUT,
        Kind.GOODWILL_CREDIT,
        Kind.LATE_FEE_RETURNED,
        Kind.COST_RECOVERED,
    }
)
"""What moves only the customer's own money, or pays for the cost of enforcing: no installment has it."""
OF_ONE_ROW = frozenset({Kind.LATE_FEE, Kind.REVOLVING_FEE, Kind.INSTALLMENT_FEE, Kind.DEFERRAL_FEE})
_PLACES: Mapping[Kind, tuple[int, ...]] = {
    **dict.fromkeys((Kind.PRINCIPAL_REPAID, Kind.PRINCIPAL_OFFSET, Kind.REFUNDED), (0,)),
    **dict.fromkeys((Kind.REFUND_IMPORTED, Kind.CREDIT_RECLAIMED, Kind.PAYMENT_RECLAIMED), (0,)),
    **dict.fromkeys((Kind.FEE_REPAID, Kind.FEE_OFFSET, Kind.REFUND_FEE_IMPORTED), (1,)),
    **dict.fromkeys((Kind.LATE_FEE_REPAID, Kind.LATE_FEE_OFFSET, Kind.LATE_FEE_WAIVED), (2,)),
    Kind.REFUND_LATE_FEE_IMPORTED: (2,),
    Kind.RECOVERED: (0, 1, 2),
}


def unexplained(db: Connection) -> list[tuple[LineKey, str]]:
    """Explain every row of every line whose life is lived again, and say what is not as it must be."""
    keys = [LineKey(*row) for row in db.execute("SELECT customer_id, line_id FROM money.line")]
    said: list[tuple[LineKey, str]] = []
    for key, line in read_lines(db, keys).items():
        reached = business_day.day_reached(db, key.customer_id)
        past = read_past(db, line, reached=reached, agreed=read_agreed(db, line))
        if unlike(past.life, past.book):
            continue
        rows = explain(past.life, past.facts, past.book)
        said += [(key, text) for text in faults(past, rows)]
    return said


def faults(past: Past, rows: Mapping[int, Explanation]) -> Iterator[str]:
    """Say which rows do not sum, and which movements are not named as often, or for as much, as they must be."""
    named: Counter[int] = Counter()
    shares: Counter[int] = Counter()
    for row in past.book.rows:
        yield from _unsummed(row, rows[row.installment_id])
    for told in rows.values():
        for line in told.lines:
            change = line.principal_minor, line.fee_minor, line.late_fee_minor
            if line.what == "late_fee" and sum(e.amount_minor for e in line.journal) != change[2]:
                yield f"row {told.installment_id}: late fees of {line.on} are booked otherwise"
            for entry in line.journal:
                named[entry.movement_id] += 1
                parts = _PLACES.get(Kind(entry.kind), ())
                shares[entry.movement_id] += sum(abs(change[place]) for place in parts)
    for one in past.book.posted:
        if one.kind not in NOT_OF_ROWS:
            yield from _misnamed(one, named[one.movement_id], shares[one.movement_id])


def _misnamed(one: Posted, times: int, share: int) -> Iterator[str]:
    if not times or (one.kind in OF_ONE_ROW and times > 1):
        yield f"movement {one.movement_id} {one.kind} is named {times} times"
    if one.kind in _PLACES and share != one.amount_minor:
        yield f"movement {one.movement_id} {one.kind} of {one.amount_minor}: lines have {share}"


def _unsummed(row: object, told: Explanation) -> Iterator[str]:
    owed, paid = [0, 0, 0], [0, 0, 0]
    for line in told.lines:
        for place, amount in enumerate((line.principal_minor, line.fee_minor, line.late_fee_minor)):
            if line.is_payment:
                paid[place] -= amount
            else:
                owed[place] += amount
    names = ("principal_minor", "fee_minor", "late_fee_minor")
    if owed != [getattr(row, name) for name in names]:
        yield f"row {told.installment_id} does not sum to what it owes: {owed}"
    if paid != [getattr(row, f"paid_{name}") for name in names]:
        yield f"row {told.installment_id} does not sum to what it was paid: {paid}"
