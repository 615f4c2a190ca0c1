"""One batch of purchases through the whole durable path, as the HTTP edge would run it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from whiteslip.flows.checkout import Authorized, Declined, PurchaseRequest, Referred, checkout
from whiteslip.infra import idempotency
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.idempotency import Call, Response
from whiteslip.kernel.errors import Unavailable, WhiteslipError

CALLER = 7
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
    database: Database, calls: Sequence[Call], requests: Sequence[PurchaseRequest], *, at: datetime
) -> list[Response]:
    """Check a batch out in one transaction: keys, verdicts, holds, journal, events and stored answers."""

    def work(db: Connection) -> list[Response]:
        def act(fresh: Sequence[int]) -> list[Response]:
            outcomes = checkout(db, [requests[index] for index in fresh], at=at)
            return [_response(outcome) for outcome in outcomes]

        return idempotency.once(db, calls, act, at=at)

    return database.write(work)


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
