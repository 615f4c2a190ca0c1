"""How a measure is judged: the window, the share, its color, and what makes it unknown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from math import sqrt
from typing import NamedTuple

from whiteslip.kernel.errors import InvariantBroken, invariant
from whiteslip.kernel.rate import WHOLE_PPM
from whiteslip.risk.signals import control
from whiteslip.risk.signals.model import (
    Band,
    Catalog,
    Color,
    Direction,
    Evaluation,
    Fast,
    Felt,
    Indicator,
    Judge,
    LastFelt,
    Measured,
    Past,
    Pulse,
    Rhythm,
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


class Verdict(NamedTuple):
    """The value of a measure, its color, and what gave it."""

    value_ppm: int
    color: Color
    by: Judge
    band: Band | None


def judge(
    indicator: Indicator,
    measured: Measured | None,
    past: Past,
    *,
    catalog: Catalog,
    on: date,
    at: datetime,
    history: Sequence[int] = (),
) -> Evaluation:
    """Judge what was measured for a closed day; None is a measure that could not be taken.

    `history` are the values of earlier days from which an indicator with control limits may learn.
    """
    window = window_of(indicator, on)
    why = _unknown(indicator, measured, past, catalog=catalog, on=on, at=at)
    blank = Evaluation(
        indicator.id,
        catalog.version,
        on,
        at,
        window.from_on,
        window.to_on,
        None,
        None,
        None,
        Color.UNKNOWN,
        why,
    )
    if measured is None:
        return blank
    counted = blank._replace(
        hits=measured.hits,
        out_of=measured.out_of,
        value_ppm=value_of(measured),
        detail=measured.detail,
    )
    if why is not None:
        return counted
    found = weigh(indicator, measured, past.color, history)
    return counted._replace(
        color=found.color,
        judged_by=found.by,
        center_ppm=found.band and found.band.center_ppm,
        spread_ppm=found.band and found.band.spread_ppm,
    )


def value_of(measured: Measured | Felt) -> int | None:
    """Return a measure's value in ppm: its own, or its hits out of what they are of; None out of nothing."""
    invariant(measured.hits >= 0, "a measure counts from 0")
    if measured.value_ppm is not None:
        return measured.value_ppm
    return measured.hits * WHOLE_PPM // measured.out_of if measured.out_of > 0 else None


def weigh(
    indicator: Indicator, measured: Measured, before: Color | None, history: Sequence[int]
) -> Verdict:
    """Give a value the worse of its two colors: by the fixed thresholds, and by its own history where that is known."""
    value = value_of(measured)
    invariant(value is not None, "what has no value has no color")
    value_ppm = value or 0
    fixed = color_of(indicator.thresholds, value_ppm, before)
    own = indicator.control
    band = None if own is None else control.band(own, history, measured)
    if own is None or band is None:
        return Verdict(value_ppm, fixed, Judge.THRESHOLDS, None)
    bad, margin = indicator.thresholds.bad, indicator.thresholds.margin_ppm
    usual = color_of(control.limits(own, band, bad, margin_ppm=margin), value_ppm, before)
    if RANKS[usual] > RANKS[fixed]:
        return Verdict(value_ppm, usual, Judge.CONTROL, band)
    return Verdict(value_ppm, fixed, Judge.THRESHOLDS, band)


def at_least_times_ppm(hits: int, out_of: int, before_hits: int, before_out_of: int) -> int:
    """Return how many times a share is, at the least, what it was before, in ppm; 1,000,000 is as before.

    At the least: the hits less 1.645 times their root, the lower end of what chance leaves open (one-sided 95 %, normal
    approximation of a count), so that a few hits more in a small group are no news. Before, one hit more than there
    were is assumed, since none at all would make anything infinitely worse.
    """
    invariant(out_of > 0 and before_out_of > 0, "shares are of something")
    surely = max(0.0, hits - _SURE * sqrt(hits))
    return round(surely / out_of / ((before_hits + 1) / before_out_of) * WHOLE_PPM)


_SURE = 1.645


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
    if measured.out_of < indicator.least_count or value_of(measured) is None:
        return Why.TOO_FEW
    return None


UNFELT = LastFelt(None, None, None, None, None)


def judge_pulse(
    indicator: Indicator,
    felt: Felt | None,
    last: LastFelt,
    *,
    version: int,
    on: date,
    at: datetime,
) -> Pulse:
    """Judge what was felt of a fast indicator; None is a measure that could not be taken."""
    fast = indicator.fast
    if fast is None:
        raise InvariantBroken("only a fast indicator is felt")
    from_at = at - timedelta(minutes=fast.window_minutes)
    why = _unfelt(indicator, fast, felt, last, at=at)
    blank = Pulse(indicator.id, at, from_at, on, version, None, None, None, Color.UNKNOWN, why)
    if felt is None:
        return blank
    value = value_of(felt)
    found = blank._replace(hits=felt.hits, out_of=felt.out_of, value_ppm=value, detail=felt.detail)
    if why is not None or value is None:
        return found
    return found._replace(color=color_of(indicator.thresholds, value, last.known))


def is_news(pulse: Pulse, last: LastFelt, rhythm: Rhythm) -> bool:
    """Tell whether a pulse is to be kept: it says something else than the last one kept, or that one is old."""
    if last.felt_at is None or (pulse.color, pulse.why) != (last.color, last.why):
        return True
    return pulse.felt_at - last.felt_at >= timedelta(minutes=rhythm.keep_minutes)


def _unfelt(
    indicator: Indicator, fast: Fast, felt: Felt | None, last: LastFelt, *, at: datetime
) -> Why | None:
    """Say why a pulse says nothing, if it says nothing."""
    if last.looked_at is not None and at < last.looked_at:
        return Why.CLOCK
    if felt is None:
        return Why.FAILED
    if felt.seen_at is None:
        return Why.ABSENT
    if fast.silent_minutes is not None:
        silence = at - felt.seen_at
        if silence > timedelta(minutes=fast.silent_minutes):
            return Why.LATE
    if felt.out_of < indicator.least_count or value_of(felt) is None:
        return Why.TOO_FEW
    return None
