"""Keeping repayments, allocations and payouts, and using credit balances up at end of day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.money.repayments.model import Payout, Repayment
from whiteslip.money.schedules.model import Settlement

sql = Sql(__package__)


def insert_repayments(db: Connection, repayments: Sequence[Repayment], *, at: datetime) -> None:
    """Keep repayments and how much of each was allocated."""
    if not repayments:
        return
    columns = list(zip(*repayments, strict=True))
    sql.run(
        db,
        "insert_repayments",
        customer_ids=arrays.bigints(columns[0]),
        repayment_ids=arrays.bigints(columns[1]),
        line_ids=arrays.bigints(columns[2]),
        amounts_minor=arrays.bigints(columns[3]),
        allocated_minor=arrays.bigints(columns[4]),
        credits_minor=arrays.bigints(columns[5]),
        methods=arrays.texts(columns[6]),
        repaid_ons=arrays.dates(columns[7]),
        kinds=arrays.texts(columns[8]),
        repaid_at=at,
    )


def insert_allocations(db: Connection, allocations: Sequence[tuple[int, date, Settlement]]) -> None:
    """Keep where money went: (source, day, settlement)."""
    if not allocations:
        return
    sources, days, settlements = zip(*allocations, strict=True)
    columns = list(zip(*settlements, strict=True))
    sql.run(
        db,
        "insert_allocations",
        customer_ids=arrays.bigints(columns[0]),
        source_ids=arrays.bigints(sources),
        installment_ids=arrays.bigints(columns[2]),
        principals_minor=arrays.bigints(columns[3]),
        fees_minor=arrays.bigints(columns[4]),
        late_fees_minor=arrays.bigints(columns[5]),
        allocated_ons=arrays.dates(days),
    )


def insert_payouts(db: Connection, payouts: Sequence[Payout], *, at: datetime) -> None:
    """Keep payouts of credit balances."""
    if not payouts:
        return
    columns = list(zip(*payouts, strict=True))
    sql.run(
        db,
        "insert_payouts",
        customer_ids=arrays.bigints(columns[0]),
        payout_ids=arrays.bigints(columns[1]),
        line_ids=arrays.bigints(columns[2]),
        amounts_minor=arrays.bigints(columns[3]),
        paid_out_ons=arrays.dates(columns[4]),
        paid_out_at=at,
    )


def apply_credit_balances(
    db: Connection, *, first: int, last: int, business_date: date, at: datetime
) -> int:
    """Use credit balances for what is billed; returns how many installments were paid on."""
    return sql.run(
        db,
        "apply_credit_balances",
        first=first,
        last=last,
        business_date=business_date,
        posted_at=at,
    )
