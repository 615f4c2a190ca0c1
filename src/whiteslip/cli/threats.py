"""`whiteslip simulate-threats`: a planted world lived with the detectors on and off, and what was seen of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, cast

import msgspec
import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from whiteslip.bench.ground import ground
from whiteslip.cli.app import app, err, out, say
from whiteslip.cli.threat_pages import render
from whiteslip.kernel.errors import InvalidInput
from whiteslip.world.threats import experiment
from whiteslip.world.threats.arms import BY_NAME, OFF, ON, Arm
from whiteslip.world.threats.experiment import Experiment, Lived, World
from whiteslip.world.threats.telling import tables
from whiteslip.world.threats.terms import Terms, read, shipped

FAULTY = 1
_MOST_SHOPPERS = 200_000

Shoppers = Annotated[int, typer.Option(min=50, max=_MOST_SHOPPERS, help="People a seed.")]
Days = Annotated[int, typer.Option(min=30, max=1_100, help="Days they live.")]
Seeds = Annotated[str, typer.Option(help="Seeds, by commas.")]
Tuned = Annotated[
    str, typer.Option(help="Seeds that thresholds were chosen on: lived, and left out of means.")
]
Arms = Annotated[str, typer.Option(help=f"Arms, by commas: {', '.join(BY_NAME)}.")]
TermsFile = Annotated[Path | None, typer.Option("--terms", help="Other assumptions.")]
Workers = Annotated[int, typer.Option(min=1, max=64, help="Arms lived at once.")]
Keep = Annotated[
    str | None,
    typer.Option(help="Keep each arm as it ends in a file of this prefix, and use those there."),
]
OutFile = Annotated[Path | None, typer.Option("--out", help="Write the HTML report here.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]


@app.command(name="simulate-threats")
def simulate_threats(
    *,
    shoppers: Shoppers = 2_000,
    days: Days = 180,
    seeds: Seeds = "1,2,3",
    tuned: Tuned = "1",
    arms: Arms = f"{ON.name},{OFF.name}",
    terms_file: TermsFile = None,
    workers: Workers = 2,
    keep: Keep = None,
    out_file: OutFile = None,
    as_json: AsJson = False,
) -> None:
    """Plant fraud, life events and a downturn among made-up people, and measure what the platform sees of each."""
    terms = shipped() if terms_file is None else read(terms_file.read_text("utf-8"))
    chosen, wanted, apart = _arms(arms), _numbers(seeds, "seeds"), _numbers(tuned, "tuned")
    world = World(shoppers, days)
    with err.status("planted world") as status:

        def tell(message: str) -> None:
            status.update(escape(message))

        with ground(tell) as place:
            tell(f"{len(wanted)} seeds of {shoppers:,} people, {days} days, {len(chosen)} arms")
            found = experiment.run(
                place.dsn, world=world, arms=chosen, seeds=wanted, tuned=apart, terms=terms,
                workers=workers, tell=tell, known=_kept(keep, world, terms), keep=_keeper(keep, world, terms),
            )  # fmt: skip
    if out_file is not None:
        out_file.write_text(render(found), "utf-8")
    if as_json:
        typer.echo(json.dumps(as_data(found), ensure_ascii=False))
    else:
        show(found)
    if found.faults:
        raise typer.Exit(FAULTY)


def _arms(names: str) -> tuple[Arm, ...]:
    wanted = [name.strip() for name in names.split(",")]
    if wrong := [name for name in wanted if name not in BY_NAME]:
        raise InvalidInput(f"{wrong[0]!r} is no arm; there are {', '.join(BY_NAME)}", where="arms")
    return tuple(BY_NAME[name] for name in dict.fromkeys(wanted))


def _numbers(text: str, where: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if wrong := [part for part in parts if not part.isascii() or not part.isdigit()]:
        raise InvalidInput(f"{wrong[0]!r} is no seed", where=where)
    return tuple(dict.fromkeys(int(part) for part in parts))


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An arm in a file, with the world and the assumptions it was lived under."""

    world: World
    terms: Terms
    lived: Lived


def _keeper(prefix: str | None, world: World, terms: Terms) -> Callable[[Lived], None] | None:
    if prefix is None:
        return None

    def keep(lived: Lived) -> None:
        file = Path(f"{prefix}-{lived.seed}-{lived.arm}.json")
        plain: object = msgspec.to_builtins(Kept(world, terms, lived))
        file.write_text(json.dumps(plain), "utf-8")

    return keep


def _kept(prefix: str | None, world: World, terms: Terms) -> list[Lived]:
    """Read what was lived before of the same world under the same assumptions; what is of another is refused."""
    if prefix is None:
        return []
    name = re.compile(rf"{re.escape(Path(prefix).name)}-\d+-({'|'.join(BY_NAME)})\.json")
    found: list[Lived] = []
    for file in sorted(one for one in Path(prefix).parent.iterdir() if name.fullmatch(one.name)):
        one = msgspec.convert(json.loads(file.read_text("utf-8")), type=Kept)
        if (one.world, one.terms) != (world, terms):
            raise InvalidInput(f"{file} is of another world or of other assumptions", where="keep")
        found.append(one.lived)
    return found


def as_data(found: Experiment) -> dict[str, object]:
    """Give everything as plain data: each seed's figures and every table; what is unknown is null."""
    return {
        "world": _plain(found.world),
        "seeds": _plain(found.seeds),
        "tuned": _plain(found.tuned),
        "seconds": found.seconds,
        "faults": found.faults,
        "lived": _plain(found.lived),
        "tables": _plain(tables(found)),
    }


def _plain(value: Any) -> Any:
    """Turn named tuples into objects, other sequences into lists, and what is not a finite number into null."""
    if hasattr(value, "_asdict"):
        return {name: _plain(one) for name, one in value._asdict().items()}
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in cast("dict[Any, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in cast("list[Any]", value)]
    if isinstance(value, float) and not isfinite(value):
        return None
    return value


def show(found: Experiment) -> None:
    """Show every table."""
    measured = [seed for seed in found.seeds if seed not in found.tuned]
    say(
        f"{found.world.shoppers:,} people, {found.world.days} days; measured on seeds"
        f" {', '.join(map(str, measured)) or 'none'}, {found.seconds:.0f} s"
    )
    for each in tables(found):
        _print(each.title, each.head, each.rows)
    for fault in found.faults:
        say(f"FAULT: {fault}")


def _print(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(*head, title=title, box=SIMPLE_HEAD, title_justify="left")
    for row in rows:
        table.add_row(*row)
    out.print(table)
