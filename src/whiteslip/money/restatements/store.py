"""What happened to a line later says what it did in another life of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.money.ledger.model import MovementKind
from whiteslip.money.lines.model import CHARGED_OFF, LineKey
from whiteslip.money.lines.store import set_statuses
from whiteslip.money.repayments.model import Allocation
from whiteslip.money.replays.life import Life
from whiteslip.money.replays.model import Claim, Move, Share
from whiteslip.money.replays.store import Past
from whiteslip.money.restatements.model import Correction
from whiteslip.money.statements.rules import Figures

sql = Sql(__package__)


@dataclass(frozen=True, slots=True)
class Later:
    """Writes into the facts that follow a correction what they do now; `undone` are the movements taken back."""

    db: Connection
    past: Past
    other: Life
    correction: Correction
    undone: frozenset[int]
    asked: Mapping[date, Figures]
    at: datetime

    def say(self, booked: Mapping[Move, list[int]]) -> None:
        """Write shares, settlements, splits, waivers, returns and claims; `booked` are the movements just booked."""
        self._shares()
        self._payoffs()
        self._splits()
        self._grants()
        self._waivers(booked)
        self._returns()
        if self.other.claim and self.other.claim != self.past.life.claim:
            self._claim(self.other.claim)

    def _restate(
        self, statement: str, names: str, rows: Sequence[Sequence[int | None]], **more: int
    ) -> None:
        """Run a statement over whole numbers by column; nothing where nothing differs."""
        if rows:
            columns = zip(names.split(), zip(*rows, strict=True), strict=True)
            values = {name: arrays.bigints(column) for name, column in columns}
            owner = self.correction.customer_id
            sql.run(self.db, statement, customer_id=owner, **values, **more)

    def _shares(self) -> None:
        before = self.past.life.shares
        self._restate(
            "correct_shares",
            "numbers settled_minor credits_minor unbilled_minor recovered_minor",
            [
                (number, *share)
                for number, share in self.other.shares.items()
                if before.get(number, share) != share
            ],
        )

    def _payoffs(self) -> None:
        before, after = self.past.life.payoffs, self.other.payoffs
        undone = 0, 0, 0, 0, self.correction.correction_id
        self._restate(
            "correct_payoffs",
            "numbers principals_minor fees_minor late_fees_minor dropped_minor undone_bys",
            [
                (number, *(_settled(after[number]) if number in after else undone))
                for number in before | after
                if before.get(number) != after.get(number)
            ],
        )

    def _splits(self) -> None:
        """Restate splits and their parts; a statement that is due asked for what it asked, whatever is split of it."""
        before, after = self.past.life.splits, self.other.splits
        self._restate(
            "correct_splits",
            "numbers principals_minor fees_minor befores_minor afters_minor undone_bys",
            [
                self._split(number)
                for number in before | after
                if before.get(number) != after.get(number)
            ],
        )
        was = {key: row.split_id for key, row in self.past.life.rows.items()}
        now = {key: row.split_id for key, row in self.other.rows.items()}
        known = self.other.rows | self.past.life.rows
        self._restate(
            "correct_parts",
            "installment_ids split_ids",
            [
                (known[key].installment_id, now.get(key))
                for key in known
                if was.get(key) != now.get(key)
            ],
        )

    def _split(self, number: int) -> tuple[int | None, ...]:
        """Tell what a split is in this life; one that is none stays as it was, and its statement asks for all."""
        holds = self.other.splits.get(number)
        said = holds or self.past.life.splits[number]
        minimums: tuple[int | None, int | None] = None, None
        if said.statement_on in self.asked:
            asks = self.other.statements[said.statement_on].minimum_minor
            minimums = holds[3:] if holds else (asks, asks)
        undone_by = None if holds else self.correction.correction_id
        return number, said.principal_minor, said.fee_minor, *minimums, undone_by

    def _grants(self) -> None:
        before = self.past.life.grants
        self._restate(
            "correct_goodwill",
            "numbers principals_minor fees_minor late_fees_minor credits_minor",
            [
                (number, *one)
                for number, one in self.other.grants.items()
                if before.get(number) != one
            ],
        )

    def _waivers(self, booked: Mapping[Move, list[int]]) -> None:
        """Write which charges each waiver takes in this life, by their movements."""
        before, after = self.past.life.waived_charges, self.other.waived_charges
        changed = [number for number in before | after if before.get(number) != after.get(number)]
        sums = {number: self.other.waived.get(number, Share(0, 0)) for number in changed}
        self._restate(
            "correct_waivers",
            "numbers waived_minor returned_minor",
            [(number, one.settled_minor, one.credit_minor) for number, one in sums.items()],
        )
        charged = self._charged(booked)
        self._restate(
            "note_waived",
            "movement_ids waiver_ids amounts_minor",
            [
                (charged[one.key, one.on], number, one.amount_minor)
                for number in changed
                for one in after.get(number, ())
            ],
        )

    def _charged(self, booked: Mapping[Move, list[int]]) -> dict[tuple[str, date], int]:
        """Find the movement of each late fee of this life: one that held before, or one just booked."""
        keys = {row.installment_id: row.key for row in self.past.life.rows.values()}
        charged = {
            (keys[one.source_id], one.on): one.movement_id
            for one in self.past.book.posted
            if one.kind is MovementKind.LATE_FEE and one.movement_id not in self.undone
        }
        new = {
            (move.source.name, move.on): numbers[0]
            for move, numbers in booked.items()
            if move.kind is MovementKind.LATE_FEE
        }
        return {**charged, **new}

    def _returns(self) -> None:
        before = {one[:2]: one.amount_minor for one in self.past.life.returns}
        after = {one[:2]: one.amount_minor for one in self.other.returns}
        known = before | after
        refunds = {key[0] for key in known if before.get(key, 0) != after.get(key, 0)}
        self._restate(
            "correct_returns",
            "refund_ids repayment_ids amounts_minor",
            [(*key, after.get(key, 0)) for key in known if key[0] in refunds],
            line_id=self.correction.line_id,
        )

    def _claim(self, claim: Claim) -> None:
        sql.run(
            self.db,
            "correct_claim",
            customer_id=self.correction.customer_id,
            on_date=self.correction.corrected_on,
            at=self.at,
            oldest_due_on=self.other.oldest_due_on,
            **claim._asdict(),
        )
        was = self.past.life.claim
        if was is None or was.state != claim.state:
            status = CHARGED_OFF if claim.state == "charged_off" else "closed"
            key = LineKey(self.correction.customer_id, self.correction.line_id)
            set_statuses(self.db, [(key, status)])


def _settled(payoff: Allocation) -> tuple[int, int, int, int, None]:
    """What an early settlement paid by component, and the fees it dropped."""
    dropped = sum(row.fee_dropped_minor for row in payoff.settlements)
    return payoff.principal_minor, payoff.fee_minor, payoff.late_fee_minor, dropped, None
