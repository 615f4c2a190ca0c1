"""Who is calling: API keys remembered for a few seconds, and the checks every request passes."""

from __future__ import annotations

import asyncio
import re
from time import monotonic

from whiteslip.api.batching import Lane
from whiteslip.api.problems import ProblemError
from whiteslip.infra import keys
from whiteslip.infra.database import Database
from whiteslip.infra.keys import ApiKey
from whiteslip.kernel import ids

REMEMBERED_S = 5.0
MOST_REMEMBERED = 10_000
LONGEST_WAIT_MS = 60_000
IDEMPOTENCY_KEY = re.compile(rb"[\x20-\x7e]{1,255}")
_BEARER = re.compile(rb"[Bb]earer +([\x21-\x7e]{1,200})")


class KeyCache:
    """Finds whom an Authorization header stands for; a revoked key works for five more seconds at most."""

    def __init__(self, database: Database, pepper: bytes) -> None:
        self._database = database
        self._pepper = pepper
        self._lane = Lane("keys", workers=1, capacity=256)
        self._remembered: dict[bytes, tuple[float, ApiKey | None]] = {}
        self._sought: dict[bytes, asyncio.Task[ApiKey | None]] = {}

    def remembered(self, header: bytes) -> ApiKey | None:
        """Look only into memory."""
        found = self._remembered.get(header)
        return found[1] if found is not None and found[0] > monotonic() else None

    async def find(self, header: bytes) -> ApiKey:
        """Find the key's owner; raises the problem `unauthenticated`."""
        found = self._remembered.get(header)
        caller = found[1] if found and found[0] > monotonic() else await self._seek(header)
        if caller is None:
            raise ProblemError("unauthenticated", "send Authorization: Bearer and a valid API key")
        return caller

    def close(self) -> None:
        """Stop looking up."""
        self._lane.close()

    async def _seek(self, header: bytes) -> ApiKey | None:
        """Look a key up once, however many requests ask for it at the same time."""
        task = self._sought.get(header)
        if task is None:
            task = self._sought[header] = asyncio.ensure_future(self._look_up(header))
            task.add_done_callback(lambda _: self._sought.pop(header, None))
        return await asyncio.shield(task)

    async def _look_up(self, header: bytes) -> ApiKey | None:
        match = _BEARER.fullmatch(header)
        if match is None:
            return None
        key = match[1]

        def read() -> ApiKey | None:
            return self._database.read(lambda db: keys.find(db, key, pepper=self._pepper))

        caller = await self._lane.run(read)
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[header] = (monotonic() + REMEMBERED_S, caller)
        return caller


def needs(caller: ApiKey, scope: str) -> None:
    """Refuse a caller whose key does not cover the scope."""
    if not caller.may(scope):
        raise ProblemError("not_allowed", f"this key does not have the scope {scope}")


def idempotency_key(header: bytes | None) -> str:
    """Check the Idempotency-Key header: 1 to 255 printable ASCII characters."""
    if not header:
        text = "send the header Idempotency-Key, so that a repeated request acts once"
        raise ProblemError("idempotency_key_missing", text, where="Idempotency-Key")
    if not IDEMPOTENCY_KEY.fullmatch(header):
        text = "an idempotency key has 1 to 255 printable ASCII characters"
        raise ProblemError("idempotency_key_invalid", text, where="Idempotency-Key")
    return header.decode("ascii")


def wait_seconds(header: bytes | None) -> float | None:
    """Read how long the caller waits (Request-Timeout-Ms, 1 to 60,000); None if not said."""
    if header is None:
        return None
    milliseconds = int(header) if header.isdigit() and len(header) < 6 else 0
    if not 1 <= milliseconds <= LONGEST_WAIT_MS:
        text = f"Request-Timeout-Ms is a whole number from 1 to {LONGEST_WAIT_MS}"
        raise ProblemError("deadline_invalid", text, where="Request-Timeout-Ms")
    return milliseconds / 1000


def merchant_of(caller: ApiKey, named: str | None) -> int:
    """Say which merchant sells: the key's own, or the one an operator names."""
    if caller.merchant_id is None:
        if named is None:
            text = "name the merchant: this key belongs to none"
            raise ProblemError("invalid_input", text, where="merchant_id")
        return ids.read_one(named, "mer")
    if named is not None and named != ids.write("mer", caller.merchant_id):
        raise ProblemError("not_allowed", "this key sells for another merchant")
    return caller.merchant_id
