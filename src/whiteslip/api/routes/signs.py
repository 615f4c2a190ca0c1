"""Signs: lines that may come into trouble before anything is overdue, and who knows of them. They stop nobody."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi import Response as HttpResponse

from whiteslip.api import callers, present, problems, reading
from whiteslip.api.answers import Words
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post
from whiteslip.api.reading import LinePath, PageSize, Read
from whiteslip.api.shapes import signs as shapes
from whiteslip.flows.look_ahead import Answer, answer_signs
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import InvalidInput, NotFound, WhiteslipError
from whiteslip.money.lines.model import LineKey
from whiteslip.risk.signs.model import Color
from whiteslip.views import signs

router = APIRouter(tags=["warnings"])
Behind = Annotated[
    str | None,
    Query(
        description="The `next` of the page before.",
        max_length=60,
        json_schema_extra={"pattern": "^lin_[0-9]{1,19}_[0-9]{1,19}$"},
    ),
]
Shown = Literal["yellow", "orange", "red"]


@router.get("/signs", **gives(shapes.Signs))
async def list_signs(
    read: Read, color: Shown = "red", limit: PageSize = 50, after: Behind = None
) -> HttpResponse:
    """List the lines that have a color now, and say how the whole book was looked at last."""
    read.needs("reviews:read")
    behind = _behind(after)
    chosen = Color(color)
    look, found = await read.view(
        lambda db: (
            signs.last_look(db),
            signs.list_signs(db, chosen, after=behind, most=limit),
        )
    )
    shown = [_sight(view) for view in found]
    following = shown[-1].line_id if len(shown) == limit else None
    return reading.show(shapes.Signs(signs.owner(), _look(look), shown, following))


@router.get("/lines/{line_id}/signs", **gives(shapes.LineSigns, "not_found"))
async def list_line_signs(line_id: LinePath, read: Read, limit: PageSize = 20) -> HttpResponse:
    """Show what was seen of a line, the newest first."""
    read.needs("reviews:read")
    line = LineKey(*ids.read_owned(line_id, "lin"))
    found = await read.view(lambda db: signs.line_signs(db, line, most=limit))
    return reading.show(shapes.LineSigns(line_id, [_sight(view) for view in found]))


@router.post(
    "/lines/{line_id}/signs/acknowledge",
    **posts(shapes.AnswerBody, shapes.Answered, "not_found", "conflict"),
)
async def acknowledge_signs(line_id: LinePath, posted: Post) -> HttpResponse:
    """Say that one knows of the signs a line shows now, and what is done about it."""
    callers.needs(posted.caller, "reviews:write")
    body = posted.read(shapes.AnswerBody)
    line = LineKey(*ids.read_owned(line_id, "lin"))
    request = Answer(line, posted.caller.label, body.note)

    def act(db: Connection, at: datetime) -> Response:
        (outcome,) = answer_signs(db, [request], at=at)
        if isinstance(outcome, WhiteslipError):
            return problems.of_error(outcome)
        return present.answer(shapes.Answered(ids.write("lin", *outcome)))

    return await posted.manage(body, act)


def _behind(after: str | None) -> LineKey:
    if after is None:
        return signs.FIRST
    try:
        return LineKey(*ids.read_owned(after, "lin"))
    except NotFound as error:
        raise InvalidInput("this is the cursor of no page", where="after") from error


def _sight(view: signs.SightView) -> shapes.Sight:
    known = signs.known_signs()
    told = [
        shapes.ShownSign(one, Words(*known[one].name), Words(*known[one].told))
        for one in view.signs
        if one in known
    ]
    return shapes.Sight(
        ids.write("lin", view.customer_id, view.line_id),
        ids.write("cus", view.customer_id),
        view.seen_on,
        view.seen_at,
        view.version,
        view.color.value,
        told,
        dict(view.facts),
        view.answered_by,
        view.note,
        view.answered_at,
        view.overdue_since,
        view.offered_on,
    )


def _look(view: signs.BookView) -> shapes.Look:
    run = view.run
    if run is None:
        return shapes.Look(view.is_stale, view.closed_on, *[None] * 8)
    return shapes.Look(
        view.is_stale,
        view.closed_on,
        run.seen_on,
        run.lines,
        run.yellow,
        run.orange,
        run.red,
        run.unknown,
        run.offered,
        run.cases,
    )
