"""Envelope encryption: what is a person's own is sealed with a key of theirs, and that key with the master key.

AES-256-GCM throughout (NIST SP 800-38D): 12 random bytes of nonce before each sealed text, and whose and what it is
bound to it, so that a sealed text put in another place does not open. Whoever destroys a person's wrapped key makes
everything sealed with it unreadable, wherever else a copy of the sealed text lies without a copy of the key.
"""

from __future__ import annotations

import hmac
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from whiteslip.infra.keys import secret_at
from whiteslip.infra.settings import Settings
from whiteslip.kernel.errors import InvalidInput, InvariantBroken

KEY_BYTES = 32
_NONCE_BYTES = 12


class DataKey:
    """One person's key, unwrapped; it never leaves the process."""

    __slots__ = ("_cipher", "_owner")

    def __init__(self, raw: bytes, owner: int) -> None:
        self._cipher = AESGCM(raw)
        self._owner = owner

    def seal(self, text: str, *, field: str) -> bytes:
        """Seal a text of the owner for one field."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode(), self._bound(field))

    def open(self, sealed: bytes, *, field: str) -> str:
        """Open a text; one that was changed, or is another's or another field's, is our own fault."""
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, rest, self._bound(field)).decode()
        except (InvalidTag, ValueError) as error:
            raise InvariantBroken(f"{field} of customer {self._owner} does not open") from error

    def _bound(self, field: str) -> bytes:
        return f"{field} of {self._owner}".encode()


class Keyring:
    """The master key: it wraps the keys of people, and names are found again by its keyed hash."""

    __slots__ = ("_cipher", "_finding")

    def __init__(self, master: bytes) -> None:
        if len(master) != KEY_BYTES:
            raise InvalidInput(f"a master key has {KEY_BYTES} bytes", where="master_key_file")
        self._cipher = AESGCM(master)
        self._finding = hmac.digest(master, b"finding names", "sha256")

    def new_key(self, owner: int) -> tuple[DataKey, bytes]:
        """Make a key for a person, and return it with its wrapped form, the only one that is kept."""
        raw = secrets.token_bytes(KEY_BYTES)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return DataKey(raw, owner), nonce + self._cipher.encrypt(nonce, raw, _bound(owner))

    def unwrap(self, wrapped: bytes, owner: int) -> DataKey:
        """Unwrap a person's key; one wrapped with another master key, or for another person, does not open."""
        nonce, rest = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
        try:
            return DataKey(self._cipher.decrypt(nonce, rest, _bound(owner)), owner)
        except (InvalidTag, ValueError) as error:
            text = f"the key of customer {owner} was wrapped with another master key"
            raise InvariantBroken(text) from error

    def finds(self, text: str) -> bytes:
        """Hash a text so that an equal one is found, by nobody without the master key."""
        return hmac.digest(self._finding, text.encode(), "sha256")


def keyring(settings: Settings) -> Keyring:
    """Read the master key: from the file an operator names, else from the home, where it is made the first time."""
    if settings.master_key_file is not None:
        return Keyring(_hex(settings.master_key_file))
    return Keyring(bytes.fromhex(secret_at(settings.home, "master-key").decode()))


def _hex(path: Path) -> bytes:
    where = "master_key_file"
    if not path.is_file():
        raise InvalidInput(f"there is no file {path}", where=where)
    if path.stat().st_mode & 0o077:
        raise InvalidInput(f"{path} may be read by others; make it 0600", where=where)
    try:
        return bytes.fromhex(path.read_text().strip())
    except ValueError as error:
        raise InvalidInput(
            f"{path} must hold {KEY_BYTES} bytes in hexadecimal", where=where
        ) from error


def _bound(owner: int) -> bytes:
    return f"key of {owner}".encode()
