"""A line while its life is lived again: its rows, its credit, its statements, and everything that moved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from whiteslip.kernel.calendar import next_statement
from whiteslip.kernel.errors import invariant
from whiteslip.kernel.money import Minor
from whiteslip.money.ledger.model import MovementKind
from whiteslip.money.repayments.model import Allocation
from whiteslip.money.replays.facts import Terms
from whiteslip.money.replays.model import (
    Act,
    Agreed,
    Charge,
    Claim,
    Granted,
    Move,
    Names,
    Origin,
    Paid,
    Returned,
    Row,
    Share,
    Source,
    SplitOff,
    Step,
)
from whiteslip.money.schedules.model import Owed, Piece, Settlement
from whiteslip.money.statements.rules import Figures


def event(number: int) -> Source:
    """Name a numbered event as the origin of what moved."""
    return Source(Origin.EVENT, str(number))


@dataclass(slots=True)
class Life:
    """Everything a line is on a day, and all that moved on the way; amounts in minor units."""

    terms: Terms
    names: Names
    day: date
    rows: dict[str, Row] = field(default_factory=dict[str, Row])
    credit_minor: Minor = 0
    statements: dict[date, Figures] = field(default_factory=dict[date, Figures])
    moves: list[Move] = field(default_factory=list[Move])
    paid: list[Paid] = field(default_factory=list[Paid])
    shares: dict[int, Share] = field(default_factory=dict[int, Share])
    months: dict[int, int] = field(default_factory=dict[int, int])
    standing: dict[int, Minor] = field(default_factory=dict[int, Minor])
    refunds: dict[int, int] = field(default_factory=dict[int, int])
    returns: list[Returned] = field(default_factory=list[Returned])
    charges: list[Charge] = field(default_factory=list[Charge])
    waived: dict[int, Share] = field(default_factory=dict[int, Share])
    waived_charges: dict[int, list[Charge]] = field(default_factory=dict[int, list[Charge]])
    payoffs: dict[int, Allocation] = field(default_factory=dict[int, Allocation])
    splits: dict[int, SplitOff] = field(default_factory=dict[int, SplitOff])
    redated: dict[int, list[Agreed]] = field(default_factory=dict[int, list[Agreed]])
    grants: dict[int, Granted] = field(default_factory=dict[int, Granted])
    claim: Claim | None = None
    since_on: date | None = None
    oldest_due_on: date | None = None
    worst_days: int = 0

    @property
    def key(self) -> tuple[int, int]:
        """The line's owner and number."""
        return self.terms.customer_id, self.terms.line_id

    @property
    def principal_minor(self) -> Minor:
        """Principal owed, billed or not."""
        return sum(row.owed_principal_minor for row in self.open_rows())

    def open_rows(self) -> list[Row]:
        """The rows of which something is owed, in the order of their numbers."""
        return [row for row in self.rows.values() if row.status == "open"]

    def owed(self) -> list[Owed]:
        """What is owed row by row, as the flows read it: the oldest due first."""
        rows = [row.owed(self.key, self.day) for row in self.open_rows()]
        return sorted(rows, key=lambda row: row.age)

    def row_of(self, installment_id: int) -> Row:
        """Find the row of a number."""
        return next(row for row in self.rows.values() if row.installment_id == installment_id)

    def next_statement(self, *, strictly_after: bool = True) -> date:
        """The next statement date, counted from the day the line is on."""
        return next_statement(self.day, self.terms.statement_day, strictly_after=strictly_after)

    def due_after(self, statement_on: date) -> date:
        """When what a statement bills is due."""
        return statement_on + timedelta(days=self.terms.product.due_days)

    def add(self, row: Row, act: Act, source: Source | None) -> Row:
        """Make a row; its key is new."""
        invariant(row.key not in self.rows, "a row is made once")
        row.began_on = row.began_on if row.began_on > date.min else row.captured_on
        row.installment_id = self.names.name(row)
        self.rows[row.key] = row
        made = Step(self.day, act, row.principal_minor, row.fee_minor, row.late_fee_minor, source)
        row.steps.append(made._replace(part=row.number, due_on=row.due_on))
        return row

    def move(self, kind: MovementKind, source: Source, amount_minor: Minor) -> None:
        """Note a movement of the ledger; nothing where nothing moves."""
        if amount_minor:
            self.moves.append(Move(kind, self.day, source, amount_minor))

    def settle(self, settlements: Iterable[Settlement], source: Source, act: Act) -> None:
        """Pay on rows, drop what fees shrink by, and note where the money went."""
        for one in settlements:
            row = self.row_of(one.installment_id)
            parts = one.principal_minor, one.fee_minor, one.late_fee_minor
            row.paid_principal_minor += parts[0]
            row.paid_fee_minor += parts[1]
            row.paid_late_fee_minor += parts[2]
            row.fee_minor -= one.fee_dropped_minor
            row.settle()
            if any(parts):
                principal, fee, late_fee = parts
                row.steps.append(Step(self.day, act, -principal, -fee, -late_fee, source))
                self.paid.append(Paid(source, row.key, self.day, *parts))
            if one.fee_dropped_minor:
                row.steps.append(
                    Step(self.day, Act.DROPPED, fee_minor=-one.fee_dropped_minor, source=source)
                )

    def redate(self, pieces: Sequence[Piece], source: Source, act: Act) -> list[tuple[Row, bool]]:
        """Give rows other due dates, in pieces; returns the rows of the pieces, and whether each was billed before.

        The twin of `reschedule_installments.sql`: a row's first piece is the row, the others are made beside it.
        """
        was_billed = {row.installment_id: row.statement_on <= self.day for row in self.open_rows()}
        done: list[tuple[Row, bool]] = []
        for piece in pieces:
            row = self.row_of(piece.installment_id)
            if not piece.is_first:  # named by its part, which is the same in every life
                row = self._beside(
                    row, piece, f"{row.key}/{source.name}.{piece.number}", source, act
                )
                done.append((row, True))
                continue
            before = row.principal_minor, row.fee_minor, row.late_fee_minor
            row.principal_minor = row.paid_principal_minor + piece.principal_minor
            row.fee_minor = row.paid_fee_minor + piece.fee_minor
            row.late_fee_minor = row.paid_late_fee_minor + piece.late_fee_minor
            row.statement_on, row.due_on, row.kind = piece.statement_on, piece.due_on, piece.kind
            row.revolving = row.revolving if piece.revolving is None else piece.revolving
            after = row.principal_minor, row.fee_minor, row.late_fee_minor
            principal, fee, late_fee = (new - old for new, old in zip(after, before, strict=True))
            step = Step(self.day, act, principal, fee, late_fee, source)
            row.steps.append(step._replace(part=piece.number, due_on=piece.due_on))
            done.append((row, was_billed[row.installment_id]))
        return done

    def _beside(self, of: Row, piece: Piece, key: str, source: Source, act: Act) -> Row:
        made = Row(
            key,
            0,
            of.purchase_id,
            piece.number,
            piece.kind,
            piece.statement_on,
            piece.due_on,
            of.captured_on,
            piece.principal_minor,
            piece.fee_minor,
            piece.late_fee_minor,
            revolving=of.revolving if piece.revolving is None else piece.revolving,
        )
        return self.add(made, act, source)

    def age(self) -> None:
        """Open, move or end the episode of arrears, as of the day; twin of `age_lines.sql`."""
        if self.claim and self.claim.state == "charged_off":
            return
        missed = [row.due_on for row in self.open_rows() if row.due_on < self.day]
        oldest = min(missed, default=None)
        if oldest == self.oldest_due_on:
            return
        if oldest is None or self.oldest_due_on is None:
            self.since_on, self.worst_days = oldest, 0
        else:
            self.worst_days = max(self.worst_days, (self.day - self.oldest_due_on).days)
        self.oldest_due_on = oldest
