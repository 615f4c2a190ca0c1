"""`whiteslip bench`: measure this machine beside pgbench, on a database server of the bench's own."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from whiteslip.bench.checkout import bench_checkout
from whiteslip.bench.end_of_day import SIZES, bench_end_of_day
from whiteslip.bench.fail_open import bench_fail_open
from whiteslip.bench.figures import Case, Report
from whiteslip.bench.ground import Ground, ground
from whiteslip.bench.http import bench_http
from whiteslip.bench.models import Table as TableName
from whiteslip.bench.models import compare_models
from whiteslip.bench.network import ACCOUNTS as LINKED
from whiteslip.bench.network import bench_network
from whiteslip.bench.rules import ROWS, bench_rules
from whiteslip.bench.scoring import bench_scoring
from whiteslip.bench.watch import LINES as WATCHED
from whiteslip.bench.watch import bench_watch
from whiteslip.cli import bench_tables
from whiteslip.cli.app import app, err, out, say

commands = typer.Typer(help="Measure it on this machine, beside pgbench.", no_args_is_help=True)
app.add_typer(commands, name="bench")

FAULTY = 1
QUICK_SIZES = (20_000, 100_000)

AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]
Quick = Annotated[bool, typer.Option("--quick", help="A smaller book and shorter runs.")]
Sweep = Annotated[bool, typer.Option("--sweep", help="Other sizes of batch as well.")]
Seconds = Annotated[int | None, typer.Option(min=1, help="How long each case runs.")]
Lines = Annotated[int | None, typer.Option(min=1000, help="How many lines the book has.")]
Sizes = Annotated[list[int] | None, typer.Option("--lines", min=1000, help="May be repeated.")]
Batch = Annotated[int, typer.Option(min=1, max=10_000, help="Purchases a transaction.")]
Connections = Annotated[int, typer.Option(min=1, max=1000, help="How many at once.")]
TableNamed = Annotated[TableName, typer.Option("--table", help="Which public table.")]
DataFolder = Annotated[
    Path,
    typer.Option(envvar="WHITESLIP_DATA", help="The folder the public tables lie in."),
]
Folds = Annotated[int, typer.Option(min=2, max=50, help="Parts the table is cut into.")]
Repeats = Annotated[int, typer.Option(min=1, max=100, help="How often it is cut anew.")]
Rows = Annotated[int, typer.Option(min=20_000, help="How many rows are judged.")]


class Lengths(NamedTuple):
    """How large and how long, when nothing else is said."""

    lines: int
    seconds: int
    yardstick_s: int


FULL = Lengths(200_000, 15, 30)
SHORT = Lengths(100_000, 5, 8)


@commands.command()
def checkout(
    *,
    as_json: AsJson = False,
    quick: Quick = False,
    sweep: Sweep = False,
    seconds: Seconds = None,
    lines: Lines = None,
    batch: Batch = 500,
    connections: Connections = 2,
) -> None:
    """Purchases through the whole durable path, in batches."""
    lengths = SHORT if quick else FULL
    with _ground() as place:
        report = bench_checkout(
            place,
            lines=lines or lengths.lines,
            seconds=seconds or lengths.seconds,
            batch=batch,
            connections=connections,
            sweep=sweep,
            yardstick_s=lengths.yardstick_s,
        )
    _tell(report, as_json=as_json)


@commands.command()
def http(
    *,
    as_json: AsJson = False,
    quick: Quick = False,
    seconds: Seconds = None,
    lines: Lines = None,
    connections: Connections = 128,
) -> None:
    """Purchases over HTTP, one a request: the peak, 70 % of it, and overload; needs wrk."""
    lengths = SHORT if quick else FULL
    with _ground() as place:
        report = bench_http(
            place,
            lines=lines or lengths.lines,
            seconds=seconds or lengths.seconds,
            connections=connections,
            yardstick_s=lengths.yardstick_s,
        )
    _tell(report, as_json=as_json)


@commands.command(name="end-of-day")
def end_of_day(*, as_json: AsJson = False, quick: Quick = False, lines: Sizes = None) -> None:
    """Closing a day over books of several sizes, and shoppers meanwhile."""
    lengths = SHORT if quick else FULL
    sizes: Sequence[int] = lines or (QUICK_SIZES if quick else SIZES)
    with _ground() as place:
        report = bench_end_of_day(place, sizes=sizes, yardstick_s=lengths.yardstick_s)
    _tell(report, as_json=as_json)


@commands.command()
def rules(*, as_json: AsJson = False, rows: Rows = ROWS) -> None:
    """Thirty rules over many rows on one core, one decision, and zen-engine on the same table."""
    with _ground() as place:
        report = bench_rules(place, rows=rows, tell=place.tell)
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        bench_tables.print_rules(report)
    if report.faults:
        raise typer.Exit(FAULTY)


@commands.command()
def scoring(*, as_json: AsJson = False, rows: Rows = ROWS) -> None:
    """A scorecard on one core beside optbinning, and boosted trees beside LightGBM's own call."""
    with err.status("bench") as status:
        report = bench_scoring(rows=rows, tell=_teller(status.update))
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        bench_tables.print_scoring(report)
    if report.faults:
        raise typer.Exit(FAULTY)


