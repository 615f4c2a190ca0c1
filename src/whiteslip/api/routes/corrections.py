"""Repayments that were taken back, or count from an earlier day; what came after is replayed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter
from fastapi import Response as HttpResponse

from whiteslip.api import callers, present, problems, reading
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post
from whiteslip.api.reading import LinePath, Read, RepaymentPath
from whiteslip.api.shapes import corrections as shapes
from whiteslip.flows.correct_repayments import (
    BackDating,
    CorrectionDone,
    Reversal,
    back_date,
    reverse,
)
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.views import corrections, lines

router = APIRouter(tags=["repayments"])
_WRONG = ("not_found", "conflict")


@router.post(
    "/repayments/{repayment_id}/reversal", **posts(shapes.ReversalBody, shapes.Correction, *_WRONG)
)
async def reverse_repayment(repayment_id: RepaymentPath, posted: Post) -> HttpResponse:
    """Reverse a repayment that was taken back: the line is as if the money had never come."""
    callers.needs(posted.caller, "repayments:write")
    body = posted.read(shapes.ReversalBody)
    owned = ids.read_owned(repayment_id, "rep")
    request = Reversal(*owned, body.reason, body.note, posted.caller.label)

    def act(db: Connection, at: datetime) -> Response:
        return _answered(reverse(db, [request], at=at))

    return await posted.manage(body, act)


@router.post(
    "/lines/{line_id}/back-dated-repayments",
    **posts(shapes.BackDatedBody, shapes.Correction, *_WRONG),
)
async def back_date_repayment(line_id: LinePath, posted: Post) -> HttpResponse:
    """Record money that counts from an earlier day: what came after is replayed with it."""
    callers.needs(posted.caller, "repayments:write")
    body = posted.read(shapes.BackDatedBody)
    line = ids.read_owned(line_id, "lin")
    request = BackDating(
        *line,
        body.amount_minor,
        body.method,
        body.value_on,
        body.reason,
        body.note,
        posted.caller.label,
    )

    def act(db: Connection, at: datetime) -> Response:
        return _answered(back_date(db, [request], at=at))

    return await posted.manage(body, act)


@router.get("/lines/{line_id}/corrections", **gives(shapes.Corrections, "not_found"))
async def list_corrections(line_id: LinePath, read: Read) -> HttpResponse:
    """List the corrections of a line, the latest first."""
    read.needs("repayments:read")
    line = ids.read_owned(line_id, "lin")
    reading.found(await read.view(lambda db: lines.show(db, *line)), f"line {line_id}")
    rows = await read.view(lambda db: corrections.of_line(db, *line))
    return reading.show(shapes.Corrections([_shown(row) for row in rows]))


def _answered(outcomes: Sequence[CorrectionDone | WhiteslipError]) -> Response:
    (outcome,) = outcomes
    if isinstance(outcome, WhiteslipError):
        return problems.of_error(outcome)
    return Response(present.CREATED, present.encode(shapes.corrected(outcome)))


def _shown(row: corrections.Correction) -> shapes.KeptCorrection:
    return shapes.KeptCorrection(
        ids.write("cor", row.customer_id, row.correction_id),
        ids.write("rep", row.customer_id, row.repayment_id),
        row.kind,
        row.amount_minor,
        row.value_on,
        row.corrected_on,
        row.corrected_at,
        row.reason,
        row.actor,
        row.note,
        row.movements,
    )
