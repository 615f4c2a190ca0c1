"""`whiteslip warnings`: how the indicators of the book stand, and the evaluation of them after end of day."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated

import typer
from rich.table import Table

from whiteslip.cli.app import app, complain, out, say, shielded
from whiteslip.cli.database import Dsn, Home, running_database
from whiteslip.flows.look_ahead import Why, look_ahead
from whiteslip.flows.warn_early import WarningReport, warn_early
from whiteslip.infra import settings
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Database
from whiteslip.risk.signals.life import State
from whiteslip.risk.signals.model import Color, Judge, Unit
from whiteslip.views.signs import BookView, last_look
from whiteslip.views.warnings import WarningView, standing

Evaluate = Annotated[
    bool, typer.Option("--evaluate", help="First evaluate what is unknown of the last closed day.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]
_WHY = {
    Why.LATE: "the book lies days behind the clock, so what is due may be paid",
    Why.CLOCK: "the clock stands before the last look",
}
_TOLD: dict[Unit, Callable[[int], str]] = {
    Unit.SHARE: lambda ppm: f"{ppm / 10_000:.2f} %",
    Unit.PER_THOUSAND: lambda ppm: f"{ppm / 1_000:.2f} in 1,000",
    Unit.TIMES: lambda ppm: f"{ppm / 1_000_000:.2f} times",
    Unit.INDEX: lambda ppm: f"{ppm / 1_000_000:.3f}",
}
_STYLES = {
    Color.GREEN: "green",
    Color.YELLOW: "yellow",
    Color.ORANGE: "dark_orange",
    Color.RED: "bold red",
    Color.UNKNOWN: "magenta",
}


@app.command()
def warnings(
    *, evaluate: Evaluate = False, as_json: AsJson = False, dsn: Dsn = None, home: Home = None
) -> None:
    """Show how the indicators of the book stand, the worst first; what cannot be known is said to be unknown."""
    found = running_database(settings.load(dsn=dsn, home=home))
    with Database(found, max_size=1, statement_timeout_ms=0) as database:
        if evaluate:
            warn_early(database, at=MachineClock().now())
        at = MachineClock().now()
        views = database.read(lambda db: standing(db, at=at))
        ahead = database.read(last_look)
    if as_json:
        typer.echo(json.dumps([_json(view) for view in views], default=str, ensure_ascii=False))
    else:
        _print(views)
        say(_looked(ahead))


def warn_tonight(database: Database, *, quiet: bool) -> None:
    """Evaluate the indicators for the day just closed."""
    with shielded("indicators were not evaluated"):
        report = warn_early(database, at=MachineClock().now())
        if not quiet and report.evaluations:
            say(_told(report))


def look_tonight(database: Database, *, workers: int, quiet: bool) -> None:
    """Look ahead over the book for the day just closed."""
    with shielded("nobody looked ahead"):
        report = look_ahead(database, at=MachineClock().now(), workers=workers)
        if not quiet and report.run is not None:
            run = report.run
            counted = (
                f"{run.yellow} yellow, {run.orange} orange, {run.red} red of {run.lines} lines"
            )
            say(f"Ahead: {counted}; help offered to {run.offered}, {run.cases} to call.")
        elif report.why not in (None, Why.DONE):
            complain(f"nobody looked ahead: {_WHY[report.why]}")


def _looked(view: BookView) -> str:
    run = view.run
    if run is None:
        return "Ahead: the lines were never looked at."
    behind = f", not of {view.closed_on}: unknown since" if view.is_stale else ""
    counted = f"{run.yellow} yellow, {run.orange} orange, {run.red} red, {run.unknown} unknown"
    return f"Ahead: {counted} of {run.lines} lines, of {run.seen_on}{behind}."


def _told(report: WarningReport) -> str:
    colors = [one.color for one in report.evaluations]
    counted = ", ".join(f"{colors.count(color)} {color}" for color in Color if color in colors)
    return f"Indicators of {report.on}: {counted}; whiteslip warnings shows them."


def _json(view: WarningView) -> dict[str, object]:
    last = None if view.last is None else view.last._asdict()
    return {
        "indicator": view.indicator.id,
        "color": view.color,
        "why": view.why,
        "owner": view.indicator.owner,
        "last": last,
        "warning": None if view.warning is None else view.warning._asdict(),
    }


def _print(views: list[WarningView]) -> None:
    table = Table("color", "indicator", "value", "hits")
    for view in views:
        table.add_row(*_cells(view))
    out.print(table)
    for view in views:
        if view.color not in {Color.GREEN, Color.UNKNOWN}:
            say(f"{view.indicator.name.en} ({_standing(view)}): {view.indicator.to_do.en}")


def _cells(view: WarningView) -> tuple[str, ...]:
    one, last = view.indicator, view.last
    color = view.color if view.why is None else f"{view.color}: {view.why}"
    value = counts = ""
    if last is not None:
        counts = "" if last.out_of is None else f"{last.hits} of {last.out_of}"
        value = "" if last.value_ppm is None else _TOLD[one.unit](last.value_ppm)
        if last.judged_by is Judge.CONTROL and last.center_ppm is not None:
            value += f" (usual {_TOLD[one.unit](last.center_ppm)})"
        if last.detail:
            value += f", {last.detail}"
    style = _STYLES[view.color]
    return f"[{style}]{color}[/]", one.name.en, value, counts


def _standing(view: WarningView) -> str:
    if view.warning is None:
        return view.indicator.owner
    match view.warning.state:
        case State.ACKNOWLEDGED:
            return f"acknowledged by {view.warning.acknowledged_by}"
        case State.ESCALATED:
            return f"escalated to {view.indicator.escalates_to}"
        case _:
            return f"{view.indicator.owner} acknowledges until {view.warning.due_at:%Y-%m-%d %H:%M}"
