"""Loosenings of segments: proposed, and what people say: release, dismiss, ask for the end, lift, keep, undo."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi import Response as HttpResponse

from whiteslip.api import reading
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post
from whiteslip.api.reading import PageSize, Read
from whiteslip.api.routes.segments import READ, WRONG, Number, effect_of, propose, say, step_of
from whiteslip.api.shapes import loosenings as shapes
from whiteslip.api.shapes.segments import ProposalBody, Said, SayingBody, Stage
from whiteslip.flows.tighten_segments import Command, Direction
from whiteslip.kernel.errors import InvariantBroken
from whiteslip.risk.tightenings.model import Tightening
from whiteslip.views import segments as views

router = APIRouter(tags=["segments"])
_SAID = posts(SayingBody, Said, *WRONG)


@router.get("/loosenings", **gives(shapes.Loosenings))
async def list_loosenings(read: Read, *, limit: PageSize = 50) -> HttpResponse:
    """List the latest loosenings."""
    read.needs(READ)
    found = await read.view(lambda db: views.latest(db, most=limit, direction=Direction.LOOSEN))
    return reading.show(shapes.Loosenings([_loosening(one) for one in found]))


@router.get("/loosenings/{number}", **gives(shapes.LooseningShown, "not_found"))
async def show_loosening(number: Number, read: Read) -> HttpResponse:
    """Show a loosening: what was expected of it, who said what, and what it did against its hold-out."""
    read.needs(READ)
    found = await read.view(lambda db: views.show(db, number, direction=Direction.LOOSEN))
    return reading.show(
        shapes.LooseningShown(
            _loosening(found.tightening),
            [step_of(one) for one in found.steps],
            found.missing,
            found.standing,
            found.room_minor,
            None if found.effect is None else effect_of(found.effect),
        )
    )


@router.post("/loosenings", **posts(ProposalBody, shapes.Loosening, *WRONG))
async def propose_loosening(posted: Post) -> HttpResponse:
    """Propose to give a segment what its file offers; nothing is given before two others released it."""
    return await propose(posted, Direction.LOOSEN, _loosening)


@router.post("/loosenings/{number}/release", **_SAID)
async def release_loosening(number: Number, posted: Post) -> HttpResponse:
    """Release a proposal; with the last person needed its first stage is given its room."""
    return await say(posted, number, Command.RELEASE, Direction.LOOSEN)


@router.post("/loosenings/{number}/dismiss", **_SAID)
async def dismiss_loosening(number: Number, posted: Post) -> HttpResponse:
    """Dismiss a proposal: nobody was told of anything."""
    return await say(posted, number, Command.DISMISS, Direction.LOOSEN)


@router.post("/loosenings/{number}/ask-end", **_SAID)
async def ask_loosening_end(number: Number, posted: Post) -> HttpResponse:
    """Ask that it ends: nothing more is given until two people lift or keep it."""
    return await say(posted, number, Command.ASK_END, Direction.LOOSEN)


@router.post("/loosenings/{number}/lift", **_SAID)
async def lift_loosening(number: Number, posted: Post) -> HttpResponse:
    """Agree that it ends; with the last person needed nothing more is given, and what was runs as promised."""
    return await say(posted, number, Command.LIFT, Direction.LOOSEN)


@router.post("/loosenings/{number}/keep", **_SAID)
async def keep_loosening(number: Number, posted: Post) -> HttpResponse:
    """Agree that it goes on; with the last person needed it has another review date."""
    return await say(posted, number, Command.KEEP, Direction.LOOSEN)


@router.post("/loosenings/{number}/undo", **_SAID)
async def undo_loosening(number: Number, posted: Post) -> HttpResponse:
    """Undo it as a whole: what is not in use ends early, announced to its owners; what is in use runs as promised."""
    return await say(posted, number, Command.UNDO, Direction.LOOSEN)


def _loosening(one: Tightening) -> shapes.Loosening:
    if one.offer is None:
        raise InvariantBroken("a loosening offers something")
    return shapes.Loosening(
        one.tightening_id,
        one.segment,
        one.condition,
        shapes.Offer(*one.offer),
        one.state.value,
        one.holdout_ppm,
        [Stage(*each) for each in one.stages],
        one.stages_done,
        one.proposed_on,
        one.proposed_by,
        one.released_on,
        one.review_on,
        one.ended_on,
        shapes.Expected(**one.evidence["expected"]),
    )
