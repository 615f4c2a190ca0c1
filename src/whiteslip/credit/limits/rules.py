"""Assigning a limit."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from whiteslip.credit.limits.model import Bound, Offer, Table
from whiteslip.kernel.errors import invariant
from whiteslip.kernel.money import Minor


def risk_band(table: Table, probability: float) -> int:
    """Find the band of a probability of default, 0 to 1; bands count from 0, the best."""
    invariant(isfinite(probability) and 0 <= probability <= 1, "a probability is from 0 to 1")
    return next(
        index for index, band in enumerate(table.risk_bands) if probability <= band.most_probability
    )


def ladder(table: Table, *, on_time_dues: int, is_starter: bool) -> Minor:
    """Tell the most a customer may have who has paid so many dues on time."""
    reached = [rung for rung in table.rungs if rung.on_time_dues <= on_time_dues][-1]
    return reached.starter_minor if is_starter else reached.limit_minor


def assign(
    table: Table,
    *,
    probability: float | None,
    carried_minor: Sequence[Minor],
    requested_minor: Minor,
    on_time_dues: int,
    is_starter: bool,
) -> Offer:
    """Offer the smallest of what is asked, what the table gives and what the rung allows; `carried_minor` is by band.

    A limit stands in the table if the affordability band it leads to has a cell that large. Rounded down to whole
    steps; below the smallest line there is no offer. Without a probability there is none either, bounded by
    `UNKNOWN`: that is nobody's refusal, a person has to look.
    """
    if probability is None:
        return Offer(0, Bound.UNKNOWN, None)
    row = risk_band(table, probability)
    given = _given(table, row, carried_minor)
    best = _given(table, 0, carried_minor)
    bounds = (
        (requested_minor, Bound.REQUESTED),
        (given, Bound.CAPACITY if given == best else Bound.RISK),
        (ladder(table, on_time_dues=on_time_dues, is_starter=is_starter), Bound.LADDER),
    )
    most, bound = min(bounds, key=lambda one: one[0])
    offered = most - most % table.step_minor
    return Offer(
        offered if offered >= table.smallest_minor else 0, bound, table.risk_bands[row].name
    )


def _given(table: Table, row: int, carried_minor: Sequence[Minor]) -> Minor:
    return max(map(min, table.cells[row], carried_minor))
