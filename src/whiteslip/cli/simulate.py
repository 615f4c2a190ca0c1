"""`whiteslip simulate`: made-up people live in an empty book for as many days as wished."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from whiteslip.cli.app import app, err, out
from whiteslip.cli.database import Dsn, Home, running_database
from whiteslip.infra import settings
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Database
from whiteslip.infra.migrations import migrate
from whiteslip.kernel.calendar import business_date_of
from whiteslip.kernel.errors import Conflict
from whiteslip.world import demo
from whiteslip.world.fingerprint import digest
from whiteslip.world.simulate import Result
from whiteslip.world.simulate import simulate as run_world

Shoppers = Annotated[int, typer.Option(min=1, max=1_000_000, help="How many people.")]
Days = Annotated[int, typer.Option(min=1, max=3660, help="How many days they live.")]
Seed = Annotated[int, typer.Option(min=0, help="The same seed gives the same book.")]
Start = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="First day; else so that it ends today."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]


@app.command()
def simulate(
    *,
    shoppers: Shoppers = 2_000,
    days: Days = 180,
    seed: Seed = 1,
    start: Start = None,
    as_json: AsJson = False,
    dsn: Dsn = None,
    home: Home = None,
) -> None:
    """Fill an empty book with a made-up world: people who buy, pay, forget, fall ill and come back."""
    target = running_database(settings.load(dsn=dsn, home=home))
    migrate(target)
    first = start.date() if start else _ending_today(days)
    with Database(target, statement_timeout_ms=0, application_name="whiteslip simulate") as book:
        if not demo.is_empty(book):
            raise Conflict("the book is not empty: simulate into a database of its own, see --dsn")
        with _progress(quiet=as_json) as progress:
            result = run_world(
                book, shoppers=shoppers, days=days, seed=seed, start=first, progress=progress
            )
        fingerprint = book.read(digest)
    if as_json:
        typer.echo(json.dumps({**result._asdict(), "fingerprint": fingerprint}))
    else:
        _print(result, fingerprint)


def _ending_today(days: int) -> date:
    return business_date_of(MachineClock().now()) - timedelta(days=days)


@contextmanager
def _progress(*, quiet: bool) -> Generator[Callable[[int, int], None] | None]:
    if quiet or not err.is_terminal:
        yield None
        return
    columns = (TextColumn("days"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err) as bars:
        task = bars.add_task("days", total=None)
        yield lambda done, days: bars.update(task, completed=done, total=days)


def _print(result: Result, fingerprint: str) -> None:
    title = f"{result.shoppers:,} people, {result.days} days, seed {result.seed}"
    table = Table(title=title, show_header=False)
    declined = sum(result.declined.values())
    by_reason = ", ".join(f"{code} {count:,}" for code, count in result.declined.items())
    rows = {
        "purchases": f"{result.purchases:,}",
        "asked to verify, left for review": f"{result.verifications:,}, {result.referred:,}",
        "declined": f"{declined:,} ({by_reason})" if declined else "0",
        "captures, voids, refunds": f"{result.captures:,}, {result.voids:,}, {result.refunds:,}",
        "statements": f"{result.statements:,}",
        "repayments": f"{result.repayments:,}",
        "temporary limits": f"{result.temporary_limits:,}",
        "overdue today": f"{result.overdue_lines:,} lines",
        "warned, restricted, suspended": (
            f"{result.warned:,}, {result.restricted:,}, {result.suspended:,}"
        ),
        "restored": f"{result.restored:,}",
        "fingerprint": fingerprint,
        "seconds": f"{result.seconds:.1f}",
    }
    for name, figure in rows.items():
        table.add_row(name, figure)
    out.print(table)
