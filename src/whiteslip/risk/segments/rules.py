"""What the charts of a segment and its environment ask for together, and when its trouble has passed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Final, NamedTuple

from whiteslip.risk.macro.model import Standing
from whiteslip.risk.segments.model import (
    Judged,
    Level,
    Loosening,
    Measure,
    Month,
    Rollout,
    Segment,
)
from whiteslip.risk.signals.model import Color

FLOWS: Final = frozenset(Measure) - {Measure.THIRTY_PLUS}
"""The measures that tell of one month; the stock tells of all that came before, too."""


class Asks(StrEnum):
    """What a segment asks for at a month end."""

    NOTHING = "nothing"
    UNKNOWN = "unknown"
    WATCH = "watch"
    TIGHTEN = "tighten"
    LOOSEN = "loosen"


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


def speak_of(
    segment: Segment,
    history: Mapping[date, Sequence[Judged]],
    macro: Standing | None,
    loosening: Loosening,
    *,
    until: date | None,
) -> Spoken:
    """Say what a segment asks for at a month end: as `speak` does, or to be loosened where all speaks for it."""
    spoken = speak(history.get(until, ()) if until else (), macro)
    if spoken.asks is Asks.NOTHING and _is_low(segment, history, macro, loosening, until=until):
        return Spoken(Asks.LOOSEN, segment.loosens_by, spoken.macro)
    return spoken


def _is_low(
    segment: Segment,
    history: Mapping[date, Sequence[Judged]],
    macro: Standing | None,
    loosening: Loosening,
    *,
    until: date | None,
) -> bool:
    """Tell whether the flows that a loosening goes by were low in every one of the last months, and nothing warned.

    The months follow one another up to the last, and each by itself is better than usual, for an average remembers. An
    environment that is not known to be green says no, and so does a flow that is unknown in one of them.
    """
    if segment.offer is None or macro is None or macro.color is not Color.GREEN:
        return False
    ends = sorted(end for end in history if until is not None and end <= until)
    ends = ends[-loosening.loosen_months :]
    if len(ends) < loosening.loosen_months or ends[-1] != until:
        return False
    if any(_month(after) - _month(before) != 1 for before, after in pairwise(ends)):
        return False
    judged = [one for end in ends for one in history[end]]
    if any(one.level in {Level.WARNING, Level.OUT} for one in judged):
        return False
    flows = [one for one in judged if one.measure in segment.loosens_by]
    complete = len(flows) == len(ends) * len(segment.loosens_by)
    return complete and all(one.level is Level.LOW and _is_better(one) for one in flows)


def _is_better(one: Judged) -> bool:
    """Tell whether a month by itself is better than usual."""
    return one.rate_ppm is not None and one.base_ppm is not None and one.rate_ppm < one.base_ppm


def _month(day: date) -> int:
    return day.year * 12 + day.month


class Trouble(StrEnum):
    """Why a segment may be given no more room: it or its environment turned, it is tightened, or is not known."""

    CHARTS = "charts"
    USUAL = "usual"
    ENVIRONMENT = "environment"
    TIGHTENED = "tightened"
    UNKNOWN = "unknown"


def trouble_of(
    segment: Segment | None,
    history: Mapping[date, Sequence[Judged]],
    macro: Standing | None,
    *,
    since: date,
) -> Trouble | None:
    """Name what speaks against a loosening that stands: a rate that warned or was out at a month end since a day.

    So does a flow that is at its usual rate again at the last one: what the room was given for is gone.
    A segment that is no longer in the file, or that is offered nothing any more, is not known to be well.
    """
    if segment is None or segment.offer is None:
        return Trouble.UNKNOWN
    if macro is None or macro.color is not Color.GREEN:
        return Trouble.ENVIRONMENT
    judged = [one for end, found in history.items() if end >= since for one in found]
    if any(one.level in {Level.WARNING, Level.OUT} for one in judged):
        return Trouble.CHARTS
    last = history[max(history)] if history and max(history) >= since else ()
    flows = [one for one in last if one.measure in segment.loosens_by]
    if any(one.level is Level.UNKNOWN for one in flows):
        return Trouble.UNKNOWN
    return None if all(map(_is_better, flows)) else Trouble.USUAL


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
