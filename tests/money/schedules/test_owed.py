"""What is owed by a day is said once in SQL, and costs nothing: the planner writes it out where it is called."""

from __future__ import annotations

from datetime import date

import pytest

from whiteslip.infra.database import Connection

BILLED_ON = date(2026, 2, 10)
BEFORE = date(2026, 2, 9)
_INSTALLMENT = """
    INSERT INTO money.installment (
        customer_id, installment_id, line_id, purchase_id, principal_minor, fee_minor, late_fee_minor,
        paid_principal_minor, paid_fee_minor, paid_late_fee_minor, statement_on, due_on, captured_on, number, kind
    )
    VALUES (
        1, 1, 1, CASE WHEN %(kind)s <> 'revolving_fee' THEN 1 END, 1000, 100, 10,
        300, 20, 3, %(on)s, '2026-03-01', '2026-01-01', 1, %(kind)s::text::money.installment_kind
    )
"""
_OWED = "SELECT money.fee_owed(i, %s), money.owed(i, %s) FROM money.installment AS i"


@pytest.mark.parametrize(
    ("kind", "reached", "fee", "owed"),
    [
        ("plan", BEFORE, 0, 707),
        ("plan", BILLED_ON, 80, 787),
        ("pay_later", BEFORE, 80, 787),
        ("revolving_fee", BEFORE, 80, 787),
    ],
)
def test_a_plans_fee_is_owed_once_its_statement_closes(
    db: Connection, kind: str, reached: date, fee: int, owed: int
) -> None:
    db.execute(_INSTALLMENT, {"kind": kind, "on": BILLED_ON})

    assert db.execute(_OWED, (reached, reached)).fetchone() == (fee, owed)


def test_the_planner_puts_the_expressions_in_place_of_their_calls(db: Connection) -> None:
    plan = str(db.execute(f"EXPLAIN (VERBOSE) {_OWED}", (BEFORE, BEFORE)).fetchall())

    assert "paid_late_fee_minor" in plan
    assert "owed(" not in plan
