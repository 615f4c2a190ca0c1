"""Where a command finds its database: the options that name it, and the way to have it running."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from whiteslip.cli.app import err, say
from whiteslip.infra.database import connect, refuse_unsafe
from whiteslip.infra.embedded import EmbeddedServer
from whiteslip.infra.migrations import migrate
from whiteslip.infra.settings import Settings

Home = Annotated[Path | None, typer.Option(help="Folder of data, logs and secrets.")]
Dsn = Annotated[str | None, typer.Option(help="A PostgreSQL of your own, version 15 or newer.")]


def running_database(chosen: Settings) -> str:
    """Return the DSN of the operator's database, or of the embedded one, started if need be."""
    if chosen.dsn:
        return chosen.dsn
    with progress_of("starting the database") as progress:
        return EmbeddedServer(chosen.home, port=chosen.database_port).start(progress=progress)


def ready_database(chosen: Settings) -> str:
    """Return the DSN of a running database that is safe and has today's schema."""
    dsn = running_database(chosen)
    with connect(dsn) as db:
        refuse_unsafe(db)
    if applied := migrate(dsn):
        say(f"Applied {len(applied)} migrations.")
    return dsn


@contextmanager
def progress_of(what: str) -> Generator[Callable[[str], None]]:
    """Show on a terminal what is going on; say nothing into a pipe."""
    with err.status(what) as status:
        yield lambda message: status.update(f"{what}: {message[:100]}".replace("[", r"\["))
