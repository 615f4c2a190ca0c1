"""A real server and PostgreSQL under load while one or the other is killed: nothing is lost or doubled."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from threading import Event, Thread
from time import monotonic, sleep

import httpx
import psycopg
import pytest
from tests.builders import FOUNDED_ON, founded, noon
from tests.simulation.clients import Answered, Client, Intent, faults, read_journals, send
from tests.simulation.invariants import broken

from whiteslip.infra import keys
from whiteslip.infra.database import Database
from whiteslip.infra.embedded import EmbeddedServer
from whiteslip.infra.embedded.leftovers import postmaster, processes
from whiteslip.infra.embedded.places import free_port
from whiteslip.infra.migrations import migrate
from whiteslip.kernel import ids
from whiteslip.kernel.errors import Unavailable

SEED = 8
KILLS = 8
CLIENTS = 4
_SERVE = (
    "from whiteslip.api.app import create_app; from whiteslip.api.server import serve;"
    " from whiteslip.infra.settings import load; chosen = load();"
    " serve(create_app(chosen), host=chosen.host, port=chosen.port, listening=lambda: None)"
)

_KEEP_EVENTS = """
CREATE TABLE public.event AS SELECT topic, subject_id FROM infra.outbox LIMIT 0;
CREATE FUNCTION public.keep_event() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO public.event VALUES (NEW.topic, NEW.subject_id); RETURN NULL; END $$;
CREATE TRIGGER keep_event AFTER INSERT ON infra.outbox FOR EACH ROW EXECUTE FUNCTION public.keep_event();
"""
"""What is delivered leaves the outbox; this keeps that it was there, in the same transaction."""


class World:
    """An API server and a PostgreSQL that can be killed and started again."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.postgres = EmbeddedServer(home, config={"shared_buffers": "32MB", "huge_pages": "off"})
        self.dsn = self.postgres.start()
        self.port = free_port(None)
        self.url = f"http://127.0.0.1:{self.port}"
        self.api: subprocess.Popen[bytes] | None = None
        migrate(self.dsn)
        with psycopg.connect(self.dsn) as admin:
            admin.execute(_KEEP_EVENTS.encode())
        with Database(self.dsn) as database:
            book = founded(database)
            shop = book.shop()
            self.lines = [ids.write("lin", *book.line(10_000_000)) for _ in range(6)]
            pepper = keys.pepper_at(home)
            issued = [
                (None, [keys.OPERATOR]),
                (shop, keys.MERCHANT_SCOPES),
            ]
            operator, merchant = (
                database.write(
                    lambda db, owner=owner, scopes=scopes: keys.issue(
                        db,
                        label="tested",
                        merchant_id=owner,
                        scopes=scopes,
                        at=noon(FOUNDED_ON),
                        pepper=pepper,
                    )
                )
                for owner, scopes in issued
            )
        self.keys = {"operator": operator, "shop": merchant}

    def start(self) -> None:
        """Start whatever is not running, and wait until it is ready."""
        dsn = self.postgres.start()
        assert dsn == self.dsn
        if self.api is None or self.api.poll() is not None:
            environment = {
                **os.environ,
                "WHITESLIP_HOME": str(self.home),
                "WHITESLIP_DSN": self.dsn,
                "WHITESLIP_PORT": str(self.port),
            }
            with (self.home / "api.log").open("ab") as log:
                self.api = subprocess.Popen(
                    [sys.executable, "-c", _SERVE], env=environment, stdout=log, stderr=log
                )
        until = monotonic() + 30
        while not self._is_ready():
            assert monotonic() < until, "the server did not become ready"
            sleep(0.05)

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self, what: str, random: Random) -> None:
        """Kill one of the parts, without a word."""
        data = self.postgres.status().data_folder
        match what:
            case "the API server":
                assert self.api is not None
                self.api.kill()
                self.api.wait()
            case "a backend":
                with psycopg.connect(self.dsn, autocommit=True) as admin:
                    backends = admin.execute(
                        "SELECT pid FROM pg_stat_activity WHERE application_name = 'whiteslip'"
                    ).fetchall()
                os.kill(random.choice(backends)[0], signal.SIGKILL)
            case "all of PostgreSQL":
                leader = postmaster(data)
                assert leader is not None
                for pid in [leader, *processes(data)]:
                    try:
                        os.kill(pid, signal.SIGKILL)
                    except ProcessLookupError:
                        continue
            case _:
                self.postgres.stop("immediate")

    def stop(self) -> None:
        """End everything."""
        if self.api is not None:
            self.api.kill()
            self.api.wait()
        self.postgres.stop("immediate")


