"""Change limits: the fixed limit up or down with its reason, and temporary limits that return by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.care.notices.limits import notices_of
from whiteslip.care.notices.store import insert_notices
from whiteslip.credit.limits import life, reviewing, runs
from whiteslip.credit.limits import store as reviews
from whiteslip.credit.limits.known import Reviewed
from whiteslip.credit.limits.life import ReviewKey, State, Step
from whiteslip.credit.limits.reviewing import Proposal
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound, WhiteslipError
from whiteslip.kernel.money import decimal_text
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines import store as lines
from whiteslip.money.lines.model import Line, LineKey
from whiteslip.money.products import store as products
from whiteslip.money.products.model import Product

UNRATED = "unrated"
"""The tier of a customer whose limit a person moves: nobody asked for it."""


class LimitChange(NamedTuple):
    """Set the fixed limit; below what is owed it only stops new use, the debt keeps its schedule.

    A raise needs no reason.
    """

    customer_id: int
    line_id: int
    fixed_limit_minor: int
    reason: ReasonCode | None
    actor: str


class TemporaryLimit(NamedTuple):
    """Add a limit that may be used, again and again, until the day before it ends."""

    customer_id: int
    line_id: int
    amount_minor: int
    ends_on: date


class LimitSet(NamedTuple):
    """A line's limits as they are now; available is negative where more is owed than allowed.

    A fixed limit that was changed has a review, the limit it leads to, and the day from which that holds.
    """

    customer_id: int
    line_id: int
    fixed_limit_minor: int
    temporary_limit_minor: int
    available_minor: int
    review_id: int | None = None
    next_limit_minor: int | None = None
    effective_on: date | None = None


def change_limits(
    db: Connection, requests: Sequence[LimitChange], *, at: datetime
) -> list[LimitSet | WhiteslipError]:
    """Move fixed limits for people of the staff, in order, and tell the owners.

    A raise holds at once. A cut has a reason; it is announced, as a review's is, unless it is for odd behavior, and
    can be objected to, appealed and taken back. While a relief runs on a line nobody moves its limit.
    """
    on = business_day.today(db).current_on
    turns = lines.take_turns(db, (LineKey(one.customer_id, one.line_id) for one in requests))
    terms = products.by_id(db, {line.product_id for line in turns.values()})
    answers: list[LimitSet | WhiteslipError] = []
    for request in requests:
        key = LineKey(request.customer_id, request.line_id)
        line = turns.get(key)
        if line is None:
            answers.append(
                NotFound(f"customer {request.customer_id} has no line {request.line_id}")
            )
            continue
        answer = _change(db, request, line, terms[line.product_id], on=on, at=at)
        if isinstance(answer, LimitSet):
            turns[key] = line._replace(fixed_limit_minor=answer.fixed_limit_minor)
        answers.append(answer)
    return answers


def _change(
    db: Connection, request: LimitChange, line: Line, terms: Product, *, on: date, at: datetime
) -> LimitSet | WhiteslipError:
    before, after = line.fixed_limit_minor, request.fixed_limit_minor
    key = LineKey(line.customer_id, line.line_id)
    if error := _out_of_bounds(after, terms):
        return error
    if after == before:
        return Conflict("this is the limit already")
    hindrance = reviews.find_hindrances(db, [key])[key]
    if hindrance.is_on_relief:
        return Conflict(life.ON_RELIEF)
    proposal = reviewing.by_hand(reviews.policy(), before, after, request.reason)
    if isinstance(proposal, InvalidInput):
        return proposal
    is_announced = after < before and not proposal.is_immediate
    if is_announced and hindrance.is_moving:
        return Conflict("a cut of this limit is announced already: withdraw that one first")
    step = _reviewed(db, key, before, proposal, request, on=on, at=at)
    holds = step.after is State.APPLIED
    now = line._replace(fixed_limit_minor=after if holds else before)
    return _shown(now)._replace(
        review_id=step.review.review_id, effective_on=step.effective_on, next_limit_minor=after
    )


def _reviewed(
    db: Connection,
    key: LineKey,
    before: int,
    proposal: Proposal,
    request: LimitChange,
    *,
    on: date,
    at: datetime,
) -> Step:
    """Keep the change as a review of its own, let it hold or announce it, and tell its owner."""
    by = actor_of(request.actor)
    number, notice_id = take_numbers(db, 2)
    kept = Reviewed(key, number, before, UNRATED, proposal)
    reviews.insert_reviews(db, runs.by_hand(by, on=on), [kept], on=on, at=at)
    review_key = ReviewKey(key.customer_id, number)
    _, taken = reviews.take_reviews(db, [review_key])
    step = life.settle_by_hand(reviews.policy(), taken[review_key], by=by, on=on)
    reviews.move_reviews(db, [step], on=on, at=at)
    insert_notices(db, notices_of([step], [notice_id], on=on), at=at)
    outbox.append(
        db,
        "credit.limit-review-moved",
        customer_ids=[key.customer_id],
        subject_ids=[number],
        at=at,
    )
    return step


def grant_temporary_limits(
    db: Connection, requests: Sequence[TemporaryLimit], *, at: datetime
) -> list[LimitSet | WhiteslipError]:
    """Grant temporary limits, in order; a line's grants add up."""
    on = business_day.today(db).current_on
    turns = lines.take_turns(db, (LineKey(one.customer_id, one.line_id) for one in requests))
    answers: list[LimitSet | WhiteslipError] = []
    granted: list[TemporaryLimit] = []
    for request in requests:
        key = LineKey(request.customer_id, request.line_id)
        line = turns.get(key)
        if line is None:
            answers.append(
                NotFound(f"customer {request.customer_id} has no line {request.line_id}")
            )
        elif request.amount_minor <= 0 or request.amount_minor > _MOST_MINOR:
            answers.append(InvalidInput("an amount is positive", where="amount_minor"))
        elif request.ends_on <= on:
            answers.append(InvalidInput(f"it must end after {on}", where="ends_on"))
        else:
            granted.append(request)
            temporary = line.temporary_limit_minor + request.amount_minor
            turns[key] = line._replace(temporary_limit_minor=temporary)
            answers.append(_shown(turns[key]))
    if granted:
        lines.grant_temporary_limits(
            db,
            [LineKey(*one[:2]) for one in granted],
            take_numbers(db, len(granted)),
            [one.amount_minor for one in granted],
            [one.ends_on for one in granted],
            on=on,
        )
    _announce(db, [LineKey(*one[:2]) for one in granted], at=at)
    return answers


_MOST_MINOR = 20_000_000_000


def _out_of_bounds(limit_minor: int, terms: Product) -> InvalidInput | None:
    cap = terms.line_cap_minor
    if 0 <= limit_minor <= cap:
        return None
    return InvalidInput(f"a limit is from 0 to {decimal_text(cap)}", where="fixed_limit_minor")


def _shown(line: Line) -> LimitSet:
    return LimitSet(
        line.customer_id,
        line.line_id,
        line.fixed_limit_minor,
        line.temporary_limit_minor,
        line.available_minor,
    )


def _announce(db: Connection, keys: Sequence[LineKey], *, at: datetime) -> None:
    if keys:
        outbox.append(
            db,
            "money.limit-changed",
            customer_ids=[key.customer_id for key in keys],
            subject_ids=[key.line_id for key in keys],
            at=at,
        )
