"""`whiteslip bench portfolio`: the whole chain from a recorded portfolio to models of who defaulted."""

from __future__ import annotations

import json
from pathlib import Path
from time import perf_counter
from typing import Annotated, NamedTuple

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from whiteslip.bench.ground import Ground, ground
from whiteslip.bench.portfolio import PortfolioReport, SampleFigures, learn
from whiteslip.cli.app import err, out, say
from whiteslip.cli.bench import FAULTY, AsJson, commands
from whiteslip.decisioning.samples.model import Sample
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import InvalidInput
from whiteslip.views.features import known_features
from whiteslip.world import panel, profiles
from whiteslip.world.credit_sample import credit_sample
from whiteslip.world.panel import Panel
from whiteslip.world.profiles import Profile
from whiteslip.world.replay import replay

PROFILE = "taiwan"
FILES = ("UCI_Credit_Card.csv", "taiwan_dev.csv.gz")
FROM_OUTSIDE = frozenset({"capacity", "statuses"})

PanelFile = Annotated[
    Path | None, typer.Option("--panel", help="The recorded portfolio, as for replay.")
]
DataFolder = Annotated[
    Path | None,
    typer.Option(envvar="WHITESLIP_DATA", help="Else the folder the public tables lie in."),
]
Folds = Annotated[int, typer.Option(min=2, max=20, help="Parts the customers are cut into.")]
Seed = Annotated[int, typer.Option(min=0, help="The same seed cuts in the same way.")]


@commands.command()
def portfolio(
    *,
    as_json: AsJson = False,
    panel_file: PanelFile = None,
    data: DataFolder = None,
    folds: Folds = 5,
    seed: Seed = 1,
) -> None:
    """Replay a recorded portfolio, compute what its book knew, and learn from it who defaulted."""
    path = panel_path(panel_file, data)
    with (
        err.status("bench") as status,
        ground(lambda message: status.update(escape(message))) as place,
    ):
        report = bench_portfolio(place, path, folds=folds, seed=seed)
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        show(report)
    if report.faults:
        raise typer.Exit(FAULTY)


def bench_portfolio(place: Ground, path: Path, *, folds: int, seed: int) -> PortfolioReport:
    """Run the whole chain on a server of its own; a replay that differs from the record is a fault."""
    profile = profiles.load(PROFILE)
    read = panel.read(path, profile)
    drawn = _drawn(place, read, profile)
    figures: dict[str, SampleFigures] = {}
    for name, sample in drawn.samples.items():
        figures[name] = learn(sample, folds=folds, seed=seed, tell=place.tell)
    return PortfolioReport(
        panel=path.name,
        customers=read.customers,
        defaulted=int(read.defaulted.sum()),
        folds=folds,
        seed=seed,
        seconds=drawn.seconds,
        samples=figures,
        faults=drawn.faults,
    )


class _Drawn(NamedTuple):
    """Samples by name, the seconds each stage took, and what was wrong with the replay."""

    samples: dict[str, Sample]
    seconds: dict[str, float]
    faults: tuple[str, ...]


def _drawn(place: Ground, read: Panel, profile: Profile) -> _Drawn:
    """Replay the panel, and draw what its book knew without and with what others told."""
    own = [name for name, each in known_features().items() if each.group not in FROM_OUTSIDE]
    samples: dict[str, Sample] = {}
    with place.database() as dsn, Database(dsn, statement_timeout_ms=0) as database:
        result = replay(
            database,
            read,
            profile,
            tell=lambda phase, done, whole: place.tell(f"{phase}: {done:,} of {whole:,}"),
        )
        seconds = {"replay": round(result.seconds, 1)}
        for name, features in (("ledger", own), ("ledger and statuses", None)):
            place.tell(f"features: {name}")
            begun = perf_counter()
            samples[name] = database.read(
                lambda db, features=features: credit_sample(db, read, profile, features=features)
            )
            seconds[f"features: {name}"] = round(perf_counter() - begun, 2)
    faults = (
        () if result.faultless else ("the replay differs from the record", *result.book_problems)
    )
    return _Drawn(samples, seconds, faults)


def show(report: PortfolioReport) -> None:
    """Show figures by sample and model, default rates by tenth, and seconds."""
    say(f"{report.panel}: {report.customers:,} customers, {report.defaulted:,} defaulted")
    for name, sample in report.samples.items():
        out.print(_figures(f"{name}, {sample.columns} features", sample))
    out.print(_bands(report))
    for stage, seconds in report.seconds.items():
        say(f"{stage}: {seconds:g} s")
    for fault in report.faults:
        say(f"FAULT: {fault}")


def _figures(title: str, sample: SampleFigures) -> Table:
    table = Table(title=title, box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for head in ("model", "AUC", "±", "KS", "AUC 70/30", "KS 70/30", "fit s", "score s"):
        table.add_column(head, justify="left" if head == "model" else "right", no_wrap=True)
    for name, each in sample.models.items():
        measured = (each.auc, each.auc_spread, each.ks, each.split_auc, each.split_ks)
        seconds = (f"{each.fit_s:.2f}", f"{each.score_s:.3f}")
        table.add_row(name, *(f"{value:.4f}" for value in measured), *seconds)
    return table


def _bands(report: PortfolioReport) -> Table:
    table = Table(title="Share that defaulted, by tenth of the score (foretold)", box=SIMPLE_HEAD)
    table.add_column("tenth", justify="right")
    columns = {
        f"{name}, {model}": each.bands
        for name, sample in report.samples.items()
        for model, each in sample.models.items()
    }
    for head in columns:
        table.add_column(head, justify="right")
    for place, row in enumerate(zip(*columns.values(), strict=True), 1):
        cells = (f"{band.defaulted:.1%} ({band.foretold:.1%})" for band in row)
        table.add_row(str(place), *cells)
    return table


def panel_path(panel_file: Path | None, data: Path | None) -> Path:
    """Return the file that was named, or the one a folder holds."""
    if panel_file is not None:
        return panel_file
    if data is None:
        raise InvalidInput("say with --panel which portfolio, or set WHITESLIP_DATA to its folder")
    for name in FILES:
        if (data / name).is_file():
            return data / name
    raise InvalidInput(f"{data} holds none of {', '.join(FILES)}", where=str(data))
