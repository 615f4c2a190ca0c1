"""Allocation policies of products: how they are written, what they inherit, and which cannot be published."""

from __future__ import annotations

import tomllib

import pytest
from tests.money import random_rows

from whiteslip.infra.database import Connection, connect
from whiteslip.infra.migrations import migrate, shipped
from whiteslip.kernel.errors import InvalidInput
from whiteslip.money.plans.model import Future, Timing, ordered
from whiteslip.money.products import store
from whiteslip.money.products.model import AllocationPolicy, Component, PaymentKind, Reopens
from whiteslip.money.products.policies import name_of, read_allocation
from whiteslip.money.products.rules import parse

FEES_FIRST = (Component.LATE_FEE, Component.FEE, Component.PRINCIPAL)
PRINCIPAL_FIRST = (Component.PRINCIPAL, Component.FEE, Component.LATE_FEE)
VERTICAL = tuple((state, part) for part in PRINCIPAL_FIRST for state in Timing)


def read(text: str) -> AllocationPolicy:
    return read_allocation(tomllib.loads(text)["allocation"])


def test_a_list_of_components_is_the_default_policy() -> None:
    policy = read('allocation = ["late_fee", "fee", "principal"]')

    assert policy == AllocationPolicy(ordered(*FEES_FIRST))
    assert (policy.by_component, policy.future, policy.kinds) == (False, None, ())
    assert all(policy.for_kind(kind) is policy for kind in PaymentKind)


def test_a_kind_says_only_what_is_otherwise_for_it() -> None:
    policy = read(
        f"""
        [allocation]
        order = ["late_fee", "fee", "principal"]
        [allocation.repayment]
        excess = "next"
        [allocation.autopay]
        strategy = "vertical"
        order = {[name_of(place) for place in VERTICAL]}
        [allocation.credit]
        order = ["principal", "fee", "late_fee"]
        excess = "evenly"
        """
    )

    assert policy.for_kind(PaymentKind.GOODWILL) is policy
    assert policy.for_kind(PaymentKind.REPAYMENT) == AllocationPolicy(
        ordered(*FEES_FIRST), future=Future.NEXT
    )
    assert policy.for_kind(PaymentKind.AUTOPAY) == AllocationPolicy(VERTICAL, by_component=True)
    credit = AllocationPolicy(ordered(*PRINCIPAL_FIRST), future=Future.EVENLY)
    assert policy.for_kind(PaymentKind.CREDIT) == credit


@pytest.mark.parametrize(
    ("text", "where", "match"),
    [
        ('allocation = "fee"', "allocation", "a list of components or a table"),
        ('allocation = ["late_fee", "fee"]', "allocation", "each component once"),
        ('allocation = ["late_fee", "fee", 3]', "allocation", "each component once"),
        ("[allocation]\nexcess = 'next'", "allocation", "each component once"),
        ("[allocation]\nordre = []", "allocation", "unknown key 'ordre'"),
        ("[allocation]\nrefund = {}", "allocation", "unknown key 'refund'"),
        ("[allocation]\nexcess = 'lost'", "allocation", "one of: credit, next, last, evenly"),
        ("[allocation]\nstrategy = 3", "allocation", "one of: horizontal, vertical"),
        ("[allocation]\nautopay = 3", "allocation.autopay", "must be a table"),
        ("[allocation.credit]\nexcess = 'lost'", "allocation.credit", "one of: credit, next"),
        (f"[allocation]\norder = {[name_of(place) for place in VERTICAL]}", "allocation", "oldest"),
    ],
)
def test_what_cannot_be_right_is_named(text: str, where: str, match: str) -> None:
    table = tomllib.loads(text)["allocation"]
    if isinstance(table, dict) and "order" not in table and match != "each component once":
        table["order"] = ["late_fee", "fee", "principal"]

    with pytest.raises(InvalidInput, match=match) as refused:
        read_allocation(table)

    assert refused.value.where == where


def text_of(number: int, allocation: str) -> str:
    return random_rows.TERMS.format(number=number, allocation=allocation, **random_rows.PRODUCTS[0])


def test_what_set_statements_read_is_the_policy_of_credit_balances(db: Connection) -> None:
    order = [name_of(place) for place in VERTICAL]
    kind = f'credit = {{ strategy = "vertical", order = {order}, excess = "last" }}'
    text = text_of(77, f"{{ order = {random_rows.ORDERS[0]}, {kind} }}")
    made = store.publish(db, text)

    row = db.execute(
        "SELECT credit_order, credit_by_component, credit_future FROM money.product"
        " WHERE product_id = %s",
        (made.product_id,),
    ).fetchone()
    assert row == (order, True, "last")
    assert store.by_id(db, {made.product_id})[made.product_id].allocation == made.allocation


def test_where_a_disputed_collection_is_owed_again_is_a_term() -> None:
    text = text_of(1, random_rows.ORDERS[0])

    assert parse(text, product_id=1).reopens is Reopens.OLD_DUE
    later = parse(f'{text}\nreopen = "next_due"', product_id=1)
    assert later.reopens is Reopens.NEXT_DUE


def test_products_published_before_get_the_default_policy(empty_dsn: str) -> None:
    before = [one for one in shipped() if one.name < "0047"]
    migrate(empty_dsn, before)
    with connect(empty_dsn) as db:
        db.execute(
            "INSERT INTO money.product (product_id, name, version, effective_on, terms, due_days, minimum_ppm,"
            " revolving_fee_ppm, late_fee_ppm, grace_days, allocation)"
            " VALUES (1, 'old', 1, '2020-01-01', 'old', 29, 0, 0, 0, 0, '{principal,late_fee,fee}')"
        )
        db.commit()

    migrate(empty_dsn)

    with connect(empty_dsn) as db:
        row = db.execute(
            "SELECT credit_order, credit_by_component, credit_future FROM money.product"
        ).fetchone()
    order = ordered(Component.PRINCIPAL, Component.LATE_FEE, Component.FEE)
    assert row == ([name_of(place) for place in order], False, None)
