"""The hot route, POST /v1/purchases, as bare ASGI: checked, decoded, batched and answered without a framework."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from hashlib import blake2b
from time import perf_counter
from typing import Any, TypeAlias

import msgspec

from whiteslip.api import callers, openapi, problems
from whiteslip.api.answers import PurchaseAnswer
from whiteslip.api.bodies import PurchaseBody
from whiteslip.api.posted import LARGEST_BODY, check_media_type, decode, too_large
from whiteslip.api.problems import ProblemError
from whiteslip.api.runtime import Runtime
from whiteslip.flows.checkout import PurchaseRequest
from whiteslip.infra import metrics
from whiteslip.infra.idempotency import Call, Response
from whiteslip.infra.keys import ApiKey
from whiteslip.kernel import ids
from whiteslip.kernel.errors import WhiteslipError

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PATH = "/v1/purchases"
_encode = msgspec.json.Encoder().encode
_JSON = (b"content-type", b"application/json")
_LATENCY = metrics.LATENCY.labels(PATH)
_COUNTS = {status: metrics.REQUESTS.labels(PATH, status) for status in (201, 429, 503)}


class HotCheckout:
    """Answers POST /v1/purchases and hands everything else to the application behind it."""

    def __init__(self, runtime: Runtime, behind: Callable[..., Awaitable[None]]) -> None:
        self._runtime = runtime
        self._behind = behind

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event as ASGI asks."""
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self._behind(scope, receive, send)
            return
        began = perf_counter()
        try:
            response = await self._answer(scope["headers"], receive)
        except ProblemError as error:
            response = error.response
        except WhiteslipError as error:
            response = problems.of_error(error)
        await send(_start(response))
        await send({"type": "http.response.body", "body": response.body})
        _LATENCY.observe(perf_counter() - began)
        count = _COUNTS.get(response.status)
        (count or metrics.REQUESTS.labels(PATH, response.status)).inc()

    async def _answer(self, headers: list[tuple[bytes, bytes]], receive: Receive) -> Response:
        sent = dict(headers)
        authorization = sent.get(b"authorization", b"")
        caller = self._runtime.keys.remembered(authorization)
        if caller is None:
            caller = await self._runtime.keys.find(authorization)
        callers.needs(caller, "purchases:write")
        key = callers.idempotency_key(sent.get(b"idempotency-key"))
        wait_s = callers.wait_seconds(sent.get(b"request-timeout-ms"))
        check_media_type(sent.get(b"content-type", b""))
        body = decode(await _read(receive), PurchaseBody)
        call = Call(caller.caller_id, key, body_hash(body))
        return await self._runtime.checkouts.submit(call, purchase_of(body, caller), wait_s=wait_s)


def body_hash(body: PurchaseBody) -> bytes:
    """Hash a purchase by its meaning; the same whether it came alone or in bulk."""
    return blake2b(_encode(body), digest_size=16, person=b"purchase").digest()


def purchase_of(body: PurchaseBody, caller: ApiKey) -> PurchaseRequest:
    """Read the ids and say who sells."""
    line = ids.read_owned(body.line_id, "lin")
    merchant_id = callers.merchant_of(caller, body.merchant_id)
    return PurchaseRequest(
        line.customer_id,
        line.number,
        merchant_id,
        body.amount_minor,
        body.plan_months,
        body.order_ref,
    )


def by_hand() -> dict[str, dict[str, Any]]:
    """Declare the route for OpenAPI."""
    described = openapi.posts(PurchaseBody, PurchaseAnswer, "not_found", "conflict")
    operation = openapi.operation("Buy on credit", "create_purchase", "purchases", described)
    return {PATH: {"post": operation}}


async def _read(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        if len(body) > LARGEST_BODY:
            break
        message = await receive()
        body += message.get("body", b"")
    if len(body) > LARGEST_BODY:
        raise too_large()
    return body


def _start(response: Response) -> dict[str, Any]:
    length = (b"content-length", b"%d" % len(response.body))
    if response.status < 400:
        return {
            "type": "http.response.start",
            "status": response.status,
            "headers": [_JSON, length],
        }
    named = problems.headers(response).items()
    headers = [(name.encode(), value.encode()) for name, value in named]
    return {"type": "http.response.start", "status": response.status, "headers": [*headers, length]}
