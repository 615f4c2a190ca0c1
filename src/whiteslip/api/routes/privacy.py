"""Privacy: consents, everything held on a person, corrections, erasure, and legal holds."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi import Response as HttpResponse

from whiteslip.api import bodies, callers, present, problems, reading
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post
from whiteslip.api.reading import CustomerPath, Read
from whiteslip.api.said import in_both
from whiteslip.api.shapes import privacy as shapes
from whiteslip.flows import correct_data
from whiteslip.flows.erase import Erased, HoldPlaced, end_hold, erase, place_hold
from whiteslip.flows.say_consents import ConsentCommand, ConsentRequest, say_consents
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.views import privacy

router = APIRouter(tags=["privacy"])
_HOLD: Any = Path(
    examples=["hol_7_46"], json_schema_extra={"pattern": "^hol_[0-9]{1,19}_[0-9]{1,19}$"}
)
HoldPath = Annotated[str, _HOLD]
_WRONG = ("not_found", "conflict")


@router.get("/customers/{customer_id}/consents", **gives(shapes.Consents, "not_found"))
async def show_consents(customer_id: CustomerPath, read: Read) -> HttpResponse:
    """Show every purpose and recipient, and what the person said of each."""
    read.needs("care:read")
    owner = ids.read_one(customer_id, "cus")
    rows = await read.view(lambda db: privacy.consents(db, owner))
    listed = [_consent(row) for row in reading.found(rows, f"customer {customer_id}")]
    return reading.show(shapes.Consents(ids.write("cus", owner), listed))


@router.post(
    "/customers/{customer_id}/consents", **posts(shapes.ConsentBody, shapes.ConsentSaid, *_WRONG)
)
async def say_consent(customer_id: CustomerPath, posted: Post) -> HttpResponse:
    """Give or withdraw a consent; what was said before stays on record."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(shapes.ConsentBody)
    owner = ids.read_one(customer_id, "cus")
    command = ConsentCommand.GIVE if body.is_given else ConsentCommand.WITHDRAW
    request = ConsentRequest(owner, body.purpose, body.recipient, command, body.said_at)

    def act(db: Connection, at: datetime) -> Response:
        (said,) = say_consents(db, [request], actor=posted.caller.label, at=at)
        if isinstance(said, WhiteslipError):
            return problems.of_error(said)
        return present.answer(
            shapes.ConsentSaid(
                ids.write("cus", said.customer_id),
                said.purpose,
                said.recipient,
                said.state.value,
                said.restricts,
            )
        )

    return await posted.manage(body, act)


@router.get("/customers/{customer_id}/export", **gives(shapes.Export, "not_found"))
async def export_data(customer_id: CustomerPath, read: Read) -> HttpResponse:
    """Hand out everything held on a person."""
    read.needs("care:read")
    owner = ids.read_one(customer_id, "cus")
    ring = read.runtime.ring
    row = await read.view(lambda db: privacy.export(db, owner, ring))
    held = reading.found(row, f"customer {customer_id}")
    return reading.show(
        shapes.Export(ids.write("cus", owner), *held[1:5], left_out=list(held.left_out))
    )


@router.post(
    "/customers/{customer_id}/corrections",
    **posts(shapes.CorrectionBody, shapes.Corrected, *_WRONG),
)
async def correct_own_data(customer_id: CustomerPath, posted: Post) -> HttpResponse:
    """Correct a person's own name or contact."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(shapes.CorrectionBody)
    owner = ids.read_one(customer_id, "cus")
    request = correct_data.Correction(owner, body.name, body.contact)

    def act(db: Connection, at: datetime) -> Response:
        fields = correct_data.correct_own(
            db, request, posted.runtime.ring, actor=posted.caller.label, at=at
        )
        if isinstance(fields, WhiteslipError):
            return problems.of_error(fields)
        return present.answer(shapes.Corrected(ids.write("cus", owner), list(fields)))

    return await posted.manage(body, act)


@router.post(
    "/customers/{customer_id}/bureau-corrections",
    **posts(shapes.BureauCorrectionBody, shapes.BureauCorrection, "not_found"),
)
async def ask_bureau_correction(customer_id: CustomerPath, posted: Post) -> HttpResponse:
    """Ask that data a bureau holds be corrected; the answer is due on the day told."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(shapes.BureauCorrectionBody)
    request = correct_data.BureauRequest(ids.read_one(customer_id, "cus"), body.subject)

    def act(db: Connection, at: datetime) -> Response:
        asked = correct_data.ask_bureau(db, request, actor=posted.caller.label, at=at)
        if isinstance(asked, WhiteslipError):
            return problems.of_error(asked)
        number = ids.write("bco", asked.customer_id, asked.request_id)
        return present.answer(shapes.BureauCorrection(number, asked.subject, asked.due_on))

    return await posted.manage(body, act)


