"""Features as the columns models learn from and are served: one way for training, a whole book and one line."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.features.model import Feature, FeatureType
from whiteslip.decisioning.samples.model import CategoryColumn, Column, NumberColumn


def column_of(feature: Feature, values: NDArray[Any]) -> Column:
    """Make a column of a feature's values; a truth is the number 0 or 1, so that its direction holds."""
    if feature.type is not FeatureType.TEXT:
        numbers = values.astype(np.float64)  # None becomes NaN
        return NumberColumn(feature.name, numbers)
    places = {None: -1, **{label: place for place, label in enumerate(feature.labels)}}
    codes = np.array([places[value] for value in values.tolist()], dtype=np.int32)
    return CategoryColumn(feature.name, codes, feature.labels)
