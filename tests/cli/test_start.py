"""The program's door: each command is found where the table says, whole, and nothing else is read for it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import typer

from whiteslip.cli.main import app
from whiteslip.cli.start import PARTS


def modules_of(program: typer.Typer) -> Iterator[tuple[str, str]]:
    for one in program.registered_commands:
        assert one.callback is not None
        name = one.name or one.callback.__name__.replace("_", "-")
        yield name, one.callback.__module__.removeprefix("whiteslip.cli.")
    for group in program.registered_groups:
        assert group.typer_instance is not None
        for _, module in modules_of(group.typer_instance):
            yield str(group.name), module


def test_the_table_names_every_module_of_every_command_listed() -> None:
    found: dict[str, set[str]] = {}
    for name, module in modules_of(app):
        found.setdefault(name, set()).add(module)

    assert {name: set(parts) for name, parts in PARTS.items()} == {
        name: parts for name, parts in found.items() if name != "bench"
    }


def test_a_command_alone_knows_itself_and_reads_no_server() -> None:
    told = (
        "import sys; sys.argv = ['whiteslip', 'keys', 'list', '--help']\n"
        "from whiteslip.cli import start\n"
        "try: start.run()\n"
        "finally: print('fastapi' in sys.modules)\n"
    )

    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "whiteslip keys list" in done.stdout
    assert done.stdout.rstrip().endswith("False")
