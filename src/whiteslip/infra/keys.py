"""API keys: random texts of which only a keyed hash is stored, each with its scopes and perhaps its merchant."""

from __future__ import annotations

import hmac
import os
import secrets
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import InvalidInput, NotFound

sql = Sql(__package__)

OPERATOR = "operator"
"""The scope that includes every other."""

SCOPES = frozenset(
    {
        OPERATOR,
        "applications:read",
        "applications:review",
        "applications:write",
        "campaigns:write",
        "care:read",
        "care:write",
        "clock:write",
        "customers:read",
        "customers:write",
        "lines:read",
        "lines:write",
        "merchants:read",
        "merchants:write",
        "purchases:read",
        "purchases:write",
        "repayments:read",
        "repayments:write",
        "restrictions:write",
        "reviews:read",
        "reviews:write",
    }
)
MERCHANT_SCOPES = ("purchases:read", "purchases:write")
"""What a shop needs: to sell, and to see its own sales."""

_PREFIX = "wsk_"


class ApiKey(NamedTuple):
    """Who a key stands for. `caller_id` is also the owner of its idempotency keys."""

    caller_id: int
    label: str
    merchant_id: int | None
    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        """Tell whether the key covers a scope."""
        return scope in self.scopes or OPERATOR in self.scopes


class ListedKey(NamedTuple):
    """A key as its list shows it; the key itself is nowhere."""

    caller_id: int
    label: str
    merchant_id: int | None
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None


def pepper_at(home: Path) -> bytes:
    """Read the server's secret that keys are hashed with, making it (mode 0600) the first time."""
    return secret_at(home, "api-key-pepper")


def identity_key_at(home: Path) -> bytes:
    """Read the secret that identity numbers are hashed with, agreed with the bureau; made the first time."""
    return secret_at(home, "identity-key")


def secret_at(home: Path, name: str) -> bytes:
    """Read a secret of 32 bytes in hexadecimal, making it (mode 0600) the first time."""
    folder = home / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    if not path.exists():
        _make_secret(path)
    return _read_secret(path)


def issue(
    db: Connection,
    *,
    label: str,
    merchant_id: int | None,
    scopes: Iterable[str],
    at: datetime,
    pepper: bytes,
) -> str:
    """Make a key and return it, the only time it can be seen; unknown scopes are refused."""
    granted = sorted(set(scopes))
    if unknown := [scope for scope in granted if scope not in SCOPES]:
        raise InvalidInput(f"{unknown[0]!r} is not a scope; one of {', '.join(sorted(SCOPES))}")
    if merchant_id is not None and OPERATOR in granted:
        raise InvalidInput("a merchant's key cannot be an operator's", where="scopes")
    key = _PREFIX + secrets.token_urlsafe(32)
    sql.run(
        db,
        "issue_key",
        key_hmac=_hashed(key.encode(), pepper),
        label=label,
        merchant_id=merchant_id,
        scopes=granted,
        at=at,
    )
    return key


def find(db: Connection, key: bytes, *, pepper: bytes) -> ApiKey | None:
    """Find whom a key stands for; None if there is no such key or it was revoked."""
    row = sql.maybe(db, "find_api_key", key_hmac=_hashed(key, pepper))
    if row is None:
        return None
    return ApiKey(row.caller_id, row.label, row.merchant_id, frozenset(row.scopes))


def revoke(db: Connection, caller_id: int, *, at: datetime) -> None:
    """End a key; servers that know it stop within the few seconds they remember keys."""
    if sql.run(db, "revoke_key", caller_id=caller_id, at=at) == 0:
        raise NotFound(f"no key in use has the caller number {caller_id}")


def listed(db: Connection) -> list[ListedKey]:
    """List every key ever issued, newest first."""
    return [
        ListedKey(who, label, merchant_id, tuple(scopes), created_at, revoked_at)
        for who, label, merchant_id, scopes, created_at, revoked_at in sql.many(db, "list_keys")
    ]


def _hashed(key: bytes, pepper: bytes) -> bytes:
    return hmac.digest(pepper, key, "sha256")


def _make_secret(path: Path) -> None:
    """Put a new secret there whole; where several processes begin at once, the first one's stays."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_hex(32).encode())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(beside)
    finally:
        beside.unlink()


def _read_secret(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        raise InvalidInput(f"{path} may be read by others; make it 0600", where="home")
    secret = path.read_bytes()
    if len(secret) < 32:
        raise InvalidInput(f"{path} is too short to be the server's secret", where="home")
    return secret
