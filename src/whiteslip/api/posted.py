"""A POST request as every route receives it: authenticated, under a key, decoded strictly, acted on once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, NamedTuple, TypeVar, cast

import msgspec
from fastapi import Depends, Request
from fastapi import Response as HttpResponse

from whiteslip.api import callers, problems
from whiteslip.api.batching import Batcher
from whiteslip.api.bodies import Body
from whiteslip.api.problems import ProblemError
from whiteslip.api.runtime import Runtime
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Call, Response, request_hash
from whiteslip.infra.keys import ApiKey
from whiteslip.web.receiving import read_bounded

B = TypeVar("B", bound=Body)
T = TypeVar("T")
LARGEST_BODY = 1 << 20
LARGEST_FILE = 16 << 20
_decoders: dict[type[Body], msgspec.json.Decoder[Any]] = {}


class Posted(NamedTuple):
    """What arrived, checked as far as it can be before its body is understood."""

    runtime: Runtime
    caller: ApiKey
    path: str
    key: str
    wait_s: float | None
    raw: bytes

    def read(self, kind: type[B]) -> B:
        """Decode the body; raises the problem that says what is wrong and where."""
        return decode(self.raw, kind)

    def call(self, body: Body) -> Call:
        """Say under which key what is asked."""
        return Call(self.caller.caller_id, self.key, request_hash(self.path, body))

    async def once(self, lane: Batcher[T], body: Body, request: T) -> HttpResponse:
        """Queue the request in its lane and answer it."""
        return to_http(await lane.submit(self.call(body), request, wait_s=self.wait_s))

    async def manage(
        self, body: Body, act: Callable[[Connection, datetime], Response]
    ) -> HttpResponse:
        """Act in a transaction of its own, in the lane of the rarer commands."""
        return await self.once(self.runtime.management, body, act)


def decode(raw: bytes, kind: type[B]) -> B:
    """Decode strictly: no floats for integers, no unknown fields, valid UTF-8."""
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.json.Decoder(kind)
    try:
        return cast("B", decoder.decode(raw))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UndecodableError(problems.of_bad_json(error)) from error


class UndecodableError(ProblemError):
    """A body that does not decode."""

    def __init__(self, response: Response) -> None:
        super().__init__("malformed_json", "")
        self.response = response


def to_http(response: Response) -> HttpResponse:
    """Put an answer on the wire."""
    named = problems.headers(response)
    return HttpResponse(response.body, status_code=response.status, headers=named)


async def receive(request: Request) -> Posted:
    """Check who asks, the key, the deadline and the kind of body, in this order, and read it."""
    runtime: Runtime = request.app.state.runtime
    sent = dict(request.scope["headers"])
    caller = await runtime.keys.find(sent.get(b"authorization", b""))
    key = callers.idempotency_key(sent.get(b"idempotency-key"))
    wait_s = callers.wait_seconds(sent.get(b"request-timeout-ms"))
    check_media_type(sent.get(b"content-type", b""))
    return Posted(runtime, caller, request.url.path, key, wait_s, await _body(request))


async def receive_xml(request: Request) -> Posted:
    """The same for a file of XML, which may be larger."""
    runtime: Runtime = request.app.state.runtime
    sent = dict(request.scope["headers"])
    caller = await runtime.keys.find(sent.get(b"authorization", b""))
    key = callers.idempotency_key(sent.get(b"idempotency-key"))
    wait_s = callers.wait_seconds(sent.get(b"request-timeout-ms"))
    check_media_type(sent.get(b"content-type", b""), b"application/xml")
    body = await _body(request, LARGEST_FILE)
    return Posted(runtime, caller, request.url.path, key, wait_s, body)


async def receive_bulk(request: Request) -> Posted:
    """The same for a bulk request, whose items carry the keys."""
    runtime: Runtime = request.app.state.runtime
    sent = dict(request.scope["headers"])
    caller = await runtime.keys.find(sent.get(b"authorization", b""))
    wait_s = callers.wait_seconds(sent.get(b"request-timeout-ms"))
    check_media_type(sent.get(b"content-type", b""))
    return Posted(runtime, caller, request.url.path, "", wait_s, await _body(request))


def check_media_type(content_type: bytes, wanted: bytes = b"application/json") -> None:
    """Refuse what is of another media type."""
    if content_type != wanted:
        media_type = content_type.partition(b";")[0].strip().lower()
        if media_type != wanted:
            text = f"send Content-Type: {wanted.decode()}"
            raise ProblemError("unsupported_media_type", text, where="Content-Type")


def too_large(most: int = LARGEST_BODY) -> ProblemError:
    """Make the problem of a body that is too large."""
    return ProblemError("body_too_large", f"a body has at most {most:,} bytes")


async def _body(request: Request, most: int = LARGEST_BODY) -> bytes:
    body = await read_bounded(request, most)
    if body is None:
        raise too_large(most)
    return body


Post = Annotated[Posted, Depends(receive)]
XmlPost = Annotated[Posted, Depends(receive_xml)]
BulkPost = Annotated[Posted, Depends(receive_bulk)]
