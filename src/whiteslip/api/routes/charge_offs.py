"""Charging off, recovering and writing off: proposed by one person, approved by another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from fastapi import Response as HttpResponse

from whiteslip.api import callers, present, problems, reading
from whiteslip.api.bodies import Body, NoWords
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post, Posted
from whiteslip.api.reading import ChargeOffPath, LinePath, Read
from whiteslip.api.shapes import charge_offs as shapes
from whiteslip.flows.charge_off import (
    ChargeOffDecision,
    ChargeOffRequest,
    decide_charge_offs,
    propose_charge_offs,
)
from whiteslip.flows.recover import RecoveryRequest, recover
from whiteslip.flows.write_off import (
    WriteOffDecision,
    WriteOffRequest,
    decide_write_offs,
    propose_write_offs,
)
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.views import charge_offs, lines

router = APIRouter(tags=["charge-offs"])
_WRONG = ("not_found", "conflict")


@router.post(
    "/lines/{line_id}/charge-offs", **posts(shapes.ChargeOffBody, shapes.ChargeOff, *_WRONG)
)
async def propose_charge_off(line_id: LinePath, posted: Post) -> HttpResponse:
    """Propose that a line long past due be charged off; another person decides."""
    callers.needs(posted.caller, "lines:write")
    body = posted.read(shapes.ChargeOffBody)
    line = ids.read_owned(line_id, "lin")
    request = ChargeOffRequest(*line, body.note, posted.caller.label)
    return await _do(posted, body, lambda db, at: propose_charge_offs(db, [request], at=at))


@router.post(
    "/charge-offs/{charge_off_id}/decision",
    **posts(shapes.ChargeOffDecisionBody, shapes.ChargeOff, *_WRONG),
)
async def decide_charge_off(charge_off_id: ChargeOffPath, posted: Post) -> HttpResponse:
    """Approve or refuse a charge-off that another person proposed."""
    callers.needs(posted.caller, "lines:write")
    body = posted.read(shapes.ChargeOffDecisionBody)
    owned = ids.read_owned(charge_off_id, shapes.PREFIX)
    decision = ChargeOffDecision(*owned, body.approved, posted.caller.label)
    return await _do(posted, body, lambda db, at: decide_charge_offs(db, [decision], at=at))


@router.post("/charge-offs/{charge_off_id}/write-off", **posts(NoWords, shapes.ChargeOff, *_WRONG))
async def propose_write_off(charge_off_id: ChargeOffPath, posted: Post) -> HttpResponse:
    """Propose that what is left of a claim be written off; another person decides."""
    callers.needs(posted.caller, "lines:write")
    body = posted.read(NoWords)
    owned = ids.read_owned(charge_off_id, shapes.PREFIX)
    request = WriteOffRequest(*owned, posted.caller.label)
    return await _do(posted, body, lambda db, at: propose_write_offs(db, [request], at=at))


@router.post(
    "/charge-offs/{charge_off_id}/write-off/decision",
    **posts(shapes.ChargeOffDecisionBody, shapes.ChargeOff, *_WRONG),
)
async def decide_write_off(charge_off_id: ChargeOffPath, posted: Post) -> HttpResponse:
    """Approve or refuse a write-off that another person proposed; approved, it ends the claim."""
    callers.needs(posted.caller, "lines:write")
    body = posted.read(shapes.ChargeOffDecisionBody)
    owned = ids.read_owned(charge_off_id, shapes.PREFIX)
    decision = WriteOffDecision(*owned, body.approved, posted.caller.label)
    return await _do(posted, body, lambda db, at: decide_write_offs(db, [decision], at=at))


@router.post(
    "/lines/{line_id}/recoveries", **posts(shapes.RecoveryBody, shapes.RecoveryDone, *_WRONG)
)
async def take_recovery(line_id: LinePath, posted: Post) -> HttpResponse:
    """Record money for a claim: the cost of enforcing first, then fees, then principal, as the parameters say."""
    callers.needs(posted.caller, "repayments:write")
    body = posted.read(shapes.RecoveryBody)
    line = ids.read_owned(line_id, "lin")
    request = RecoveryRequest(*line, body.amount_minor, body.method, body.cost_minor)
    return await _do(
        posted, body, lambda db, at: recover(db, [request], at=at), show=shapes.recovered
    )


@router.get("/lines/{line_id}/charge-offs", **gives(shapes.ChargeOffs, "not_found"))
async def list_charge_offs(line_id: LinePath, read: Read) -> HttpResponse:
    """List the charge-offs of a line, the latest first."""
    read.needs("lines:read")
    line = ids.read_owned(line_id, "lin")
    reading.found(await read.view(lambda db: lines.show(db, *line)), f"line {line_id}")
    found = await read.view(lambda db: charge_offs.of_line(db, *line))
    return reading.show(shapes.ChargeOffs([shapes.shown(claim) for claim in found]))


async def _do(
    posted: Posted,
    body: Body,
    flow: Callable[[Connection, datetime], Sequence[Any]],
    *,
    show: Callable[[Any], Any] = shapes.shown,
) -> HttpResponse:
    def act(db: Connection, at: datetime) -> Response:
        (done,) = flow(db, at)
        return (
            problems.of_error(done)
            if isinstance(done, WhiteslipError)
            else present.answer(show(done))
        )

    return await posted.manage(body, act)
