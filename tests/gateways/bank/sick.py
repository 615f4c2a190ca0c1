"""A bank that answers what it was told to, for the client to make something of."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from time import sleep
from typing import Any

from tests.gateways.bank.test_simulator import debit

from whiteslip.gateways.bank.client import HttpRail
from whiteslip.gateways.bank.model import Answer, Failed, Page


class Sick(HTTPServer):
    """A bank that answers what it was told to, whatever it is asked."""

    status = 200
    body = b""
    drip_s = 0.0
    claims: int | None = None

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Sick)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is an ordinary thing here."""

    @property
    def rail(self) -> HttpRail:
        """The way to it, with little patience."""
        return HttpRail(f"http://127.0.0.1:{self.server_port}/bank", timeout_s=1.0)

    def tells(self, body: bytes, status: int = 200) -> Page | Failed:
        """Ask for results when this is what it says."""
        self.status, self.body = status, body
        return self.rail.results("")

    def answers(self, body: bytes, status: int = 200) -> Answer:
        """Hand two debits in when this is what it says."""
        self.status, self.body = status, body
        return self.rail.collect([debit("a"), debit("b")])


class _Sick(BaseHTTPRequestHandler):
    server: Sick  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.send_response(self.server.status)
        self.send_header("content-length", str(self.server.claims or len(self.server.body)))
        self.end_headers()
        for octet in self.server.body if self.server.drip_s else ():
            self.wfile.write(bytes([octet]))
            sleep(self.server.drip_s)
        self.wfile.write(b"" if self.server.drip_s else self.server.body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name it overrides
        """Keep quiet."""


@contextmanager
def sick_bank() -> Generator[Sick]:
    """Run a sick bank until the block ends."""
    server = Sick()
    thread = Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
