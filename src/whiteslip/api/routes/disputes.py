"""Disputes: a customer contests a purchase or a due, and a person decides."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from fastapi import Response as HttpResponse

from whiteslip.api import callers, present, problems, reading
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post, Posted
from whiteslip.api.reading import DisputePath, LinePath, Read
from whiteslip.api.shapes import relief as shapes
from whiteslip.flows.dispute import (
    Command,
    DisputeAnswer,
    Disputed,
    DisputeRequest,
    Ground,
    answer_disputes,
    open_disputes,
)
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import NotFound, WhiteslipError
from whiteslip.views import relief as views

router = APIRouter(tags=["disputes"])
PREFIX = "dsp"
_WRONG = ("not_found", "conflict")


@router.get("/lines/{line_id}/disputes", **gives(shapes.Disputes, "not_found"))
async def list_disputes(line_id: LinePath, read: Read) -> HttpResponse:
    """List a line's disputes, the newest first."""
    read.needs("care:read")
    line = ids.read_owned(line_id, "lin")
    rows = await read.view(lambda db: views.disputes_of_line(db, *line))
    return reading.show(shapes.Disputes([_dispute(row) for row in rows]))


@router.post("/lines/{line_id}/disputes", **posts(shapes.DisputeBody, shapes.DisputeState, *_WRONG))
async def open_dispute(line_id: LinePath, posted: Post) -> HttpResponse:
    """Contest a purchase or a due; from today on the amount bears no late fee until a person has decided."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(shapes.DisputeBody)
    line = ids.read_owned(line_id, "lin")
    request = DisputeRequest(
        *line,
        _purchase(body.purchase_id, line.customer_id),
        body.due_on,
        Ground(body.ground),
        body.words,
        posted.caller.label,
    )

    def act(db: Connection, at: datetime) -> Response:
        return _disputed(open_disputes(db, [request], at=at)[0])

    return await posted.manage(body, act)


@router.post(
    "/disputes/{dispute_id}/withdraw", **posts(shapes.DecisionBody, shapes.DisputeState, *_WRONG)
)
async def withdraw_dispute(dispute_id: DisputePath, posted: Post) -> HttpResponse:
    """Withdraw a dispute, as the customer."""
    return await _end(posted, dispute_id, "care:write", Command.WITHDRAW)


@router.post(
    "/disputes/{dispute_id}/accept", **posts(shapes.DecisionBody, shapes.DisputeState, *_WRONG)
)
async def accept_dispute(dispute_id: DisputePath, posted: Post) -> HttpResponse:
    """Find for the customer; another person than the one who took the dispute in."""
    return await _end(posted, dispute_id, "reviews:write", Command.ACCEPT)


@router.post(
    "/disputes/{dispute_id}/reject", **posts(shapes.DecisionBody, shapes.DisputeState, *_WRONG)
)
async def reject_dispute(dispute_id: DisputePath, posted: Post) -> HttpResponse:
    """Find against the customer; late fees go on and none is charged for the time it took."""
    return await _end(posted, dispute_id, "reviews:write", Command.REJECT)


async def _end(posted: Posted, dispute_id: str, scope: str, command: Command) -> HttpResponse:
    callers.needs(posted.caller, scope)
    body = posted.read(shapes.DecisionBody)
    owned = ids.read_owned(dispute_id, PREFIX)
    request = DisputeAnswer(*owned, command, body.words, posted.caller.label)

    def act(db: Connection, at: datetime) -> Response:
        return _disputed(answer_disputes(db, [request], at=at)[0])

    return await posted.manage(body, act)


def _purchase(purchase_id: str | None, customer_id: int) -> int | None:
    if purchase_id is None:
        return None
    owned = ids.read_owned(purchase_id, "pur")
    if owned.customer_id != customer_id:
        raise NotFound(f"there is no purchase {purchase_id} of this customer")
    return owned.number


def _disputed(one: Disputed | WhiteslipError) -> Response:
    if isinstance(one, WhiteslipError):
        return problems.of_error(one)
    return present.answer(
        shapes.DisputeState(
            ids.write(PREFIX, one.customer_id, one.dispute_id),
            ids.write("lin", one.customer_id, one.line_id),
            one.status,
            one.amount_minor,
            one.answer_by,
        )
    )


def _dispute(row: views.DisputeView) -> shapes.Dispute:
    purchase_id = row.purchase_id
    return shapes.Dispute(
        dispute_id=ids.write(PREFIX, row.customer_id, row.dispute_id),
        line_id=ids.write("lin", row.customer_id, row.line_id),
        status=row.status,
        ground=row.ground,
        amount_minor=row.amount_minor,
        opened_on=row.opened_on,
        answer_by=row.answer_by,
        words=row.words,
        purchase_id=None if purchase_id is None else ids.write("pur", row.customer_id, purchase_id),
        due_on=row.due_on,
        ended_on=row.ended_on,
        ending_words=row.ending_words,
    )
