"""Debits that failed, as the bank or the shop reports them."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from fastapi import Response as HttpResponse

from whiteslip.api import callers, present, problems
from whiteslip.api.openapi import posts
from whiteslip.api.posted import Post
from whiteslip.api.reading import LinePath
from whiteslip.api.shapes import debits as shapes
from whiteslip.flows.record_failed_debits import (
    DebitReport,
    FailedDebit,
    Failure,
    record_failed_debits,
)
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import WhiteslipError

router = APIRouter(tags=["repayments"])


@router.post(
    "/lines/{line_id}/failed-debits",
    **posts(shapes.FailedDebitBody, shapes.FailedDebit, "not_found", "conflict"),
)
async def report_failed_debit(line_id: LinePath, posted: Post) -> HttpResponse:
    """Record that a bank did not pay a debit, and why; nothing is owed more or less by it."""
    callers.needs(posted.caller, "repayments:write")
    body = posted.read(shapes.FailedDebitBody)
    line = ids.read_owned(line_id, "lin")
    report = DebitReport(
        *line, body.amount_minor, body.due_on, Failure(body.failure), body.reference
    )

    def act(db: Connection, at: datetime) -> Response:
        return _kept(record_failed_debits(db, [report], at=at)[0])

    return await posted.manage(body, act)


def _kept(kept: FailedDebit | WhiteslipError) -> Response:
    if isinstance(kept, WhiteslipError):
        return problems.of_error(kept)
    return present.answer(
        shapes.FailedDebit(
            ids.write("deb", kept.customer_id, kept.debit_id),
            ids.write("lin", kept.customer_id, kept.line_id),
            kept.amount_minor,
            kept.due_on,
            kept.failure.value,
            kept.reference,
            kept.failed_on,
        )
    )
