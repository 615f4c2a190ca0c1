"""Using credit balances in sets, installment by installment against its pure twin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import product as pairs
from typing import Any

import numpy as np
import pytest
from tests.builders import noon
from tests.money import random_rows
from tests.money.random_rows import CLOSING, SEED
from tests.money.twins import owed_by_line, rows

from whiteslip.infra.database import Connection
from whiteslip.kernel.money import level
from whiteslip.money.plans.model import Future, Timing
from whiteslip.money.products import store as products
from whiteslip.money.products.model import AllocationPolicy, Component, PaymentKind, Product
from whiteslip.money.repayments import rules, store
from whiteslip.money.repayments.model import Allocation
from whiteslip.money.schedules.model import Owed

LINES, ROWS = 8_000, 40_000
NEXT = CLOSING + timedelta(days=1)
Allocate = Callable[..., Allocation]
POLICIES = tuple(pairs(("horizontal", "vertical"), ("credit", "next", "last", "evenly"), range(3)))


def publish_policies(db: Connection, rng: np.random.Generator) -> list[Product]:
    """Publish a product of every strategy and excess for credit balances, each in several orders."""
    made: list[Product] = []
    for number, (strategy, excess, _) in enumerate(POLICIES, start=len(random_rows.PRODUCTS)):
        order = [
            f"{state}: {part}" for state in Timing for part in rng.permutation(list(Component))
        ]
        if strategy == "vertical":
            order = list(rng.permutation(order))
        credit = (
            f'strategy = "{strategy}", excess = "{excess}", order = {[str(one) for one in order]}'
        )
        allocation = f"{{ order = {random_rows.ORDERS[0]}, credit = {{ {credit} }} }}"
        numbers = random_rows.PRODUCTS[number % len(random_rows.PRODUCTS)]
        text = random_rows.TERMS.format(number=number, allocation=allocation, **numbers)
        made.append(products.publish(db, text))
    return made


@pytest.fixture
def book(db: Connection) -> Connection:
    """Lines of all policies, owing what is billed and what is not, most with a credit balance: some of it, or all."""
    rng = np.random.default_rng(SEED)
    terms = random_rows.publish(db) + publish_policies(db, rng)
    random_rows.write_lines(db, rng, terms, LINES)
    due = random_rows.days_around(NEXT, before=10, after=90)
    random_rows.write_installments(db, rng, lines=LINES, count=ROWS, due=due)
    db.execute(
        "UPDATE money.line SET credit_minor = owed * (line_id % 7) / 6 FROM ("
        " SELECT customer_id,"
        " sum(principal_minor - paid_principal_minor + late_fee_minor - paid_late_fee_minor) AS owed"
        " FROM money.installment GROUP BY customer_id) AS row"
        " WHERE row.customer_id = line.customer_id AND line_id % 3 > 0"
    )
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
        known = [_as_of_next(row) for row in owed.get(line.line_id, [])]
        gone = Allocation((), line.credit_minor)
        if line.credit_minor:
            policy = terms[line.product_id].allocation.for_kind(PaymentKind.CREDIT)
            gone = allocate(line.credit_minor, known, policy, reached=NEXT)
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


def _as_of_next(row: Owed) -> Owed:
    if row.kind != "plan" or row.statement_on <= NEXT:
        return row
    return row._replace(fee_minor=0, unbilled_fee_minor=row.fee_minor)


def _paid(before: Any, after: Any) -> tuple[int, int, int]:
    return (
        after.paid_principal_minor - before.paid_principal_minor,
        after.paid_fee_minor - before.paid_fee_minor,
        after.paid_late_fee_minor - before.paid_late_fee_minor,
    )


def _settled(one: Any) -> tuple[int, int, int]:
    return (0, 0, 0) if one is None else (one.principal_minor, one.fee_minor, one.late_fee_minor)


def test_apply_credit_balances_is_use_credit(book: Connection) -> None:
    assert wrong_uses(book, rules.use_credit) == []

    used = book.execute(
        "SELECT count(*) FROM money.allocation INNER JOIN money.line USING (customer_id) GROUP BY product_id"
    ).fetchall()
    assert len(used) == len(random_rows.PRODUCTS) + len(POLICIES)
    assert min(count for (count,) in used) > 100, "the rows must be such that many are paid"


def test_what_is_paid_ahead_is_seen(book: Connection) -> None:
    wrong_uses(book, rules.use_credit)

    ahead = book.execute(
        "SELECT product.credit_future, count(*) FROM money.allocation"
        " INNER JOIN money.installment USING (customer_id, installment_id)"
        " INNER JOIN money.line USING (customer_id) INNER JOIN money.product USING (product_id)"
        " WHERE installment.kind = 'plan' AND installment.statement_on > %s GROUP BY 1",
        (NEXT,),
    ).fetchall()
    assert {future for future, count in ahead if count > 100} == {"next", "last", "evenly"}


def _other(policy: AllocationPolicy, known: Future, other: Future) -> AllocationPolicy:
    return replace(policy, future=other) if policy.future is known else policy


def _changed(fault: str, policy: AllocationPolicy) -> AllocationPolicy:
    match fault:
        case "order":
            return replace(policy, order=tuple(reversed(policy.order)))
        case "strategy":
            return replace(policy, by_component=False)
        case "excess":
            return replace(policy, future=None)
        case "next or last":
            return _other(policy, Future.NEXT, Future.LAST)
        case "last or evenly":
            return _other(policy, Future.LAST, Future.EVENLY)
        case _:
            return policy


@pytest.mark.parametrize(
    "fault",
    ["order", "strategy", "excess", "next or last", "last or evenly", "a cent", "a day"],
)
def test_control_what_is_off_by_one_is_seen(book: Connection, fault: str) -> None:
    def wrong(
        cents: int, owed: list[Owed], policy: AllocationPolicy, *, reached: date
    ) -> Allocation:
        rows = [_one_day_later(row) for row in owed] if fault == "a day" else owed
        more = cents + (fault == "a cent")
        return rules.use_credit(more, rows, _changed(fault, policy), reached=reached)

    assert wrong_uses(book, wrong)


def test_control_the_odd_units_of_an_even_spread_are_seen(
    book: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def first_ones(total: int, rooms: list[int]) -> tuple[int, ...]:
        return tuple(reversed(level(total, rooms[::-1])))

    monkeypatch.setattr(rules, "level", first_ones)

    assert wrong_uses(book, rules.use_credit)


def _one_day_later(row: Owed) -> Owed:
    return row._replace(due_on=row.due_on + timedelta(days=1))
