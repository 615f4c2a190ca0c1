"""What happened to a line later says what it did in another life of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.money.ledger.model import MovementKind
from whiteslip.money.lines.model import CHARGED_OFF, LineKey
from whiteslip.money.lines.store import set_statuses
from whiteslip.money.replays.life import Life
from whiteslip.money.replays.model import Claim, Move
from whiteslip.money.replays.store import Past
from whiteslip.money.restatements.model import Correction

sql = Sql(__package__)


@dataclass(frozen=True, slots=True)
class Later:
    """Writes into the facts that follow a correction what they do now; `undone` are the movements taken back."""

    db: Connection
    past: Past
    other: Life
    correction: Correction
    undone: frozenset[int]
    at: datetime

    @property
    def line(self) -> dict[str, int]:
        """The line, as statements name it."""
        return LineKey(self.correction.customer_id, self.correction.line_id)._asdict()

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

    def _shares(self) -> None:
        before = self.past.life.shares
        changed = [
            (number, *share)
            for number, share in self.other.shares.items()
            if before.get(number, share) != share
        ]
        if changed:
            numbers, settled, credit, unbilled, recovered = zip(*changed, strict=True)
            sql.run(
                self.db,
                "correct_shares",
                customer_id=self.correction.customer_id,
                numbers=arrays.bigints(numbers),
                settled_minor=arrays.bigints(settled),
                credits_minor=arrays.bigints(credit),
                unbilled_minor=arrays.bigints(unbilled),
                recovered_minor=arrays.bigints(recovered),
            )

    def _payoffs(self) -> None:
        before, after = self.past.life.payoffs, self.other.payoffs
        changed = [number for number in before | after if before.get(number) != after.get(number)]
        if not changed:
            return
        lived = [after.get(number) for number in changed]
        sql.run(
            self.db,
            "correct_payoffs",
            customer_id=self.correction.customer_id,
            numbers=arrays.bigints(changed),
            principals_minor=arrays.bigints([one.principal_minor if one else 0 for one in lived]),
            fees_minor=arrays.bigints([one.fee_minor if one else 0 for one in lived]),
            late_fees_minor=arrays.bigints([one.late_fee_minor if one else 0 for one in lived]),
            dropped_minor=arrays.bigints(
                [
                    sum(row.fee_dropped_minor for row in one.settlements) if one else 0
                    for one in lived
                ]
            ),
            undone_bys=arrays.bigints(
                [None if one else self.correction.correction_id for one in lived]
            ),
        )

    def _splits(self) -> None:
        before = self.past.life.splits
        changed = [
            (number, *one[1:])
            for number, one in self.other.splits.items()
            if before.get(number) != one
        ]
        if changed:
            numbers, principals, fees, befores, afters = zip(*changed, strict=True)
            sql.run(
                self.db,
                "correct_splits",
                customer_id=self.correction.customer_id,
                numbers=arrays.bigints(numbers),
                principals_minor=arrays.bigints(principals),
                fees_minor=arrays.bigints(fees),
                befores_minor=arrays.bigints(befores),
                afters_minor=arrays.bigints(afters),
            )

    def _grants(self) -> None:
        before = self.past.life.grants
        changed = [
            (number, *one) for number, one in self.other.grants.items() if before.get(number) != one
        ]
        if changed:
            numbers, principals, fees, late_fees, credits_ = zip(*changed, strict=True)
            sql.run(
                self.db,
                "correct_goodwill",
                customer_id=self.correction.customer_id,
                numbers=arrays.bigints(numbers),
                principals_minor=arrays.bigints(principals),
                fees_minor=arrays.bigints(fees),
                late_fees_minor=arrays.bigints(late_fees),
                credits_minor=arrays.bigints(credits_),
            )

    def _waivers(self, booked: Mapping[Move, list[int]]) -> None:
        """Write which charges each waiver takes in this life, by their movements."""
        before, after = self.past.life.waived_charges, self.other.waived_charges
        changed = [number for number in before | after if before.get(number) != after.get(number)]
        if not changed:
            return
        sums = [self.other.waived.get(number) for number in changed]
        sql.run(
            self.db,
            "correct_waivers",
            customer_id=self.correction.customer_id,
            numbers=arrays.bigints(changed),
            waived_minor=arrays.bigints([one.settled_minor if one else 0 for one in sums]),
            returned_minor=arrays.bigints([one.credit_minor if one else 0 for one in sums]),
        )
        charged = self._charged(booked)
        taken = [
            (charged[one.key, one.on], number, one.amount_minor)
            for number in changed
            for one in after.get(number, ())
        ]
        if taken:
            movements, waivers, amounts = zip(*taken, strict=True)
            sql.run(
                self.db,
                "note_waived",
                customer_id=self.correction.customer_id,
                movement_ids=arrays.bigints(movements),
                waiver_ids=arrays.bigints(waivers),
                amounts_minor=arrays.bigints(amounts),
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
        changed = [
            (*key, after.get(key, 0))
            for key in before | after
            if before.get(key, 0) != after.get(key, 0)
        ]
        if changed:
            refunds, repayments, amounts = zip(*changed, strict=True)
            sql.run(
                self.db,
                "correct_returns",
                **self.line,
                refund_ids=arrays.bigints(refunds),
                repayment_ids=arrays.bigints(repayments),
                amounts_minor=arrays.bigints(amounts),
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
            set_statuses(self.db, [(LineKey(*self.line.values()), status)])
