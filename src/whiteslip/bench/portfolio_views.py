"""How long the views of the portfolio take over a made book with a year of month ends, and keeping one more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from time import perf_counter
from typing import Any, Final

from whiteslip.bench.book import MadeBook, make_book
from whiteslip.bench.ground import Ground
from whiteslip.flows.end_of_day import end_of_day
from whiteslip.infra import arrays, business_day
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.planning import plan_afresh
from whiteslip.infra.sql import Sql
from whiteslip.kernel.calendar import add_months
from whiteslip.risk.portfolio.model import Standing
from whiteslip.views import effects, portfolio
from whiteslip.views.effects import EffectView
from whiteslip.views.portfolio import LossView, Recount, RollView

sql = Sql(__package__)
kept = Sql("whiteslip.money.arrears")
"""The very statements that end of day runs."""
LINES: Final = 1_000_000
MONTH_END: Final = date(2026, 8, 31)
PAST: Final = 12
"""Month ends before the one the bench closes itself."""
STEPS: Final = ("spread_openings", "fill_month_ends", "note_month_ends")
TIGHTENING: Final = ("fill_stops", "fill_refusals")
MOST_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class ViewsReport:
    """Seconds by view; `keep_seconds` is what end of day spends on keeping a month end, summed over its workers."""

    lines: int
    kept_rows: int
    keep_seconds: float
    seconds: dict[str, float]
    faults: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Everything, in plain types."""
        return asdict(self)


def bench_views(place: Ground, *, lines: int = LINES) -> ViewsReport:
    """Make a book on a server of its own, close a month end, and look at it in every way."""
    with place.database() as dsn:
        book = make_book(dsn, lines, on=MONTH_END, tell=place.tell)
        with Database(dsn, statement_timeout_ms=0) as database:
            place.tell("making a year of month ends")
            database.write(lambda db: _make_past(db, book.lines))
            place.tell("closing the month")
            report = end_of_day(database, at=book.at)
            place.tell("making a tightening")
            database.write(_make_tightening)
        with Database(dsn, statement_timeout_ms=0) as database:
            database.write(lambda db: db.execute("ANALYZE money.month_end"))
            place.tell("looking")
            return _looked(database, book, report.step_ms["keep month end"] / 1000)


def _make_past(db: Connection, lines: int) -> None:
    first_of = MONTH_END.replace(day=1)
    ends = [add_months(first_of, -number) - timedelta(days=1) for number in reversed(range(PAST))]
    for name in STEPS:
        sql.run(db, name, business_date=MONTH_END, month_ends=arrays.dates(ends))
    db.execute("ANALYZE money.month_end")
    size = business_day.read(db).range_size
    plan_afresh(db)
    for end in ends:
        for first in range(0, lines + 1, size):
            params = {"first": first, "last": first + size - 1, "month_end": end}
            before_on = end.replace(day=1) - timedelta(days=1)
            kept.run(db, "keep_month_moves", **params, before_on=before_on)
            kept.run(db, "keep_month_worst", **params)


def _make_tightening(db: Connection) -> None:
    for name in TIGHTENING:
        sql.run(db, name, business_date=MONTH_END)
    for table in ("risk.restriction", "risk.restriction_event", "money.purchase"):
        db.execute(f"ANALYZE {table}".encode())


def _looked(database: Database, book: MadeBook, keep_seconds: float) -> ViewsReport:
    seconds: dict[str, float] = {}

    def timed(name: str, look: Callable[[Connection], Any]) -> Any:
        begun = perf_counter()
        found = database.read(look)
        seconds[name] = round(perf_counter() - begun, 3)
        return found

    one: RollView = timed("rolls of a month", portfolio.show_rolls)
    year: RollView = timed("rolls of a year", lambda db: portfolio.show_rolls(db, months=PAST))
    timed("vintages", portfolio.show_vintages)
    timed("classes", portfolio.show_classes)
    effect: EffectView = timed(
        "effect of a tightening", lambda db: effects.show_effect(db, "reason:POL-01")
    )
    timed(
        "effect of a book against another",
        lambda db: effects.show_effect(db, "book:tightening:1", against="reason:POL-01"),
    )
    losses: LossView = timed("losses", portfolio.show_losses)
    again: Recount = timed("a month counted again", lambda db: portfolio.recount(db, months=1))
    (rows,) = database.read(
        lambda db: db.execute("SELECT count(*) FROM money.month_end").fetchall()
    )
    slow = [f"{name} took {spent:g} s" for name, spent in seconds.items() if spent > MOST_SECONDS]
    wrong = _wrong(one, year, losses, book.lines) + _odd_effect(effect)
    return ViewsReport(
        book.lines, rows[0], round(keep_seconds, 3), seconds, (*slow, *wrong, *again.odd)
    )


def _odd_effect(view: EffectView) -> list[str]:
    """Say what is not as the tightening was made: each line was refused two orders."""
    found = {figure.name: figure.value or 0 for figure in view.effect.figures}
    if not 0 < 2 * found["lines stopped"] == found["orders refused"]:
        return [f"{found['orders refused']} orders of {found['lines stopped']} lines"]
    return []


def _wrong(one: RollView, year: RollView, losses: LossView, lines: int) -> list[str]:
    """Say what does not fit: every line is somewhere, and losses are of all that is owed."""
    faults: list[str] = []
    if sum(flow.closing for flow in one.flows) != lines:
        faults.append("not every line is somewhere")
    if len(year.months) != PAST:
        faults.append(f"{len(year.months)} months were compared")
    owed = sum(flow.closing_minor for flow in one.flows if flow.standing != Standing.NOTHING_OWED)
    if any(each.total.owed_minor != owed for each in losses.losses):
        faults.append("losses are not of all that is owed")
    return faults
