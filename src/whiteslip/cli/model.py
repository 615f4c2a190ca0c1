"""`whiteslip model`: fit a model to any table, score with it, watch it, and lead it into use."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table

from whiteslip.cli.app import app, err, out, say
from whiteslip.decisioning.samples.fitted import Fitted, read_fitted, write_fitted
from whiteslip.decisioning.samples.preparing import Tell
from whiteslip.decisioning.samples.profiling import Fate, Limits
from whiteslip.decisioning.samples.schema import Schema, read_schema
from whiteslip.decisioning.scorecards import reading as card_reading
from whiteslip.flows import fit_model as fitting
from whiteslip.flows import monitor_model as monitoring
from whiteslip.flows import score_table as scoring
from whiteslip.flows.monitor_model import Monitored
from whiteslip.infra import tables
from whiteslip.infra.tables import RawTable
from whiteslip.infra.whole_files import write_text
from whiteslip.kernel.errors import InvalidInput
from whiteslip.web.reports.fitting import fitting_report
from whiteslip.web.reports.monitoring import monitoring_report

commands = typer.Typer(
    help="Fit models to any table, score with them, watch them, release them.", no_args_is_help=True
)
app.add_typer(commands, name="model", no_args_is_help=True)

MOVED = 1
MOST_TOLD = 40
_SPOKEN_OF = frozenset({Fate.USED, Fate.TARGET})


class Kinds(StrEnum):
    """Which models are fitted."""

    SCORECARD = "scorecard"
    BOOSTED = "boosted"
    BOTH = "both"


Data = Annotated[Path, typer.Argument(help="A table: CSV, plain or gzipped, or Parquet.")]
ModelFile = Annotated[Path, typer.Argument(help="The model.json that `model fit` wrote.")]
TargetColumn = Annotated[str | None, typer.Option("--target", help="The column of endings.")]
BadValues = Annotated[
    list[str] | None, typer.Option("--bad", help="The value that is a bad ending; may be repeated.")
]
SchemaFile = Annotated[
    Path | None, typer.Option("--schema", help="What is known of the columns, as TOML.")
]
WhichKinds = Annotated[Kinds, typer.Option("--kind", help="What to fit.")]
Folds = Annotated[int, typer.Option(min=2, max=20, help="Parts of the cross-validation.")]
Seed = Annotated[int, typer.Option(min=0, help="The same seed gives the same model.")]
OutFolder = Annotated[Path, typer.Option("--out", help="A folder for model.json and report.html.")]
OutFile = Annotated[Path, typer.Option("--out", help="Where to write it.")]
ModelName = Annotated[str | None, typer.Option("--name", help="What to call it; else as the file.")]
Version = Annotated[int, typer.Option("--version", min=1, help="Its version.")]
Include = Annotated[
    list[str] | None,
    typer.Option("--include-protected", help="Learn from this column although it is protected."),
]
MostAuc = Annotated[
    float,
    typer.Option(min=0.5, max=1.01, help="A column that alone reaches this AUC is left out."),
]
Key = Annotated[str | None, typer.Option("--key", help="A column to hand through, such as an id.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]


@commands.command()
def fit(
    data: Data,
    *,
    target: TargetColumn = None,
    bad: BadValues = None,
    schema: SchemaFile = None,
    kind: WhichKinds = Kinds.SCORECARD,
    folds: Folds = 5,
    seed: Seed = 1,
    out_folder: OutFolder = Path("model"),
    name: ModelName = None,
    version: Version = 1,
    include_protected: Include = None,
    most_auc_alone: MostAuc = 0.95,
    as_json: AsJson = False,
) -> None:
    """Fit a scorecard, boosted trees or both to any table, and report what was done and how good it is."""
    said = _schema(schema)
    raw = tables.read(data, delimiter=said.delimiter, encoding=said.encoding)
    wanted = fitting.Wanted(
        file=data.name,
        target=_target(target, said, raw),
        name=fitting.name_from(name or data.name.split(".")[0]),
        version=version,
        kinds=("scorecard", "boosted") if kind is Kinds.BOTH else (kind.value,),
        bad=tuple(bad or ()),
        schema=said,
        include=tuple(" ".join(each.split()) for each in include_protected or ()),
        folds=folds,
        seed=seed,
        limits=Limits(most_alone_auc=most_auc_alone),
    )
    with _progress(quiet=as_json) as tell:
        fitted = fitting.fit_model(raw, wanted, tell=tell)
    _make_folder(out_folder)
    write_text(out_folder / "model.json", write_fitted(fitted))
    write_text(out_folder / "report.html", _report(fitted))
    _show_fitted(fitted, out_folder, as_json=as_json)


@commands.command()
def score(
    model: ModelFile, data: Data, *, out_file: OutFile, key: Key = None, schema: SchemaFile = None
) -> None:
    """Score a table: points, probability and reasons for every row, as CSV or Parquet."""
    _spare(out_file, model, data)
    fitted, said = read_model(model), _schema(schema)
    raw = tables.read(data, delimiter=said.delimiter, encoding=said.encoding)
    scored = scoring.score_table(fitted, raw, key=key and " ".join(key.split()))
    tables.write(out_file, scored.columns)
    for note in (*raw.notes, *scored.notes):
        say(f"note: {note}")
    say(f"{scored.rows:,} rows scored by {fitted.name} {fitted.version}: {out_file}")


@commands.command()
def report(model: ModelFile, *, out_file: OutFile = Path("report.html")) -> None:
    """Write the report of a fitted model again, from its file alone."""
    _spare(out_file, model)
    write_text(out_file, _report(read_model(model)))
    say(f"report: {out_file}")


@commands.command()
def monitor(
    model: ModelFile,
    data: Data,
    *,
    out_file: Annotated[Path | None, typer.Option("--out", help="Write an HTML report.")] = None,
    schema: SchemaFile = None,
    as_json: AsJson = False,
) -> None:
    """Compare a table of today with the one a model learned from; ends with 1 if something must be done."""
    if out_file is not None:
        _spare(out_file, model, data)
    fitted, said = read_model(model), _schema(schema)
    raw = tables.read(data, delimiter=said.delimiter, encoding=said.encoding)
    found = monitoring.monitor_model(fitted, raw)
    if out_file is not None:
        write_text(out_file, monitoring_report(fitted, found, file=data.name))
    if as_json:
        typer.echo(json.dumps({each.kind: _plain(each) for each in found}, ensure_ascii=False))
    else:
        _show_monitored(raw, found, out_file)
    if any(each.report.alarm.value == "act" for each in found):
        raise typer.Exit(MOVED)


def read_model(path: Path) -> Fitted:
    """Read the file of a fitted model; anything else is `InvalidInput`."""
    return read_fitted(_text(path), file=str(path))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path} is no text", where=str(path)) from error


def _schema(path: Path | None) -> Schema:
    return Schema() if path is None else read_schema(_text(path), file=str(path))


def _target(asked: str | None, schema: Schema, raw: RawTable) -> str:
    if target := " ".join((asked or schema.target or "").split()):
        return target
    names = ", ".join(list(raw.columns)[-5:])
    raise InvalidInput(f"say with --target which column tells the endings; the last are {names}")


def _spare(out_file: Path, *inputs: Path) -> None:
    """Refuse to write over what is read."""
    for each in inputs:
        if out_file.exists() and each.exists() and out_file.samefile(each):
            raise InvalidInput(f"{out_file} is read; write to another file", where=str(out_file))


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be made a folder: {error.strerror}") from error


def _report(fitted: Fitted) -> str:
    card = fitted.of_kind("scorecard")
    return fitting_report(fitted, card_reading.read(card.body, file=fitted.name) if card else None)


@contextmanager
def _progress(*, quiet: bool) -> Generator[Tell | None]:
    if quiet or not err.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description:16}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(what: str, done: int, whole: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=whole)
            bars.update(tasks[what], completed=done)

        yield tell


def _show_fitted(fitted: Fitted, folder: Path, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(_figures(fitted), ensure_ascii=False))
        return
    table = Table(
        title=escape(f"{fitted.name} {fitted.version}: {fitted.rows:,} rows, {fitted.bads:,} bad")
    )
    for head in ("model", "AUC", "KS", "Gini", "Brier", "lift of the riskiest tenth"):
        table.add_column(head, justify="left" if head == "model" else "right")
    for each in fitted.learned:
        cross = each.cross
        figures = (cross.auc, cross.ks, cross.gini, cross.brier, cross.lift[0].lift)
        table.add_row(each.kind, *(f"{value:.3f}" for value in figures))
    out.print(table)
    out.print(f"cross-validated in {len(fitted.learned[0].folds)} folds", highlight=False)
    say(f"bad is {', '.join(fitted.bad)}; good is {', '.join(fitted.good)}")
    for line in _told(fitted):
        say(line)
    say(f"wrote {folder / 'model.json'} and {folder / 'report.html'}")


def _told(fitted: Fitted) -> Generator[str]:
    """Say what was left out and what had to be mended, a line a matter."""
    source = fitted.source
    yield f"read {source.file} as {source.kind}: {source.rows:,} rows, {len(fitted.columns):,} columns"
    yield from (f"note: {note}" for note in source.notes)
    for fate in Fate:
        names = [each.name for each in fitted.columns if each.fate == fate]
        if names and fate not in {Fate.USED, Fate.TARGET}:
            yield f"left out, {fate}: {_first(names)}"
    noted = [each for each in fitted.columns if each.notes and each.fate in _SPOKEN_OF]
    for each in noted[:MOST_TOLD]:
        yield f"{each.name}: {'; '.join(each.notes)}"
    if len(noted) > MOST_TOLD:
        yield f"and {len(noted) - MOST_TOLD:,} more columns with notes, in the report"
    for learned in fitted.learned:
        dropped = sum(": dropped, " in note for note in learned.notes)
        told = [note for note in learned.notes if ": dropped, " not in note]
        if dropped:
            columns = "1 column is" if dropped == 1 else f"{dropped:,} columns are"
            told.append(f"{columns} of no use; the report says why")
        if told:
            yield f"{learned.kind}: {'; '.join(dict.fromkeys(told))}"


def _first(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_TOLD:,} more" if len(names) > MOST_TOLD else ""
    return ", ".join(names[:MOST_TOLD]) + more


def _figures(fitted: Fitted) -> dict[str, Any]:
    return {
        "name": fitted.name,
        "version": fitted.version,
        "rows": fitted.rows,
        "bads": fitted.bads,
        "models": {
            each.kind: {
                "auc": each.cross.auc,
                "ks": each.cross.ks,
                "gini": each.cross.gini,
                "brier": each.cross.brier,
                "own_auc": each.own_auc,
            }
            for each in fitted.learned
        },
        "columns": {each.name: {"fate": each.fate, "notes": each.notes} for each in fitted.columns},
    }


def _show_monitored(raw: RawTable, found: Sequence[Monitored], out_file: Path | None) -> None:
    for note in dict.fromkeys((*raw.notes, *(note for each in found for note in each.notes))):
        say(f"note: {note}")
    for each in found:
        report = each.report
        bads = "endings unknown" if report.bads is None else f"{report.bads:,} bad"
        table = Table(
            title=escape(f"{report.model} {report.version}: {report.rows:,} rows, {bads}")
        )
        for head in ("figure", "when fitted", "today", "asks for"):
            table.add_column(head, justify="left" if head == "figure" else "right")
        for finding in report.findings:
            numbers = (_number(finding.reference), _number(finding.today))
            table.add_row(escape(finding.figure), *numbers, finding.alarm.value)
        out.print(table)
    if out_file is not None:
        say(f"report: {out_file}")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _plain(found: Monitored) -> dict[str, Any]:
    report = found.report
    return {
        "model": report.model,
        "version": report.version,
        "rows": report.rows,
        "bads": report.bads,
        "alarm": report.alarm.value,
        "findings": [each._asdict() for each in report.findings],
        "notes": found.notes,
    }
