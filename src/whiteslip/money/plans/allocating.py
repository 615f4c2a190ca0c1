"""Where a payment goes among the rows of a plan: by timing and component, the oldest row first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from whiteslip.kernel.money import Minor, level
from whiteslip.money.plans.model import Allocation, Component, Future, Row, Timing

Parts = dict[Component, Minor]


def allocate(rows: Sequence[Row], amount_minor: Minor, rule: Allocation, *, on: date) -> Parts:
    """Pay rows, and return how much went to each component; what is left over is the amount less their sum."""
    gone: Parts = dict.fromkeys(Component, 0)
    left = amount_minor
    for timing in dict.fromkeys(timing for timing, _ in rule.order):
        components = [component for when, component in rule.order if when is timing]
        chosen = [row for row in rows if _timing(row, on) is timing and row.open_minor]
        if timing is Timing.IN_ADVANCE and rule.future is Future.EVENLY:
            left = _evenly(chosen, left, components, gone, on)
            continue
        if timing is Timing.IN_ADVANCE and rule.future is Future.LAST:
            chosen.reverse()
        for row, component in _steps(chosen, components, by_component=rule.by_component):
            left -= pay(row, component, left, gone, on=on)
    return gone


def pay(row: Row, component: Component, most_minor: Minor, gone: Parts, *, on: date) -> Minor:
    """Pay a component of a row as far as money and debt go; returns how much it took."""
    taken = min(most_minor, row.open_of(component))
    if taken <= 0:
        return 0
    row.paid[component] += taken
    gone[component] += taken
    row.in_advance_minor += taken * (on < row.due_on)
    row.late_minor += taken * (on > row.due_on)
    if row.open_minor == 0:
        row.completed_on = on
    return taken


def _timing(row: Row, on: date) -> Timing:
    if row.due_on < on:
        return Timing.PAST_DUE
    return Timing.DUE if row.due_on == on else Timing.IN_ADVANCE


def _steps(
    rows: Sequence[Row], components: Sequence[Component], *, by_component: bool
) -> Iterator[tuple[Row, Component]]:
    if by_component:
        yield from ((row, component) for component in components for row in rows)
    else:
        yield from ((row, component) for row in rows for component in components)


def _evenly(
    rows: Sequence[Row], left: Minor, components: Sequence[Component], gone: Parts, on: date
) -> Minor:
    """Give every row to come the same, the last ones the odd units, until all is given or nothing is owed."""
    for row, room in zip(rows, level(left, [row.open_minor for row in rows]), strict=True):
        share = room
        for component in components:
            share -= pay(row, component, share, gone, on=on)
        left -= room - share
    return left
