"""`whiteslip replay`: run a recorded portfolio through its own book and prove every statement."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from whiteslip.cli.app import app
from whiteslip.infra import settings
from whiteslip.infra.database import Database
from whiteslip.infra.embedded import EmbeddedServer
from whiteslip.infra.scratch import scratch_database
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.world import panel, profiles
from whiteslip.world import report as reports
from whiteslip.world.replay import Tell
from whiteslip.world.replay import replay as run_replay
from whiteslip.world.result import ReplayResult

DATABASE_PREFIX = "whiteslip_replay"
BAD_INPUT, NOT_EQUAL = 2, 1

PanelFile = Annotated[Path, typer.Argument(help="The panel as CSV, plain or gzipped.")]
ProfileName = Annotated[str, typer.Option(help="Which columns and months the panel has.")]
ReportFile = Annotated[Path | None, typer.Option(help="Write the HTML report here.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]
Dsn = Annotated[str | None, typer.Option(help="A PostgreSQL server; else the built-in one.")]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse what is only warned of.")]
Keep = Annotated[bool, typer.Option("--keep", help="Keep the replay's database.")]


@app.command()
def replay(
    panel_file: PanelFile,
    *,
    profile: ProfileName = "taiwan",
    report: ReportFile = None,
    as_json: AsJson = False,
    dsn: Dsn = None,
    strict: Strict = False,
    keep: Keep = False,
) -> None:
    """Replay a recorded portfolio on a database of its own and compare every statement."""
    try:
        chosen = profiles.load(profile)
        read = panel.read(panel_file, chosen, strict=strict)
        _need_folder(report)
        result = _replayed(read, chosen, dsn=dsn, keep=keep, quiet=as_json)
    except WhiteslipError as error:
        typer.echo(f"whiteslip replay: {error}", err=True)
        raise typer.Exit(BAD_INPUT) from error
    if report is not None:
        reports.write(result, report)
    if as_json:
        typer.echo(json.dumps(result.as_json(), ensure_ascii=False))
    else:
        _print(result, report)
    if not result.faultless:
        raise typer.Exit(NOT_EQUAL)


def _need_folder(report: Path | None) -> None:
    if report is not None and not report.resolve().parent.is_dir():
        text = f"the report cannot be written: {report.parent} is not a folder"
        raise typer.BadParameter(text)


def _replayed(
    read: panel.Panel, profile: profiles.Profile, *, dsn: str | None, keep: bool, quiet: bool
) -> ReplayResult:
    chosen = settings.load(dsn=dsn)
    server = chosen.dsn or EmbeddedServer(chosen.home, port=chosen.database_port).start()
    with (
        scratch_database(server, DATABASE_PREFIX, keep=keep) as own,
        Database(own, statement_timeout_ms=0, application_name="whiteslip replay") as database,
        _progress(quiet=quiet) as tell,
    ):
        return run_replay(database, read, profile, tell=tell)


@contextmanager
def _progress(*, quiet: bool) -> Generator[Tell]:
    """Show bars on a terminal; say nothing for machines."""
    if quiet or not sys.stderr.isatty():
        yield lambda _phase, _done, _total: None
        return
    columns = (
        TextColumn("{task.description:28}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(phase: str, done: int, total: int) -> None:
            if phase not in tasks:
                tasks[phase] = bars.add_task(phase, total=total)
            bars.update(tasks[phase], completed=done)

        yield tell


def _print(result: ReplayResult, report: Path | None) -> None:
    found, imported = result.comparison, result.imported
    table = Table(title=result.profile.title, show_header=False)
    rows = (
        ("customers", f"{result.panel.customers:,}"),
        ("statements", f"{found.statements:,}"),
        ("equal to the recorded bills", f"{found.statements_equal:,}"),
        ("oracle agrees on", f"{found.oracle_agrees:,} of {found.oracle_compared:,}"),
        ("repayments", f"{imported.repayments:,}"),
        ("purchases", f"{imported.purchases:,} ({imported.over_limit:,} above the limit)"),
        ("refunds", f"{imported.refunds:,}"),
        ("books balance", "yes" if result.books_balanced else "no"),
        ("seconds", f"{result.seconds:.1f}"),
    )
    for name, figure in rows:
        table.add_row(name, figure)
    console = Console()
    console.print(table)
    for warning in result.panel.warnings:
        console.print(f"note: {warning}", markup=False)
    for each in found.exceptions[:10]:
        console.print(
            f"differs: customer {each.customer}, {each.month}: {each.reason}", markup=False
        )
    for problem in result.book_problems[:10]:
        console.print(f"books: {problem}", markup=False)
    if report is not None:
        console.print(f"report: {report}", markup=False)
