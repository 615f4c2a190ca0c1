"""The hot route below ASGI: a purchase that arrives whole in one piece is answered without building a request.

Whatever is in any way unusual (split, pipelined, chunked, another route, an unknown key) goes the ordinary way;
nothing of it has been consumed by then, so this is a shortcut and not a second HTTP server.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from time import perf_counter
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from whiteslip.api import problems
from whiteslip.api.checkout import LATENCY, PATH, count, order
from whiteslip.api.problems import ProblemError
from whiteslip.api.runtime import Runtime
from whiteslip.infra.idempotency import Response
from whiteslip.kernel.errors import WhiteslipError

_BEGINNING = f"POST {PATH} HTTP/1.1\r\n".encode()
_UNUSUAL = frozenset(
    {
        b"transfer-encoding",
        b"connection",
        b"expect",
        b"upgrade",
        b"te",
        b"trailer",
        b"proxy-connection",
    }
)
_ONCE = frozenset({b"content-length", b"authorization", b"idempotency-key", b"content-type"})
_STATUS_LINES = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus
}


class HotProtocol(HttpToolsProtocol):
    """uvicorn's protocol with the shortcut in front; give it to `uvicorn.Config(http=…)`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._runtime: Runtime | None = self.app_state.get("runtime")
        self._between = True
        self._pending = False
        self._closing = False
        self._held = b""
        self._began = 0.0
        self._active_at = 0.0

    def data_received(self, data: bytes) -> None:
        """Take the shortcut if the piece is one whole purchase and nothing else is under way."""
        if self._pending:
            self._held += data
            self.transport.pause_reading()
        elif not (self._is_idle() and data.startswith(_BEGINNING) and self._take(data)):
            super().data_received(data)

    def on_message_begin(self) -> None:
        """Note that the parser is inside a message."""
        self._between = False
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """Note that the parser is between messages."""
        self._between = True
        super().on_message_complete()

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that has been idle long enough; a timer set before later traffic waits on."""
        rest = self._active_at + self.timeout_keep_alive - self.loop.time()
        if self._pending or rest > 0:
            again = max(rest, 0.1)
            self.timeout_keep_alive_task = self.loop.call_later(
                again, self.timeout_keep_alive_handler
            )
        else:
            super().timeout_keep_alive_handler()

    def shutdown(self) -> None:
        """Answer what is pending, then close."""
        self._closing = True
        if not self._pending:
            super().shutdown()

    def _is_idle(self) -> bool:
        cycle = cast("RequestResponseCycle | None", self.cycle)  # None before the first request
        idle = cycle is None or cycle.response_complete
        return idle and self._between and self._runtime is not None

    def _take(self, data: bytes) -> bool:
        """Queue the purchase, or say that the ordinary way must be taken."""
        head, _, body = data.partition(b"\r\n\r\n")
        sent = _headers(head)
        if sent is None or sent.get(b"content-length") != b"%d" % len(body):
            return False
        runtime = self._runtime
        caller = runtime and runtime.keys.remembered(sent.get(b"authorization", b""))
        if runtime is None or caller is None:
            return False
        self._began = perf_counter()
        try:
            future = order(runtime, caller, sent, body)
        except ProblemError as error:
            self._write(error.response)
        except WhiteslipError as error:
            self._write(problems.of_error(error))
        else:
            self._pending = True
            future.add_done_callback(self._answered)
        return True

    def _answered(self, future: asyncio.Future[Response]) -> None:
        self._pending = False
        self._write(future.result())
        if self._held and not self.transport.is_closing():
            data, self._held = self._held, b""
            self.transport.resume_reading()
            self.data_received(data)

    def _write(self, response: Response) -> None:
        self.server_state.total_requests += 1
        LATENCY.observe(perf_counter() - self._began)
        count(response.status)
        if self.transport.is_closing():
            return
        self.transport.write(_wire(response, self.server_state.default_headers))
        if self._closing:
            self.transport.close()
            return
        self._active_at = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )


def _headers(head: bytes) -> dict[bytes, bytes] | None:
    """Read plain headers; None if anything is unusual, then the real parser decides."""
    lines = head.split(b"\r\n")
    if head.count(b"\n") != len(lines) - 1 or head.count(b"\r") != len(lines) - 1:
        return None
    sent: dict[bytes, bytes] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(b":")
        name = name.lower()
        if not colon or not name.replace(b"-", b"").isalnum() or name in _UNUSUAL:
            return None
        if name in _ONCE and name in sent:
            return None
        sent[name] = value.strip(b" \t")
    return sent


def _wire(response: Response, default_headers: list[tuple[bytes, bytes]]) -> bytes:
    parts = [_STATUS_LINES[response.status]]
    for name, value in default_headers:
        parts += (name, b": ", value, b"\r\n")
    if response.status < HTTPStatus.BAD_REQUEST:
        parts.append(b"content-type: application/json\r\n")
    else:
        parts += [
            f"{name}: {value}\r\n".encode() for name, value in problems.headers(response).items()
        ]
    parts += (b"content-length: %d\r\n\r\n" % len(response.body), response.body)
    return b"".join(parts)
