"""Limits that move: what a review found, a customer's objection, a person's decision, and runs that wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

from fastapi import APIRouter
from fastapi import Response as HttpResponse

from whiteslip.api import bodies, callers, present, problems, reading
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post, Posted
from whiteslip.api.reading import After, LimitReviewPath, LimitRunPath, LinePath, PageSize, Read
from whiteslip.api.said import said
from whiteslip.api.shapes import limits as shapes
from whiteslip.flows.decide_limit_reviews import (
    Act,
    Answers,
    Approval,
    approve_limit_reviews,
    object_to_limit_reviews,
    reverse_limit_reviews,
    withdraw_limit_reviews,
)
from whiteslip.flows.review_limits import RunReport, discard_run, release_run
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.views import limits, lines, reasons
from whiteslip.views.limits import ReviewView

router = APIRouter(tags=["limits"])
PREFIX, RUN = "lmr", "lrun"
_WRONG = ("not_found", "conflict")
_Command: TypeAlias = "Callable[[Connection, datetime], Answers]"


@router.get("/lines/{line_id}/limits", **gives(shapes.LimitHistory, "not_found"))
async def show_limit_history(line_id: LinePath, read: Read) -> HttpResponse:
    """Show how a line's limits came about, and what is announced."""
    read.needs("lines:read")
    line = ids.read_owned(line_id, "lin")
    row = reading.found(await read.view(lambda db: lines.show(db, *line)), f"line {line_id}")
    past = await read.view(lambda db: limits.history(db, *line))
    shown = shapes.LimitHistory(
        line_id,
        row.fixed_limit_minor,
        row.temporary_limit_minor,
        [shapes.LimitChanged(*change) for change in past.changes],
        [shapes.TemporaryLimitShown(*granted) for granted in past.temporary],
        [_shown(review) for review in past.reviews],
    )
    return reading.show(shown)


@router.get("/limit-reviews", **gives(shapes.LimitReviews, "not_found"))
async def list_limit_reviews(
    read: Read, queue: shapes.Queue = "referred", limit: PageSize = 20, after: After = None
) -> HttpResponse:
    """List reviews that wait for a person, objections to cuts that hold, or announced cuts; the oldest first."""
    read.needs("reviews:read")
    earlier = 0 if after is None else ids.read_owned(after, PREFIX).number
    rows = await read.view(lambda db: limits.queue(db, queue, after=earlier, limit=limit))
    shown = [_shown(row) for row in rows]
    following = shown[-1].review_id if len(shown) == limit else None
    return reading.show(shapes.LimitReviews(shown, following))


