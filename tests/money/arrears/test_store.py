"""Rolling and daily fees in sets, row by row against their pure twins."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from tests.builders import noon
from tests.money import random_rows
from tests.money.random_rows import CLOSING, SEED
from tests.money.twins import rows

from whiteslip.infra.database import Connection
from whiteslip.kernel import calendar, rate
from whiteslip.money.arrears import rules, store
from whiteslip.money.arrears.model import FeePause
from whiteslip.money.arrears.rules import Parted

LINES, ROWS = 3_000, 12_000
NEXT = CLOSING + timedelta(days=1)
_INSTALLMENTS = """
SELECT one.*, product.late_fee_ppm, product.revolving_fee_ppm, product.grace_days, product.due_days,
    line.statement_day
FROM money.installment AS one
INNER JOIN money.line USING (customer_id, line_id)
INNER JOIN money.product USING (product_id)
ORDER BY installment_id
"""


@pytest.fixture
def book(db: Connection) -> Connection:
    """Lines with installments due around the day being closed."""
    rng = np.random.default_rng(SEED)
    terms = random_rows.publish(db)
    random_rows.write_lines(db, rng, terms, LINES)
    due = random_rows.days_around(CLOSING, before=12, after=6) + [CLOSING] * 10
    random_rows.write_installments(db, rng, lines=LINES, count=ROWS, due=due)
    store.pause_fees(db, [one for one in _pauses(rng) if one.line_id % 5 < 2])
    return db


def _pauses(rng: np.random.Generator) -> list[FeePause]:
    """Pauses of lines and of purchases, which begin and end around the day that is charged."""
    days = [NEXT + timedelta(days=int(gap)) for gap in rng.integers(-2, 3, LINES)]
    lasts = rng.integers(-1, 4, LINES)
    return [
        FeePause(
            number,
            number,
            number,
            number if number % 2 else None,
            day,
            None if last < 0 else day + timedelta(days=int(last)),
            "relief",
            NEXT,
        )
        for number, (day, last) in enumerate(zip(days, lasts, strict=True), start=1)
    ]


Accrue = Callable[[int, int, int], tuple[int, int]]


def wrong_fees(
    db: Connection, accrue: Accrue, is_paused: Callable[..., bool] = rules.is_paused
) -> list[tuple[Any, Any]]:
    """Charge two days and return what the statement and the rule do differently.

    Late fees are owed on their row; the revolving fees of a line gather in one row, due with its next statement.
    """
    wrong: list[tuple[Any, Any]] = []
    pauses = {
        row[0]: [FeePause(row[0], row[1], row[2], row[3], row[4], row[5], row[6], NEXT)]
        for row in rows(db, "SELECT * FROM money.fee_pause")
    }

    def paused(row: Any) -> bool:
        return is_paused(
            pauses.get(row.customer_id, []),
            customer_id=row.customer_id,
            line_id=row.line_id,
            purchase_id=row.purchase_id,
            on=NEXT,
        )

    for _ in range(2):
        before = rows(db, _INSTALLMENTS)
        store.charge_daily_fees(db, first=1, last=LINES, business_date=CLOSING, at=noon(CLOSING))
        after = {row.installment_id: row for row in rows(db, _INSTALLMENTS)}
        gathered: Counter[int] = Counter()
        for row in before:
            if row.kind == "revolving_fee":
                gathered[row.line_id] += row.fee_minor
                continue
            now = after[row.installment_id]
            late_fee, revolving_fee, carried = _charged(row, accrue, paused)
            gathered[row.line_id] += revolving_fee
            expected = (row.fee_minor, row.late_fee_minor + late_fee, carried)
            if expected != (now.fee_minor, now.late_fee_minor, now.carried_ppm):
                wrong.append((row, now))
        wrong.extend(_wrong_gathered(gathered, after.values()))
    return wrong


def _charged(row: Any, accrue: Accrue, paused: Callable[[Any], bool]) -> tuple[int, int, int]:
    """The late fee, the revolving fee and the carried fraction of a day."""
    late = row.due_on + timedelta(days=row.grace_days) < NEXT
    owed = row.principal_minor - row.paid_principal_minor
    ppm = row.late_fee_ppm if late else row.revolving_fee_ppm
    if row.status == "settled" or not (late or row.revolving) or not owed or not ppm:
        return 0, 0, row.carried_ppm
    if late and paused(row):
        return 0, 0, row.carried_ppm
    charge, carried = accrue(owed, ppm, row.carried_ppm)
    return (charge, 0, carried) if late else (0, charge, carried)


def _wrong_gathered(gathered: Counter[int], after: Iterable[Any]) -> list[tuple[Any, Any]]:
    wrong: list[tuple[Any, Any]] = []
    expected = +gathered
    for row in after:
        if row.kind != "revolving_fee":
            continue
        statement_on = calendar.next_statement(NEXT, row.statement_day, strictly_after=False)
        dated = (row.statement_on, row.due_on - row.statement_on)
        if dated != (statement_on, timedelta(days=row.due_days)):
            wrong.append((statement_on, row))
        if row.fee_minor != expected.pop(row.line_id, 0):
            wrong.append((gathered[row.line_id], row))
    return wrong + list(expected.items())


def test_charge_daily_fees_is_accrue(book: Connection) -> None:
    assert wrong_fees(book, rate.accrue) == []

    changed = book.execute("SELECT count(*) FROM money.movement").fetchone()
    assert changed is not None
    assert changed[0] > ROWS // 10, "the rows must be such that many are charged"


def test_a_fee_off_by_one_millionth_is_seen(book: Connection) -> None:
    def off(base: int, ppm: int, carried: int) -> tuple[int, int]:
        return divmod(base * ppm + carried + 1, rate.WHOLE_PPM)

    assert wrong_fees(book, off)


def _never(pauses: list[FeePause], **asked: Any) -> bool:
    return False


def _a_day_early(pauses: list[FeePause], **asked: Any) -> bool:
    return rules.is_paused(pauses, **{**asked, "on": asked["on"] + timedelta(days=1)})


def _without_end(pauses: list[FeePause], **asked: Any) -> bool:
    return rules.is_paused([one._replace(ends_on=None) for one in pauses], **asked)


@pytest.mark.parametrize("off", [_never, _a_day_early, _without_end])
def test_a_pause_that_is_read_wrongly_is_seen(book: Connection, off: Callable[..., bool]) -> None:
    assert wrong_fees(book, rate.accrue, off)


def test_what_is_charged_is_posted(book: Connection) -> None:
    before = _fees(book)
    store.charge_daily_fees(book, first=1, last=LINES, business_date=CLOSING, at=noon(CLOSING))
    posted = book.execute(
        "SELECT coalesce(sum(amount_minor) FILTER (WHERE debit = 'receivable_fee'), 0),"
        " coalesce(sum(amount_minor) FILTER (WHERE debit = 'receivable_late_fee'), 0)"
        " FROM money.movement"
    ).fetchone()
    after = _fees(book)

    assert posted == (after[0] - before[0], after[1] - before[1])
    assert min(posted or (0,)) > 0


def _fees(db: Connection) -> tuple[int, int]:
    row = db.execute("SELECT sum(fee_minor), sum(late_fee_minor) FROM money.installment").fetchone()
    assert row is not None
    return row[0], row[1]


Roll = Callable[..., list[Parted]]


def wrong_rolls(db: Connection, roll: Roll) -> list[Any]:
    """Roll the day and return the installments on which the statement and the rule differ."""
    rng = np.random.default_rng(SEED + 1)
    due = [
        row
        for row in rows(db, _INSTALLMENTS)
        if row.due_on == CLOSING and row.kind == "pay_later" and row.status == "open"
    ]
    groups: dict[tuple[int, Any], list[Any]] = defaultdict(list)
    for row in due:
        groups[row.line_id, row.statement_on].append(row)
    expected: dict[int, tuple[Any, Parted]] = {}
    for (line_id, statement_on), members in groups.items():
        owed = [row.principal_minor - row.paid_principal_minor for row in members]
        billed = int(sum(owed) * rng.choice([1, 1, 1.5, 0.5])) + int(rng.integers(0, 3))
        minimum = int(billed * rng.choice([0, 0.1, 0.5, 1]))
        db.execute(
            "INSERT INTO money.statement VALUES (%s, %s, %s, %s, 0, 0, 0, 0, 0, 0, %s, %s)",
            (line_id, line_id, statement_on, CLOSING, billed, minimum),
        )
        parts = roll(owed, billed_minor=billed, minimum_minor=minimum)
        expected |= {
            row.installment_id: (row, part) for row, part in zip(members, parts, strict=True)
        }
    known = {row.installment_id for row in rows(db, _INSTALLMENTS)}
    store.roll_unpaid_statements(db, first=1, last=LINES, business_date=CLOSING, at=noon(CLOSING))
    now = rows(db, _INSTALLMENTS)
    after = {row.installment_id: row for row in now}
    rolled: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in now:
        if row.installment_id not in known:
            rolled[row.line_id, row.statement_day].append(row.principal_minor)
            _assert_next(row)
    wrong = [
        (row, part)
        for row, part in expected.values()
        if not _is_parted(row, part, after[row.installment_id], rolled)
    ]
    return wrong + [left for left in rolled.values() if left]


def _is_parted(row: Any, part: Parted, now: Any, new: dict[tuple[int, int], list[int]]) -> bool:
    if part.rolls_minor and not part.stays_minor:
        _assert_next(now)
        return now.principal_minor == row.principal_minor and now.carried_ppm == row.carried_ppm
    if part.rolls_minor:
        mine = new[row.line_id, row.statement_day]
        if part.rolls_minor not in mine:
            return False
        mine.remove(part.rolls_minor)
    return (
        now.principal_minor == row.principal_minor - part.rolls_minor
        and now.principal_minor - now.paid_principal_minor == part.stays_minor
        and not (now.revolving and part.stays_minor)
        and now.due_on == row.due_on
    )


def _assert_next(row: Any) -> None:
    statement_on = calendar.next_statement(NEXT, row.statement_day, strictly_after=False)
    assert row.statement_on == statement_on
    assert row.due_on == statement_on + timedelta(days=row.due_days)
    assert row.revolving


def test_roll_unpaid_statements_is_roll(db: Connection) -> None:
    rng = np.random.default_rng(SEED)
    random_rows.write_lines(db, rng, random_rows.publish(db), LINES)
    random_rows.write_installments(db, rng, lines=LINES, count=3 * ROWS // 2, due=[CLOSING])

    assert wrong_rolls(db, rules.roll) == []


def test_a_minimum_off_by_a_cent_is_seen(book: Connection) -> None:
    def off(owed: list[int], *, billed_minor: int, minimum_minor: int) -> list[Parted]:
        return rules.roll(owed, billed_minor=billed_minor, minimum_minor=minimum_minor + 1)

    assert wrong_rolls(book, off)
