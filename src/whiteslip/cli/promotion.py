"""`whiteslip simulate-sale`: the same people live through 618 with and without each countermeasure, side by side."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from statistics import fmean
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from whiteslip.bench.ground import ground
from whiteslip.cli.app import app, err, out, say
from whiteslip.kernel.errors import InvalidInput
from whiteslip.web import plots
from whiteslip.world.promotion import experiment
from whiteslip.world.promotion.arms import BY_NAME, NOTHING, SILENT, Arm
from whiteslip.world.promotion.experiment import Experiment
from whiteslip.world.promotion.figures import MEASURES, Figures, Measure, difference, mean, values
from whiteslip.world.promotion.terms import Terms, ending, read, shipped
from whiteslip.world.promotion.terms import vary as vary_terms

FAULTY = 1
_COUNTED = {
    "granted lines": "granted_lines",
    "of these returned untold": "returned_untold",
    "orders sold in a plan": "plans_sold",
    "other ways asked": "ways_asked",
    "other ways sold": "ways_sold",
}

Shoppers = Annotated[int, typer.Option(min=20, max=100_000, help="How many people a seed.")]
Seeds = Annotated[int, typer.Option(min=1, max=100, help="How many seeds, from 1 on.")]
Arms = Annotated[str, typer.Option(help=f"Arms, by commas: {', '.join(BY_NAME)}.")]
Vary = Annotated[
    list[str] | None,
    typer.Option(help="Live every arm again with an assumption multiplied, such as willing=0.5."),
]
Until = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="End here; what is due later is not seen then."),
]
TermsFile = Annotated[Path | None, typer.Option("--terms", help="Other assumptions.")]
Workers = Annotated[int, typer.Option(min=1, max=64, help="Seeds lived at once.")]
OutFile = Annotated[Path | None, typer.Option("--out", help="Write the HTML report here.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]


@app.command(name="simulate-sale")
def simulate_sale(
    *,
    seeds: Seeds = 5,
    shoppers: Shoppers = 2_000,
    arms: Arms = "",
    vary: Vary = None,
    terms_file: TermsFile = None,
    until: Until = None,
    workers: Workers = 2,
    out_file: OutFile = None,
    as_json: AsJson = False,
) -> None:
    """Live 618 in several arms on a server of its own, and compare sales, complaints and losses from the records."""
    terms = _terms(terms_file, until)
    chosen = _arms(arms, vary or [], terms)
    with err.status("618") as status:

        def tell(message: str) -> None:
            status.update(escape(message))

        with ground(tell) as place:
            tell(f"{seeds} seeds of {shoppers:,} people in {len(chosen)} arms")
            found = experiment.run(
                place.dsn, arms=chosen, seeds=range(1, seeds + 1), shoppers=shoppers, terms=terms,
                workers=workers, tell=tell,
            )  # fmt: skip
    if out_file is not None:
        out_file.write_text(render(found), "utf-8")
    if as_json:
        typer.echo(json.dumps(as_data(found), ensure_ascii=False))
    else:
        show(found)
    if found.faults:
        raise typer.Exit(FAULTY)


def _arms(names: str, varied: Sequence[str], terms: Terms) -> tuple[Arm, ...]:
    """Choose the arms, and once more for each assumption that is varied; what cannot be varied is refused now."""
    wanted = [name.strip() for name in names.split(",")] if names else list(BY_NAME)
    if wrong := [name for name in wanted if name not in BY_NAME]:
        raise InvalidInput(f"{wrong[0]!r} is no arm; there are {', '.join(BY_NAME)}", where="arms")
    for each in varied:
        vary_terms(terms, each)
    plain = [BY_NAME[name] for name in dict.fromkeys(wanted)]
    return tuple(
        arm._replace(varies=each) for each in ("", *dict.fromkeys(varied)) for arm in plain
    )


def _terms(file: Path | None, until: datetime | None) -> Terms:
    terms = shipped() if file is None else read(file.read_text("utf-8"))
    return terms if until is None else ending(terms, until.date())


def bases(found: Experiment) -> list[str]:
    """Name the arms that the others are compared with, as far as they were lived."""
    lived = [arm.name for arm in found.arms]
    return [arm.name for arm in (NOTHING, SILENT) if arm.name in lived] or lived[:1]


def pairs(found: Experiment, base: str) -> list[tuple[Arm, Arm]]:
    """Pair each other arm with the one it is compared with: of that name, under the same assumptions."""
    of = {arm.varies: arm for arm in found.arms if arm.name == base}
    return [(arm, of[arm.varies]) for arm in found.arms if arm.name != base]


def as_data(found: Experiment) -> dict[str, object]:
    """Give everything as plain data: each seed's figures, means, and paired differences."""
    return {
        "shoppers": found.shoppers,
        "seeds": [lived.seed for lived in found.seeds],
        "seconds": found.seconds,
        "faults": found.faults,
        "arms": {
            arm.label: {
                "says": arm.says,
                "means": {each.name: mean(found.of(arm.label), each.name) for each in MEASURES},
                "differences": _differences(found, arm),
                "seeds": [
                    {**one._asdict(), "measures": values(one)} for one in found.of(arm.label)
                ],
            }
            for arm in found.arms
        },
    }


