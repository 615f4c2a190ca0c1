"""The hot route, POST /v1/purchases, as bare ASGI: checked, decoded, batched and answered without a framework."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
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
from whiteslip.infra import answered, metrics
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
LATENCY = metrics.LATENCY.labels(PATH)
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
        LATENCY.observe(perf_counter() - began)
        count(response.status)

    async def _answer(self, headers: list[tuple[bytes, bytes]], receive: Receive) -> Response:
        sent = dict(headers)
        caller = await self._runtime.keys.find(sent.get(b"authorization", b""))
        return await order(self._runtime, caller, sent, await _read(receive))


def order(
    runtime: Runtime, caller: ApiKey, sent: Mapping[bytes, bytes], raw: bytes
) -> asyncio.Future[Response]:
    """Check a purchase and queue it; raises the problem of one that cannot be right."""
    callers.needs(caller, "purchases:write")
    key = callers.idempotency_key(sent.get(b"idempotency-key"))
    wait_s = callers.wait_seconds(sent.get(b"request-timeout-ms"))
    check_media_type(sent.get(b"content-type", b""))
    if len(raw) > LARGEST_BODY:
        raise too_large()
    body = decode(raw, PurchaseBody)
    call = Call(caller.caller_id, key, body_hash(body))
    return runtime.checkouts.submit(call, purchase_of(body, caller), wait_s=wait_s)


def count(status: int) -> None:
    """Count an answer of the hot route."""
    (_COUNTS.get(status) or metrics.REQUESTS.labels(PATH, status)).inc()
    answered.CHECKOUT.note(status)


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
        _hashed(body.device, b"device"),
        _hashed(body.address, b"address"),
        body.is_verified,
        body.quote_version,
        body.shown_at,
    )


def _hashed(name: str | None, kind: bytes) -> int:
    """Hash what a shop calls a device or an address to a positive 63-bit number; 0 is untold."""
    if name is None:
        return 0
    digest = blake2b(name.encode(), digest_size=8, person=kind).digest()
    return max(1, int.from_bytes(digest, "big") >> 1)


def by_hand() -> dict[str, dict[str, Any]]:
    """Declare the route for OpenAPI."""
    described = openapi.posts(PurchaseBody, PurchaseAnswer, "not_found", "conflict")
    operation = openapi.operation("Buy on credit", "create_purchase", "purchases", described)
    return {PATH: {"post": operation}}


async def _read(receive: Receive) -> bytes:
    body = b""
    while len(body) <= LARGEST_BODY:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ProblemError("malformed_json", "the body did not arrive as a whole")
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
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
