"""The body of a request, read up to a bound."""

from __future__ import annotations

import asyncio

from starlette.requests import Request

SLOWEST_S = 30


async def read_bounded(request: Request, most: int) -> bytes | None:
    """Read a body of at most so many bytes; None for a larger one. A sender that takes half a minute is given up."""
    chunks: list[bytes] = []
    size = 0
    async with asyncio.timeout(SLOWEST_S):
        async for chunk in request.stream():
            size += len(chunk)
            if size > most:
                return None
            chunks.append(chunk)
    return b"".join(chunks)
