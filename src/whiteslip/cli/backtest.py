"""`whiteslip rules backtest`: a draft over decisions already taken, or over the whole book as of a day."""

from __future__ import annotations

import json
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from whiteslip.cli.app import complain, out, say
from whiteslip.cli.database import Dsn, Home, running_database
from whiteslip.cli.rules import commands
from whiteslip.decisioning.rulebooks.analysis import accept
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.flows.publish_book import record_backtest
from whiteslip.infra import settings
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import Conflict, InvalidInput
from whiteslip.kernel.reason import ReasonCode
from whiteslip.kernel.verdict import Outcome
from whiteslip.views import backtest as backtests
from whiteslip.views import rule_books
from whiteslip.views.backtest import BacktestView
from whiteslip.views.endings import Ending
from whiteslip.web.reports.backtest import amount, rate, render

LIVE, DECIDED = "live", "decided"


class Over(StrEnum):
    """What a draft is tried on."""

    DECISIONS = "decisions"
    PANEL = "panel"


Draft = Annotated[Path, typer.Argument(help="The draft, a rule book as TOML.")]
Against = Annotated[
    str, typer.Option(help="What it is held against: live, decided (what was decided), or a file.")
]
First = Annotated[
    datetime | None,
    typer.Option("--from", formats=["%Y-%m-%d"], help="First day; of a panel its only day."),
]
Last = Annotated[
    datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day of decisions.")
]
TriedOn = Annotated[
    Over, typer.Option("--book", help="Decisions already taken, or every line as of a day.")
]
Days = Annotated[int, typer.Option(min=1, help="Days past due that count as a bad end.")]
Within = Annotated[int, typer.Option(min=1, help="Days after the judgment that are looked at.")]
OutFolder = Annotated[Path | None, typer.Option("--out", help="Write report and JSON here.")]
By = Annotated[
    str | None,
    typer.Option(help="Keep what was found of a validated version on record, by this person."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]


@commands.command()
def backtest(
    draft: Draft,
    *,
    against: Against = LIVE,
    first: First = None,
    last: Last = None,
    over: TriedOn = Over.DECISIONS,
    days: Days = 30,
    within: Within = 90,
    out_folder: OutFolder = None,
    as_json: AsJson = False,
    by: By = None,
    dsn: Dsn = None,
    home: Home = None,
) -> None:
    """Try a draft on cases whose end is known: by rule, who moves where, bad rates and amounts."""
    book = read_book(draft)
    first_on, last_on = (day.date() if day else None for day in (first, last))
    asked = _Asked(over, against, first_on, last_on, Ending(days, within))
    with Database(
        running_database(settings.load(dsn=dsn, home=home)), max_size=1, statement_timeout_ms=0
    ) as database:
        view = database.read(lambda db: _tried(db, book, asked))
        if by is not None:
            database.write(lambda db: _keep(db, book, view, by=by))
    if out_folder is not None:
        _write(view, out_folder)
    for warning in view.warnings:
        complain(warning)
    if as_json:
        typer.echo(json.dumps(view.as_json(), ensure_ascii=False))
    else:
        _show(view, out_folder)


def _keep(db: Connection, book: RuleBook, view: BacktestView, *, by: str) -> None:
    """Keep what was found as a step in the life of the version, if its text is the one that was tried."""
    if rule_books.kept(db, book.name, book.version) != book.body:
        text = f"the file is not {book.name} {book.version} as it was published"
        raise Conflict(f"{text}; publish it first")
    at = MachineClock().now()
    record_backtest(db, book.name, book.version, by=by, evidence=view.as_json(), at=at)


def read_book(file: Path) -> RuleBook:
    """Read a book from a file; what publishing would refuse is refused here."""
    try:
        body = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file} cannot be read: {error}", where=str(file)) from error
    return accept(body, file=file.name, explained=tuple(ReasonCode))


class _Asked(NamedTuple):
    """What is asked for; a period without ends is everything there is."""

    over: Over
    against: str
    first_on: date | None
    last_on: date | None
    ending: Ending


def _tried(db: Connection, draft: RuleBook, asked: _Asked) -> BacktestView:
    other = _other(db, draft, asked.against)
    if asked.over is Over.DECISIONS:
        return backtests.of_decisions(
            db,
            draft,
            against=other,
            first_on=asked.first_on or date.min,
            last_on=asked.last_on or date.max,
            ending=asked.ending,
        )
    if other is None:
        raise InvalidInput("nothing was decided about a panel: give live or a file, not decided")
    as_of = asked.first_on or asked.last_on or backtests.default_day(db, asked.ending)
    return backtests.of_panel(db, draft, against=other, as_of=as_of, ending=asked.ending)


def _other(db: Connection, draft: RuleBook, against: str) -> RuleBook | None:
    if against == DECIDED:
        return None
    return backtests.live(db, draft.name) if against == LIVE else read_book(Path(against))


def _write(view: BacktestView, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(view.as_json(), ensure_ascii=False, indent=1)
    (folder / "backtest.json").write_text(text + "\n", "utf-8")
    (folder / "backtest.html").write_text(render(view), "utf-8")


def _show(view: BacktestView, folder: Path | None) -> None:
    found = view.found
    say(
        f"{view.source}, against {view.against}: {found.moved:,} of {found.whole.cases:,} get another outcome;"
        f" {rate(found.whole)} ended badly"
    )
    shown = [one for one in Outcome if found.before[one].cases or found.after[one].cases]
    table = Table(title=f"{view.against} ↓, draft →", box=SIMPLE_HEAD)
    for name in ("", *(one.label for one in shown)):
        table.add_column(name, justify="right" if name else "left")
    for one in shown:
        cells = (found.swap[one][other] for other in shown)
        texts = (f"{cell.cases:,} ({rate(cell)})" if cell.cases else "" for cell in cells)
        table.add_row(one.label, *texts)
    out.print(table)
    _show_rules(view)
    if folder is not None:
        say(f"report: {folder / 'backtest.html'}")


def _show_rules(view: BacktestView) -> None:
    table = Table(title="What each rule does (and what share ended badly)", box=SIMPLE_HEAD)
    for name in ("rule", "outcome", "fired", "amount", "unknown", "decides alone"):
        table.add_column(name, justify="left" if name in ("rule", "outcome") else "right")
    for each in view.found.rules:
        table.add_row(
            each.rule,
            each.outcome.label,
            f"{each.fired.cases:,} ({rate(each.fired)})",
            amount(each.fired),
            f"{each.unknown.cases:,}",
            f"{each.decisive.cases:,} ({rate(each.decisive)})",
        )
    out.print(table)
