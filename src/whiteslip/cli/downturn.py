"""`whiteslip simulate-downturn`: a downturn in one segment of a simulated book, as the platform's records tell it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from whiteslip.bench.ground import ground
from whiteslip.cli.app import app, err, out, say
from whiteslip.kernel.money import decimal_text
from whiteslip.risk.segments.model import Measure
from whiteslip.risk.tightenings.model import ArmFigures, Effect, Interval
from whiteslip.views.segments import shipped_catalog
from whiteslip.web import plots
from whiteslip.world.downturn import experiment
from whiteslip.world.downturn.experiment import Event, Lived, Month, Story
from whiteslip.world.downturn.terms import Terms, read, shipped

FAULTY = 1
SHOWN = (Measure.ROLL_TO_OVERDUE, Measure.ROLL_TO_THIRTY, Measure.THIRTY_PLUS)

People = Annotated[int, typer.Option(min=50, max=100_000, help="How many people.")]
Seed = Annotated[int, typer.Option(min=1, max=10_000, help="Which people.")]
Calm = Annotated[bool, typer.Option("--calm/--no-calm", help="Live it without a downturn, too.")]
TermsFile = Annotated[Path | None, typer.Option("--terms", help="Other assumptions.")]
OutFile = Annotated[Path | None, typer.Option("--out", help="Write the HTML report here.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]


@app.command(name="simulate-downturn")
def simulate_downturn(
    *,
    people: People = 2_000,
    seed: Seed = 1,
    calm: Calm = True,
    terms_file: TermsFile = None,
    out_file: OutFile = None,
    as_json: AsJson = False,
) -> None:
    """Live a downturn of one trade on a server of its own: warned, tightened, measured and lifted, by the records."""
    terms = _terms(terms_file)
    with err.status("downturn") as status:

        def tell(message: str) -> None:
            status.update(escape(message))

        with ground(tell) as place:
            story = experiment.run(
                place.dsn,
                seed=seed,
                people=people,
                terms=terms,
                catalog=shipped_catalog(),
                with_calm=calm,
                tell=tell,
            )
    if out_file is not None:
        out_file.write_text(render(story), "utf-8")
    if as_json:
        typer.echo(json.dumps(as_data(story), default=str, ensure_ascii=False))
    else:
        show(story)
    if story.faults:
        raise typer.Exit(FAULTY)


def _terms(file: Path | None) -> Terms:
    return shipped() if file is None else read(file.read_text("utf-8"))


def as_data(story: Story) -> dict[str, object]:
    """Give everything as plain data."""
    return {
        "seed": story.seed,
        "people": story.hit.people,
        "in_segment": story.hit.in_segment,
        "seconds": story.seconds,
        "begins_on": story.begins_on,
        "warned_on": story.warned_on,
        "doubled_on": story.doubled_on,
        "usual_thirty_plus": story.usual_rate,
        "faults": story.faults,
        "downturn": _lived_data(story.hit),
        "calm": None if story.calm is None else _lived_data(story.calm),
    }


def _lived_data(lived: Lived) -> dict[str, object]:
    return {
        "months": [
            {
                "month_end": month.month_end,
                **{measure: one._asdict() for measure, one in month.judged.items()},
            }
            for month in lived.months
        ],
        "events": [one._asdict() for one in lived.events],
        "expected": lived.expected,
        "effect": None if lived.effect is None else _effect_data(lived.effect),
    }


def _effect_data(effect: Effect) -> dict[str, object]:
    return {
        name: part._asdict() if isinstance(part, ArmFigures | Interval) else part
        for name, part in effect._asdict().items()
    }


def show(story: Story) -> None:
    """Show the months, what happened on which day, and what it was worth."""
    people = f"{story.hit.people:,} people, {story.hit.in_segment:,} of them self-employed"
    say(f"Seed {story.seed}: {people}; {story.seconds:.0f} s.")
    for lived in (story.hit, story.calm):
        if lived is not None:
            _print(f"{lived.name}: month by month", month_head(), month_rows(lived))
    _print("What happened", ["day", "what", "by", "note"], event_rows(story))
    for line in summary(story):
        say(line)
    for fault in story.faults:
        say(f"FAULT: {fault}")


def month_head() -> list[str]:
    """Name the columns of the months."""
    return ["month end", *(str(measure) for measure in SHOWN)]


def month_rows(lived: Lived) -> list[list[str]]:
    """Give each month's rates, and the level of each."""
    return [
        [str(month.month_end), *(_cell(month, measure) for measure in SHOWN)]
        for month in lived.months
    ]


def _cell(month: Month, measure: Measure) -> str:
    one, rate = month.judged.get(measure), month.rate(measure)
    if one is None or rate is None:
        return ""
    said = one.why or one.level
    return f"{rate:.1%} ({one.hits} of {one.out_of}) {said}"


