"""Serving: by this process, or by several that answer at one port, each started again when it dies."""

from __future__ import annotations

import signal
from tempfile import TemporaryDirectory
from threading import Event as Signal
from types import FrameType
from typing import Annotated, Final

import typer

from whiteslip.cli.app import app, say
from whiteslip.cli.children import Child, WithParent, stop_all
from whiteslip.infra import logs, settings
from whiteslip.infra.metrics import FOLDER
from whiteslip.infra.settings import PREFIX, Settings
from whiteslip.kernel.errors import InvalidInput
from whiteslip.worker.book_clock import Around

GRACE_S: Final = 35.0
"""What is under way is finished for half a minute when a server is told to end; only then is it killed."""
Port = Annotated[int, typer.Option(help="The port all of them answer at.")]


def check_processes(chosen: Settings) -> None:
    """Refuse several processes in a sandbox: its clock is moved in one."""
    if chosen.sandbox and chosen.processes > 1:
        raise InvalidInput(
            f"{PREFIX}PROCESSES={chosen.processes}: a sandbox is served by one, for its clock lives there",
            where=f"{PREFIX}PROCESSES",
        )


def serve_alone(chosen: Settings, around: Around | None) -> None:
    """Serve in this process until a signal comes."""
    from whiteslip.api.app import create_app
    from whiteslip.api.server import serve

    serve(
        create_app(chosen, around=around),
        host=chosen.host,
        port=chosen.port,
        listening=lambda: say(f"Serving on {_url(chosen)} (stop with Ctrl-C)"),
    )


def serve_together(chosen: Settings) -> None:
    """Serve by several processes until a signal comes."""
    ended = Signal()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, end)
    with TemporaryDirectory(prefix="whiteslip-metrics-") as folder:
        servers = [_server(chosen, number, folder) for number in range(1, chosen.processes + 1)]
        try:
            for server in servers:
                server.begin()
            say(f"Serving on {_url(chosen)} (stop with Ctrl-C)")
            ended.wait()
        finally:
            stop_all(servers)


@app.command(hidden=True)
def serve(*, port: Port, with_parent: WithParent = False) -> None:
    """Serve as one of several processes; `whiteslip up` starts them."""
    from whiteslip.api.app import create_app
    from whiteslip.api.server import serve as serve_until_told

    chosen = settings.load(port=port)
    logs.configure(chosen)
    serve_until_told(
        create_app(chosen),
        host=chosen.host,
        port=port,
        listening=lambda: typer.echo(f"Serving on {_url(chosen)}"),
        with_parent=with_parent,
        shared=True,
    )


def _server(chosen: Settings, number: int, counting: str) -> Child:
    told = {
        f"{PREFIX}DSN": chosen.dsn or "",
        f"{PREFIX}HOME": str(chosen.home),
        f"{PREFIX}HOST": chosen.host,
        FOLDER: counting,
    }
    name = f"server {number} of {chosen.processes}"
    return Child("serve", tell=say, name=name, port=chosen.port, told=told, end_s=GRACE_S)


def _url(chosen: Settings) -> str:
    return f"http://{chosen.host}:{chosen.port}"
