"""`whiteslip appetite`: the limits in force, what is held against them, and cut-offs solved from them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from whiteslip.cli.app import app, out, say
from whiteslip.cli.database import Dsn, Home, running_database
from whiteslip.flows import keep_appetite as keeping
from whiteslip.flows.keep_appetite import PassRequest
from whiteslip.infra import settings
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import InvalidInput
from whiteslip.risk.appetite.model import Appetite, Checked, Finding, Held, Measure
from whiteslip.views import appetite as views
from whiteslip.views.runs import waiting_runs

T = TypeVar("T")
BEYOND = 1
commands = typer.Typer(
    help="How much risk is borne: limits, what is held against them, cut-offs.",
    no_args_is_help=True,
)
app.add_typer(commands, name="appetite")

AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]
By = Annotated[str, typer.Option(help="Who acts.")]
Note = Annotated[str, typer.Option(help="Why, for the record.")]
AppetiteFile = Annotated[
    Path | None,
    typer.Option("--file", help="Hold against this file instead of the version in force."),
]
RunOf = Annotated[
    str | None, typer.Option("--run", help="A run of this book: give its version and date.")
]
DraftOf = Annotated[str | None, typer.Option("--draft", help="A version of this rule book.")]
VersionOption = Annotated[int, typer.Option("--version", min=0, help="Its version.")]
On = Annotated[
    datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="The date the run is for.")
]
Number = Annotated[int, typer.Argument(min=1, help="The version of the appetite.")]
Drafted = Annotated[
    Path | None,
    typer.Argument(exists=True, dir_okay=False, help="The file; the shipped one if none is said."),
]
_STYLES = {Held.WITHIN: "green", Held.BEYOND: "bold red", Held.UNKNOWN: "magenta"}


@commands.command()
def check(
    *,
    draft: DraftOf = None,
    run: RunOf = None,
    version: VersionOption = 0,
    on: On = None,
    file: AppetiteFile = None,
    as_json: AsJson = False,
    dsn: Dsn = None,
    home: Home = None,
) -> None:
    """Hold the book and every waiting run, or one draft or run, against the appetite; 1 if anything refuses."""
    used = None if file is None else read_file(file)
    day = None if on is None else on.date()
    with database_of(dsn, home) as database:
        found = database.read(
            lambda db: _check(db, draft=draft, run=run, version=version, on=day, used=used)
        )
    if as_json:
        typer.echo(json.dumps([checked_json(one) for one in found], ensure_ascii=False))
    else:
        for one in found:
            _print(one)
    if any(one.version is None or one.refusing for one in found):
        raise typer.Exit(BEYOND)


@commands.command()
def show(*, as_json: AsJson = False, dsn: Dsn = None, home: Home = None) -> None:
    """Show the limits in force with the reason of each, and every version."""
    with database_of(dsn, home) as database:
        found = database.read(views.show)
    if as_json:
        typer.echo(json.dumps(_view_json(found), ensure_ascii=False))
        return
    if found.appetite is None:
        say(
            "No appetite is in force. Next: whiteslip appetite draft, and by another person publish"
        )
    else:
        _limits(found.appetite)
    for each in found.versions:
        say(f"version {each.version}: {each.state}, drafted by {each.drafted_by}")


@commands.command()
def draft(
    file: Drafted = None, *, by: By, note: Note = "", dsn: Dsn = None, home: Home = None
) -> None:
    """Keep a file as the next version of the appetite; nothing changes before another person publishes it."""
    body = keeping.shipped() if file is None else _text(file)
    done = _change(
        lambda db, at: keeping.draft_appetite(db, body, by=by, note=note, at=at), dsn, home
    )
    say(
        f"Appetite {done.version} is {done.state}. Next, by another person: whiteslip appetite publish"
    )


@commands.command()
def publish(version: Number, *, by: By, note: Note, dsn: Dsn = None, home: Home = None) -> None:
    """Bring a version into force, as another person than who drafted it."""
    done = _change(
        lambda db, at: keeping.publish_appetite(db, version, by=by, note=note, at=at), dsn, home
    )
    say(f"Appetite {done.version} is in force.")


@commands.command()
def withdraw(
    version: Number, *, by: By, note: Note = "", dsn: Dsn = None, home: Home = None
) -> None:
    """Give up a draft of the appetite."""
    _change(
        lambda db, at: keeping.withdraw_appetite(db, version, by=by, note=note, at=at), dsn, home
    )
    say(f"Appetite {version} is withdrawn.")


@commands.command(name="pass")
def pass_limit(
    measure: Annotated[Measure, typer.Argument(help="Which limit.")],
    *,
    by: By,
    note: Note,
    draft: DraftOf = None,
    run: RunOf = None,
    version: VersionOption,
    on: On = None,
    dsn: Dsn = None,
    home: Home = None,
) -> None:
    """Say, as one of two people, that a draft or a run may go past a limit at the figure it has now."""
    book = draft or run
    if book is None or (run is None) == (on is not None):
        raise InvalidInput("say --draft with --version, or --run with --version and --on")
    day = None if on is None else on.date()
    request = PassRequest(book, version, day, measure, by, note)
    done = _change(lambda db, at: keeping.pass_limit(db, request, at=at), dsn, home)
    value = "unknown" if done.value_ppm is None else views.percent(done.value_ppm)
    told = f"{measure} of {done.checked.subject} ({value}, limit {views.percent(done.limit_ppm)})"
    say(f"{told} is passed." if not done.missing else f"{told}: {done.missing} more must pass it.")


def read_file(file: Path) -> Appetite:
    """Read an appetite from a file."""
    return views.read_appetite(_text(file), file=file.name)


def database_of(dsn: str | None, home: Path | None) -> Database:
    """Open the book's database for a command."""
    found = running_database(settings.load(dsn=dsn, home=home))
    return Database(found, max_size=1, statement_timeout_ms=0)


