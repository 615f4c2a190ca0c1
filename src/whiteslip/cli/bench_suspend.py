"""`whiteslip bench suspend`: whom a policy would have stopped in time on a recorded portfolio, and whom by mistake."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any, NamedTuple

import numpy as np
import typer
from numpy.typing import NDArray
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from whiteslip.bench.ground import Ground, ground
from whiteslip.bench.policy import LIKELY, MONEY, Plan, read_plan, shipped_plan
from whiteslip.bench.suspend import Month, Split, aims, figures, month_before, try_month
from whiteslip.bench.suspend_live import run_live
from whiteslip.cli.app import err, out, say
from whiteslip.cli.bench import FAULTY, AsJson, commands
from whiteslip.cli.bench_portfolio import PROFILE, DataFolder, PanelFile, panel_path
from whiteslip.decisioning.monitoring.stopped import (
    LiveFigures,
    MonthFigures,
    PolicyFigures,
    StoppingReport,
)
from whiteslip.decisioning.monitoring.stopping import Estimate
from whiteslip.infra.database import Connection, Database
from whiteslip.views.features import known_features
from whiteslip.web.reports.stopping import render
from whiteslip.world import panel, profiles
from whiteslip.world.credit_sample import MonthEnd, month_end
from whiteslip.world.panel import Panel
from whiteslip.world.profiles import Profile
from whiteslip.world.replay import replay

LAST_MONTHS = 2
OURS = "restrictions"
"""The group of features left out of the model: what the last book decided must not decide the next score."""

OutFile = Annotated[Path | None, typer.Option("--out", help="Write the HTML report here.")]
PlanFile = Annotated[Path | None, typer.Option("--plan", help="Another plan than the shipped.")]
Splits = Annotated[int | None, typer.Option(min=1, max=100, help="How often customers are cut.")]
NoLive = Annotated[bool, typer.Option("--no-live", help="Leave out the run through the database.")]


@commands.command()
def suspend(
    *,
    as_json: AsJson = False,
    panel_file: PanelFile = None,
    data: DataFolder = None,
    out_file: OutFile = None,
    plan_file: PlanFile = None,
    splits: Splits = None,
    no_live: NoLive = False,
) -> None:
    """Replay a recorded portfolio, stop lines by chosen thresholds, and say what that would have saved."""
    path, plan = panel_path(panel_file, data), _plan(plan_file, splits)
    with (
        err.status("bench") as status,
        ground(lambda message: status.update(escape(message))) as place,
    ):
        report = bench_suspend(place, path, plan, live=not no_live)
    if out_file is not None:
        out_file.write_text(render(report), "utf-8")
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        show(report)
    if report.faults:
        raise typer.Exit(FAULTY)


def bench_suspend(place: Ground, path: Path, plan: Plan, *, live: bool) -> StoppingReport:
    """Run everything on a server of its own; a replay that differs from the record, or a look ahead, is a fault."""
    profile = profiles.load(PROFILE)
    read = panel.read(path, profile)
    with place.database() as dsn, Database(dsn, statement_timeout_ms=0) as database:
        lived = live_through(place, database, read, profile)
        begun = perf_counter()
        tried = [(month, list(try_month(month, plan, tell=place.tell))) for month in lived.months]
        told = [figures(month, splits, plan) for month, splits in tried]
        seconds = {**lived.seconds, "learn and judge": round(perf_counter() - begun, 1)}
        (before, _), (now, last) = tried
        place.tell("a model of the month before")
        earlier = month_before(before, now, last, plan)
        run = _through_the_database(place, database, last[0], lived.customers) if live else None
    return StoppingReport(
        panel=path.name,
        model="boosted trees",
        splits=plan.splits,
        held_out_share=round(told[-1].held_out / told[-1].customers, 3),
        months=tuple(told),
        aims=aims(last, told[-1], plan),
        month_before=earlier,
        live=run,
        seconds=seconds,
        faults=(*lived.faults, *(run.faults if run else ())),
    )


class Lived(NamedTuple):
    """The months as the replayed book knew them, the customers in the panel's order, seconds, and faults."""

    months: list[Month]
    customers: NDArray[np.int64]
    seconds: dict[str, float]
    faults: tuple[str, ...]


