"""Commands about limits that move: `whiteslip review-limits` and `whiteslip campaigns`, and both after end of day."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from whiteslip.cli.app import app, say, shielded
from whiteslip.cli.database import Dsn, Home, running_database
from whiteslip.flows import run_campaigns as running
from whiteslip.flows.review_limits import (
    RunReport,
    RunState,
    Trigger,
    discard_run,
    release_run,
    review_limits,
)
from whiteslip.flows.run_campaigns import CampaignsReport, run_campaigns
from whiteslip.infra import settings
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import InvalidInput, WhiteslipError
from whiteslip.kernel.ids import read_one, read_owned
from whiteslip.kernel.money import decimal_text
from whiteslip.money.lines.model import LineKey
from whiteslip.views import campaigns as views

STOPPED = 1

commands = typer.Typer(
    help="Campaigns of temporary limits: list, run, approve, stop.", no_args_is_help=True
)
app.add_typer(commands, name="campaigns")

By = Annotated[str, typer.Option("--by", help="Who acts; another person than who acted before.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]
CampaignId = Annotated[str, typer.Argument(help="Such as cam_7.")]


@app.command(name="review-limits")
def review(
    *,
    line: Annotated[
        list[str] | None, typer.Option(help="Review this line for an event, such as lin_7_12.")
    ] = None,
    release: Annotated[str, typer.Option(help="Release a stopped run, such as lrun_7.")] = "",
    discard: Annotated[str, typer.Option(help="Discard a stopped run.")] = "",
    by: Annotated[str, typer.Option("--by", help="Who asks, releases or discards.")] = "",
    as_json: AsJson = False,
    dsn: Dsn = None,
    home: Home = None,
) -> None:
    """Review the limits whose turn has come, or lines named for an event; ends with 1 when the run stopped."""
    if (line or release or discard) and not by:
        raise InvalidInput("say who acts: --by NAME", where="by")
    with _open(dsn, home) as database:
        reports = _review(database, line or [], release, discard, by)
    if as_json:
        typer.echo(json.dumps([report._asdict() for report in reports], default=str))
    else:
        _tell(reports)
    if any(report.state is RunState.STOPPED for report in reports):
        raise typer.Exit(STOPPED)


def move_limits_tonight(database: Database, *, quiet: bool) -> None:
    """Review limits and run campaigns for the new day."""
    with shielded("limits were not reviewed"):
        at = MachineClock().now()
        reports = [
            review_limits(database, at=at, trigger=trigger)
            for trigger in (Trigger.LADDER, Trigger.PERIODIC)
        ]
        campaigns = run_campaigns(database, at=at)
        if not quiet:
            _tell([report for report in reports if report.judged])
            if campaigns.granted_lines or campaigns.told_of_end:
                say(_told(campaigns))


@commands.command(name="list")
def list_campaigns(*, dsn: Dsn = None, home: Home = None) -> None:
    """List campaigns, and how much of each budget is granted."""
    with _open(dsn, home) as database:
        rows = database.read(views.latest)
    for row in rows:
        granted, budget = decimal_text(row.granted_minor), decimal_text(row.budget_minor)
        window = f"{row.starts_on} to {row.ends_on}"
        say(
            f"cam_{row.campaign_id} {row.status}: {row.name}, {window}, {granted} of {budget} granted"
        )
    if not rows:
        say("There are no campaigns.")


@commands.command()
def run(*, as_json: AsJson = False, dsn: Dsn = None, home: Home = None) -> None:
    """Start and end campaigns by the calendar, grant within their budgets, and tell of what ends soon."""
    with _open(dsn, home) as database:
        report = run_campaigns(database, at=MachineClock().now())
    if as_json:
        typer.echo(json.dumps(report._asdict(), default=str))
    else:
        say(_told(report))


@commands.command()
def approve(campaign_id: CampaignId, by: By, *, dsn: Dsn = None, home: Home = None) -> None:
    """Approve a campaign as another person than who drafted it."""
    number, at = read_one(campaign_id, "cam"), MachineClock().now()
    with _open(dsn, home) as database:
        found = database.write(lambda db: running.approve(db, number, by=by, at=at))
    say(f"{campaign_id} is {_campaign(found).status}")


@commands.command()
def stop(campaign_id: CampaignId, by: By, *, dsn: Dsn = None, home: Home = None) -> None:
    """Stop a campaign at once; what was granted stays until its end."""
    number, at = read_one(campaign_id, "cam"), MachineClock().now()
    with _open(dsn, home) as database:
        found = database.write(lambda db: running.stop(db, number, by=by, at=at))
    say(f"{campaign_id} is {_campaign(found).status}")


def _open(dsn: Dsn, home: Home) -> Database:
    target = running_database(settings.load(dsn=dsn, home=home))
    return Database(target, max_size=1, statement_timeout_ms=0)


def _review(
    database: Database, lines: list[str], release: str, discard: str, by: str
) -> list[RunReport]:
    at = MachineClock().now()
    if release or discard:
        number = read_one(release or discard, "lrun")
        act = release_run if release else discard_run
        report = database.write(lambda db: act(db, number, by=by, at=at))
        if isinstance(report, WhiteslipError):
            raise report
        return [report]
    if lines:
        keys = [LineKey(*read_owned(text, "lin")) for text in lines]
        event = Trigger.EVENT
        return [review_limits(database, at=at, trigger=event, lines=keys, requested_by=by)]
    return [
        review_limits(database, at=at, trigger=trigger)
        for trigger in (Trigger.LADDER, Trigger.PERIODIC)
    ]


def _tell(reports: list[RunReport]) -> None:
    for one in reports:
        say(
            f"lrun_{one.run_id} {one.trigger} {one.state}: {one.judged:,} lines judged, {one.raises:,} raised, "
            f"{one.cuts:,} to be cut ({one.allowed:,} allowed), {one.referred:,} for a person"
        )
        if one.state is RunState.STOPPED:
            say(f"It cuts too many and waits: whiteslip review-limits --release lrun_{one.run_id}")


def _told(report: CampaignsReport) -> str:
    return (
        f"campaigns of {report.on}: {report.started} started, {report.ended} ended, {report.granted_lines:,} lines "
        f"granted {decimal_text(report.granted_minor)}, {report.told_of_end:,} told of an end"
    )


def _campaign(found: running.Campaign | WhiteslipError) -> running.Campaign:
    if isinstance(found, WhiteslipError):
        raise found
    return found
