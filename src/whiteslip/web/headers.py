"""What every page says beside its text: what it may load, who may frame it, how long it may be kept."""

from __future__ import annotations

import gzip
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

LEAST_PACKED: Final = 1024
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})
PAGE: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
    "vary": "accept-encoding, accept-language, cookie",
}
HASHED: Final = {
    "cache-control": "public, max-age=31536000, immutable",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "vary": "accept-encoding",
}
_TRANSPORT: Final = "max-age=31536000; includeSubDomains"


def is_https(request: Request) -> bool:
    """Tell whether the browser reached us over TLS, by ourselves or by a proxy uvicorn trusts."""
    return request.url.scheme == "https"


def is_secure(request: Request) -> bool:
    """Tell whether cookies are kept to TLS: always, but for plain http on the machine itself."""
    return is_https(request) or (request.url.hostname or "") not in _LOCAL


def answer(
    request: Request,
    body: bytes,
    status: int = 200,
    *,
    media_type: str = "text/html; charset=utf-8",
    named: dict[str, str] | None = None,
) -> Response:
    """Answer with a page's headers, packed where the browser asks for it and it is worth it."""
    headers = dict(PAGE if named is None else named)
    if is_https(request):
        headers["strict-transport-security"] = _TRANSPORT
    if len(body) >= LEAST_PACKED and "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, 5, mtime=0)
        headers["content-encoding"] = "gzip"
    return Response(body, status, headers, media_type)


def redirect(request: Request, to: str) -> Response:
    """Send the browser on to a path of ours, with GET."""
    headers = {**PAGE, "location": to}
    if is_https(request):
        headers["strict-transport-security"] = _TRANSPORT
    return Response(b"", 303, headers)
