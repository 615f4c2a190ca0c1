"""Planning collections in sets, line by line against its pure twin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from tests.builders import noon
from tests.money import random_rows
from tests.money.random_rows import CLOSING, SEED
from tests.money.twins import owed_by_line, rows

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.money.collections import rules, store

LINES, ROWS = 4_000, 16_000
ON = CLOSING + timedelta(days=1)
DUE_ON = ON + timedelta(days=1)
PAST = ON - timedelta(days=5)
BILLED_BEFORE = timedelta(days=20)
ToCollect = Callable[..., int]


@pytest.fixture
def book(db: Connection) -> Connection:
    """Lines that owe around a due date; most have statements and sources, some of them stopped, and some a flag."""
    rng = np.random.default_rng(SEED)
    random_rows.write_lines(db, rng, random_rows.publish(db), LINES)
    due = [PAST, ON, DUE_ON, DUE_ON, DUE_ON + timedelta(days=1)]
    random_rows.write_installments(db, rng, lines=LINES, count=ROWS, due=due)
    for day in (PAST, ON, DUE_ON):
        _write_statements(db, rng, day)
    for place in (2, 1):
        _write_sources(db, rng, place)
    db.execute(
        "INSERT INTO care.contact_flag (customer_id, flag_id, set_at, flag, since_on, until_on, set_by)"
        " SELECT customer_id, 1, '2026-01-01', 'hardship', %s, CASE WHEN customer_id %% 3 = 0 THEN %s::date END,"
        " 'anna' FROM money.line WHERE customer_id %% 20 = 0",
        (ON - timedelta(days=9), ON),
    )
    return db


def _write_statements(db: Connection, rng: np.random.Generator, due_on: date) -> None:
    some = np.flatnonzero(rng.random(LINES) < 0.8) + 1
    whole = random_rows.spread(rng, len(some))
    db.execute(
        "INSERT INTO money.statement (customer_id, line_id, statement_on, due_on, previous_minor, charged_minor,"
        " credited_minor, balance_minor, credited_total_minor, minimum_minor, pay_later_minor, pay_later_minimum_minor)"
        " SELECT owner, owner, %s, %s, 0, whole, 0, whole, 0, least_minor, whole, least_minor"
        " FROM unnest(%b::bigint[], %b::bigint[], %b::bigint[]) AS made (owner, whole, least_minor)",
        (
            due_on - BILLED_BEFORE,
            due_on,
            arrays.bigints(some),
            arrays.bigints(whole),
            arrays.bigints(whole // rng.integers(1, 12, len(some))),
        ),
    )


def _write_sources(db: Connection, rng: np.random.Generator, place: int) -> None:
    some = np.flatnonzero(rng.random(LINES) < 0.6) + 1
    stopped = rng.random(len(some)) < 0.2
    db.execute(
        "INSERT INTO money.payment_source (customer_id, source_id, line_id, place, kind, label, account, holder,"
        " mandate, given_at, added_on, added_at, stopped_at, stopped_on, stop_reason)"
        " SELECT owner, %s, owner, %s, 'card', 'x', 't', 'h', 'M', '2026-01-01', '2026-01-01', '2026-01-01',"
        " CASE WHEN stopped THEN '2026-02-01'::timestamptz END, CASE WHEN stopped THEN '2026-02-01'::date END,"
        " CASE WHEN stopped THEN 'asked' END"
        " FROM unnest(%b::bigint[], %b::boolean[]) AS made (owner, stopped)",
        (place, place, arrays.bigints(some), arrays.bools(stopped)),
    )


def wrong_plans(db: Connection, to_collect: ToCollect) -> list[Any]:
    """Plan, and return what the statement and the rule do differently."""
    owed = owed_by_line(db)
    spared = _spared(db)
    sources: dict[int, int] = {}
    for row in rows(
        db, "SELECT * FROM money.payment_source WHERE stopped_at IS NULL ORDER BY place DESC"
    ):
        sources[row.line_id] = row.source_id
    flagged = {
        row.customer_id
        for row in rows(db, "SELECT * FROM care.contact_flag")
        if row.until_on is None or row.until_on > ON
    }
    count = store.plan_collections(db, first=1, last=LINES, business_date=CLOSING, at=noon(CLOSING))
    planned = {
        row.line_id: (row.planned_minor, row.source_id)
        for row in rows(
            db,
            "SELECT collection.*, try.source_id FROM money.collection JOIN money.collection_try AS try"
            " ON try.customer_id = collection.customer_id AND try.collection_id = collection.collection_id",
        )
    }
    assert count == len(planned) > 500
    wrong: list[Any] = []
    for line in rows(db, "SELECT * FROM money.line"):
        due = owed.get(line.line_id, [])
        amount = to_collect(
            due, due_on=DUE_ON, spared=spared.get(line.line_id, {}), credit_minor=line.credit_minor
        )
        expected = None
        if (
            line.line_id in sources
            and line.customer_id not in flagged
            and any(row.due_on == DUE_ON for row in due)
            and amount >= store.terms().smallest_minor
        ):
            expected = (amount, sources[line.line_id])
        if planned.get(line.line_id) != expected:
            wrong.append((line.line_id, planned.get(line.line_id), expected))
    return wrong


def _spared(db: Connection) -> dict[int, dict[date, int]]:
    spared: dict[int, dict[date, int]] = {}
    for row in rows(db, "SELECT * FROM money.statement"):
        minor = row.pay_later_minor - row.pay_later_minimum_minor
        if row.due_on >= ON:
            spared.setdefault(row.line_id, {})[row.due_on] = minor
    return spared


def test_every_line_is_planned_as_the_rule_says(book: Connection) -> None:
    assert wrong_plans(book, rules.to_collect) == []


def test_control_another_rule_is_found(book: Connection) -> None:
    def careless(*args: Any, **known: Any) -> int:
        return rules.to_collect(*args, **{**known, "credit_minor": 0})

    assert wrong_plans(book, careless)


def test_what_is_sent_is_what_was_planned_where_nothing_happened(book: Connection) -> None:
    store.plan_collections(book, first=1, last=LINES, business_date=CLOSING, at=noon(CLOSING))
    keys = rows(book, "SELECT customer_id, line_id, planned_minor FROM money.collection")
    named = {(store.LineKey(row.customer_id, row.line_id), DUE_ON) for row in keys}
    spared = store.read_spared(book, named, on=ON)
    owed = owed_by_line(book)
    credit = {row.line_id: row.credit_minor for row in rows(book, "SELECT * FROM money.line")}

    assert [
        row
        for row in keys
        if row.planned_minor
        != rules.to_collect(
            owed[row.line_id],
            due_on=DUE_ON,
            spared=spared[store.LineKey(row.customer_id, row.line_id)],
            credit_minor=credit[row.line_id],
        )
    ] == []
