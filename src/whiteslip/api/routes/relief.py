"""Relief and causes: why a due was missed, and another way to pay it; the customer's side and the staff's."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from fastapi import Response as HttpResponse

from whiteslip.api import answers, bodies, callers, present, problems, reading
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post, Posted
from whiteslip.api.reading import LinePath, Read, ReliefPath
from whiteslip.api.shapes import relief as shapes
from whiteslip.flows.attribute_causes import Cause, CauseTold, Source, tell_causes
from whiteslip.flows.ease_repayment import (
    Command,
    Eased,
    Form,
    Message,
    ReliefAnswer,
    ReliefRequest,
    Side,
    Terms,
    answer_reliefs,
    ask_relief,
    write_messages,
)
from whiteslip.flows.foresee_relief import foresee_relief
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.money.lines.model import LineKey
from whiteslip.views import relief as views

router = APIRouter(tags=["relief"])
PREFIX = "rlf"
_WRONG = ("not_found", "conflict")
_SCOPES = {Side.CUSTOMER: "care:write", Side.STAFF: "reviews:write"}


@router.get("/lines/{line_id}/reliefs", **gives(shapes.Reliefs, "not_found"))
async def list_reliefs(line_id: LinePath, read: Read) -> HttpResponse:
    """List a line's reliefs with what is due by when and their threads, the newest first."""
    read.needs("care:read")
    line = ids.read_owned(line_id, "lin")
    rows = await read.view(lambda db: views.of_line(db, *line))
    return reading.show(shapes.Reliefs([_relief(row) for row in rows]))


@router.post("/lines/{line_id}/reliefs", **posts(shapes.ReliefTerms, shapes.ReliefState, *_WRONG))
async def ask_for_relief(line_id: LinePath, posted: Post) -> HttpResponse:
    """Propose another way to pay; within the table it begins at once, otherwise a person looks."""
    body = posted.read(shapes.ReliefTerms)
    return await _ask(posted, line_id, body, Side.CUSTOMER, _terms(body))


@router.post(
    "/lines/{line_id}/reliefs/foresee", **posts(shapes.ReliefTerms, shapes.Foreseen, *_WRONG)
)
async def foresee(line_id: LinePath, posted: Post) -> HttpResponse:
    """Say exactly what terms would change, before anybody agrees; nothing is written but the answer."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(shapes.ReliefTerms)
    key, terms = LineKey(*ids.read_owned(line_id, "lin")), _terms(body)

    def act(db: Connection, at: datetime) -> Response:  # noqa: ARG001 - the shape of every act
        seen = foresee_relief(db, key, terms)
        if isinstance(seen, WhiteslipError):
            return problems.of_error(seen)
        dues = [shapes.ForeseenDue(*due) for due in seen.dues]
        return present.answer(shapes.Foreseen(dues, *seen[1:]))

    return await posted.manage(body, act)


@router.post(
    "/lines/{line_id}/reliefs/offer", **posts(shapes.ReliefOffer, shapes.ReliefState, *_WRONG)
)
async def offer_relief(line_id: LinePath, posted: Post) -> HttpResponse:
    """Offer a relief as staff; the customer accepts it, or proposes other terms."""
    body = posted.read(shapes.ReliefOffer)
    terms = _terms(body)._replace(fee_minor=body.fee_minor)
    return await _ask(posted, line_id, body, Side.STAFF, terms)


async def _ask(
    posted: Posted, line_id: str, body: shapes.ReliefTerms, side: Side, terms: Terms
) -> HttpResponse:
    callers.needs(posted.caller, _SCOPES[side])
    request = ReliefRequest(*ids.read_owned(line_id, "lin"), terms, side, posted.caller.label)

    def act(db: Connection, at: datetime) -> Response:
        return _eased(ask_relief(db, [request], at=at)[0])

    return await posted.manage(body, act)


@router.post(
    "/reliefs/{relief_id}/counter", **posts(shapes.ReliefTerms, shapes.ReliefState, *_WRONG)
)
async def counter_relief(relief_id: ReliefPath, posted: Post) -> HttpResponse:
    """Answer an offer with terms of one's own."""
    body = posted.read(shapes.ReliefTerms)
    return await _answer(
        posted, relief_id, body, Command.COUNTER, Side.CUSTOMER, terms=_terms(body)
    )


@router.post("/reliefs/{relief_id}/accept", **posts(bodies.NoWords, shapes.ReliefState, *_WRONG))
async def accept_relief(relief_id: ReliefPath, posted: Post) -> HttpResponse:
    """Accept an offer; it begins at once unless another person must approve."""
    return await _plainly(posted, relief_id, Command.ACCEPT, Side.CUSTOMER)


@router.post("/reliefs/{relief_id}/decline", **posts(bodies.NoWords, shapes.ReliefState, *_WRONG))
async def decline_relief(relief_id: ReliefPath, posted: Post) -> HttpResponse:
    """Decline an offer."""
    return await _plainly(posted, relief_id, Command.DECLINE, Side.CUSTOMER)


@router.post("/reliefs/{relief_id}/cancel", **posts(bodies.NoWords, shapes.ReliefState, *_WRONG))
async def cancel_relief(relief_id: ReliefPath, posted: Post) -> HttpResponse:
    """End a relief that is under way; dates that were moved stay."""
    return await _plainly(posted, relief_id, Command.CANCEL, Side.CUSTOMER)


@router.post("/reliefs/{relief_id}/approve", **posts(bodies.NoWords, shapes.ReliefState, *_WRONG))
async def approve_relief(relief_id: ReliefPath, posted: Post) -> HttpResponse:
    """Approve as staff what the customer proposed, or what a colleague offered above the thresholds."""
    return await _plainly(posted, relief_id, Command.APPROVE, Side.STAFF)


