"""The load of a checkout bench acts once a key, and its audit finds what is planted."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from whiteslip.bench import audit
from whiteslip.bench.anomaly import WAYS, measure_anomaly
from whiteslip.bench.book import MadeBook, make_book
from whiteslip.bench.checkout import KINDS, Load, batch_of, keep_buying
from whiteslip.bench.purchases import buy
from whiteslip.infra.database import Database, connect

LINES = 2_000


def _silent(_message: str) -> None:
    pass


@pytest.fixture
def book(dsn: str) -> MadeBook:
    return make_book(dsn, LINES, owing=False, tell=_silent)


def load_of(dsn: str, book: MadeBook, *, worker: int = 0, run: str = "run") -> Load:
    return Load(dsn, book, worker, batch=100, seconds=0.3, run=run)


def test_every_purchase_is_counted_and_acts_once(dsn: str, book: MadeBook) -> None:
    with Database(dsn) as database:
        done = keep_buying(database, load_of(dsn, book))

    assert done.authorized > 0
    assert done.mistaken == done.turned_away == 0
    assert sum(getattr(done, kind) for kind in KINDS) == 100 * len(done.waits_s)
    assert audit.audit(dsn) == []


def test_a_repeated_batch_buys_nothing_more(dsn: str, book: MadeBook) -> None:
    calls, requests = batch_of(load_of(dsn, book), 0)

    with Database(dsn) as database:
        first = buy(database, calls, requests, at=book.at)
        second = buy(database, calls, requests, at=book.at)

    assert first == second
    assert audit.audit(dsn) == []


def test_batches_want_distinct_customers_but_for_the_hot_lines(book: MadeBook) -> None:
    calls, requests = batch_of(load_of("", book), 3)
    other, _ = batch_of(load_of("", book, worker=1), 3)

    assert len({request.customer_id for request in requests}) >= 98
    assert all(1 <= request.customer_id <= LINES for request in requests)
    assert len({call.key for call in (*calls, *other)}) == 200


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ("DELETE FROM infra.idempotency_key WHERE key LIKE '%-7'", "purchases, answered keys"),
        ("DELETE FROM infra.outbox", "purchases, events"),
        ("DELETE FROM money.movement WHERE kind = 'hold_placed'", "holds, their movements"),
        ("UPDATE money.line SET held_minor = held_minor + 1", "lines unlike the ledger"),
        ("UPDATE money.line SET fixed_limit_minor = 0", "lines above their limit"),
    ],
)
def test_control_the_audit_finds_what_is_planted(
    dsn: str, book: MadeBook, planted: str, found: str
) -> None:
    with Database(dsn) as database:
        calls, requests = batch_of(load_of(dsn, book), 0)
        buy(database, calls, requests, at=book.at)
    with connect(dsn) as db:
        db.execute(planted.encode())
        db.commit()

    assert any(fault.startswith(found) for fault in audit.audit(dsn))


def test_events_a_relay_took_are_not_missed(dsn: str, book: MadeBook) -> None:
    with Database(dsn) as database:
        calls, requests = batch_of(load_of(dsn, book), 0)
        buy(database, calls, requests, at=book.at)
    with connect(dsn) as db:
        db.execute("DELETE FROM infra.outbox")
        db.commit()

    assert audit.audit(dsn, relayed=True) == []
    assert audit.audit(dsn) != []


def test_what_habits_cost_is_told_for_each_way_and_nothing_is_lost(
    dsn: str, book: MadeBook
) -> None:
    figures = measure_anomaly(dsn, book, batch=20, seconds=0.1)

    for name in WAYS:
        told = figures[f"anomaly_{name}"]
        assert isinstance(told, Mapping)
        assert float(told["us_cpu_each"]) > 0
    assert set(figures) == {*(f"anomaly_{name}" for name in WAYS), "anomaly_adds", "anomaly_nights"}
    nights = figures["anomaly_nights"]
    assert isinstance(nights, Mapping)
    assert float(nights["habits"]) > 0 < float(nights["us_postgresql_each"])
    assert audit.audit(dsn) == []
