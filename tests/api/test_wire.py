"""The shortcut for whole purchases answers as the ordinary way does, however the bytes arrive."""

from __future__ import annotations

import socket
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import httptools
import pytest
from tests.api.conftest import Book
from tests.builders import FOUNDED_ON, grant_all, noon


class _Reader:
    """Collects answers as they come over the wire."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes]] = []
        self.body = b""
        self.parser = httptools.HttpResponseParser(self)

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.answers.append((self.parser.get_status_code(), self.body))
        self.body = b""


class Wire:
    """A bare connection."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.reader = _Reader()

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def answers(self, count: int) -> list[tuple[int, bytes]]:
        """Read until so many answers came or the server closes."""
        while len(self.reader.answers) < count:
            data = self.sock.recv(65536)
            if not data:
                break
            self.reader.parser.feed_data(data)
        return self.reader.answers

    def closed(self) -> bool:
        """Tell whether the server closed the connection."""
        return self.sock.recv(1) == b""


@contextmanager
def connected(book: Book) -> Generator[Wire]:
    url = urlsplit(book.url)
    with socket.create_connection((url.hostname, url.port or 80), timeout=10) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield Wire(sock)


def request(book: Book, key: str, *extra: str, line_id: str = "lin_1_1") -> bytes:
    body = b'{"line_id":"%s","amount_minor":100,"order_ref":"a"}' % line_id.encode()
    lines = [
        "POST /v1/purchases HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {book.shop.key}",
        f"Idempotency-Key: {key}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *extra,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@pytest.fixture
def warm(book: Book) -> Book:
    """A book whose server knows the shop's key, so that the shortcut is taken."""
    assert book.line() == "lin_1_1"
    book.database.write(lambda db: grant_all(db, at=noon(FOUNDED_ON)))
    assert book.buy("lin_1_1").status == 201
    return book


def test_a_connection_is_kept_alive(warm: Book) -> None:
    with connected(warm) as wire:
        for number in range(1, 4):
            wire.send(request(warm, f"k{number}"))
            assert wire.answers(number)[-1][0] == 201


def test_pipelined_requests_are_answered_in_order(warm: Book) -> None:
    listing = (
        f"GET /v1/purchases HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {warm.shop.key}\r\n\r\n"
    )
    with connected(warm) as wire:
        wire.send(request(warm, "a") + request(warm, "b") + listing.encode() + request(warm, "a"))
        answers = wire.answers(4)

    assert [status for status, _ in answers] == [201, 201, 200, 201]
    assert answers[0] == answers[3] != answers[1]
    assert b"purchases" in answers[2][1]


def test_more_bytes_while_one_is_pending_wait_their_turn(warm: Book) -> None:
    with connected(warm) as wire:
        for number in range(20):
            wire.send(request(warm, f"k{number}"))
        answers = wire.answers(20)

    numbers = [body for _, body in answers]
    assert len(set(numbers)) == 20
    assert warm.operator.get("/lines/lin_1_1").body["held_minor"] == 1000 + 20 * 100


@pytest.mark.parametrize("cut", [1, 10, 29, 60, 200, -1, -20])
def test_a_request_in_pieces(warm: Book, cut: int) -> None:
    data = request(warm, "pieces")
    with connected(warm) as wire:
        wire.send(data[:cut])
        wire.answers(0)
        wire.send(data[cut:])
        assert wire.answers(1)[0][0] == 201
        wire.send(request(warm, "whole"))
        assert wire.answers(2)[1][0] == 201


def test_chunked_and_closing_requests_take_the_ordinary_way(warm: Book) -> None:
    whole = request(warm, "chunked", "Transfer-Encoding: chunked")
    head, _, body = whole.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.startswith(b"Content-Length")]
    chunked = b"\r\n".join(lines) + b"\r\n\r\n%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"
    with connected(warm) as wire:
        wire.send(chunked)
        assert wire.answers(1)[0][0] == 201
        wire.send(request(warm, "closing", "Connection: close"))
        assert wire.answers(2)[1][0] == 201
        assert wire.closed()


@pytest.mark.parametrize(
    "extra",
    [
        "Content-Length: 3",
        "Content-Length: +51",
        "Bad Header: x",
        "No-Colon",
        "Transfer-Encoding: chunked",
        "X: a\nTransfer-Encoding: chunked",
    ],
)
def test_ambiguous_requests_are_left_to_the_real_parser(warm: Book, extra: str) -> None:
    with connected(warm) as wire:
        wire.send(request(warm, "odd", extra))
        wire.sock.shutdown(socket.SHUT_WR)
        answers = wire.answers(2)

    assert len(answers) <= 1
    assert all(status == 400 for status, _ in answers)


def test_a_problem_over_the_shortcut_carries_its_headers(warm: Book) -> None:
    with connected(warm) as wire:
        wire.send(request(warm, "none", line_id="lin_9_9"))
        assert wire.answers(1)[0][0] == 404
        wire.send(request(warm, "k" * 256))
        assert wire.answers(2)[1][0] == 400


def test_a_caller_who_hangs_up_harms_nobody(warm: Book) -> None:
    for number in range(5):
        with connected(warm) as wire:
            wire.send(request(warm, f"gone{number}"))

    assert warm.buy("lin_1_1").body["status"] == "authorized"


def test_many_at_once_with_a_key_not_seen_before(book: Book) -> None:
    """However many ask at the same time, a key is looked up once and nobody is turned away."""
    line_id = book.line()
    with ExitStack() as stack:
        wires = [stack.enter_context(connected(book)) for _ in range(300)]
        for number, wire in enumerate(wires):
            wire.send(request(book, f"k{number}", line_id=line_id))
        statuses = [wire.answers(1)[0][0] for wire in wires]

    assert statuses == [201] * 300
