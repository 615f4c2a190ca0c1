"""Commands that lead a fitted model from a file into the registry and into use, each by a named person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from whiteslip.cli.app import out, say
from whiteslip.cli.database import Dsn, Home, running_database
from whiteslip.cli.model import ModelFile, commands, read_model
from whiteslip.decisioning.models.model import Entry
from whiteslip.flows import publish_model as publishing
from whiteslip.infra import settings
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.calendar import business_date_of


class OneKind(StrEnum):
    """Which model of a file is meant."""

    SCORECARD = "scorecard"
    BOOSTED = "boosted"


WhichKind = Annotated[
    OneKind | None, typer.Option("--kind", help="Of a file with both, which one.")
]
Registered = Annotated[str, typer.Argument(help="The name of a registered model.")]
OneVersion = Annotated[int, typer.Argument(help="Its version.")]
By = Annotated[str, typer.Option(help="Who acts.")]


@commands.command()
def publish(
    model: ModelFile, *, by: By, kind: WhichKind = None, dsn: Dsn = None, home: Home = None
) -> None:
    """Register a fitted model as a draft; another person has to approve it before it can be live."""
    fitted = read_model(model)

    def draft(db: Connection, at: datetime) -> Entry:
        chosen = kind.value if kind else None
        return publishing.draft(db, fitted, kind=chosen, on=business_date_of(at), by=by, at=at)

    entry = _change(draft, dsn, home)
    say(f"{entry.name} {entry.version} is a {entry.status}. Next, by another person:")
    say(f"  whiteslip model approve {entry.name} {entry.version} --by …")


@commands.command()
def approve(
    name: Registered, version: OneVersion, *, by: By, dsn: Dsn = None, home: Home = None
) -> None:
    """Approve a draft that another person registered."""
    _change(lambda db, at: publishing.approve(db, name, version, by=by, at=at), dsn, home)
    say(f"{name} {version} is approved. Next: whiteslip model release {name} {version}")


@commands.command()
def release(
    name: Registered, version: OneVersion, *, by: By, dsn: Dsn = None, home: Home = None
) -> None:
    """Make an approved version the live one."""
    _change(lambda db, at: publishing.release(db, name, version, by=by, at=at), dsn, home)
    say(f"{name} {version} is live")


@commands.command(name="roll-back")
def roll_back(name: Registered, *, by: By, dsn: Dsn = None, home: Home = None) -> None:
    """Go back to the version that was live before."""
    entry = _change(lambda db, at: publishing.roll_back(db, name, by=by, at=at), dsn, home)
    say(f"{entry.name} {entry.version} is live again")


@commands.command()
def retire(
    name: Registered, version: OneVersion, *, by: By, dsn: Dsn = None, home: Home = None
) -> None:
    """Take a version out of use."""
    _change(lambda db, at: publishing.retire(db, name, version, by=by, at=at), dsn, home)
    say(f"{name} {version} is retired")


@commands.command(name="list")
def show(*, dsn: Dsn = None, home: Home = None) -> None:
    """List every registered version."""
    dsn = running_database(settings.load(dsn=dsn, home=home))
    with Database(dsn, max_size=1) as database:
        entries = database.read(publishing.entries)
    table = Table()
    for head in ("model", "version", "kind", "status", "AUC", "drafted by", "approved by"):
        table.add_column(head)
    for entry in entries:
        auc = entry.figures.get("auc")
        shown = f"{auc:.3f}" if isinstance(auc, float) else "–"
        table.add_row(
            escape(entry.name),
            str(entry.version),
            entry.kind,
            entry.status,
            shown,
            escape(entry.drafted_by),
            escape(entry.approved_by or "–"),
        )
    out.print(table)


def _change(
    work: Callable[[Connection, datetime], Entry], dsn: str | None, home: Path | None
) -> Entry:
    dsn = running_database(settings.load(dsn=dsn, home=home))
    with Database(dsn, max_size=1) as database:
        return database.write(lambda db: work(db, MachineClock().now()))
