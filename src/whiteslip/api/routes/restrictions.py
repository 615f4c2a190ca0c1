"""Restrictions: why a line cannot buy, what still works, the way out; and the operator's hand."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi import Response as HttpResponse

from whiteslip.api import answers, bodies, callers, present, problems, reading, showing
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post
from whiteslip.api.reading import LinePath, Read, RestrictionPath
from whiteslip.api.said import said
from whiteslip.api.shapes import restrictions as held
from whiteslip.api.shapes import usability as shapes
from whiteslip.flows.restrict import (
    EaseRequest,
    LiftRequest,
    RestrictionRequest,
    Scope,
    ease,
    lift,
    restrict,
)
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.kernel.money import MAX_MINOR
from whiteslip.money.lines.model import LineKey
from whiteslip.views import reasons, restrictions
from whiteslip.views import usability as usable

router = APIRouter(tags=["restrictions"])
Asked = Annotated[int | None, Query(ge=1, le=MAX_MINOR, description="Minor units.")]
Shop = Annotated[str | None, Query(pattern="^mer_[0-9]{1,19}$", examples=["mer_3"])]
Plan = Annotated[int, Query(ge=0, le=60, description="0 is pay later.")]
_WRONG = ("not_found", "conflict")


@router.get("/lines/{line_id}/restrictions", **gives(held.Restrictions, "not_found"))
async def list_restrictions(line_id: LinePath, read: Read) -> HttpResponse:
    """List a line's restrictions with their reasons, active ones first."""
    read.needs("lines:read")
    line = ids.read_owned(line_id, "lin")
    rows = await read.view(lambda db: restrictions.of_line(db, *line))
    return reading.show(held.Restrictions([showing.restriction(row) for row in rows]))


@router.get("/lines/{line_id}/usability", **gives(shapes.Usability, "not_found"))
async def show_usability(
    line_id: LinePath,
    read: Read,
    amount_minor: Asked = None,
    merchant_id: Shop = None,
    plan_months: Plan = 0,
) -> HttpResponse:
    """Say whether a line can be used, why not, what still works, and the smallest proven way back."""
    read.needs("lines:read")
    line = LineKey(*ids.read_owned(line_id, "lin"))
    shop = None if merchant_id is None else ids.read_one(merchant_id, "mer")
    asked, at = usable.Asked(amount_minor, shop, plan_months), read.runtime.clock.now()
    row = await read.view(lambda db: usable.usability(db, line, asked, at=at))
    return reading.show(_usability(reading.found(row, f"line {line_id}")))


@router.post(
    "/lines/{line_id}/restrictions",
    **posts(bodies.RestrictionBody, answers.Created, *_WRONG),
)
async def restrict_line(line_id: LinePath, posted: Post) -> HttpResponse:
    """Restrict a line by hand; the customer is told why in the same transaction."""
    callers.needs(posted.caller, "restrictions:write")
    body = posted.read(bodies.RestrictionBody)
    line = ids.read_owned(line_id, "lin")
    request = RestrictionRequest(
        *line, body.level, body.reason, posted.caller.label, Scope(body.scope)
    )

    def act(db: Connection, at: datetime) -> Response:
        (restricted,) = restrict(db, [request], at=at)
        if isinstance(restricted, WhiteslipError):
            return problems.of_error(restricted)
        return present.created(ids.write("res", line.customer_id, restricted.restriction_id))

    return await posted.manage(body, act)


@router.post(
    "/restrictions/{restriction_id}/lift",
    **posts(bodies.NoWords, held.Lifted, *_WRONG),
)
async def lift_restriction(restriction_id: RestrictionPath, posted: Post) -> HttpResponse:
    """Lift a restriction by hand."""
    callers.needs(posted.caller, "restrictions:write")
    body = posted.read(bodies.NoWords)
    owned = ids.read_owned(restriction_id, "res")
    request = LiftRequest(*owned, posted.caller.label)

    def act(db: Connection, at: datetime) -> Response:
        (lifted,) = lift(db, [request], at=at)
        if isinstance(lifted, WhiteslipError):
            return problems.of_error(lifted)
        return present.answer(held.Lifted(ids.write("res", *owned), "lifted"))

    return await posted.manage(body, act)


@router.post(
    "/restrictions/{restriction_id}/ease",
    **posts(held.EaseBody, held.Eased, *_WRONG),
)
async def ease_restriction(restriction_id: RestrictionPath, posted: Post) -> HttpResponse:
    """Let a restriction stand at a lower level, whatever is still to be decided on it; the customer is told."""
    callers.needs(posted.caller, "restrictions:write")
    body = posted.read(held.EaseBody)
    owned = ids.read_owned(restriction_id, "res")
    request = EaseRequest(*owned, body.level, body.note, posted.caller.label)

    def act(db: Connection, at: datetime) -> Response:
        (eased,) = ease(db, [request], at=at)
        if isinstance(eased, WhiteslipError):
            return problems.of_error(eased)
        return present.answer(held.Eased(ids.write("res", *owned), body.level, eased.level))

    return await posted.manage(body, act)


def _usability(row: usable.Usability) -> shapes.Usability:
    back = row.way_back
    return shapes.Usability(
        line_id=ids.write("lin", row.customer_id, row.line_id),
        can_buy=row.can_buy,
        level=row.level,
        available_minor=row.available_minor,
        gates=[
            shapes.Gate(gate.gate.value, gate.is_open, said(gate.reasons)) for gate in row.gates
        ],
        reasons=said(row.reasons),
        still_works=reasons.still_works(row.level),
        way_back=shapes.WayBack(
            [shapes.Step(one.does.value, one.amount_minor, one.until_on) for one in back.steps],
            back.is_proven,
            back.usable_on,
            [one.value for one in back.advised],
        ),
        other_ways=present.other_ways(row.other_ways),
    )
