"""Reviews of limits and their runs: what the API takes and gives."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from whiteslip.api.answers import ReasonSaid
from whiteslip.api.bodies import Body, Currency

Note: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=500, pattern="^[^\\u0000-\\u001f\\u007f-\\u009f]+$")
]
Queue: TypeAlias = Literal["referred", "objected", "announced"]


class ObjectionBody(Body, frozen=True):
    """A customer objects to a cut, and may say why."""

    note: Note | None = None


class ApprovalBody(Body, frozen=True):
    """Approve what is proposed, or a limit between it and the one before."""

    limit_minor: Annotated[int, Meta(ge=0, le=20_000_000_000)] | None = None
    note: Note | None = None
    currency: Currency = "CNY"


class ReviewNoteBody(Body, frozen=True):
    """Call a review off or take a cut back, and say why where it helps."""

    note: Note | None = None


class LimitReviewMoved(Struct, frozen=True):
    """Where a review stands now; the limit it leads to holds from `effective_on` on."""

    review_id: str
    line_id: str
    state: str
    limit_minor: int
    effective_on: date | None
    currency: Currency = "CNY"


class LimitReview(Struct, frozen=True):
    """A review of a line's limit: what was found, what was proposed, what bound it, and where it stands."""

    review_id: str
    line_id: str
    decision_id: str | None
    state: str
    direction: str
    trigger: str
    before_minor: int
    proposed_minor: int
    after_minor: int
    bound: str
    tier: str
    is_immediate: bool
    reasons: list[ReasonSaid]
    reviewed_on: date
    effective_on: date | None
    objected_on: date | None
    next_review_on: date
    currency: Currency = "CNY"


class LimitReviews(Struct, frozen=True):
    """A page of reviews; `next` is the `after` of the following one."""

    reviews: list[LimitReview]
    next: str | None = None


class LimitChanged(Struct, frozen=True):
    """A change of the fixed limit; `reason` is a code, or "earned" for a raise."""

    changed_on: date
    before_minor: int
    after_minor: int
    reason: str


class TemporaryLimitShown(Struct, frozen=True):
    """A temporary limit, usable before the day it ends."""

    amount_minor: int
    starts_on: date
    ends_on: date
    status: str


class LimitHistory(Struct, frozen=True):
    """How a line's limits came about: changes, temporary limits and reviews, the latest first."""

    line_id: str
    fixed_limit_minor: int
    temporary_limit_minor: int
    changes: list[LimitChanged]
    temporary_limits: list[TemporaryLimitShown]
    reviews: list[LimitReview]
    currency: Currency = "CNY"


class LimitRun(Struct, frozen=True):
    """A run of reviews; a stopped one waits until people release it or discard it."""

    run_id: str
    begun_on: date
    trigger: str
    state: str
    judged: int
    raises: int
    cuts: int
    referred: int
    allowed: int
