"""Late fees taken back: asked for by one person of the staff, above a sum approved by another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter
from fastapi import Response as HttpResponse

from whiteslip.api import callers, present, problems, reading
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post
from whiteslip.api.reading import LinePath, Read, WaiverPath
from whiteslip.api.shapes import waivers as shapes
from whiteslip.flows.waive_late_fees import (
    Waiver,
    WaiverDecision,
    WaiverRequest,
    decide_waivers,
    waive_late_fees,
)
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.views import lines, waivers

router = APIRouter(tags=["waivers"])
PREFIX = "wvr"
_WRONG = ("not_found", "conflict")


@router.post(
    "/lines/{line_id}/late-fee-waivers", **posts(shapes.WaiverBody, shapes.Waiver, *_WRONG)
)
async def ask_for_waiver(line_id: LinePath, posted: Post) -> HttpResponse:
    """Take late fees back: at once up to the sum one person may decide, above it once another approves."""
    callers.needs(posted.caller, "lines:write")
    body = posted.read(shapes.WaiverBody)
    line = ids.read_owned(line_id, "lin")
    request = WaiverRequest(*line, body.first_on, body.last_on, body.note, posted.caller.label)

    def act(db: Connection, at: datetime) -> Response:
        return _answered(waive_late_fees(db, [request], at=at))

    return await posted.manage(body, act)


@router.post(
    "/late-fee-waivers/{waiver_id}/decision",
    **posts(shapes.WaiverDecisionBody, shapes.Waiver, *_WRONG),
)
async def decide_waiver(waiver_id: WaiverPath, posted: Post) -> HttpResponse:
    """Approve or refuse a waiver that another person asked for."""
    callers.needs(posted.caller, "lines:write")
    body = posted.read(shapes.WaiverDecisionBody)
    owned = ids.read_owned(waiver_id, PREFIX)
    decision = WaiverDecision(*owned, body.approved, posted.caller.label)

    def act(db: Connection, at: datetime) -> Response:
        return _answered(decide_waivers(db, [decision], at=at))

    return await posted.manage(body, act)


@router.get("/lines/{line_id}/late-fee-waivers", **gives(shapes.Waivers, "not_found"))
async def list_waivers(line_id: LinePath, read: Read) -> HttpResponse:
    """List the waivers of a line, the latest first."""
    read.needs("reviews:read")
    line = ids.read_owned(line_id, "lin")
    reading.found(await read.view(lambda db: lines.show(db, *line)), f"line {line_id}")
    rows = await read.view(lambda db: waivers.of_line(db, *line))
    return reading.show(shapes.Waivers([_shown(row) for row in rows]))


def _answered(outcomes: Sequence[Waiver | WhiteslipError]) -> Response:
    (outcome,) = outcomes
    if isinstance(outcome, WhiteslipError):
        return problems.of_error(outcome)
    return present.answer(_shown(outcome))


def _shown(waiver: Waiver) -> shapes.Waiver:
    return shapes.Waiver(
        ids.write(PREFIX, waiver.customer_id, waiver.waiver_id),
        ids.write("lin", waiver.customer_id, waiver.line_id),
        waiver.state,
        waiver.first_on,
        waiver.last_on,
        waiver.asked_minor,
        waiver.waived_minor,
        waiver.returned_minor,
        waiver.needs_two,
        waiver.asked_by,
        waiver.note,
    )