@router.post(
    "/limit-reviews/{limit_review_id}/objection",
    **posts(shapes.ObjectionBody, shapes.LimitReviewMoved, *_WRONG),
)
async def object_to_limit_review(limit_review_id: LimitReviewPath, posted: Post) -> HttpResponse:
    """Object to a cut, as its customer: one that is announced does not hold before a person has decided."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(shapes.ObjectionBody)
    act = Act(*ids.read_owned(limit_review_id, PREFIX), posted.caller.label, body.note)
    return await _manage(posted, body, lambda db, at: object_to_limit_reviews(db, [act], at=at))


@router.post(
    "/limit-reviews/{limit_review_id}/approve",
    **posts(shapes.ApprovalBody, shapes.LimitReviewMoved, *_WRONG),
)
async def approve_limit_review(limit_review_id: LimitReviewPath, posted: Post) -> HttpResponse:
    """Approve a referred review as a person who had no part in it."""
    callers.needs(posted.caller, "reviews:write")
    body = posted.read(shapes.ApprovalBody)
    owned = ids.read_owned(limit_review_id, PREFIX)
    approval = Approval(*owned, posted.caller.label, body.note, body.limit_minor)
    return await _manage(posted, body, lambda db, at: approve_limit_reviews(db, [approval], at=at))


@router.post(
    "/limit-reviews/{limit_review_id}/withdraw",
    **posts(shapes.ReviewNoteBody, shapes.LimitReviewMoved, *_WRONG),
)
async def withdraw_limit_review(limit_review_id: LimitReviewPath, posted: Post) -> HttpResponse:
    """Call a review off that is announced or referred: the limit stays as it is."""
    callers.needs(posted.caller, "reviews:write")
    body = posted.read(shapes.ReviewNoteBody)
    act = Act(*ids.read_owned(limit_review_id, PREFIX), posted.caller.label, body.note)
    return await _manage(posted, body, lambda db, at: withdraw_limit_reviews(db, [act], at=at))


@router.post(
    "/limit-reviews/{limit_review_id}/reverse",
    **posts(shapes.ReviewNoteBody, shapes.LimitReviewMoved, *_WRONG),
)
async def reverse_limit_review(limit_review_id: LimitReviewPath, posted: Post) -> HttpResponse:
    """Take a cut back: the limit is again exactly what it was before."""
    callers.needs(posted.caller, "reviews:write")
    body = posted.read(shapes.ReviewNoteBody)
    act = Act(*ids.read_owned(limit_review_id, PREFIX), posted.caller.label, body.note)
    return await _manage(posted, body, lambda db, at: reverse_limit_reviews(db, [act], at=at))


@router.post(
    "/limit-runs/{limit_run_id}/release", **posts(bodies.NoWords, shapes.LimitRun, *_WRONG)
)
async def release_limit_run(limit_run_id: LimitRunPath, posted: Post) -> HttpResponse:
    """Release a run that stopped for cutting too many; it is done once enough different people have."""
    callers.needs(posted.caller, "reviews:write")
    body, run_id = posted.read(bodies.NoWords), ids.read_one(limit_run_id, RUN)
    label = posted.caller.label

    def act(db: Connection, at: datetime) -> Response:
        return _run(release_run(db, run_id, by=label, at=at))

    return await posted.manage(body, act)


@router.post(
    "/limit-runs/{limit_run_id}/discard", **posts(bodies.NoWords, shapes.LimitRun, *_WRONG)
)
async def discard_limit_run(limit_run_id: LimitRunPath, posted: Post) -> HttpResponse:
    """Discard a stopped run: nobody was told of anything, and nothing is done."""
    callers.needs(posted.caller, "reviews:write")
    body, run_id = posted.read(bodies.NoWords), ids.read_one(limit_run_id, RUN)
    label = posted.caller.label

    def act(db: Connection, at: datetime) -> Response:
        return _run(discard_run(db, run_id, by=label, at=at))

    return await posted.manage(body, act)


async def _manage(posted: Posted, body: bodies.Body, command: _Command) -> HttpResponse:
    def act(db: Connection, at: datetime) -> Response:
        (moved,) = command(db, at)
        if isinstance(moved, WhiteslipError):
            return problems.of_error(moved)
        return present.answer(
            shapes.LimitReviewMoved(
                ids.write(PREFIX, moved.customer_id, moved.review_id),
                ids.write("lin", moved.customer_id, moved.line_id),
                moved.state,
                moved.limit_minor,
                moved.effective_on,
            )
        )

    return await posted.manage(body, act)


def _shown(row: ReviewView) -> shapes.LimitReview:
    return shapes.LimitReview(
        review_id=ids.write(PREFIX, row.customer_id, row.review_id),
        line_id=ids.write("lin", row.customer_id, row.line_id),
        decision_id=None
        if row.trigger == "hand"
        else ids.write("dec", row.customer_id, row.review_id),
        state=row.state,
        direction=row.direction,
        trigger=row.trigger,
        before_minor=row.before_minor,
        proposed_minor=row.proposed_minor,
        after_minor=row.after_minor,
        bound=row.bound,
        tier=row.tier,
        is_immediate=row.is_immediate,
        reasons=said(reasons.stored(row.reasons)),
        reviewed_on=row.reviewed_on,
        effective_on=row.effective_on,
        objected_on=row.objected_on,
        next_review_on=row.next_review_on,
    )


def _run(report: RunReport | WhiteslipError) -> Response:
    if isinstance(report, WhiteslipError):
        return problems.of_error(report)
    return present.answer(
        shapes.LimitRun(
            ids.write(RUN, report.run_id),
            report.on,
            report.trigger,
            report.state,
            report.judged,
            report.raises,
            report.cuts,
            report.referred,
            report.allowed,
        )
    )
