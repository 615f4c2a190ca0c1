"""Purchases: sales in bulk, what follows a sale, and looking at them; a single sale is the hot route."""

from __future__ import annotations

import asyncio

import msgspec
from fastapi import APIRouter
from fastapi import Response as HttpResponse

from whiteslip.api import answers, bodies, callers, problems, reading, showing
from whiteslip.api.checkout import body_hash, purchase_of
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import BulkPost, Post, Posted
from whiteslip.api.reading import After, CustomerPath, PageSize, PurchasePath, Read
from whiteslip.flows.capture import CaptureRequest
from whiteslip.flows.refund import RefundRequest
from whiteslip.flows.void import VoidRequest
from whiteslip.infra.idempotency import Call, Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.views import purchases
from whiteslip.views.purchases import PurchaseView

router = APIRouter(tags=["purchases"])
PREFIX = "pur"


@router.post(
    "/purchases/bulk",
    **posts(bodies.BulkPurchaseBody, answers.BulkAnswers, status=200, keyed=False),
)
async def create_purchases(posted: BulkPost) -> HttpResponse:
    """Buy in bulk: each item under its own key, each with its own answer."""
    callers.needs(posted.caller, "purchases:write")
    body = posted.read(bodies.BulkPurchaseBody)
    done = await asyncio.gather(*(_create(posted, item) for item in body.items))
    results = [answers.BulkAnswer(one.status, msgspec.Raw(one.body)) for one in done]
    return reading.show(answers.BulkAnswers(results))


async def _create(posted: Posted, item: bodies.BulkPurchase) -> Response:
    named = bodies.PurchaseBody.__struct_fields__
    single = bodies.PurchaseBody(**{name: getattr(item, name) for name in named})
    call = Call(posted.caller.caller_id, item.idempotency_key, body_hash(single))
    try:
        request = purchase_of(single, posted.caller)
    except problems.ProblemError as error:
        return error.response
    except WhiteslipError as error:
        return problems.of_error(error)
    return await posted.runtime.checkouts.submit(call, request, wait_s=posted.wait_s)


@router.get("/purchases", **gives(answers.Purchases, "not_found"))
async def list_sales(read: Read, limit: PageSize = 20, after: After = None) -> HttpResponse:
    """List the sales of the merchant whose key this is, newest first."""
    read.needs("purchases:read")
    merchant_id = read.caller.merchant_id
    if merchant_id is None:
        raise problems.ProblemError("not_allowed", "only a merchant's own key lists its sales")
    before = _before(after)
    rows = await read.view(
        lambda db: purchases.of_merchant(db, merchant_id, before=before, limit=limit)
    )
    return reading.show(_page(rows, limit))


@router.get("/customers/{customer_id}/purchases", **gives(answers.Purchases, "not_found"))
async def list_customer_purchases(
    customer_id: CustomerPath, read: Read, limit: PageSize = 20, after: After = None
) -> HttpResponse:
    """List a customer's purchases, newest first; a merchant sees its own sales only."""
    read.needs("purchases:read")
    number = ids.read_one(customer_id, "cus")
    before = _before(after)
    rows = await read.view(
        lambda db: purchases.of_customer(
            db, number, merchant_id=read.caller.merchant_id, before=before, limit=limit
        )
    )
    return reading.show(_page(rows, limit))


@router.get("/purchases/{purchase_id}", **gives(answers.Purchase, "not_found"))
async def show_purchase(purchase_id: PurchasePath, read: Read) -> HttpResponse:
    """Show a purchase; another merchant's does not exist for this caller."""
    read.needs("purchases:read")
    owned = ids.read_owned(purchase_id, PREFIX)
    row = await read.view(lambda db: purchases.find(db, owned.customer_id, owned.number))
    merchant_id = read.caller.merchant_id
    if row is not None and merchant_id is not None and row.merchant_id != merchant_id:
        row = None
    return reading.show(showing.purchase(reading.found(row, f"purchase {purchase_id}")))


@router.post(
    "/purchases/{purchase_id}/capture",
    **posts(bodies.CaptureBody, answers.Captured, "not_found", "conflict"),
)
async def capture_purchase(purchase_id: PurchasePath, posted: Post) -> HttpResponse:
    """Capture a part or all of what is held: the customer owes it from now on."""
    callers.needs(posted.caller, "purchases:write")
    body = posted.read(bodies.CaptureBody)
    owned = ids.read_owned(purchase_id, PREFIX)
    seller = posted.caller.merchant_id
    request = CaptureRequest(*owned, seller, body.amount_minor, body.final)
    return await posted.once(posted.runtime.after_sale, body, request)


@router.post(
    "/purchases/{purchase_id}/void",
    **posts(bodies.NoWords, answers.Voided, "not_found", "conflict"),
)
async def void_purchase(purchase_id: PurchasePath, posted: Post) -> HttpResponse:
    """Release what is still held."""
    callers.needs(posted.caller, "purchases:write")
    body = posted.read(bodies.NoWords)
    request = VoidRequest(*ids.read_owned(purchase_id, PREFIX), posted.caller.merchant_id)
    return await posted.once(posted.runtime.after_sale, body, request)


@router.post(
    "/purchases/{purchase_id}/refunds",
    **posts(bodies.RefundBody, answers.Refunded, "not_found", "conflict"),
)
async def refund_purchase(purchase_id: PurchasePath, posted: Post) -> HttpResponse:
    """Refund a part or all of what was captured; what exceeds the debt becomes a credit balance."""
    callers.needs(posted.caller, "purchases:write")
    body = posted.read(bodies.RefundBody)
    owned = ids.read_owned(purchase_id, PREFIX)
    request = RefundRequest(*owned, posted.caller.merchant_id, body.amount_minor)
    return await posted.once(posted.runtime.after_sale, body, request)


def _before(after: str | None) -> int:
    return reading.EARLIEST if after is None else ids.read_owned(after, PREFIX).number


def _page(rows: list[PurchaseView], limit: int) -> answers.Purchases:
    shown = [showing.purchase(row) for row in rows]
    return answers.Purchases(shown, shown[-1].purchase_id if len(shown) == limit else None)
