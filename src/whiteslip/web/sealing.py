"""What makes forms and redirects safe: tokens bound to a session, the check of the origin, paths of our own only."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

_NONCE: Final = 12
_MAC: Final = 24
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{48}")
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
_OWN: Final = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
_LONGEST_PATH: Final = 2000


def form_token(secret: str) -> str:
    """Make a form's token for a session: another each time, so that lengths of packed pages tell nothing of it."""
    nonce = secrets.token_bytes(_NONCE)
    return base64.urlsafe_b64encode(nonce + _mac(secret, b"form", nonce)).decode()


def is_form_token(secret: str, token: str) -> bool:
    """Tell whether a token was made for a session."""
    if not _TOKEN.fullmatch(token):
        return False
    raw = base64.urlsafe_b64decode(token)
    return hmac.compare_digest(raw[_NONCE:], _mac(secret, b"form", raw[:_NONCE]))


def form_key() -> str:
    """Make the key under which a form acts once."""
    return secrets.token_urlsafe(15)


def is_form_key(key: str) -> bool:
    """Tell whether a text may be the key of a form."""
    return _KEY.fullmatch(key) is not None


def own_path(path: str, *, otherwise: str = "/") -> str:
    """Return a path of ours as it is; anything that could lead elsewhere becomes `otherwise`."""
    fits = len(path) <= _LONGEST_PATH and _OWN.fullmatch(path) is not None
    return path if fits else otherwise


def came_from_here(headers: Mapping[str, str], scheme: str, host: str) -> bool:
    """Tell whether a browser says that one of our own pages sent a form; one that says nothing is left to the token."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    origin = headers.get("origin")
    if origin is None:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return (parts.scheme, parts.netloc.lower()) == (scheme, host.lower())


def pack(secret: str, said: Any) -> str:
    """Write a message to be shown once into a text a browser can keep, bound to its session."""
    body = base64.urlsafe_b64encode(msgspec.json.encode(said))
    mac = base64.urlsafe_b64encode(_mac(secret, b"said", body))
    return f"{body.decode()}.{mac.decode()}"


def unpack(secret: str, text: str) -> Any:
    """Read a message; None for what was not written for this session."""
    body, _, mac = text.encode("utf-8", "replace").partition(b".")
    try:
        given = base64.urlsafe_b64decode(mac)
        if not hmac.compare_digest(given, _mac(secret, b"said", body)):
            return None
        return msgspec.json.decode(base64.urlsafe_b64decode(body))
    except (binascii.Error, ValueError, msgspec.DecodeError):
        return None


def _mac(secret: str, purpose: bytes, text: bytes) -> bytes:
    return hmac.digest(secret.encode(), purpose + b"\0" + text, "sha256")[:_MAC]
