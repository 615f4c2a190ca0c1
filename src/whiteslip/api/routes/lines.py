"""Lines: opening them, their limits, what is owed on them, their statements, and what a purchase would cost."""

from __future__ import annotations

from datetime import date, datetime

from fastapi import APIRouter
from fastapi import Response as HttpResponse

from whiteslip.api import answers, bodies, callers, present, problems, reading, showing
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post
from whiteslip.api.reading import LinePath, PageSize, Read
from whiteslip.api.shapes import limits, quotes
from whiteslip.api.shapes import statements as shapes
from whiteslip.flows.change_limits import (
    LimitChange,
    TemporaryLimit,
    change_limits,
    grant_temporary_limits,
)
from whiteslip.flows.open_lines import NewLine, open_lines
from whiteslip.flows.quote import QuoteRequest, quote
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import InvalidInput, WhiteslipError
from whiteslip.views import lines, statements

router = APIRouter()
LATEST_YEAR = 2200
_WRONG = ("not_found", "conflict")


@router.post("/lines", tags=["lines"], **posts(bodies.LineBody, answers.Created, *_WRONG))
async def open_line(posted: Post) -> HttpResponse:
    """Open a credit line for a customer, who accepts the credit agreement in the version they were shown."""
    callers.needs(posted.caller, "lines:write")
    body = posted.read(bodies.LineBody)
    customer_id = ids.read_one(body.customer_id, "cus")
    request = NewLine(
        customer_id,
        body.fixed_limit_minor,
        body.statement_day,
        body.product,
        body.agreement_version,
    )

    def act(db: Connection, at: datetime) -> Response:
        (opened,) = open_lines(db, [request], at=at, by=posted.caller.label)
        if isinstance(opened, WhiteslipError):
            return problems.of_error(opened)
        return present.created(ids.write("lin", opened.customer_id, opened.line_id))

    return await posted.manage(body, act)


@router.get("/lines/{line_id}", tags=["lines"], **gives(answers.Line, "not_found"))
async def show_line(line_id: LinePath, read: Read) -> HttpResponse:
    """Show a line: limits, what is available, what is owed."""
    read.needs("lines:read")
    line = ids.read_owned(line_id, "lin")
    row = await read.view(lambda db: lines.show(db, *line))
    return reading.show(showing.line(reading.found(row, f"line {line_id}")))


@router.post(
    "/lines/{line_id}/limit",
    tags=["lines"],
    **posts(bodies.LimitBody, limits.LimitSet, *_WRONG),
)
async def change_limit(line_id: LinePath, posted: Post) -> HttpResponse:
    """Change the fixed limit: a raise holds at once, a cut is announced first; what is owed keeps its old schedule."""
    callers.needs(posted.caller, "lines:write")
    body = posted.read(bodies.LimitBody)
    line = ids.read_owned(line_id, "lin")
    request = LimitChange(*line, body.fixed_limit_minor, body.reason, posted.caller.label)

    def act(db: Connection, at: datetime) -> Response:
        return present.limit_set(change_limits(db, [request], at=at)[0])

    return await posted.manage(body, act)


@router.post(
    "/lines/{line_id}/temporary-limits",
    tags=["lines"],
    **posts(bodies.TemporaryLimitBody, limits.LimitSet, *_WRONG),
)
async def grant_temporary_limit(line_id: LinePath, posted: Post) -> HttpResponse:
    """Grant an extra limit that is returned on a date."""
    callers.needs(posted.caller, "lines:write")
    body = posted.read(bodies.TemporaryLimitBody)
    if body.ends_on.year > LATEST_YEAR:
        raise InvalidInput("a temporary limit does not last for centuries", where="ends_on")
    line = ids.read_owned(line_id, "lin")
    request = TemporaryLimit(*line, body.amount_minor, body.ends_on)

    def act(db: Connection, at: datetime) -> Response:
        return present.limit_set(grant_temporary_limits(db, [request], at=at)[0])

    return await posted.manage(body, act)


@router.get(
    "/lines/{line_id}/installments", tags=["lines"], **gives(answers.Installments, "not_found")
)
async def list_installments(line_id: LinePath, read: Read) -> HttpResponse:
    """List the open installments, earliest due first."""
    read.needs("lines:read")
    line = ids.read_owned(line_id, "lin")
    rows = await read.view(lambda db: lines.open_installments(db, *line))
    return reading.show(answers.Installments([showing.installment(row) for row in rows]))


@router.get(
    "/lines/{line_id}/statements", tags=["statements"], **gives(shapes.Statements, "not_found")
)
async def list_statements(
    line_id: LinePath, read: Read, limit: PageSize = 20, before: date | None = None
) -> HttpResponse:
    """List statements, newest first; `next` is the `before` of the following page."""
    read.needs("lines:read")
    line = ids.read_owned(line_id, "lin")
    earlier = before or date.max
    rows = await read.view(lambda db: statements.of_line(db, *line, before=earlier, limit=limit))
    shown = [showing.statement(row) for row in rows]
    following = shown[-1].statement_on.isoformat() if len(shown) == limit else None
    return reading.show(shapes.Statements(shown, following))


@router.get(
    "/lines/{line_id}/statements/{statement_on}",
    tags=["statements"],
    **gives(shapes.Statement, "not_found"),
)
async def show_statement(line_id: LinePath, statement_on: date, read: Read) -> HttpResponse:
    """Show the statement closed on a date."""
    read.needs("lines:read")
    line = ids.read_owned(line_id, "lin")
    row = await read.view(lambda db: statements.find(db, *line, statement_on))
    what = f"statement of {statement_on} on line {line_id}"
    return reading.show(showing.statement(reading.found(row, what)))


@router.post("/quotes", tags=["purchases"], **posts(bodies.QuoteBody, quotes.Quote, *_WRONG))
async def quote_purchase(posted: Post) -> HttpResponse:
    """Say what a purchase would cost: every installment, every fee, the all-in annual cost."""
    callers.needs(posted.caller, "purchases:write")
    body = posted.read(bodies.QuoteBody)
    line = ids.read_owned(body.line_id, "lin")
    request = QuoteRequest(*line, body.amount_minor, body.plan_months)

    def act(db: Connection, at: datetime) -> Response:
        return present.quoted(quote(db, request), at=at)

    return await posted.manage(body, act)