def tell_unknown(checked: Checked | None) -> None:
    """Say what of the appetite was not known when something went on: it is not within because nobody knows."""
    if checked is None:
        return
    if checked.version is None:
        say("No risk appetite is in force: it was held against nothing.")
    for one in checked.unknown:
        say(f"Not known of appetite {checked.version}: {views.tell(one)}.")


def checked_json(one: Checked) -> dict[str, object]:
    """Write a check in plain types."""
    return {
        "subject": one.subject.key,
        "appetite": one.version,
        "refused": bool(one.refusing),
        "findings": [
            {
                "measure": each.limit.measure,
                "held": each.held,
                "value_ppm": each.value_ppm,
                "limit_ppm": each.limit.ppm,
                "side": each.limit.side,
                "out_of": each.cases,
                "part": each.part,
                "why": each.why,
                "refuses": each in one.refusing,
                "passed": each in one.passed,
            }
            for each in one.findings
        ],
    }


def _check(
    db: Connection,
    *,
    draft: str | None,
    run: str | None,
    version: int,
    on: date | None,
    used: Appetite | None,
) -> list[Checked]:
    if draft is not None:
        return [views.check_draft(db, draft, version, appetite=used)]
    if run is not None:
        if on is None:
            raise InvalidInput("say the date the run is for", where="on")
        return [views.check_run(db, run, version, on, appetite=used)]
    return [
        views.check_book(db, appetite=used),
        *(views.check_run(db, *each, appetite=used) for each in waiting_runs(db)),
    ]


def _print(one: Checked) -> None:
    if one.version is None:
        say(f"{one.subject}: unknown, for no appetite is in force.")
        return
    title = f"{one.subject}, appetite {one.version}"
    table = Table(title=title, box=SIMPLE_HEAD, title_justify="left")
    for head in ("limit", "", "figure", "allowed", "of", ""):
        table.add_column(head, justify="right" if head in ("figure", "of") else "left")
    for each in one.findings:
        table.add_row(*_cells(one, each))
    out.print(table)


def _cells(one: Checked, each: Finding) -> tuple[str, ...]:
    limit, style = each.limit, _STYLES[each.held]
    held = each.held if each.why is None else f"{each.held}: {each.why}"
    value = "" if each.value_ppm is None else views.percent(each.value_ppm)
    stands = "refuses" if each in one.refusing else "passed by two" if each in one.passed else ""
    allowed = f"{limit.side} {views.percent(limit.ppm)}"
    last = ", ".join(text for text in (each.part, stands) if text)
    return limit.measure, f"[{style}]{held}[/]", value, allowed, f"{each.cases:,}", last


def _limits(appetite: Appetite) -> None:
    say(f"Appetite {appetite.version}: {appetite.why}")
    table = Table("limit", "allowed", "least count", "unknown", "why", box=SIMPLE_HEAD)
    for each in appetite.limits.values():
        allowed = f"{each.side} {views.percent(each.ppm)}"
        table.add_row(each.measure, allowed, f"{each.least_count:,}", each.unknown, each.why)
    out.print(table)


def _view_json(found: views.AppetiteView) -> dict[str, object]:
    limits: Sequence[Any] = [] if found.appetite is None else [*found.appetite.limits.values()]
    return {
        "in_force": None if found.appetite is None else found.appetite.version,
        "limits": [one._asdict() for one in limits],
        "versions": [one._asdict() for one in found.versions],
        "checked": [checked_json(one) for one in found.checked],
    }


def _change(work: Callable[[Connection, datetime], T], dsn: str | None, home: Path | None) -> T:
    with database_of(dsn, home) as database:
        return database.write(lambda db: work(db, MachineClock().now()))


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file} cannot be read: {error}", where=str(file)) from error
