"""How a measure is judged: the window, the share, its color, and what makes it unknown."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from whiteslip.kernel.errors import invariant
from whiteslip.kernel.rate import WHOLE_PPM
from whiteslip.risk.signals.model import (
    Catalog,
    Color,
    Direction,
    Evaluation,
    Indicator,
    Measured,
    Past,
    Thresholds,
    Why,
    Window,
)

RANKS = {Color.GREEN: 0, Color.YELLOW: 1, Color.ORANGE: 2, Color.RED: 3}
"""The known colors, by how bad they are."""

NOTHING = Past(None, None)


def window_of(indicator: Indicator, on: date) -> Window:
    """Return the days an indicator looks at once `on` is closed."""
    to_on = on + timedelta(days=1 - indicator.lag_days)
    from_on = to_on - timedelta(days=indicator.window_days)
    return Window(from_on, to_on, on, indicator.lag_days)


def color_of(thresholds: Thresholds, value_ppm: int, before: Color | None) -> Color:
    """Return the color of a value; a worse color is left only once the value has come back by the margin."""
    now = _raw(thresholds, value_ppm)
    if before is None or before is Color.UNKNOWN or RANKS[before] <= RANKS[now]:
        return now
    sign = 1 if thresholds.bad is Direction.ABOVE else -1
    held = _raw(thresholds, value_ppm + sign * thresholds.margin_ppm)
    return min(before, held, key=RANKS.__getitem__)


def _raw(thresholds: Thresholds, value_ppm: int) -> Color:
    steps = (
        (Color.RED, thresholds.red_ppm),
        (Color.ORANGE, thresholds.orange_ppm),
        (Color.YELLOW, thresholds.yellow_ppm),
    )
    for color, limit in steps:
        if value_ppm >= limit if thresholds.bad is Direction.ABOVE else value_ppm <= limit:
            return color
    return Color.GREEN


def judge(
    indicator: Indicator,
    measured: Measured | None,
    past: Past,
    *,
    catalog: Catalog,
    on: date,
    at: datetime,
) -> Evaluation:
    """Judge what was measured for a closed day; None is a measure that could not be taken."""
    window = window_of(indicator, on)
    why = _unknown(indicator, measured, past, catalog=catalog, on=on, at=at)
    value_ppm, color = None, Color.UNKNOWN
    if measured is not None and measured.out_of > 0:
        invariant(measured.hits >= 0, "a measure counts from 0")
        value_ppm = measured.hits * WHOLE_PPM // measured.out_of
        if why is None:
            color = color_of(indicator.thresholds, value_ppm, past.color)
    return Evaluation(
        indicator.id,
        catalog.version,
        on,
        at,
        window.from_on,
        window.to_on,
        None if measured is None else measured.hits,
        None if measured is None else measured.out_of,
        value_ppm,
        color,
        why,
    )


def _unknown(
    indicator: Indicator,
    measured: Measured | None,
    past: Past,
    *,
    catalog: Catalog,
    on: date,
    at: datetime,
) -> Why | None:
    """Say why a measure says nothing, if it says nothing; what concerns the whole book comes first."""
    if past.evaluated_at is not None and at < past.evaluated_at:
        return Why.CLOCK
    if at.date() - on > timedelta(days=catalog.late_after_days):
        return Why.LATE
    if measured is None:
        return Why.FAILED
    if measured.seen_on is None:
        return Why.ABSENT
    silence = on - measured.seen_on
    if indicator.silent_days is not None and silence > timedelta(days=indicator.silent_days):
        return Why.LATE
    return Why.TOO_FEW if measured.out_of < indicator.least_count else None
