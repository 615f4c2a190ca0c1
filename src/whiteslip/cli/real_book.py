"""`whiteslip real-book`: a recorded portfolio as its owner would look at it, every figure computed twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from whiteslip.bench.ground import ground
from whiteslip.cli.app import app, err, out, say
from whiteslip.cli.bench_portfolio import PROFILE, DataFolder, PanelFile, panel_path
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import InvalidInput
from whiteslip.world import panel, profiles
from whiteslip.world.real_book import RealBook, live
from whiteslip.world.real_report import render

DIFFERS = 1
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]
ReportFolder = Annotated[
    Path | None,
    typer.Option("--out", help="Write the report here, real-book.zh.html and .en.html."),
]


@app.command(name="real-book")
def real_book(
    *,
    panel_file: PanelFile = None,
    data: DataFolder = None,
    out_folder: ReportFolder = None,
    as_json: AsJson = False,
) -> None:
    """Replay a recorded portfolio and report on the book; ends with 1 if a figure differs when computed again."""
    path, profile = panel_path(panel_file, data), profiles.load(PROFILE)
    read = panel.read(path, profile)
    if out_folder is not None and not out_folder.is_dir():
        raise InvalidInput(f"{out_folder} is not a folder", where="out")
    with (
        err.status("replay") as status,
        ground(lambda message: status.update(escape(message))) as place,
        place.database() as dsn,
        Database(dsn, statement_timeout_ms=0) as database,
    ):
        found = live(
            database,
            read,
            profile,
            tell=lambda phase, done, whole: place.tell(f"{phase}: {done:,} of {whole:,}"),
        )
    if out_folder is not None:
        (out_folder / "real-book.zh.html").write_text(render(found, language="zh"), "utf-8")
        (out_folder / "real-book.en.html").write_text(render(found, language="en"), "utf-8")
    if as_json:
        typer.echo(json.dumps(found.as_json(), default=str, ensure_ascii=False))
    else:
        show(found)
    if not found.agrees:
        raise typer.Exit(DIFFERS)


def show(found: RealBook) -> None:
    """Show what was computed twice, who defaulted by group, and the losses."""
    say(f"{found.replayed.panel.customers:,} customers, replayed in {found.replayed.seconds:.0f} s")
    table = Table("computed twice", "compared", "different", box=SIMPLE_HEAD)
    for one in found.checks:
        table.add_row(one.name, f"{one.compared:,}", f"{one.differing:,}")
    out.print(table)
    groups = Table("by", "group", "customers", "defaulted", "95 %", box=SIMPLE_HEAD)
    for each in found.groups:
        low, high = each.interval
        rate = f"{each.defaulted / each.customers:.1%}"
        interval = f"{low:.1%} to {high:.1%}"
        groups.add_row(each.by, str(each.place), f"{each.customers:,}", rate, interval)
    out.print(groups)
    for one in found.losses:
        share = one.total.loss_minor / max(1, one.total.owed_minor)
        say(f"{one.scenario}: {share:.2%} of what is owed")
    for problem in found.replayed.book_problems:
        say(f"FAULT: {problem}")