PARTS = ("the API server", "a backend", "all of PostgreSQL", "pg_ctl stop -m immediate")


@pytest.fixture
def world() -> Iterator[World]:
    """A world of its own, whose PostgreSQL syncs."""
    home = Path(tempfile.mkdtemp(prefix="ws-kills-"))
    home.chmod(0o755)
    made: World | None = None
    try:
        made = World(home)
        made.start()
        yield made
    finally:
        if made is not None:
            made.stop()
        shutil.rmtree(home, ignore_errors=True)


def repeat_all(world: World, journaled: list[Answered]) -> tuple[list[Answered], list[str]]:
    """Repeat every key; returns all as answered in the end, and the answers that changed."""
    changed: list[str] = []
    answered: list[Answered] = []
    with httpx.Client(base_url=world.url, timeout=10) as http:
        for one in journaled:
            owner = "operator" if one.intent.kind == "repayment" else "shop"
            http.headers["authorization"] = f"Bearer {world.keys[owner]}"
            answer = send(http, one.intent)
            assert answer is not None, f"{one.intent} is not answered in peace"
            if one.status is not None and answer != (one.status, one.body):
                changed.append(f"{one.intent.key}: {one.body!r} became {answer}")
            answered.append(Answered(one.intent, *answer))
    return answered, changed


def test_nothing_acknowledged_is_lost_doubled_or_half_done(
    world: World, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    random = Random(SEED)
    stop = Event()
    clients = [
        Client(number, tmp_path, world.url, world.keys, world.lines) for number in range(CLIENTS)
    ]
    threads = [Thread(target=client.run, args=(stop,)) for client in clients]
    for thread in threads:
        thread.start()
    killed: Counter[str] = Counter()
    try:
        for number in range(KILLS):
            sleep(random.uniform(0.3, 1.2))
            part = PARTS[number % len(PARTS)]
            world.kill(part, random)
            killed[part] += 1
            sleep(random.uniform(0.0, 0.2))
            _start_in_time(world)
        sleep(0.5)
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)
    journaled = read_journals(tmp_path)
    unknown = [one for one in journaled if one.status is None]
    answered, changed = repeat_all(world, journaled)

    with Database(world.dsn) as database:
        found = database.read(lambda db: faults(db, answered))
        wrong = database.read(broken)
    tell(
        f"seed {SEED}, killed {dict(killed)}, {len(journaled)} keys, {len(unknown)} without an answer,"
        f" {len(changed)} answers changed, {len(found)} lost, doubled or half done"
    )
    assert (changed, found, wrong) == ([], [], [])
    assert len(journaled) > len(unknown) > 0, "the kills must have met requests under way"


def _start_in_time(world: World) -> None:
    until = monotonic() + 30
    while True:
        try:
            return world.start()
        except (Unavailable, psycopg.Error):
            assert monotonic() < until
            sleep(0.2)


def test_a_retry_without_its_key_is_seen_as_doubled_and_a_lost_write_as_lost(
    world: World, tmp_path: Path
) -> None:
    """The control: whoever repeats under a new key buys twice, and the check says so."""
    client = Client(1, tmp_path, world.url, world.keys, world.lines)
    stop = Event()
    worker = Thread(target=client.run, args=(stop,))
    worker.start()
    sleep(0.5)
    stop.set()
    worker.join(30)
    answered, _ = repeat_all(world, read_journals(tmp_path))
    bought = next(one for one in answered if one.intent.kind == "purchase" and one.status == 201)
    with Database(world.dsn) as database:
        assert database.read(lambda db: faults(db, answered)) == []
        with httpx.Client(base_url=world.url, timeout=10) as http:
            http.headers["authorization"] = f"Bearer {world.keys['shop']}"
            assert send(http, bought.intent, key="another-key") is not None
        doubled = database.read(lambda db: faults(db, answered))
        made_up = Intent("repayment", "w-9-9", "key-9-9", "/v1/repayments", {})
        lost = database.read(lambda db: faults(db, [*answered, Answered(made_up, 201, b"")]))

    assert any("doubled" in fault for fault in doubled)
    assert any("never sent" in fault for fault in doubled)
    assert any("repayment w-9-9 was lost" in fault for fault in lost)
    assert any("not remembered" in fault for fault in lost)
