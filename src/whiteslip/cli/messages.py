"""The command that runs the simulated message gateway."""

from __future__ import annotations

from typing import Annotated

import typer

from whiteslip.cli.app import app
from whiteslip.cli.children import WithParent
from whiteslip.gateways.messages import simulator

DEFAULT_PORT = 8431
Port = Annotated[
    int, typer.Option(min=0, max=65535, help="Port on the loopback interface; 0: any.")
]
Slow = Annotated[float, typer.Option(min=0, help="Seconds a slow answer takes.")]


@app.command(name="message-simulator")
def message_simulator(
    *,
    port: Port = DEFAULT_PORT,
    slow_s: Slow = simulator.SLOW_S,
    with_parent: WithParent = False,
) -> None:
    """Run a message gateway that delivers to nobody: for trying out and for tests."""
    simulator.serve(port=port, slow_s=slow_s, with_parent=with_parent)
