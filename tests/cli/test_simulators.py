"""Simulators beside `whiteslip up`: killed they come back, and outside a sandbox there are none."""

from __future__ import annotations

import json
import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.api.conftest import Caller
from tests.cli.running import WITHIN_S, Running, home, is_gone, pid_in, run, until, up
from tests.credit.applications.people import application

from whiteslip.cli.children import Child, Pauses
from whiteslip.cli.simulators import beside
from whiteslip.infra.settings import Settings

__all__ = ["home"]


@pytest.mark.slow
def test_a_simulator_that_is_killed_is_seen_comes_back_and_nothing_is_lost(home: Path) -> None:
    with up(home) as running:
        bureau = pid_in(running.says("The bureau simulator is on http://127.0.0.1:"))
        messages = pid_in(running.says("The message simulator is on http://127.0.0.1:"))
        running.says("Serving on")
        until(lambda: _states(running) == dict.fromkeys(("bureau", "messages", "bank"), "answers"))
        key = run(home, "keys", "issue", "--label", "desk").stdout.strip()
        shop = Caller(running.url, key)

        os.kill(bureau, signal.SIGSTOP)  # it is there, and does not say a word
        asked = _apply(shop)
        until(lambda: _states(running)["bureau"] == "silent")
        assert shop.get(f"/applications/{asked}").body["status"] == "inquiring"
        checks = _doctor(home)
        assert not checks["bureau"]["ok"]
        assert "does not answer since 20" in checks["bureau"]["found"]
        assert checks["messages"]["ok"]
        assert checks["bank"]["ok"]
        assert "answers" in checks["bank"]["found"]

        os.kill(bureau, signal.SIGKILL)
        running.says("The bureau simulator was ended by SIGKILL; it is started again in 0.5 s")
        again = pid_in(running.says("The bureau simulator is back on http://127.0.0.1:"))
        until(lambda: shop.get(f"/applications/{asked}").body["status"] == "approved")
        assert _states(running)["bureau"] == "answers"
        assert _doctor(home)["bureau"]["ok"]
        shop.http.close()
    assert running.process.returncode in (
        0,
        130,
    )  # the server ends by itself, or with the interrupt raised again
    assert all(until(lambda pid=pid: is_gone(pid)) for pid in (again, messages))


@pytest.mark.slow
def test_killed_itself_it_leaves_no_simulator_behind(home: Path) -> None:
    with up(home) as running:
        pids = [
            pid_in(running.says(f"The {name} simulator is on"))
            for name in ("bureau", "message", "bank")
        ]
        running.process.kill()
        running.process.wait()

        assert all(until(lambda pid=pid: is_gone(pid)) for pid in pids)


@pytest.mark.slow
def test_outside_a_sandbox_nothing_is_simulated_and_it_is_said(home: Path) -> None:
    with up(home, sandbox="false") as running:
        assert "(WHITESLIP_BUREAU_URL)" in running.says("No credit bureau is configured")
        assert "(WHITESLIP_MESSAGES_URL)" in running.says("No message gateway is configured")
        assert "(WHITESLIP_BANK_URL)" in running.says("No bank is configured")
        running.says("Serving on")
        until(lambda: set(_states(running).values()) == {"not configured"})
        checks = until(lambda: _noted(home))
        assert "not configured" in checks["bureau"]["found"]
        assert "told in the app only" in checks["messages"]["found"]


@pytest.mark.slow
def test_a_newcomer_is_told_the_main_story_and_where_to_read_it(home: Path) -> None:
    with up(home, "--demo") as running:
        said = [running.says("What happened to 林小满, as the records have it")]
        while "as a new customer" not in said[-1]:
            said.append(running.lines.get(timeout=WITHIN_S))
        running.says("Serving on")
        for line in said[-5:]:
            asked = line.split()[-1]
            page = httpx.get(asked, headers={"accept": "text/html"}, follow_redirects=True)
            assert page.status_code == 200, line
            back = page.url.params.get("next", f"{page.url.path}?lang=en")
            assert asked == f"{running.url}{back}", "signed out one signs in, and is led back"
        wanted = ("applies for", "opens", "is missed", "suspended", "works again", "appeals")
        for words in wanted:
            assert any(words in line for line in said), words


def test_one_that_dies_again_and_again_is_waited_for_longer_each_time() -> None:
    told: list[str] = []
    quick = Pauses(first_s=0.05, longest_s=0.1, anew_after_s=60)
    simulator = Child("message-simulator", tell=told.append, pauses=quick)
    url = simulator.begin()
    for number in range(1, 4):
        os.kill(pid_in(told[-1]), signal.SIGKILL)
        until(lambda number=number: len(told) == 1 + 2 * number)
    simulator.stop()

    assert [line.rpartition("in ")[2] for line in told[1::2]] == ["0.05 s.", "0.1 s.", "0.1 s."]
    assert all(url in line for line in told[::2])
    assert is_gone(pid_in(told[-1]))


def test_what_is_configured_is_not_simulated() -> None:
    chosen = Settings(
        bureau_url="http://bureau.example",
        messages_url="http://post.example",
        bank_url="http://bank.example",
    )
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
