"""Statement installments: what splitting the latest statement would cost, and splitting it as quoted."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi import Response as HttpResponse

from whiteslip.api import callers, present, problems, reading
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post
from whiteslip.api.reading import LinePath, Read
from whiteslip.api.shapes import splits as shapes
from whiteslip.flows.split_statement import SplitRequest, quote_split, split_statements
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.money.lines.model import LineKey

router = APIRouter(tags=["lines"])
Months = Annotated[int, Query(ge=2, le=60)]


@router.get(
    "/lines/{line_id}/statement-installments/quote",
    **gives(shapes.SplitQuote, "not_found", "conflict"),
)
async def quote_statement_installments(
    line_id: LinePath, months: Months, read: Read
) -> HttpResponse:
    """Say what the latest statement would become as a plan: dates, fees, cost a year, and the minimum payment left."""
    read.needs("lines:read")
    key = LineKey(*ids.read_owned(line_id, "lin"))
    split = await read.view(lambda db: quote_split(db, key, months=months))
    return reading.show(shapes.quoted(split))


@router.post(
    "/lines/{line_id}/statement-installments",
    **posts(shapes.SplitBody, shapes.SplitMade, "not_found", "conflict"),
)
async def split_statement(line_id: LinePath, posted: Post) -> HttpResponse:
    """Split the latest statement as quoted, once; where what is owed has changed since, it is a conflict."""
    callers.needs(posted.caller, "lines:write")
    body = posted.read(shapes.SplitBody)
    request = SplitRequest(*ids.read_owned(line_id, "lin"), body.months, body.version)

    def act(db: Connection, at: datetime) -> Response:
        (done,) = split_statements(db, [request], at=at)
        if isinstance(done, WhiteslipError):
            return problems.of_error(done)
        return present.answer(shapes.made(done))

    return await posted.manage(body, act)
