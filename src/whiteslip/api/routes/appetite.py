"""The risk appetite: what is in force and how book and runs stand to it; versions and passes by two people each."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi import Response as HttpResponse

from whiteslip.api import callers, present, reading
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post
from whiteslip.api.reading import Read
from whiteslip.api.shapes import appetite as shapes
from whiteslip.flows import keep_appetite as keeping
from whiteslip.flows.keep_appetite import PassRequest
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.risk.appetite.model import Checked, Limit
from whiteslip.views import appetite as views

router = APIRouter(prefix="/appetite", tags=["appetite"])
SCOPE = "restrictions:write"
_WRONG = ("not_found", "conflict")
VersionPath = Annotated[int, Path(ge=1, le=30_000)]


@router.get("", **gives(shapes.Appetite))
async def show_appetite(read: Read) -> HttpResponse:
    """Show the limits in force, and the book and every waiting run held against them."""
    read.needs("reviews:read")
    found = await read.view(views.show)
    limits = [] if found.appetite is None else [*found.appetite.limits.values()]
    return reading.show(
        shapes.Appetite(
            None if found.appetite is None else found.appetite.version,
            "" if found.appetite is None else found.appetite.why,
            [_limit(one) for one in limits],
            [shapes.AppetiteVersion(*one[:3]) for one in found.versions],
            [_checked(one) for one in found.checked],
        )
    )


@router.post("/versions", **posts(shapes.AppetiteDraftBody, shapes.AppetiteMoved, *_WRONG))
async def draft_appetite(posted: Post) -> HttpResponse:
    """Write the next version; nothing changes before another person publishes it."""
    callers.needs(posted.caller, SCOPE)
    body, by = posted.read(shapes.AppetiteDraftBody), posted.caller.label

    def act(db: Connection, at: datetime) -> Response:
        done = keeping.draft_appetite(db, body.body, by=by, note=body.note, at=at)
        return present.answer(shapes.AppetiteMoved(done.version, done.state))

    return await posted.manage(body, act)


@router.post(
    "/versions/{version}/publish",
    **posts(shapes.AppetiteNoteBody, shapes.AppetiteMoved, *_WRONG),
)
async def publish_appetite(version: VersionPath, posted: Post) -> HttpResponse:
    """Bring a version into force, as another person than who drafted it."""
    callers.needs(posted.caller, SCOPE)
    body, by = posted.read(shapes.AppetiteNoteBody), posted.caller.label

    def act(db: Connection, at: datetime) -> Response:
        done = keeping.publish_appetite(db, version, by=by, note=body.note, at=at)
        return present.answer(shapes.AppetiteMoved(done.version, done.state))

    return await posted.manage(body, act)


@router.post(
    "/versions/{version}/withdraw",
    **posts(shapes.AppetiteNoteBody, shapes.AppetiteMoved, *_WRONG),
)
async def withdraw_appetite(version: VersionPath, posted: Post) -> HttpResponse:
    """Give up a draft."""
    callers.needs(posted.caller, SCOPE)
    body, by = posted.read(shapes.AppetiteNoteBody), posted.caller.label

    def act(db: Connection, at: datetime) -> Response:
        done = keeping.withdraw_appetite(db, version, by=by, note=body.note, at=at)
        return present.answer(shapes.AppetiteMoved(done.version, done.state))

    return await posted.manage(body, act)


@router.post("/passes", **posts(shapes.AppetitePassBody, shapes.AppetitePassed, *_WRONG))
async def pass_limit(posted: Post) -> HttpResponse:
    """Say, as one of two people, that a draft or a run may go past a limit at the figure it has now."""
    callers.needs(posted.caller, SCOPE)
    body, by = posted.read(shapes.AppetitePassBody), posted.caller.label
    request = PassRequest(body.book, body.version, body.on, body.measure, by, body.note)

    def act(db: Connection, at: datetime) -> Response:
        done = keeping.pass_limit(db, request, at=at)
        subject = done.checked.subject.key
        return present.answer(
            shapes.AppetitePassed(
                subject, done.measure, done.value_ppm, done.limit_ppm, done.missing
            )
        )

    return await posted.manage(body, act)


def _limit(one: Limit) -> shapes.AppetiteLimit:
    return shapes.AppetiteLimit(
        one.measure, one.side, one.ppm, one.least_count, one.unknown, one.why
    )


def _checked(one: Checked) -> shapes.AppetiteChecked:
    findings = [
        shapes.AppetiteFinding(
            each.limit.measure,
            each.held,
            each.value_ppm,
            each.limit.ppm,
            each.limit.side,
            each.cases,
            each.part,
            each.why,
            each in one.refusing,
            each in one.passed,
        )
        for each in one.findings
    ]
    return shapes.AppetiteChecked(one.subject.key, one.version, findings)
