"""`whiteslip appetite solve`: the cut-off that keeps within the limits, checked on customers who had no say in it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from whiteslip.bench.appetite import solve_month
from whiteslip.bench.ground import ground
from whiteslip.bench.policy import shipped_plan
from whiteslip.cli.app import err, out, say
from whiteslip.cli.appetite import BEYOND, AppetiteFile, AsJson, commands, database_of, read_file
from whiteslip.cli.bench_portfolio import PROFILE, DataFolder, PanelFile, panel_path
from whiteslip.cli.bench_suspend import live_through
from whiteslip.cli.database import Dsn, Home
from whiteslip.decisioning.monitoring.stopping import Estimate
from whiteslip.flows.keep_appetite import shipped
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.plain import plain
from whiteslip.risk.appetite.model import Appetite
from whiteslip.risk.appetite.solving import SOLVED, Method, Solution, solve_and_check, split
from whiteslip.views import appetite as views
from whiteslip.views.backtest import default_day
from whiteslip.views.endings import Ending
from whiteslip.web.reports.appetite import render
from whiteslip.world import panel, profiles

MethodFile = Annotated[Path | None, typer.Option("--method", help="Another way of solving.")]
OutFile = Annotated[Path | None, typer.Option("--out", help="Write the HTML report here.")]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--on",
        formats=["%Y-%m-%d"],
        help="Of the scores of this day; else the last whose endings are known.",
    ),
]
Days = Annotated[int, typer.Option(min=1, max=400, help="Bad is so many days past due.")]
Within = Annotated[int, typer.Option(min=1, max=400, help="Within so many days after.")]
OnPanel = Annotated[bool, typer.Option("--replay", help="On a recorded portfolio, replayed first.")]


@commands.command()
def solve(
    *,
    file: AppetiteFile = None,
    method_file: MethodFile = None,
    on: AsOf = None,
    days: Days = 30,
    within: Within = 90,
    replay: OnPanel = False,
    panel_file: PanelFile = None,
    data: DataFolder = None,
    out_file: OutFile = None,
    as_json: AsJson = False,
    dsn: Dsn = None,
    home: Home = None,
) -> None:
    """Solve the score from which lines are suspended from the appetite; ends with 1 where none keeps within it."""
    method = views.solving_method() if method_file is None else _method(method_file)
    used = None if file is None else read_file(file)
    if replay or panel_file is not None:
        source, found = _on_panel(panel_path(panel_file, data), used, method)
    else:
        ending = Ending(days, within)
        with database_of(dsn, home) as database:
            source, found = database.read(lambda db: _on_book(db, used, method, on, ending))
    if out_file is not None:
        out_file.write_text(render(source, found), "utf-8")
    if as_json:
        typer.echo(json.dumps({"source": source, **solution_json(found)}, ensure_ascii=False))
    else:
        show(source, found)
    if not found.feasible:
        raise typer.Exit(BEYOND)


def solution_json(found: Solution) -> dict[str, Any]:
    """Write a solution in plain types."""
    return {**cast("dict[str, Any]", plain(asdict(found), digits=6)), "feasible": found.feasible}


def show(source: str, found: Solution) -> None:
    """Show the cut-off or what stands in the way, what was reached on others, and the curve."""
    say(f"{source}: {found.lines:,} lines, {found.bads:,} of them ended badly")
    whole = found.whole
    if whole.cutoff is None:
        say(f"No cut-off keeps within the appetite. The nearest is {whole.nearest:.4f}.")
        for each in whole.obstacles:
            say(
                f"{each.measure} stands in the way: {each.limit:.2%} is allowed, at {each.cutoff:.4f} it would have to"
                f" be {each.needed:.2%}, the margin included"
            )
    else:
        say(f"Suspend from a probability of {whole.cutoff:.4f} on.")
    out.print(_limits(found))
    out.print(_curve(found))


def _on_book(
    db: Connection, used: Appetite | None, method: Method, on: datetime | None, ending: Ending
) -> tuple[str, Solution]:
    as_of = default_day(db, ending) if on is None else on.date()
    appetite = used or views.in_force(db)
    if appetite is None:
        raise InvalidInput("no appetite is in force: name a file with --file", where="file")
    known = views.scored_cases(db, as_of=as_of, ending=ending)
    bounds = views.solving_bounds(appetite)
    found = solve_and_check(known, list(split(known, method)), bounds, method)
    return f"scores of {as_of}, appetite {appetite.version}", found


def _on_panel(path: Path, used: Appetite | None, method: Method) -> tuple[str, Solution]:
    appetite = used or views.read_appetite(shipped())
    profile = profiles.load(PROFILE)
    read = panel.read(path, profile)
    with (
        err.status("replay") as status,
        ground(lambda message: status.update(escape(message))) as place,
        place.database() as dsn,
        Database(dsn, statement_timeout_ms=0) as database,
    ):
        lived = live_through(place, database, read, profile)
        if lived.faults:
            raise InvalidInput("; ".join(lived.faults), where="panel")
        month = lived.months[-1]
        bounds = views.solving_bounds(appetite)
        found = solve_month(month, bounds, method, shipped_plan(), tell=place.tell)
    told = f"{path.name}, decided on {month.decided_on} ({month.ending})"
    return f"{told}, appetite {appetite.version}", found


def _method(file: Path) -> Method:
    try:
        return views.read_method(file.read_text("utf-8"), file=file.name)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file} cannot be read: {error}", where=str(file)) from error


def _limits(found: Solution) -> Table:
    title = f"On customers who had no say in it, {len(found.tried)} splits"
    table = Table(title=title, box=SIMPLE_HEAD, title_justify="left")
    for head in ("limit", "allowed", "where solved", "reached", "95 %", "splits that keep it"):
        table.add_column(head, justify="left" if head == "limit" else "right")
    solved = [one for one in found.tried if one.solved.cutoff is not None]
    estimates = (found.share, found.false_positive, found.loss)
    for place, (measure, estimate) in enumerate(zip(SOLVED, estimates, strict=True)):
        kept = sum(one.held[place] for one in solved)
        cells = ("", "") if estimate is None else (_told(estimate), _interval(estimate))
        allowed, here = f"{found.bounds[place]:.2%}", f"{found.whole.reach[place]:.2%}"
        table.add_row(measure, allowed, here, *cells, f"{kept} of {len(found.tried)}")
    return table


def _curve(found: Solution) -> Table:
    table = Table(title="Suspending more or fewer", box=SIMPLE_HEAD, title_justify="left")
    for head in ("suspended", "from", "false positives", "loss of the rest", "of the bad"):
        table.add_column(head, justify="right")
    for each in found.curve:
        cells = (_told(one) for one in (each.false_positive, each.loss, each.recall))
        table.add_row(f"{each.share:.1%}", f"{each.cutoff.mean:.4f}", *cells)
    return table


def _told(found: Estimate) -> str:
    return f"{found.mean:.2%} ± {found.spread:.2%}"


def _interval(found: Estimate) -> str:
    return f"{found.low:.2%} to {found.high:.2%}"
