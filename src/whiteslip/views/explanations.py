"""Why an installment is what it is, and the whole life of a purchase, worked out again by the rules that made them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from whiteslip.care.agreed.store import read_agreed
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import InvariantBroken
from whiteslip.kernel.parameters import Words
from whiteslip.money.ledger.model import MovementKind
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import read_lines
from whiteslip.money.replays.comparing import Posted, unlike
from whiteslip.money.replays.explained import Entry, Explanation, Line
from whiteslip.money.replays.explaining import explain
from whiteslip.money.replays.model import Row
from whiteslip.money.replays.store import Past, read_past
from whiteslip.views import purchases
from whiteslip.views.explaining_words import say, say_event, say_several
from whiteslip.views.purchases import PurchaseView

sql = Sql(__package__)
_SUMMED = frozenset(
    {"paid", "paid_early", "paid_by_credit", "recovered", "refunded", "waived", "written_off"}
)
"""What is told of all installments of a purchase at once, with its sum."""


_RANKS = dict.fromkeys(
    (
        "returned",
        "reversed",
        "back_dated",
        "dispute_accepted",
        "dispute_rejected",
        "dispute_withdrawn",
    ),
    2,
)
"""What follows from an event is told after the installments it changed, what began it before them."""


class LineSaid(NamedTuple):
    """A line of an explanation, and what it says."""

    line: Line
    says: Words


class ExplanationView(NamedTuple):
    """Why an installment is what it is; where the rules do not come to what the book says, `faults` say so instead.

    `row` is the installment as the book keeps it, in minor units.
    """

    customer_id: int
    line_id: int
    row: Row
    explanation: Explanation | None
    lines: tuple[LineSaid, ...]
    faults: tuple[str, ...]


class Event(NamedTuple):
    """Something that happened to a purchase: amounts as they changed what is owed, in minor units.

    `numbers` say which parts of the purchase its installments are.
    """

    on: date
    until: date
    what: str
    says: Words
    amount_minor: int
    principal_minor: int
    fee_minor: int
    late_fee_minor: int
    source_id: int | None
    method: str
    installment_ids: tuple[int, ...]
    numbers: tuple[int, ...]
    journal: tuple[Entry, ...]


class TimelineView(NamedTuple):
    """The whole life of a purchase; where the rules do not come to what the book says, `faults` say so."""

    purchase: PurchaseView
    events: tuple[Event, ...]
    faults: tuple[str, ...]


class _Explained(NamedTuple):
    past: Past
    rows: dict[int, Explanation]
    faults: tuple[str, ...]


def of_installment(db: Connection, customer_id: int, installment_id: int) -> ExplanationView | None:
    """Explain an installment; None if there is no such one."""
    found = sql.maybe(
        db, "find_installment", customer_id=customer_id, installment_id=installment_id
    )
    if found is None:
        return None
    told = _read(db, LineKey(customer_id, found.line_id))
    row = next((one for one in told.past.book.rows if one.installment_id == installment_id), None)
    if row is None:
        return None
    explanation = told.rows.get(installment_id)
    lines = () if explanation is None else _said(explanation)
    return ExplanationView(customer_id, found.line_id, row, explanation, lines, told.faults)


def of_purchase(db: Connection, customer_id: int, purchase_id: int) -> TimelineView | None:
    """Tell the life of a purchase; None if there is no such one."""
    purchase = purchases.find(db, customer_id, purchase_id)
    if purchase is None:
        return None
    told = _read(db, LineKey(customer_id, purchase.line_id))
    key = {"customer_id": customer_id, "purchase_id": purchase_id}
    rows = [one for one in told.rows.values() if one.purchase_id == purchase_id]
    methods = {
        row.repayment_id: row.method
        for row in sql.many(
            db, "list_story_repayments", customer_id=customer_id, line_id=purchase.line_id
        )
    }
    placed = [
        ((row.happened_on, 0 if row.movement_id else row.number, _RANKS.get(row.what, 0)), row)
        for row in sql.many(db, "list_purchase_events", **key)
    ]
    told_of = [(place, _happened(row)) for place, row in placed]
    told_of += [((one.on, one.source_id or 0, 1), one) for one in _gathered(rows, methods)]
    events = [event for _, event in sorted(told_of, key=lambda one: one[0])]
    if rows and all(one.status == "settled" for one in rows):
        events.append(_settled(rows))
    return TimelineView(purchase, tuple(events), told.faults)


def _read(db: Connection, key: LineKey) -> _Explained:
    """Live a line again, and explain its rows if its life is the book's."""
    line = read_lines(db, [key])[key]
    reached = business_day.day_reached(db, key.customer_id)
    past = read_past(db, line, reached=reached, agreed=read_agreed(db, line))
    if faults := unlike(past.life, past.book):
        return _Explained(past, {}, tuple(faults))
    captured = [
        Posted(row.movement_id, row.business_date, MovementKind(row.kind), *row[3:])
        for row in sql.many(db, "list_captured", **key._asdict())
    ]
    later = {
        row.movement_id: row.business_date
        for row in sql.many(db, "list_corrected", **key._asdict())
    }
    try:
        rows = explain(past.life, past.facts, past.book, captured=captured, booked_on=later)
    except InvariantBroken as error:
        return _Explained(past, {}, (str(error),))
    return _Explained(past, rows, ())


