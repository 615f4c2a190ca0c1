"""Writing another life of a line into the book: rows, where money went, balances, and what moves today for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import invariant
from whiteslip.money.ledger.model import LEGS, MovementKind
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import Change, LineKey
from whiteslip.money.lines.store import change_balances
from whiteslip.money.repayments.store import insert_allocations
from whiteslip.money.replays.comparing import Difference, Posted, differ
from whiteslip.money.replays.life import Life
from whiteslip.money.replays.model import Move, Origin, Paid, Row, Source
from whiteslip.money.replays.store import Past
from whiteslip.money.restatements.model import Corrected, Correction
from whiteslip.money.restatements.store import Later
from whiteslip.money.schedules.model import Settlement
from whiteslip.money.statements.rules import Figures

sql = Sql(__package__)


def write(
    db: Connection,
    past: Past,
    other: Life,
    correction: Correction,
    asked: Mapping[date, Figures],
    *,
    at: datetime,
) -> Corrected:
    """Make the book another life of a line; it is locked, and its own life was found to be the book's.

    `asked` is what its statements that are not due yet ask for.
    """
    difference = differ(past.life, other, past.book)
    sql.run(
        db,
        "insert_correction",
        customer_id=correction.customer_id,
        correction_id=correction.correction_id,
        line_id=correction.line_id,
        repayment_id=correction.repayment_id,
        value_on=correction.value_on,
        on_date=correction.corrected_on,
        kind=correction.kind,
        reason=correction.reason,
        actor=correction.actor,
        note=correction.note,
        at=at,
    )
    pen = _Pen(db, past, other, correction, difference, at)
    pen.rows()
    numbers = pen.numbers_of_credit()
    pen.allocations(numbers)
    booked = pen.movements(numbers)
    Later(db, past, other, correction, frozenset(difference.undone), asked, at).say(booked)
    pen.statements(asked)
    pen.arrears()
    return Corrected(
        len(difference.undone),
        len(difference.moves),
        difference.principal_minor,
        difference.credit_minor,
    )


@dataclass(frozen=True, slots=True)
class _Pen:
    """Writes the difference between two lives of a line."""

    db: Connection
    past: Past
    other: Life
    correction: Correction
    difference: Difference
    at: datetime

    @property
    def line(self) -> dict[str, int]:
        """The line, as statements name it."""
        return LineKey(self.correction.customer_id, self.correction.line_id)._asdict()

    def rows(self) -> None:
        """Write the rows that changed and those that are new."""
        new, changed = self.difference.new_rows, self.difference.rows
        for row, number in zip(new, take_numbers(self.db, len(new)), strict=True):
            row.installment_id = number
        if changed:
            touched = sql.run(
                self.db,
                "correct_rows",
                customer_id=self.correction.customer_id,
                **_columns(changed),
            )
            invariant(touched == len(changed), "every row that changes is there")
        if new:
            sql.run(
                self.db,
                "insert_rows",
                **self.line,
                **_columns(new),
                purchase_ids=arrays.bigints([row.purchase_id for row in new]),
                numbers=arrays.smallints([row.number for row in new]),
                captured_ons=arrays.dates([row.captured_on for row in new]),
            )
        self._name(new, [row for row in changed if row.key not in self.other.rows])

    def _name(self, made: Sequence[Row], gone: Sequence[Row]) -> None:
        """Keep the keys of the rows this life made, and which rows it does not have."""
        named = [*made, *gone]
        if named:
            sql.run(
                self.db,
                "name_rows",
                customer_id=self.correction.customer_id,
                correction_id=self.correction.correction_id,
                installment_ids=arrays.bigints([row.installment_id for row in named]),
                are_gone=arrays.bools([row.key not in self.other.rows for row in named]),
                keys=arrays.texts([row.key for row in named]),
            )

    def numbers_of_credit(self) -> dict[str, int]:
        """Number the uses of credit by their days: those of the book keep theirs."""
        offsets = {
            one.on.isoformat(): one.source_id
            for one in self.past.book.posted
            if one.kind.endswith("_offset")
        }
        days = {
            one.source.name
            for one in (*self.difference.moves, *self.difference.paid_after)
            if one.source.origin is Origin.CREDIT and one.source.name not in offsets
        }
        new = zip(sorted(days), take_numbers(self.db, len(days)), strict=True)
        return {**offsets, **dict(new)}

    def allocations(self, numbers: Mapping[str, int]) -> None:
        """Take back where money went, and write where it goes."""
        gone, come = self.difference.paid_before, self.difference.paid_after
        if gone:
            sql.run(
                self.db,
                "undo_allocations",
                customer_id=self.correction.customer_id,
                correction_id=self.correction.correction_id,
                source_ids=arrays.bigints([self._number(one.source, numbers) for one in gone]),
                installment_ids=arrays.bigints(
                    [self.past.life.rows[one.key].installment_id for one in gone]
                ),
            )
        insert_allocations(self.db, [self._allocation(one, numbers) for one in come])

    def _allocation(self, one: Paid, numbers: Mapping[str, int]) -> tuple[int, date, Settlement]:
        row = self.other.rows[one.key]
        parts = one.principal_minor, one.fee_minor, one.late_fee_minor
        settlement = Settlement(
            self.correction.customer_id, self.correction.line_id, row.installment_id, *parts
        )
        return self._number(one.source, numbers), one.on, settlement

    def movements(self, numbers: Mapping[str, int]) -> dict[Move, list[int]]:
        """Take movements back and book those that hold, today; returns the numbers of the latter."""
        posted = {one.movement_id: one for one in self.past.book.posted}
        undone = [posted[number] for number in self.difference.undone]
        moves = self.difference.moves
        made = self._post(undone, moves, numbers)
        booked: dict[Move, list[int]] = {}
        for move, number in zip(moves, made[len(undone) :], strict=True):
            booked.setdefault(move, []).append(number)
        change_balances(
            self.db,
            [
                Change(
                    self.correction.customer_id,
                    self.correction.line_id,
                    principal_minor=self.difference.principal_minor,
                    credit_minor=self.difference.credit_minor,
                    credited_minor=self.difference.credited_minor,
                )
            ],
        )
        return booked

    def _post(
        self, undone: Sequence[Posted], moves: Sequence[Move], numbers: Mapping[str, int]
    ) -> list[int]:
        if not undone and not moves:
            return []
        backward = [(LEGS[one.kind].credit, LEGS[one.kind].debit) for one in undone]
        legs = backward + [(LEGS[move.kind].debit, LEGS[move.kind].credit) for move in moves]
        back = [self.correction.correction_id] * len(undone)
        rows = sql.many(
            self.db,
            "post_corrections",
            **self.line,
            correction_id=self.correction.correction_id,
            on_date=self.correction.corrected_on,
            at=self.at,
            source_ids=arrays.bigints(
                back + [self._number(move.source, numbers) for move in moves]
            ),
            amounts_minor=arrays.bigints([one.amount_minor for one in (*undone, *moves)]),
            kinds=arrays.texts([MovementKind.UNDONE] * len(undone) + [move.kind for move in moves]),
            debits=arrays.texts([debit for debit, _ in legs]),
            credits=arrays.texts([credit for _, credit in legs]),
            undoes_ids=arrays.bigints([one.movement_id for one in undone] + [None] * len(moves)),
            value_ons=arrays.dates([one.on for one in (*undone, *moves)]),
        )
        return [row.movement_id for row in rows]

    def _number(self, source: Source, numbers: Mapping[str, int]) -> int:
        match source.origin:
            case Origin.EVENT:
                return int(source.name)
            case Origin.CREDIT:
                return numbers[source.name]
            case Origin.ROW:
                rows = self.other.rows if source.name in self.other.rows else self.past.life.rows
                return rows[source.name].installment_id

    def statements(self, asked: Mapping[date, Figures]) -> None:
        """Let statements not due yet ask for what they ask for in this life."""
        changed = [
            (on, *lived[1:])
            for on, said in asked.items()
            if (lived := self.other.statements.get(on)) and lived[1:] != said[1:]
        ]
        if changed:
            ons, minimums, pay_later, pay_later_minimums = zip(*changed, strict=True)
            sql.run(
                self.db,
                "correct_statements",
                **self.line,
                correction_id=self.correction.correction_id,
                statement_ons=arrays.dates(ons),
                minimums_minor=arrays.bigints(minimums),
                pay_later_minor=arrays.bigints(pay_later),
                pay_later_minimums_minor=arrays.bigints(pay_later_minimums),
            )

    def arrears(self) -> None:
        """Open the episode of arrears of this life; where it has none, whoever brings arrears up to date ends it."""
        if self.other.since_on is not None:
            sql.run(
                self.db,
                "reopen_episode",
                **self.line,
                since_on=self.other.since_on,
                oldest_due_on=self.other.oldest_due_on,
                worst_days=self.other.worst_days,
                on_date=self.correction.corrected_on,
            )


def read_asked(db: Connection, key: LineKey, *, reached: date) -> dict[date, Figures]:
    """Read what a line's statements that are not due yet ask for."""
    rows = sql.many(db, "read_statements", **key._asdict(), reached=reached)
    return {row.statement_on: Figures(*row[1:]) for row in rows}


