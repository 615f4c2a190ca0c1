"""Plots for reports: lines and bars as inline SVG, and the parts of the page they stand on.

Colors are variables of the page and follow light and dark. Each plot has a title and a description
for screen readers; its numbers can stand below it as a table.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import ArrayLike

from whiteslip.web import shapes
from whiteslip.web.axes import Axis, Scale, Unit, scale
from whiteslip.web.documents import (
    Bar,
    Cell,
    Html,
    bullets,
    folded,
    page,
    section,
    side_by_side,
    table,
    tiles,
)
from whiteslip.web.shapes import Floats, floats, thin

__all__ = [
    "Axis",
    "Bar",
    "Cell",
    "Html",
    "Line",
    "Overlay",
    "Unit",
    "bars",
    "bullets",
    "folded",
    "lines",
    "page",
    "section",
    "side_by_side",
    "table",
    "tiles",
]

MOST_LISTED = 60
CHARACTER_PX = 6.4
PHONE_PX = 270
SLANTED_SLOT_PX = 18
SLANTED_RISE_EM = 0.42
OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a plot. Where `ys` is not a number it has a gap; `dots` mark each point.

    `low` and `high` shade what lies between them, such as an interval of confidence.
    """

    label: str
    xs: ArrayLike
    ys: ArrayLike
    dashed: bool = False
    dots: bool = False
    low: ArrayLike | None = None
    high: ArrayLike | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """A line over bars, one value a label, measured on an axis of its own at the right."""

    label: str
    values: ArrayLike
    y: Axis


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What stands around the drawing: the axes' names, the room their figures need, the legend."""

    y: Axis
    x_label: str
    left: Scale
    legend: Sequence[tuple[str, str]]
    right: Scale | None = None
    right_label: str = ""
    foot: int = 0
    slots: int = 0


def lines(
    title: str,
    series: Sequence[Line],
    *,
    x: Axis,
    y: Axis,
    about: str = "",
    diagonal: bool = False,
    listed: bool = False,
) -> Html:
    """Draw lines over a common x axis; `diagonal` adds y = x, `listed` the numbers as a table."""
    points = [(floats(line.xs), floats(line.ys)) for line in series]
    across = scale(x, (value for xs, _ in points for value in xs.tolist()))
    upward = scale(y, _heights(series))
    drawn = [shapes.grid(upward), shapes.bottom_ticks(across)]
    if not any(len(xs) for xs, _ in points):
        drawn.append(shapes.EMPTY)
    if diagonal:
        ends = np.array([max(across.low, upward.low), min(across.high, upward.high)])
        drawn.append(shapes.path(ends, ends, across, upward, "even"))
    for place, (line, (xs, ys)) in enumerate(zip(series, points, strict=True)):
        kind = shapes.stroke(place, dashed=line.dashed)
        if line.low is not None and line.high is not None:
            low, high, tint = thin(floats(line.low)), thin(floats(line.high)), shapes.tint(place)
            drawn.append(shapes.area(thin(xs), low, high, across=across, upward=upward, kind=tint))
        drawn.append(shapes.path(thin(xs), thin(ys), across, upward, kind))
        drawn += _dots(line, (x, y), (across, upward), place) if line.dots else []
    legend = [
        (line.label, shapes.stroke(place, dashed=line.dashed)) for place, line in enumerate(series)
    ]
    frame = _Frame(y=y, x_label=x.label, left=upward, legend=legend)
    words = about or _tell_lines(series, points, y)
    return _figure(
        title, words, drawn, frame, _line_numbers(series, points, x, y) if listed else ""
    )


def bars(
    title: str,
    labels: Sequence[str],
    values: Mapping[str, ArrayLike],
    *,
    y: Axis,
    x: str = "",
    over: Overlay | None = None,
    about: str = "",
    stacked: bool = False,
    listed: bool = True,
) -> Html:
    """Draw one group of bars a label, one bar a name in `values`, side by side or `stacked`.

    `over` lays a line above them with an axis of its own; `listed` adds the numbers as a table.
    """
    names = list(values)
    heights = np.array([floats(values[name]) for name in names]).reshape(len(names), len(labels))
    upward = scale(y, _ends(heights, stacked=stacked), from_zero=True)
    right = scale(over.y, floats(over.values).tolist(), from_zero=True) if over else None
    widths = [shapes.text_width(shapes.shortened(label)) for label in labels]
    slanted = len(labels) * (max(widths, default=0) + 2) * CHARACTER_PX > PHONE_PX
    drawn = [
        shapes.grid(upward),
        shapes.columns(names, labels, heights, y, upward, stacked=stacked),
        shapes.names_below(labels, slanted=slanted),
    ]
    if not heights.size:
        drawn.append(shapes.EMPTY)
    if over is not None and right is not None:
        drawn.append(_overlay(over, labels, right))
    frame = _Frame(
        y=y,
        x_label=x,
        left=upward,
        legend=_bar_legend(names, over),
        right=right,
        right_label=over.y.label if over else "",
        foot=max(widths, default=0) if slanted else 0,
        slots=len(labels) * (1 if stacked else math.ceil(len(names) / 2)),
    )
    words = about or _tell_bars(labels, names, heights, y)
    numbers = _bar_numbers(labels, names, heights, y, over) if listed else ""
    return _figure(title, words, drawn, frame, numbers)


def _heights(series: Sequence[Line]) -> list[float]:
    parts = [part for line in series for part in (line.ys, line.low, line.high) if part is not None]
    return [value for part in parts for value in floats(part).tolist()]