def _differences(found: Experiment, arm: Arm) -> dict[str, object]:
    if len(found.seeds) == 1:
        return {}
    return {
        base: {
            each.name: difference(found.of(arm.label), found.of(other.label), each.name)._asdict()
            for each in MEASURES
        }
        for base in bases(found)
        for one, other in pairs(found, base)
        if one == arm
    }


def show(found: Experiment) -> None:
    """Show the arms side by side, then what differs from each arm they are compared with."""
    seeds = len(found.seeds)
    say(f"{seeds} seeds of {found.shoppers:,} people, means a seed, {found.seconds:.0f} s")
    head, rows = side_by_side(found)
    _print("618 side by side", head, rows)
    for base in bases(found) if seeds > 1 else ():
        head, rows = apart(found, base)
        _print(f"apart from {base!r}: mean and 95 % interval of paired differences", head, rows)
    for fault in found.faults:
        say(f"FAULT: {fault}")


def side_by_side(found: Experiment) -> tuple[list[str], list[list[str]]]:
    """Give the head and rows of the means, arms as columns."""
    rows = [
        [
            _name(each),
            *(f"{mean(found.of(arm.label), each.name):,.{each.digits}f}" for arm in found.arms),
        ]
        for each in MEASURES
    ]
    for name, field in _COUNTED.items():
        counts = ([getattr(one, field) for one in found.of(arm.label)] for arm in found.arms)
        rows.append([name, *(f"{fmean(each):,.1f}" for each in counts)])
    refused = (_reasons(found.of(arm.label)) for arm in found.arms)
    rows.append(["other ways not granted, for", *refused])
    return ["", *(arm.label for arm in found.arms)], rows


def _reasons(arms: Sequence[Figures]) -> str:
    total: Counter[str] = Counter()
    for one in arms:
        total.update(one.ways_refused_for)
    return ", ".join(f"{code} {count / len(arms):,.1f}" for code, count in sorted(total.items()))


def apart(found: Experiment, base: str) -> tuple[list[str], list[list[str]]]:
    """Give the head and rows of paired differences from one arm; what is clear of 0 is marked."""
    compared = pairs(found, base)
    rows: list[list[str]] = []
    for each in MEASURES:
        cells: list[str] = []
        for arm, other in compared:
            one = difference(found.of(arm.label), found.of(other.label), each.name)
            digits = each.digits
            star = "*" if one.is_clear else ""
            interval = f"{one.low:+,.{digits}f} … {one.high:+,.{digits}f}"
            cells.append(f"{one.mean:+,.{digits}f}{star} ({interval})")
        rows.append([_name(each), *cells])
    return ["", *(arm.label for arm, _ in compared)], rows


def render(found: Experiment) -> str:
    """Return the comparison as one HTML page that stands alone."""
    lead = (
        f"{found.shoppers:,} made-up people a seed, {len(found.seeds)} seeds; the same people and dice in every"
        " arm, lived through the platform's own journeys. Figures come from its records; what people do is assumed."
    )
    blocks = [
        plots.section("Arms", [plots.bullets([f"{arm.name}: {arm.says}" for arm in found.arms])])
    ]
    if found.faults:
        blocks.insert(
            0, plots.section("Read this first", [plots.bullets(found.faults)], mark="bad")
        )
    head, rows = side_by_side(found)
    blocks.append(plots.section("Side by side", [plots.table(head, rows)]))
    for base in bases(found) if len(found.seeds) > 1 else ():
        head, rows = apart(found, base)
        text = "Mean and 95 % interval of paired differences; * leaves out 0."
        blocks.append(plots.section(f"Apart from {base}", [text, plots.table(head, rows)]))
    return plots.page("618 with and without countermeasures", blocks, lead=lead, over="Experiment")


def _print(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(*head, title=title, box=SIMPLE_HEAD, title_justify="left")
    for row in rows:
        table.add_row(*row)
    out.print(table)


def _name(each: Measure) -> str:
    return f"{each.name}, {each.unit}" if each.unit else each.name
