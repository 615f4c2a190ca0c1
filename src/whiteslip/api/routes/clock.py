"""The book's clock: which business date it is, and in a sandbox the way to move it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from fastapi import APIRouter
from fastapi import Response as HttpResponse

from whiteslip.api import answers, bodies, callers, present, problems, reading
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post
from whiteslip.api.reading import Read
from whiteslip.api.runtime import Runtime
from whiteslip.flows.end_of_day import end_of_day
from whiteslip.infra import business_day
from whiteslip.infra.business_day import Day
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel.errors import Conflict, InvalidInput

router = APIRouter(prefix="/clock", tags=["clock"])
MOST_DAYS = 400


@router.get("", **gives(answers.Clock))
async def show_clock(read: Read) -> HttpResponse:
    """Show the book's business date."""
    day = await read.view(business_day.read)
    return reading.show(_clock(day, read.runtime))


@router.post("/advance", **posts(bodies.AdvanceBody, answers.Clock, "conflict", status=200))
async def advance(posted: Post) -> HttpResponse:
    """Close business days until a date is current; only in a sandbox, at most 400 days at once."""
    callers.needs(posted.caller, "clock:write")
    if not posted.runtime.settings.sandbox:
        raise problems.ProblemError("not_allowed", "only a sandbox's clock can be moved")
    body = posted.read(bodies.AdvanceBody)

    def act(db: Connection, at: datetime) -> Response:
        day = business_day.read(db)
        _check(day, body.to)
        while day.current_on < body.to or day.closing:
            end_of_day(posted.runtime.database, at=at)
            day = business_day.read(db)
        return present.answer(_clock(day, posted.runtime), status=present.OK)

    return await posted.manage(body, act)


def _check(day: Day, to: date) -> None:
    if to < day.current_on:
        raise Conflict(f"the book is at {day.current_on} and never goes back")
    if to - day.current_on > timedelta(days=MOST_DAYS):
        text = f"at most {MOST_DAYS} days are closed at once; the book is at {day.current_on}"
        raise InvalidInput(text, where="to")


def _clock(day: Day, runtime: Runtime) -> answers.Clock:
    return answers.Clock(day.current_on, day.closed_on, runtime.settings.sandbox)
