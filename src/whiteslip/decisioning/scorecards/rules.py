"""Scoring by a card: one set of facts, or columns of them, with the same meaning as the card's SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.samples.model import Column, Floats
from whiteslip.decisioning.scorecards.chunks import check_columns, count_rows, read_chunk
from whiteslip.decisioning.scorecards.finders import Find, finder
from whiteslip.decisioning.scorecards.model import (
    MOST_LOG_ODDS,
    CategoryVariable,
    NumberVariable,
    Scorecard,
    Variable,
)
from whiteslip.kernel.reason import MOST_REASONS, ReasonCode

CHUNK_ROWS: Final = 16_384


class Yardstick(StrEnum):
    """Against what points are lost."""

    BEST = "best"
    """The variable's bin of most points; special, missing and other do not count."""
    NEUTRAL = "neutral"
    """A value that says nothing."""


@dataclass(frozen=True, slots=True)
class Score:
    """Points and probability of a bad ending; the points each variable lost, and what to say of it.

    `reasons` are those of the variables that lost most, at most four, the worst first. A variable
    that lost its points by having no value gives SYS-02; one without a reason gives none.
    """

    points: float
    probability: float
    lost: Mapping[str, float]
    reasons: tuple[ReasonCode, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Points and probability of a bad ending, row by row."""

    points: Floats
    probability: Floats

    def __len__(self) -> int:
        return len(self.points)


_Blame: TypeAlias = tuple[float, int, ReasonCode]
"""Points lost as a negative number, the place of the variable, and the reason: in order, the worst first."""


class _Outcome(NamedTuple):
    """What a bin means: its points, the points lost by it, and the blame if there is any."""

    points: float
    lost: float
    blame: _Blame | None


def score(
    card: Scorecard, facts: Mapping[str, object], *, against: Yardstick = Yardstick.BEST
) -> Score:
    """Score one set of facts; None, NaN, infinities and an absent key are missing.

    A number where the card wants a label, a text, a bool or a label where it wants a number, is
    `InvalidInput`. Facts the card does not know are ignored.
    """
    points = card.start_points
    lost: dict[str, float] = {}
    blamed: list[_Blame] = []
    for name, find, outcomes in _ready(card, against):
        gained, lost[name], blame = outcomes[find(facts.get(name))]
        points += gained
        if blame is not None:
            blamed.append(blame)
    return Score(points, card.probability(points), lost, _worst(blamed))


def score_columns(
    card: Scorecard, columns: Mapping[str, NDArray[Any] | Column], *, rows: int | None = None
) -> Scores:
    """Score many rows; a column is an array, numbers or texts, or a column of a sample.

    A column that is not there is missing in every row; `rows` is needed only where no column tells
    how many there are. None, NaN and infinities are missing, another type is `InvalidInput`.
    """
    count = count_rows(columns, rows)
    check_columns(card, columns)
    tables = [np.array([each.points for each in variable.slots]) for variable in card.variables]
    points = np.full(count, card.start_points)
    for start in range(0, count, CHUNK_ROWS):
        part = slice(start, min(start + CHUNK_ROWS, count))
        for variable, table in zip(card.variables, tables, strict=True):
            slots = read_chunk(variable, columns.get(variable.name), part)
            points[part] += table.take(slots)
    odds = np.log(card.base_odds) + (points - card.base_points) / card.factor
    return Scores(points, 1.0 / (1.0 + np.exp(np.clip(odds, -MOST_LOG_ODDS, MOST_LOG_ODDS))))


def _worst(blamed: list[_Blame]) -> tuple[ReasonCode, ...]:
    blamed.sort()
    return tuple(dict.fromkeys([reason for _, _, reason in blamed]))[:MOST_REASONS]


@lru_cache(maxsize=64)
def _ready(
    card: Scorecard, against: Yardstick
) -> tuple[tuple[str, Find, tuple[_Outcome, ...]], ...]:
    """Name each variable, how to find the slot of a value, and what each slot means."""
    return tuple(
        (variable.name, finder(variable), _outcomes(variable, place, against))
        for place, variable in enumerate(card.variables)
    )


def _outcomes(variable: Variable, place: int, against: Yardstick) -> tuple[_Outcome, ...]:
    yardstick = 0.0 if against is Yardstick.NEUTRAL else best_points(variable)
    slots = variable.slots
    outcomes: list[_Outcome] = []
    for slot, each in enumerate(slots):
        lost = max(yardstick - each.points, 0.0)
        reason = variable.reason
        if reason is not None and slot == len(slots) - 1:
            reason = ReasonCode.DATA_MISSING
        blame = None if reason is None or lost == 0.0 else (-lost, place, reason)
        outcomes.append(_Outcome(each.points, lost, blame))
    return tuple(outcomes)


def best_points(variable: Variable) -> float:
    """Return the most points an ordinary value can have."""
    match variable:
        case NumberVariable():
            return max(each.points for each in variable.bins)
        case CategoryVariable():
            bins = [group.bin for group in variable.groups] or [variable.other]
            return max(each.points for each in bins)
