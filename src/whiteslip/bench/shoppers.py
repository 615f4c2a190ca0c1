"""Shoppers and payers beside an end of day: small batches, one after the other, and how long each waited."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from hashlib import blake2b
from typing import NamedTuple

from whiteslip.bench.book import MadeBook, line_id
from whiteslip.bench.figures import Latency, latency
from whiteslip.bench.purchases import CALLER, buy
from whiteslip.flows.checkout import PurchaseRequest
from whiteslip.flows.repay import RepaymentRequest, repay
from whiteslip.infra.database import Database
from whiteslip.infra.idempotency import Call
from whiteslip.kernel.errors import Unavailable

LARGEST_BATCH = 10
_STRIDE = 7919
_PAUSE_S = 0.002


class Shopping(NamedTuple):
    """What was bought and repaid meanwhile, and how long one waited for it."""

    purchases: int
    repayments: int
    failed: int
    purchase_waits: Latency
    repayment_waits: Latency


class _Counts:
    def __init__(self) -> None:
        self.stopped = threading.Event()
        self.purchases = self.repayments = self.failed = 0
        self.purchase_waits: list[float] = []
        self.repayment_waits: list[float] = []


@contextmanager
def shopping(dsn: str, book: MadeBook) -> Generator[Callable[[], Shopping]]:
    """Buy and repay on two threads while the body runs; afterward the yielded function tells."""
    counts = _Counts()
    with Database(dsn, min_size=2, max_size=2) as database:
        threads = [
            threading.Thread(target=_until_stopped, args=(work, database, book, counts))
            for work in (_buy_some, _repay_one)
        ]
        for thread in threads:
            thread.start()
        try:
            yield lambda: Shopping(
                counts.purchases,
                counts.repayments,
                counts.failed,
                latency(counts.purchase_waits),
                latency(counts.repayment_waits),
            )
        finally:
            counts.stopped.set()
            for thread in threads:
                thread.join()


def _until_stopped(
    work: Callable[[Database, MadeBook, int, _Counts], None],
    database: Database,
    book: MadeBook,
    counts: _Counts,
) -> None:
    number = 0
    while not counts.stopped.wait(_PAUSE_S):
        try:
            work(database, book, number, counts)
        except Unavailable:
            counts.failed += 1
        number += 1


def _buy_some(database: Database, book: MadeBook, number: int, counts: _Counts) -> None:
    requests: list[PurchaseRequest] = []
    for index in range(1 + number % LARGEST_BATCH):
        customer_id = 1 + (number * LARGEST_BATCH + index) * _STRIDE % book.lines
        order = f"during-{number}-{index}"
        request = PurchaseRequest(
            customer_id, line_id(customer_id), book.merchant_id, 100, 0, order
        )
        requests.append(request)
    calls = [
        Call(CALLER, one.order_ref, blake2b(one.order_ref.encode(), digest_size=16).digest())
        for one in requests
    ]
    began = time.perf_counter()
    buy(database, calls, requests, at=book.at)
    counts.purchase_waits.append(time.perf_counter() - began)
    counts.purchases += len(requests)


def _repay_one(database: Database, book: MadeBook, number: int, counts: _Counts) -> None:
    customer_id = 1 + (number * _STRIDE + 17) % book.lines
    request = RepaymentRequest(customer_id, line_id(customer_id), 500, "wallet")
    began = time.perf_counter()
    database.write(lambda db: repay(db, [request], at=book.at))
    counts.repayment_waits.append(time.perf_counter() - began)
    counts.repayments += 1
