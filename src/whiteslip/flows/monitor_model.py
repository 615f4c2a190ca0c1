"""Compare a table of today with the one a fitted model learned from: has it moved, is it as good?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from whiteslip.decisioning.models import scoring
from whiteslip.decisioning.models.model import Model, ModelKind
from whiteslip.decisioning.monitoring import rules as monitoring
from whiteslip.decisioning.monitoring.model import Limits, Power, Reference, Report, Spread
from whiteslip.decisioning.samples import fitted as files
from whiteslip.decisioning.samples.distributions import CategoryLayout, Layout, NumberLayout
from whiteslip.decisioning.samples.fitted import Fitted, Learned, Measured
from whiteslip.decisioning.samples.measuring import measure
from whiteslip.decisioning.samples.model import Bools, Column
from whiteslip.decisioning.samples.recipes import misfits, read_columns
from whiteslip.decisioning.samples.target import Target, read_target
from whiteslip.infra.tables import RawTable
from whiteslip.kernel.errors import InvalidInput

arrow: Any = pa


class Monitored(NamedTuple):
    """What was found of one model; `today` is None where the table tells no endings.

    `notes` say why it tells none, and which cells did not fit the model's reading.
    """

    kind: str
    report: Report
    today: Measured | None
    notes: tuple[str, ...] = ()


def monitor_model(
    fitted: Fitted, raw: RawTable, *, limits: Limits | None = None
) -> tuple[Monitored, ...]:
    """Compare every model of the file. Endings are used if the table has the column of the target.

    Columns that a model reads and the table lacks are `InvalidInput`. Too few rows conclude nothing.
    """
    limits = limits or Limits()
    target, notes = _target(fitted, raw)
    columns = raw.columns
    if target is not None and not target.known.all():
        mask = arrow.array(target.known)
        columns = {name: cells.filter(mask) for name, cells in columns.items()}
    found: list[Monitored] = []
    for learned in fitted.learned:
        model = scoring.read(
            learned.body, kind=ModelKind(learned.kind), file=f"{fitted.name} ({learned.kind})"
        )
        reference = _reference(fitted, learned, model)
        names = scoring.names_read(model)
        recipes = [recipe for recipe in fitted.ways() if recipe.name in names]
        readings = read_columns(recipes, columns)
        read = [reading.column for reading in readings]
        is_bad = None if target is None else target.is_bad
        report = monitoring.compare(model, reference, read, is_bad=is_bad, limits=limits)
        today = None if is_bad is None else _measured(model, read, is_bad)
        told = (*notes, *misfits(readings))
        found.append(Monitored(learned.kind, report, today, told))
    return tuple(found)


def _measured(model: Model, columns: Sequence[Column], is_bad: Bools) -> Measured:
    scores = scoring.score(model, columns)
    return measure(scores.probability, is_bad, points=scores.points)


def _target(fitted: Fitted, raw: RawTable) -> tuple[Target | None, tuple[str, ...]]:
    """Read the endings; a table of today may have none, or only one kind, and then it is said why."""
    if fitted.target not in raw.columns:
        return None, (f"the table has no column {fitted.target!r}: endings are unknown",)
    try:
        target = read_target(
            raw.columns[fitted.target], name=fitted.target, bad=fitted.bad, good=fitted.good
        )
    except InvalidInput as error:
        return None, (f"endings are unknown: {error}",)
    return target, target.notes


def _reference(fitted: Fitted, learned: Learned, model: Model) -> Reference:
    cross = learned.cross
    spreads = {each.column: each for each in fitted.spreads}
    names = scoring.names_read(model)
    if lacking := [name for name in names if name not in spreads]:
        told = ", ".join(lacking)
        raise InvalidInput(f"{fitted.name} does not say how {told} was spread", where="spreads")
    score = Spread("score", NumberLayout(learned.edges, ()), (0, *learned.baseline))
    return Reference(
        model.name,
        model.version,
        fitted.rows,
        fitted.bads,
        Power(cross.auc, cross.gini, cross.ks, cross.calibration_error),
        score,
        tuple(_spread(spreads[name]) for name in names),
    )


def _spread(spread: files.Spread) -> Spread:
    layout: Layout = CategoryLayout(spread.labels or ())
    if spread.labels is None:
        layout = NumberLayout(spread.edges or (), spread.specials)
    return Spread(spread.column, layout, spread.counts)
