"""Into which bin of a variable each value of a column falls, as the number of the bin among its slots."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.samples.model import CategoryColumn, Floats
from whiteslip.decisioning.scorecards.model import CategoryVariable, NumberVariable

Slots: TypeAlias = "NDArray[np.uint8 | np.int32]"

_FEW_CUTS: Final = 24
"""Up to here comparing with every cut is faster than searching."""


def number_slots(variable: NumberVariable, values: Floats) -> Slots:
    """Return the slot of every number; NaN and infinities are missing."""
    cuts, missing = variable.cuts, len(variable.bins) + len(variable.specials)
    kind = np.uint8 if missing < 256 else np.int32
    if len(cuts) <= _FEW_CUTS:
        slots = np.zeros(len(values), kind)
        for cut in cuts:
            slots += values >= cut
    else:
        slots = np.searchsorted(np.array(cuts), values, side="right").astype(kind)
    for place, special in enumerate(variable.specials, len(variable.bins)):
        slots[values == special.value] = place
    known = np.isfinite(values)
    if not known.all():
        slots[~known] = missing
    return slots


def category_slots(variable: CategoryVariable, column: CategoryColumn) -> Slots:
    """Return the slot of every label; -1 is missing."""
    known = label_slots(variable)
    other = len(variable.groups)
    table = [known.get(label, other) for label in column.labels]
    kind = np.uint8 if other < 255 else np.int32
    # Code -1 finds the last entry of the table: missing.
    return np.array([*table, other + 1], kind)[column.codes]


def label_slots(variable: CategoryVariable) -> dict[str, int]:
    """Return the slot of every label a group names."""
    return {label: place for place, group in enumerate(variable.groups) for label in group.labels}
