"""`whiteslip simulate-squeeze`: the same people live through a squeeze with the valve, rehearsing it, and without."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Annotated

import numpy as np
import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from whiteslip.bench.ground import ground
from whiteslip.cli.app import app, err, out, say
from whiteslip.web import plots
from whiteslip.web.axes import Axis
from whiteslip.web.plots import Line
from whiteslip.world.squeeze import experiment
from whiteslip.world.squeeze.experiment import Experiment
from whiteslip.world.squeeze.figures import Figures, Score
from whiteslip.world.squeeze.life import Arm
from whiteslip.world.squeeze.terms import Terms, read, shipped

FAULTY = 1
_YUAN = 100

People = Annotated[int, typer.Option(min=20, max=100_000, help="How many people a seed.")]
Seeds = Annotated[int, typer.Option(min=1, max=100, help="How many seeds, from 1 on.")]
TermsFile = Annotated[Path | None, typer.Option("--terms", help="Other assumptions.")]
OutFile = Annotated[Path | None, typer.Option("--out", help="Write the HTML report here.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]


@app.command(name="simulate-squeeze")
def simulate_squeeze(
    *,
    seeds: Seeds = 3,
    people: People = 500,
    terms_file: TermsFile = None,
    out_file: OutFile = None,
    as_json: AsJson = False,
) -> None:
    """Live a squeeze of liquidity on a server of its own, with the valve and without, and hold forecasts against it."""
    terms = shipped() if terms_file is None else read(terms_file.read_text("utf-8"))
    with err.status("squeeze") as status:

        def tell(message: str) -> None:
            status.update(escape(message))

        with ground(tell) as place:
            tell(f"{seeds} seeds of {people:,} people in {len(Arm)} arms")
            found = experiment.run(
                place.dsn, seeds=range(1, seeds + 1), people=people, terms=terms, tell=tell
            )
    if out_file is not None:
        out_file.write_text(render(found, terms), "utf-8")
    if as_json:
        typer.echo(json.dumps(as_data(found), ensure_ascii=False, default=str))
    else:
        show(found)
    if found.faults:
        raise typer.Exit(FAULTY)


def as_data(found: Experiment) -> dict[str, object]:
    """Give everything as plain data, amounts in minor units."""
    return {
        "people": found.people,
        "seconds": found.seconds,
        "faults": found.faults,
        "seeds": [
            {
                "seed": lived.seed,
                "arms": {
                    one.arm.value: one._asdict()
                    | {
                        "least_minor": one.least_minor,
                        "days_below": one.days_below,
                        "days_shut": one.days_shut,
                        "nights": [night._asdict() for night in one.nights],
                        "scores": [
                            score._asdict()
                            | {"covered": score.covered if score.forecasts else None}
                            for score in one.scores
                        ],
                    }
                    for one in lived.arms
                },
            }
            for lived in found.seeds
        ],
    }


def show(found: Experiment) -> None:
    """Show the arms side by side, then the forecasts."""
    say(f"{len(found.seeds)} seeds of {found.people:,} people, {found.seconds:.0f} s")
    _print("The squeeze, seed by seed; yuan a person", *side_by_side(found))
    _print("Forecasts against what came, all seeds", *forecasts(found))
    for fault in found.faults:
        say(f"FAULT: {fault}")


def side_by_side(found: Experiment) -> tuple[list[str], list[list[str]]]:
    """Give the head and rows of what came of each arm of each seed."""
    head = [
        "seed, arm",
        "floor",
        "least",
        "days below",
        "days shut",
        "asked",
        "refused",
        "repaid",
        "got through",
    ]
    rows = [
        [
            f"{lived.seed} {one.arm}",
            _yuan(one.floor_minor, found),
            _yuan(one.least_minor, found),
            f"{one.days_below}",
            f"{one.days_shut}",
            _yuan(one.asked_minor, found),
            _yuan(one.refused_minor, found),
            f"{one.paid} of {one.paying}",
            f"{one.got_through}",
        ]
        for lived in found.seeds
        for one in lived.arms
    ]
    return head, rows


def forecasts(found: Experiment) -> tuple[list[str], list[list[str]]]:
    """Give the head and rows of how forecasts did, by arm, how far ahead they looked and when that ends."""
    head = ["arm", "days", "ending", "number", "inside", "bias, floors", "error, floors"]
    rows: list[list[str]] = []
    for arm in (Arm.WITHOUT, Arm.WITH):
        for some in zip(*(one.scores for one in found.of(arm)), strict=True):
            rows += _scored(arm, some)
    return head, rows


def _scored(arm: Arm, some: Sequence[Score]) -> list[list[str]]:
    count = sum(one.forecasts for one in some)
    if not count:
        return []
    inside = sum(one.inside for one in some)
    bias = sum(one.bias * one.forecasts for one in some) / count
    error = sum(one.error * one.forecasts for one in some) / count
    ending = "before" if some[0].quiet else "in it or after"
    share = f"{100 * inside / count:.0f} %"
    return [
        [
            arm.value,
            f"{some[0].days_ahead}",
            ending,
            f"{count}",
            share,
            f"{bias:+.2f}",
            f"{error:.2f}",
        ]
    ]


def render(found: Experiment, terms: Terms) -> str:
    """Return the comparison as one HTML page that stands alone."""
    lead = (
        f"{found.people:,} made-up people a seed, {len(found.seeds)} seeds; the same people and dice in every arm,"
        f" lived through the platform's own journeys. The lender leaves on {terms.calendar.squeeze_on}, and people"
        f" buy ahead until {terms.calendar.calm_on}. What people do is assumed."
    )
    blocks = [plots.section("Cash and commitments", [picture(found)])]
    if found.faults:
        blocks.insert(
            0, plots.section("Read this first", [plots.bullets(found.faults)], mark="bad")
        )
    blocks.append(plots.section("Arm by arm", [plots.table(*side_by_side(found))]))
    text = "The interval is to hold eight forecasts in ten. None could know that the squeeze comes."
    blocks.append(plots.section("Forecasts", [text, plots.table(*forecasts(found))]))
    return plots.page("A liquidity squeeze", blocks, lead=lead, over="Experiment")


def picture(found: Experiment) -> plots.Html:
    """Draw what there was each day in each arm: the mean of the seeds, shaded from the least to the most."""
    series = [_line(arm, found.of(arm), found) for arm in (Arm.WITHOUT, Arm.WITH)]
    one = found.of(Arm.WITH)[0]
    days = list(range(len(one.nights)))
    floor = [one.floor_minor / _YUAN / found.people] * len(days)
    series.append(Line(label="floor", xs=days, ys=floor, dashed=True))
    first = one.nights[0].day
    x = Axis(label=f"days after {first}")
    y = Axis(label="yuan a person", suffix="yuan")
    return plots.lines("What there was at the end of each day", series, x=x, y=y)


def _line(arm: Arm, some: Sequence[Figures], found: Experiment) -> Line:
    paths = np.array([[night.liquidity_minor for night in one.nights] for one in some])
    yuan = paths / _YUAN / found.people
    return Line(
        label=f"{arm} the valve",
        xs=list(range(yuan.shape[1])),
        ys=yuan.mean(axis=0),
        low=yuan.min(axis=0),
        high=yuan.max(axis=0),
    )


def mean_least(found: Experiment, arm: Arm) -> float:
    """Return the mean over the seeds of the least there was, in minor units."""
    return fmean(one.least_minor for one in found.of(arm))


def _yuan(amount_minor: int, found: Experiment) -> str:
    return f"{amount_minor / _YUAN / found.people:,.0f}"


def _print(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(*head, title=title, box=SIMPLE_HEAD, title_justify="left")
    for row in rows:
        table.add_row(*row)
    out.print(table)
