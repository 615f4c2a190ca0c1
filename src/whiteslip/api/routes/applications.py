"""Applications: asking for a line, following what becomes of it, withdrawing, and a person's decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter
from fastapi import Response as HttpResponse
from msgspec.structs import replace

from whiteslip.api import answers, bodies, callers, present, problems, reading, showing
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post, Posted
from whiteslip.api.reading import ApplicationPath, Read
from whiteslip.credit.applications.identity import identify
from whiteslip.flows.apply import (
    Applicant,
    Applied,
    Consent,
    Purpose,
    Request,
    WithdrawRequest,
    apply,
    withdraw,
)
from whiteslip.flows.decide_applications import Decided, Review, decide_review
from whiteslip.infra import keys
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.kernel.reason import Reason
from whiteslip.views import applications

router = APIRouter(tags=["applications"])
PREFIX = "app"
ACCEPTED = 202
_WRONG = ("not_found", "conflict")


@router.post(
    "/applications", **posts(bodies.ApplicationBody, answers.Applied, *_WRONG, status=ACCEPTED)
)
async def apply_for_line(posted: Post) -> HttpResponse:
    """Apply for a line: the answer says that it was taken in, what becomes of it is asked for afterward."""
    callers.needs(posted.caller, "applications:write")
    body = posted.read(bodies.ApplicationBody)
    request = _request(posted, body)

    def act(db: Connection, at: datetime) -> Response:
        return _applied(apply(db, [request], at=at, ring=posted.runtime.ring))

    return await posted.manage(_hashed(body, request.applicant), act)


@router.get("/applications/{application_id}", **gives(answers.Application, "not_found"))
async def show_application(application_id: ApplicationPath, read: Read) -> HttpResponse:
    """Show where an application stands: the line it led to, or the reasons in words."""
    read.needs("applications:read")
    owned = ids.read_owned(application_id, PREFIX)
    row = await read.view(lambda db: applications.find(db, *owned))
    found = reading.found(row, f"application {application_id}")
    return reading.show(showing.application(found))


@router.post(
    "/applications/{application_id}/withdraw",
    **posts(bodies.NoWords, answers.Applied, *_WRONG),
)
async def withdraw_application(application_id: ApplicationPath, posted: Post) -> HttpResponse:
    """Withdraw an application that is not decided."""
    callers.needs(posted.caller, "applications:write")
    body = posted.read(bodies.NoWords)
    request = WithdrawRequest(*ids.read_owned(application_id, PREFIX), _actor(posted))

    def act(db: Connection, at: datetime) -> Response:
        return _applied(withdraw(db, [request], at=at), status=present.CREATED)

    return await posted.manage(body, act)


@router.post(
    "/applications/{application_id}/review",
    **posts(bodies.ReviewBody, answers.Reviewed, *_WRONG),
)
async def review_application(application_id: ApplicationPath, posted: Post) -> HttpResponse:
    """Decide a referred application as a person: with a limit, or with reasons to decline."""
    callers.needs(posted.caller, "applications:review")
    body = posted.read(bodies.ReviewBody)
    owned = ids.read_owned(application_id, PREFIX)
    reasons = tuple(Reason(code) for code in body.reasons)
    review = Review(*owned, _actor(posted), body.limit_minor, reasons)

    def act(db: Connection, at: datetime) -> Response:
        return _reviewed(decide_review(db, [review], at=at))

    return await posted.manage(body, act)


def _request(posted: Posted, body: bodies.ApplicationBody) -> Request:
    """Hash the identity number: from here on nothing holds it."""
    declared = body.identity
    applicant = identify(
        declared.name,
        declared.id_number,
        declared.birth_on,
        key=keys.identity_key_at(posted.runtime.settings.home),
    )
    return Request(
        reference=body.reference,
        display_name=body.display_name,
        language=body.language,
        applicant=applicant,
        income_minor=body.monthly_income_minor,
        obligations_minor=body.monthly_obligations_minor,
        rent_minor=body.monthly_rent_minor,
        requested_minor=body.requested_limit_minor,
        statement_day=body.statement_day,
        product=body.product,
        consents=tuple(
            Consent(Purpose(one.purpose), one.is_given, one.said_at) for one in body.consents
        ),
        actor=_actor(posted),
        device_hash=body.device_hash,
        phone_hash=body.phone_hash,
        address_hash=body.address_hash,
        card_hash=body.card_hash,
        ip_hash=body.ip_hash,
        agreement_version=body.agreement_version,
    )


def _hashed(body: bodies.ApplicationBody, applicant: Applicant) -> bodies.ApplicationBody:
    """Put the keyed hash where the number stood: what is asked is remembered by a hash without a key."""
    identity = replace(body.identity, id_number=applicant.id_hash.hex())
    return replace(body, identity=identity)


def _actor(posted: Posted) -> str:
    """Name the caller so that two keys of one label are two actors."""
    return f"{posted.caller.label} (caller {posted.caller.caller_id})"


def _applied(outcomes: Sequence[Applied | WhiteslipError], *, status: int = ACCEPTED) -> Response:
    (outcome,) = outcomes
    if isinstance(outcome, WhiteslipError):
        return problems.of_error(outcome)
    return present.answer(
        answers.Applied(
            ids.write(PREFIX, outcome.customer_id, outcome.application_id),
            ids.write("cus", outcome.customer_id),
            outcome.status,
        ),
        status=status,
    )


def _reviewed(outcomes: Sequence[Decided | WhiteslipError]) -> Response:
    (outcome,) = outcomes
    if isinstance(outcome, WhiteslipError):
        return problems.of_error(outcome)
    line_id = outcome.line_id
    return present.answer(
        answers.Reviewed(
            ids.write(PREFIX, outcome.customer_id, outcome.application_id),
            outcome.status,
            None if line_id is None else ids.write("lin", outcome.customer_id, line_id),
            outcome.limit_minor or None,
        )
    )
