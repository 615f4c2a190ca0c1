"""Suspensions: their owner's lock, a verified identity, what takes two people, and runs that wait for release."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi import Response as HttpResponse

from whiteslip.api import callers, present, problems, reading
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post
from whiteslip.api.reading import CustomerPath, LinePath, Read, RestrictionPath
from whiteslip.api.shapes import suspensions as shapes
from whiteslip.flows.govern_runs import Run, release_run, undo_run
from whiteslip.flows.lock_line import LockRequest, lock_lines
from whiteslip.flows.override_restriction import Asked, ask_to_close, ask_to_override, decide_act
from whiteslip.flows.verify_identity import Verification, verify_identity
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.money.lines.model import LineKey
from whiteslip.views import runs

router = APIRouter(tags=["suspensions"])
_WRONG = ("not_found", "conflict")
ActPath = Annotated[
    str, Path(examples=["act_7_46"], json_schema_extra={"pattern": "^act_[0-9]{1,19}_[0-9]{1,19}$"})
]
BookPath = Annotated[str, Path(pattern="^[a-z][a-z0-9-]{0,39}$", examples=["watch"])]
VersionPath = Annotated[int, Path(ge=1, le=1_000_000)]


@router.post("/lines/{line_id}/lock", **posts(shapes.LockBody, shapes.Lock, *_WRONG))
async def lock_line(line_id: LinePath, posted: Post) -> HttpResponse:
    """Lock a line for its owner, or unlock it after a second factor."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(shapes.LockBody)
    line = ids.read_owned(line_id, "lin")
    request = LockRequest(*line, body.locked, body.is_verified, posted.caller.label)

    def act(db: Connection, at: datetime) -> Response:
        (done,) = lock_lines(db, [request], at=at)
        if isinstance(done, WhiteslipError):
            return problems.of_error(done)
        return present.answer(shapes.Lock(ids.write("lin", *line), done.locked, done.level))

    return await posted.manage(body, act)


@router.post(
    "/customers/{customer_id}/verifications",
    **posts(shapes.VerificationBody, shapes.Verified, *_WRONG),
)
async def verify_customer(customer_id: CustomerPath, posted: Post) -> HttpResponse:
    """Tell that a person showed who they are: doubt of that is cured, suspicion goes to a person."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(shapes.VerificationBody)
    owner = ids.read_one(customer_id, "cus")
    verification = Verification(owner, body.method, posted.caller.label)

    def act(db: Connection, at: datetime) -> Response:
        (done,) = verify_identity(db, [verification], at=at)
        return present.answer(shapes.Verified(ids.write("cus", owner), done.cured, done.waiting))

    return await posted.manage(body, act)


@router.post(
    "/restrictions/{restriction_id}/overrides",
    **posts(shapes.OverrideBody, shapes.Act, *_WRONG),
)
async def ask_for_override(restriction_id: RestrictionPath, posted: Post) -> HttpResponse:
    """Ask that a restriction be without force until a day; another person decides."""
    callers.needs(posted.caller, "restrictions:write")
    body = posted.read(shapes.OverrideBody)
    owned, by = ids.read_owned(restriction_id, "res"), posted.caller.label

    def act(db: Connection, at: datetime) -> Response:
        return _act(
            ask_to_override(db, *owned, until_on=body.until_on, note=body.note, by=by, at=at)
        )

    return await posted.manage(body, act)


@router.post("/lines/{line_id}/closures", **posts(shapes.ClosureBody, shapes.Act, *_WRONG))
async def ask_for_closure(line_id: LinePath, posted: Post) -> HttpResponse:
    """Ask that a line be closed for good; another person decides, and what is owed keeps its schedule."""
    callers.needs(posted.caller, "restrictions:write")
    body = posted.read(shapes.ClosureBody)
    line, by = LineKey(*ids.read_owned(line_id, "lin")), posted.caller.label

    def act(db: Connection, at: datetime) -> Response:
        return _act(ask_to_close(db, line, reason=body.reason, note=body.note, by=by, at=at))

    return await posted.manage(body, act)


@router.post("/acts/{act_id}/decision", **posts(shapes.ActDecisionBody, shapes.Act, *_WRONG))
async def decide(act_id: ActPath, posted: Post) -> HttpResponse:
    """Approve or refuse what another person asked for."""
    callers.needs(posted.caller, "restrictions:write")
    body = posted.read(shapes.ActDecisionBody)
    owned, by = ids.read_owned(act_id, "act"), posted.caller.label

    def act(db: Connection, at: datetime) -> Response:
        return _act(decide_act(db, *owned, approved=body.approved, by=by, at=at))

    return await posted.manage(body, act)


@router.get("/runs", **gives(shapes.Runs))
async def list_runs(read: Read) -> HttpResponse:
    """List the runs of the watch book that the blast guard stopped."""
    read.needs("reviews:read")
    rows = await read.view(runs.waiting)
    shown = [
        shapes.Run(
            row.book, row.version, row.on, row.note, row.lines, row.restrictions, row.released_by
        )
        for row in rows
    ]
    return reading.show(shapes.Runs(shown))


@router.post(
    "/runs/{book}/{version}/{run_on}/release", **posts(shapes.RunBody, shapes.Governed, *_WRONG)
)
async def release(book: BookPath, version: VersionPath, run_on: date, posted: Post) -> HttpResponse:
    """Release a run that waits; with the last person needed its restrictions come into force."""
    callers.needs(posted.caller, "restrictions:write")
    body, by = posted.read(shapes.RunBody), posted.caller.label
    run = Run(book, version, run_on)

    def act(db: Connection, at: datetime) -> Response:
        done = release_run(db, run, by=by, note=body.note, at=at)
        return present.answer(shapes.Governed(done.missing, done.moved))

    return await posted.manage(body, act)


@router.post(
    "/runs/{book}/{version}/{run_on}/undo", **posts(shapes.RunBody, shapes.Governed, *_WRONG)
)
async def undo(book: BookPath, version: VersionPath, run_on: date, posted: Post) -> HttpResponse:
    """Undo a run as a whole: everything it left that still stands is lifted, and its owners are told."""
    callers.needs(posted.caller, "restrictions:write")
    body, by = posted.read(shapes.RunBody), posted.caller.label
    run = Run(book, version, run_on)

    def act(db: Connection, at: datetime) -> Response:
        done = undo_run(db, run, by=by, note=body.note, at=at)
        return present.answer(shapes.Governed(done.missing, done.moved))

    return await posted.manage(body, act)


def _act(asked: Asked) -> Response:
    number = ids.write("act", asked.customer_id, asked.act_id)
    return present.answer(shapes.Act(number, asked.state.value))
