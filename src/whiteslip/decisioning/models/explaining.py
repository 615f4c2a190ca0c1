"""Which columns counted against a row, for a model of either kind and many rows at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.models import serving
from whiteslip.decisioning.models.model import Boosted, Model
from whiteslip.decisioning.models.scoring import names_read
from whiteslip.decisioning.samples.model import Column, Floats
from whiteslip.decisioning.scorecards.chunks import read_chunk
from whiteslip.decisioning.scorecards.rules import best_points


def harm(model: Model, columns: Sequence[Column], *, rows: NDArray[np.intp]) -> Floats:
    """Return, for some rows and every column a model reads, how much the column counted against them.

    Of a scorecard: the points lost against the variable's best ordinary bin. Of a boosted model: the
    log-odds the column added. What did not count against a row is 0.
    """
    found = {column.name: column for column in columns}
    read = [found[name] for name in names_read(model)]
    if isinstance(model, Boosted):
        return np.maximum(serving.contributions(model, read, rows=rows).values, 0.0)
    lost = np.zeros((len(rows), len(read)))
    for place, (variable, column) in enumerate(zip(model.variables, read, strict=True)):
        slots = read_chunk(variable, column.take(rows), slice(0, len(rows)))
        points = np.array([each.points for each in variable.slots])
        lost[:, place] = np.maximum(best_points(variable) - points, 0.0).take(slots)
    return lost


def worst(found: Floats, *, most: int) -> NDArray[np.intp]:
    """Return for each row the places of what counted most against it, the worst first; -1 fills up."""
    order = np.argsort(-found, axis=1, kind="stable")[:, :most]
    return np.where(np.take_along_axis(found, order, axis=1) > 0, order, -1)
