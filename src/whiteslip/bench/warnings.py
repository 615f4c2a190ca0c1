"""How long the indicators take over a made book with months of a past, each by itself, and looking ahead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from time import perf_counter
from typing import Any, Final

from whiteslip.bench.book import MadeBook, make_book
from whiteslip.bench.ground import Ground
from whiteslip.flows.look_ahead import look_ahead
from whiteslip.flows.warn_early import feel_signals, warn_early
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.sql import Sql
from whiteslip.kernel.calendar import add_months
from whiteslip.risk.signals.model import Evaluation, Why

sql = Sql(__package__)
LINES: Final = 1_000_000
MONTH_END: Final = date(2026, 8, 31)
PAST: Final = 12
STEPS: Final = (
    "spread_openings",
    "fill_month_ends",
    "note_month_ends",
    "fill_past_statements",
    "fill_past_repayments",
    "fill_recent_purchases",
    "fill_failed_debits",
    "fill_complaints",
    "fill_model",
    "fill_model_event",
    "fill_scores",
    "fill_weave",
    "fill_service_counts",
)
MOST_SECONDS: Final = 10.0
"""The indicators of a day take no longer together, a look of the fast ones none of it to speak of."""
MOST_FAST_SECONDS: Final = 1.0
LEAST_LOOKED_AT: Final = 0.9


@dataclass(frozen=True, slots=True)
class WarningsReport:
    """Seconds by indicator of a day, of one look of the fast ones, and of looking ahead over every line.

    `values` are what each indicator came to, or why it is unknown; `seen` are the lines by what was seen of them.
    """

    lines: int
    seconds: Mapping[str, float]
    values: Mapping[str, str]
    fast_seconds: float
    ahead_seconds: float
    ahead_workers: int
    seen: Mapping[str, int]
    faults: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Everything, in plain types."""
        return {**asdict(self), "indicators_seconds": round(sum(self.seconds.values()), 2)}


def bench_warnings(place: Ground, *, lines: int = LINES, workers: int = 2) -> WarningsReport:
    """Make a book on a server of its own, with a month just closed, and warn early of all of it."""
    with place.database() as dsn:
        book = make_book(dsn, lines, on=MONTH_END + timedelta(days=1), tell=place.tell)
        with Database(dsn, statement_timeout_ms=0, max_size=workers + 1) as database:
            for name in STEPS:
                place.tell(f"making a past: {name.replace('_', ' ')}")
                database.write(lambda db, name=name: _make(db, name))
            place.tell("vacuuming")
            with database.connect() as db:
                db.autocommit = True
                db.execute("VACUUM ANALYZE")
            return _warned(place, database, book, workers)


def _make(db: Connection, name: str) -> int:
    first_of = MONTH_END + timedelta(days=1)
    ends = [add_months(first_of, -number) - timedelta(days=1) for number in reversed(range(PAST))]
    return sql.run(db, name, business_date=MONTH_END, month_ends=arrays.dates(ends))


def _warned(place: Ground, database: Database, book: MadeBook, workers: int) -> WarningsReport:
    at = book.at
    place.tell("measuring the indicators")
    report = warn_early(database, at=at)
    begun = perf_counter()
    feel_signals(database, at=at)
    fast = perf_counter() - begun
    place.tell("looking ahead")
    begun = perf_counter()
    ahead = look_ahead(database, at=at, workers=workers)
    spent = perf_counter() - begun
    seconds = {name: round(one, 3) for name, one in report.seconds.items()}
    seen = {color.value: count for color, count in ahead.seen.items()}
    faults = _faults(report.evaluations, seconds, fast)
    if sum(seen.values()) < book.lines * LEAST_LOOKED_AT:  # all but the overdue ones
        faults.append(f"{sum(seen.values())} of {book.lines} lines were looked at")
    return WarningsReport(
        book.lines,
        seconds,
        {one.indicator: _told(one) for one in report.evaluations},
        round(fast, 3),
        round(spent, 2),
        workers,
        seen,
        tuple(faults),
    )


def _told(one: Evaluation) -> str:
    if one.why is not None:
        return f"unknown: {one.why}"
    return f"{one.color}, {one.value_ppm} ppm ({one.hits} of {one.out_of}) {one.detail}".strip()


def _faults(
    evaluations: tuple[Evaluation, ...], seconds: Mapping[str, float], fast: float
) -> list[str]:
    faults = [f"{one.indicator} was not measured" for one in evaluations if one.why is Why.FAILED]
    total = sum(seconds.values())
    if total > MOST_SECONDS:
        faults.append(f"the indicators took {total:.1f} s")
    if fast > MOST_FAST_SECONDS:
        faults.append(f"a look of the fast ones took {fast:.2f} s")
    return faults
