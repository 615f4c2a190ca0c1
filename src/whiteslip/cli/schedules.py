"""`whiteslip bench schedules`, and published schedules and rates of others compared with ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from whiteslip.bench.published import Compared, compare
from whiteslip.bench.published_rates import compare_rates
from whiteslip.bench.schedules import bench_schedules
from whiteslip.cli.app import app, out, say
from whiteslip.cli.bench import FAULTY, AsJson, commands

File = Annotated[Path, typer.Argument(help="A file of published cases, as JSON.")]
Rates = Annotated[bool, typer.Option("--rates", help="The file is of annual rates.")]
Plans = Annotated[int, typer.Option(min=1, help="How many plans are made at once.")]


@app.command(name="compare-schedules")
def compare_schedules(file: File, *, rates: Rates = False, as_json: AsJson = False) -> None:
    """Play published cases through our plans; each figure is equal, or differs and is named."""
    found = compare_rates(file) if rates else compare(file)
    if as_json:
        typer.echo(json.dumps([one._asdict() for one in found]))
    else:
        out.print(_table(found))
        figures = sum(one.figures for one in found)
        say(f"{figures} figures of {len(found)} cases, {_odd(found)} cases differ.")
    if _odd(found):
        raise typer.Exit(FAULTY)


@commands.command()
def schedules(*, as_json: AsJson = False, plans: Plans = 200_000) -> None:
    """Installments a second in a batch, by flat fee and by declining balance, on one core."""
    report = bench_schedules(count=plans)
    if as_json:
        typer.echo(json.dumps(report.as_json()))
    else:
        say(f"flat fee: {report.flat_rows_per_s:,.0f} rows/s")
        say(f"declining balance: {report.declining_rows_per_s:,.0f} rows/s")
        say(f"one after the other: {report.alone_rows_per_s:,.0f} rows/s")
        say(f"{report.checked} plans of each made one by one too: {len(report.faults)} differ")
    if report.faults:
        raise typer.Exit(FAULTY)


def _odd(found: list[Compared]) -> int:
    return sum(bool(one.differences) for one in found)


def _table(found: list[Compared]) -> Table:
    table = Table("case", "about", "figures", "")
    for one in found:
        told = "equal" if not one.differences else "; ".join(one.differences[:5])
        table.add_row(one.case, one.topic, str(one.figures), told)
    return table
