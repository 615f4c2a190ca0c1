"""What every simulator of an outside party shares: a process on the loopback interface, with a hand on its controls."""

from __future__ import annotations

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Protocol, cast

from whiteslip.gateways.exchange import Party, Reply
from whiteslip.kernel.errors import Unavailable

HOST = "127.0.0.1"
_LARGEST = 64 * 1024


class Simulator(Protocol):
    """What a party knows and remembers; shared by the threads that answer."""

    def control(self, said: dict[str, Any]) -> None:
        """Do from now on as whoever tests says."""
        ...

    def seen(self) -> dict[str, Any]:
        """Tell what it was asked."""
        ...


class Handler(BaseHTTPRequestHandler):
    """Answers one connection; `PUT` takes control, `GET` tells what was asked, `POST` asks the party itself."""

    protocol_version = "HTTP/1.1"
    timeout = 30

    @property
    def simulator(self) -> Any:
        """Who is simulated."""
        return cast("_Server", self.server).simulator

    def answer(self) -> None:
        """Do what the party does; each says it for itself."""
        self.reply(404)

    def do_POST(self) -> None:
        """Ask the party."""
        self.answer()

    def do_PUT(self) -> None:
        """Take control."""
        try:
            self.simulator.control(json.loads(self.read() or b"{}"))
        except (ValueError, AttributeError) as error:
            self.reply(400, json.dumps({"error": str(error)}).encode())
            return
        self.reply(200)

    def do_GET(self) -> None:
        """Ask what the party tells by itself."""
        self.tell()

    def tell(self) -> None:
        """Tell what was asked."""
        self.reply(200, json.dumps(self.simulator.seen()).encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name it overrides
        """Keep quiet: who was asked about or written to stays out of logs."""

    def read(self) -> bytes:
        """Read the body, a bounded part of it."""
        length = self.headers.get("content-length", "0")
        return self.rfile.read(min(int(length), _LARGEST)) if length.isdigit() else b""

    def reply(self, status: int, body: bytes = b"{}", **headers: str) -> None:
        """Answer; whoever has hung up meanwhile is let go."""
        try:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, handler: type[Handler], simulator: Simulator) -> None:
        self.simulator = simulator
        super().__init__((HOST, port), handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is an ordinary thing here."""


def take_control(url: str, **said: Any) -> None:
    """Tell the simulator at an address what to do; raises `Unavailable` when it is none, or does not understand."""
    simulator = Party(url, what="a simulator", where="url")
    said_back = simulator.put("/control", json.dumps(said).encode())
    if not isinstance(said_back, Reply) or said_back.status != 200:
        raise Unavailable(f"the simulator at {url} does not do as it is told: {said_back}")


def serve(
    name: str, simulator: Simulator, handler: type[Handler], *, port: int, with_parent: bool
) -> None:
    """Serve until told to end; announces its address on stdout. Port 0 takes a free one.

    `with_parent` ends it with whoever started it: when the pipe on its stdin closes.
    """
    server = _Server(port, handler, simulator)
    if with_parent:
        Thread(target=_end_with_stdin, args=[server], daemon=True).start()
    sys.stdout.write(f"{name} on http://{HOST}:{server.server_address[1]}\n")
    sys.stdout.flush()
    try:
        server.serve_forever(poll_interval=0.1)
    finally:
        server.server_close()


def _end_with_stdin(server: _Server) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    server.shutdown()
