"""`whiteslip model sample`: the book as a table to learn from, with what is known of its columns beside it."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from whiteslip.cli.app import err, out, say
from whiteslip.cli.database import Dsn, Home, running_database
from whiteslip.cli.model import commands
from whiteslip.infra import settings, tables
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import InvalidInput
from whiteslip.views import samples
from whiteslip.views.endings import Ending
from whiteslip.views.samples import BookSample, Tell

SUFFIXES = (".csv", ".parquet")

AsOf = Annotated[
    list[datetime] | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        help="A day whose knowledge is learned from; may be repeated. Else the last that will do.",
    ),
]
BadDays = Annotated[int, typer.Option(min=1, help="Days past due that count as a bad end.")]
WithinDays = Annotated[int, typer.Option(min=1, help="Days after the day that are looked at.")]
Names = Annotated[
    str | None, typer.Option("--features", help="Only these features, with commas between.")
]
OpenOnly = Annotated[
    bool, typer.Option("--open-only", help="Leave out lines that could not buy on their day.")
]
OutFile = Annotated[Path, typer.Option("--out", help="Where to write it: .csv or .parquet.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]


@commands.command()
def sample(
    *,
    as_of: AsOf = None,
    bad_days: BadDays = 60,
    within_days: WithinDays = 180,
    names: Names = None,
    open_only: OpenOnly = False,
    out_file: OutFile,
    as_json: AsJson = False,
    dsn: Dsn = None,
    home: Home = None,
) -> None:
    """Write a row for each line and day: the features of that day, and whether the line ended badly after it."""
    _check_name(out_file)
    ending = Ending(bad_days, within_days)
    wanted = None if names is None else [name.strip() for name in names.split(",")]
    target = running_database(settings.load(dsn=dsn, home=home))
    with (
        Database(target, max_size=1, statement_timeout_ms=0) as database,
        _progress(quiet=as_json) as tell,
    ):

        def draw(db: Connection) -> BookSample:
            days = _days(as_of) or [samples.default_day(db, ending)]
            return samples.book_sample(
                db, days, ending=ending, names=wanted, open_only=open_only, tell=tell
            )

        found = database.read(draw)
    tables.write(out_file, found.columns)
    schema = out_file.with_suffix(".schema.toml")
    _write(schema, samples.schema_of(found, file=out_file.name))
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False))
    else:
        _show(found, out_file, schema)


def _check_name(path: Path) -> None:
    if path.suffix not in SUFFIXES:
        raise InvalidInput(f"{path}: a table is written as .csv or .parquet", where=str(path))


def _days(as_of: list[datetime] | None) -> list[date]:
    return [day.date() for day in as_of or ()]


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        cause = f"{path} cannot be written: {error.strerror}"
        raise InvalidInput(cause, where=str(path)) from error


@contextmanager
def _progress(*, quiet: bool) -> Generator[Tell | None]:
    if quiet or not err.is_terminal:
        yield None
        return
    columns = (TextColumn("days"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as bars:
        task = bars.add_task("days", total=None)
        yield lambda done, whole: bars.update(task, completed=done, total=whole)


def _show(found: BookSample, file: Path, schema: Path) -> None:
    ending = found.ending
    table = Table(
        title=f"bad: {ending.days} days past due within {ending.within_days} days", box=SIMPLE_HEAD
    )
    for head in ("as of", "rows", "bad", "share", "already late"):
        table.add_column(head, justify="left" if head == "as of" else "right")
    for day in found.days:
        share = f"{day.bads / day.rows:.1%}" if day.rows else "–"
        table.add_row(str(day.as_of), f"{day.rows:,}", f"{day.bads:,}", share, f"{day.late:,}")
    out.print(table)
    period = f"{found.days[0].as_of} to {found.days[-1].as_of}"
    say(f"{found.rows:,} rows, {found.bads:,} bad, {period}, {len(found.features)} features")
    for note in found.notes:
        say(f"note: {note}")
    say(f"wrote {file} and {schema}. Next:")
    say(f"  whiteslip model fit {file} --schema {schema} --name behavior --version …")
