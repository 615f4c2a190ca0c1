"""Control limits: what an indicator usually comes to, by its own history, and how far from that a value lies.

The center is the median and the spread 1.4826 times the median absolute deviation, which for normal noise estimates the
standard deviation (Hampel, The influence curve and its role in robust estimation, JASA 1974); a few odd days move
neither. Limits in multiples of the spread are Shewhart's (Economic Control of Quality of Manufactured Product, 1931).
Windows of neighboring days overlap, so days are less independent than they look: the multiples in the file are wider
than those for independent ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt
from statistics import median

from whiteslip.kernel.rate import WHOLE_PPM
from whiteslip.risk.signals.model import (
    Band,
    Control,
    Direction,
    Measured,
    Thresholds,
)

_MILLI = 1000
_CONSISTENT = 1.4826
"""What makes the median absolute deviation of normal noise its standard deviation: 1 / 0.6745."""


def band(control: Control, history: Sequence[int], now: Measured) -> Band | None:
    """Return the band of past values, none of a red day; None where the days are too few to tell.

    A share is never held against less than what chance alone does to one of so many: the standard error of a share of
    `out_of` at the center.
    """
    if len(history) < control.least_days:
        return None
    center = median(history)
    spread = _CONSISTENT * median(abs(value - center) for value in history)
    least = max(control.floor_ppm, _chance_ppm(center, now))
    return Band(round(center), max(round(spread), least), len(history))


def limits(control: Control, band: Band, bad: Direction, *, margin_ppm: int) -> Thresholds:
    """Return the band's limits as thresholds on the bad side."""
    sign = 1 if bad is Direction.ABOVE else -1
    steps = (control.yellow_milli, control.orange_milli, control.red_milli)
    yellow, orange, red = (
        band.center_ppm + sign * (step * band.spread_ppm) // _MILLI for step in steps
    )
    return Thresholds(bad, yellow, orange, red, min(margin_ppm, band.spread_ppm))


def _chance_ppm(center: float, now: Measured) -> int:
    if now.value_ppm is not None or now.out_of <= 0:
        return 0
    share = min(max(round(center), 0), WHOLE_PPM)
    return isqrt(share * (WHOLE_PPM - share) // now.out_of)