def _columns(rows: Sequence[Row]) -> dict[str, object]:
    """Give rows as columns, without what never changes of one."""
    return {
        "installment_ids": arrays.bigints([row.installment_id for row in rows]),
        "principals_minor": arrays.bigints([row.principal_minor for row in rows]),
        "fees_minor": arrays.bigints([row.fee_minor for row in rows]),
        "late_fees_minor": arrays.bigints([row.late_fee_minor for row in rows]),
        "paid_principals_minor": arrays.bigints([row.paid_principal_minor for row in rows]),
        "paid_fees_minor": arrays.bigints([row.paid_fee_minor for row in rows]),
        "paid_late_fees_minor": arrays.bigints([row.paid_late_fee_minor for row in rows]),
        "statement_ons": arrays.dates([row.statement_on for row in rows]),
        "due_ons": arrays.dates([row.due_on for row in rows]),
        "kinds": arrays.texts([row.kind for row in rows]),
        "carried_ppm": arrays.ints([row.carried_ppm for row in rows]),
        "revolving": arrays.bools([row.revolving for row in rows]),
        "statuses": arrays.texts([row.status for row in rows]),
    }


def odd_corrections(db: Connection) -> list[Any]:
    """Find movements that undo another otherwise than whole, at most a hundred."""
    return sql.many(db, "find_odd_corrections")
