"""Commands about the book itself: end of day and the check of every invariant."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Annotated

import typer
from rich.progress import Progress
from rich.table import Table

from whiteslip.cli.app import app, err, out, say
from whiteslip.cli.database import Dsn, Home, running_database
from whiteslip.cli.night import night
from whiteslip.flows import check_books as checking
from whiteslip.flows import end_of_day as closing
from whiteslip.flows.check_books import BooksReport
from whiteslip.flows.end_of_day import DayReport
from whiteslip.infra import business_day, settings
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.money import decimal_text

WRONG_BOOKS = 1

To = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Close every day before this date.")
]
Workers = Annotated[int, typer.Option(min=1, max=16, help="Ranges of customers at a time.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]


@app.command(name="end-of-day")
def end_of_day(
    *,
    to: To = None,
    workers: Workers = 2,
    as_json: AsJson = False,
    dsn: Dsn = None,
    home: Home = None,
) -> None:
    """Close the business day, or all up to a date, and do the work of the night; resumes what broke off."""
    dsn = running_database(settings.load(dsn=dsn, home=home))
    with Database(dsn, max_size=workers + 1, statement_timeout_ms=0) as database:
        until = _until(database, to.date() if to else None)
        reports: list[DayReport] = []
        while _goes_on(database, until):
            reports.append(_close(database, workers, quiet=as_json))
        if reports:
            night(database, workers=workers, quiet=as_json)
    if as_json:
        typer.echo(json.dumps([report._asdict() for report in reports], default=str))
    elif not reports:
        say("Nothing to close.")


@app.command(name="check-books")
def check_books(*, as_json: AsJson = False, dsn: Dsn = None, home: Home = None) -> None:
    """Prove every invariant of the book in one snapshot; ends with 1 when one does not hold."""
    dsn = running_database(settings.load(dsn=dsn, home=home))
    with Database(dsn, max_size=1, statement_timeout_ms=0) as database:
        report = database.read(checking.check_books)
    if as_json:
        typer.echo(json.dumps(_as_json(report)))
    else:
        _show(report)
    if not report.clean:
        raise typer.Exit(WRONG_BOOKS)


def _until(database: Database, to: date | None) -> date:
    """Return the date the book is to reach: one day on, or the day asked for."""
    day = database.read(business_day.read)
    if to is None:
        return day.current_on if day.closing else day.current_on + timedelta(days=1)
    if to < day.current_on:
        raise InvalidInput(f"the book is at {day.current_on} already; it never goes back")
    return to


def _goes_on(database: Database, until: date) -> bool:
    day = database.read(business_day.read)
    return day.closing or day.current_on < until


def _close(database: Database, workers: int, *, quiet: bool) -> DayReport:
    at = MachineClock().now()
    with Progress(console=err, transient=True, disable=quiet) as bar:
        task = bar.add_task("end of day", total=None)

        def tell(done: int, ranges: int) -> None:
            bar.update(task, completed=done, total=ranges)

        report = closing.end_of_day(database, at=at, workers=workers, progress=tell)
    if not quiet:
        table = Table(title=f"{report.business_date} closed in {report.seconds:.2f} s")
        for column in ("step", "rows", "ms"):
            table.add_column(column, justify="left" if column == "step" else "right")
        for name, ms in report.step_ms.items():
            table.add_row(name, f"{report.rows.get(name, 0):,}", f"{ms:,.0f}")
        out.print(table)
    return report


def _as_json(report: BooksReport) -> dict[str, object]:
    return {
        "clean": report.clean,
        "checks": {check.name: list(check.problems) for check in report.checks},
        "trial_balance": dict(report.trial_balance),
    }


def _show(report: BooksReport) -> None:
    table = Table(title="The books balance" if report.clean else "The books are wrong")
    table.add_column("invariant")
    table.add_column("holds")
    for check in report.checks:
        table.add_row(check.name, "[red]no" if check.problems else "[green]yes")
    out.print(table)
    balance = Table(title="Trial balance")
    balance.add_column("account")
    balance.add_column("debit less credit", justify="right")
    for account, amount_minor in report.trial_balance.items():
        balance.add_row(account, decimal_text(amount_minor))
    out.print(balance)
    for problem in report.problems[:20]:
        say(problem)
