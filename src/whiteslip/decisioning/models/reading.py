"""A boosted model as its own JSON file, and back; what is not exactly such a file is refused."""

from __future__ import annotations

import math
from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated, Final, Literal, TypeAlias

import msgspec

from whiteslip.decisioning.models.encoding import features_of
from whiteslip.decisioning.models.model import (
    Boosted,
    Calibration,
    CalibrationKind,
    CategoryInput,
    Input,
    Learning,
    NumberInput,
)
from whiteslip.decisioning.models.trees import check_trees
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import ReasonCode

FORMAT: Final = "whiteslip boosted model 1"

_Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]


class _Number(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="number"
):
    name: str
    specials: tuple[float, ...]
    direction: Literal[-1, 0, 1]
    reason: ReasonCode | None


class _Category(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="category"
):
    name: str
    labels: tuple[str, ...]
    reason: ReasonCode | None


class _Calibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: CalibrationKind
    margins: tuple[float, ...]
    log_odds: tuple[float, ...]
    slope: float


class _Learning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rows: _Count
    bads: _Count
    rounds: _Count
    seed: int
    held_out_rows: _Count


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal["whiteslip boosted model 1"]
    name: Annotated[str, msgspec.Meta(min_length=1)]
    version: Annotated[int, msgspec.Meta(ge=1)]
    description: str
    inputs: Annotated[tuple[_Number | _Category, ...], msgspec.Meta(min_length=1)]
    calibration: _Calibration
    learning: _Learning
    booster: str
    booster_sha256: str


def write(model: Boosted) -> str:
    """Return the model as JSON; equal models give equal texts."""
    file = _File(
        FORMAT,
        model.name,
        model.version,
        model.description,
        tuple(_written(source) for source in model.inputs),
        msgspec.convert(model.calibration, _Calibration, from_attributes=True),
        msgspec.convert(model.learning, _Learning, from_attributes=True),
        model.text,
        sha256(model.text.encode()).hexdigest(),
    )
    return msgspec.json.format(msgspec.json.encode(file), indent=1).decode() + "\n"


def read(body: str, *, file: str) -> Boosted:
    """Return the model a JSON file holds; `InvalidInput` names the file, the place and the cause.

    The trees are checked before their library sees them, so that reading never ends the process.
    """
    try:
        found = msgspec.json.decode(body.encode(), type=_File)
        return _checked(found)
    except (msgspec.MsgspecError, UnicodeEncodeError) as error:
        raise InvalidInput(f"{file}: {error}", where=file) from error
    except InvalidInput as error:
        raise InvalidInput(f"{file}: {error}", where=file) from error


def _checked(found: _File) -> Boosted:
    inputs = tuple(_read(source) for source in found.inputs)
    names = [source.name for source in inputs]
    if len(set(names)) < len(names):
        raise InvalidInput("two inputs have one name")
    for source in inputs:
        _check_input(source)
    _check_curve(found.calibration)
    if sha256(found.booster.encode()).hexdigest() != found.booster_sha256:
        raise InvalidInput("the trees are not those that were written")
    trees = check_trees(found.booster, features=len(features_of(inputs).owners))
    if trees != found.learning.rounds:
        raise InvalidInput(f"there are {trees} trees, not {found.learning.rounds}")
    model = Boosted(
        found.name,
        found.version,
        found.description,
        inputs,
        msgspec.convert(found.calibration, Calibration, from_attributes=True),
        msgspec.convert(found.learning, Learning, from_attributes=True),
        found.booster,
    )
    _load(model)
    return model


def _load(model: Boosted) -> None:
    """Load the trees now, so that a text their library refuses is no model."""
    from lightgbm.basic import LightGBMError

    try:
        model.booster.num_trees()
    except LightGBMError as error:
        raise InvalidInput(f"the trees cannot be loaded: {error}") from error


def _check_input(source: Input) -> None:
    values: Sequence[object] = (
        source.labels if isinstance(source, CategoryInput) else source.specials
    )
    if len(set(values)) < len(values):
        raise InvalidInput(f"input {source.name} names a label or special code twice")


def _check_curve(curve: _Calibration) -> None:
    points = (curve.margins, curve.log_odds)
    numbers = [*curve.margins, *curve.log_odds, curve.slope]
    ascends = all(list(axis) == sorted(set(axis)) for axis in points)
    if len(points[0]) != len(points[1]) or not points[0] or not ascends:
        raise InvalidInput("the calibration does not ascend from point to point")
    if curve.slope <= 0 or not all(map(math.isfinite, numbers)):
        raise InvalidInput(f"the calibration has a slope of {curve.slope}")


def _written(source: Input) -> _Number | _Category:
    if isinstance(source, NumberInput):
        return _Number(source.name, source.specials, _direction(source), source.reason)
    return _Category(source.name, source.labels, source.reason)


def _direction(source: NumberInput) -> Literal[-1, 0, 1]:
    if source.direction == 0:
        return 0
    return 1 if source.direction > 0 else -1


def _read(source: _Number | _Category) -> Input:
    if isinstance(source, _Number):
        return NumberInput(source.name, source.specials, source.direction, source.reason)
    return CategoryInput(source.name, source.labels, source.reason)