@router.post("/reliefs/{relief_id}/refuse", **posts(bodies.NoWords, shapes.ReliefState, *_WRONG))
async def refuse_relief(relief_id: ReliefPath, posted: Post) -> HttpResponse:
    """Refuse as staff what was proposed."""
    return await _plainly(posted, relief_id, Command.REFUSE, Side.STAFF)


async def _plainly(posted: Posted, relief_id: str, command: Command, side: Side) -> HttpResponse:
    return await _answer(posted, relief_id, posted.read(bodies.NoWords), command, side)


async def _answer(
    posted: Posted,
    relief_id: str,
    body: shapes.ReliefTerms | bodies.NoWords,
    command: Command,
    side: Side,
    *,
    terms: Terms | None = None,
) -> HttpResponse:
    callers.needs(posted.caller, _SCOPES[side])
    owned = ids.read_owned(relief_id, PREFIX)
    request = ReliefAnswer(*owned, command, side, posted.caller.label, terms)

    def act(db: Connection, at: datetime) -> Response:
        return _eased(answer_reliefs(db, [request], at=at)[0])

    return await posted.manage(body, act)


@router.post("/reliefs/{relief_id}/messages", **posts(shapes.MessageBody, answers.Created, *_WRONG))
async def write_message(relief_id: ReliefPath, posted: Post) -> HttpResponse:
    """Write in the thread of a relief, as the customer."""
    return await _write(posted, relief_id, Side.CUSTOMER)


@router.post("/reliefs/{relief_id}/replies", **posts(shapes.MessageBody, answers.Created, *_WRONG))
async def write_reply(relief_id: ReliefPath, posted: Post) -> HttpResponse:
    """Write in the thread of a relief, as staff."""
    return await _write(posted, relief_id, Side.STAFF)


async def _write(posted: Posted, relief_id: str, side: Side) -> HttpResponse:
    callers.needs(posted.caller, _SCOPES[side])
    body = posted.read(shapes.MessageBody)
    owned = ids.read_owned(relief_id, PREFIX)
    message = Message(*owned, side, posted.caller.label, body.text)

    def act(db: Connection, at: datetime) -> Response:
        (number,) = write_messages(db, [message], at=at)
        if isinstance(number, WhiteslipError):
            return problems.of_error(number)
        return present.created(ids.write("msg", owned.customer_id, number))

    return await posted.manage(body, act)


@router.get("/lines/{line_id}/causes", **gives(shapes.Causes, "not_found"))
async def list_causes(line_id: LinePath, read: Read) -> HttpResponse:
    """List why dues of a line were missed, as facts, the customer and staff say."""
    read.needs("care:read")
    line = ids.read_owned(line_id, "lin")
    rows = await read.view(lambda db: views.causes_of_line(db, *line))
    return reading.show(shapes.Causes([shapes.CauseSaid(*row) for row in rows]))


@router.post("/lines/{line_id}/causes", **posts(shapes.CauseBody, shapes.CauseKept, *_WRONG))
async def tell_cause(line_id: LinePath, posted: Post) -> HttpResponse:
    """Say why the line is overdue, in the customer's own words; what answers it may be offered at once."""
    return await _tell(posted, line_id, "care:write", Source.ASKED)


@router.post("/lines/{line_id}/causes/found", **posts(shapes.CauseBody, shapes.CauseKept, *_WRONG))
async def find_cause(line_id: LinePath, posted: Post) -> HttpResponse:
    """Say as staff why the line is overdue."""
    return await _tell(posted, line_id, "reviews:write", Source.STAFF)


async def _tell(posted: Posted, line_id: str, scope: str, source: Source) -> HttpResponse:
    callers.needs(posted.caller, scope)
    body = posted.read(shapes.CauseBody)
    line = ids.read_owned(line_id, "lin")
    told = CauseTold(*line, Cause(body.cause), source, posted.caller.label, body.words)

    def act(db: Connection, at: datetime) -> Response:
        (kept,) = tell_causes(db, [told], at=at)
        if isinstance(kept, WhiteslipError):
            return problems.of_error(kept)
        relief_id = kept.offered_relief_id
        offered = None if relief_id is None else ids.write(PREFIX, kept.customer_id, relief_id)
        named = ids.write("cau", kept.customer_id, kept.cause_id)
        return present.answer(shapes.CauseKept(named, kept.cause, offered))

    return await posted.manage(body, act)


def _terms(body: shapes.ReliefTerms) -> Terms:
    return Terms(
        Form(body.form),
        due_on=body.due_on,
        days=body.days,
        parts=body.parts,
        amount_minor=body.amount_minor or 0,
        until_on=body.until_on,
        small_months=tuple(sorted(set(body.small_months))),
        drops_fees=body.drops_fees,
    )


def _eased(eased: Eased | WhiteslipError) -> Response:
    if isinstance(eased, WhiteslipError):
        return problems.of_error(eased)
    return present.answer(
        shapes.ReliefState(
            ids.write(PREFIX, eased.customer_id, eased.relief_id),
            ids.write("lin", eased.customer_id, eased.line_id),
            eased.status,
            eased.needs_approval,
        )
    )


def _relief(row: views.ReliefView) -> shapes.Relief:
    return shapes.Relief(
        relief_id=ids.write(PREFIX, row.customer_id, row.relief_id),
        line_id=ids.write("lin", row.customer_id, row.line_id),
        dues=[shapes.ReliefDue(*due) for due in row.dues],
        thread=[shapes.ReliefMessage(*message) for message in row.thread],
        **row.said,
    )
