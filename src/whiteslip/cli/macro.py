"""`whiteslip macro`: the environment as it was known, and the figures of others as they are learned."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from whiteslip.cli.app import app, out, say
from whiteslip.cli.database import Dsn, Home, running_database
from whiteslip.flows.record_macro import MacroReport, NewValue, import_macro, record_macro
from whiteslip.infra import settings
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import InvalidInput
from whiteslip.views import macro as views

commands = typer.Typer(
    help="Series of the environment: how they stand, and what is learned of them.",
    no_args_is_help=True,
)
app.add_typer(commands, name="macro")

Series = Annotated[str, typer.Argument(help="Name of the series.")]
KnownOn = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As it was known on this day.")
]
Day = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="The date it speaks of.")]
LearnedOn = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="When it became known.")]
By = Annotated[str, typer.Option(help="Who does it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]


@commands.command(name="show")
def show(
    *, known_on: KnownOn = None, as_json: AsJson = False, dsn: Dsn = None, home: Home = None
) -> None:
    """Show how every series stands; one that is absent or late is unknown and never green."""
    with _database(dsn, home) as database:
        found = database.read(lambda db: views.standing(db, known_on=_day(known_on)))
    if as_json:
        rows = [
            {"series": one.series.name, "color": one.color, "why": one.why,
             "last": None if one.last is None else one.last._asdict()}
            for one in found
        ]  # fmt: skip
        typer.echo(json.dumps(rows, default=str))
        return
    table = Table("color", "series", "value", "of", "learned", "yellow", "red")
    for one in found:
        limits = (views.text_of(one.series.yellow_micro), views.text_of(one.series.red_micro))
        color = one.color if one.why is None else f"{one.color}: {one.why}"
        if one.last is None:
            table.add_row(color, one.series.title.en, "", "", "", *limits)
            continue
        told = (views.text_of(one.last.value_micro), one.last.of_on, one.last.learned_on)
        table.add_row(color, one.series.title.en, *map(str, told), *limits)
    out.print(table)


@commands.command(name="history")
def history(
    series: Series, *, known_on: KnownOn = None, dsn: Dsn = None, home: Home = None
) -> None:
    """Show the last values of a series, as they were known on a day or now."""
    with _database(dsn, home) as database:
        found = database.read(
            lambda db: views.history(db, series, most=60, known_on=_day(known_on))
        )
    table = Table("of", "value", "learned", "revision", "source", "by")
    for one in found:
        value = views.text_of(one.value_micro)
        row = (one.of_on, value, one.learned_on, one.revision, one.source, one.actor)
        table.add_row(*map(str, row))
    out.print(table)


@commands.command(name="import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV: series,date,value,learned_on.")],
    *,
    by: By,
    dsn: Dsn = None,
    home: Home = None,
) -> None:
    """Import values; a file with anything wrong in it is refused whole, by row and column."""
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file} cannot be read: {error}", where="file") from error
    with _database(dsn, home) as database:
        at = MachineClock().now()
        _tell(database.write(lambda db: import_macro(db, text, file=file.name, by=by, at=at)))


@commands.command(name="set")
def set_value(
    series: Series,
    of: Day,
    value: Annotated[str, typer.Argument(help="The value, such as 49.8.")],
    *,
    learned: LearnedOn,
    source: Annotated[str, typer.Option(help="Who published it.")],
    by: By,
    dsn: Dsn = None,
    home: Home = None,
) -> None:
    """Keep one value; a correction is another revision, and what was known before stays known to have been."""
    micro = views.micro_of(value)
    learned_value = [NewValue(series, of.date(), micro, learned.date())]
    with _database(dsn, home) as database:
        at = MachineClock().now()
        report = database.write(
            lambda db: record_macro(db, learned_value, source=source, by=by, at=at)
        )
    _tell(report)


def _tell(report: MacroReport) -> None:
    known = report.given - len(report.news)
    say(
        f"{len(report.news)} values kept, {report.revisions} of them revisions; {known} were known."
    )


def _database(dsn: str | None, home: Path | None) -> Database:
    found = running_database(settings.load(dsn=dsn, home=home))
    return Database(found, max_size=1, statement_timeout_ms=0)


def _day(known_on: datetime | None) -> date | None:
    return None if known_on is None else known_on.date()
