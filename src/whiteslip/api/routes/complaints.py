"""Complaints: what went wrong, the answer, and how many there were."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi import Response as HttpResponse

from whiteslip.api import bodies, callers, present, problems, reading
from whiteslip.api.answers import Words
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post
from whiteslip.api.reading import Read
from whiteslip.api.shapes import appeals as shapes
from whiteslip.flows.complain import (
    Answer,
    Cause,
    Channel,
    Complained,
    NewComplaint,
    Redress,
    WithdrawRequest,
    answer_complaints,
    complain,
    withdraw_complaints,
)
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import InvalidInput, WhiteslipError
from whiteslip.views import complaints

router = APIRouter(tags=["complaints"])
PREFIX = "cpl"
_WRONG = ("not_found", "conflict")
ComplaintPath = Annotated[
    str,
    Path(
        examples=["cpl_7_46"],
        json_schema_extra={"pattern": f"^{PREFIX}_[0-9]{{1,19}}_[0-9]{{1,19}}$"},
    ),
]


@router.post("/complaints", **posts(shapes.ComplaintBody, shapes.Matter, *_WRONG))
async def make_complaint(posted: Post) -> HttpResponse:
    """Complain; the person is told that it arrived and by when it is answered."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(shapes.ComplaintBody)
    new = NewComplaint(
        ids.read_one(body.customer_id, "cus"),
        Channel(body.channel),
        Cause(body.cause),
        body.text,
        posted.caller.label,
        _line_of(body),
    )

    def act(db: Connection, at: datetime) -> Response:
        return _answered(complain(db, [new], at=at))

    return await posted.manage(body, act)


@router.get("/complaints", **gives(shapes.ComplaintCounts))
async def count_complaints(read: Read, from_on: date, to_on: date) -> HttpResponse:
    """Count complaints received from a day until before another, by month and cause."""
    read.needs("reviews:read")
    at = read.runtime.clock.now()
    rows = await read.view(lambda db: complaints.monthly(db, from_on=from_on, to_on=to_on, at=at))
    return reading.show(shapes.ComplaintCounts([shapes.ComplaintCount(*row) for row in rows]))


@router.get("/complaints/{complaint_id}", **gives(shapes.Complaint, "not_found"))
async def show_complaint(complaint_id: ComplaintPath, read: Read) -> HttpResponse:
    """Show where a complaint stands, and its answer."""
    read.needs("care:read")
    owned = ids.read_owned(complaint_id, PREFIX)
    row = await read.view(lambda db: complaints.find(db, *owned))
    return reading.show(_shown(reading.found(row, f"complaint {complaint_id}")))


@router.post(
    "/complaints/{complaint_id}/withdraw",
    **posts(bodies.NoWords, shapes.Matter, *_WRONG),
)
async def withdraw_complaint(complaint_id: ComplaintPath, posted: Post) -> HttpResponse:
    """Withdraw a complaint that is not answered."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(bodies.NoWords)
    request = WithdrawRequest(*ids.read_owned(complaint_id, PREFIX), posted.caller.label)

    def act(db: Connection, at: datetime) -> Response:
        return _answered(withdraw_complaints(db, [request], at=at))

    return await posted.manage(body, act)


@router.post(
    "/complaints/{complaint_id}/answer",
    **posts(shapes.ComplaintAnswerBody, shapes.Matter, *_WRONG),
)
async def answer_complaint(complaint_id: ComplaintPath, posted: Post) -> HttpResponse:
    """Answer a complaint whose case one holds."""
    callers.needs(posted.caller, "reviews:write")
    body = posted.read(shapes.ComplaintAnswerBody)
    answer = Answer(
        *ids.read_owned(complaint_id, PREFIX),
        posted.caller.label,
        Cause(body.cause),
        Redress(body.redress),
        body.answer,
        body.note,
    )

    def act(db: Connection, at: datetime) -> Response:
        return _answered(answer_complaints(db, [answer], at=at))

    return await posted.manage(body, act)


def _line_of(body: shapes.ComplaintBody) -> int | None:
    if body.line_id is None:
        return None
    line = ids.read_owned(body.line_id, "lin")
    if ids.write("cus", line.customer_id) != body.customer_id:
        raise InvalidInput("the line is somebody else's", where="line_id")
    return line.number


def _answered(outcomes: Sequence[Complained | WhiteslipError]) -> Response:
    (outcome,) = outcomes
    if isinstance(outcome, WhiteslipError):
        return problems.of_error(outcome)
    public_id = ids.write(PREFIX, outcome.customer_id, outcome.complaint_id)
    return present.answer(shapes.Matter(public_id, outcome.state))


def _shown(row: complaints.ComplaintView) -> shapes.Complaint:
    line_id = row.line_id
    return shapes.Complaint(
        ids.write(PREFIX, row.customer_id, row.complaint_id),
        None if line_id is None else ids.write("lin", row.customer_id, line_id),
        row.channel,
        row.cause,
        row.state,
        row.text,
        row.received_on,
        row.due_at,
        row.redress,
        row.answer,
        row.answered_on,
        Words(row.text_zh, row.text_en),
    )