def event_rows(story: Story) -> list[list[str]]:
    """Give the days that mattered, from the records."""
    marks = [
        (story.begins_on, "incomes begin to fall", "", ""),
        (story.warned_on, "first warning", "whiteslip", ""),
        (story.doubled_on, "30+ has doubled", "", "seen at this month end"),
    ]
    rows = [(day, *rest) for day, *rest in marks if day is not None]
    rows += [(one.on, *_told(one)) for one in story.hit.events]
    return [[str(day), *rest] for day, *rest in sorted(rows, key=lambda row: row[0])]


def _told(one: Event) -> tuple[str, str, str]:
    lines = one.facts.get("lines", one.facts.get("restrictions"))
    counted = "" if not lines else f", {lines} lines"
    return f"{one.command.replace('_', ' ')} {one.tightening_id}{counted}", one.actor, one.note


def summary(story: Story) -> list[str]:
    """Say what was expected and what was measured."""
    found: list[str] = []
    expected, effect = story.hit.expected, story.hit.effect
    if expected is not None:
        stopped, loss = (decimal_text(expected[name]) for name in ("stopped_minor", "loss_minor"))
        found.append(
            f"Expected: {expected['touched']} lines touched, {expected['held_out']} held out, "
            f"{expected['exempt']} exempt; {stopped} of new credit not given, {loss} of loss avoided, "
            f"{expected['good']} good customers hit."
        )
    if effect is not None:
        found += _effect_lines(effect)
    return found


def _effect_lines(effect: Effect) -> list[str]:
    arms = f"{effect.touched.lines} tightened and {effect.held_out.lines} held out"
    lines = [f"Measured at {effect.month_end}, {arms}:"]
    for name, interval, percent in (
        ("newly 30 days late, share of lines", effect.thirty_plus, True),
        ("owed by these, a line", effect.bad_minor, False),
        ("bought since, a line", effect.bought_minor, False),
    ):
        lines.append(f"- {name}: {_interval(interval, percent=percent)}")
    return lines


def _interval(one: Interval | None, *, percent: bool) -> str:
    if one is None:
        return "too few lines to say"
    figures = [f"{each:+.1%}" if percent else f"{each / 100:+,.2f}" for each in one]
    clear = "" if one.is_clear else "; 0 is in it"
    return f"{figures[0]} (95 %: {figures[1]} to {figures[2]}{clear})"


def render(story: Story) -> str:
    """Return the story as one HTML page that stands alone."""
    lead = (
        f"{story.hit.people:,} made-up people, {story.hit.in_segment:,} of them self-employed, seed {story.seed}. "
        "What people do is assumed; every figure is read from the platform's records."
    )
    blocks = [plots.section("Rates and limits", [_plot(story, measure) for measure in SHOWN])]
    if story.faults:
        blocks.insert(
            0, plots.section("Read this first", [plots.bullets(story.faults)], mark="bad")
        )
    head = ["day", "what", "by", "note"]
    blocks.append(plots.section("What happened", [plots.table(head, event_rows(story))]))
    blocks.append(plots.section("What it was worth", [plots.bullets(summary(story))]))
    months = plots.table(month_head(), month_rows(story.hit))
    blocks.append(plots.section("Month by month", [months]))
    return plots.page("A downturn of one segment", blocks, lead=lead, over="Simulation")


def _plot(story: Story, measure: Measure) -> plots.Html:
    months = [month for month in story.hit.months if measure in month.judged]
    judged = [month.judged[measure] for month in months]
    xs = list(range(len(months)))
    series = [
        plots.Line(label="rate", xs=xs, ys=[_share(one.rate_ppm) for one in judged], dots=True),
        plots.Line(label="average", xs=xs, ys=[_share(one.smooth_ppm) for one in judged]),
        plots.Line(
            label="limit: warning",
            xs=xs,
            ys=[_share(one.warning_ppm) for one in judged],
            dashed=True,
        ),
        plots.Line(
            label="limit: action",
            xs=xs,
            ys=[_share(one.action_ppm) for one in judged],
            dashed=True,
        ),
    ]
    if story.calm is not None:
        calm = {month.month_end: month.judged.get(measure) for month in story.calm.months}
        found = [calm.get(month.month_end) for month in months]
        ys = [_share(None if one is None else one.rate_ppm) for one in found]
        series.append(plots.Line(label="without a downturn", xs=xs, ys=ys))
    labels = [f"{month.month_end:%Y-%m}" for month in months]
    return plots.lines(
        str(measure),
        series,
        x=plots.Axis(label="month end", labels=labels),
        y=plots.Axis(label="of lines", unit=plots.Unit.SHARE),
        listed=True,
    )


def _share(ppm: int | None) -> float:
    return float("nan") if ppm is None else ppm / 1_000_000


def _print(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(*head, title=title, box=SIMPLE_HEAD, title_justify="left")
    for row in rows:
        table.add_row(*row)
    out.print(table)
