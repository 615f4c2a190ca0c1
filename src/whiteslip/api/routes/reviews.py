"""Reviews: the queue of the staff, taking a case, holding it, and deciding it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi import Response as HttpResponse

from whiteslip.api import acts, bodies, callers, present, problems, reading
from whiteslip.api.bodies import Body
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post, Posted
from whiteslip.api.reading import PageSize, Read
from whiteslip.api.shapes import reviews as shapes
from whiteslip.flows import review_cases
from whiteslip.flows.review_cases import (
    Case,
    CaseRequest,
    Kind,
    Label,
    NextRequest,
    Ruling,
)
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.views import reviews

router = APIRouter(tags=["reviews"])
PREFIX = "cas"
_WRONG = ("not_found", "conflict")
CasePath = Annotated[
    str,
    Path(
        examples=["cas_7_46"],
        json_schema_extra={"pattern": f"^{PREFIX}_[0-9]{{1,19}}_[0-9]{{1,19}}$"},
    ),
]
Overdue = Annotated[bool, Query(description="Only cases past their due time.")]


@router.get("/reviews", **gives(shapes.Queue))
async def list_reviews(
    read: Read, *, kind: Kind | None = None, overdue: Overdue = False, limit: PageSize = 50
) -> HttpResponse:
    """List cases that wait or are held, the most urgent first."""
    read.needs("reviews:read")
    before = read.runtime.clock.now() if overdue else None
    rows = await read.view(lambda db: reviews.queue(db, kind=kind, due_before=before, most=limit))
    return reading.show(shapes.Queue([_short(row) for row in rows]))


@router.get("/reviews/{case_id}", **gives(shapes.CaseWhole, "not_found"))
async def show_review(case_id: CasePath, read: Read) -> HttpResponse:
    """Show a case with its evidence, as it was when the case opened, and its history."""
    read.needs("reviews:read")
    owned = ids.read_owned(case_id, PREFIX)
    found = reading.found(await read.view(lambda db: reviews.find(db, *owned)), f"case {case_id}")
    return reading.show(
        shapes.CaseWhole(
            _short(found.case),
            [shapes.Piece(*piece) for piece in found.pieces],
            [shapes.CaseStep(*step) for step in found.steps],
        )
    )


@router.post("/reviews/next", **posts(shapes.NextBody, shapes.NextCase))
async def take_next_review(posted: Post) -> HttpResponse:
    """Take the most urgent case nobody holds and the reviewer may look at; it is theirs until the lease lapses."""
    callers.needs(posted.caller, "reviews:write")
    body = posted.read(shapes.NextBody)
    request = NextRequest(posted.caller.label, tuple(Kind(kind) for kind in body.kinds))

    def act(db: Connection, at: datetime) -> Response:
        (case,) = review_cases.take_next(db, [request], at=at)
        return present.answer(shapes.NextCase(None if case is None else _short(case)))

    return await posted.manage(body, act)


@router.post("/reviews/{case_id}/take", **posts(bodies.NoWords, shapes.CaseShort, *_WRONG))
async def take_review(case_id: CasePath, posted: Post) -> HttpResponse:
    """Take a certain case."""
    return await _command(case_id, posted, posted.read(bodies.NoWords), review_cases.take)


@router.post("/reviews/{case_id}/renew", **posts(bodies.NoWords, shapes.CaseShort, *_WRONG))
async def renew_review(case_id: CasePath, posted: Post) -> HttpResponse:
    """Hold a case for another lease."""
    return await _command(case_id, posted, posted.read(bodies.NoWords), review_cases.renew)


@router.post("/reviews/{case_id}/release", **posts(shapes.EndBody, shapes.CaseShort, *_WRONG))
async def release_review(case_id: CasePath, posted: Post) -> HttpResponse:
    """Give a case back to its queue."""
    body = posted.read(shapes.EndBody)
    return await _command(case_id, posted, body, review_cases.release, note=body.note)


@router.post("/reviews/{case_id}/withdraw", **posts(shapes.EndBody, shapes.CaseShort, *_WRONG))
async def withdraw_review(case_id: CasePath, posted: Post) -> HttpResponse:
    """Close a case that has become moot."""
    body = posted.read(shapes.EndBody)
    return await _command(case_id, posted, body, review_cases.withdraw, note=body.note)


@router.post("/reviews/{case_id}/decide", **posts(shapes.RulingBody, shapes.CaseShort, *_WRONG))
async def decide_review_case(case_id: CasePath, posted: Post) -> HttpResponse:
    """Decide a case one holds; what is lifted or granted by it is so in the same transaction, or it is a conflict."""
    callers.needs(posted.caller, "reviews:write")
    body = posted.read(shapes.RulingBody)
    label = None if body.label is None else Label(body.label)
    owned = ids.read_owned(case_id, PREFIX)
    ruling = Ruling(*owned, posted.caller.label, body.outcome, body.note, label)

    def act(db: Connection, at: datetime) -> Response:
        return _cased(review_cases.decide(db, [ruling], at=at, acts=acts.BY_OUTCOME))

    return await posted.manage(body, act)


_Journey = Callable[..., Sequence[Case | WhiteslipError]]


async def _command(
    case_id: str, posted: Posted, body: Body, journey: _Journey, *, note: str = ""
) -> HttpResponse:
    callers.needs(posted.caller, "reviews:write")
    request = CaseRequest(*ids.read_owned(case_id, PREFIX), posted.caller.label, note)

    def act(db: Connection, at: datetime) -> Response:
        return _cased(journey(db, [request], at=at))

    return await posted.manage(body, act)


def _cased(outcomes: Sequence[Case | WhiteslipError]) -> Response:
    (outcome,) = outcomes
    if isinstance(outcome, WhiteslipError):
        return problems.of_error(outcome)
    return present.answer(_short(outcome))


def _short(case: Case) -> shapes.CaseShort:
    line_id = case.line_id
    return shapes.CaseShort(
        ids.write(PREFIX, *case.key),
        ids.write("cus", case.customer_id),
        case.kind,
        case.state,
        case.priority,
        case.opened_on,
        case.due_at,
        case.escalated_at is not None,
        case.pieces,
        None if line_id is None else ids.write("lin", case.customer_id, line_id),
        case.holder,
        case.leased_until,
        case.outcome,
        case.label,
    )


NOTHING: Mapping[tuple[Kind, str], str] = {
    (Kind.IDENTITY, "not_verified"): "nothing was restricted for it: what is, stays",
    (Kind.DATA_CORRECTION, "correct"): "it was corrected where the person asked; the case says so",
    (Kind.DATA_CORRECTION, "refuse"): "the data stay as they are",
    (Kind.DOWNTURN, "noted"): "what was learned lies in the label, for the next model",
    (Kind.DOWNTURN, "unfounded"): "what was learned lies in the label, for the next model",
    (
        Kind.WARNING,
        "acted",
    ): "what was done, was done where it belongs; the warning ends with its color",
    (
        Kind.WARNING,
        "explained",
    ): "the warning ends with its color; thresholds are changed in their file",
    (Kind.DEBIT, "not_ours"): "the late fee was rightly charged",
    (
        Kind.RING,
        "confirm",
    ): "nobody is restricted for whom they know: members are restricted by hand, one by one",
    (
        Kind.RING,
        "dismiss",
    ): "the ring restricted nobody; it is not shown again unless there is more against it",
    (Kind.OUTREACH, "helped"): "what was arranged, was arranged where reliefs are",
    (Kind.OUTREACH, "not_needed"): "the person is well, and the label says so",
    (Kind.OUTREACH, "not_reached"): "the line may be shown again when its signs change",
}
"""The outcomes that change nothing beyond the case, and why."""
