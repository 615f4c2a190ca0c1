"""Passwords of people: kept as argon2id hashes, compared in time that does not tell whether a name exists."""

from __future__ import annotations

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from whiteslip.kernel.errors import InvalidInput

LONGEST = 200
_hasher = PasswordHasher()
_nobodys = _hasher.hash("nobody's password")


def hashed(password: str, *, shortest: int) -> str:
    """Hash a password; one that is too short or too long is refused."""
    plain = _plain(password)
    if not shortest <= len(plain) <= LONGEST:
        text = f"a password has {shortest} to {LONGEST} characters"
        raise InvalidInput(text, where="password")
    return _hasher.hash(plain)


def matches(password: str, kept: str | None) -> bool:
    """Compare a password with its hash; without a hash the same work is done, and nothing matches."""
    try:
        _hasher.verify(kept or _nobodys, _plain(password)[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def _plain(password: str) -> str:
    return unicodedata.normalize("NFKC", password).strip()
