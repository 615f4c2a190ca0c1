"""The simulated bank from the command line, and beside a sandbox: what it was handed is not forgotten."""

from __future__ import annotations

import os
import signal
import sys
from datetime import date
from pathlib import Path
from subprocess import PIPE, Popen

from tests.cli.running import pid_in, until

from whiteslip.cli.simulators import beside
from whiteslip.gateways.bank.client import HttpRail
from whiteslip.gateways.bank.model import Debit, Page, Taken
from whiteslip.infra.settings import Settings

DEBIT = Debit("d-1", "M-1", "6222020200000800", "王小满", 12_345, "CNY", date(2027, 3, 4))


def test_the_simulator_announces_itself_remembers_and_ends_with_its_parent(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "whiteslip.cli.start", "bank-simulator"]
    options = ["--port", "0", "--with-parent", "--state", str(tmp_path / "bank.jsonl")]
    places: list[str] = []
    for _ in range(2):
        with Popen([*command, *options], stdin=PIPE, stdout=PIPE) as process:
            assert process.stdout is not None
            rail = HttpRail(process.stdout.readline().decode().split()[-1])
            assert rail.collect([DEBIT]) == Taken()
            page = rail.results("")
            assert isinstance(page, Page)
            assert [each.result_id for each in page.results] == ["d-1.1"]
            places.append(page.after)
            process.communicate(timeout=10)
        assert process.returncode == 0
    assert places[0] == places[1]


def test_beside_a_sandbox_a_killed_bank_comes_back_with_what_it_was_handed(tmp_path: Path) -> None:
    chosen = Settings(bureau_url="http://b.example", messages_url="http://m.example", home=tmp_path)
    told: list[str] = []
    with beside(chosen, tell=told.append) as served:
        assert served.bank_url is not None
        rail = HttpRail(served.bank_url)
        assert rail.collect([DEBIT]) == Taken()
        before = rail.results("")
        os.kill(pid_in(told[-1]), signal.SIGKILL)
        until(lambda: len(told) == 3)
        assert told[1].startswith("The bank simulator was ended by SIGKILL")
        assert rail.results("") == before
    assert (tmp_path / "bank.jsonl").stat().st_mode & 0o777 == 0o600


def test_outside_a_sandbox_there_is_no_bank_and_it_is_said(tmp_path: Path) -> None:
    chosen = Settings(
        bureau_url="http://b.example", messages_url="http://m.example", home=tmp_path, sandbox=False
    )
    told: list[str] = []
    with beside(chosen, tell=told.append) as served:
        assert served.bank_url is None
    (line,) = told
    assert "WHITESLIP_BANK_URL" in line
    assert not (tmp_path / "bank.jsonl").exists()
