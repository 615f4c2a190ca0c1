"""Roll rates, flows of buckets and vintages, from what was counted at month ends."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import accumulate

from whiteslip.kernel.money import Minor
from whiteslip.money.arrears.model import Bucket
from whiteslip.money.arrears.rules import bucket
from whiteslip.risk.portfolio.model import (
    Classed,
    ClassSum,
    Cohort,
    Flow,
    Move,
    Rate,
    Reached,
    Rolls,
    Standing,
    Vintage,
    VintagePoint,
    Worst,
)

_ORDER = {standing: place for place, standing in enumerate(Standing)}
OVER_DAYS = (30, 60, 90)
"""The thresholds of vintages: the upper ends of the first three buckets, so that 30+ is all beyond 1-30."""


def standing(days: int | None) -> Standing:
    """Name where a line stands that is so many days past due; None owes nothing."""
    return Standing.NOTHING_OWED if days is None else Standing(bucket(days))


def roll_rates(months: Iterable[Rolls]) -> tuple[Rate, ...]:
    """Pool the moves of some months and take each as a part of its row, in the order of standings."""
    lines: Counter[tuple[Standing, Standing]] = Counter()
    owed: Counter[tuple[Standing, Standing]] = Counter()
    for move in (move for month in months for move in month.moves):
        lines[move.before, move.after] += move.lines
        owed[move.before, move.after] += move.owed_before_minor
    row_lines, row_owed = _by_row(lines), _by_row(owed)
    return tuple(
        Rate(
            *pair,
            lines[pair],
            owed[pair],
            _part(lines[pair], row_lines[pair[0]]),
            _part(owed[pair], row_owed[pair[0]]),
        )
        for pair in sorted(lines, key=lambda pair: (_ORDER[pair[0]], _ORDER[pair[1]]))
    )


def flows(month: Rolls) -> tuple[Flow, ...]:
    """Say for every standing but "not opened" what came, stayed and left, and whether for the better."""
    return tuple(_flow(where, month.moves) for where in Standing if where != Standing.NOT_OPENED)


def vintages(
    cohorts: Sequence[Cohort], reached: Iterable[Reached], month_ends: Sequence[date]
) -> tuple[Vintage, ...]:
    """Sum up by months on book who had ever been past each threshold; only month ends in order, each counted once.

    A cohort opened before the first month end that was kept starts later than with 0 months on book.
    """
    counted: defaultdict[tuple[date, int], Counter[date]] = defaultdict(Counter)
    for one in reached:
        counted[one.opened_in, one.over_days][one.month_end] += one.lines
    return tuple(
        Vintage(
            cohort.opened_in,
            cohort.lines,
            over,
            _points(cohort, counted[cohort.opened_in, over], month_ends),
        )
        for cohort in cohorts
        for over in OVER_DAYS
    )


def class_sums(cells: Sequence[Classed], name_of: Callable[[Classed], str]) -> tuple[ClassSum, ...]:
    """Sum cells by name, in the order in which the names first come."""
    named: defaultdict[str, list[Classed]] = defaultdict(list)
    for cell in cells:
        named[name_of(cell)].append(cell)
    return tuple(
        ClassSum(
            name,
            sum(cell.lines for cell in found),
            sum(cell.owed_minor for cell in found),
            sum(cell.scored_lines for cell in found),
            _part(
                sum(cell.scored_bad_minor for cell in found),
                sum(cell.scored_owed_minor for cell in found),
            ),
        )
        for name, found in named.items()
    )


def reached(worst: Iterable[Worst]) -> tuple[Reached, ...]:
    """Say for every threshold which month end first saw lines beyond it; a line that fell further counts for each."""
    return tuple(
        Reached(one.opened_in, over, one.month_end, one.lines)
        for one in worst
        for over in OVER_DAYS
        if _ORDER[one.before] < _ORDER[late_from(over)[0]] <= _ORDER[one.after]
    )


def months_on_book(opened_in: date, month_end: date) -> int:
    """Count the months from the month of opening to that of a month end."""
    return (month_end.year - opened_in.year) * 12 + month_end.month - opened_in.month


def late_from(over_days: int) -> tuple[Standing, ...]:
    """Name the standings beyond a threshold that is the upper end of a bucket."""
    first = _ORDER[standing(over_days + 1)]
    return tuple(where for where in Standing if _ORDER[where] >= first)


def _flow(where: Standing, moves: Sequence[Move]) -> Flow:
    out = [move for move in moves if move.before == where]
    into = [move for move in moves if move.after == where]
    here = _ORDER[where]
    return Flow(
        where,
        opening=sum(move.lines for move in out),
        stayed=sum(move.lines for move in out if move.after == where),
        worsened=sum(move.lines for move in out if _ORDER[move.after] > here),
        improved=sum(move.lines for move in out if _ORDER[move.after] < here),
        came=sum(move.lines for move in into if move.before != where),
        closing=sum(move.lines for move in into),
        opening_minor=sum(move.owed_before_minor for move in out),
        closing_minor=sum(move.owed_after_minor for move in into),
    )


def _points(
    cohort: Cohort, first: Counter[date], month_ends: Sequence[date]
) -> tuple[VintagePoint, ...]:
    ends = [end for end in month_ends if end >= cohort.opened_in]
    return tuple(
        VintagePoint(months_on_book(cohort.opened_in, end), end, lines, lines / cohort.lines)
        for end, lines in zip(ends, accumulate(first[end] for end in ends), strict=True)
    )


def _by_row(counts: Counter[tuple[Standing, Standing]]) -> Counter[Standing]:
    rows: Counter[Standing] = Counter()
    for (before, _), count in counts.items():
        rows[before] += count
    return rows


def _part(part: int | Minor, whole: int | Minor) -> float | None:
    return part / whole if whole else None


BUCKETS = tuple(Standing(each) for each in Bucket)
"""The standings that owe something, from current to the latest."""
