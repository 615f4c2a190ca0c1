"""The corrections of a line: which repayments were reversed or back-dated, why and by whom."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql(__package__)


class Correction(NamedTuple):
    """A correction as it is kept; amount in minor units, `movements` undone and booked for it."""

    customer_id: int
    correction_id: int
    repayment_id: int
    kind: Literal["reversed", "added_to_next", "back_dated"]
    amount_minor: int
    value_on: date
    corrected_on: date
    corrected_at: datetime
    reason: str
    actor: str
    note: str
    movements: int


def of_line(db: Connection, customer_id: int, line_id: int) -> list[Correction]:
    """List the corrections of a line, the latest first."""
    return sql.records(db, "list_corrections", Correction, customer_id=customer_id, line_id=line_id)
