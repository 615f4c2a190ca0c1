"""Reading the expert-judged starting card, which is written as people judge and not as training writes."""

from __future__ import annotations

from math import log
from typing import Annotated

from msgspec import Meta, Struct

from whiteslip.decisioning.scorecards.model import Bin, NumberVariable, Scorecard
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import read_parameters
from whiteslip.kernel.reason import ReasonCode

_Points = Annotated[float, Meta(ge=-500, le=500)]
_FILE = "starting-card.toml"


class _Variable(Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1)]
    cuts: Annotated[tuple[float, ...], Meta(min_length=1)]
    points: tuple[_Points, ...]
    missing: _Points
    reason: ReasonCode


class _Card(Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1)]
    version: Annotated[int, Meta(ge=1)]
    description: str
    base_points: float
    base_odds: Annotated[float, Meta(gt=0)]
    pdo: Annotated[float, Meta(gt=0)]
    variable: Annotated[tuple[_Variable, ...], Meta(min_length=1)]


def read_card(text: str) -> Scorecard:
    """Read a judged card from TOML; `InvalidInput` says what is missing, unknown or does not fit.

    No bin has rows: nothing was counted. The weight of evidence is what its points say on the card's scale.
    """
    said = read_parameters(text, _Card, file=_FILE)
    factor = said.pdo / log(2)
    return Scorecard(
        name=said.name,
        version=said.version,
        description=said.description,
        base_points=said.base_points,
        pdo=said.pdo,
        base_odds=said.base_odds,
        intercept=log(said.base_odds),
        variables=tuple(_variable(variable, factor) for variable in said.variable),
    )


def _variable(said: _Variable, factor: float) -> NumberVariable:
    if list(said.cuts) != sorted(set(said.cuts)):
        raise InvalidInput(f"{_FILE}: the cuts of {said.name} do not ascend", where=said.name)
    if len(said.points) != len(said.cuts) + 1:
        text = f"{_FILE}: {said.name} needs {len(said.cuts) + 1} points"
        raise InvalidInput(text, where=said.name)
    return NumberVariable(
        name=said.name,
        cuts=said.cuts,
        bins=tuple(_bin(points, factor) for points in said.points),
        specials=(),
        missing=_bin(said.missing, factor),
        coefficient=1.0,
        reason=said.reason,
    )


def _bin(points: float, factor: float) -> Bin:
    return Bin(points, points / factor, 0, 0)
