"""Serving the application: uvicorn on uvloop with the hot protocol, no access log."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from whiteslip.api.wire import HotProtocol

BACKLOG = 2048
SWITCH_S = 0.001
"""The loop that answers must not wait the usual 5 ms for a thread that executes a batch."""


def configured(app: FastAPI, *, host: str, port: int, log_level: str = "warning") -> uvicorn.Config:
    """Configure the server; `uvicorn.Server(configured(…)).run()` serves until it is told to end."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http=HotProtocol,
        ws="none",
        log_level=log_level,
        log_config=None,
        access_log=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=30,
        server_header=False,
    )


def serve(app: FastAPI, *, host: str, port: int, listening: Callable[[], None]) -> None:
    """Serve until a signal comes; `listening` is called once, when the first request can be answered."""
    sys.setswitchinterval(SWITCH_S)
    _Server(configured(app, host=host, port=port), listening).run()


class _Server(uvicorn.Server):
    """A server that says when it listens, and not before."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._listening()
