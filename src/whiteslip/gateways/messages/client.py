"""Sending letters over HTTP."""

from __future__ import annotations

import json

from whiteslip.gateways.exchange import NoReply, Party
from whiteslip.gateways.messages.model import (
    Accepted,
    Answer,
    Delivered,
    Failed,
    Failure,
    Letter,
)

_PATH = "/v1/messages"
_NOT_TAKEN = frozenset({408, 429, 503})
"""Statuses by which a gateway says that it did nothing; after any other fault of its it may have."""


class HttpGateway:
    """The gateway at a base URL; `timeout_s` bounds a whole exchange. Several threads may send at once."""

    def __init__(self, url: str, *, connect_s: float = 2.0, timeout_s: float = 8.0) -> None:
        self.address = url
        self._party = Party(
            url,
            what="a message gateway",
            where="messages_url",
            connect_s=connect_s,
            timeout_s=timeout_s,
        )

    def send(self, letter: Letter) -> Answer:
        """Send once; whatever the other side does, an answer comes back within the time limit."""
        said = self._party.post(_PATH, _written(letter))
        if isinstance(said, NoReply):
            failure = Failure.UNKNOWN if said.has_begun else Failure.UNREACHABLE
            return Failed(failure, self._party.limit if said.is_late else said.detail)
        return _answer(said.status)

    def knock(self) -> str | None:
        """Tell why nobody listens there, None when somebody does; nothing is asked."""
        return self._party.knock()


def _answer(status: int) -> Answer:
    if status == 200:
        return Delivered()
    if status == 202:
        return Accepted()
    if status in _NOT_TAKEN:
        return Failed(Failure.UNAVAILABLE, f"status {status}")
    return Failed(Failure.REJECTED if 400 <= status < 500 else Failure.UNKNOWN, f"status {status}")


def _written(letter: Letter) -> bytes:
    said = {
        "reference": letter.reference,
        "channel": letter.channel,
        "to": letter.to,
        "text": letter.text,
        "deliver_until": None if letter.until is None else letter.until.isoformat(),
    }
    return json.dumps(said, ensure_ascii=False).encode()
