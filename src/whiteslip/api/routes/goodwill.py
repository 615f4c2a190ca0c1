"""Goodwill: granted by one person of the staff, above a sum approved by another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter
from fastapi import Response as HttpResponse

from whiteslip.api import callers, present, problems, reading
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post
from whiteslip.api.reading import GoodwillPath, LinePath, Read
from whiteslip.api.shapes import goodwill as shapes
from whiteslip.flows.grant_goodwill import (
    Goodwill,
    GoodwillDecision,
    GoodwillRequest,
    Why,
    decide_goodwill,
    grant_goodwill,
)
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.views import goodwill, lines

router = APIRouter(tags=["goodwill"])
PREFIX = "gwl"
_WRONG = ("not_found", "conflict")


@router.post("/lines/{line_id}/goodwill", **posts(shapes.GoodwillBody, shapes.Goodwill, *_WRONG))
async def grant(line_id: LinePath, posted: Post) -> HttpResponse:
    """Grant an amount: at once up to the sum one person may decide, above it once another approves."""
    callers.needs(posted.caller, "lines:write")
    body = posted.read(shapes.GoodwillBody)
    line = ids.read_owned(line_id, "lin")
    why = Why(body.why)
    request = GoodwillRequest(*line, body.amount_minor, why, body.note, posted.caller.label)

    def act(db: Connection, at: datetime) -> Response:
        return _answered(grant_goodwill(db, [request], at=at))

    return await posted.manage(body, act)


@router.post(
    "/goodwill/{goodwill_id}/decision",
    **posts(shapes.GoodwillDecisionBody, shapes.Goodwill, *_WRONG),
)
async def decide(goodwill_id: GoodwillPath, posted: Post) -> HttpResponse:
    """Approve or refuse a grant that another person asked for."""
    callers.needs(posted.caller, "lines:write")
    body = posted.read(shapes.GoodwillDecisionBody)
    owned = ids.read_owned(goodwill_id, PREFIX)
    decision = GoodwillDecision(*owned, body.approved, posted.caller.label)

    def act(db: Connection, at: datetime) -> Response:
        return _answered(decide_goodwill(db, [decision], at=at))

    return await posted.manage(body, act)


@router.get("/lines/{line_id}/goodwill", **gives(shapes.Goodwills, "not_found"))
async def list_goodwill(line_id: LinePath, read: Read) -> HttpResponse:
    """List what was granted to a line, the latest first."""
    read.needs("reviews:read")
    line = ids.read_owned(line_id, "lin")
    reading.found(await read.view(lambda db: lines.show(db, *line)), f"line {line_id}")
    rows = await read.view(lambda db: goodwill.of_line(db, *line))
    return reading.show(shapes.Goodwills([_shown(row) for row in rows]))


def _answered(outcomes: Sequence[Goodwill | WhiteslipError]) -> Response:
    (outcome,) = outcomes
    if isinstance(outcome, WhiteslipError):
        return problems.of_error(outcome)
    return present.answer(_shown(outcome))


def _shown(one: Goodwill) -> shapes.Goodwill:
    return shapes.Goodwill(
        ids.write(PREFIX, one.customer_id, one.goodwill_id),
        ids.write("lin", one.customer_id, one.line_id),
        one.state,
        one.amount_minor,
        one.principal_minor,
        one.fee_minor,
        one.late_fee_minor,
        one.credit_minor,
        one.why,
        one.needs_two,
        one.asked_by,
        one.note,
    )
