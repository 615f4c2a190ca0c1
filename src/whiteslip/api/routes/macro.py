"""The environment: series of figures others publish, as they were known on a day, and what is learned of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi import Response as HttpResponse

from whiteslip.api import callers, present, reading
from whiteslip.api.answers import Words
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post
from whiteslip.api.reading import PageSize, Read
from whiteslip.api.routes.segments import SegmentPath
from whiteslip.api.shapes import segments as shapes
from whiteslip.flows.record_macro import NewValue, record_macro
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.risk.macro.model import Standing, Value
from whiteslip.views import macro as views

router = APIRouter(tags=["segments"])
KnownOn = Annotated[date | None, Query(description="As it was known on this day.")]


@router.get("/macro", **gives(shapes.Macro))
async def list_series(read: Read, *, known_on: KnownOn = None) -> HttpResponse:
    """Show how every series stands; what is absent or late is unknown."""
    read.needs("reviews:read")
    found = await read.view(lambda db: views.standing(db, known_on=known_on))
    return reading.show(shapes.Macro([_series(one) for one in found]))


@router.get("/macro/{series}", **gives(shapes.MacroHistory, "not_found"))
async def show_series(
    series: SegmentPath, read: Read, *, known_on: KnownOn = None, limit: PageSize = 24
) -> HttpResponse:
    """Show the last values of a series as they were known on a day or now."""
    read.needs("reviews:read")
    found = await read.view(lambda db: views.history(db, series, most=limit, known_on=known_on))
    return reading.show(shapes.MacroHistory(series, [_value(one) for one in found]))


@router.post(
    "/macro/{series}", **posts(shapes.MacroBody, shapes.MacroKept, "not_found", "conflict")
)
async def keep_value(series: SegmentPath, posted: Post) -> HttpResponse:
    """Keep a value that was learned; a correction is another revision of its date."""
    callers.needs(posted.caller, "reviews:write")
    body = posted.read(shapes.MacroBody)
    micro = views.micro_of(body.value)
    learned = [NewValue(series, body.of_on, micro, body.learned_on)]

    def act(db: Connection, at: datetime) -> Response:
        by = posted.caller.label
        report = record_macro(db, learned, source=body.source, by=by, at=at)
        revision = report.news[0].revision if report.news else None
        return present.answer(shapes.MacroKept(series, revision))

    return await posted.manage(body, act)


def _series(one: Standing) -> shapes.MacroSeries:
    series = one.series
    return shapes.MacroSeries(
        series.name,
        Words(*series.title),
        series.unit,
        one.color.value,
        None if one.why is None else ("absent" if one.last is None else "late"),
        views.text_of(series.yellow_micro),
        views.text_of(series.red_micro),
        None if one.last is None else _value(one.last),
    )


def _value(one: Value) -> shapes.MacroValue:
    return shapes.MacroValue(
        one.of_on, views.text_of(one.value_micro), one.learned_on, one.revision, one.source
    )
