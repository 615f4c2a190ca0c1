"""Random tokens of sessions and links: the browser keeps the token, the database its hash."""

from __future__ import annotations

import hashlib
import re
import secrets

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def fresh() -> str:
    """Make a token of 256 random bits."""
    return secrets.token_urlsafe(32)


def looks_right(token: str) -> bool:
    """Tell whether a text has the form of a token."""
    return _TOKEN.fullmatch(token) is not None


def hashed(token: str) -> bytes:
    """Hash a token; it is random and long, so no salt is needed."""
    return hashlib.sha256(token.encode()).digest()
