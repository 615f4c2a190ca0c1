"""Budgets: a self-test before buying, the days to come, caps of one's own, and a lesson at its moment."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi import Response as HttpResponse

from whiteslip.api import answers, bodies, callers, present, problems, reading
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post
from whiteslip.api.reading import CustomerPath, Read
from whiteslip.api.said import in_both
from whiteslip.api.shapes import budgets as shapes
from whiteslip.flows.advise import (
    Advice,
    Answers,
    Moment,
    SelfTestRequest,
    Told,
    forget_answers,
    keep_answers,
    note_lesson,
    weigh_purchase,
)
from whiteslip.flows.set_caps import CapKind, CapRequest, CapSet, set_caps
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.views import budgets

router = APIRouter(tags=["budgets"])
InHand = Annotated[
    int | None,
    Query(ge=0, le=20_000_000_000, description="Money in hand now, minor units."),
]


@router.post("/self-tests", **posts(shapes.SelfTestBody, shapes.SelfTested, "not_found"))
async def weigh_before_buying(posted: Post) -> HttpResponse:
    """Test what a purchase would mean for the person's months: it advises and decides nothing."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(shapes.SelfTestBody)
    line = ids.read_owned(body.line_id, "lin")
    told = None if body.answers is None else _told(body.answers)
    request = SelfTestRequest(*line, body.amount_minor, body.plan_months, told, body.keep)

    def act(db: Connection, at: datetime) -> Response:
        advice = weigh_purchase(db, request, at=at)
        return _refused(advice) if isinstance(advice, WhiteslipError) else _advice(advice)

    return await posted.manage(body, act)


@router.post(
    "/customers/{customer_id}/budget",
    **posts(shapes.AnswersBody, shapes.Kept, "not_found"),
)
async def keep_budget(customer_id: CustomerPath, posted: Post) -> HttpResponse:
    """Keep a person's answers, because they want to be advised by them."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(shapes.AnswersBody)
    told = Told(ids.read_one(customer_id, "cus"), _told(body))

    def act(db: Connection, at: datetime) -> Response:
        (kept,) = keep_answers(db, [told], at=at)
        if isinstance(kept, WhiteslipError):
            return _refused(kept)
        return present.answer(shapes.Kept(ids.write("cus", kept.customer_id), kept=True))

    return await posted.manage(body, act)


@router.post(
    "/customers/{customer_id}/budget/forget",
    **posts(bodies.NoWords, shapes.Kept, "not_found"),
)
async def forget_budget(customer_id: CustomerPath, posted: Post) -> HttpResponse:
    """Forget what a person told."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(bodies.NoWords)
    owner = ids.read_one(customer_id, "cus")

    def act(db: Connection, at: datetime) -> Response:  # noqa: ARG001 - as every act
        forget_answers(db, [owner])
        return present.answer(shapes.Kept(ids.write("cus", owner), kept=False))

    return await posted.manage(body, act)


@router.get("/customers/{customer_id}/budget", **gives(shapes.Budget, "not_found"))
async def show_budget(
    customer_id: CustomerPath, read: Read, in_hand_minor: InHand = None
) -> HttpResponse:
    """Show the next 60 days: what is due when, what stays free, what is safe to spend until payday."""
    read.needs("care:read")
    owner = ids.read_one(customer_id, "cus")
    at = read.runtime.clock.now()
    row = await read.view(lambda db: budgets.budget(db, owner, in_hand_minor=in_hand_minor, at=at))
    return reading.show(_budget(owner, reading.found(row, f"customer {customer_id}")))


@router.get("/customers/{customer_id}/caps", **gives(shapes.Caps, "not_found"))
async def show_caps(customer_id: CustomerPath, read: Read) -> HttpResponse:
    """Show a person's own caps, and what they spent in their windows."""
    read.needs("care:read")
    owner = ids.read_one(customer_id, "cus")
    at = read.runtime.clock.now()
    row = await read.view(lambda db: budgets.caps(db, owner, at=at))
    return reading.show(_caps(owner, reading.found(row, f"customer {customer_id}")))


