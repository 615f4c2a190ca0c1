"""Repayments, and credit balances paid out; this lane is protected before all others."""

from __future__ import annotations

import asyncio

import msgspec
from fastapi import APIRouter
from fastapi import Response as HttpResponse

from whiteslip.api import answers, bodies, callers, problems, reading, showing
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import BulkPost, Post, Posted, request_hash
from whiteslip.api.reading import After, LinePath, PageSize, Read, RepaymentPath
from whiteslip.flows.pay_out_credit import PayoutRequest
from whiteslip.flows.repay import RepaymentRequest
from whiteslip.infra.idempotency import Call, Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import NotFound
from whiteslip.views import repayments

router = APIRouter(tags=["repayments"])
PATH = "/v1/repayments"


@router.post("/repayments", **posts(bodies.RepaymentBody, answers.Repaid, "not_found", "conflict"))
async def create_repayment(posted: Post) -> HttpResponse:
    """Record money received: the oldest due first; an excess is the customer's credit balance."""
    callers.needs(posted.caller, "repayments:write")
    body = posted.read(bodies.RepaymentBody)
    return await posted.once(posted.runtime.incoming, body, _request(body))


@router.post(
    "/repayments/bulk",
    **posts(bodies.BulkRepaymentBody, answers.BulkAnswers, status=200, keyed=False),
)
async def create_repayments(posted: BulkPost) -> HttpResponse:
    """Record money in bulk: each item under its own key, each with its own answer."""
    callers.needs(posted.caller, "repayments:write")
    body = posted.read(bodies.BulkRepaymentBody)
    done = await asyncio.gather(*(_create(posted, item) for item in body.items))
    results = [answers.BulkAnswer(one.status, msgspec.Raw(one.body)) for one in done]
    return reading.show(answers.BulkAnswers(results))


async def _create(posted: Posted, item: bodies.BulkRepayment) -> Response:
    single = bodies.RepaymentBody(item.line_id, item.amount_minor, item.method, item.currency)
    call = Call(posted.caller.caller_id, item.idempotency_key, request_hash(PATH, single))
    try:
        request = _request(single)
    except NotFound as error:
        return problems.of_error(error)
    return await posted.runtime.incoming.submit(call, request, wait_s=posted.wait_s)


def _request(body: bodies.RepaymentBody) -> RepaymentRequest:
    line = ids.read_owned(body.line_id, "lin")
    return RepaymentRequest(*line, body.amount_minor, body.method)


@router.get("/repayments/{repayment_id}", **gives(answers.Repayment, "not_found"))
async def show_repayment(repayment_id: RepaymentPath, read: Read) -> HttpResponse:
    """Show a repayment."""
    read.needs("repayments:read")
    owned = ids.read_owned(repayment_id, "rep")
    row = await read.view(lambda db: repayments.find(db, owned.customer_id, owned.number))
    return reading.show(showing.repayment(reading.found(row, f"repayment {repayment_id}")))


@router.get("/lines/{line_id}/repayments", **gives(answers.Repayments, "not_found"))
async def list_repayments(
    line_id: LinePath, read: Read, limit: PageSize = 20, after: After = None
) -> HttpResponse:
    """List a line's repayments, newest first."""
    read.needs("repayments:read")
    line = ids.read_owned(line_id, "lin")
    before = reading.EARLIEST if after is None else ids.read_owned(after, "rep").number
    rows = await read.view(lambda db: repayments.of_line(db, *line, before=before, limit=limit))
    shown = [showing.repayment(row) for row in rows]
    following = shown[-1].repayment_id if len(shown) == limit else None
    return reading.show(answers.Repayments(shown, following))


@router.post(
    "/lines/{line_id}/credit-payouts",
    **posts(bodies.PayoutBody, answers.PaidOut, "not_found", "conflict"),
)
async def pay_out(line_id: LinePath, posted: Post) -> HttpResponse:
    """Pay the credit balance out to the customer, or a part of it; or back to a source, what refunds owe it."""
    callers.needs(posted.caller, "repayments:write")
    body = posted.read(bodies.PayoutBody)
    line = ids.read_owned(line_id, "lin")
    request = PayoutRequest(*line, body.amount_minor, _source(body.repayment_id, line.customer_id))
    return await posted.once(posted.runtime.incoming, body, request)


def _source(repayment_id: str | None, customer_id: int) -> int | None:
    if repayment_id is None:
        return None
    owned = ids.read_owned(repayment_id, "rep")
    if owned.customer_id != customer_id:
        raise NotFound(f"the customer has no {repayment_id}")
    return owned.number
