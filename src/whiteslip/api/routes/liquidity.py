"""Liquidity: entering funds, the forecast, and the safety valve that two people release and end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path
from fastapi import Response as HttpResponse

from whiteslip.api import callers, present, problems, reading
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post, Posted
from whiteslip.api.reading import PageSize, Read
from whiteslip.api.shapes import liquidity as shapes
from whiteslip.flows.enter_funds import EntryKind, NewEntry, enter_funds
from whiteslip.flows.govern_valve import (
    Command,
    Governed,
    Proposal,
    ValveStep,
    govern_valve,
    propose_stage,
)
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.risk.liquidity.model import Days, Forecast
from whiteslip.views import liquidity as view

router = APIRouter(tags=["liquidity"])
ValvePath = Annotated[int, Path(ge=1, le=2**63 - 1, examples=[7])]
_WRONG = ("not_found", "conflict")


@router.get("/liquidity", **gives(shapes.Liquidity, "not_found"))
async def show_liquidity(read: Read) -> HttpResponse:
    """Show what is expected of the cash day by day, or why nothing is known, and what people entered."""
    read.needs("reviews:read")
    found = await read.view(view.show_liquidity)
    entries = [_entry(one._asdict()) for one in found.entries]
    last = None if found.last is None else _forecast(found.last)
    shown = {"closed_on": found.closed_on, "why": found.why, "forecast": last, "entries": entries}
    return reading.show(msgspec.convert(shown, shapes.Liquidity))


@router.post("/funding-entries", **posts(shapes.EntryBody, shapes.Entered))
async def enter_funding(posted: Post) -> HttpResponse:
    """Enter what the account held, what a lender committed, or the floor; of two entries the later one counts."""
    callers.needs(posted.caller, "reviews:write")
    body = posted.read(shapes.EntryBody)
    entry = NewEntry(
        EntryKind(body.kind), body.amount_minor, body.from_on, posted.caller.label, body.note,
        body.name or "", body.until_on,
    )  # fmt: skip

    def act(db: Connection, at: datetime) -> Response:
        (done,) = enter_funds(db, [entry], at=at)
        if isinstance(done, WhiteslipError):
            return problems.of_error(done)
        return present.answer(shapes.Entered(done))

    return await posted.manage(body, act)


@router.get("/valves", **gives(shapes.Valves))
async def list_valves(read: Read, *, limit: PageSize = 20) -> HttpResponse:
    """Show the valves, the newest first, with what each refused or, rehearsed, would have refused."""
    read.needs("reviews:read")
    found = await read.view(lambda db: view.valves(db, most=limit))
    return reading.show(shapes.Valves([_valve(one) for one in found]))


@router.post("/valves", **posts(shapes.ProposalBody, shapes.Governed, "conflict"))
async def propose_valve(posted: Post) -> HttpResponse:
    """Propose a stage of the valve; nothing changes before two people released it."""
    callers.needs(posted.caller, "restrictions:write")
    body = posted.read(shapes.ProposalBody)
    request = Proposal(body.stage, posted.caller.label, body.note, body.segment)

    def act(db: Connection, at: datetime) -> Response:
        return _governed(propose_stage(db, request, at=at))

    return await posted.manage(body, act)


@router.post("/valves/{valve_id}/rehearse", **posts(shapes.ValveStepBody, shapes.Governed, *_WRONG))
async def rehearse_valve(valve_id: ValvePath, posted: Post) -> HttpResponse:
    """Let a proposed valve be judged beside every purchase without acting, and count what it would have refused."""
    return await _step(valve_id, Command.REHEARSE, posted)


@router.post("/valves/{valve_id}/release", **posts(shapes.ValveStepBody, shapes.Governed, *_WRONG))
async def release_valve(valve_id: ValvePath, posted: Post) -> HttpResponse:
    """Release a valve; with the last person needed it acts, in place of the one before."""
    return await _step(valve_id, Command.RELEASE, posted)


@router.post("/valves/{valve_id}/dismiss", **posts(shapes.ValveStepBody, shapes.Governed, *_WRONG))
async def dismiss_valve(valve_id: ValvePath, posted: Post) -> HttpResponse:
    """Dismiss a valve that does not act."""
    return await _step(valve_id, Command.DISMISS, posted)


@router.post("/valves/{valve_id}/end", **posts(shapes.ValveStepBody, shapes.Governed, *_WRONG))
async def end_valve(valve_id: ValvePath, posted: Post) -> HttpResponse:
    """End a valve that acts before its date; it ends with the last person needed."""
    return await _step(valve_id, Command.END, posted)


async def _step(valve_id: int, command: Command, posted: Posted) -> HttpResponse:
    callers.needs(posted.caller, "restrictions:write")
    body = posted.read(shapes.ValveStepBody)
    request = ValveStep(valve_id, command, posted.caller.label, body.note)

    def act(db: Connection, at: datetime) -> Response:
        return _governed(govern_valve(db, request, at=at))

    return await posted.manage(body, act)


def _governed(done: Governed | WhiteslipError) -> Response:
    if isinstance(done, WhiteslipError):
        return problems.of_error(done)
    valve = done.valve
    return present.answer(
        shapes.Governed(valve.valve_id, valve.state.value, valve.until_on, done.missing)
    )


def _entry(parts: dict[str, Any]) -> shapes.Entry:
    number = parts.pop("entry_id")
    return msgspec.convert(parts | {"entry": number}, shapes.Entry)


def _forecast(one: Forecast) -> shapes.Forecast:
    return shapes.Forecast(
        one.forecast_on,
        one.why,
        one.cash_minor,
        one.floor_minor,
        one.coverage_ppm,
        list(one.stage_coverages_ppm),
        [] if one.days is None else _days(one, one.days),
    )


def _days(one: Forecast, days: Days) -> list[shapes.Expected]:
    return [
        shapes.Expected(one.forecast_on + timedelta(days=number), *values)
        for number, values in enumerate(zip(*days, strict=True), 1)
    ]


def _valve(one: view.ValveView) -> shapes.Valve:
    valve = one.valve
    steps = [
        shapes.ValveStep(each.command, each.state.value, each.actor, each.note, each.happened_at)
        for each in one.steps
    ]
    return shapes.Valve(
        valve.valve_id,
        valve.stage,
        valve.state.value,
        valve.share_ppm,
        valve.most_minor,
        valve.plans.value,
        valve.segment,
        valve.proposed_on,
        valve.until_on,
        valve.why,
        steps,
        [shapes.Counted(*each[1:]) for each in one.counts],
    )
