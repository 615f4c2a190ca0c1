"""One exchange over HTTP/1.1 by the standard library: one request, one deadline, a bounded answer."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from threading import Timer
from time import monotonic
from typing import NamedTuple, TypeAlias
from urllib.parse import SplitResult, urlsplit

from whiteslip.kernel.errors import InvalidInput

LARGEST_BODY = 256 * 1024


class Reply(NamedTuple):
    """An answer as it came; of a body larger than the limit one byte more than it is kept."""

    status: int
    retry_after: str | None
    body: bytes


class NoReply(NamedTuple):
    """No whole answer; `has_begun` tells whether the other side may have the request, `is_late` that time was up."""

    has_begun: bool
    is_late: bool
    detail: str


Exchanged: TypeAlias = Reply | NoReply


class Party:
    """Somebody at a base URL; `timeout_s` bounds a whole exchange, `connect_s` its beginning.

    Several threads may ask at once: every exchange has a connection of its own.
    """

    def __init__(
        self, url: str, *, what: str, where: str, connect_s: float = 2.0, timeout_s: float = 8.0
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise InvalidInput(f"{url!r} is not an address of {what}", where=where)
        self._parts = parts
        self._connect_s = min(connect_s, timeout_s)
        self._timeout_s = timeout_s

    def get(self, path: str) -> Exchanged:
        """Ask for what is there, within the same limit."""
        return self._exchange("GET", path, b"")

    def post(self, path: str, body: bytes) -> Exchanged:
        """Send JSON once; whatever the other side does, the call returns within the time limit."""
        return self._exchange("POST", path, body)

    def put(self, path: str, body: bytes) -> Exchanged:
        """Put JSON there, within the same limit."""
        return self._exchange("PUT", path, body)

    def _exchange(self, method: str, path: str, body: bytes) -> Exchanged:
        until = monotonic() + self._timeout_s
        connection = _connection(self._parts, self._connect_s)
        has_begun = False
        try:
            connection.connect()
            has_begun = True
            where = self._parts.path.rstrip("/") + path
            reply = self._within(connection, (method, where, body), until)
        except (OSError, HTTPException, ValueError) as error:
            is_late = isinstance(error, TimeoutError) or monotonic() >= until
            return NoReply(has_begun, is_late, type(error).__name__)
        finally:
            connection.close()
        return NoReply(has_begun, is_late=True, detail="late") if monotonic() >= until else reply

    def knock(self) -> str | None:
        """Connect and hang up: tell why nobody listens, None when somebody does. Nothing is asked."""
        connection = _connection(self._parts, self._connect_s)
        try:
            connection.connect()
        except (OSError, ValueError) as error:
            return type(error).__name__
        finally:
            connection.close()
        return None

    @property
    def limit(self) -> str:
        """Say how long an answer is waited for."""
        return f"no answer within {self._timeout_s:g} s"

    def _within(
        self, connection: HTTPConnection, request: tuple[str, str, bytes], until: float
    ) -> Exchanged:
        """Exchange under a timer that hangs up: a side that drips bytes does not outlast the deadline."""
        sock = connection.sock
        sock.settimeout(self._timeout_s)
        timer = Timer(max(0.0, until - monotonic()), _hang_up, [sock])
        timer.daemon = True
        timer.start()
        try:
            connection.request(*request, _HEADERS)
            return _read(connection.getresponse())
        finally:
            timer.cancel()


_HEADERS: Mapping[str, str] = {"content-type": "application/json", "accept": "application/json"}


def _read(response: HTTPResponse) -> Exchanged:
    body = response.read(LARGEST_BODY + 1)
    if len(body) <= LARGEST_BODY and response.length:
        return NoReply(has_begun=True, is_late=False, detail="the answer broke off")
    return Reply(response.status, response.getheader("retry-after"), body)


def _hang_up(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _connection(parts: SplitResult, connect_s: float) -> HTTPConnection:
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=connect_s)
