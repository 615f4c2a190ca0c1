"""The geometry of the pages' inline charts: positions and lengths in the units of their view boxes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from whiteslip.views.book import DayFlow, Share

WIDTH = 1000
_LEAST = 3.0
_GAP = 3.0


class Segment(NamedTuple):
    """A part of a stacked bar; `tone` counts from 0, the calmest."""

    share: Share
    tone: int
    x: float
    width: float


class Column(NamedTuple):
    """A day of a chart of two bars."""

    on: date
    x: float
    captured: float
    repaid: float
    captured_minor: int
    repaid_minor: int


class FlowChart(NamedTuple):
    """Bars of a number of days; heights go up to `height`, the tallest stands for `most_minor`."""

    columns: tuple[Column, ...]
    step: float
    height: float
    most_minor: int
    ticks: tuple[tuple[float, int], ...]


def stack(shares: Sequence[Share]) -> tuple[Segment, ...]:
    """Lay out shares as one bar; what is there at all can be seen."""
    shown = [(tone, each) for tone, each in enumerate(shares) if each.outstanding_minor > 0]
    if not shown:
        return ()
    room = WIDTH - _GAP * (len(shown) - 1)
    whole = sum(each.outstanding_minor for _, each in shown)
    widths = [max(_LEAST, room * each.outstanding_minor / whole) for _, each in shown]
    scale = room / sum(widths)
    segments: list[Segment] = []
    x = 0.0
    for (tone, each), width in zip(shown, widths, strict=True):
        segments.append(Segment(each, tone, round(x, 2), round(width * scale, 2)))
        x += width * scale + _GAP
    return tuple(segments)


def flow_chart(flows: Sequence[DayFlow], *, height: float = 150.0) -> FlowChart:
    """Lay out what was bought and repaid day by day."""
    most = _round_up(max((max(day.captured_minor, day.repaid_minor) for day in flows), default=0))
    step = WIDTH / max(1, len(flows))
    columns = tuple(
        Column(
            day.business_date,
            round(number * step, 2),
            round(height * day.captured_minor / most, 2),
            round(height * day.repaid_minor / most, 2),
            day.captured_minor,
            day.repaid_minor,
        )
        for number, day in enumerate(flows)
    )
    ticks = tuple((round(height - height * part / 2, 2), most * part // 2) for part in (1, 2))
    return FlowChart(columns, step, height, most, ticks)


def _round_up(amount: int) -> int:
    """Round up to 1, 2 or 5 times a power of ten, an even number of minor units."""
    size = 200
    while True:
        for factor in (1, 2, 5):
            if size * factor >= amount:
                return size * factor
        size *= 10
