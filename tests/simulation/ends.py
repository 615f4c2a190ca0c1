"""How debts end otherwise than by paying as they fall due: what the oracle makes of it."""

from __future__ import annotations

from datetime import date

from whiteslip.flows.settle_early import Scope, Wish
from whiteslip.world.oracle import LineOracle, OracleRefusal
from whiteslip.world.oracle_model import NO_PURCHASE, OracleRow, statement_after


class EndingOracle(LineOracle):
    """An oracle that knows early settlement; it asks what a person would, not what the book asks."""

    made_on: dict[int, date]

    def _add(
        self,
        purchase_id: int,
        statement_on: date,
        principal: int,
        *,
        fee: int = 0,
        plan: bool = False,
    ) -> OracleRow:
        row = super()._add(purchase_id, statement_on, principal, fee=fee, plan=plan)
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

    def _is_of(self, row: OracleRow, wish: Wish) -> bool:
        if wish.scope is Scope.PLAN:
            return row.plan and row.purchase_id == wish.purchase_id
        shown = row.statement_on <= self.day or row.revolving or row.purchase_id == NO_PURCHASE
        return wish.scope is Scope.EVERYTHING or shown
