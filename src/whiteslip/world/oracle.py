"""A second, independent account of one line in plain Python; it shares no code with the book."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby

from whiteslip.world.oracle_model import (
    BUCKETS,
    FEE,
    LATE_FEE,
    MILLION,
    NO_PURCHASE,
    ONE_DAY,
    PRINCIPAL,
    OraclePurchase,
    OracleRefusal,
    OracleRow,
    OracleStatement,
    OracleTerms,
    Owed,
    asset_class_of,
    bucket_of,
    demanded,
    grow_fee,
    nearest,
    next_wake,
    pay_row,
    statement_after,
)

__all__ = ["LineOracle", "OracleRefusal", "OracleStatement", "OracleTerms", "Owed"]


class LineOracle:
    """One line, day by day; every operation happens on `day`, the date the line has reached."""

    def __init__(
        self, limit_minor: int, statement_day: int, opened_on: date, terms: OracleTerms
    ) -> None:
        self.limit_minor = limit_minor
        self.statement_day = statement_day
        self.terms = terms
        self.day = opened_on
        self.credit_minor = 0
        self.rows: list[OracleRow] = []
        self.purchases: dict[int, OraclePurchase] = {}
        self.temporary: list[tuple[int, date]] = []
        self.statements: list[OracleStatement] = []
        self.oldest_due_on: date | None = None
        self.since_on: date | None = None
        self._worst_days = 0
        self._charged: dict[date, int] = {}
        self._accrued = 0
        self._made = 0
        self._wake = opened_on

    def open_with(self, balance_minor: int) -> None:
        """Move in with a balance, also above the limit; a negative one is a credit balance."""
        if balance_minor > 0:
            self.import_purchase(balance_minor)
        else:
            self.credit_minor -= balance_minor

    def authorize(
        self, purchase_id: int, amount_minor: int, *, plan_months: int = 0, level: int = 0
    ) -> bool:
        """Place a hold, if there is room at the restriction level: less from 3 on, none from 4 on."""
        if amount_minor <= 0 or amount_minor > self.available_at(level):
            return False
        if plan_months and plan_months not in self.terms.plan_fees_ppm:
            raise OracleRefusal("no such plan")
        if plan_months and amount_minor < self.terms.smallest_plan_minor:
            raise OracleRefusal("too small for a plan")
        expires_on = self.day + timedelta(days=self.terms.hold_days)
        self.purchases[purchase_id] = OraclePurchase(amount_minor, plan_months, expires_on)
        self._wake = self.day
        return True

    def capture(
        self, purchase_id: int, amount_minor: int | None = None, *, final: bool = False
    ) -> int:
        """Take part of a hold, or all that is left; return how much."""
        purchase = self._held(purchase_id)
        amount = purchase.left if amount_minor is None else amount_minor
        if not 0 < amount <= purchase.left:
            raise OracleRefusal("not within the hold")
        purchase.captured += amount
        if final:
            purchase.released += purchase.left
        if not purchase.left:
            purchase.status = "captured"
        self._bill(purchase_id, amount, purchase.plan_months)
        return amount

    def void(self, purchase_id: int) -> int:
        """Release what is left of a hold; return how much."""
        return self._release(self._held(purchase_id), "voided")

    def refund(self, purchase_id: int, amount_minor: int) -> int:
        """Give back part of what was captured; return what went to the credit balance."""
        purchase = self.purchases.get(purchase_id)
        if purchase is None or not 0 < amount_minor <= purchase.captured - purchase.refunded:
            raise OracleRefusal("more than was captured")
        purchase.refunded += amount_minor
        rest = self._offset(purchase_id, amount_minor)
        self.credit_minor += rest
        self._tidy()
        self._age()
        return rest

    def repay(self, amount_minor: int) -> int:
        """Receive money; return what went to the credit balance."""
        if amount_minor <= 0:
            raise OracleRefusal("a repayment is positive")
        payable = (row for row in self.rows if row.statement_on <= self.day or not row.plan)
        rest = self._allocate(amount_minor, payable)
        self.credit_minor += rest
        self._age()
        return rest

    def pay_out_credit(self, amount_minor: int | None = None) -> int:
        """Send the credit balance, or part of it, back to the customer; return how much."""
        amount = self.credit_minor if amount_minor is None else amount_minor
        if not 0 < amount <= self.credit_minor:
            raise OracleRefusal("more than the credit balance")
        self.credit_minor -= amount
        return amount

    def import_purchase(self, amount_minor: int, purchase_id: int = 0) -> None:
        """Record a purchase made elsewhere, without a hold; it may exceed the limit."""
        self._bill(purchase_id, amount_minor, 0)

    def import_refund(self, amount_minor: int) -> int:
        """Record a refund made elsewhere: it settles what is owed as a repayment does."""
        return self.repay(amount_minor)

    def change_limit(self, limit_minor: int) -> None:
        """Set the fixed limit; what is owed stays as it is."""
        self.limit_minor = limit_minor

    def grant_temporary_limit(self, amount_minor: int, ends_on: date) -> None:
        """Add a limit that the end of day making `ends_on` takes back."""
        self.temporary.append((amount_minor, ends_on))
        self._wake = self.day

    def close_day(self, day: date) -> OracleStatement | None:
        """Close the line's day and move to the next; return the statement that closed, if any."""
        if day != self.day:
            raise OracleRefusal(f"the line is at {self.day}, not {day}")
        if day < self._wake:
            self.day = day + ONE_DAY
            return None
        return self._close(day)

    def advance(self, to: date) -> list[OracleStatement]:
        """Close every day before `to`, skipping those on which nothing can happen."""
        closed: list[OracleStatement] = []
        while self.day < to:
            if self._wake >= to:
                self.day = to
                break
            self.day = max(self.day, self._wake)
            if (statement := self._close(self.day)) is not None:
                closed.append(statement)
        return closed

    @property
    def principal_minor(self) -> int:
        """Principal owed, billed or not."""
        return sum(row.principal for row in self.rows)

    @property
    def held_minor(self) -> int:
        """What open holds still reserve."""
        return sum(each.left for each in self.purchases.values() if each.status == "authorized")

    @property
    def temporary_limit_minor(self) -> int:
        """What the running temporary limits add."""
        return sum(amount for amount, _ in self.temporary)

    @property
    def available_minor(self) -> int:
        """What may still be spent; negative after a limit cut."""
        return (
            self.limit_minor + self.temporary_limit_minor - self.held_minor - self.principal_minor
        )

    def available_at(self, level: int) -> int:
        """What may still be spent at a restriction level; at 3 a share of the fixed limit is all there is."""
        free, temporary = self.available_minor, self.temporary_limit_minor
        return min(free, max(0, free - self.terms.lost_at(level, self.limit_minor, temporary)))

    @property
    def owed(self) -> Owed:
        """What is owed by component; the fee of a plan row counts once it is billed."""
        fee = sum(row.fee for row in self.rows if row.statement_on <= self.day or not row.plan)
        return Owed(self.principal_minor, fee, sum(row.late_fee for row in self.rows))

    @property
    def outstanding_minor(self) -> int:
        """Principal, fees and late fees owed together."""
        return sum(self.owed)

    def days_past_due(self, on: date) -> int:
        """Days since the oldest unpaid due date; 0 when nothing is overdue."""
        return 0 if self.oldest_due_on is None else (on - self.oldest_due_on).days

    @property
    def bucket(self) -> str:
        """The bucket of today's days past due."""
        return BUCKETS[bucket_of(self.days_past_due(self.day))]

    @property
    def worst_days(self) -> int:
        """The highest days past due of the open episode; 0 without one."""
        return max(self._worst_days, self.days_past_due(self.day))

    @property
    def asset_class(self) -> str:
        """The regulator's class, which within an episode only gets worse."""
        return asset_class_of(self.worst_days)

    def _held(self, purchase_id: int) -> OraclePurchase:
        purchase = self.purchases.get(purchase_id)
        if purchase is None or purchase.status != "authorized":
            raise OracleRefusal("no open hold")
        return purchase

    def _release(self, purchase: OraclePurchase, status: str) -> int:
        left = purchase.left
        purchase.released += left
        purchase.status = "captured" if purchase.captured else status
        return left

    def _bill(self, purchase_id: int, amount: int, months: int) -> None:
        fee = nearest(amount * self.terms.plan_fees_ppm[months], MILLION) if months else 0
        parts = months or 1
        statement_on = self.day
        for index in range(parts):
            statement_on = statement_after(statement_on, self.statement_day)
            principal = amount // parts + (index >= parts - amount % parts)
            self._add(purchase_id, statement_on, principal, fee=fee, plan=months > 0)
            self._charged[statement_on] = self._charged.get(statement_on, 0) + principal
        self._wake = self.day

    def _add(
        self,
        purchase_id: int,
        statement_on: date,
        principal: int,
        *,
        fee: int = 0,
        plan: bool = False,
        on: date | None = None,
    ) -> OracleRow:
        self._made += 1
        due_on = statement_on + timedelta(days=self.terms.due_days)
        row = OracleRow(self._made, purchase_id, statement_on, due_on, principal, fee, plan=plan)
        row.captured_on = on or self.day
        if principal or fee:
            self.rows.append(row)
        return row

    def _offset(self, purchase_id: int, amount: int) -> int:
        """Take a refund off its purchase's principal; return what is left of the refund."""
        mine = [row for row in self.rows if row.purchase_id == purchase_id and row.principal]
        mine.sort(key=lambda row: (row.due_on, *row.bought))
        billed = [row for row in mine if row.statement_on <= self.day]
        unbilled = [row for row in reversed(mine) if row.statement_on > self.day]
        for row in billed + unbilled:
            before, taken = row.principal, min(amount, row.principal)
            row.principal -= taken
            amount -= taken
            if row.plan and row.statement_on > self.day:
                row.fee = nearest(row.fee * row.principal, before)
        return amount

    def _allocate(self, amount: int, rows: Iterable[OracleRow]) -> int:
        """Pay the oldest due first; within one: late fees, fees, principal, each of plans first. Return the rest."""
        ordered = sorted(rows, key=lambda row: (row.due_on, not row.plan, *row.bought))
        for _, same_due in groupby(ordered, key=lambda row: row.due_on):
            due = list(same_due)
            for component in (LATE_FEE, FEE, PRINCIPAL):
                for row in due:
                    amount -= pay_row(row, component, amount)
            if not amount:
                break
        self._tidy()
        return amount

    def _tidy(self) -> None:
        self.rows = [row for row in self.rows if row.principal or row.fee or row.late_fee]
        self._wake = self.day

    def _age(self) -> None:
        """Find the oldest unpaid due date before the line's day; without one no episode runs."""
        oldest = min((row.due_on for row in self.rows if row.due_on < self.day), default=None)
        if oldest == self.oldest_due_on:
            return
        if oldest is None:
            self.since_on, self._worst_days = None, 0
        elif self.oldest_due_on is None:
            self.since_on, self._worst_days = oldest, 0
        else:
            self._worst_days = max(self._worst_days, (self.day - self.oldest_due_on).days)
        self.oldest_due_on = oldest

    def _close(self, day: date) -> OracleStatement | None:
        tomorrow = day + ONE_DAY
        for purchase in self.purchases.values():
            if purchase.status == "authorized" and purchase.expires_on <= day:
                self._release(purchase, "expired")
        self.temporary = [each for each in self.temporary if each[1] > tomorrow]
        self._roll(day)
        self.day = tomorrow
        self._accrue(tomorrow)
        self._accrued += sum(
            row.fee for row in self.rows if row.plan and row.statement_on == tomorrow
        )
        if self.credit_minor:
            billed = [row for row in self.rows if row.statement_on <= tomorrow]
            self.credit_minor = self._allocate(self.credit_minor, billed)
        closed = self._statement(tomorrow) if tomorrow.day == self.statement_day else None
        self._age()
        events = [*self._ends(), statement_after(tomorrow, self.statement_day) - ONE_DAY]
        self._wake = next_wake(self.rows, self.terms, tomorrow, events)
        return closed

    def _ends(self) -> list[date]:
        holds = [each.expires_on for each in self.purchases.values() if each.status == "authorized"]
        return holds + [ends_on - ONE_DAY for _, ends_on in self.temporary]

    def _roll(self, day: date) -> None:
        """Let what is unpaid beyond the minimum payment revolve to the next statement."""
        if not (due := [row for row in self.rows if row.due_on == day and not row.plan]):
            return
        said = next(each for each in self.statements if each.statement_on == due[0].statement_on)
        allowed = said.pay_later_minor - said.pay_later_minimum_minor
        overdue = max(0, sum(row.principal for row in due) - allowed)
        next_on = statement_after(day, self.statement_day)
        for row in sorted(due, key=lambda row: row.bought):
            stays = min(overdue, row.principal)
            overdue -= stays
            rolls = row.principal - stays
            if rolls and not stays:
                row.statement_on = next_on
                row.due_on = next_on + timedelta(days=self.terms.due_days)
                row.revolving = True
                continue
            row.principal, row.revolving = stays, False
            if rolls:
                self._add(row.purchase_id, next_on, rolls, on=row.captured_on).revolving = True

    def _accrue(self, tomorrow: date) -> None:
        """Charge one day: late fee on the overdue, revolving fee on what revolves, never both."""
        terms = self.terms
        late_before = tomorrow - timedelta(days=terms.grace_days)
        revolved = 0
        for row in self.rows:
            late = row.due_on < late_before
            if not late and not row.revolving:
                continue
            rate_ppm = terms.late_fee_ppm if late else terms.revolving_fee_ppm
            charge, row.carried_ppm = divmod(row.principal * rate_ppm + row.carried_ppm, MILLION)
            if late:
                row.late_fee += charge
            else:
                revolved += charge
            self._accrued += charge
        if revolved:
            on = statement_after(tomorrow - ONE_DAY, self.statement_day)
            if not grow_fee(self.rows, on, revolved):
                self._add(NO_PURCHASE, on, 0, fee=revolved)

    def _statement(self, on: date) -> OracleStatement:
        billed = [row for row in self.rows if row.statement_on <= on]
        owed = sum(row.principal + row.fee + row.late_fee for row in billed)
        balance = owed - self.credit_minor
        previous = self.statements[-1].balance_minor if self.statements else 0
        pay_later = sum(row.principal for row in billed if row.statement_on == on and not row.plan)
        minimum = nearest(pay_later * self.terms.minimum_ppm, MILLION)
        asked = minimum + sum(demanded(row, on) for row in billed)
        charged = self._charged.pop(on, 0) + self._accrued
        self._accrued = 0
        statement = OracleStatement(
            on,
            on + timedelta(days=self.terms.due_days),
            previous,
            charged,
            previous + charged - balance,
            balance,
            max(0, min(balance, asked)),
            pay_later,
            minimum,
        )
        self.statements.append(statement)
        return statement
