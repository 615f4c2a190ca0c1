"""Simulators beside `whiteslip up`: killed they come back, and outside a sandbox there are none."""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Thread
from time import monotonic, sleep
from typing import Any, NamedTuple

import httpx
import pytest
from tests.api.conftest import Caller
from tests.cli.test_server import SOURCE, home, run
from tests.credit.applications.people import application

from whiteslip.cli.simulators import Pauses, Simulator, beside
from whiteslip.infra.settings import Settings

__all__ = ["home"]
WITHIN_S = 60.0


class Running(NamedTuple):
    """`whiteslip up`, and what it says line by line."""

    process: Popen[str]
    url: str
    lines: queue.Queue[str]

    def says(self, words: str) -> str:
        """Wait for a line with these words."""
        while words not in (line := self.lines.get(timeout=WITHIN_S)):
            pass
        return line

    def parties(self) -> dict[str, Any]:
        """Ask how the outside parties stand, of a server that has said it listens."""
        said = httpx.get(f"{self.url}/healthz").json()
        assert said["status"] == "alive"
        return {party["party"]: party for party in said["outside"]}


@contextmanager
def up(folder: Path, *words: str, **more: str) -> Generator[Running]:
    """Run it until the block ends, and stop it by an interrupt to it alone."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    chosen = {f"WHITESLIP_{name.upper()}": value for name, value in more.items()}
    command = [sys.executable, "-m", "whiteslip.cli.start", "up", *words, "--port", str(port)]
    told = {"PYTHONPATH": SOURCE, "PATH": os.defpath, "WHITESLIP_HOME": str(folder), **chosen}
    with Popen(command, env=told, cwd="/", stdout=PIPE, text=True) as process:
        lines: queue.Queue[str] = queue.Queue()
        Thread(target=_read, args=[process, lines], daemon=True).start()
        try:
            yield Running(process, f"http://127.0.0.1:{port}", lines)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def _read(process: Popen[str], lines: queue.Queue[str]) -> None:
    for line in process.stdout or ():
        lines.put(line)


def _until(look: Callable[[], Any]) -> Any:
    until = monotonic() + WITHIN_S
    while not (found := look()):
        assert monotonic() < until
        sleep(0.05)
    return found


def _pid(line: str) -> int:
    return int(line.rstrip(").\n").rpartition(" ")[2])


def _is_gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


@pytest.mark.slow
def test_a_simulator_that_is_killed_is_seen_comes_back_and_nothing_is_lost(home: Path) -> None:
    with up(home) as running:
        bureau = _pid(running.says("The bureau simulator is on http://127.0.0.1:"))
        messages = _pid(running.says("The message simulator is on http://127.0.0.1:"))
        running.says("Serving on")
        _until(lambda: _states(running) == {"bureau": "answers", "messages": "answers"})
        key = run(home, "keys", "issue", "--label", "desk").stdout.strip()
        shop = Caller(running.url, key)

        os.kill(bureau, signal.SIGSTOP)  # it is there, and does not say a word
        asked = _apply(shop)
        _until(lambda: _states(running)["bureau"] == "silent")
        assert shop.get(f"/applications/{asked}").body["status"] == "inquiring"
        checks = _doctor(home)
        assert not checks["bureau"]["ok"]
        assert "does not answer since 20" in checks["bureau"]["found"]
        assert checks["messages"]["ok"]

        os.kill(bureau, signal.SIGKILL)
        running.says("The bureau simulator was ended by SIGKILL; it is started again in 0.5 s")
        again = _pid(running.says("The bureau simulator is back on http://127.0.0.1:"))
        _until(lambda: shop.get(f"/applications/{asked}").body["status"] == "approved")
        assert _states(running)["bureau"] == "answers"
        assert _doctor(home)["bureau"]["ok"]
        shop.http.close()
    assert running.process.returncode in (
        0,
        130,
    )  # the server ends by itself, or with the interrupt raised again
    assert all(_until(lambda pid=pid: _is_gone(pid)) for pid in (again, messages))


@pytest.mark.slow
def test_killed_itself_it_leaves_no_simulator_behind(home: Path) -> None:
    with up(home) as running:
        pids = [_pid(running.says(f"The {name} simulator is on")) for name in ("bureau", "message")]
        running.process.kill()
        running.process.wait()

        assert all(_until(lambda pid=pid: _is_gone(pid)) for pid in pids)


@pytest.mark.slow
def test_outside_a_sandbox_nothing_is_simulated_and_it_is_said(home: Path) -> None:
    with up(home, sandbox="false") as running:
        assert "(WHITESLIP_BUREAU_URL)" in running.says("No credit bureau is configured")
        assert "(WHITESLIP_MESSAGES_URL)" in running.says("No message gateway is configured")
        running.says("Serving on")
        _until(lambda: set(_states(running).values()) == {"not configured"})
        checks = _until(lambda: _noted(home))
        assert "not configured" in checks["bureau"]["found"]
        assert "told in the app only" in checks["messages"]["found"]


@pytest.mark.slow
def test_a_newcomer_is_told_the_main_story_and_where_to_read_it(home: Path) -> None:
    began = monotonic()
    with up(home, "--demo") as running:
        said = [running.says("What happened to 林小满, as the records have it")]
        while "as a new customer" not in said[-1]:
            said.append(running.lines.get(timeout=WITHIN_S))
        running.says("Serving on")
        took = monotonic() - began
        for line in said[-5:]:
            asked = line.split()[-1]
            page = httpx.get(asked, headers={"accept": "text/html"}, follow_redirects=True)
            assert page.status_code == 200, line
            back = dict(page.url.params).get("next", "/sign-in")
            assert back in asked, "who is signed out signs in first, and is led back"
        wanted = ("applies for", "opens", "is missed", "suspended", "works again", "appeals")
        for words in wanted:
            assert any(words in line for line in said), words
    assert took < 2 * WITHIN_S, "a minute on a quiet machine; tests share theirs"


def test_one_that_dies_again_and_again_is_waited_for_longer_each_time() -> None:
    told: list[str] = []
    quick = Pauses(first_s=0.05, longest_s=0.1, anew_after_s=60)
    simulator = Simulator("message-simulator", tell=told.append, pauses=quick)
    url = simulator.begin()
    for number in range(1, 4):
        os.kill(_pid(told[-1]), signal.SIGKILL)
        _until(lambda number=number: len(told) == 1 + 2 * number)
    simulator.stop()

    assert [line.rpartition("in ")[2] for line in told[1::2]] == ["0.05 s.", "0.1 s.", "0.1 s."]
    assert all(url in line for line in told[::2])
    assert _is_gone(_pid(told[-1]))


def test_what_is_configured_is_not_simulated() -> None:
    chosen = Settings(bureau_url="http://bureau.example", messages_url="http://post.example")
    told: list[str] = []

    with beside(chosen, tell=told.append) as served:
        assert served == chosen
    with beside(chosen.model_copy(update={"sandbox": False}), tell=told.append) as served:
        assert served.bureau_url == "http://bureau.example"
    assert told == []


def _states(running: Running) -> dict[str, str]:
    return {name: party["state"] for name, party in running.parties().items()}


def _apply(shop: Caller) -> str:
    answer = shop.post("/applications", application(datetime.now(UTC)))
    assert answer.status == 202, answer.body
    return str(answer.body["application_id"])


def _doctor(folder: Path) -> dict[str, Any]:
    checks = json.loads(run(folder, "doctor", "--json").stdout)["checks"]
    return {check["name"]: check for check in checks}


def _noted(folder: Path) -> dict[str, Any] | None:
    checks = _doctor(folder)
    return checks if "not configured" in checks["messages"]["found"] else None
