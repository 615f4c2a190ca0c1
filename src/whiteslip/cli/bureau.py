"""The command that runs the simulated credit bureau."""

from __future__ import annotations

from typing import Annotated

import typer

from whiteslip.cli.app import app
from whiteslip.cli.children import WithParent
from whiteslip.gateways.bureau import simulator

DEFAULT_PORT = 8430
Port = Annotated[
    int, typer.Option(min=0, max=65535, help="Port on the loopback interface; 0: any.")
]
Seed = Annotated[int, typer.Option(help="Another seed gives people other files.")]
Slow = Annotated[float, typer.Option(min=0, help="Seconds a slow answer takes.")]


@app.command(name="bureau-simulator")
def bureau_simulator(
    *,
    port: Port = DEFAULT_PORT,
    seed: Seed = 1,
    slow_s: Slow = simulator.SLOW_S,
    with_parent: WithParent = False,
) -> None:
    """Run a credit bureau that does not exist: for trying out and for tests, never for real people."""
    simulator.serve(port=port, seed=seed, slow_s=slow_s, with_parent=with_parent)
