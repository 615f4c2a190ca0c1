"""Keeping a month end, line by line against the rule, once and for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from tests.builders import noon
from tests.money import random_rows
from tests.money.random_rows import SEED
from tests.money.twins import rows

from whiteslip.infra.database import Connection
from whiteslip.money.arrears import store
from whiteslip.money.arrears.rules import days_past_due

LINES = 1_500
MONTH_END = date(2026, 2, 28)
Days = Callable[..., int]


@pytest.fixture
def book(db: Connection) -> Connection:
    """Lines with installments due around the month end, some of them captured only after it."""
    rng = np.random.default_rng(SEED)
    random_rows.write_lines(db, rng, random_rows.publish(db), LINES)
    due = random_rows.days_around(MONTH_END, before=70, after=40) + [MONTH_END] * 10
    random_rows.write_installments(db, rng, lines=LINES, count=5_000, due=due)
    return db


def keep(db: Connection, on: date = MONTH_END) -> int:
    return store.keep_month_end(db, first=1, last=LINES, business_date=on, at=noon(on))


def expected(db: Connection, days: Days) -> dict[int, tuple[int, int, int]]:
    """What each line owes, what of it is overdue, and for how many days, row by row."""
    owing: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows(db, "SELECT * FROM money.installment WHERE status = 'open'"):
        if row.captured_on <= MONTH_END:
            owing[row.line_id].append(row)
    found: dict[int, tuple[int, int, int]] = {}
    for line_id, its in owing.items():
        late = [row for row in its if row.due_on < MONTH_END]
        oldest = min((row.due_on for row in late), default=None)
        owed = sum(map(owed_minor, its))
        if owed:
            found[line_id] = (owed, sum(map(owed_minor, late)), days(oldest, on=MONTH_END))
    return found


def owed_minor(row: Any) -> int:
    billed = row.kind != "plan" or row.statement_on <= MONTH_END
    fee = row.fee_minor - row.paid_fee_minor if billed else 0
    late_fee = row.late_fee_minor - row.paid_late_fee_minor
    return int(row.principal_minor - row.paid_principal_minor + late_fee + fee)


def kept(db: Connection) -> dict[int, tuple[int, int, int]]:
    found = rows(db, "SELECT * FROM money.month_end WHERE month_end = '2026-02-28'")
    return {row.line_id: (row.owed_minor, row.overdue_minor, row.days_past_due) for row in found}


def test_keep_month_end_is_the_rule_line_by_line(book: Connection) -> None:
    count = keep(book)

    assert kept(book) == expected(book, days_past_due)
    assert count == len(kept(book)) > 500
    assert {days > 0 for _, _, days in kept(book).values()} == {True, False}


def test_control_a_day_too_many_is_seen(book: Connection) -> None:
    keep(book)

    def too_late(oldest: date | None, *, on: date) -> int:
        return days_past_due(oldest, on=on + timedelta(days=1))

    assert kept(book) != expected(book, too_late)


def test_what_is_kept_stays_and_other_days_keep_nothing(book: Connection) -> None:
    assert keep(book, MONTH_END - timedelta(days=1)) == 0
    keep(book)
    before = kept(book)
    book.execute(
        "UPDATE money.installment SET late_fee_minor = late_fee_minor + 7 WHERE status = 'open'"
    )

    assert keep(book) == 0
    assert kept(book) == before
