"""Using credit balances in sets, installment by installment against its pure twin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from tests.builders import noon
from tests.money import random_rows
from tests.money.random_rows import CLOSING, SEED
from tests.money.twins import owed_by_line, rows

from whiteslip.infra.database import Connection
from whiteslip.money.products import store as products
from whiteslip.money.repayments import rules, store
from whiteslip.money.repayments.model import Allocation

LINES, ROWS = 5_000, 20_000
NEXT = CLOSING + timedelta(days=1)
Allocate = Callable[..., Allocation]


@pytest.fixture
def book(db: Connection) -> Connection:
    """Lines of which half have a credit balance, owing what is billed and what is not."""
    rng = np.random.default_rng(SEED)
    random_rows.write_lines(db, rng, random_rows.publish(db), LINES)
    due = random_rows.days_around(NEXT, before=10, after=40)
    random_rows.write_installments(db, rng, lines=LINES, count=ROWS, due=due)
    return db


def wrong_uses(db: Connection, allocate: Allocate) -> list[Any]:
    """Apply credit balances and return what the statement and the rule do differently."""
    lines = rows(db, "SELECT * FROM money.line ORDER BY line_id")
    terms = products.by_id(db, {line.product_id for line in lines})
    owed = owed_by_line(db)
    before = {row.installment_id: row for row in rows(db, "SELECT * FROM money.installment")}
    store.apply_credit_balances(db, first=1, last=LINES, business_date=CLOSING, at=noon(CLOSING))
    after = {row.installment_id: row for row in rows(db, "SELECT * FROM money.installment")}
    now = {line.line_id: line for line in rows(db, "SELECT * FROM money.line")}
    wrong: list[Any] = []
    for line in lines:
        billed = [row for row in owed.get(line.line_id, []) if row.statement_on <= NEXT]
        gone = Allocation((), line.credit_minor)
        if line.credit_minor:
            order = terms[line.product_id].allocation
            gone = allocate(line.credit_minor, billed, order, reached=NEXT)
        paid = {one.installment_id: one for one in gone.settlements}
        balances = (line.principal_minor - gone.principal_minor, gone.credit_minor)
        if balances != (now[line.line_id].principal_minor, now[line.line_id].credit_minor):
            wrong.append((line, gone))
        wrong.extend(
            row
            for row in owed.get(line.line_id, [])
            if _paid(before[row.installment_id], after[row.installment_id])
            != _settled(paid.get(row.installment_id))
        )
    return wrong


def _paid(before: Any, after: Any) -> tuple[int, int, int]:
    return (
        after.paid_principal_minor - before.paid_principal_minor,
        after.paid_fee_minor - before.paid_fee_minor,
        after.paid_late_fee_minor - before.paid_late_fee_minor,
    )


def _settled(one: Any) -> tuple[int, int, int]:
    return (0, 0, 0) if one is None else (one.principal_minor, one.fee_minor, one.late_fee_minor)


def test_apply_credit_balances_is_allocate(book: Connection) -> None:
    assert wrong_uses(book, rules.allocate) == []

    used = book.execute("SELECT count(*) FROM money.allocation").fetchone()
    assert used is not None
    assert used[0] > LINES // 5, "the rows must be such that many are paid"


def test_another_order_of_components_is_seen(book: Connection) -> None:
    def off(payment: int, owed: Any, order: Any, **more: Any) -> Allocation:
        return rules.allocate(payment, owed, tuple(reversed(order)), **more)

    assert wrong_uses(book, off)


def test_a_cent_too_much_is_seen(book: Connection) -> None:
    def off(payment: int, owed: Any, order: Any, **more: Any) -> Allocation:
        return rules.allocate(payment + 1, owed, order, **more)

    assert wrong_uses(book, off)
