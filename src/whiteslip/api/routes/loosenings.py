"""Loosenings of segments: proposed, and what people say: release, dismiss, ask for the end, lift, keep, undo."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from fastapi import Response as HttpResponse

from whiteslip.api import callers, present, problems, reading
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post, Posted
from whiteslip.api.reading import PageSize, Read
from whiteslip.api.routes.segments import READ, WRITE, WRONG, Number, interval_of, step_of
from whiteslip.api.shapes import loosenings as shapes
from whiteslip.api.shapes.segments import ProposalBody, SayingBody, Stage
from whiteslip.flows.judge_segments import Proposal, propose_tightenings
from whiteslip.flows.tighten_segments import Command, Direction, Saying, say_of_tightenings
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel.errors import InvariantBroken, WhiteslipError
from whiteslip.risk.tightenings.model import Effect, Tightening
from whiteslip.views import segments as views

router = APIRouter(tags=["segments"])
_SAID = posts(SayingBody, shapes.Said, *WRONG)


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
            None if found.effect is None else _effect(found.effect),
        )
    )


@router.post("/loosenings", **posts(ProposalBody, shapes.Loosening, *WRONG))
async def propose_loosening(posted: Post) -> HttpResponse:
    """Propose to give a segment what its file offers; nothing is given before two others released it."""
    callers.needs(posted.caller, WRITE)
    body = posted.read(ProposalBody)
    request = Proposal(body.segment, posted.caller.label, body.note, Direction.LOOSEN)

    def act(db: Connection, at: datetime) -> Response:
        (answer,) = propose_tightenings(db, [request], at=at)
        if isinstance(answer, WhiteslipError):
            return problems.of_error(answer)
        return present.answer(_loosening(answer))

    return await posted.manage(body, act)


@router.post("/loosenings/{number}/release", **_SAID)
async def release_loosening(number: Number, posted: Post) -> HttpResponse:
    """Release a proposal; with the last person needed its first stage is given its room."""
    return await _say(posted, number, Command.RELEASE)


@router.post("/loosenings/{number}/dismiss", **_SAID)
async def dismiss_loosening(number: Number, posted: Post) -> HttpResponse:
    """Dismiss a proposal: nobody was told of anything."""
    return await _say(posted, number, Command.DISMISS)


@router.post("/loosenings/{number}/ask-end", **_SAID)
async def ask_loosening_end(number: Number, posted: Post) -> HttpResponse:
    """Ask that it ends: nothing more is given until two people lift or keep it."""
    return await _say(posted, number, Command.ASK_END)


@router.post("/loosenings/{number}/lift", **_SAID)
async def lift_loosening(number: Number, posted: Post) -> HttpResponse:
    """Agree that it ends; with the last person needed nothing more is given, and what was runs as promised."""
    return await _say(posted, number, Command.LIFT)


@router.post("/loosenings/{number}/keep", **_SAID)
async def keep_loosening(number: Number, posted: Post) -> HttpResponse:
    """Agree that it goes on; with the last person needed it has another review date."""
    return await _say(posted, number, Command.KEEP)


@router.post("/loosenings/{number}/undo", **_SAID)
async def undo_loosening(number: Number, posted: Post) -> HttpResponse:
    """Undo it as a whole: what is not in use ends early, announced to its owners; what is in use runs as promised."""
    return await _say(posted, number, Command.UNDO)


async def _say(posted: Posted, number: int, command: Command) -> HttpResponse:
    callers.needs(posted.caller, WRITE)
    body = posted.read(SayingBody)
    request = Saying(number, command, posted.caller.label, body.note, Direction.LOOSEN)

    def act(db: Connection, at: datetime) -> Response:
        (answer,) = say_of_tightenings(db, [request], at=at)
        if isinstance(answer, WhiteslipError):
            return problems.of_error(answer)
        one = answer.tightening
        said = shapes.Said(one.tightening_id, one.state.value, answer.missing, answer.moved)
        return present.answer(said)

    return await posted.manage(body, act)


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


def _effect(one: Effect) -> shapes.Effect:
    return shapes.Effect(
        one.month_end,
        one.touched.lines,
        one.touched.hits,
        one.held_out.lines,
        one.held_out.hits,
        interval_of(one.thirty_plus),
        interval_of(one.bad_minor),
        interval_of(one.bought_minor),
    )
