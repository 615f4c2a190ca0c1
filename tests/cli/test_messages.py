"""The simulated gateway and the bench of the contact policy, from the command line."""

from __future__ import annotations

import json
import sys
from subprocess import PIPE, Popen

from typer.testing import CliRunner

from whiteslip.cli.main import app
from whiteslip.gateways.messages.client import HttpGateway
from whiteslip.gateways.messages.model import Delivered, Letter


def test_the_simulator_announces_itself_and_ends_with_its_parent() -> None:
    command = [sys.executable, "-m", "whiteslip.cli.start", "message-simulator"]
    with Popen([*command, "--port", "0", "--with-parent"], stdin=PIPE, stdout=PIPE) as process:
        assert process.stdout is not None
        url = process.stdout.readline().decode().split()[-1]
        letter = Letter("msg_1_2_3", "sms", "13800000900", "您好", None)
        assert HttpGateway(url).send(letter) == Delivered()
        process.communicate(timeout=10)
    assert process.returncode == 0


def test_the_bench_tells_what_was_found_and_what_its_controls_see() -> None:
    result = CliRunner().invoke(app, ["bench", "contact", "--schedules", "300", "--json"])

    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout.splitlines()[-1])
    assert (told["schedules"], told["faults"]) == (300, {})
    assert len(told["controls"]) == 7
    assert all(told["controls"].values())


def test_the_bench_speaks_to_people_too() -> None:
    result = CliRunner().invoke(app, ["bench", "contact", "--schedules", "50"])

    assert result.exit_code == 0, result.output
    assert "outside the policy: 0" in result.stdout
    assert "control, an hour off: at night" in result.stdout
