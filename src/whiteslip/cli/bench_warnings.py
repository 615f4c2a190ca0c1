"""`whiteslip bench warnings`: how long early warning takes over a whole book."""

from __future__ import annotations

import json

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from whiteslip.bench.ground import ground
from whiteslip.bench.warnings import LINES, WarningsReport, bench_warnings
from whiteslip.cli.app import err, out, say
from whiteslip.cli.bench import FAULTY, AsJson, Lines, Quick, commands

QUICK_LINES = 100_000


@commands.command()
def warnings(*, as_json: AsJson = False, quick: Quick = False, lines: Lines = None) -> None:
    """Seconds by indicator over a made book, and of looking ahead over each of its lines."""
    with (
        err.status("bench") as status,
        ground(lambda message: status.update(escape(message))) as place,
    ):
        report = bench_warnings(place, lines=lines or (QUICK_LINES if quick else LINES))
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        show(report)
    if report.faults:
        raise typer.Exit(FAULTY)


def show(report: WarningsReport) -> None:
    """Show seconds by indicator, and what each came to."""
    table = Table(title=f"{report.lines:,} lines", box=SIMPLE_HEAD)
    table.add_column("indicator")
    table.add_column("seconds", justify="right")
    table.add_column("came to")
    for name, seconds in sorted(report.seconds.items(), key=lambda each: -each[1]):
        table.add_row(name, f"{seconds:.2f}", report.values[name])
    table.add_row("all of a day", f"{sum(report.seconds.values()):.2f}", "")
    table.add_row("one look of the fast ones", f"{report.fast_seconds:.3f}", "")
    seen = ", ".join(f"{count:,} {color}" for color, count in report.seen.items())
    table.add_row(f"ahead, {report.ahead_workers} workers", f"{report.ahead_seconds:.2f}", seen)
    out.print(table)
    for fault in report.faults:
        say(f"FAULT: {fault}")
