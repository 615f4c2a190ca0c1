"""What a running server is made of: its database, its clock, its keys, and its lanes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from whiteslip.api import acts, present
from whiteslip.api.batching import Batcher, Flow, Lane, Limits
from whiteslip.api.callers import KeyCache
from whiteslip.flows.capture import CaptureRequest, capture
from whiteslip.flows.checkout import PurchaseRequest, checkout
from whiteslip.flows.pay_out_credit import PayoutRequest, pay_out_credit
from whiteslip.flows.refund import RefundRequest, refund
from whiteslip.flows.repay import RepaymentRequest, repay
from whiteslip.flows.settle_early import SettleRequest, settle_early
from whiteslip.flows.void import VoidRequest, void
from whiteslip.infra import crypto, keys
from whiteslip.infra.clock import Clock, MachineClock
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.idempotency import Response
from whiteslip.infra.settings import Settings
from whiteslip.worker.bank import ACTS, BANK
from whiteslip.worker.book_clock import Around, BookClock
from whiteslip.worker.outside import Outside

T = TypeVar("T")
AfterSale: TypeAlias = CaptureRequest | VoidRequest | RefundRequest
Incoming: TypeAlias = RepaymentRequest | PayoutRequest | SettleRequest
Act: TypeAlias = Callable[[Connection, datetime], Response]

# Who is protected when it gets tight: a full lane turns its own requests away and nobody else's. The threads of all
# lanes together are as many as the pool has connections, so no lane waits for another's.
CHECKOUT = Limits(workers=3, batch=512, capacity=768)
AFTER_SALE = Limits(workers=1, batch=256, capacity=4096)
INCOMING = Limits(workers=1, batch=256, capacity=8192)
MANAGEMENT = Limits(workers=1, batch=1, capacity=64, gather_s=0)
READERS = 3
READS_WAITING = 128
SIGNING = 1
SIGN_INS_WAITING = 32
"""Comparing a password is slow on purpose: it has a thread of its own, and a queue that turns the rest away."""
THREADS = 11
END_OF_DAY = 3
"""Connections the sandbox needs besides to close a day."""
DESK = 1
"""The connection of the desk that decides applications."""
POST = 1
"""The connection of the post that sends messages."""
COLLECTOR = 1
"""The connection of the collector that asks the bank."""


class Runtime:
    """One server's parts; `close` ends them, the database last."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        clock: Clock | None = None,
        around: Around | None = None,
    ) -> None:
        self.settings = settings
        self.database = database
        self.clock = clock or MachineClock()
        self.ring = crypto.keyring(settings)
        self.keys = KeyCache(database, keys.pepper_at(settings.home))
        self.book_clock = BookClock(database, self.clock, around)
        self.case_acts, self.appeal_acts = acts.BY_OUTCOME, acts.OVERTURNING
        self.bank, self.bank_acts = BANK, ACTS
        self.outside: tuple[Outside[Any, Any], ...] = ()
        self.reading = Lane("read", workers=READERS, capacity=READS_WAITING)
        self.signing = Lane("sign-in", workers=SIGNING, capacity=SIGN_INS_WAITING)
        self.checkouts = self._lane("checkout", _check_out, CHECKOUT)
        self.after_sale = self._lane("after_sale", _after_sale, AFTER_SALE)
        self.incoming = self._lane("incoming", _incoming, INCOMING)
        self.management = self._lane("management", _manage, MANAGEMENT)

    def _lane(self, name: str, flow: Flow[T], limits: Limits) -> Batcher[T]:
        return Batcher(name, flow, limits, database=self.database, clock=self.clock)

    def lane(self, name: str) -> Batcher[Any]:
        """Return a lane by name, for the forms of pages."""
        lanes = {
            "checkouts": self.checkouts,
            "after_sale": self.after_sale,
            "incoming": self.incoming,
            "management": self.management,
        }
        return lanes[name]

    @property
    def is_full(self) -> bool:
        """Tell whether purchases are being turned away."""
        return self.checkouts.is_full

    def close(self) -> None:
        """Stop taking requests and finish those under way."""
        self.book_clock.stop()
        for lane in (self.checkouts, self.after_sale, self.incoming, self.management):
            lane.close()
        self.reading.close()
        self.signing.close()
        self.keys.close()


def _check_out(
    db: Connection, requests: Sequence[PurchaseRequest], at: datetime
) -> Sequence[Response]:
    return present.purchases(checkout(db, requests, at=at))


def _after_sale(db: Connection, requests: Sequence[AfterSale], at: datetime) -> Sequence[Response]:
    answers: dict[int, Response] = {}
    captures = _only(CaptureRequest, requests)
    voids = _only(VoidRequest, requests)
    refunds = _only(RefundRequest, requests)
    if captures:
        done = capture(db, list(captures.values()), at=at)
        answers |= zip(captures, map(present.captured, done), strict=True)
    if voids:
        released = void(db, list(voids.values()), at=at)
        answers |= zip(voids, map(present.voided, released), strict=True)
    if refunds:
        returned = refund(db, list(refunds.values()), at=at)
        answers |= zip(refunds, map(present.refunded, returned), strict=True)
    return [answers[index] for index in range(len(requests))]


def _incoming(db: Connection, requests: Sequence[Incoming], at: datetime) -> Sequence[Response]:
    answers: dict[int, Response] = {}
    repayments = _only(RepaymentRequest, requests)
    payouts = _only(PayoutRequest, requests)
    early = _only(SettleRequest, requests)
    if repayments:
        received = repay(db, list(repayments.values()), at=at)
        answers |= zip(repayments, map(present.repaid, received), strict=True)
    if early:
        settled = settle_early(db, list(early.values()), at=at)
        answers |= zip(early, map(present.settled, settled), strict=True)
    if payouts:
        paid = pay_out_credit(db, list(payouts.values()), at=at)
        answers |= zip(payouts, map(present.paid_out, paid), strict=True)
    return [answers[index] for index in range(len(requests))]


def _only(kind: type[T], requests: Sequence[object]) -> dict[int, T]:
    return {i: request for i, request in enumerate(requests) if isinstance(request, kind)}


def _manage(db: Connection, requests: Sequence[Act], at: datetime) -> Sequence[Response]:
    return [act(db, at) for act in requests]
