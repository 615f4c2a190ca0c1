"""Several processes at one port: all answer and are counted together, and one that dies is replaced."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import httpx
import pytest
from tests.cli.running import Running, home, is_gone, pid_in, run, until, up

__all__ = ["home"]
CONNECTIONS = 40
"""So many that each process has some: the system deals them out by chance, and all to one are 2 in 2 to the 40th."""
COUNTED = re.compile(r'whiteslip_http_requests_total\{route="/sign-in",status="200"\} ([\d.]+)')


@pytest.mark.slow
def test_processes_share_a_port_and_their_counts_and_are_replaced(home: Path) -> None:
    with up(home, sandbox="false", processes="2") as running:
        first, second = (pid_in(running.says(f"server {number} of 2")) for number in (1, 2))
        running.says("Serving on")
        assert _sign_in_pages(running) == CONNECTIONS
        until(lambda: _counted(running) == CONNECTIONS)

        os.kill(first, signal.SIGKILL)
        assert "was ended by SIGKILL" in running.says("server 1 of 2")
        assert _sign_in_pages(running) == CONNECTIONS, "the other goes on alone"
        again = pid_in(running.says("server 1 of 2 is back"))
        assert _sign_in_pages(running) == CONNECTIONS
        until(lambda: _counted(running) == 3 * CONNECTIONS)

        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(60) == 0
    assert all(is_gone(pid) for pid in (first, second, again))


@pytest.mark.slow
def test_servers_end_with_whoever_started_them(home: Path) -> None:
    with up(home, sandbox="false", processes="2") as running:
        pids = [pid_in(running.says(f"server {number} of 2")) for number in (1, 2)]
        running.says("Serving on")
        running.process.kill()
        running.process.wait()

        assert all(until(lambda pid=pid: is_gone(pid)) for pid in pids)


def test_a_sandbox_is_served_by_one(home: Path) -> None:
    told = run(home, "up", processes="2")

    assert told.returncode == 2
    assert "its clock lives there" in told.stderr


def _sign_in_pages(running: Running) -> int:
    """Open the page on connections of their own, and count those that are one."""
    answered = 0
    for _ in range(CONNECTIONS):
        page = httpx.get(f"{running.url}/sign-in", headers={"accept": "text/html"})
        answered += page.status_code == 200
    return answered


def _counted(running: Running) -> int:
    found = COUNTED.search(httpx.get(f"{running.url}/metrics").text)
    return 0 if found is None else int(float(found[1]))
