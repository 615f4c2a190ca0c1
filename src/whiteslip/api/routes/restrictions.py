"""Restrictions: why a line cannot buy, what still works, the way out; and the operator's hand."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from fastapi import Response as HttpResponse

from whiteslip.api import answers, bodies, callers, present, problems, reading, showing
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post
from whiteslip.api.reading import LinePath, Read, RestrictionPath
from whiteslip.flows.restrict import LiftRequest, RestrictionRequest, lift, restrict
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.views import restrictions

router = APIRouter(tags=["restrictions"])
_WRONG = ("not_found", "conflict")


@router.get("/lines/{line_id}/restrictions", **gives(answers.Restrictions, "not_found"))
async def list_restrictions(line_id: LinePath, read: Read) -> HttpResponse:
    """List a line's restrictions with their reasons, active ones first."""
    read.needs("lines:read")
    line = ids.read_owned(line_id, "lin")
    rows = await read.view(lambda db: restrictions.of_line(db, *line))
    return reading.show(answers.Restrictions([showing.restriction(row) for row in rows]))


@router.post(
    "/lines/{line_id}/restrictions",
    **posts(bodies.RestrictionBody, answers.Created, *_WRONG),
)
async def restrict_line(line_id: LinePath, posted: Post) -> HttpResponse:
    """Restrict a line by hand; the customer is told why in the same transaction."""
    callers.needs(posted.caller, "restrictions:write")
    body = posted.read(bodies.RestrictionBody)
    line = ids.read_owned(line_id, "lin")
    request = RestrictionRequest(*line, body.level, body.reason, posted.caller.label)

    def act(db: Connection, at: datetime) -> Response:
        (restricted,) = restrict(db, [request], at=at)
        if isinstance(restricted, WhiteslipError):
            return problems.of_error(restricted)
        return present.created(ids.write("res", line.customer_id, restricted.restriction_id))

    return await posted.manage(body, act)


@router.post(
    "/restrictions/{restriction_id}/lift",
    **posts(bodies.LiftBody, answers.Lifted, *_WRONG),
)
async def lift_restriction(restriction_id: RestrictionPath, posted: Post) -> HttpResponse:
    """Lift a restriction by hand."""
    callers.needs(posted.caller, "restrictions:write")
    body = posted.read(bodies.LiftBody)
    owned = ids.read_owned(restriction_id, "res")
    request = LiftRequest(*owned, posted.caller.label)

    def act(db: Connection, at: datetime) -> Response:
        (lifted,) = lift(db, [request], at=at)
        if isinstance(lifted, WhiteslipError):
            return problems.of_error(lifted)
        return present.answer(answers.Lifted(ids.write("res", *owned), "lifted"))

    return await posted.manage(body, act)
