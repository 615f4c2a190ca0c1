"""Asking the bureau over HTTP: one request, one deadline, a bounded answer."""

from __future__ import annotations

import json

from whiteslip.gateways.bureau.model import Answer, Failed, Failure, Inquiry, Pending, Received
from whiteslip.gateways.exchange import LARGEST_BODY, NoReply, Party, Reply

__all__ = ["LARGEST_BODY", "HttpBureau"]
_PATH = "/v1/inquiries"
_LONGEST_PENDING_S = 3600


class HttpBureau:
    """The bureau at a base URL; `timeout_s` bounds the whole exchange, `connect_s` its beginning.

    Several threads may ask at once: every question has a connection of its own.
    """

    def __init__(self, url: str, *, connect_s: float = 2.0, timeout_s: float = 8.0) -> None:
        self.address = url
        self._party = Party(
            url, what="a bureau", where="bureau_url", connect_s=connect_s, timeout_s=timeout_s
        )

    def inquire(self, inquiry: Inquiry) -> Answer:
        """Ask once; whatever the other side does, an answer comes back within the time limit."""
        said = self._party.post(_PATH, _written(inquiry))
        if isinstance(said, NoReply):
            late = Failed(Failure.TIMEOUT, self._party.limit)
            return late if said.is_late else Failed(Failure.UNREACHABLE, said.detail)
        return _answer(said)

    def knock(self) -> str | None:
        """Tell why nobody listens there, None when somebody does; nothing is asked."""
        return self._party.knock()


def _answer(reply: Reply) -> Answer:
    if reply.status == 202:
        return Pending(_seconds(reply.retry_after))
    if reply.status >= 500 or reply.status in {408, 429}:
        return Failed(Failure.UNAVAILABLE, f"status {reply.status}")
    if reply.status != 200:
        return Failed(Failure.REJECTED, f"status {reply.status}")
    if len(reply.body) > LARGEST_BODY:
        return Failed(Failure.OVERSIZED, f"more than {LARGEST_BODY} bytes")
    return Received(reply.body)


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
