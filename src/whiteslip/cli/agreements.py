"""Commands about agreements: `whiteslip agreements list | publish | announce`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from whiteslip.cli.app import app, out, say, shielded
from whiteslip.cli.database import Dsn, Home, running_database
from whiteslip.flows.keep_agreements import BEGINNING, announce, publish
from whiteslip.infra import settings
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import InvalidInput
from whiteslip.money.lines.model import LineKey
from whiteslip.views.agreements import everything

commands = typer.Typer(
    help="Agreements: list them, publish the next version, tell owners of it.", no_args_is_help=True
)
app.add_typer(commands, name="agreements")

By = Annotated[str, typer.Option("--by", help="Who publishes.")]
File = Annotated[Path, typer.Argument(help="The whole text of the next version, in TOML.")]


@commands.command(name="list")
def list_agreements(*, dsn: Dsn = None, home: Home = None) -> None:
    """List every published version."""
    with _open(dsn, home) as database:
        rows = database.read(everything)
    table = Table("agreement", "version", "published on", "binds by", "checksum")
    for row in rows:
        one = row.agreement
        how = "acceptance" if one.needs_acceptance else f"{one.notice_days} days' notice"
        table.add_row(one.name, str(one.version), str(row.published_on), how, row.checksum[:12])
    out.print(table)


@commands.command(name="publish")
def publish_agreement(file: File, *, by: By, dsn: Dsn = None, home: Home = None) -> None:
    """Publish the next version; owners are told with `announce`, and after the next end of day."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file} cannot be read: {error}", where="file") from error
    with _open(dsn, home) as database:
        at = MachineClock().now()
        made = database.write(lambda db: publish(db, text, by=by, at=at))
    say(f"Version {made.version} of the {made.name} is in force for new lines.")


@commands.command(name="announce")
def announce_agreement(*, dsn: Dsn = None, home: Home = None) -> None:
    """Tell the owners of lines who were not told yet of the newest version."""
    with _open(dsn, home) as database:
        say(f"Told the owners of {_announce(database):,} lines.")


def announce_tonight(database: Database, *, quiet: bool) -> None:
    """Tell of a new version after end of day."""
    with shielded("nobody was told of the agreement"):
        told = _announce(database)
        if told and not quiet:
            say(f"Told the owners of {told:,} lines of the new agreement.")


def _announce(database: Database) -> int:
    """Go over all lines, a transaction a batch; what was told is not told again."""
    told, after = 0, BEGINNING
    at = MachineClock().now()
    while True:
        batch = database.write(lambda db, after=after: announce(db, after=after, at=at))
        told += batch.lines
        if batch.after is None:
            return told
        after = LineKey(*batch.after)


def _open(dsn: str | None, home: Path | None) -> Database:
    return Database(running_database(settings.load(dsn=dsn, home=home)), max_size=1)
