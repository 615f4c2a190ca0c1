"""Links by which the shop's app opens the pages as its customer, once, within minutes."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from fastapi import Response as HttpResponse

from whiteslip.api import callers, present
from whiteslip.api.openapi import posts
from whiteslip.api.posted import Post
from whiteslip.api.shapes.page_sessions import PageSession, PageSessionBody
from whiteslip.flows.sign_in import LinkRequest, make_links
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import NotFound

router = APIRouter()


@router.post(
    "/page-sessions", tags=["customers"], **posts(PageSessionBody, PageSession, "not_found")
)
async def make_page_session(posted: Post) -> HttpResponse:
    """Make a link that opens the pages as a customer, once."""
    callers.needs(posted.caller, "customers:write")
    body = posted.read(PageSessionBody)
    customer_id = ids.read_one(body.customer_id, "cus")

    def act(db: Connection, at: datetime) -> Response:
        (link,) = make_links(db, [LinkRequest(customer_id, posted.caller.label)], at=at)
        if isinstance(link, NotFound):
            raise link
        made = PageSession(body.customer_id, f"/enter/{link.token}", link.ends_at)
        return Response(201, present.encode(made))

    return await posted.manage(body, act)
