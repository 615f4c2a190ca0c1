"""How the book, drafts and runs stand to the risk appetite, and what is recorded to solve cut-offs from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np

from whiteslip.decisioning.rulebooks.store import blast_guard
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.money import decimal_text
from whiteslip.risk.appetite import rules, store
from whiteslip.risk.appetite.life import Version
from whiteslip.risk.appetite.model import Appetite, Checked, Figure, Kind, Measure, Subject, Why
from whiteslip.risk.appetite.reading import read_appetite, read_method
from whiteslip.risk.appetite.rules import percent, tell
from whiteslip.risk.appetite.solving import Bounds, Cases, Method, bounds_of
from whiteslip.risk.portfolio.loss import BASE
from whiteslip.risk.runs.model import Run
from whiteslip.views.endings import Ending, follow
from whiteslip.views.features import features_as_of
from whiteslip.views.liquidity import show_liquidity
from whiteslip.views.portfolio import show_losses
from whiteslip.views.runs import waiting_runs

__all__ = [
    "AppetiteView",
    "check_book",
    "check_draft",
    "check_run",
    "in_force",
    "percent",
    "read_appetite",
    "read_method",
    "scored_cases",
    "show",
    "solving_bounds",
    "solving_method",
    "tell",
]

sql = Sql(__package__)

SCORE: Final = "default_probability"
_OWED: Final = "principal_minor"


class AppetiteView(NamedTuple):
    """The version in force, if there is one, every version, and how the book and the runs that wait stand to it."""

    appetite: Appetite | None
    versions: tuple[Version, ...]
    checked: tuple[Checked, ...]


def show(db: Connection) -> AppetiteView:
    """Show the appetite, and the book and every waiting run held against it."""
    checked = [check_book(db), *(store.check_run(db, run) for run in waiting_runs(db))]
    return AppetiteView(store.find_in_force(db), tuple(store.read_versions(db)), tuple(checked))


def in_force(db: Connection) -> Appetite | None:
    """Return the version in force; None before two people published one."""
    return store.find_in_force(db)


def check_run(
    db: Connection, book: str, version: int, on: date, *, appetite: Appetite | None = None
) -> Checked:
    """Hold a run of the watch against an appetite, or the one in force."""
    return store.check_run(db, Run(book, version, on), appetite=appetite)


def check_draft(
    db: Connection, book: str, version: int, *, appetite: Appetite | None = None
) -> Checked:
    """Hold a version of a rule book against an appetite, or the one in force, by its last back-test."""
    return store.check_draft(db, book, version, appetite=appetite)


def check_book(db: Connection, *, appetite: Appetite | None = None) -> Checked:
    """Hold the book of lines against an appetite, or the one in force; nobody passes the book itself."""
    subject, used = Subject(Kind.BOOK), appetite or store.find_in_force(db)
    if used is None:
        return Checked(subject, None, ())
    figures = [
        *_losses(db, used),
        _suspended(db),
        _largest(Measure.PRODUCT_SHARE, sql.many(db, "sum_owed_by_product")),
        _largest(Measure.BAND_SHARE, _bands(db, used.band_edges_minor)),
        _largest(Measure.MERCHANT_SHARE, sql.many(db, "sum_owed_by_merchant")),
        _coverage(db),
    ]
    wanted, needed = rules.MEASURES[Kind.BOOK], blast_guard().releases
    return rules.check(subject, figures, used, wanted=wanted, needed=needed)


def solving_method() -> Method:
    """Return how cut-offs are solved, as shipped."""
    return store.method()


def solving_bounds(appetite: Appetite) -> Bounds:
    """Return the limits that a cut-off is solved from."""
    return bounds_of(appetite, lost_ppm=store.lost_ppm())


def scored_cases(db: Connection, *, as_of: date, ending: Ending) -> Cases:
    """Return the lines that had a score on a day and whose ending is known since, with what they owed then.

    The score was given before the ending, so it has seen none of it. Without any it is `InvalidInput`.
    """
    found = features_as_of(db, None, as_of=as_of, features=[SCORE, _OWED])
    score = found[SCORE].astype(np.float64)
    days = np.full(len(score), np.datetime64(as_of, "D"))
    is_bad, is_mature = follow(db, found["customer_id"], found["line_id"], days, ending=ending)
    rows = np.flatnonzero(is_mature & ~np.isnan(score))
    if not len(rows):
        text = f"no line had a score on {as_of} and an ending within {ending.within_days} days"
        raise InvalidInput(text, where="as_of")
    owed = np.nan_to_num(found[_OWED]).astype(np.int64)
    return Cases(score[rows], owed[rows], is_bad[rows])


def _losses(db: Connection, appetite: Appetite) -> list[Figure]:
    """Take what is expected to be lost, and what under the appetite's scenario, of all that lines owe."""
    view = show_losses(db)
    wanted = ((Measure.EXPECTED_LOSS, BASE), (Measure.STRESSED_LOSS, appetite.scenario))
    if view.until is None:
        return [rules.unknown(measure, Why.NO_MONTH_END) for measure, _ in wanted]
    totals = {one.scenario: one.total for one in view.losses}
    return [
        Figure(
            measure,
            totals[name].loss_minor,
            totals[name].owed_minor,
            totals[name].lines,
            f"{view.until}",
        )
        if name in totals
        else rules.unknown(measure, Why.ABSENT)
        for measure, name in wanted
    ]


def _suspended(db: Connection) -> Figure:
    row = sql.one(db, "count_suspended")
    return Figure(Measure.SUSPENDED, row.suspended, row.lines, row.lines)


def _coverage(db: Connection) -> Figure:
    """Take the coverage of the forecast of the day closed last; below 0 it is 0, an older forecast says nothing."""
    view = show_liquidity(db)
    last = view.last
    if view.why is not None or last is None or last.least_minor is None or not last.floor_minor:
        return rules.unknown(Measure.LIQUIDITY_COVERAGE, Why.ABSENT)
    return Figure(Measure.LIQUIDITY_COVERAGE, max(0, last.least_minor), last.floor_minor, 1)


def _bands(db: Connection, edges: Sequence[int]) -> list[Any]:
    rows = sql.many(db, "sum_owed_by_band", edges_minor=arrays.bigints(edges))
    named = [f"up to {decimal_text(edge)}" for edge in edges]
    names = [*named, f"above {decimal_text(edges[-1])}"]
    return [_Part(names[row.band], row.owed_minor, row.lines) for row in rows]


class _Part(NamedTuple):
    part: str
    owed_minor: int
    lines: int


def _largest(measure: Measure, rows: Sequence[Any]) -> Figure:
    """Take the largest part of what is owed; what belongs to no part counts in the whole alone."""
    named = [row for row in rows if row.part]
    whole = sum(row.owed_minor for row in rows)
    lines = sum(row.lines for row in rows)
    if not named or not whole:
        return rules.unknown(measure, Why.ABSENT, cases=lines)
    first = max(named, key=lambda row: row.owed_minor)
    return Figure(measure, first.owed_minor, whole, lines, first.part)