@router.post(
    "/customers/{customer_id}/caps",
    **posts(shapes.CapBody, shapes.CapSet, "not_found"),
)
async def set_cap(customer_id: CustomerPath, posted: Post) -> HttpResponse:
    """Set a cap for oneself: tightening works at once, loosening after a delay."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(shapes.CapBody)
    owner = ids.read_one(customer_id, "cus")
    request = CapRequest(owner, CapKind(body.kind), body.amount_minor, body.wait_hours)

    def act(db: Connection, at: datetime) -> Response:
        (answer,) = set_caps(db, [request], actor=posted.caller.label, at=at)
        return _refused(answer) if isinstance(answer, WhiteslipError) else _cap_set(answer)

    return await posted.manage(body, act)


@router.get("/customers/{customer_id}/lessons", **gives(shapes.Lessons, "not_found"))
async def show_lesson(customer_id: CustomerPath, read: Read) -> HttpResponse:
    """Show the lesson that would help a person now, if there is one they were not told."""
    read.needs("care:read")
    owner = ids.read_one(customer_id, "cus")
    found = await read.view(lambda db: budgets.lesson(db, owner))
    lesson = None
    if found is not None:
        lesson = shapes.Lesson(found.moment.value, in_both(found.title), in_both(found.text))
    return reading.show(shapes.Lessons(ids.write("cus", owner), lesson))


@router.post(
    "/customers/{customer_id}/lessons",
    **posts(shapes.LessonBody, answers.Created, "not_found"),
)
async def note_shown_lesson(customer_id: CustomerPath, posted: Post) -> HttpResponse:
    """Note that a lesson was shown, so that it is not shown again."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(shapes.LessonBody)
    owner = ids.read_one(customer_id, "cus")

    def act(db: Connection, at: datetime) -> Response:
        wrong = note_lesson(db, owner, Moment(body.moment), at=at)
        return present.created(ids.write("cus", owner)) if wrong is None else _refused(wrong)

    return await posted.manage(body, act)


def _told(body: shapes.AnswersBody) -> Answers:
    return Answers(
        body.monthly_income_minor,
        body.income_day,
        body.monthly_rent_minor,
        body.monthly_debts_minor,
        body.monthly_fixed_minor,
        body.expected_change_minor,
        body.cushion_minor,
    )


def _refused(error: WhiteslipError) -> Response:
    return problems.of_error(error)


def _advice(advice: Advice) -> Response:
    tested = advice.tested
    return present.answer(
        shapes.SelfTested(
            verdict=tested.verdict.value,
            says=in_both(advice.words),
            months=[shapes.TestedMonth(*month[:5], month.verdict.value) for month in tested.months],
            chosen=shapes.TestedChoice(*tested.chosen[:3], tested.chosen.verdict.value),
            longer_plans=[
                shapes.TestedChoice(*other[:3], other.verdict.value) for other in tested.others
            ],
            comfortable_amount_minor=tested.comfortable_minor,
            kept=advice.kept,
        )
    )


def _budget(owner: int, row: budgets.BudgetView) -> shapes.Budget:
    drawn = row.picture
    return shapes.Budget(
        customer_id=ids.write("cus", owner),
        on=row.on,
        dues=[
            shapes.BudgetDue(
                due.due_on,
                ids.write("lin", owner, due.line_id),
                due.kind,
                due.number,
                due.amount_minor,
            )
            for due in row.dues
        ],
        impulse=shapes.ImpulseShare(*row.impulse),
        answers=None if row.answers is None else shapes.AnswersBody(*row.answers),
        days=[shapes.BudgetDay(*day) for day in drawn.days] if drawn else [],
        payday_on=drawn.payday_on if drawn else None,
        safe_to_spend_minor=drawn.safe_minor if drawn else None,
    )


def _caps(owner: int, row: budgets.CapsView) -> shapes.Caps:
    return shapes.Caps(
        ids.write("cus", owner),
        [shapes.CapShown(cap.kind.value, cap.amount_minor, cap.wait_hours) for cap in row.caps],
        [
            shapes.CapShown(
                CapKind(cap.kind).value, cap.amount_minor, cap.wait_hours, cap.effective_at
            )
            for cap in row.waiting
        ],
        row.spent.day_minor,
        row.spent.week_minor,
        row.spent.month_minor,
    )


def _cap_set(answer: CapSet) -> Response:
    made = answer.change
    return present.answer(
        shapes.CapSet(
            ids.write("cus", made.customer_id),
            made.kind.value,
            made.amount_minor,
            made.wait_hours,
            answer.at_once,
            made.effective_at,
        )
    )
