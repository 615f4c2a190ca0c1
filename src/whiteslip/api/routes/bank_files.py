"""Files in which a bank says what became of debits: status reports (pain.002) and notifications (camt.054)."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime

import msgspec
from fastapi import APIRouter
from fastapi import Response as HttpResponse

from whiteslip.api import callers, present
from whiteslip.api.openapi import posts_file
from whiteslip.api.posted import XmlPost
from whiteslip.api.shapes import autopay as shapes
from whiteslip.flows.take_bank_results import take_bank_file
from whiteslip.gateways.bank.files import reader
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.worker.bank import ACTS, BANK

router = APIRouter(tags=["autopay"])


@router.post(
    "/bank-files",
    **posts_file(
        "application/xml",
        shapes.BankFile,
        about="A status report (pain.002) or a notification (camt.054) as the bank wrote it.",
    ),
)
async def take_file(posted: XmlPost) -> HttpResponse:
    """Take a bank's file, whole or not at all; the same file again is answered as before and acts on nothing."""
    callers.needs(posted.caller, "repayments:write")
    file = await asyncio.to_thread(reader.read, posted.raw)
    named = shapes.BankFileBody(hashlib.sha256(posted.raw).hexdigest())

    def act(db: Connection, at: datetime) -> Response:
        taken = take_bank_file(db, posted.raw, file, bank=BANK, acts=ACTS, at=at)
        return present.answer(msgspec.convert(msgspec.to_builtins(taken), shapes.BankFile))

    return await posted.manage(named, act)