def _ends(heights: Floats, *, stacked: bool) -> list[float]:
    if not stacked:
        return heights.ravel().tolist()
    known = np.nan_to_num(heights)
    tops, feet = np.maximum(known, 0).sum(axis=0), np.minimum(known, 0).sum(axis=0)
    return [*tops.tolist(), *feet.tolist()]


def _figure(title: str, words: str, drawn: Sequence[str], frame: _Frame, numbers: str) -> Html:
    """Set a drawing into its frame: title, legend, names of axes, room for figures and labels."""
    left = max((len(label) for label in frame.left.labels), default=1)
    right = max((len(label) for label in frame.right.labels), default=1) if frame.right else 1
    foot = frame.foot * SLANTED_RISE_EM + 1.6
    room = f"--left:{left}ch;--right:{right}ch;--foot:{foot:.1f}em"
    least = f"min-width:{frame.slots * SLANTED_SLOT_PX + 80}px"
    legend = "".join(
        f'<li><i class="{kind}"></i>{escape(label)}</li>' for label, kind in frame.legend
    )
    sides = f"<span>{escape(frame.y.label)}</span><span>{escape(frame.right_label)}</span>"
    below = f'<p class="below">{escape(frame.x_label)}</p>' if frame.x_label else ""
    return Html(
        f'<figure><figcaption>{escape(title)}</figcaption><ul class="legend">{legend}</ul>'
        f'<div class="scroll plot-room" tabindex="0"><div class="plot" style="{room};{least}">'
        f'<div class="sides" aria-hidden="true">{sides}</div>'
        f'<svg class="plot-area" role="img" width="100%"><title>{escape(title)}</title>'
        f"<desc>{escape(words)}</desc>{''.join(drawn)}</svg>{below}</div></div>"
        f"{numbers}</figure>\n"
    )


def _dots(
    line: Line, axes: tuple[Axis, Axis], scales: tuple[Scale, Scale], place: int
) -> list[str]:
    kind = f"f{place % shapes.TONES}"
    return [
        shapes.dot(
            kind,
            scales[0].place(x),
            100 - scales[1].place(y),
            f"{line.label}: {_at(axes[0], x)}, {axes[1].figure(y)}",
        )
        for x, y in zip(floats(line.xs).tolist(), floats(line.ys).tolist(), strict=True)
        if not math.isnan(x) and not math.isnan(y)
    ]


def _at(x: Axis, value: float) -> str:
    if x.labels is not None and value.is_integer() and 0 <= value < len(x.labels):
        return x.labels[int(value)]
    return x.figure(value)


def _overlay(over: Overlay, labels: Sequence[str], right: Scale) -> str:
    ys = floats(over.values)
    xs = (np.arange(len(labels)) + 0.5) / max(1, len(labels)) * 100
    across = Scale(0, 100, (), ())
    parts = [shapes.right_ticks(right), shapes.path(xs, ys, across, right, f"line s{OVER}")]
    parts += [
        shapes.dot(
            f"f{OVER}", x, 100 - right.place(y), f"{label}, {over.label}: {over.y.figure(y)}"
        )
        for label, x, y in zip(labels, xs.tolist(), ys.tolist(), strict=True)
        if not math.isnan(y)
    ]
    return "".join(parts)


def _bar_legend(names: Sequence[str], over: Overlay | None) -> list[tuple[str, str]]:
    legend = [(name, shapes.swatch(place)) for place, name in enumerate(names)]
    return legend + ([(over.label, f"line s{OVER}")] if over else [])


def _bar_numbers(
    labels: Sequence[str], names: Sequence[str], heights: Floats, y: Axis, over: Overlay | None
) -> str:
    columns = [[y.figure(value) for value in row] for row in heights.tolist()]
    head = ["", *names]
    if over is not None:
        columns.append([over.y.figure(value) for value in floats(over.values).tolist()])
        head.append(over.label)
    rows = [list(row) for row in zip(labels, *columns, strict=True)]
    return folded("The numbers", [table(head, rows)])


def _line_numbers(
    series: Sequence[Line], points: Sequence[tuple[Floats, Floats]], x: Axis, y: Axis
) -> str:
    """List the points of the lines; lines over the same places share the rows."""
    places = sorted({value for xs, _ in points for value in xs.tolist() if not math.isnan(value)})
    if len(places) > MOST_LISTED:
        return ""
    found = [dict(zip(xs.tolist(), ys.tolist(), strict=True)) for xs, ys in points]
    rows = [
        [_at(x, place), *(y.figure(line.get(place, math.nan)) for line in found)]
        for place in places
    ]
    return folded("The numbers", [table([x.label, *(line.label for line in series)], rows)])


def _tell_lines(series: Sequence[Line], points: Sequence[tuple[Floats, Floats]], y: Axis) -> str:
    told: list[str] = []
    for line, (_, ys) in zip(series, points, strict=True):
        known = ys[~np.isnan(ys)]
        if len(known):
            low, high = y.figure(float(known.min())), y.figure(float(known.max()))
            told.append(f"{line.label}: {y.label} from {low} to {high}")
        else:
            told.append(f"{line.label}: no figures")
    return "; ".join(told) + "."


def _tell_bars(labels: Sequence[str], names: Sequence[str], heights: Floats, y: Axis) -> str:
    told: list[str] = []
    for name, row in zip(names, heights, strict=True):
        if np.isnan(row).all():
            told.append(f"{name}: no figures")
            continue
        low, high = int(np.nanargmin(row)), int(np.nanargmax(row))
        told.append(
            f"{name}: {y.label} from {y.figure(float(row[low]))} ({labels[low]}) "
            f"to {y.figure(float(row[high]))} ({labels[high]})"
        )
    return "; ".join(told) + "."