@commands.command()
def models(
    *,
    as_json: AsJson = False,
    table: TableNamed = "german",
    data: DataFolder,
    folds: Folds = 5,
    repeats: Repeats = 1,
) -> None:
    """Our models beside those of peers on public credit data, in the same folds of one run."""
    with err.status(f"bench: {table}"):
        found = compare_models(table, data, folds=folds, repeats=repeats)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        bench_tables.print_models(found)


@commands.command()
def watch(*, as_json: AsJson = False, quick: Quick = False, lines: Lines = None) -> None:
    """Score and judge every line of a book, and restrict a customer of whom there is news."""
    with _ground() as place:
        report = bench_watch(place, lines=lines or (SHORT.lines if quick else WATCHED))
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        bench_tables.print_watch(report)
    if report.faults:
        raise typer.Exit(FAULTY)


@commands.command()
def network(*, as_json: AsJson = False, quick: Quick = False, lines: Lines = None) -> None:
    """Weave a network of three links an account, with rings planted in it."""
    with _ground() as place:
        report = bench_network(place, accounts=lines or (SHORT.lines if quick else LINKED))
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        bench_tables.print_network(report)
    if report.faults:
        raise typer.Exit(FAULTY)


@commands.command(name="fail-open")
def fail_open(*, as_json: AsJson = False) -> None:
    """Faulty facts and rules: what our books do with each, and what zen-engine really does."""
    report = bench_fail_open()
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        bench_tables.print_fail_open(report)
    if report.faults:
        raise typer.Exit(FAULTY)


@contextmanager
def _ground() -> Generator[Ground]:
    """Give a server of its own, and show on a terminal what is going on."""
    with err.status("bench") as status, ground(_teller(status.update)) as place:
        yield place


def _teller(update: Callable[[str], None]) -> Callable[[str], None]:
    return lambda message: update(message.replace("[", r"\["))


def _tell(report: Report, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        _print(report)
    if report.faults:
        raise typer.Exit(FAULTY)


def _print(report: Report) -> None:
    title = f"{report.unit}; pgbench does {report.yardstick.tps:,.0f} transactions a second here"
    table = Table(title=title, box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("case", no_wrap=True)
    for name in ("a second", "ratio", "by CPU", "p50", "p95", "p99", "max ms"):
        table.add_column(name, justify="right", no_wrap=True)
    for case in report.cases:
        table.add_row(*_row(report, case))
    out.print(table)
    for case in report.cases:
        say(f"{case.name}: {case.usage.limits}")
        details = (f"{name} {told}" for name, told in case.facts.items())
        say(f"  {', '.join(details)}")
    for name, fact in report.facts.items():
        say(f"{name.replace('_', ' ')}: {fact}")
    for fault in report.faults:
        say(f"FAULT: {fault}")


def _row(report: Report, case: Case) -> list[str]:
    waits = (
        [f"{wait:,.0f}" if wait >= 100 else f"{wait:.1f}" for wait in case.waits]
        if case.waits
        else [""] * 4
    )
    ratios = (report.ratio(case), report.cpu_ratio(case))
    return [case.name, f"{case.ours_per_s:,.0f}", *(f"{ratio:.1f}" for ratio in ratios), *waits]