@router.get(
    "/customers/{customer_id}/bureau-corrections", **gives(shapes.BureauCorrections, "not_found")
)
async def list_bureau_corrections(customer_id: CustomerPath, read: Read) -> HttpResponse:
    """List what a person asked a bureau to correct."""
    read.needs("care:read")
    owner = ids.read_one(customer_id, "cus")
    rows = await read.view(lambda db: privacy.bureau_requests(db, owner))
    listed = [
        shapes.BureauCorrection(ids.write("bco", owner, row.request_id), row.subject, row.due_on)
        for row in rows
    ]
    return reading.show(shapes.BureauCorrections(ids.write("cus", owner), listed))


@router.post("/customers/{customer_id}/erasure", **posts(bodies.NoWords, shapes.Erasure, *_WRONG))
async def erase_person(customer_id: CustomerPath, posted: Post) -> HttpResponse:
    """Erase a person, or say why not now; the ledger stays, under a number without a name."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(bodies.NoWords)
    owner = ids.read_one(customer_id, "cus")

    def act(db: Connection, at: datetime) -> Response:
        (erased,) = erase(db, [owner], actor=posted.caller.label, at=at)
        return problems.of_error(erased) if isinstance(erased, WhiteslipError) else _erased(erased)

    return await posted.manage(body, act)


@router.post(
    "/customers/{customer_id}/legal-holds", **posts(shapes.HoldBody, shapes.Hold, "not_found")
)
async def place_legal_hold(customer_id: CustomerPath, posted: Post) -> HttpResponse:
    """Place a legal hold: nothing of the person is erased while it stands."""
    callers.needs(posted.caller, "reviews:write")
    body = posted.read(shapes.HoldBody)
    owner = ids.read_one(customer_id, "cus")

    def act(db: Connection, at: datetime) -> Response:
        return _hold(place_hold(db, owner, basis=body.basis, actor=posted.caller.label, at=at))

    return await posted.manage(body, act)


@router.post("/legal-holds/{hold_id}/end", **posts(bodies.NoWords, shapes.Hold, "not_found"))
async def end_legal_hold(hold_id: HoldPath, posted: Post) -> HttpResponse:
    """End a legal hold."""
    callers.needs(posted.caller, "reviews:write")
    body = posted.read(bodies.NoWords)
    owned = ids.read_owned(hold_id, "hol")

    def act(db: Connection, at: datetime) -> Response:
        return _hold(end_hold(db, *owned, actor=posted.caller.label, at=at), stands=False)

    return await posted.manage(body, act)


def _consent(row: privacy.ConsentView) -> shapes.Consent:
    said = row.said
    return shapes.Consent(
        row.purpose.name,
        row.recipient,
        row.purpose.necessary,
        in_both(row.purpose.words),
        "none" if said is None else said.state.value,
        None if said is None else said.said_at,
    )


def _erased(erased: Erased) -> Response:
    kept = [shapes.KeptFor(one.keeping, one.until, in_both(one.words)) for one in erased.kept_for]
    return present.answer(shapes.Erasure(ids.write("cus", erased.customer_id), erased.done, kept))


def _hold(outcome: HoldPlaced | WhiteslipError, *, stands: bool = True) -> Response:
    if isinstance(outcome, WhiteslipError):
        return problems.of_error(outcome)
    return present.answer(shapes.Hold(ids.write("hol", *outcome), stands))
