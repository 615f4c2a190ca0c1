"""The commands as an operator types them, against a real embedded server."""

from __future__ import annotations

import json
import socket
from pathlib import Path

from tests.cli.running import home, run

from whiteslip.infra.embedded import EmbeddedServer
from whiteslip.infra.migrations import shipped

__all__ = ["home"]


def test_an_operators_day(home: Path, tmp_path: Path) -> None:
    before = run(home, "doctor", "--json")
    assert before.returncode == 1
    failed = [check for check in json.loads(before.stdout)["checks"] if not check["ok"]]
    assert {check["name"]: check["to_do"] for check in failed}["database"] == "whiteslip up"

    applied = run(home, "migrate").stdout
    assert all(migration.name in applied for migration in shipped())
    assert run(home, "migrate").stdout == "The schema is up to date.\n"
    after = run(home, "doctor", "--json")
    assert (after.returncode, json.loads(after.stdout)["ok"]) == (0, True)
    assert "schema" in run(home, "doctor").stdout

    file = tmp_path / "book.backup"
    assert run(home, "backup", str(file)).stdout.startswith("Backed up to")
    assert run(home, "backup", str(file)).returncode == 2
    refused = run(home, "restore", str(file))
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "not empty" in refused.stderr
    assert run(home, "restore", str(file), "--force").returncode == 0

    assert run(home, "down").stdout == "The database is stopped.\n"
    assert run(home, "down").stdout == "The database was not running.\n"


def test_a_bad_variable_is_one_line(home: Path) -> None:
    told = run(home, "down", port="abc")

    assert told.returncode == 2
    assert told.stderr.startswith("error: WHITESLIP_PORT='abc' cannot be used")
    assert told.stderr.count("\n") == 1


def test_a_taken_web_port_is_told_before_anything_is_started(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        told = run(home, "up", "--port", port)

    assert told.returncode == 2
    assert f"port {port} is taken" in told.stderr
    assert not EmbeddedServer(home).is_alive()


def test_a_server_out_of_reach_is_one_line(home: Path) -> None:
    told = run(home, "migrate", dsn="host=127.0.0.1 port=1 dbname=x")

    assert told.returncode == 2
    assert told.stderr.startswith("error: the database cannot be reached")
