"""Segments and their tightenings: how they stand, and what people say: release, dismiss, lift, keep, undo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi import Response as HttpResponse
from msgspec import Struct

from whiteslip.api import callers, present, problems, reading
from whiteslip.api.answers import Words
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post, Posted
from whiteslip.api.reading import PageSize, Read
from whiteslip.api.shapes import segments as shapes
from whiteslip.flows.judge_segments import Proposal, propose_tightenings
from whiteslip.flows.tighten_segments import Command, Direction, Saying, say_of_tightenings
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel.errors import InvariantBroken, WhiteslipError
from whiteslip.risk.segments.model import Judged, Outcome
from whiteslip.risk.tightenings.model import Effect, Interval, State, Tightening
from whiteslip.views import segments as views

router = APIRouter(tags=["segments"])
READ, WRITE = "reviews:read", "reviews:write"
WRONG = ("not_found", "conflict")
SegmentPath = Annotated[
    str,
    Path(
        examples=["self_employed"],
        max_length=40,
        json_schema_extra={"pattern": "^[a-z][a-z0-9_]{0,39}$"},
    ),
]
Number = Annotated[int, Path(ge=1, le=2_000_000_000, examples=[1])]


@router.get("/segments", **gives(shapes.Segments))
async def list_segments(read: Read) -> HttpResponse:
    """Show how every segment of the book stands to its control limits."""
    read.needs(READ)
    found = await read.view(views.standing)
    return reading.show(shapes.Segments([_segment(one) for one in found]))


@router.get("/segments/{segment}", **gives(shapes.SegmentHistory, "not_found"))
async def show_segment(segment: SegmentPath, read: Read, *, limit: PageSize = 24) -> HttpResponse:
    """Show what was judged of a segment, the latest month end first."""
    read.needs(READ)
    found = await read.view(lambda db: views.history(db, segment, most=limit))
    return reading.show(shapes.SegmentHistory(segment, [_judged(one) for one in found]))


@router.get("/tightenings", **gives(shapes.Tightenings))
async def list_tightenings(read: Read, *, limit: PageSize = 50) -> HttpResponse:
    """List the latest tightenings."""
    read.needs(READ)
    found = await read.view(lambda db: views.latest(db, most=limit))
    return reading.show(shapes.Tightenings([_tightening(one) for one in found]))


@router.get("/tightenings/{number}", **gives(shapes.TighteningShown, "not_found"))
async def show_tightening(number: Number, read: Read) -> HttpResponse:
    """Show a tightening: what was expected of it, who said what, and what it did against its hold-out."""
    read.needs(READ)
    found = await read.view(lambda db: views.show(db, number))
    steps = [step_of(one) for one in found.steps]
    effect = None if found.effect is None else effect_of(found.effect)
    return reading.show(
        shapes.TighteningShown(
            _tightening(found.tightening), steps, found.missing, found.standing, effect
        )
    )


@router.post("/tightenings", **posts(shapes.ProposalBody, shapes.Tightening, *WRONG))
async def propose_tightening(posted: Post) -> HttpResponse:
    """Propose to tighten a segment; nothing is in force before two others released it."""
    return await propose(posted, Direction.TIGHTEN, _tightening)


@router.post("/tightenings/{number}/release", **posts(shapes.SayingBody, shapes.Said, *WRONG))
async def release_tightening(number: Number, posted: Post) -> HttpResponse:
    """Release a proposal; with the last person needed its first stage comes into force."""
    return await say(posted, number, Command.RELEASE)


@router.post("/tightenings/{number}/dismiss", **posts(shapes.SayingBody, shapes.Said, *WRONG))
async def dismiss_tightening(number: Number, posted: Post) -> HttpResponse:
    """Dismiss a proposal: nobody was told of anything."""
    return await say(posted, number, Command.DISMISS)


@router.post("/tightenings/{number}/lift", **posts(shapes.SayingBody, shapes.Said, *WRONG))
async def lift_tightening(number: Number, posted: Post) -> HttpResponse:
    """Agree that it ends; with the last person needed all that it imposed is lifted."""
    return await say(posted, number, Command.LIFT)


@router.post("/tightenings/{number}/keep", **posts(shapes.SayingBody, shapes.Said, *WRONG))
async def keep_tightening(number: Number, posted: Post) -> HttpResponse:
    """Agree that it goes on; with the last person needed it has another review date."""
    return await say(posted, number, Command.KEEP)


@router.post("/tightenings/{number}/undo", **posts(shapes.SayingBody, shapes.Said, *WRONG))
async def undo_tightening(number: Number, posted: Post) -> HttpResponse:
    """Undo it as a whole: what waits is dismissed, what is in force lifted."""
    return await say(posted, number, Command.UNDO)


async def propose(
    posted: Posted, direction: Direction, show: Callable[[Tightening], Struct]
) -> HttpResponse:
    """Propose what the body asks, in either direction."""
    callers.needs(posted.caller, WRITE)
    body = posted.read(shapes.ProposalBody)
    request = Proposal(body.segment, posted.caller.label, body.note, direction)

    def act(db: Connection, at: datetime) -> Response:
        (answer,) = propose_tightenings(db, [request], at=at)
        if isinstance(answer, WhiteslipError):
            return problems.of_error(answer)
        return present.answer(show(answer))

    return await posted.manage(body, act)


async def say(
    posted: Posted, number: int, command: Command, direction: Direction = Direction.TIGHTEN
) -> HttpResponse:
    """Say a command of a proposal, of either direction."""
    callers.needs(posted.caller, WRITE)
    body = posted.read(shapes.SayingBody)
    request = Saying(number, command, posted.caller.label, body.note, direction)

    def act(db: Connection, at: datetime) -> Response:
        (answer,) = say_of_tightenings(db, [request], at=at)
        if isinstance(answer, WhiteslipError):
            return problems.of_error(answer)
        one = answer.tightening
        said = shapes.Said(one.tightening_id, one.state.value, answer.missing, answer.moved)
        return present.answer(said)

    return await posted.manage(body, act)


def _segment(view: views.SegmentView) -> shapes.Segment:
    one = view.segment
    return shapes.Segment(
        one.name,
        Words(*one.title),
        one.when,
        one.owner,
        view.spoken.asks.value,
        one.macro,
        None if view.macro is None else view.macro.color.value,
        [_judged(each) for each in view.judged],
        None if view.tightening is None else view.tightening.tightening_id,
        None if view.loosening is None else view.loosening.tightening_id,
    )


def _judged(one: Judged) -> shapes.Judged:
    return shapes.Judged(
        one.measure.value,
        one.month_end,
        one.hits,
        one.out_of,
        one.base_ppm,
        one.smooth_ppm,
        one.warning_ppm,
        one.action_ppm,
        one.single_ppm,
        one.baseline_months,
        one.level.value,
        None if one.why is None else one.why.value,
    )


def _tightening(one: Tightening) -> shapes.Tightening:
    return shapes.Tightening(
        one.tightening_id,
        one.segment,
        one.condition,
        _imposed(one.outcome),
        one.state.value,
        one.holdout_ppm,
        [shapes.Stage(*each) for each in one.stages],
        one.stages_done,
        one.proposed_on,
        one.proposed_by,
        one.released_on,
        one.review_on,
        one.ended_on,
        shapes.Expected(**one.evidence["expected"]),
    )


def _imposed(outcome: Outcome) -> shapes.Outcome:
    if outcome is Outcome.ROOM:
        raise InvariantBroken("a tightening gives no room")
    return outcome.value


def effect_of(one: Effect) -> shapes.Effect:
    """Show what one did, of either direction."""
    return shapes.Effect(
        one.month_end,
        one.touched.lines,
        one.touched.hits,
        one.held_out.lines,
        one.held_out.hits,
        _interval(one.thirty_plus),
        _interval(one.bad_minor),
        _interval(one.bought_minor),
    )


def step_of(one: views.StepView) -> shapes.Step:
    """Show a step, of either direction."""
    return shapes.Step(
        one.command, State(one.state).value, one.actor, one.note, one.happened_on, one.happened_at
    )


def _interval(one: Interval | None) -> shapes.Interval | None:
    return None if one is None else shapes.Interval(*one)
