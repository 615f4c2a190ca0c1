"""Sessions of the checkout page, for shops that do not draw one of their own."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from fastapi import Response as HttpResponse

from whiteslip.api import callers, present, problems
from whiteslip.api.openapi import posts
from whiteslip.api.posted import Post
from whiteslip.api.shapes.checkout_sessions import CheckoutSession, CheckoutSessionBody
from whiteslip.flows.host_checkout import NewSession, open_sessions
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import WhiteslipError

router = APIRouter(tags=["purchases"])


@router.post(
    "/checkout-sessions",
    **posts(CheckoutSessionBody, CheckoutSession, "not_found", "conflict"),
)
async def open_checkout_session(posted: Post) -> HttpResponse:
    """Open a page on which a customer chooses how to pay and confirms; nothing is held before that."""
    callers.needs(posted.caller, "purchases:write")
    body = posted.read(CheckoutSessionBody)
    line = ids.read_owned(body.line_id, "lin")
    wanted = NewSession(
        line.customer_id,
        line.number,
        callers.merchant_of(posted.caller, body.merchant_id),
        posted.caller.caller_id,
        body.amount_minor,
        body.order_ref,
        body.goods,
        body.return_url,
    )

    def act(db: Connection, at: datetime) -> Response:
        (opened,) = open_sessions(db, [wanted], at=at)
        if isinstance(opened, WhiteslipError):
            return problems.of_error(opened)
        return present.answer(CheckoutSession(f"/checkout/{opened.token}", opened.ends_at))

    return await posted.manage(body, act)
