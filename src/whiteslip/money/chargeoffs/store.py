"""Moving claims through their states, and booking money that comes in for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import NotFound, invariant
from whiteslip.money.chargeoffs import rules
from whiteslip.money.chargeoffs.model import ChargeOffTerms, Claim, ClaimRow, Money, Recovery, State
from whiteslip.money.ledger.model import Journal, MovementKind
from whiteslip.money.ledger.store import post
from whiteslip.money.lines.model import Change, LineKey
from whiteslip.money.lines.store import change_balances, set_statuses
from whiteslip.money.repayments.model import Repayment
from whiteslip.money.repayments.store import insert_allocations, insert_repayments
from whiteslip.money.schedules.model import Settlement

sql = Sql(__package__)


@cache
def terms() -> ChargeOffTerms:
    """Read the shipped parameters, once."""
    file = resources.files(__package__ or "") / "data" / "chargeoffs.toml"
    return rules.read_terms(file.read_text("utf-8"))


def insert_claim(db: Connection, claim: Claim, *, on: date, at: datetime) -> bool:
    """Keep a proposal; False where one lies on the line already, or a claim stands."""
    done = sql.run(
        db,
        "insert_claim",
        customer_id=claim.customer_id,
        charge_off_id=claim.charge_off_id,
        line_id=claim.line_id,
        oldest_due_on=claim.oldest_due_on,
        days_past_due=claim.days_past_due,
        proposed_by=claim.proposed_by,
        note=claim.note,
        on_date=on,
        at=at,
    )
    return done == 1


def find_claim_line(db: Connection, customer_id: int, charge_off_id: int) -> LineKey:
    """Find the line a claim is of; it is locked before the claim."""
    row = sql.maybe(db, "find_claim_line", customer_id=customer_id, charge_off_id=charge_off_id)
    if row is None:
        raise NotFound(f"customer {customer_id} has no charge-off {charge_off_id}")
    return LineKey(customer_id, row.line_id)


def take_claim(db: Connection, customer_id: int, charge_off_id: int) -> Claim:
    """Lock a claim until the transaction ends; it must exist."""
    row = sql.one(db, "take_claim", customer_id=customer_id, charge_off_id=charge_off_id)
    return Claim(*row)._replace(state=State(row.state))


def charge_off_rows(db: Connection, key: LineKey, *, reached: date) -> tuple[int, int, int]:
    """Turn what a line owes into the rows of a claim; returns principal, fees and late fees in minor units."""
    rows = sql.many(db, "charge_off_rows", **key._asdict(), reached=reached)
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    return sum(columns[0]), sum(columns[1]), sum(columns[2])


def decide_claim(db: Connection, claim: Claim, *, on: date, at: datetime) -> None:
    """Write that a claim was charged off, or its proposal refused."""
    moved = sql.run(
        db,
        "decide_claim",
        customer_id=claim.customer_id,
        charge_off_id=claim.charge_off_id,
        state=claim.state,
        principal_minor=claim.principal_minor,
        fee_minor=claim.fee_minor,
        late_fee_minor=claim.late_fee_minor,
        oldest_due_on=claim.oldest_due_on,
        decided_by=claim.decided_by,
        on_date=on,
        at=at,
    )
    invariant(moved == 1, "a proposal that was taken is decided once")


def move_ending(db: Connection, claim: Claim) -> None:
    """Write that a claim is proposed for its end, or no more."""
    moved = sql.run(
        db,
        "move_ending",
        customer_id=claim.customer_id,
        charge_off_id=claim.charge_off_id,
        state=claim.state,
        ending_by=claim.ending_by,
    )
    invariant(moved == 1, "a claim that was taken moves")


def write_off(db: Connection, claim: Claim, *, by: str, on: date, at: datetime) -> None:
    """End a claim and its rows, and close its line."""
    key = LineKey(claim.customer_id, claim.line_id)
    sql.run(db, "write_off_rows", **key._asdict())
    ended = sql.run(
        db,
        "write_off_claim",
        customer_id=claim.customer_id,
        charge_off_id=claim.charge_off_id,
        ended_by=by,
        on_date=on,
        at=at,
    )
    invariant(ended == 1, "a claim that was taken ends once")
    set_statuses(db, [(key, "closed")])


def book_recoveries(
    db: Connection, moneys: Sequence[Money], reached: Mapping[int, date], *, at: datetime
) -> dict[int, Recovery]:
    """Book money for lines that are charged off, in order, by its number; the lines are locked.

    What enforcing cost and what pays the claim is recovery income; an excess is the customer's credit balance.
    """
    book = Claims(db, (LineKey(*money[:2]) for money in moneys), reached)
    done = {money.number: book.take(money) for money in moneys}
    book.write(at=at)
    return done


class Claims:
    """Claims of locked lines while money comes in: each amount sees what the ones before it left."""

    def __init__(
        self, db: Connection, lines: Iterable[LineKey], reached: Mapping[int, date]
    ) -> None:
        self.db = db
        self.reached = reached
        keys = sorted(set(lines))
        wanted = {
            "customer_ids": arrays.bigints([customer_id for customer_id, _ in keys]),
            "line_ids": arrays.bigints([line_id for _, line_id in keys]),
        }
        found = sql.many(db, "read_claim_rows", **wanted) if keys else []
        self.rows = {row.installment_id: ClaimRow(*row) for row in found}
        standing = sql.many(db, "find_standing", **wanted) if keys else []
        self.claims = {LineKey(row.customer_id, row.line_id): row.charge_off_id for row in standing}
        self.done: list[tuple[Money, Recovery]] = []
        self.paid: dict[int, Settlement] = {}

    def left_minor(self, key: LineKey) -> int:
        """Say what of a line's claim still stands; of a line without one it is nothing."""
        return sum(row.left_minor for row in self.rows.values() if row[:2] == key)

    def take(self, money: Money) -> Recovery:
        """Allocate one amount."""
        mine = [row for row in self.rows.values() if row[:2] == money[:2]]
        order = terms().recovery_order
        gone = rules.recover(money.amount_minor, mine, order, cost_minor=money.cost_minor)
        for one in gone.settlements:
            row = self.rows[one.installment_id]
            self.rows[one.installment_id] = row._replace(
                principal_minor=row.principal_minor - one.principal_minor,
                fee_minor=row.fee_minor - one.fee_minor,
                late_fee_minor=row.late_fee_minor - one.late_fee_minor,
            )
            before = self.paid.get(
                one.installment_id, one._replace(principal_minor=0, fee_minor=0, late_fee_minor=0)
            )
            self.paid[one.installment_id] = before._replace(
                principal_minor=before.principal_minor + one.principal_minor,
                fee_minor=before.fee_minor + one.fee_minor,
                late_fee_minor=before.late_fee_minor + one.late_fee_minor,
            )
        gone = gone._replace(left_minor=self.left_minor(LineKey(*money[:2])))
        self.done.append((money, gone))
        return gone

    def write(self, *, at: datetime) -> None:
        """Write everything at once, if anything was taken."""
        if not self.done:
            return
        repayments: list[Repayment] = []
        changes: list[Change] = []
        journal = Journal()
        for money, gone in self.done:
            on = self.reached[money.customer_id]
            net = money.amount_minor - gone.cost_minor
            if net and not money.is_credit:
                figures = (net, gone.recovered_minor, gone.credit_minor, money.method, on)
                repayments.append(
                    Repayment(money.customer_id, money.number, money.line_id, *figures)
                )
            credit = -gone.recovered_minor if money.is_credit else gone.credit_minor
            changes.append(Change(*money[:2], credit_minor=credit, credited_minor=credit))
            for kind, part in _movements(money, gone):
                journal.add(
                    kind,
                    customer_id=money.customer_id,
                    line_id=money.line_id,
                    source_id=money.number,
                    amount_minor=part,
                    on=on,
                )
        insert_repayments(self.db, repayments, at=at)
        insert_allocations(
            self.db,
            [
                (money.number, self.reached[money.customer_id], one)
                for money, gone in self.done
                for one in gone.settlements
            ],
        )
        change_balances(self.db, changes)
        post(self.db, journal, at=at)
        self._write_claims(at=at)

    def _write_claims(self, *, at: datetime) -> None:
        if self.paid:
            columns = list(zip(*self.paid.values(), strict=True))
            touched = sql.run(
                self.db,
                "recover_rows",
                customer_ids=arrays.bigints(columns[0]),
                installment_ids=arrays.bigints(columns[2]),
                principals_minor=arrays.bigints(columns[3]),
                fees_minor=arrays.bigints(columns[4]),
                late_fees_minor=arrays.bigints(columns[5]),
            )
            invariant(touched == len(self.paid), "every row that is paid is of a claim")
        sums: dict[LineKey, int] = {}
        for money, gone in self.done:
            key = LineKey(*money[:2])
            sums[key] = sums.get(key, 0) + gone.recovered_minor
        sql.run(
            self.db,
            "insert_recoveries",
            customer_ids=arrays.bigints([money.customer_id for money, _ in self.done]),
            recovery_ids=arrays.bigints([money.number for money, _ in self.done]),
            line_ids=arrays.bigints([money.line_id for money, _ in self.done]),
            charge_off_ids=arrays.bigints(
                [self.claims[LineKey(*money[:2])] for money, _ in self.done]
            ),
            costs_minor=arrays.bigints([gone.cost_minor for _, gone in self.done]),
            claims_minor=arrays.bigints([gone.recovered_minor for _, gone in self.done]),
            recovered_ons=arrays.dates([self.reached[one.customer_id] for one, _ in self.done]),
        )
        ended = sql.many(
            self.db,
            "raise_recovered",
            customer_ids=arrays.bigints([key.customer_id for key in sums]),
            charge_off_ids=arrays.bigints([self.claims[key] for key in sums]),
            amounts_minor=arrays.bigints(list(sums.values())),
            recovered_ons=arrays.dates([self.reached[key.customer_id] for key in sums]),
            at=at,
        )
        set_statuses(self.db, [(LineKey(row.customer_id, row.line_id), "closed") for row in ended])


def _movements(money: Money, gone: Recovery) -> tuple[tuple[MovementKind, int], ...]:
    """Say what is posted: money from outside comes in, what lies in the credit balance leaves it."""
    if money.is_credit:
        return ((MovementKind.CREDIT_RECOVERED, gone.recovered_minor),)
    return (
        (MovementKind.COST_RECOVERED, gone.cost_minor),
        (MovementKind.RECOVERED, gone.recovered_minor),
        (MovementKind.CREDIT_RECEIVED, gone.credit_minor),
    )


def odd_claims(db: Connection) -> list[Any]:
    """Find claims that do not agree with the ledger or their rows, at most a hundred."""
    return sql.many(db, "find_odd_claims")
