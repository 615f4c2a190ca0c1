"""One batch of purchases through the whole durable path, as the HTTP edge would run it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b

import msgspec

from whiteslip.bench.book import MadeBook, line_id
from whiteslip.flows.checkout import (
    EVERYWHERE,
    Authorized,
    Declined,
    Looks,
    PurchaseRequest,
    Referred,
    checkout,
)
from whiteslip.infra import idempotency
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.idempotency import Call, Response
from whiteslip.kernel.errors import Unavailable, WhiteslipError

CALLER = 7
STRIDE = 7919
"""A prime, so that the customers of a batch are distinct and lie far apart."""
_encode = msgspec.json.Encoder().encode


class Answer(msgspec.Struct):
    """An answer as a shop would read it."""

    id: str
    line: int
    status: str
    amount_minor: int
    available_minor: int
    reasons: list[str] = []


def buy(
    database: Database,
    calls: Sequence[Call],
    requests: Sequence[PurchaseRequest],
    *,
    at: datetime,
    looks: Looks = EVERYWHERE,
) -> list[Response]:
    """Check a batch out in one transaction: keys, verdicts, holds, journal, events and stored answers."""

    def work(db: Connection) -> list[Response]:
        def act(fresh: Sequence[int]) -> list[Response]:
            outcomes = checkout(db, [requests[index] for index in fresh], at=at, looks=looks)
            return [_response(outcome) for outcome in outcomes]

        return idempotency.once(db, calls, act, at=at)

    return database.write(work)


def requests_of(
    book: MadeBook, number: int, batch: int
) -> tuple[list[Call], list[PurchaseRequest]]:
    """Make a batch of small purchases by distinct customers all over a book, each from their own device and address."""
    calls: list[Call] = []
    requests: list[PurchaseRequest] = []
    for index in range(batch):
        customer_id = 1 + (number * batch + index) * STRIDE % book.lines
        key = f"turn-{number}-{index}"
        calls.append(Call(CALLER, key, blake2b(key.encode(), digest_size=16).digest()))
        amount = 100 + (number * 31 + index * 17) % 1900
        requests.append(
            PurchaseRequest(
                customer_id,
                line_id(customer_id),
                book.merchant_id,
                amount,
                0,
                key,
                device=customer_id,
                address=customer_id,
            )
        )
    return calls, requests


def _response(outcome: Authorized | Declined | Referred | WhiteslipError) -> Response:
    match outcome:
        case Authorized(customer_id, number, line, amount, available):
            name = f"pur_{customer_id}_{number}"
            return Response(201, _encode(Answer(name, line, "authorized", amount, available)))
        case Declined(customer_id, number, line, amount, reasons, available):
            name, codes = f"pur_{customer_id}_{number}", [str(reason.code) for reason in reasons]
            return Response(201, _encode(Answer(name, line, "declined", amount, available, codes)))
        case Referred(customer_id, number, line, amount, reasons, available, _):
            name, codes = f"pur_{customer_id}_{number}", [str(reason.code) for reason in reasons]
            return Response(201, _encode(Answer(name, line, "referred", amount, available, codes)))
        case _:
            status = 503 if isinstance(outcome, Unavailable) else 400
            return Response(status, _encode({"detail": str(outcome)}))
