"""Settling early: what it costs today, and paying it as quoted."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi import Response as HttpResponse

from whiteslip.api import callers, reading
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post
from whiteslip.api.reading import LinePath, Read
from whiteslip.api.shapes import settlements as shapes
from whiteslip.flows.settle_early import Scope, SettleRequest, Wish, quote_payoff
from whiteslip.kernel import ids
from whiteslip.kernel.errors import NotFound
from whiteslip.money.lines.model import LineKey

router = APIRouter(tags=["repayments"])
Purchase = Annotated[
    str | None,
    Query(
        description="Of a plan: the purchase it is of.",
        json_schema_extra={"pattern": "^pur_[0-9]{1,19}_[0-9]{1,19}$"},
    ),
]
Split = Annotated[
    str | None,
    Query(
        description="Of a plan: the split of a statement that made it.",
        json_schema_extra={"pattern": "^spl_[0-9]{1,19}_[0-9]{1,19}$"},
    ),
]


@router.get(
    "/lines/{line_id}/settlements/quote",
    **gives(shapes.SettlementQuote, "not_found", "conflict"),
)
async def quote_settlement(
    line_id: LinePath,
    scope: Scope,
    read: Read,
    purchase_id: Purchase = None,
    split_id: Split = None,
) -> HttpResponse:
    """Say what settles a plan, what was billed, or everything today; what is quoted is what is charged."""
    read.needs("repayments:read")
    key, wish = _wish(line_id, scope, purchase_id, split_id)
    payoff = await read.view(lambda db: quote_payoff(db, key, wish))
    return reading.show(shapes.quoted(payoff, line_id))


@router.post(
    "/lines/{line_id}/settlements",
    **posts(shapes.SettlementBody, shapes.Settlement, "not_found", "conflict"),
)
async def settle(line_id: LinePath, posted: Post) -> HttpResponse:
    """Settle early as quoted; where the debt has changed since, it is a conflict and nothing is paid."""
    callers.needs(posted.caller, "repayments:write")
    body = posted.read(shapes.SettlementBody)
    key, wish = _wish(line_id, Scope(body.scope), body.purchase_id, body.split_id)
    request = SettleRequest(*key, wish, body.amount_minor, body.version, body.method)
    return await posted.once(posted.runtime.incoming, body, request)


def _wish(
    line_id: str, scope: Scope, purchase_id: str | None, split_id: str | None
) -> tuple[LineKey, Wish]:
    key = LineKey(*ids.read_owned(line_id, "lin"))
    purchase = _of(key.customer_id, purchase_id, "pur")
    return key, Wish(scope, purchase, _of(key.customer_id, split_id, "spl"))


def _of(customer_id: int, text: str | None, prefix: str) -> int | None:
    if text is None:
        return None
    owned = ids.read_owned(text, prefix)
    if owned.customer_id != customer_id:
        raise NotFound(f"the customer has no {text}")
    return owned.number
