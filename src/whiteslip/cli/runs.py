"""Commands for runs of the watch book that the blast guard stopped, or that are to be undone."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from whiteslip.cli.app import app, out, say
from whiteslip.cli.appetite import tell_unknown
from whiteslip.cli.database import Dsn, Home, running_database
from whiteslip.flows.govern_runs import Run, release_run, undo_run
from whiteslip.infra import settings
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Database
from whiteslip.views.runs import waiting

runs = typer.Typer(
    help="Runs of the watch book that wait for two people, or are to be undone.",
    no_args_is_help=True,
)
app.add_typer(runs, name="runs")

Book = Annotated[str, typer.Argument(help="Name of the book.")]
Version = Annotated[int, typer.Argument(help="Its version.")]
On = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="The date it judged for.")]
By = Annotated[str, typer.Option(help="Who does it.")]
Note = Annotated[str, typer.Option(help="On what grounds.")]


@runs.command(name="list")
def list_runs(*, dsn: Dsn = None, home: Home = None) -> None:
    """List the runs that stopped as proposals, and who released them so far."""
    with _database(dsn, home) as database:
        found = database.read(waiting)
    if not found:
        say("No run waits.")
        return
    table = Table("book", "version", "for", "lines", "restrictions", "why", "released by")
    for run in found:
        released = ", ".join(run.released_by) or "nobody"
        row = (run.book, run.version, run.on, run.lines, run.restrictions, run.note, released)
        table.add_row(*map(str, row))
    out.print(table)


@runs.command(name="release")
def release(
    book: Book,
    version: Version,
    on: On,
    *,
    by: By,
    note: Note = "",
    dsn: Dsn = None,
    home: Home = None,
) -> None:
    """Release a run; with the last person needed its restrictions come into force and their owners are told."""
    run = Run(book, version, on.date())
    with _database(dsn, home) as database:
        at = MachineClock().now()
        done = database.write(lambda db: release_run(db, run, by=by, note=note, at=at))
    if done.missing:
        say(f"Released by one; {done.missing} more must release it.")
    else:
        say(f"Released: {done.moved} restrictions are in force.")
    tell_unknown(done.appetite)


@runs.command(name="undo")
def undo(
    book: Book,
    version: Version,
    on: On,
    *,
    by: By,
    note: Note,
    dsn: Dsn = None,
    home: Home = None,
) -> None:
    """Undo a run as a whole: all it imposed that still stands is lifted, and its owners are told."""
    run = Run(book, version, on.date())
    with _database(dsn, home) as database:
        at = MachineClock().now()
        done = database.write(lambda db: undo_run(db, run, by=by, note=note, at=at))
    say(f"Undone: {done.moved} restrictions.")


def _database(dsn: Dsn, home: Home) -> Database:
    found = running_database(settings.load(dsn=dsn, home=home))
    return Database(found, max_size=1, statement_timeout_ms=0)
