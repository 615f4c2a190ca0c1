"""Appeals: questioning a decision, asking for a person's, and somebody else's answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi import Response as HttpResponse

from whiteslip.api import acts, bodies, callers, present, problems, reading
from whiteslip.api.answers import Words
from whiteslip.api.bodies import Body
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post, Posted
from whiteslip.api.reading import CustomerPath, Read
from whiteslip.api.shapes import appeals as shapes
from whiteslip.flows.appeal import (
    Appealed,
    Decision,
    Form,
    Label,
    NewAppeal,
    Outcome,
    SubjectKey,
    SubjectType,
    WithdrawRequest,
    appeal,
    decide_appeals,
    withdraw_appeals,
)
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.views import appeals

router = APIRouter(tags=["appeals"])
PREFIX = "apl"
_WRONG = ("not_found", "conflict")
_SUBJECTS = {
    "res": SubjectType.RESTRICTION,
    "lim": SubjectType.LIMIT_CHANGE,
    "app": SubjectType.APPLICATION,
    "dec": SubjectType.DECISION,
    "fee": SubjectType.FEE,
    "rpt": SubjectType.BUREAU_REPORT,
}
_PREFIXES = {type_: prefix for prefix, type_ in _SUBJECTS.items()}
AppealPath = Annotated[
    str,
    Path(
        examples=["apl_7_46"],
        json_schema_extra={"pattern": f"^{PREFIX}_[0-9]{{1,19}}_[0-9]{{1,19}}$"},
    ),
]


@router.post("/appeals", **posts(shapes.AppealBody, shapes.Matter, *_WRONG))
async def appeal_decision(posted: Post) -> HttpResponse:
    """Appeal against a decision; somebody who had no hand in it looks at it, and the person is told so."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(shapes.AppealBody)
    new = NewAppeal(
        _subject(body.about),
        Form.APPEAL,
        posted.caller.label,
        body.text,
        body.wants,
        body.attachments,
    )
    return await _appeal(posted, body, new)


@router.post("/human-decisions", **posts(shapes.HumanDecisionBody, shapes.Matter, *_WRONG))
async def request_human_decision(posted: Post) -> HttpResponse:
    """Ask that a person decides what a machine decided alone (PIPL art. 24)."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(shapes.HumanDecisionBody)
    new = NewAppeal(_subject(body.about), Form.HUMAN_DECISION, posted.caller.label)
    return await _appeal(posted, body, new)


@router.get("/appeals/{appeal_id}", **gives(shapes.Appeal, "not_found"))
async def show_appeal(appeal_id: AppealPath, read: Read) -> HttpResponse:
    """Show where an appeal stands, and its answer."""
    read.needs("care:read")
    owned = ids.read_owned(appeal_id, PREFIX)
    row = await read.view(lambda db: appeals.find(db, *owned))
    return reading.show(_shown(reading.found(row, f"appeal {appeal_id}")))


@router.get("/customers/{customer_id}/appeals", **gives(shapes.Appeals, "not_found"))
async def list_appeals(customer_id: CustomerPath, read: Read) -> HttpResponse:
    """List a customer's appeals, the newest first."""
    read.needs("care:read")
    number = ids.read_one(customer_id, "cus")
    rows = await read.view(lambda db: appeals.of_customer(db, number))
    return reading.show(shapes.Appeals([_shown(row) for row in rows]))


@router.post(
    "/appeals/{appeal_id}/withdraw",
    **posts(bodies.NoWords, shapes.Matter, *_WRONG),
)
async def withdraw_appeal(appeal_id: AppealPath, posted: Post) -> HttpResponse:
    """Withdraw an appeal that is not decided."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(bodies.NoWords)
    request = WithdrawRequest(*ids.read_owned(appeal_id, PREFIX), posted.caller.label)

    def act(db: Connection, at: datetime) -> Response:
        return _answered(withdraw_appeals(db, [request], at=at))

    return await posted.manage(body, act)


@router.post(
    "/appeals/{appeal_id}/decide",
    **posts(shapes.AppealDecisionBody, shapes.Matter, *_WRONG),
)
async def decide_appeal(appeal_id: AppealPath, posted: Post) -> HttpResponse:
    """Decide an appeal whose case one holds; who had a hand in the decision may not."""
    callers.needs(posted.caller, "reviews:write")
    body = posted.read(shapes.AppealDecisionBody)
    decision = Decision(
        *ids.read_owned(appeal_id, PREFIX),
        posted.caller.label,
        Outcome(body.outcome),
        body.answer,
        body.note,
        None if body.label is None else Label(body.label),
    )

    def act(db: Connection, at: datetime) -> Response:
        return _answered(decide_appeals(db, [decision], at=at, acts=acts.OVERTURNING))

    return await posted.manage(body, act)


async def _appeal(posted: Posted, body: Body, new: NewAppeal) -> HttpResponse:
    def act(db: Connection, at: datetime) -> Response:
        return _answered(appeal(db, [new], at=at))

    return await posted.manage(body, act)


def _subject(about: str) -> SubjectKey:
    prefix = about.partition("_")[0]
    owned = ids.read_owned(about, prefix)
    return SubjectKey(owned.customer_id, _SUBJECTS[prefix], owned.number)


def _answered(outcomes: Sequence[Appealed | WhiteslipError]) -> Response:
    (outcome,) = outcomes
    if isinstance(outcome, WhiteslipError):
        return problems.of_error(outcome)
    public_id = ids.write(PREFIX, outcome.customer_id, outcome.appeal_id)
    return present.answer(shapes.Matter(public_id, outcome.state))


def _shown(row: appeals.AppealView) -> shapes.Appeal:
    prefix = _PREFIXES[SubjectType(row.subject_type)]
    return shapes.Appeal(
        ids.write(PREFIX, row.customer_id, row.appeal_id),
        row.form,
        ids.write(prefix, row.customer_id, row.subject_id),
        row.state,
        row.text,
        row.wants,
        row.attachments,
        row.received_on,
        row.due_at,
        row.outcome,
        row.answer,
        row.decided_on,
        Words(row.text_zh, row.text_en),
    )
