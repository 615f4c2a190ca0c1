"""`whiteslip liquidity`: what cash is expected, and the valve; the forecast and the proposals of the night."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table

from whiteslip.cli.app import app, out, say, shielded
from whiteslip.cli.database import Dsn, Home, running_database
from whiteslip.flows.guard_liquidity import forecast_liquidity, propose_valve
from whiteslip.infra import settings
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Database
from whiteslip.kernel.money import decimal_text
from whiteslip.risk.liquidity.model import Forecast
from whiteslip.views.liquidity import LiquidityView, ValveView, show_liquidity, valves

Make = Annotated[
    bool, typer.Option("--forecast", help="First forecast from the last closed day, and propose.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]
_SHOWN_DAYS = (1, 2, 3, 5, 7, 14, 21, 30, 45, 60)
_MOST_VALVES = 10


@app.command()
def liquidity(
    *, make: Make = False, as_json: AsJson = False, dsn: Dsn = None, home: Home = None
) -> None:
    """Show what cash is expected, day by day, and the valve; what cannot be known is said to be unknown."""
    found = running_database(settings.load(dsn=dsn, home=home))
    with Database(found, max_size=1, statement_timeout_ms=0) as database:
        if make:
            forecast_liquidity(database, at=MachineClock().now())
            propose_valve(database, at=MachineClock().now())
        view = database.read(show_liquidity)
        shown = database.read(lambda db: valves(db, most=_MOST_VALVES))
    if as_json:
        typer.echo(json.dumps(_json(view, shown), default=str, ensure_ascii=False))
    else:
        _print(view, shown)


def forecast_tonight(database: Database, *, quiet: bool) -> None:
    """Forecast cash from the day just closed."""
    with shielded("cash was not forecast"):
        made = forecast_liquidity(database, at=MachineClock().now())
        if not quiet:
            say(_summary(made))


def propose_tonight(database: Database, *, quiet: bool) -> None:
    """Let valves lapse and propose what is needed."""
    with shielded("the valve was not looked at"):
        report = propose_valve(database, at=MachineClock().now())
        if report.proposed is not None and not quiet:
            valve = report.proposed
            say(f"Valve {valve.valve_id}, stage {valve.stage}, waits for two people: {valve.why}")


def _summary(made: Forecast) -> str:
    if made.coverage_ppm is None:
        return (
            f"Cash from {made.forecast_on}: unknown ({made.why}); whiteslip liquidity shows more."
        )
    percent = made.coverage_ppm / 10_000
    return f"Cash from {made.forecast_on}: at least {percent:.0f} % of the floor is expected."


def _json(view: LiquidityView, shown: list[ValveView]) -> dict[str, object]:
    last = None
    if view.last is not None:
        one = view.last
        last = one._asdict() | {
            "days": None if one.days is None else one.days._asdict(),
            "coverage_ppm": one.coverage_ppm,
            "stage_coverages_ppm": one.stage_coverages_ppm,
        }
    return {
        "closed_on": view.closed_on,
        "why": view.why,
        "forecast": last,
        "entries": [one._asdict() for one in view.entries],
        "valves": [one.valve._asdict() for one in shown],
    }


def _print(view: LiquidityView, shown: list[ValveView]) -> None:
    if view.why is not None:
        say(f"What is expected after {view.closed_on} is unknown: {view.why}.")
    if view.last is not None and view.last.days is not None:
        _print_forecast(view.last)
    for one in shown:
        valve = one.valve
        until = "" if valve.until_on is None else f" until {valve.until_on}"
        say(f"Valve {valve.valve_id}, stage {valve.stage}: {valve.state}{until}; {valve.why}")


def _print_forecast(one: Forecast) -> None:
    days = one.days
    if days is None or one.coverage_ppm is None:
        return
    table = Table("day", "in", "out", "may be drawn", "there will be", "most likely", "valve open")
    for ahead in (each for each in _SHOWN_DAYS if each <= len(days.liquidity_minor)):
        here = [values[ahead - 1] for values in days]
        inflow, outflow, committed, liquidity_, low, high, opened = map(decimal_text, here)
        day = one.forecast_on + timedelta(days=ahead)
        likely = f"{low} to {high}"
        table.add_row(f"{day}", inflow, outflow, committed, liquidity_, likely, opened)
    out.print(table)
    stages = ", ".join(f"{each / 10_000:.0f} %" for each in one.stage_coverages_ppm)
    say(
        f"The least is {one.coverage_ppm / 10_000:.0f} % of the floor; by stage from open: {stages}."
    )
