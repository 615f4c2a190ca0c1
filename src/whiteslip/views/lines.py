"""Lines and their open installments as the API shows them."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.money.lines import use
from whiteslip.money.lines.store import find_lines
from whiteslip.money.lines.store import use as terms

sql = Sql(__package__)


class LineView(NamedTuple):
    """A line on the current business date, amounts in minor units."""

    customer_id: int
    line_id: int
    status: str
    product: str
    fixed_limit_minor: int
    temporary_limit_minor: int
    held_minor: int
    principal_minor: int
    credit_minor: int
    restriction_level: int
    statement_day: int
    opened_on: date
    current_on: date
    outstanding_minor: int
    overdue_minor: int
    days_past_due: int
    credit_barred: bool
    plans_barred: bool

    @property
    def usable_minor(self) -> int:
        """All that may be used at the line's level; nothing while a relief bars new credit."""
        return use.usable_minor(
            self.restriction_level,
            self.fixed_limit_minor,
            self.temporary_limit_minor,
            credit_barred=self.credit_barred,
            restricted_share_ppm=terms().restricted_share_ppm,
        )

    @property
    def available_minor(self) -> int:
        """What may still be used; below zero only after a limit cut."""
        return use.available_minor(
            self.usable_minor,
            limit_minor=self.fixed_limit_minor + self.temporary_limit_minor,
            used_minor=self.held_minor + self.principal_minor,
        )


class InstallmentView(NamedTuple):
    """An open installment, amounts in minor units."""

    customer_id: int
    installment_id: int
    purchase_id: int
    kind: str
    number: int
    status: str
    principal_minor: int
    fee_minor: int
    late_fee_minor: int
    paid_minor: int
    owed_minor: int
    statement_on: date
    due_on: date
    revolving: bool


def restricted_share_ppm() -> int:
    """Return which share of its fixed limit a restricted line may use."""
    return terms().restricted_share_ppm


def show(db: Connection, customer_id: int, line_id: int) -> LineView | None:
    """Show a line today."""
    row = sql.maybe(db, "show_line", customer_id=customer_id, line_id=line_id)
    return None if row is None else LineView(*row)


def of_customer(db: Connection, customer_id: int) -> list[LineView]:
    """Show the lines of a customer today, the oldest first."""
    shown = (show(db, *key) for key in find_lines(db, [customer_id]))
    return [line for line in shown if line is not None]


def open_installments(db: Connection, customer_id: int, line_id: int) -> list[InstallmentView]:
    """List what is still owed, earliest due first."""
    rows = sql.many(db, "list_open_installments", customer_id=customer_id, line_id=line_id)
    return [InstallmentView(*row) for row in rows]
