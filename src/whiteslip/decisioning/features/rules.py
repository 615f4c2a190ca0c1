"""What a fact from outside must be to be recorded, and the column its value goes to."""

from __future__ import annotations

from typing import NamedTuple

from whiteslip.decisioning.features.model import (
    WHOLE_BOUND,
    Declarations,
    FeatureType,
    OutsideFact,
    OutsideName,
    OutsideValue,
)
from whiteslip.kernel.errors import InvalidInput


class Stored(NamedTuple):
    """A value as it is stored: exactly one of the three holds it."""

    whole: int | None = None
    ratio: float | None = None
    label: str | None = None


def store_value(fact: OutsideFact, declared: Declarations) -> Stored:
    """Return where the fact's value goes; `InvalidInput` names what cannot be right about the fact."""
    name = declared.outside.get(fact.name)
    where = f"customer {fact.customer_id}, {fact.name}"
    if name is None:
        raise InvalidInput(f"{where}: no fact of this name is declared", where=fact.name)
    if fact.known_on < fact.observed_on:
        text = f"{where}: known on {fact.known_on}, before the day it speaks of, {fact.observed_on}"
        raise InvalidInput(text, where="known_on")
    if not 1 <= len(fact.source) <= 80:
        raise InvalidInput(f"{where}: a source has 1 to 80 characters", where="source")
    stored = _stored(name, fact.value)
    if stored is None:
        text = f"{where}: {fact.value!r} is not {_expected(name)}"
        raise InvalidInput(text, where=fact.name)
    return stored


def _stored(name: OutsideName, value: OutsideValue) -> Stored | None:
    match name.type:
        case FeatureType.BOOL:
            return Stored(whole=int(value)) if isinstance(value, bool) else None
        case FeatureType.TEXT:
            return Stored(label=value) if isinstance(value, str) and value in name.labels else None
        case FeatureType.RATIO:
            if isinstance(value, bool | str) or not abs(value) < WHOLE_BOUND:
                return None
            return Stored(ratio=float(value)) if _within(name, value) else None
        case FeatureType.INT | FeatureType.MONEY:
            if type(value) is not int or abs(value) >= WHOLE_BOUND:
                return None
            return Stored(whole=value) if _within(name, value) else None


def _within(name: OutsideName, value: float) -> bool:
    return (name.least is None or value >= name.least) and (name.most is None or value <= name.most)


def _expected(name: OutsideName) -> str:
    if name.type is FeatureType.TEXT:
        return f"one of {', '.join(name.labels)}"
    kind = "true or false" if name.type is FeatureType.BOOL else f"a number ({name.type.value})"
    least = "" if name.least is None else f" from {name.least}"
    most = "" if name.most is None else f" to {name.most}"
    return kind + least + most
