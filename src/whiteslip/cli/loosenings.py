"""`whiteslip loosen`: what people do about segments that turn well."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from whiteslip.cli.app import app
from whiteslip.cli.database import Dsn, Home
from whiteslip.cli.segments import (
    By,
    Note,
    database_of,
    effect_json,
    print_latest,
    put_proposal,
    put_saying,
)
from whiteslip.flows.judge_segments import Proposal
from whiteslip.flows.tighten_segments import Command, Direction, Saying
from whiteslip.kernel.money import decimal_text
from whiteslip.views import segments as views

commands = typer.Typer(
    help="Loosenings of segments: proposed, released by two people, ended.", no_args_is_help=True
)
app.add_typer(commands, name="loosen")

Number = Annotated[int, typer.Argument(min=1, help="Number of the loosening.")]


@commands.command(name="list")
def list_loosenings(*, dsn: Dsn = None, home: Home = None) -> None:
    """List the latest loosenings."""
    with database_of(dsn, home) as database:
        found = database.read(lambda db: views.latest(db, most=50, direction=Direction.LOOSEN))
    rooms = [(one, decimal_text(int(one.evidence["expected"]["room_minor"]))) for one in found]
    print_latest("room", rooms)


@commands.command(name="show")
def show(number: Number, *, dsn: Dsn = None, home: Home = None) -> None:
    """Show a loosening: what was expected of it, its steps, and what it did against its hold-out."""
    with database_of(dsn, home) as database:
        found = database.read(lambda db: views.show(db, number, direction=Direction.LOOSEN))
    one = found.tightening
    shown = {
        **one._asdict(),
        "offer": None if one.offer is None else one.offer._asdict(),
        "missing_people": found.missing,
        "lines": found.standing,
        "room_minor": found.room_minor,
        "steps": [each._asdict() for each in found.steps],
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
    """Propose to give a segment what its file offers, whatever its charts say; two others release it."""
    put_proposal(Proposal(segment, by, note, Direction.LOOSEN), dsn, home)


@commands.command(name="release")
def release(number: Number, *, by: By, note: Note, dsn: Dsn = None, home: Home = None) -> None:
    """Release a proposal; with the last person needed its first stage is given its room."""
    put_saying(Saying(number, Command.RELEASE, by, note, Direction.LOOSEN), dsn, home)


@commands.command(name="dismiss")
def dismiss(number: Number, *, by: By, note: Note, dsn: Dsn = None, home: Home = None) -> None:
    """Dismiss a proposal."""
    put_saying(Saying(number, Command.DISMISS, by, note, Direction.LOOSEN), dsn, home)


@commands.command(name="ask-end")
def ask_end(number: Number, *, by: By, note: Note, dsn: Dsn = None, home: Home = None) -> None:
    """Ask that a loosening ends: nothing more is given until two people lift or keep it."""
    put_saying(Saying(number, Command.ASK_END, by, note, Direction.LOOSEN), dsn, home)


@commands.command(name="lift")
def lift(number: Number, *, by: By, note: Note, dsn: Dsn = None, home: Home = None) -> None:
    """Agree that a loosening ends: what was given runs to its promised end."""
    put_saying(Saying(number, Command.LIFT, by, note, Direction.LOOSEN), dsn, home)


@commands.command(name="keep")
def keep(number: Number, *, by: By, note: Note, dsn: Dsn = None, home: Home = None) -> None:
    """Agree that a loosening goes on, with another review date."""
    put_saying(Saying(number, Command.KEEP, by, note, Direction.LOOSEN), dsn, home)


@commands.command(name="undo")
def undo(number: Number, *, by: By, note: Note, dsn: Dsn = None, home: Home = None) -> None:
    """Undo a loosening as a whole: what is not in use ends early, announced to its owners."""
    put_saying(Saying(number, Command.UNDO, by, note, Direction.LOOSEN), dsn, home)
