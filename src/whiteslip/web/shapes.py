"""The shapes of a plot as SVG; places across and up are percents, so text keeps its size at any width."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import ArrayLike, NDArray

from whiteslip.web.axes import Axis, Scale
from whiteslip.web.documents import TONES

Floats = NDArray[np.float64]

MOST_POINTS = 400
MOST_LABEL = 22
BAR_ROOM = 0.74
EMPTY = '<text x="50%" y="47%" class="mid">no figures</text>'


def floats(values: ArrayLike) -> Floats:
    """Return values as floats; what is not finite becomes NaN."""
    found = np.asarray(values, dtype=np.float64)
    return np.where(np.isfinite(found), found, np.nan)


def thin(values: Floats) -> Floats:
    """Keep the ends and points evenly between; more cannot be seen."""
    if len(values) <= MOST_POINTS:
        return values
    return values[np.linspace(0, len(values) - 1, MOST_POINTS).round().astype(np.intp)]


def stroke(place: int, *, dashed: bool = False) -> str:
    """Name the style of a line."""
    return f"line s{place % TONES}{' dashed' if dashed else ''}"


def swatch(place: int) -> str:
    """Name the style of a filled shape."""
    return f"box f{place % TONES}"


def tint(place: int) -> str:
    """Name the style of a shaded area."""
    return f"area f{place % TONES}"


def grid(upward: Scale) -> str:
    """Draw the level lines and write their values at the left."""
    parts: list[str] = []
    for tick, label in zip(upward.ticks, upward.labels, strict=True):
        y = 100 - upward.place(tick)
        kind = "zero" if tick == 0 else "grid"
        parts.append(f'<line class="{kind}" x1="0" x2="100%" y1="{y:.2f}%" y2="{y:.2f}%"/>')
        parts.append(f'<text x="-8" y="{y:.2f}%" dy=".32em" class="end">{label}</text>')
    return "".join(parts)


def right_ticks(upward: Scale) -> str:
    """Write the values of a second axis at the right."""
    return "".join(
        f'<text x="100%" dx="8" y="{100 - upward.place(tick):.2f}%" dy=".32em">{label}</text>'
        for tick, label in zip(upward.ticks, upward.labels, strict=True)
    )


def bottom_ticks(across: Scale) -> str:
    """Mark the values of the x axis below the plot."""
    parts: list[str] = []
    for tick, label in zip(across.ticks, across.labels, strict=True):
        x = across.place(tick)
        parts.append(f'<line class="tick" x1="{x:.2f}%" x2="{x:.2f}%" y1="100%" y2="101.5%"/>')
        kind = "end" if x > 99 and len(label) > 6 else "mid"
        at = f'x="{x:.2f}%" y="100%" dy="1.6em"'
        parts.append(f'<text {at} class="{kind}">{escape(label)}</text>')
    return "".join(parts)


def path(xs: Floats, ys: Floats, across: Scale, upward: Scale, kind: str) -> str:
    """Draw one line in a view of its own, so that it is stretched but its stroke is not."""
    steps: list[str] = []
    pen = "M"
    for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
        if math.isnan(x) or math.isnan(y):
            pen = "M"
            continue
        steps.append(f"{pen}{across.place(x):.2f} {100 - upward.place(y):.2f}")
        pen = "L"
    return (
        '<svg width="100%" height="100%" viewBox="0 0 100 100" preserveAspectRatio="none">'
        f'<path class="{kind}" d="{"".join(steps)}" vector-effect="non-scaling-stroke"/></svg>'
    )


def area(xs: Floats, low: Floats, high: Floats, *, across: Scale, upward: Scale, kind: str) -> str:
    """Shade what lies between two lines; places where either is not a number are left out."""
    known = ~np.isnan(xs + low + high)
    there = zip(xs[known].tolist(), high[known].tolist(), strict=True)
    back = zip(xs[known][::-1].tolist(), low[known][::-1].tolist(), strict=True)
    corners = " ".join(
        f"{across.place(x):.2f},{100 - upward.place(y):.2f}" for x, y in (*there, *back)
    )
    return (
        '<svg width="100%" height="100%" viewBox="0 0 100 100" preserveAspectRatio="none">'
        f'<polygon class="{kind}" points="{corners}"/></svg>'
    )


def dot(kind: str, x: float, y: float, says: str) -> str:
    """Draw a dot that says its figures to a pointer; `x` and `y` in percent from top left."""
    return (
        f'<circle class="dot {kind}" cx="{x:.2f}%" cy="{y:.2f}%" r="4">'
        f"<title>{escape(says)}</title></circle>"
    )


def columns(
    names: Sequence[str],
    labels: Sequence[str],
    heights: Floats,
    y: Axis,
    upward: Scale,
    *,
    stacked: bool,
) -> str:
    """Draw bars, one row of `heights` a name and one column a label."""
    slot = 100 / max(1, len(labels))
    room = slot * BAR_ROOM
    width = room if stacked else room / max(1, len(names))
    bases = _bases(heights, stacked=stacked)
    parts: list[str] = []
    for (place, number), value in np.ndenumerate(heights):
        if math.isnan(value):
            continue
        base = float(bases[place, number])
        ends = sorted((100 - upward.place(base), 100 - upward.place(base + value)))
        x = number * slot + (slot - room) / 2 + (0 if stacked else place * width)
        says = f"{labels[number]}, {names[place]}: {y.figure(float(value))}"
        parts.append(
            f'<rect class="f{place % TONES}" x="{x:.3f}%" width="{width * 0.96:.3f}%" '
            f'y="{ends[0]:.2f}%" height="{ends[1] - ends[0]:.2f}%">'
            f"<title>{escape(says)}</title></rect>"
        )
    return "".join(parts)


def _bases(heights: Floats, *, stacked: bool) -> Floats:
    """Return where each bar begins; stacked bars stand on those before, below zero apart from above."""
    if not stacked:
        return np.zeros_like(heights)
    known = np.nan_to_num(heights)
    above, below = np.maximum(known, 0), np.minimum(known, 0)
    return np.where(known >= 0, above.cumsum(axis=0) - above, below.cumsum(axis=0) - below)


def names_below(labels: Sequence[str], *, slanted: bool) -> str:
    """Write the names of the bars below them."""
    slot = 100 / max(1, len(labels))
    parts: list[str] = []
    for number, label in enumerate(labels):
        x = (number + 0.5) * slot
        shown = escape(shortened(label))
        full = f"<title>{escape(label)}</title>" if shortened(label) != label else ""
        if slanted:
            parts.append(
                f'<svg x="{x:.2f}%" y="100%" overflow="visible">'
                f'<text class="end" transform="translate(5 14) rotate(-50)">{full}{shown}</text></svg>'
            )
        else:
            parts.append(f'<text x="{x:.2f}%" y="100%" dy="1.6em" class="mid">{full}{shown}</text>')
    return "".join(parts)


def text_width(text: str) -> int:
    """Count the columns a text takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def shortened(text: str) -> str:
    """Cut a label that is too long to stand below a bar."""
    if text_width(text) <= MOST_LABEL:
        return text
    kept = ""
    for sign in text:
        if text_width(kept + sign) > MOST_LABEL - 1:
            break
        kept += sign
    return kept + "…"
