"""Asking the bureau over HTTP/1.1, by the standard library: one request, one deadline, a bounded answer."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Timer
from time import monotonic
from urllib.parse import SplitResult, urlsplit

from whiteslip.gateways.bureau.model import Answer, Failed, Failure, Inquiry, Pending, Received
from whiteslip.kernel.errors import InvalidInput

LARGEST_BODY = 256 * 1024
_PATH = "/v1/inquiries"
_LONGEST_PENDING_S = 3600


class HttpBureau:
    """The bureau at a base URL; `timeout_s` bounds the whole exchange, `connect_s` its beginning.

    Several threads may ask at once: every question has a connection of its own.
    """

    def __init__(self, url: str, *, connect_s: float = 2.0, timeout_s: float = 8.0) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise InvalidInput(f"{url!r} is not an address of a bureau", where="bureau_url")
        self._parts = parts
        self._connect_s = min(connect_s, timeout_s)
        self._timeout_s = timeout_s

    def inquire(self, inquiry: Inquiry) -> Answer:
        """Ask once; whatever the other side does, an answer comes back within the time limit."""
        until = monotonic() + self._timeout_s
        late = Failed(Failure.TIMEOUT, f"no answer within {self._timeout_s:g} s")
        connection = _connection(self._parts, self._connect_s)
        try:
            connection.connect()
            answer = self._within(connection, inquiry, until)
        except TimeoutError:
            return late
        except (OSError, HTTPException, ValueError) as error:
            gone = Failed(Failure.UNREACHABLE, type(error).__name__)
            return late if monotonic() >= until else gone
        finally:
            connection.close()
        return late if monotonic() >= until else answer

    def _within(self, connection: HTTPConnection, inquiry: Inquiry, until: float) -> Answer:
        """Exchange under a timer that hangs up: a side that drips bytes does not outlast the deadline."""
        sock = connection.sock
        sock.settimeout(self._timeout_s)
        timer = Timer(max(0.0, until - monotonic()), _hang_up, [sock])
        timer.daemon = True
        timer.start()
        try:
            return self._exchange(connection, inquiry)
        finally:
            timer.cancel()

    def _exchange(self, connection: HTTPConnection, inquiry: Inquiry) -> Answer:
        headers = {"content-type": "application/json", "accept": "application/json"}
        path = self._parts.path.rstrip("/") + _PATH
        connection.request("POST", path, _written(inquiry), headers)
        response = connection.getresponse()
        if response.status == 202:
            return Pending(_seconds(response.getheader("retry-after")))
        if response.status >= 500 or response.status in {408, 429}:
            return Failed(Failure.UNAVAILABLE, f"status {response.status}")
        if response.status != 200:
            return Failed(Failure.REJECTED, f"status {response.status}")
        body = response.read(LARGEST_BODY + 1)
        if len(body) > LARGEST_BODY:
            return Failed(Failure.OVERSIZED, f"more than {LARGEST_BODY} bytes")
        if response.length:
            return Failed(Failure.UNREACHABLE, "the answer broke off")
        return Received(body)


def _hang_up(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _connection(parts: SplitResult, connect_s: float) -> HTTPConnection:
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=connect_s)


def _written(inquiry: Inquiry) -> bytes:
    said = {
        "reference": inquiry.reference,
        "purpose": "credit_application",
        "asked_on": inquiry.asked_on.isoformat(),
        "subject": {
            "name": inquiry.name,
            "id_token": inquiry.id_token,
            "id_last4": inquiry.id_last4,
            "birth_on": inquiry.birth_on.isoformat(),
        },
    }
    return json.dumps(said, ensure_ascii=False).encode()


def _seconds(header: str | None) -> int:
    """Read Retry-After; what is not a plausible number of seconds counts as one."""
    plausible = header is not None and header.isascii() and header.isdigit() and len(header) < 6
    return min(max(int(header or "1"), 1), _LONGEST_PENDING_S) if plausible else 1
