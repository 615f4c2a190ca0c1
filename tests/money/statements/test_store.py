"""Closing statements in sets, line by line against its pure twin."""

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
from whiteslip.money.statements import rules, store
from whiteslip.money.statements.rules import Figures

LINES, ROWS = 20_000, 40_000
NEXT = CLOSING + timedelta(days=1)
Close = Callable[..., Figures]


@pytest.fixture
def book(db: Connection) -> Connection:
    """Lines of which most have their statement date, with rows billed long ago, now and later."""
    rng = np.random.default_rng(SEED)
    random_rows.write_lines(db, rng, random_rows.publish(db), LINES)
    due = random_rows.days_around(CLOSING, before=15, after=40) + [NEXT + timedelta(days=20)] * 60
    random_rows.write_installments(db, rng, lines=LINES, count=ROWS, due=due)
    db.execute(
        "INSERT INTO money.statement SELECT customer_id, line_id, '2026-02-05', '2026-03-06', 0, 100, 0, 100,"
        " 40, 10, 100, 10 FROM money.line WHERE line_id %% 3 = 0 AND statement_day = 5",
        (),
    )
    db.execute("UPDATE money.line SET credited_total_minor = 70")
    return db


def wrong_statements(db: Connection, close: Close) -> list[tuple[Any, Any]]:
    """Close the day's statements and return those on which the statement and the rule differ."""
    lines = rows(
        db,
        "SELECT line.*, product.minimum_ppm, product.due_days FROM money.line"
        " INNER JOIN money.product USING (product_id) ORDER BY line_id",
    )
    owed = owed_by_line(db)
    store.close_statements(db, first=1, last=LINES, business_date=CLOSING, at=noon(CLOSING))
    closed = {
        row.line_id: row
        for row in rows(db, f"SELECT * FROM money.statement WHERE statement_on = '{NEXT}'")
    }
    wrong: list[tuple[Any, Any]] = []
    for line in lines:
        now = closed.pop(line.line_id, None)
        if line.statement_day != NEXT.day:
            assert now is None
            continue
        figures = close(
            owed.get(line.line_id, []),
            credit_minor=line.credit_minor,
            minimum_ppm=line.minimum_ppm,
            statement_on=NEXT,
            due_on=NEXT + timedelta(days=line.due_days),
        )
        previous, credited = (100, 30) if line.line_id % 3 == 0 else (0, 70)
        charged = figures.balance_minor - previous + credited
        expected = (NEXT + timedelta(days=line.due_days), previous, charged, credited, *figures)
        if now is None or expected != (
            now.due_on,
            now.previous_minor,
            now.charged_minor,
            now.credited_minor,
            now.balance_minor,
            now.minimum_minor,
            now.pay_later_minor,
            now.pay_later_minimum_minor,
        ):
            wrong.append((expected, now))
    assert not closed
    return wrong


def test_close_statements_is_close(book: Connection) -> None:
    assert wrong_statements(book, rules.close) == []

    count = book.execute(
        "SELECT count(*) FROM money.statement WHERE pay_later_minor > 0"
    ).fetchone()
    assert count is not None
    assert count[0] > LINES // 10, "the rows must be such that many statements have a share"


def test_a_minimum_off_by_a_cent_is_seen(book: Connection) -> None:
    def off(*args: Any, **kwargs: Any) -> Figures:
        figures = rules.close(*args, **kwargs)
        return figures._replace(minimum_minor=figures.minimum_minor + 1)

    assert wrong_statements(book, off)


def test_a_share_rounded_the_other_way_is_seen(book: Connection) -> None:
    def off(*args: Any, **kwargs: Any) -> Figures:
        figures = rules.close(*args, **kwargs)
        return figures._replace(
            pay_later_minimum_minor=figures.pay_later_minor * kwargs["minimum_ppm"] // 1_000_000
        )

    assert wrong_statements(book, off)


def test_closing_twice_changes_nothing(book: Connection) -> None:
    store.close_statements(book, first=1, last=LINES, business_date=CLOSING, at=noon(CLOSING))

    assert (
        store.close_statements(book, first=1, last=LINES, business_date=CLOSING, at=noon(CLOSING))
        == 0
    )


def test_demanding_what_was_put_off_is_seen(book: Connection) -> None:
    def off(*args: Any, **kwargs: Any) -> Figures:
        return rules.close(*args, **{**kwargs, "due_on": NEXT + timedelta(days=400)})

    assert wrong_statements(book, off)
