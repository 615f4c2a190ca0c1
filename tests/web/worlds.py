"""A small demonstration world behind a running server, for tests of its pages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import NamedTuple

import psycopg
import uvicorn
from fastapi import APIRouter
from psycopg.conninfo import make_conninfo
from tests.gateways.bureau.processes import bureau_process
from tests.gateways.messages.processes import message_process
from tests.web.visitors import Visitor

from whiteslip.api.app import create_app
from whiteslip.flows.sign_in import sign_in_as
from whiteslip.infra.accounts import keeping
from whiteslip.infra.accounts.model import Account, Kind, Role
from whiteslip.infra.clock import Clock, MachineClock
from whiteslip.infra.database import Database
from whiteslip.infra.settings import load
from whiteslip.kernel import ids
from whiteslip.web import serving
from whiteslip.web.table import Route
from whiteslip.world import demo
from whiteslip.world.outsiders import Outsiders

AT = datetime(2026, 11, 21, 4, tzinfo=UTC)


SECRETS = demo.Secrets(pepper=b"p" * 32, identity_key=b"k" * 32)


class Served(NamedTuple):
    """Where the pages are, and whose story to open."""

    url: str
    story: str
    database: Database

    def account(self, who: str) -> Account:
        """Find one of the cast: a role, "merchant", "other merchant", "shopper" (of the story) or "other shopper"."""
        found = self.database.read(lambda db: keeping.list_ready_accounts(db, limit=100))
        kind = {"merchant": Kind.MERCHANT, "shopper": Kind.SHOPPER}.get(who.rsplit(maxsplit=1)[-1])
        if kind is None:
            return next(one for one in found if Role(who) in one.roles)
        story = int(self.story.removeprefix("cus_"))
        alike = sorted(
            (one for one in found if one.kind is kind),
            key=lambda one: (one.customer_id != story, one.account_id),
        )
        return alike[1 if who.startswith("other") else 0]

    def token(self, who: str) -> str:
        """Open a session as one of the cast and return its token."""
        number = self.account(who).account_id
        at = MachineClock().now()
        opened = self.database.write(
            lambda db: sign_in_as(db, number, address="test", replacing=None, at=at)
        )
        return opened.token

    def visitor(self, who: str = "", *, language: str = "en") -> Visitor:
        """Sign in as one of the cast, in one line; nobody is signed in by default."""
        return Visitor(self.url, self.token(who) if who else "", language)


@contextmanager
def outsiders() -> Generator[Outsiders]:
    """Run both simulators until the block ends."""
    with bureau_process() as bureau, message_process() as gateway:
        yield Outsiders(bureau_url=bureau.url, messages_url=gateway.url)


@contextmanager
def served_world(server_dsn: str, template: str, name: str, home: Path) -> Generator[Served]:
    """Fill a database of its own with a few people and the story, and serve it."""
    with psycopg.connect(server_dsn, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    dsn = make_conninfo(server_dsn, dbname=name)
    try:
        with Database(dsn, max_size=16) as database, outsiders() as parties:
            built = demo.fill(
                database, parties, SECRETS, at=AT, progress=lambda _: None, shoppers=6
            )
            assert built is not None
            with served(database, home) as url:
                yield Served(url, ids.write("cus", built.story_customer), database)
    finally:
        with psycopg.connect(server_dsn, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextmanager
def served(
    database: Database,
    home: Path,
    *,
    sandbox: bool = True,
    clock: Clock | None = None,
    beside: Iterable[Route] = (),
) -> Generator[str]:
    """Run the server in a thread, with pages `beside` the usual ones; yields its address."""
    settings = load(dsn=database.dsn, home=home, sandbox=sandbox)
    app = create_app(settings, database=database, clock=clock)
    router = APIRouter()
    serving.add(router, beside)
    app.include_router(router)
    config = uvicorn.Config(app, port=0, log_level="error", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    _wait(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)


def _wait(ready: Callable[[], bool]) -> None:
    until = monotonic() + 20
    while not ready():
        assert monotonic() < until, "the server did not start"
        sleep(0.01)
