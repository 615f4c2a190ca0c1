"""Commands that lead a version of a rule book from draft to live, each by a named person."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast

import typer
from rich.markup import escape

from whiteslip.cli.app import REFUSED, err, say
from whiteslip.cli.appetite import tell_unknown
from whiteslip.cli.database import Dsn, Home, running_database
from whiteslip.cli.rules import Name, OneVersion, commands, percent, show_differences
from whiteslip.flows import publish_book as publishing
from whiteslip.flows.publish_book import Admitted, Checked
from whiteslip.infra import settings
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import InvalidInput

T = TypeVar("T")

By = Annotated[str, typer.Option(help="Who acts.")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The file of a rule book.")]
Evidence = Annotated[
    Path,
    typer.Option("--file", exists=True, dir_okay=False, help="What it found, as a JSON object."),
]
Note = Annotated[str, typer.Option(help="Why, for the record.")]
Checksum = Annotated[
    str | None,
    typer.Option(help="Approve only this text: its checksum from the list, or the start of it."),
]
Share = Annotated[
    str,
    typer.Option(
        help="Of the customers, such as 10%; a challenger judges them and the live version the others."
    ),
]


@commands.command()
def publish(file: File, *, by: By, dsn: Dsn = None, home: Home = None) -> None:
    """Keep a file as a draft of the version it says, or change that draft; validated if nothing is refused."""
    body = _text(file)
    found = _change(
        lambda db, at: publishing.draft(db, body, file=str(file), by=by, at=at), dsn, home
    )
    _tell(found)


@commands.command()
def validate(
    name: Name, version: OneVersion, *, by: By, dsn: Dsn = None, home: Home = None
) -> None:
    """Analyze a draft again, and validate it if nothing is refused."""
    _tell(_change(lambda db, at: publishing.validate(db, name, version, by=by, at=at), dsn, home))


@commands.command(name="record-backtest")
def record_backtest(
    name: Name,
    version: OneVersion,
    *,
    evidence: Evidence,
    by: By,
    dsn: Dsn = None,
    home: Home = None,
) -> None:
    """Keep what a backtest run elsewhere found of a validated version."""
    found = _object(evidence)
    _change(
        lambda db, at: publishing.record_backtest(db, name, version, by=by, evidence=found, at=at),
        dsn,
        home,
    )
    say(f"{name} {version} is backtested. Next, by another person: whiteslip rules approve")


@commands.command()
def approve(
    name: Name,
    version: OneVersion,
    *,
    by: By,
    checksum: Checksum = None,
    note: Note = "",
    dsn: Dsn = None,
    home: Home = None,
) -> None:
    """Approve a backtested version that other people wrote."""
    _change(
        lambda db, at: publishing.approve(
            db, name, version, by=by, at=at, checksum=checksum, note=note
        ),
        dsn,
        home,
    )
    say(f"{name} {version} is approved. Next: whiteslip rules shadow")


@commands.command()
def shadow(name: Name, version: OneVersion, *, by: By, dsn: Dsn = None, home: Home = None) -> None:
    """Evaluate an approved version beside the live one, without effect."""
    _change(lambda db, at: publishing.start_shadow(db, name, version, by=by, at=at), dsn, home)
    say(f"{name} {version} is in shadow. See: whiteslip rules shadow-report")


@commands.command()
def live(
    name: Name,
    version: OneVersion,
    *,
    by: By,
    share: Share = "100%",
    dsn: Dsn = None,
    home: Home = None,
) -> None:
    """Put a version into effect, for all customers or a share; what would move too many accounts is proposed."""
    part = _ppm(share)
    _admitted(
        _change(
            lambda db, at: publishing.go_live(db, name, version, by=by, at=at, share_ppm=part),
            dsn,
            home,
        )
    )


@commands.command()
def release(name: Name, version: OneVersion, *, by: By, dsn: Dsn = None, home: Home = None) -> None:
    """Release a proposal that other people wrote; the last release needed puts it into effect."""
    _admitted(
        _change(lambda db, at: publishing.release(db, name, version, by=by, at=at), dsn, home)
    )


@commands.command()
def retire(
    name: Name, version: OneVersion, *, by: By, note: Note = "", dsn: Dsn = None, home: Home = None
) -> None:
    """Give up a draft, or stop a shadow or a challenger; the live version is retired by the next one."""
    _change(lambda db, at: publishing.retire(db, name, version, by=by, at=at, note=note), dsn, home)
    say(f"{name} {version} is retired.")


@commands.command()
def rollback(name: Name, *, by: By, note: Note = "", dsn: Dsn = None, home: Home = None) -> None:
    """Undo what took effect last: stop the challenger, or else bring back the version that was live before."""
    version = _change(
        lambda db, at: publishing.roll_back(db, name, by=by, at=at, note=note), dsn, home
    )
    say(f"{name} {version} judges everybody now.")


def _change(work: Callable[[Connection, datetime], T], dsn: str | None, home: Path | None) -> T:
    with Database(
        running_database(settings.load(dsn=dsn, home=home)), statement_timeout_ms=0
    ) as database:
        return database.write(lambda db: work(db, MachineClock().now()))


def _tell(found: Checked) -> None:
    for warning in found.warnings:
        err.print(f"[yellow]warning:[/] {escape(str(warning))}", soft_wrap=True, highlight=False)
    for problem in found.problems:
        err.print(f"[bold red]refused:[/] {escape(str(problem))}", soft_wrap=True, highlight=False)
    if found.problems:
        say(f"{found.name} {found.version} stays a draft.")
        raise typer.Exit(REFUSED)
    say(
        f"{found.name} {found.version} is validated ({found.checksum[:12]}). Next: whiteslip rules backtest"
    )


def _admitted(found: Admitted) -> None:
    if found.differences:
        show_differences(found.differences.outcomes, found.differences.rules)
    tell_unknown(found.appetite)
    name, blast = f"{found.name} {found.version}", found.blast
    if not found.proposed:
        part = percent(found.share_ppm)
        say(f"{name} judges {part} of the customers now; it moves {blast.moved:,} accounts.")
        return
    if blast.limit is None:
        why = "no version was live before it"
    else:
        why = f"it would move {blast.moved:,} of {blast.accounts:,} accounts, and {blast.limit:,} are allowed"
    say(
        f"{name} is proposed: {why}. {found.releases_missing} people who did not write it must release it."
    )


def _ppm(share: str) -> int:
    try:
        number = Decimal(share.strip().removesuffix("%").strip())
    except InvalidOperation as error:
        raise InvalidInput(f"{share!r} is not a share such as 10%", where="share") from error
    ppm = number * 10_000
    if (
        not share.strip().endswith("%")
        or not number.is_finite()
        or ppm != int(ppm)
        or not 0 < ppm <= 1_000_000
    ):
        raise InvalidInput(
            f"{share!r} is not a share such as 10%, in steps of 0.0001%", where="share"
        )
    return int(ppm)


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file} cannot be read: {error}", where=str(file)) from error


def _object(file: Path) -> dict[str, Any]:
    try:
        found: Any = json.loads(_text(file))
    except ValueError as error:
        raise InvalidInput(f"{file} is not JSON: {error}", where=str(file)) from error
    if not isinstance(found, dict):
        raise InvalidInput(f"{file} holds no JSON object", where=str(file))
    return cast("dict[str, Any]", found)
