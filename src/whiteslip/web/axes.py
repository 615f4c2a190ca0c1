"""Axes of a plot: their unit, their range, and the round numbers marked on them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

WANTED_TICKS = 5
DASH = "–"
LEAST_WIDTH = 1e-6
"""Values that differ by less than a thousand-millionth of this are drawn as one."""
PHONE_CHARACTERS = 48
"""How many characters stand side by side below a plot on a phone."""


class Unit(Enum):
    """How a figure is written."""

    COUNT = "count"
    """Whole numbers with separators: 12,500."""
    SHARE = "share"
    """A part of one, as percent: 0.125 is "12.5 %"."""
    NUMBER = "number"
    """Anything else, with four significant digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What an axis measures; `least` and `most` widen its range, `labels` name the places 0, 1, 2 …

    `suffix` follows a figure ("points", "ms"); a share needs none.
    """

    label: str
    unit: Unit = Unit.NUMBER
    least: float | None = None
    most: float | None = None
    labels: Sequence[str] | None = None
    suffix: str = ""

    def figure(self, value: float) -> str:
        """Write a value with its unit, precisely enough to read."""
        text = figure(value, self.unit)
        return f"{text} {self.suffix}" if self.suffix and text != DASH else text


@dataclass(frozen=True, slots=True)
class Scale:
    """A range of values and the ticks on it."""

    low: float
    high: float
    ticks: tuple[float, ...]
    labels: tuple[str, ...]

    def place(self, value: float) -> float:
        """Return how far along the axis a value lies, in percent."""
        return 100 * (value - self.low) / (self.high - self.low)


def figure(value: float, unit: Unit) -> str:
    """Write a value in its unit; what is not a finite number is a dash."""
    if not math.isfinite(value):
        return DASH
    match unit:
        case Unit.COUNT:
            return f"{value:,.0f}"
        case Unit.SHARE:
            digits = 2 if 0 < abs(value) < 0.01 else 1
            return f"{100 * value:.{digits}f} %"
        case Unit.NUMBER:
            return number(value)


def number(value: float) -> str:
    """Write a number with four significant digits: 0.7812, 12.5, 120,000, 1.2e+12."""
    if value == 0:
        return "0"
    if abs(value) >= 1e10 or abs(value) < 1e-5:
        return f"{value:.3g}"
    digits = max(0, 3 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def scale(axis: Axis, values: Iterable[float], *, from_zero: bool = False) -> Scale:
    """Lay out an axis for these values, ending on round numbers where no end is given."""
    if axis.labels is not None:
        return _named(axis.labels)
    low, high = _range(axis, values, from_zero=from_zero)
    step = _step(high - low, whole=axis.unit is Unit.COUNT)
    first = math.floor(low / step + 1e-9) if axis.least is None else math.ceil(low / step - 1e-9)
    last = math.ceil(high / step - 1e-9) if axis.most is None else math.floor(high / step + 1e-9)
    if axis.most is None:
        last = max(last, first + 1)
    ticks = tuple(place * step for place in range(first, last + 1))
    ends = (
        low if axis.least is not None else ticks[0],
        high if axis.most is not None else ticks[-1],
    )
    return Scale(*ends, ticks, tuple(_tick(tick, step, axis) for tick in ticks))


def _named(labels: Sequence[str]) -> Scale:
    last = max(1, len(labels) - 1)
    widest = max((len(label) for label in labels), default=1)
    every = max(1, math.ceil(len(labels) * (widest + 2) / PHONE_CHARACTERS))
    places = range(0, len(labels), every)
    return Scale(0, last, tuple(places), tuple(labels[place] for place in places))


def _range(axis: Axis, values: Iterable[float], *, from_zero: bool) -> tuple[float, float]:
    known = [value for value in values if math.isfinite(value)]
    known += [0.0] if from_zero or not known else []
    low = min(known) if axis.least is None else axis.least
    high = max(known) if axis.most is None else axis.most
    if high - low > 1e-9 * max(abs(high), abs(low), LEAST_WIDTH):
        return low, high
    around = abs(high) * 0.1 if abs(high) > LEAST_WIDTH else 1.0
    return (low if axis.least is not None or from_zero else low - around), high + around


def _step(width: float, *, whole: bool) -> float:
    """Return the round step, 1, 2, 2.5 or 5 times a power of ten, that gives about five ticks."""
    rough = width / WANTED_TICKS
    size = 10 ** math.floor(math.log10(rough))
    step = next(factor * size for factor in (1, 2, 2.5, 5, 10) if factor * size >= rough * 0.999)
    if whole:
        step = max(1.0, step if step != 2.5 else 2.0)
    return step


def _tick(value: float, step: float, axis: Axis) -> str:
    hundredfold = 100 if axis.unit is Unit.SHARE else 1
    value, step = value * hundredfold, step * hundredfold
    if step >= 1e4 and axis.unit is not Unit.SHARE:
        return _short(value, step)
    digits = max(0, math.ceil(-math.log10(step) - 1e-9))
    digits += not math.isclose(step * 10**digits, round(step * 10**digits))
    text = f"{value + 0.0:,.{min(digits, 6)}f}"
    return f"{text} %" if axis.unit is Unit.SHARE else text


def _short(value: float, step: float) -> str:
    """Write a large tick with k, M, or G for thousand, million, or thousand million."""
    for size, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if step >= size / 10:
            return f"{value / size:,.1f}".removesuffix(".0") + (sign if value else "")
    return f"{value:,.0f}"