def live_through(place: Ground, database: Database, read: Panel, profile: Profile) -> Lived:
    """Replay the panel; what the book knew on each day is looked at on the day itself, and again at the end."""
    wanted = range(len(profile.months) - LAST_MONTHS, len(profile.months))
    seen: dict[int, MonthEnd] = {}

    def known(db: Connection, month: int) -> MonthEnd:
        return month_end(db, read, profile, month=month)

    def look(month: int, _on: object) -> None:
        if month in wanted:
            seen[month] = database.read(lambda db: known(db, month))

    result = replay(
        database,
        read,
        profile,
        tell=lambda phase, done, whole: place.tell(f"{phase}: {done:,} of {whole:,}"),
        look=look,
    )
    begun = perf_counter()
    later = {month: database.read(lambda db, month=month: known(db, month)) for month in wanted}
    seconds = {"replay": round(result.seconds, 1), "features": round(perf_counter() - begun, 1)}
    faults = [
        f"{seen[month].on}: {name} was another on the day than it is said to have been later"
        for month in wanted
        for name in looked_ahead(seen[month].columns, later[month].columns)
    ]
    if not result.faultless:
        faults += ["the replay differs from the record", *result.book_problems]
    customers = later[wanted[-1]].columns["customer_id"]
    months = [_month(later[month], profile) for month in wanted]
    return Lived(months, customers, seconds, tuple(faults))


def looked_ahead(then: Mapping[str, NDArray[Any]], now: Mapping[str, NDArray[Any]]) -> list[str]:
    """Name the columns whose values as of a day changed with what happened after it."""
    return [name for name, values in then.items() if not _same(values, now[name])]


def _same(left: NDArray[Any], right: NDArray[Any]) -> bool:
    if left.dtype == object:
        return left.tolist() == right.tolist()
    return np.array_equal(left, right, equal_nan=True)


def _month(known: MonthEnd, profile: Profile) -> Month:
    names = [name for name, each in known_features().items() if each.group != OURS]
    facts = ("status_latest", "status_late_months_6m", "days_past_due", "utilization")
    return Month(
        label=profile.months[known.month].label,
        decided_on=known.on.isoformat(),
        ending=known.ending,
        sample=known.sample(names),
        facts={name: known.columns[name] for name in facts},
        owed_minor=known.columns["principal_minor"].astype(np.int64),
    )


def _through_the_database(
    place: Ground, database: Database, split: Split, customers: NDArray[np.int64]
) -> LiveFigures:
    return run_live(
        database,
        split.tried[MONEY],
        split.model,
        held_out=customers[split.fold.test].tolist(),
        tell=place.tell,
    )


def _plan(file: Path | None, splits: int | None) -> Plan:
    plan = shipped_plan() if file is None else read_plan(file.read_text("utf-8"), file=file.name)
    return plan if splits is None else plan.cut(splits)


def show(report: StoppingReport) -> None:
    """Show each month and policy, the aims, and whether the database said the same."""
    for month in report.months:
        say(
            f"{month.month}, decided on {month.decided_on}: {month.bads:,} of {month.customers:,} ended badly"
            f" ({month.ending}); AUC {_told(month.auc, 3)}"
        )
        out.print(_reached(month))
        for name in (LIKELY, MONEY):
            out.print(_bands(name, month.policies[name]))
    for aim in report.aims:
        word = "met" if aim.met else "NOT MET"
        say(
            f"{aim.policy}, {aim.figure}: {_told(aim.reached, 3)}, aimed at {aim.aim:g}: {word},"
            f" in {aim.splits_met} of {aim.splits} splits"
        )
    if (point := report.month_before) is not None:
        say(
            f"by a model of the month before, {point.share:.0%} suspended: {_told(point.recall, 3)} of the bad,"
            f" {_told(point.money, 3)} of their money, precision {_told(point.precision, 3)}"
        )
    if report.live is not None:
        count = sum(report.live.restricted.values())
        say(
            f"through the database: {count:,} restrictions, {report.live.suspended_held_out:,} held out suspended"
        )
    for fault in report.faults:
        say(f"FAULT: {fault}")


def _reached(month: MonthFigures) -> Table:
    table = Table(title="Suspended, of customers held out", box=SIMPLE_HEAD)
    for head in ("policy", "share", "of the bad", "of their money", "precision", "good hit"):
        table.add_column(head, justify="left" if head == "policy" else "right")
    for name, policy in month.policies.items():
        table.add_row(name, *(_told(each, 3) for each in policy.reached))
    return table


def _bands(name: str, policy: PolicyFigures) -> Table:
    table = Table(title=f"{name}: lines a split, and what share ended badly", box=SIMPLE_HEAD)
    for head in ("outcome or rule", "", "lines", "bad", "of all others"):
        table.add_column(head, justify="left" if head in ("outcome or rule", "") else "right")
    for each in (*policy.outcomes, *policy.rules):
        rates = (f"{each.bad_rate:.1%}", f"{each.bad_rate_of_others:.1%}")
        table.add_row(each.name, each.reason, f"{each.lines:,.0f}", *rates)
    return table


def _told(found: Estimate, digits: int) -> str:
    return f"{found.mean:.{digits}f} ± {found.spread:.{digits}f}"
