"""What some lines owe while a batch of payments works on it: each payment sees what the ones before it left."""

from __future__ import annotations

from collections.abc import Iterable

from whiteslip.money.lines.model import LineKey
from whiteslip.money.repayments.model import Allocation
from whiteslip.money.schedules.model import Owed, Settlement


class Debts:
    """Open installments by line, and everything paid on each so far."""

    def __init__(self, owed: Iterable[Owed]) -> None:
        """Start from what is owed now."""
        self._owed: dict[LineKey, dict[int, Owed]] = {}
        self._paid: dict[int, Settlement] = {}
        for row in owed:
            self._owed.setdefault(LineKey(row.customer_id, row.line_id), {})[row.installment_id] = (
                row
            )

    def of_line(self, key: LineKey) -> list[Owed]:
        """Return what a line still owes."""
        return list(self._owed.get(key, {}).values())

    def of_purchase(self, key: LineKey, purchase_id: int) -> list[Owed]:
        """Return what a line still owes for one purchase."""
        return [row for row in self.of_line(key) if row.purchase_id == purchase_id]

    def settle(self, allocation: Allocation) -> None:
        """Take off what a payment settled."""
        for paid in allocation.settlements:
            rows = self._owed[LineKey(paid.customer_id, paid.line_id)]
            rows[paid.installment_id] = _less(rows[paid.installment_id], paid)
            before = self._paid.get(paid.installment_id)
            self._paid[paid.installment_id] = _sum(before, paid) if before else paid

    def settlements(self) -> list[Settlement]:
        """Return all that was paid, one settlement an installment."""
        return list(self._paid.values())


def _less(row: Owed, paid: Settlement) -> Owed:
    return row._replace(
        principal_minor=row.principal_minor - paid.principal_minor,
        fee_minor=row.fee_minor - paid.fee_minor,
        late_fee_minor=row.late_fee_minor - paid.late_fee_minor,
        unbilled_fee_minor=row.unbilled_fee_minor - paid.fee_dropped_minor,
    )


def _sum(before: Settlement, paid: Settlement) -> Settlement:
    return before._replace(
        principal_minor=before.principal_minor + paid.principal_minor,
        fee_minor=before.fee_minor + paid.fee_minor,
        late_fee_minor=before.late_fee_minor + paid.late_fee_minor,
        fee_dropped_minor=before.fee_dropped_minor + paid.fee_dropped_minor,
    )
