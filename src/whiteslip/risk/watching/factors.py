"""What weighed in a score: taken apart by the version that gave it, whichever kind of model that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from whiteslip.decisioning.decisions.model import ScoreSeen
from whiteslip.decisioning.decisions.scoring import take_apart
from whiteslip.decisioning.features.model import Feature
from whiteslip.decisioning.models import serving
from whiteslip.decisioning.models.model import Boosted, Evidence, Model
from whiteslip.decisioning.models.scoring import names_read
from whiteslip.decisioning.samples.features import column_of
from whiteslip.decisioning.scorecards.model import Scorecard
from whiteslip.kernel.reason import ReasonCode
from whiteslip.risk.watching.model import Explained


def explain(
    model: Model,
    found: Mapping[tuple[int, int], Evidence],
    declared: Mapping[str, Feature],
) -> dict[tuple[int, int], Explained]:
    """Say for each line which reasons its score lost points for, or which raised its risk, the strongest first.

    A score of boosted trees is kept as its probability; its reasons are ranked, their weights are not kept.
    """
    if isinstance(model, Scorecard):
        return {key: _of_card(model, evidence) for key, evidence in found.items()}
    return _of_trees(model, found, declared)


def _of_card(card: Scorecard, evidence: Evidence) -> Explained:
    anatomy = take_apart(card, evidence.facts)
    seen = ScoreSeen(card.name, card.version, anatomy.points, evidence.facts)
    return Explained(anatomy.lost, seen)


def _of_trees(
    model: Boosted,
    found: Mapping[tuple[int, int], Evidence],
    declared: Mapping[str, Feature],
) -> dict[tuple[int, int], Explained]:
    columns = [
        column_of(declared[name], _values(declared[name], name, found))
        for name in names_read(model)
        if name in declared
    ]
    if len(columns) < len(model.inputs):
        return {}
    rows = np.arange(len(found), dtype=np.intp)
    ranked = serving.reasons(model, serving.contributions(model, columns, rows=rows))
    chances = serving.predict(model, columns).tolist()
    return {
        key: Explained(
            _weighted(codes),
            ScoreSeen(model.name, model.version, chance, evidence.facts),
        )
        for (key, evidence), codes, chance in zip(found.items(), ranked, chances, strict=True)
    }


def _values(
    feature: Feature, name: str, found: Mapping[tuple[int, int], Evidence]
) -> np.ndarray[Any, Any]:
    values = [one.facts.get(name) for one in found.values()]
    if feature.type.is_number:
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    return np.array(values, dtype=object)


def _weighted(codes: tuple[ReasonCode, ...]) -> tuple[tuple[ReasonCode, float], ...]:
    """Give ranked reasons weights that keep their order."""
    return tuple((code, float(len(codes) - place)) for place, code in enumerate(codes))
