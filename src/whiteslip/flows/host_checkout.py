"""Host a checkout: a shop opens a session, its customer pays on our page, and what came of it is kept once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import msgspec

from whiteslip.infra.accounts import tokens
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Call, Response
from whiteslip.kernel.errors import InvalidInput, NotFound, WhiteslipError
from whiteslip.kernel.ids import MAX_ID, read_owned
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import read_lines
from whiteslip.money.merchants.store import read_merchants
from whiteslip.money.sessions import store
from whiteslip.money.sessions.model import NewSession, Session, State

__all__ = [
    "LASTS",
    "Key",
    "NewSession",
    "Opened",
    "Session",
    "State",
    "call_of",
    "cancel",
    "find",
    "note",
    "open_sessions",
    "read_token",
]

LASTS: Final = timedelta(hours=1)
"""How long a session can be paid."""
_OPEN_SCHEMES: Final = frozenset({"https"})
_LOCAL: Final = frozenset({"localhost", "127.0.0.1"})


class Key(NamedTuple):
    """Whose session, and the hash of its token."""

    customer_id: int
    token_hash: bytes


class Opened(NamedTuple):
    """A session; its token can be seen this once."""

    token: str
    ends_at: datetime


class _Answer(msgspec.Struct, frozen=True):
    """What the checkout says of a purchase, as far as it matters here."""

    purchase_id: str = ""
    status: str = ""


def open_sessions(
    db: Connection, wanted: Sequence[NewSession], *, at: datetime
) -> list[Opened | WhiteslipError]:
    """Open sessions, each or a reason why not; nothing is held and nothing decided before the customer confirms."""
    lines = read_lines(db, [LineKey(one.customer_id, one.line_id) for one in wanted])
    shops = read_merchants(db, [one.merchant_id for one in wanted])
    return [_wrong(one, lines.keys(), shops.keys()) or _open(db, one, at=at) for one in wanted]


def read_token(token: str) -> Key | None:
    """Read the token of an address; None for what cannot be one."""
    number, _, secret = token.partition(".")
    fits = number.isascii() and number.isdigit() and 0 < len(number) < 20
    if not (fits and int(number) <= MAX_ID and tokens.looks_right(secret)):
        return None
    return Key(int(number), tokens.hashed(secret))


def find(db: Connection, key: Key) -> Session | None:
    """Find a session as it stands, with what was answered but not noted before a crash."""
    found = store.find_session(db, *key)
    if found is None:
        return None
    session, answer = found
    if session.purchase_id is not None or answer is None or answer.status >= 400:
        return session
    purchase_id, is_waiting = _read(answer)
    if purchase_id is None:
        return session._replace(attempt=session.attempt + 1)
    return session._replace(purchase_id=purchase_id, is_waiting=is_waiting)


def call_of(key: Key, session: Session, request_hash: bytes) -> Call:
    """Name the next try of a session: whoever confirms twice, even otherwise, buys once."""
    named = f"hosted {key.token_hash.hex()} {session.attempt}"
    return Call(session.caller_id, named, request_hash)


def note(db: Connection, key: Key, attempt: int, response: Response) -> None:
    """Note what the checkout answered to a try; what was noted before stays."""
    if response.status < 400:
        purchase_id, is_waiting = _read(response)
        store.note_answer(db, *key, attempt=attempt, purchase_id=purchase_id, is_waiting=is_waiting)


def cancel(db: Connection, key: Key, *, at: datetime) -> bool:
    """Call a session off, as its customer; False when it is not open any more."""
    return store.cancel_session(db, *key, at=at)


def _wrong(
    one: NewSession, lines: Collection[LineKey], shops: Collection[int]
) -> WhiteslipError | None:
    if LineKey(one.customer_id, one.line_id) not in lines:
        return NotFound(f"customer {one.customer_id} has no line {one.line_id}")
    if one.merchant_id not in shops:
        return NotFound(f"there is no merchant {one.merchant_id}")
    if one.return_url is not None and not _is_public(one.return_url):
        text = "a way back to the shop begins with https://, or names the machine itself"
        return InvalidInput(text, where="return_url")
    return None


def _is_public(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_local = parts.scheme == "http" and parts.hostname in _LOCAL
    return bool(parts.hostname) and (parts.scheme in _OPEN_SCHEMES or is_local)


def _open(db: Connection, one: NewSession, *, at: datetime) -> Opened:
    secret, ends_at = tokens.fresh(), at + LASTS
    store.insert_session(db, one, token_hash=tokens.hashed(secret), at=at, ends_at=ends_at)
    return Opened(f"{one.customer_id}.{secret}", ends_at)


def _read(response: Response) -> tuple[int | None, bool]:
    """Read the purchase that was made, and whether a person looks at it; no purchase was made by a decline."""
    answer = msgspec.json.decode(response.body, type=_Answer)
    if answer.status == "declined":
        return None, False
    return read_owned(answer.purchase_id, "pur").number, answer.status == "referred"
