"""Customers and merchants: who buys and who sells."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from fastapi import Response as HttpResponse

from whiteslip.api import answers, bodies, callers, present, reading, showing
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post
from whiteslip.api.reading import After, CustomerPath, MerchantPath, PageSize, Read
from whiteslip.flows.open_lines import NewCustomer, join
from whiteslip.flows.open_merchants import NewMerchant, open_merchants
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.views import customers_api as people

router = APIRouter()


@router.post("/customers", tags=["customers"], **posts(bodies.CustomerBody, answers.Created))
async def create_customer(posted: Post) -> HttpResponse:
    """Register a person who may hold a line."""
    callers.needs(posted.caller, "customers:write")
    body = posted.read(bodies.CustomerBody)

    def act(db: Connection, at: datetime) -> Response:
        person = NewCustomer(body.reference, body.display_name, body.language)
        (customer_id,) = join(db, [person], at=at, ring=posted.runtime.ring)
        return present.created(ids.write("cus", customer_id))

    return await posted.manage(body, act)


@router.get("/customers/{customer_id}", tags=["customers"], **gives(answers.Customer, "not_found"))
async def show_customer(customer_id: CustomerPath, read: Read) -> HttpResponse:
    """Show a person and their lines."""
    read.needs("customers:read")
    number = ids.read_one(customer_id, "cus")
    row = await read.view(lambda db: people.find_customer(db, number, read.runtime.ring))
    return reading.show(showing.customer(reading.found(row, f"customer {customer_id}")))


@router.post("/merchants", tags=["merchants"], **posts(bodies.MerchantBody, answers.Created))
async def create_merchant(posted: Post) -> HttpResponse:
    """Register a shop."""
    callers.needs(posted.caller, "merchants:write")
    body = posted.read(bodies.MerchantBody)

    def act(db: Connection, at: datetime) -> Response:
        (merchant_id,) = open_merchants(
            db, [NewMerchant(body.name, body.fee_ppm, body.category)], at=at
        )
        return present.created(ids.write("mer", merchant_id))

    return await posted.manage(body, act)


@router.get("/merchants", tags=["merchants"], **gives(answers.Merchants, "not_found"))
async def list_merchants(read: Read, limit: PageSize = 20, after: After = None) -> HttpResponse:
    """List shops, newest first."""
    read.needs("merchants:read")
    before = reading.EARLIEST if after is None else ids.read_one(after, "mer")
    rows = await read.view(lambda db: people.list_merchants(db, before=before, limit=limit))
    shown = [showing.merchant(row) for row in rows]
    following = shown[-1].merchant_id if len(shown) == limit else None
    return reading.show(answers.Merchants(shown, following))


@router.get("/merchants/{merchant_id}", tags=["merchants"], **gives(answers.Merchant, "not_found"))
async def show_merchant(merchant_id: MerchantPath, read: Read) -> HttpResponse:
    """Show a shop."""
    number = ids.read_one(merchant_id, "mer")
    if read.caller.merchant_id != number:
        read.needs("merchants:read")
    row = await read.view(lambda db: people.find_merchant(db, number))
    return reading.show(showing.merchant(reading.found(row, f"merchant {merchant_id}")))
