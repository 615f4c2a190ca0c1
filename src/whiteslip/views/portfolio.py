"""The portfolio at its month ends: roll rates, flows of buckets, vintages and expected losses, as known by then."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib import resources
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import InvalidInput, NotFound
from whiteslip.money.arrears import store as arrears
from whiteslip.risk.macro import store as macro
from whiteslip.risk.portfolio import loss, rules, store
from whiteslip.risk.portfolio.classes import AssetClass, Stage
from whiteslip.risk.portfolio.economy import Dated, Economy, SeriesSource, economy
from whiteslip.risk.portfolio.loss import Exposure, Losses, LossTerms
from whiteslip.risk.portfolio.model import (
    Classed,
    ClassSum,
    Cohort,
    Flow,
    Move,
    Rate,
    Rolls,
    Standing,
    Vintage,
    Worst,
)

sql = Sql(__package__)

_MOST_VALUES, _MICRO = 600, 1_000_000
MOST_MONTHS = 36
"""So many moves from month end to month end are pooled at most: three years are more than one economy."""
_STANDINGS = tuple(Standing)
"""By place, as `money.month_move` numbers them."""


class RollView(NamedTuple):
    """Moves between month ends: the rates of all pooled, and the flows of the last."""

    months: tuple[Rolls, ...]
    rates: tuple[Rate, ...]
    flows: tuple[Flow, ...]


class VintageView(NamedTuple):
    """Vintages by month of opening, up to a month end; None where none is kept yet."""

    until: date | None
    vintages: tuple[Vintage, ...]


class ClassView(NamedTuple):
    """Classes and stages of what was owed at a month end; None before the first, no cells where it was not classed.

    `causes` are the stages with why a line is not in a better one, or that this is unknown for want of scores.
    """

    until: date | None
    terms_version: int | None
    classes: tuple[ClassSum, ...]
    stages: tuple[ClassSum, ...]
    causes: tuple[ClassSum, ...]
    cells: tuple[Classed, ...]


class Recount(NamedTuple):
    """The month ends that were counted again, and each sum that is kept otherwise."""

    month_ends: tuple[date, ...]
    odd: tuple[str, ...]


class LossView(NamedTuple):
    """Expected losses, then those of each scenario, at a month end; None where none is kept yet.

    `economy` says by which path its scenario was made, or why there is none.
    """

    until: date | None
    months: int
    losses: tuple[Losses, ...]
    economy: Economy | None = None


@cache
def loss_terms() -> LossTerms:
    """Read the shipped parameters of losses, once."""
    file = resources.files("whiteslip.risk.portfolio") / "data" / "loss.toml"
    return loss.read_loss_terms(file.read_text("utf-8"))


def month_ends(db: Connection, *, until: date | None = None) -> tuple[date, ...]:
    """List the month ends that are kept, up to one of them; `NotFound` if that one is not."""
    kept = arrears.list_month_ends(db)
    if until is None:
        return kept
    if until not in kept:
        known = f"the last is {kept[-1]}" if kept else "none is kept yet"
        raise NotFound(f"no month end is kept at {until}; {known}")
    return tuple(end for end in kept if end <= until)


def show_rolls(
    db: Connection, *, months: int = 1, until: date | None = None, product: str | None = None
) -> RollView:
    """Show how lines, of one product or all, moved over the last months; empty before two month ends are kept.

    A month end that is missing between two others breaks the chain: only neighbors a month apart are compared.
    """
    if not 1 <= months <= MOST_MONTHS:
        raise InvalidInput(f"between 1 and {MOST_MONTHS} months are pooled", where="months")
    _need_product(db, product)
    pairs = [pair for pair in pairwise(month_ends(db, until=until)) if _are_neighbors(*pair)]
    shown = _rolls(db, pairs[-months:], product)
    return RollView(shown, rules.roll_rates(shown), rules.flows(shown[-1]) if shown else ())


def show_vintages(
    db: Connection, *, until: date | None = None, product: str | None = None
) -> VintageView:
    """Show by month of opening how many lines had ever been past 30, 60 and 90 days at a month end."""
    _need_product(db, product)
    ends = month_ends(db, until=until)
    if not ends:
        return VintageView(None, ())
    cohorts = sql.many(db, "list_cohorts", until=ends[-1], product=product)
    worst = [
        Worst(
            row.opened_in,
            row.month_end,
            _STANDINGS[row.place_before],
            _STANDINGS[row.place_after],
            row.lines,
        )
        for row in sql.many(db, "sum_worst", until=ends[-1], product=product)
    ]
    found = rules.vintages([Cohort(*row) for row in cohorts], rules.reached(worst), ends)
    return VintageView(ends[-1], found)


def show_losses(
    db: Connection,
    *,
    until: date | None = None,
    terms: LossTerms | None = None,
    series: SeriesSource | None = None,
) -> LossView:
    """Show what is expected to be lost of what lines owed at a month end, and what under stress.

    Chances of default come from the rolls of the months before, and from nothing after. The economy is the series as
    it was known on the month end, by `series` or as this book keeps it; without one it is unknown, and said to be.
    """
    used, known = terms or loss_terms(), series or _kept_series(db)
    ends = month_ends(db, until=until)
    if not ends:
        return LossView(None, 0, ())
    rolled = show_rolls(db, months=used.history_months, until=ends[-1])
    foreseen = economy(
        used.economy,
        known(used.economy.series, known_on=ends[-1]),
        until=ends[-1],
        history=max(1, len(rolled.months)),
        months=used.stage_2_months,
    )
    found = loss.expect(_exposures(db, ends[-1]), rolled.rates, used, foreseen)
    return LossView(ends[-1], len(rolled.months), tuple(found), foreseen)


def _kept_series(db: Connection) -> SeriesSource:
    def known(name: str, *, known_on: date) -> Dated | None:
        if name not in macro.declared().series:
            return None
        values = macro.list_values(db, name, known_on=known_on, most=_MOST_VALUES)
        return [(one.of_on, one.value_micro / _MICRO) for one in values] or None

    return known


def recount(db: Connection, *, until: date | None = None, months: int = MOST_MONTHS) -> Recount:
    """Count the last month ends again, up to one of them, and say what is kept otherwise.

    Each is a reading of the whole book.
    """
    ends = month_ends(db, until=until)[-months:]
    odd = [row for end in ends for row in arrears.odd_month_sums(db, end)]
    odd += [row for end in ends for row in store.odd_month_classes(db, end)]
    told = [", ".join(f"{name} {value}" for name, value in row._asdict().items()) for row in odd]
    return Recount(ends, tuple(told))


def show_classes(
    db: Connection, *, until: date | None = None, product: str | None = None
) -> ClassView:
    """Show by asset class and by stage what lines owed at a month end, and why a line is not better placed."""
    _need_product(db, product)
    ends = month_ends(db, until=until)
    if not ends:
        return ClassView(None, None, (), (), (), ())
    cells = _classed(db, ends[-1], product)
    by_class = sorted(cells, key=lambda cell: cell.asset_class)
    by_stage = sorted(cells, key=lambda cell: (cell.stage, cell.stage_why))
    return ClassView(
        ends[-1],
        max((cell.terms_version for cell in cells), default=None),
        rules.class_sums(by_class, lambda cell: cell.asset_class.label),
        rules.class_sums(by_stage, lambda cell: f"stage {cell.stage}"),
        rules.class_sums(by_stage, lambda cell: f"stage {cell.stage}: {cell.stage_why}"),
        tuple(cells),
    )


def _classed(db: Connection, month_end: date, product: str | None = None) -> list[Classed]:
    return [
        Classed(row.product, _STANDINGS[row.place], AssetClass(row.asset_class), *row[3:])
        for row in sql.many(db, "sum_classes", month_end=month_end, product=product)
    ]


def _exposures(db: Connection, month_end: date) -> list[Exposure]:
    """Sum what is owed by product, bucket and stage; by days past due alone where stages were not kept."""
    lines: Counter[tuple[str, Standing, Stage | None]] = Counter()
    owed: Counter[tuple[str, Standing, Stage | None]] = Counter()
    for cell in _classed(db, month_end):
        lines[cell.product, cell.standing, cell.stage] += cell.lines
        owed[cell.product, cell.standing, cell.stage] += cell.owed_minor
    if not lines:
        ends = arrays.dates([month_end])
        for row in sql.many(db, "sum_moves", month_ends=ends, product=None):
            where = _standing(row.place_after)
            if where in rules.BUCKETS:
                lines[row.product, where, None] += row.lines
                owed[row.product, where, None] += row.owed_after_minor
    ordered = sorted(lines, key=lambda cell: (cell[0], _STANDINGS.index(cell[1]), cell[2] or 0))
    return [
        Exposure(product, where, lines[cell], owed[cell], stage)
        for cell in ordered
        for product, where, stage in [cell]
    ]


def _rolls(
    db: Connection, pairs: Sequence[tuple[date, date]], product: str | None
) -> tuple[Rolls, ...]:
    moved: defaultdict[date, list[Any]] = defaultdict(list)
    ends = arrays.dates([after for _, after in pairs])
    for row in sql.many(db, "sum_moves", month_ends=ends, product=product):
        moved[row.month_end].append(row)
    return tuple(Rolls(before, after, _moves(moved[after])) for before, after in pairs)


def _moves(rows: Sequence[Any]) -> tuple[Move, ...]:
    """Sum rows of several products to one move a pair of places."""
    return tuple(
        Move(
            _STANDINGS[before],
            _STANDINGS[after],
            sum(row.lines for row in group),
            sum(row.owed_before_minor for row in group),
            sum(row.owed_after_minor for row in group),
        )
        for (before, after), found in groupby(
            rows, key=lambda row: (row.place_before, row.place_after)
        )
        for group in [list(found)]
    )


def _standing(place: int) -> Standing:
    return _STANDINGS[place]


def _need_product(db: Connection, name: str | None) -> None:
    if name is not None and sql.maybe(db, "find_product", name=name, version=None) is None:
        raise NotFound(f"there is no product {name!r}")


def _are_neighbors(before: date, after: date) -> bool:
    return rules.months_on_book(before.replace(day=1), after) == 1
