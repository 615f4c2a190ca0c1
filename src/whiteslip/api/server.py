"""Serving the application: uvicorn on uvloop with the hot protocol, no access log."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from threading import Thread

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


def serve(
    app: FastAPI,
    *,
    host: str,
    port: int,
    listening: Callable[[], None],
    shared: bool = False,
    with_parent: bool = False,
) -> None:
    """Serve until a signal comes; `listening` is called once, when the first request can be answered.

    A `shared` port is answered by other processes too, and the system deals connections out among them.
    `with_parent` ends it with whoever started it: when the pipe on its stdin closes.
    """
    sys.setswitchinterval(SWITCH_S)
    server = _Server(configured(app, host=host, port=port), listening)
    if with_parent:
        Thread(target=_end_with_stdin, args=[server], daemon=True).start()
    if not shared:
        server.run()
        return
    with socket.create_server((host, port), reuse_port=True, backlog=BACKLOG) as listener:
        server.run(sockets=[listener])


def _end_with_stdin(server: uvicorn.Server) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    server.should_exit = True


class _Server(uvicorn.Server):
    """A server that says when it listens, and not before."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._listening()
