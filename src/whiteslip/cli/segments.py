"""`whiteslip segments` and `whiteslip tighten`: how parts of the book stand, and what people do about it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from whiteslip.cli.app import app, out, say, shielded
from whiteslip.cli.database import Dsn, Home, running_database
from whiteslip.flows.judge_segments import (
    Proposal,
    SegmentsReport,
    judge_segments,
    propose_tightenings,
)
from whiteslip.flows.tighten_segments import (
    AdvanceReport,
    Command,
    Direction,
    Saying,
    advance_tightenings,
    say_of_tightenings,
)
from whiteslip.infra import settings
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.risk.segments.model import Judged
from whiteslip.risk.tightenings.model import Interval, Tightening
from whiteslip.views import segments as views
from whiteslip.views.segments import NOUN

commands = typer.Typer(
    help="Tightenings of segments: proposed, released by two people, ended.", no_args_is_help=True
)
app.add_typer(commands, name="tighten")

Evaluate = Annotated[
    bool, typer.Option("--evaluate", help="First judge the month ends that are not judged yet.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]
Number = Annotated[int, typer.Argument(min=1, help="Number of the tightening.")]
By = Annotated[str, typer.Option(help="Who does it.")]
Note = Annotated[str, typer.Option(help="On what grounds.")]
_PPM = 10_000
_MOVED = {Direction.TIGHTEN: "restrictions", Direction.LOOSEN: "limits"}


@app.command(name="segments")
def segments(
    *, evaluate: Evaluate = False, as_json: AsJson = False, dsn: Dsn = None, home: Home = None
) -> None:
    """Show how the segments of the book stand to their control limits; what cannot be known is said to be unknown."""
    with database_of(dsn, home) as database:
        if evaluate:
            judge_segments(database, at=MachineClock().now())
        found = database.read(views.standing)
    if as_json:
        typer.echo(json.dumps([_segment_json(one) for one in found], default=str))
        return
    for view in found:
        say(f"{view.segment.title.en}: {view.spoken.asks}")
        if not view.judged:
            say("  no month end is judged yet")
            continue
        table = Table("measure", "month end", "rate", "usual", "average", "limits", "says")
        for one in view.judged:
            table.add_row(*_cells(one))
        out.print(table)


@commands.command(name="list")
def list_tightenings(*, dsn: Dsn = None, home: Home = None) -> None:
    """List the latest tightenings."""
    with database_of(dsn, home) as database:
        found = database.read(lambda db: views.latest(db, most=50))
    print_latest("outcome", [(one, one.outcome) for one in found])


@commands.command(name="show")
def show(number: Number, *, dsn: Dsn = None, home: Home = None) -> None:
    """Show a tightening: what was expected of it, its steps, and what it did against its hold-out."""
    with database_of(dsn, home) as database:
        found = database.read(lambda db: views.show(db, number))
    shown = {
        **found.tightening._asdict(),
        "missing_people": found.missing,
        "restrictions": found.standing,
        "steps": [one._asdict() for one in found.steps],
        "effect": None if found.effect is None else effect_json(found),
    }
    typer.echo(json.dumps(shown, default=str, indent=2, ensure_ascii=False))


@commands.command(name="propose")
def propose(
    segment: Annotated[str, typer.Argument(help="Name of the segment.")],
    *,
    by: By,
    note: Note,
    dsn: Dsn = None,
    home: Home = None,
) -> None:
    """Propose to tighten a segment, whatever its charts say; two others release it."""
    put_proposal(Proposal(segment, by, note), dsn, home)


@commands.command(name="release")
def release(number: Number, *, by: By, note: Note, dsn: Dsn = None, home: Home = None) -> None:
    """Release a proposal; with the last person needed its first stage comes into force."""
    put_saying(Saying(number, Command.RELEASE, by, note), dsn, home)


@commands.command(name="dismiss")
def dismiss(number: Number, *, by: By, note: Note, dsn: Dsn = None, home: Home = None) -> None:
    """Dismiss a proposal."""
    put_saying(Saying(number, Command.DISMISS, by, note), dsn, home)


@commands.command(name="lift")
def lift(number: Number, *, by: By, note: Note, dsn: Dsn = None, home: Home = None) -> None:
    """Agree that a tightening ends, once its end is asked for."""
    put_saying(Saying(number, Command.LIFT, by, note), dsn, home)


@commands.command(name="keep")
def keep(number: Number, *, by: By, note: Note, dsn: Dsn = None, home: Home = None) -> None:
    """Agree that a tightening goes on, with another review date."""
    put_saying(Saying(number, Command.KEEP, by, note), dsn, home)


@commands.command(name="undo")
def undo(number: Number, *, by: By, note: Note, dsn: Dsn = None, home: Home = None) -> None:
    """Undo a tightening as a whole."""
    put_saying(Saying(number, Command.UNDO, by, note), dsn, home)


def put_proposal(asked: Proposal, dsn: Dsn, home: Home) -> None:
    """Propose, in either direction, and tell what came of it."""
    with database_of(dsn, home) as database:
        at = MachineClock().now()
        (answer,) = database.write(lambda db: propose_tightenings(db, [asked], at=at))
    if isinstance(answer, WhiteslipError):
        raise answer
    say(f"Proposed as {answer.tightening_id}: {_told(answer)}.")


def put_saying(asked: Saying, dsn: Dsn, home: Home) -> None:
    """Say a command of one of either direction, and tell how it stands."""
    with database_of(dsn, home) as database:
        at = MachineClock().now()
        (answer,) = database.write(lambda db: say_of_tightenings(db, [asked], at=at))
    if isinstance(answer, WhiteslipError):
        raise answer
    if answer.missing:
        say(f"Said by one; {answer.missing} more must say so.")
        return
    one = answer.tightening
    say(f"The {NOUN[one.direction]} is {one.state}; {answer.moved} {_MOVED[one.direction]} moved.")


def print_latest(what: str, found: Sequence[tuple[Tightening, str]]) -> None:
    """Print those of one direction, each with what it imposes or gives, headed `what`."""
    if not found:
        say("There is none.")
        return
    table = Table("number", "segment", what, "state", "proposed", "released", "review", "ended")
    for one, does in found:
        days = (one.proposed_on, one.released_on, one.review_on, one.ended_on)
        told = ("" if day is None else str(day) for day in days)
        table.add_row(str(one.tightening_id), one.segment, does, one.state, *told)
    out.print(table)


def tighten_tonight(database: Database, *, quiet: bool) -> None:
    """Judge segments after the day just closed and move their tightenings."""
    at = MachineClock().now()
    with shielded("segments were not judged"):
        report = judge_segments(database, at=at)
        moved = advance_tightenings(database, at=at)
        if not quiet:
            _tell(report, moved)


def _tell(report: SegmentsReport, moved: AdvanceReport) -> None:
    for one in report.proposed:
        say(f"{NOUN[one.direction].title()} {one.tightening_id} is proposed: {_told(one)}.")
    if moved.restricted or moved.waiting or moved.freed:
        say(f"Tightenings: {moved.restricted} lines, {moved.waiting} wait, {moved.freed} freed.")
    if moved.granted or moved.shortened:
        say(f"Loosenings: room for {moved.granted} lines, ended early on {moved.shortened}.")
    for number in moved.endings:
        say(
            f"Number {number} is to end or to be kept; whiteslip tighten list, whiteslip loosen list"
        )


def _told(one: Tightening) -> str:
    return f"{one.segment}, {one.outcome}, {one.touched} lines"


def _cells(one: Judged) -> tuple[str, ...]:
    said = one.level if one.why is None else f"{one.level}: {one.why}"
    limits = (
        "" if one.warning_ppm is None else f"{_share(one.warning_ppm)}, {_share(one.action_ppm)}"
    )
    rate = f"{_share(one.rate_ppm)} ({one.hits} of {one.out_of})".strip()
    usual, average = _share(one.base_ppm), _share(one.smooth_ppm)
    return one.measure, str(one.month_end), rate, usual, average, limits, said


def _share(ppm: int | None) -> str:
    return "" if ppm is None else f"{ppm / _PPM:.2f} %"


def _segment_json(view: views.SegmentView) -> dict[str, object]:
    standing = view.tightening
    return {
        "segment": view.segment.name,
        "asks": view.spoken.asks,
        "measures": [one._asdict() for one in view.judged],
        "macro": None if view.macro is None else [view.macro.color, view.macro.why],
        "tightening": None if standing is None else standing.tightening_id,
        "loosening": None if view.loosening is None else view.loosening.tightening_id,
    }


def effect_json(found: views.TighteningView) -> dict[str, object]:
    """Write what one of either direction did."""
    parts = {} if found.effect is None else found.effect._asdict()
    return {
        name: part._asdict() if isinstance(part, Interval | views.ArmFigures) else part
        for name, part in parts.items()
    }


def database_of(dsn: Dsn, home: Home) -> Database:
    """Open the database that is running."""
    found = running_database(settings.load(dsn=dsn, home=home))
    return Database(found, max_size=2, statement_timeout_ms=0)
