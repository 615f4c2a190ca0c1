"""What pages load: one style sheet made of the parts in static/css, a little script, and the icon; packed once."""

from __future__ import annotations

import gzip
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from whiteslip.web import headers

_TYPES: Final = {
    "whiteslip.css": "text/css; charset=utf-8",
    "whiteslip.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


async def serve(request: Request) -> Response:
    """Serve a file; under an address with the hash of what it holds it may be kept for good."""
    name = request.path_params["name"]
    if name not in _TYPES:
        raise HTTPException(404)
    named = dict(headers.HASHED)
    if request.query_params.get("v") != _mark(name):
        named["cache-control"] = "no-cache"
    packed = "gzip" in request.headers.get("accept-encoding", "")
    if packed:
        named["content-encoding"] = "gzip"
    return Response(_packed(name) if packed else content(name), 200, named, _TYPES[name])


@cache
def address(name: str) -> str:
    """Name a file by what it holds, so that browsers may keep it."""
    return f"/static/{name}?v={_mark(name)}"


@cache
def content(name: str) -> bytes:
    """Read a file that pages load."""
    folder = resources.files("whiteslip.web") / "static"
    if name != "whiteslip.css":
        return (folder / name).read_bytes()
    parts = sorted(
        (part for part in (folder / "css").iterdir() if part.name.endswith(".css")),
        key=lambda part: part.name,
    )
    return b"".join(part.read_bytes() for part in parts)


@cache
def _packed(name: str) -> bytes:
    return gzip.compress(content(name), 9, mtime=0)


@cache
def _mark(name: str) -> str:
    return sha256(content(name)).hexdigest()[:12]
