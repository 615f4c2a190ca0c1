"""How debts end otherwise than by paying as they fall due: what the oracle makes of it."""

from __future__ import annotations

from collections import Counter
from datetime import date

from whiteslip.flows.settle_early import Scope, Wish
from whiteslip.world.oracle import LineOracle, OracleRefusal
from whiteslip.world.oracle_model import MILLION, NO_PURCHASE, OracleRow, nearest, statement_after


class EndingOracle(LineOracle):
    """An oracle that knows early settlement, splits and claims; it asks what a person would, not what the book asks."""

    made_on: dict[int, date]
    claim: tuple[int, int, int] = (0, 0, 0)
    """What is left of what was given up: fees, late fees, principal."""

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
        row = super()._add(purchase_id, statement_on, principal, fee=fee, plan=plan, on=on)
        if not hasattr(self, "made_on"):
            self.made_on = {}
        self.made_on[row.number] = self.day
        return row

    def settle_early(self, wish: Wish) -> tuple[int, int, int, int]:
        """Pay all that is wished; return principal, fees, late fees, and the fees that are never owed."""
        rows = [row for row in self.rows if self._is_of(row, wish)]
        if not rows:
            raise OracleRefusal("nothing of it is owed")
        next_on = statement_after(self.day, self.statement_day)
        dropped = 0
        for row in rows:
            if not row.plan or row.statement_on <= self.day:
                continue
            if row.statement_on == next_on and self.made_on[row.number] < self.day:
                self._accrued += row.fee
            else:
                dropped += row.fee
                row.fee = 0
            self._charged[row.statement_on] -= row.principal
            self._charged[next_on] = self._charged.get(next_on, 0) + row.principal
        paid = (
            sum(row.principal for row in rows),
            sum(row.fee for row in rows),
            sum(row.late_fee for row in rows),
        )
        for row in rows:
            row.principal = row.fee = row.late_fee = 0
        self._tidy()
        self._age()
        return (*paid, dropped)

    def split_statement(self, months: int) -> int:
        """Turn what the last statement billed to be paid later into a plan; return how much that was."""
        said = self.statements[-1]
        rows = [
            row
            for row in self.rows
            if row.statement_on == said.statement_on and not row.plan and not row.fee
        ]
        total = sum(row.principal for row in rows)
        fee = nearest(total * self.terms.plan_fees_ppm[months], MILLION)
        rows.sort(key=lambda row: row.bought)
        cents = [row for row in rows for _ in range(row.principal)]
        on, begun = self.day, 0
        carried = {row.number: row.carried_ppm for row in rows}
        for month in range(months):
            part = total // months + (month >= months - total % months)
            on = statement_after(on, self.statement_day)
            taken = Counter(row.number for row in cents[begun : begun + part])
            begun += part
            self._charged[on] = self._charged.get(on, 0) + part
            owners = {row.number: row for row in rows}
            for number, fee_part in zip(taken, _shared(fee, list(taken.values())), strict=True):
                bought = owners[number]
                piece = self._add(
                    bought.purchase_id,
                    on,
                    taken[number],
                    fee=fee_part,
                    plan=True,
                    on=bought.captured_on,
                )
                piece.carried_ppm = carried.pop(number, 0)
        for row in rows:
            row.principal = 0
        left = said.pay_later_minor - total
        share = nearest(left * self.terms.minimum_ppm, MILLION)
        asked = max(0, said.minimum_minor - said.pay_later_minimum_minor + share)
        self.statements[-1] = said._replace(
            minimum_minor=asked, pay_later_minor=left, pay_later_minimum_minor=share
        )
        self._tidy()
        return total

    def charge_off(self) -> tuple[int, int, int]:
        """Give everything up; return principal, fees and late fees. The episode of arrears goes on."""
        next_on = statement_after(self.day, self.statement_day)
        for row in self.rows:
            if row.plan and row.statement_on > self.day:
                row.fee = 0
                self._charged[row.statement_on] -= row.principal
                self._charged[next_on] = self._charged.get(next_on, 0) + row.principal
        self.claim = (
            sum(row.fee for row in self.rows),
            sum(row.late_fee for row in self.rows),
            sum(row.principal for row in self.rows),
        )
        self.rows = []
        self._wake = self.day
        return self.claim[2], self.claim[0], self.claim[1]

    def recover(self, amount: int, cost: int = 0) -> tuple[int, int]:
        """Take money for the claim: cost, fees, late fees, principal; return what paid it and what is credit."""
        amount -= min(amount, cost)
        left: list[int] = []
        paid = 0
        for part in self.claim:
            share = min(part, amount)
            left.append(part - share)
            amount -= share
            paid += share
        self.claim = (left[0], left[1], left[2])
        self.credit_minor += amount
        self._age()
        return paid, amount

    def write_off(self) -> int:
        """End the claim; return what of it was left."""
        gone = sum(self.claim)
        self.claim = (0, 0, 0)
        self._age()
        return gone

    def repay(self, amount_minor: int) -> int:
        """Money for a line that was given up is a recovery, whoever sends it."""
        if any(self.claim):
            return self.recover(amount_minor)[1]
        return super().repay(amount_minor)

    def refund(self, purchase_id: int, amount_minor: int) -> int:
        """What a refund leaves over pays the claim; return all it left over."""
        rest = super().refund(purchase_id, amount_minor)
        if any(self.claim):
            self.credit_minor -= rest
            self.recover(rest)
        return rest

    def _age(self) -> None:
        if not any(self.claim):
            super()._age()

    def _is_of(self, row: OracleRow, wish: Wish) -> bool:
        if wish.scope is Scope.PLAN:
            return row.plan and row.purchase_id == wish.purchase_id
        shown = row.statement_on <= self.day or row.revolving or row.purchase_id == NO_PURCHASE
        return wish.scope is Scope.EVERYTHING or shown


def _shared(amount: int, weights: list[int]) -> list[int]:
    """Share a fee by weights, cent by cent to whoever lacks most of what is theirs."""
    shares = [amount * weight // sum(weights) for weight in weights]
    while sum(shares) < amount:
        lacks = [
            amount * weight - share * sum(weights)
            for weight, share in zip(weights, shares, strict=True)
        ]
        shares[lacks.index(max(lacks))] += 1
    return shares
