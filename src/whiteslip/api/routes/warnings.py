"""Warnings: how the indicators of the book stand, and how they came there."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path
from fastapi import Response as HttpResponse

from whiteslip.api import callers, present, problems, reading
from whiteslip.api.answers import Words
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post
from whiteslip.api.reading import PageSize, Read
from whiteslip.api.shapes import warnings as shapes
from whiteslip.flows.warn_early import Acknowledgment, acknowledge_warnings
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.risk.signals.model import Color, Evaluation
from whiteslip.views import warnings

router = APIRouter(tags=["warnings"])
IndicatorPath = Annotated[
    str,
    Path(
        examples=["first_payment"],
        max_length=40,
        json_schema_extra={"pattern": "^[a-z][a-z0-9_]{0,39}$"},
    ),
]


@router.get("/warnings", **gives(shapes.Warnings))
async def list_warnings(read: Read, *, color: Color | None = None) -> HttpResponse:
    """Show how every indicator stands, the worst first, or those of one color."""
    read.needs("reviews:read")
    at = read.runtime.clock.now()
    found = await read.view(lambda db: warnings.standing(db, at=at))
    shown = [_shown(view) for view in found if color in (None, view.color)]
    return reading.show(shapes.Warnings(shown))


@router.get("/warnings/{indicator}", **gives(shapes.WarningHistory, "not_found"))
async def show_warning(
    indicator: IndicatorPath, read: Read, *, limit: PageSize = 50
) -> HttpResponse:
    """Show what an indicator came to, the newest first."""
    read.needs("reviews:read")
    found = await read.view(lambda db: warnings.history(db, indicator, most=limit))
    return reading.show(shapes.WarningHistory(indicator, [_evaluated(one) for one in found]))


@router.post(
    "/warnings/{indicator}/acknowledge",
    **posts(shapes.AcknowledgmentBody, shapes.Acknowledged, "not_found", "conflict"),
)
async def acknowledge_warning(indicator: IndicatorPath, posted: Post) -> HttpResponse:
    """Say that one knows of the warning of an indicator that stands, and what is done about it."""
    callers.needs(posted.caller, "reviews:write")
    body = posted.read(shapes.AcknowledgmentBody)
    request = Acknowledgment(indicator, posted.caller.label, body.note)

    def act(db: Connection, at: datetime) -> Response:
        (outcome,) = acknowledge_warnings(db, [request], at=at)
        if isinstance(outcome, WhiteslipError):
            return problems.of_error(outcome)
        return present.answer(shapes.Acknowledged(outcome.indicator, outcome.state.value))

    return await posted.manage(body, act)


def _shown(view: warnings.WarningView) -> shapes.Warned:
    one = view.indicator
    return shapes.Warned(
        one.id,
        Words(*one.name),
        Words(*one.measures),
        Words(*one.to_do),
        one.owner,
        one.escalates_to,
        one.unit.value,
        None if one.fast is None else one.fast.window_minutes,
        view.color.value,
        None if view.why is None else view.why.value,
        None if view.last is None else _evaluated(view.last),
        _standing(view.warning),
    )


def _standing(warning: warnings.Standing | None) -> shapes.Standing | None:
    if warning is None:
        return None
    return msgspec.convert(warning._asdict(), shapes.Standing)


def _evaluated(one: Evaluation) -> shapes.Evaluated:
    return shapes.Evaluated(
        one.evaluated_on,
        one.evaluated_at,
        one.version,
        one.from_on,
        one.to_on,
        one.hits,
        one.out_of,
        one.value_ppm,
        one.color.value,
        None if one.why is None else one.why.value,
        one.detail,
        None if one.judged_by is None else one.judged_by.value,
        one.center_ppm,
        one.spread_ppm,
    )
