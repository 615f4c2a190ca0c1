"""The command that runs the simulated bank."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from whiteslip.cli.app import app
from whiteslip.cli.children import WithParent
from whiteslip.gateways.bank import simulator

DEFAULT_PORT = 8432
Port = Annotated[
    int, typer.Option(min=0, max=65535, help="Port on the loopback interface; 0: any.")
]
Slow = Annotated[float, typer.Option(min=0, help="Seconds a slow answer takes.")]
State = Annotated[
    Path | None,
    typer.Option("--state", dir_okay=False, help="A file it remembers in, also when it is killed."),
]


@app.command(name="bank-simulator")
def bank_simulator(
    *,
    port: Port = DEFAULT_PORT,
    slow_s: Slow = simulator.SLOW_S,
    state: State = None,
    with_parent: WithParent = False,
) -> None:
    """Run a bank that collects from nobody: for trying out and for tests, never for real money."""
    simulator.serve(port=port, slow_s=slow_s, state=state, with_parent=with_parent)
