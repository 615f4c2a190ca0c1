"""Writing installments, reading what is owed, and settling it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import invariant
from whiteslip.money.schedules.model import (
    InstallmentTerms,
    Owed,
    Piece,
    Rescheduled,
    Settlement,
)

sql = Sql(__package__)


class NewInstallments:
    """Installments about to be written, as columns."""

    def __init__(self) -> None:
        """Start with none."""
        self.owners: list[tuple[int, int, int, str, date]] = []
        self.terms: list[InstallmentTerms] = []

    def add(
        self,
        terms: Sequence[InstallmentTerms],
        *,
        customer_id: int,
        line_id: int,
        purchase_id: int,
        kind: str,
        captured_on: date,
    ) -> None:
        """Add the installments of one capture; kind is pay_later or plan."""
        owner = (customer_id, line_id, purchase_id, kind, captured_on)
        self.owners.extend([owner] * len(terms))
        self.terms.extend(terms)


def insert_installments(db: Connection, new: NewInstallments) -> None:
    """Write installments; they are numbered in the order given."""
    if not new.terms:
        return
    customer_ids, line_ids, purchase_ids, kinds, captured = zip(*new.owners, strict=True)
    numbers, principals, fees, statements, dues = zip(*new.terms, strict=True)
    sql.run(
        db,
        "insert_installments",
        customer_ids=arrays.bigints(customer_ids),
        line_ids=arrays.bigints(line_ids),
        purchase_ids=arrays.bigints(purchase_ids),
        kinds=arrays.texts(kinds),
        captured_ons=arrays.dates(captured),
        numbers=arrays.smallints(numbers),
        principals_minor=arrays.bigints(principals),
        fees_minor=arrays.bigints(fees),
        statement_ons=arrays.dates(statements),
        due_ons=arrays.dates(dues),
    )


def read_owed(
    db: Connection, keys: Iterable[tuple[int, int]], reached: Mapping[int, date]
) -> list[Owed]:
    """Read the open installments of lines, oldest due first; `reached` is the day each customer's lines are on."""
    wanted = sorted(keys)
    rows = sql.many(
        db,
        "read_owed",
        customer_ids=arrays.bigints([customer_id for customer_id, _ in wanted]),
        line_ids=arrays.bigints([line_id for _, line_id in wanted]),
        reached=arrays.dates([reached[customer_id] for customer_id, _ in wanted]),
    )
    return [Owed(*row) for row in rows]


def settle_installments(db: Connection, settlements: Sequence[Settlement]) -> None:
    """Pay on installments, one settlement each; every one of them must be there and open."""
    if not settlements:
        return
    columns = list(zip(*settlements, strict=True))
    customer_ids, _, installment_ids, principals, fees, late_fees, dropped = columns
    touched = sql.run(
        db,
        "settle_installments",
        customer_ids=arrays.bigints(customer_ids),
        installment_ids=arrays.bigints(installment_ids),
        principals_minor=arrays.bigints(principals),
        fees_minor=arrays.bigints(fees),
        late_fees_minor=arrays.bigints(late_fees),
        fees_dropped_minor=arrays.bigints(dropped),
    )
    invariant(touched == len(settlements), "every settled installment is open")


def reschedule_installments(db: Connection, pieces: Sequence[Piece]) -> list[Rescheduled]:
    """Move what is owed to other due dates; the line's turn is held, and the pieces are exactly what it owes."""
    if not pieces:
        return []
    columns = list(zip(*pieces, strict=True))
    rows = sql.many(
        db,
        "reschedule_installments",
        customer_ids=arrays.bigints(columns[0]),
        installment_ids=arrays.bigints(columns[2]),
        are_first=arrays.bools(columns[3]),
        principals_minor=arrays.bigints(columns[4]),
        fees_minor=arrays.bigints(columns[5]),
        late_fees_minor=arrays.bigints(columns[6]),
        statement_ons=arrays.dates(columns[7]),
        due_ons=arrays.dates(columns[8]),
        kinds=arrays.texts(columns[9]),
        numbers=arrays.smallints(columns[10]),
        revolving=arrays.bools(columns[11]),
    )
    invariant(len(rows) == len(pieces), "what is rescheduled is exactly what is owed")
    return [Rescheduled(*row) for row in rows]


def add_fees(db: Connection, fees: Sequence[tuple[int, int, int]]) -> None:
    """Add (customer, installment, amount in minor units) to what open installments owe in fees."""
    if not fees:
        return
    customer_ids, installment_ids, amounts = zip(*fees, strict=True)
    touched = sql.run(
        db,
        "add_fees",
        customer_ids=arrays.bigints(customer_ids),
        installment_ids=arrays.bigints(installment_ids),
        amounts_minor=arrays.bigints(amounts),
    )
    invariant(touched == len(fees), "a fee is added to what is open")


def waive_late_fees(db: Connection, waived: Sequence[tuple[int, int, int]]) -> None:
    """Take (customer, installment, amount in minor units) off what open installments owe in late fees."""
    if not waived:
        return
    customer_ids, installment_ids, amounts = zip(*waived, strict=True)
    touched = sql.run(
        db,
        "waive_late_fees",
        customer_ids=arrays.bigints(customer_ids),
        installment_ids=arrays.bigints(installment_ids),
        amounts_minor=arrays.bigints(amounts),
    )
    invariant(touched == len(waived), "only a late fee that is owed is waived")
