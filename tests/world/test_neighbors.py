"""The people of a demonstration live on when its clock is moved, and nobody else is touched."""

from __future__ import annotations

from datetime import date
from time import sleep

import pytest

from whiteslip.flows.check_books import check_books
from whiteslip.flows.open_lines import NewCustomer, NewLine, OpenedLine, join, open_lines
from whiteslip.infra import business_day
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Connection, Database
from whiteslip.web import guide
from whiteslip.worker.book_clock import Around, BookClock
from whiteslip.world.neighbors import Neighbors
from whiteslip.world.simulate import simulate
from whiteslip.world.staff import release_runs

SEED, DAYS, START, MOVED = 21, 70, date(2026, 6, 1), 34
LIVED = b"""
SELECT
    (SELECT count(*) FROM money.purchase WHERE authorized_on >= %(since)s AND customer_id <> %(but)s) AS purchases,
    (SELECT count(*) FROM money.repayment WHERE repaid_on >= %(since)s AND customer_id <> %(but)s) AS repayments,
    (SELECT count(*) FROM money.movement WHERE customer_id = %(but)s) AS theirs,
    (SELECT count(*) FROM money.line WHERE restriction_level >= 4) AS suspended
"""


def newcomer(db: Connection) -> int:
    at = MachineClock().now()
    [customer_id] = join(db, [NewCustomer(f"{guide.NEWCOMER}x", "Newcomer", "en")], at=at)
    [line] = open_lines(db, [NewLine(customer_id, 500_000, 5)], at=at)
    assert isinstance(line, OpenedLine)
    return customer_id


def released(database: Database) -> None:
    release_runs(database, at=MachineClock().now())


@pytest.mark.slow
def test_they_pay_and_buy_while_the_clock_is_moved(database: Database) -> None:
    simulate(database, shoppers=60, days=DAYS, seed=SEED, start=START)
    other = database.write(newcomer)
    since = database.read(business_day.read).current_on
    clock = BookClock(
        database, MachineClock(), Around(Neighbors(seed=SEED, days=DAYS).live, released)
    )

    clock.move(MOVED)
    while clock.moving.to is not None:
        sleep(0.05)

    assert not clock.moving.failed
    assert (database.read(business_day.read).current_on - since).days == MOVED
    asked = {"since": since, "but": other}
    row = database.read(lambda db: db.execute(LIVED, asked).fetchone())
    assert row is not None
    purchases, repayments, theirs, suspended = row
    assert purchases > 100
    assert repayments > 30
    assert theirs == 0
    assert suspended < 10
    assert database.read(check_books).problems == []


def test_a_book_without_them_is_left_alone(database: Database) -> None:
    simulate(database, shoppers=3, days=2, seed=SEED, start=START)
    before = database.read(lambda db: db.execute("SELECT count(*) FROM money.movement").fetchone())

    Neighbors(seed=SEED + 1, days=DAYS).live(database, date(2026, 6, 3))

    after = database.read(lambda db: db.execute("SELECT count(*) FROM money.movement").fetchone())
    assert after == before