def _said(explanation: Explanation) -> tuple[LineSaid, ...]:
    return tuple(LineSaid(line, say(line, explanation)) for line in explanation.lines)


def _gathered(rows: Iterable[Explanation], methods: dict[int, str]) -> Iterator[Event]:
    """Put together what happened to several installments at once."""
    together: dict[tuple[date, str, int | None], list[tuple[Line, Explanation]]] = {}
    for row in rows:
        for line in row.lines:
            place = (line.on, line.what, line.source_id)
            together.setdefault(place, []).append((line, row))
    for some in together.values():
        lines = [line for line, _ in some]
        whole = _summed(lines)
        method = methods.get(whole.source_id or 0, "")
        of = [row for _, row in some]
        is_summed = whole.what in _SUMMED
        says = say(whole, some[0][1]) if is_summed else say_several(lines, some[0][1])
        says = says or _joined([say(*one) for one in some])
        yield _event(whole, says, method, of)


def _summed(lines: Sequence[Line]) -> Line:
    return lines[0]._replace(
        until=max(line.until for line in lines),
        principal_minor=sum(line.principal_minor for line in lines),
        fee_minor=sum(line.fee_minor for line in lines),
        late_fee_minor=sum(line.late_fee_minor for line in lines),
        journal=tuple(dict.fromkeys(entry for line in lines for entry in line.journal)),
    )


def _joined(some: Sequence[Words]) -> Words:
    zh, en = (dict.fromkeys(one) for one in zip(*((one.zh, one.en) for one in some), strict=True))
    return Words("".join(zh), " ".join(en))


def _event(line: Line, says: Words, method: str, of: Sequence[Explanation]) -> Event:
    parts = line.principal_minor, line.fee_minor, line.late_fee_minor
    return Event(
        line.on,
        line.until,
        line.what,
        says,
        sum(parts),
        *parts,
        line.source_id,
        method,
        tuple(row.installment_id for row in of),
        tuple(row.number for row in of),
        line.journal,
    )


def _happened(row: Any) -> Event:
    """What happened to the whole purchase; it changes none of its installments by itself."""
    of_due = row.what == "disputed" and row.value_on is not None
    says = say_event(
        "disputed_due" if of_due else row.what,
        row.amount_minor,
        method=row.method,
        value_on=row.value_on,
        ground=row.ground,
    )
    number, on = row.movement_id, row.happened_on
    entry = None if number is None else Entry(number, row.what, row.amount_minor, on, on)
    journal = () if entry is None else (entry,)
    source = (on, on, row.what, says, row.amount_minor, 0, 0, 0, row.source_id, row.method)
    return Event(*source, (), (), journal)


def _settled(rows: Iterable[Explanation]) -> Event:
    on = max(line.on for row in rows for line in row.lines)
    return Event(on, on, "settled", say_event("settled", 0), 0, 0, 0, 0, None, "", (), (), ())
