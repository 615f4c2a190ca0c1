"""What the charts of a segment and its environment ask for together, and when its trouble has passed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from whiteslip.risk.macro.model import Standing
from whiteslip.risk.segments.model import Judged, Level, Measure, Month, Rollout, Segment
from whiteslip.risk.signals.model import Color

FLOWS: Final = frozenset(Measure) - {Measure.THIRTY_PLUS}
"""The measures that tell of one month; the stock tells of all that came before, too."""


class Asks(StrEnum):
    """What a segment asks for at a month end."""

    NOTHING = "nothing"
    UNKNOWN = "unknown"
    WATCH = "watch"
    TIGHTEN = "tighten"


class Spoken(NamedTuple):
    """What a segment asks for, and what for: the measures that stand out, and how the environment stands."""

    asks: Asks
    measures: tuple[Measure, ...]
    macro: Color | None


def speak(judged: Sequence[Judged], macro: Standing | None) -> Spoken:
    """Put the charts of a segment and its environment together.

    A flow out of control asks for a tightening; so does a rate that warns while the environment is known to be red. A
    stock remembers what is over, so alone it only warns. An environment alone asks to watch: nobody is restricted for
    a figure of others. Unknown is never nothing.
    """
    color = None if macro is None else macro.color
    high = [one for one in judged if one.level in {Level.WARNING, Level.OUT}]
    out = tuple(one.measure for one in high if one.level is Level.OUT and one.measure in FLOWS)
    warned = tuple(one.measure for one in high if one.measure not in out)
    if out or (warned and color is Color.RED):
        return Spoken(Asks.TIGHTEN, out + warned, color)
    if warned or color in {Color.YELLOW, Color.RED}:
        return Spoken(Asks.WATCH, warned, color)
    if color is Color.UNKNOWN or all(one.level is Level.UNKNOWN for one in judged):
        return Spoken(Asks.UNKNOWN, (), color)
    return Spoken(Asks.NOTHING, (), color)


def has_passed(
    segment: Segment,
    history: Mapping[date, Sequence[Judged]],
    rollout: Rollout,
    macro: Standing | None,
    *,
    since: date,
) -> bool:
    """Tell whether a tightening's trouble is over: its flows quiet in the last months, all after it began to hold.

    `history` is by month end. An environment that is red, or that should be known and is not, is not over. Months are
    taken by themselves: the weighted average, which is quick to rise, is slow to come down, and people wait for it.
    """
    if macro is not None and macro.color in {Color.RED, Color.UNKNOWN}:
        return False
    ends = sorted(end for end in history if end > since)[-rollout.calm_months :]
    if len(ends) < rollout.calm_months:
        return False
    flows = [one for end in ends for one in history[end] if one.measure in segment.ends_by]
    complete = len(flows) == len(ends) * len(segment.ends_by)
    return complete and all(map(_is_quiet, flows))


def _is_quiet(one: Judged) -> bool:
    """Tell whether a month's own rate lies below the limit at which the average of months would warn."""
    if one.level in {Level.CALM, Level.LOW}:
        return True
    rate, limit = one.rate_ppm, one.warning_ppm
    return rate is not None and limit is not None and rate <= limit


def out_of_control(months: Sequence[Month], judged: Iterable[Judged]) -> list[Month]:
    """Name the months of a measure that were found out of control: they say nothing of what is usual."""
    bad = {one.month_end for one in judged if one.level is Level.OUT}
    return [one for one in months if one.month_end in bad]
