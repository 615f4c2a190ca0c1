"""`whiteslip portfolio`: roll rates, flows of buckets, vintages and expected losses as tables or JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from whiteslip.cli.app import app, out, say
from whiteslip.cli.database import Dsn, Home, running_database
from whiteslip.infra import settings
from whiteslip.infra.database import Database
from whiteslip.infra.whole_files import write_text
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.money import decimal_text
from whiteslip.risk.portfolio.loss import Losses
from whiteslip.risk.portfolio.model import ClassSum, Flow, Rate, Standing, Vintage
from whiteslip.views import portfolio as views
from whiteslip.views.portfolio import ClassView
from whiteslip.web.reports import portfolio as reports
from whiteslip.web.reports.portfolio import Language

commands = typer.Typer(
    help="How the book rolls from bucket to bucket, and how openings turn out.",
    no_args_is_help=True,
)
app.add_typer(commands, name="portfolio")

Until = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="As of this month end; else the last that is kept."),
]
Months = Annotated[
    int, typer.Option(min=1, max=views.MOST_MONTHS, help="Pool so many months at most.")
]
Product = Annotated[str | None, typer.Option(help="The lines of this product only.")]
HtmlFile = Annotated[
    Path | None, typer.Option("--html", help="Write the report to this file, with pictures.")
]
Tongue = Annotated[str, typer.Option("--language", help="zh or en: the language of --html.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]


@commands.command()
def rolls(
    *,
    until: Until = None,
    months: Months = 1,
    product: Product = None,
    html: HtmlFile = None,
    language: Tongue = "en",
    as_json: AsJson = False,
    dsn: Dsn = None,
    home: Home = None,
) -> None:
    """Show how lines rolled from bucket to bucket over the last months, and the flows of the last one."""
    with open_database(dsn, home) as database:
        found = database.read(
            lambda db: views.show_rolls(db, months=months, until=day_of(until), product=product)
        )
    if html is not None:
        write_report(html, reports.rolls_report(found, language=tongue(language)))
    elif as_json:
        shown = {
            "months": [[month.before_on, month.after_on] for month in found.months],
            "rates": [rate._asdict() for rate in found.rates],
            "flows": [flow._asdict() for flow in found.flows],
        }
        typer.echo(json.dumps(shown, default=str))
    elif not found.months:
        say("There is nothing to compare before two month ends in a row are closed.")
    else:
        first, last = found.months[0].before_on, found.months[-1].after_on
        out.print(_matrix(f"Roll rates by lines, {first} to {last}", found.rates))
        out.print(_flows(f"Buckets from {found.months[-1].before_on} to {last}", found.flows))


@commands.command()
def vintages(
    *,
    until: Until = None,
    product: Product = None,
    html: HtmlFile = None,
    language: Tongue = "en",
    as_json: AsJson = False,
    dsn: Dsn = None,
    home: Home = None,
) -> None:
    """Show by month of opening how many lines were ever more than 30, 60 and 90 days past due."""
    with open_database(dsn, home) as database:
        found = database.read(
            lambda db: views.show_vintages(db, until=day_of(until), product=product)
        )
    if html is not None:
        write_report(html, reports.vintages_report(found, language=tongue(language)))
    elif as_json:
        listed = [
            one._asdict() | {"points": [point._asdict() for point in one.points]}
            for one in found.vintages
        ]
        typer.echo(json.dumps({"until": found.until, "vintages": listed}, default=str))
    elif found.until is None:
        say("No month end is closed yet.")
    elif not found.vintages:
        say(f"No line was opened by {found.until}.")
    else:
        for over in dict.fromkeys(one.over_days for one in found.vintages):
            rows = [one for one in found.vintages if one.over_days == over]
            out.print(_vintages(f"Ever more than {over} days past due, by {found.until}", rows))


@commands.command()
def losses(
    *,
    until: Until = None,
    html: HtmlFile = None,
    language: Tongue = "en",
    as_json: AsJson = False,
    dsn: Dsn = None,
    home: Home = None,
) -> None:
    """Show what is expected to be lost by stage and product, and what under stress."""
    with open_database(dsn, home) as database:
        found = database.read(lambda db: views.show_losses(db, until=day_of(until)))
    if html is not None:
        write_report(html, reports.losses_report(found, language=tongue(language)))
    elif as_json:
        shown = {
            "until": found.until,
            "months": found.months,
            "economy": None if found.economy is None else found.economy._asdict(),
            "scenarios": [_loss_json(one) for one in found.losses],
        }
        typer.echo(json.dumps(shown, default=str))
    elif found.until is None:
        say("No month end is closed yet.")
    else:
        for one in found.losses:
            out.print(_losses(f"Expected loss at {found.until}: {one.scenario}", one))
        say(f"Chances of default from {found.months} months of rolls.")
        if found.economy is not None and found.economy.unknown:
            say(f"What the economy does is unknown: {found.economy.unknown}.")


@commands.command()
def classes(
    *,
    until: Until = None,
    product: Product = None,
    html: HtmlFile = None,
    language: Tongue = "en",
    as_json: AsJson = False,
    dsn: Dsn = None,
    home: Home = None,
) -> None:
    """Show what is owed by asset class and by stage, and why a line is not in a better one."""
    with open_database(dsn, home) as database:
        found = database.read(
            lambda db: views.show_classes(db, until=day_of(until), product=product)
        )
    if html is not None:
        write_report(html, reports.classes_report(found, language=tongue(language)))
    elif as_json:
        typer.echo(json.dumps(_classes_json(found), default=str))
    elif found.until is None:
        say("No month end is closed yet.")
    elif not found.cells:
        say(f"Nothing was owed at {found.until}, or its lines were not classed yet.")
    else:
        for title, sums in (("class", found.classes), ("stage, and why", found.causes)):
            out.print(_class_sums(f"Owed at {found.until} by {title}", sums))


def _classes_json(found: ClassView) -> dict[str, object]:
    shown: dict[str, object] = {"until": found.until, "terms_version": found.terms_version}
    for name in ("classes", "stages", "causes", "cells"):
        shown[name] = [each._asdict() for each in getattr(found, name)]
    return shown


def _class_sums(title: str, sums: Sequence[ClassSum]) -> Table:
    table = Table(title=title)
    table.add_column("of")
    for head in ("lines", "owed", "share", "scored", "served chance of default"):
        table.add_column(head, justify="right")
    owed = sum(each.owed_minor for each in sums)
    for each in sums:
        share = each.owed_minor / owed if owed else None
        chance = "unknown" if each.served_chance is None else _share(each.served_chance)
        scored = f"{each.scored_lines:,}"
        amounts = (decimal_text(each.owed_minor), _share(share))
        table.add_row(each.name, f"{each.lines:,}", *amounts, scored, chance)
    return table


@commands.command()
def recount(
    *, until: Until = None, months: Months = 12, dsn: Dsn = None, home: Home = None
) -> None:
    """Count the last month ends again from their lines; end with 1 where the sums that are kept differ."""
    with open_database(dsn, home) as database:
        found = database.read(lambda db: views.recount(db, until=day_of(until), months=months))
    for text in found.odd:
        say(f"ODD: {text}")
    say(f"{len(found.month_ends)} month ends were counted again, {len(found.odd)} sums differ.")
    if found.odd:
        raise typer.Exit(1)


def _loss_json(one: Losses) -> dict[str, object]:
    return {
        "scenario": one.scenario,
        "total": one.total._asdict(),
        "stages": [each._asdict() for each in one.stages],
        "segments": [each._asdict() for each in one.segments],
        "cells": [cell._asdict() for cell in one.cells],
    }


def _losses(title: str, one: Losses) -> Table:
    table = Table(title=title)
    table.add_column("of")
    for head in ("lines", "owed", "expected loss", "share"):
        table.add_column(head, justify="right")
    for row in (*one.stages, *one.segments, one.total):
        share = row.loss_minor / row.owed_minor if row.owed_minor else None
        amounts = (decimal_text(row.owed_minor), decimal_text(row.loss_minor))
        table.add_row(row.name, f"{row.lines:,}", *amounts, _share(share))
    return table


def open_database(dsn: str | None, home: Path | None) -> Database:
    """Reach the server that runs, or the one that is named; no view of it is timed out."""
    found = running_database(settings.load(dsn=dsn, home=home))
    return Database(found, max_size=1, statement_timeout_ms=0)


def tongue(name: str) -> Language:
    """Take the language of a report."""
    if name == "zh":
        return "zh"
    if name == "en":
        return "en"
    raise InvalidInput(f"a report is in zh or en, not {name!r}", where="--language")


def write_report(file: Path, page: str) -> None:
    """Write a page that stands alone, and say where."""
    write_text(file, page)
    say(f"wrote {file}")


def day_of(until: datetime | None) -> date | None:
    """Take the date of an option."""
    return None if until is None else until.date()


def _matrix(title: str, rates: Sequence[Rate]) -> Table:
    shares = {(rate.before, rate.after): rate.share for rate in rates}
    rows = [each for each in Standing if any(rate.before == each for rate in rates)]
    columns = [each for each in Standing if any(rate.after == each for rate in rates)]
    table = Table(title=title)
    table.add_column("from \\ to")
    for column in columns:
        table.add_column(column, justify="right")
    table.add_column("lines", justify="right")
    for row in rows:
        total = sum(rate.lines for rate in rates if rate.before == row)
        cells = (_share(shares.get((row, column))) for column in columns)
        table.add_row(row, *cells, f"{total:,}")
    return table


def _flows(title: str, flows: Sequence[Flow]) -> Table:
    table = Table(title=title)
    heads = ("opening", "came", "worsened", "improved", "closing", "owed", "owed after")
    table.add_column("bucket")
    for head in heads:
        table.add_column(head, justify="right")
    for flow in flows:
        counts = (flow.opening, flow.came, flow.worsened, flow.improved, flow.closing)
        amounts = (decimal_text(flow.opening_minor), decimal_text(flow.closing_minor))
        table.add_row(flow.standing, *(f"{count:,}" for count in counts), *amounts)
    return table


def _vintages(title: str, vintages: Sequence[Vintage]) -> Table:
    months = sorted({point.months_on_book for one in vintages for point in one.points})
    table = Table(title=title)
    table.add_column("opened in")
    for head in ("lines", *(f"MOB {month}" for month in months)):
        table.add_column(head, justify="right")
    for one in vintages:
        shares = {point.months_on_book: point.share for point in one.points}
        cells = (_share(shares.get(month)) for month in months)
        table.add_row(f"{one.opened_in:%Y-%m}", f"{one.lines:,}", *cells)
    return table


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.2%}"
