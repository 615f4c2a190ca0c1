"""Somebody with an API key: requests over one kept connection, and answers read as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from itertools import count
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

_TIMEOUT_S = 60
_FINE = 400


class StoryBroken(Exception):
    """A story that cannot go on: the platform did not do what it must."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: Any

    @property
    def is_fine(self) -> bool:
        """Tell whether it is no problem."""
        return self.status < _FINE


class Caller:
    """Calls the API under one key; each POST has a fresh idempotency key unless it names one."""

    def __init__(self, url: str, key: str, name: str) -> None:
        parts = urlsplit(url)
        self._http = HTTPConnection(parts.hostname or "", parts.port, timeout=_TIMEOUT_S)
        self._key = key
        self._name = name
        self._numbers = count(1)

    def get(self, path: str, **query: Any) -> Any:
        """Read; anything but an answer breaks the story."""
        asked = {name: value for name, value in query.items() if value is not None}
        return _fine(self.ask("GET", f"{path}?{urlencode(asked)}" if asked else path), path)

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Change something; a problem breaks the story."""
        return _fine(self.try_post(path, body), path)

    def try_post(
        self, path: str, body: Mapping[str, Any] | None = None, *, key: str | None = None
    ) -> Answer:
        """Change something, and take whatever is answered."""
        named = key or f"{self._name}-{next(self._numbers)}"
        return self.ask("POST", path, dict(body or {}), {"idempotency-key": named})

    def ask(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request; a connection that was closed meanwhile is opened again."""
        sent = None if body is None else json.dumps(body).encode()
        named = {
            "authorization": f"Bearer {self._key}",
            "content-type": "application/json",
            **(headers or {}),
        }
        for last in (False, True):
            try:
                self._http.request(method, f"/v1{path}", sent, named)
                response = self._http.getresponse()
                text = response.read()
            except (OSError, HTTPException):
                self._http.close()
                if last:
                    raise
            else:
                return Answer(response.status, json.loads(text) if text else None)
        raise AssertionError("one of two tries answers or raises")

    def close(self) -> None:
        """Hang up."""
        self._http.close()


def _fine(answer: Answer, path: str) -> Any:
    if not answer.is_fine:
        raise StoryBroken(f"{path} answered {answer.status}: {answer.body}")
    return answer.body
