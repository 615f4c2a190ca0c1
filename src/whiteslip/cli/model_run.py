"""`whiteslip model run`: let the live model of a name score every line, now or each night after the day is closed."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from whiteslip.cli.app import complain, err, say, shielded
from whiteslip.cli.database import Dsn, Home, running_database
from whiteslip.cli.model import commands
from whiteslip.cli.model_life import Registered
from whiteslip.decisioning.models.model import Absence
from whiteslip.flows.score_lines import ScoringReport, score_lines
from whiteslip.infra import settings
from whiteslip.infra.database import Database

NIGHTLY = "behavior"
"""The model whose score the checkout reads."""
NOT_SCORED = 1

AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]


@commands.command()
def run(name: Registered, *, as_json: AsJson = False, dsn: Dsn = None, home: Home = None) -> None:
    """Score every line by the live model as of the last closed day; ends with 1 when there is none to score with."""
    target = running_database(settings.load(dsn=dsn, home=home))
    with (
        Database(target, max_size=1, statement_timeout_ms=0) as database,
        _progress(quiet=as_json) as tell,
    ):
        report = score_lines(database, model=name, progress=tell)
    if as_json:
        typer.echo(json.dumps(report._asdict(), default=str))
    elif not report.fault:
        say(_told(report))
    if report.fault:
        complain(f"nothing was scored: {report.fault}")
        raise typer.Exit(NOT_SCORED)


def score_tonight(database: Database, *, quiet: bool) -> None:
    """Score every line for the day just closed, if a model is live; a score that is not there is a missing fact."""
    with shielded(f"lines were not scored by {NIGHTLY}"):
        with _progress(quiet=quiet) as tell:
            report = score_lines(database, model=NIGHTLY, progress=tell)
        if report.absence is Absence.MISSING:
            return
        if report.fault:
            complain(f"lines were not scored: {report.fault}")
        elif not quiet:
            say(_told(report))


def _told(report: ScoringReport) -> str:
    return f"{report.lines:,} lines scored by {report.model} {report.version} as of {report.as_of}"


@contextmanager
def _progress(*, quiet: bool) -> Generator[Callable[[int, int], None] | None]:
    if quiet or not err.is_terminal:
        yield None
        return
    columns = (TextColumn("scoring"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as bars:
        task = bars.add_task("scoring", total=None)
        yield lambda done, whole: bars.update(task, completed=done, total=whole)
