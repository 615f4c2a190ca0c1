"""`whiteslip bench views`: how long the views of the portfolio take over a whole book."""

from __future__ import annotations

import json

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from whiteslip.bench.ground import ground
from whiteslip.bench.portfolio_views import LINES, ViewsReport, bench_views
from whiteslip.cli.app import err, out, say
from whiteslip.cli.bench import FAULTY, AsJson, Lines, Quick, commands

QUICK_LINES = 100_000


@commands.command()
def views(*, as_json: AsJson = False, quick: Quick = False, lines: Lines = None) -> None:
    """Seconds by view of the portfolio over a made book with a year of month ends."""
    with (
        err.status("bench") as status,
        ground(lambda message: status.update(escape(message))) as place,
    ):
        report = bench_views(place, lines=lines or (QUICK_LINES if quick else LINES))
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        show(report)
    if report.faults:
        raise typer.Exit(FAULTY)


def show(report: ViewsReport) -> None:
    """Show seconds by view."""
    table = Table(
        title=f"{report.lines:,} lines, {report.kept_rows:,} rows of month ends", box=SIMPLE_HEAD
    )
    table.add_column("view")
    table.add_column("seconds", justify="right")
    for name, seconds in {"keep a month end": report.keep_seconds, **report.seconds}.items():
        table.add_row(name, f"{seconds:.2f}")
    out.print(table)
    for fault in report.faults:
        say(f"FAULT: {fault}")
