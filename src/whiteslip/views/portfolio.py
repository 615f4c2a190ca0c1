"""The portfolio at its month ends: roll rates, flows of buckets, vintages and expected losses, as known by then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any, NamedTuple

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import InvalidInput, NotFound
from whiteslip.risk.portfolio import loss, rules
from whiteslip.risk.portfolio.loss import Exposure, Losses, LossTerms
from whiteslip.risk.portfolio.model import (
    Cohort,
    Flow,
    Move,
    Rate,
    Reached,
    Rolls,
    Standing,
    Vintage,
)

sql = Sql(__package__)
MOST_MONTHS = 36
"""So many moves from month end to month end are pooled at most: each reads the whole book."""


class RollView(NamedTuple):
    """Moves between month ends: the rates of all pooled, and the flows of the last."""

    months: tuple[Rolls, ...]
    rates: tuple[Rate, ...]
    flows: tuple[Flow, ...]


class VintageView(NamedTuple):
    """Vintages by month of opening, up to a month end; None where none is kept yet."""

    until: date | None
    vintages: tuple[Vintage, ...]


class LossView(NamedTuple):
    """Expected losses, then those of each scenario, at a month end; None where none is kept yet."""

    until: date | None
    months: int
    losses: tuple[Losses, ...]


@cache
def loss_terms() -> LossTerms:
    """Read the shipped parameters of losses, once."""
    file = resources.files("whiteslip.risk.portfolio") / "data" / "loss.toml"
    return loss.read_loss_terms(file.read_text("utf-8"))


def month_ends(db: Connection, *, until: date | None = None) -> tuple[date, ...]:
    """List the month ends that are kept, up to one of them; `NotFound` if that one is not."""
    kept = tuple(row.month_end for row in sql.many(db, "list_month_ends"))
    if until is None:
        return kept
    if until not in kept:
        known = f"the last is {kept[-1]}" if kept else "none is kept yet"
        raise NotFound(f"no month end is kept at {until}; {known}")
    return tuple(end for end in kept if end <= until)


def show_rolls(db: Connection, *, months: int = 1, until: date | None = None) -> RollView:
    """Show how lines moved over the last months that are kept; empty before two month ends are.

    A month end that is missing between two others breaks the chain: only neighbors a month apart are compared.
    """
    if not 1 <= months <= MOST_MONTHS:
        raise InvalidInput(f"between 1 and {MOST_MONTHS} months are pooled", where="months")
    pairs = [pair for pair in pairwise(month_ends(db, until=until)) if _are_neighbors(*pair)]
    shown = tuple(_rolls(db, *pair) for pair in pairs[-months:])
    return RollView(shown, rules.roll_rates(shown), rules.flows(shown[-1]) if shown else ())


def show_vintages(db: Connection, *, until: date | None = None) -> VintageView:
    """Show by month of opening how many lines had ever been past 30, 60 and 90 days at a month end."""
    ends = month_ends(db, until=until)
    if not ends:
        return VintageView(None, ())
    cohorts = [Cohort(*row) for row in sql.many(db, "list_cohorts", until=ends[-1])]
    reached = sql.many(db, "count_reached", until=ends[-1], over_days=arrays.ints(rules.OVER_DAYS))
    found = rules.vintages(cohorts, [Reached(*row) for row in reached], ends)
    return VintageView(ends[-1], found)


def show_losses(
    db: Connection, *, until: date | None = None, terms: LossTerms | None = None
) -> LossView:
    """Show what is expected to be lost of what lines owed at a month end, and what under stress.

    Chances of default come from the rolls of the months before, and from nothing after.
    """
    used = terms or loss_terms()
    ends = month_ends(db, until=until)
    if not ends:
        return LossView(None, 0, ())
    rolled = show_rolls(db, months=used.history_months, until=ends[-1])
    exposures = [
        Exposure(row.segment, rules.BUCKETS[row.bucket], row.lines, row.owed_minor)
        for row in sql.many(db, "sum_exposures", month_end=ends[-1])
    ]
    found = loss.expect(exposures, rolled.rates, used)
    return LossView(ends[-1], len(rolled.months), tuple(found))


def _rolls(db: Connection, before_on: date, after_on: date) -> Rolls:
    rows = sql.many(db, "count_moves", before_on=before_on, after_on=after_on)
    return Rolls(before_on, after_on, _moves(rows))


def _moves(rows: Sequence[Any]) -> tuple[Move, ...]:
    return tuple(
        Move(
            _standing(row.bucket_before),
            _standing(row.bucket_after),
            row.lines,
            row.owed_before_minor,
            row.owed_after_minor,
        )
        for row in rows
    )


def _standing(number: int | None) -> Standing:
    if number is None:
        return Standing.NOTHING_OWED
    return Standing.NOT_OPENED if number < 0 else rules.BUCKETS[number]


def _are_neighbors(before: date, after: date) -> bool:
    return rules.months_on_book(before.replace(day=1), after) == 1
