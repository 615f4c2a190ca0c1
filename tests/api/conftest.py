"""A real server on a real port before a migrated database, and people to use it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from time import monotonic, sleep
from typing import Any, NamedTuple

import httpx
import psycopg
import pytest
import uvicorn
from psycopg.conninfo import make_conninfo

from whiteslip.api.app import create_app
from whiteslip.api.server import configured
from whiteslip.flows.found_book import found_book
from whiteslip.infra import keys
from whiteslip.infra.clock import Clock
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.settings import Settings, load

AT = datetime(2026, 1, 1, tzinfo=UTC)
BEGUN_ON = date(2026, 1, 1)
_numbers = count(1)


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: Any
    raw: bytes
    headers: httpx.Headers

    @property
    def code(self) -> str:
        """The code of a problem."""
        assert self.headers["content-type"] == "application/problem+json"
        assert self.body["status"] == self.status
        return str(self.body["code"])


class Caller:
    """Somebody with an API key; each POST gets a fresh idempotency key unless it names one."""

    def __init__(self, url: str, key: str) -> None:
        self.key = key
        self.http = httpx.Client(
            base_url=url, headers={"authorization": f"Bearer {key}"}, timeout=30
        )

    def get(self, path: str, **query: Any) -> Answer:
        """Read."""
        return _answer(self.http.get(f"/v1{path}", params=query))

    def post(self, path: str, body: dict[str, Any], *, key: str | None = None) -> Answer:
        """Change something, once."""
        named = {"idempotency-key": key or f"test-{next(_numbers)}"}
        return _answer(self.http.post(f"/v1{path}", json=body, headers=named))

    def send(self, path: str, content: bytes, **headers: str | None) -> Answer:
        """Send raw bytes; a header given as None is left out."""
        sent: dict[str, str | None] = {
            "content_type": "application/json",
            "idempotency_key": f"test-{next(_numbers)}",
            **headers,
        }
        named = {name.replace("_", "-"): value for name, value in sent.items() if value is not None}
        return _answer(self.http.post(f"/v1{path}", content=content, headers=named))


class Book(NamedTuple):
    """A server, its operator, a shop, and ways to make more."""

    url: str
    database: Database
    pepper: bytes
    operator: Caller
    shop: Caller
    callers: ExitStack

    def caller(self, *scopes: str, merchant_id: int | None = None) -> Caller:
        """Issue a key and call with it."""
        key = self.database.write(
            lambda db: keys.issue(
                db,
                label="tested",
                merchant_id=merchant_id,
                scopes=scopes,
                at=AT,
                pepper=self.pepper,
            )
        )
        caller = Caller(self.url, key)
        self.callers.enter_context(caller.http)
        return caller

    def line(self, limit_minor: int = 100_000, *, statement_day: int = 5) -> str:
        """Open a line for a new customer."""
        person = {"reference": f"r-{next(_numbers)}", "display_name": "李雷"}
        customer_id = self.operator.post("/customers", person).body["id"]
        opened = self.operator.post(
            "/lines",
            {
                "customer_id": customer_id,
                "fixed_limit_minor": limit_minor,
                "statement_day": statement_day,
            },
        )
        assert opened.status == 201, opened.body
        return str(opened.body["id"])

    def buy(self, line_id: str, amount_minor: int = 1000, **more: Any) -> Answer:
        """Buy at the shop."""
        body = {"line_id": line_id, "amount_minor": amount_minor, "order_ref": "order", **more}
        return self.shop.post("/purchases", body)


@pytest.fixture
def settings(dsn: str, tmp_path: Path) -> Settings:
    """Settings of a sandbox on the test's database."""
    return load(dsn=dsn, home=tmp_path, sandbox=True)


@pytest.fixture
def book(settings: Settings) -> Iterator[Book]:
    """A founded book behind a running server."""
    with served(settings) as running:
        yield running


@contextmanager
def served(settings: Settings, *, clock: Clock | None = None) -> Generator[Book]:
    """Found the book and serve it until the block ends."""
    assert settings.dsn is not None
    pepper = keys.pepper_at(settings.home)
    # Opened at once: the pool draws a lifetime for each connection, and hypothesis minds others drawing while it does.
    with Database(settings.dsn, min_size=8, max_size=16) as database:
        database.write(lambda db: found_book(db, on=BEGUN_ON, at=AT))
        operator, shop = database.write(lambda db: _issue(db, pepper))
        with running(settings, database, clock=clock) as url, ExitStack() as callers:
            first, second = Caller(url, operator), Caller(url, shop)
            callers.enter_context(first.http)
            callers.enter_context(second.http)
            made = first.post("/merchants", {"name": "小店"})
            assert made.body == {"id": "mer_1"}
            yield Book(url, database, pepper, first, second, callers)


@contextmanager
def running(
    settings: Settings, database: Database, *, clock: Clock | None = None
) -> Generator[str]:
    """Run the server in a thread; yields its address."""
    app = create_app(settings, database=database, clock=clock)
    server = uvicorn.Server(configured(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    _wait(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)


def _issue(db: Connection, pepper: bytes) -> tuple[str, str]:
    operator = keys.issue(
        db, label="operator", merchant_id=None, scopes=[keys.OPERATOR], at=AT, pepper=pepper
    )
    shop = keys.issue(
        db, label="shop", merchant_id=1, scopes=keys.MERCHANT_SCOPES, at=AT, pepper=pepper
    )
    return operator, shop


def _answer(response: httpx.Response) -> Answer:
    body = response.json() if response.content else None
    return Answer(response.status_code, body, response.content, response.headers)


def _wait(ready: Callable[[], bool]) -> None:
    until = monotonic() + 20
    while not ready():
        assert monotonic() < until, "the server did not start"
        sleep(0.01)


@pytest.fixture(scope="module")
def module_dsn(server_dsn: str, template: str) -> Iterator[str]:
    """A migrated database for a whole module."""
    name = f"{template}_api_{next(_numbers)}"
    with psycopg.connect(server_dsn, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    try:
        yield make_conninfo(server_dsn, dbname=name)
    finally:
        with psycopg.connect(server_dsn, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
