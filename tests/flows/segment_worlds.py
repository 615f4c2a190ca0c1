"""A book with a segment of the self-employed, whose month ends are kept as a test wants them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from tests.builders import Book, founded, noon

from whiteslip.decisioning.features.model import OutsideFact
from whiteslip.flows.judge_segments import SegmentsReport, judge_segments
from whiteslip.flows.record_macro import NewValue, record_macro
from whiteslip.flows.record_outside_facts import record_outside_facts
from whiteslip.flows.tighten_segments import (
    AdvanceReport,
    Command,
    Done,
    Saying,
    advance_tightenings,
    say_of_tightenings,
)
from whiteslip.infra.database import Database
from whiteslip.kernel.calendar import ONE_DAY, add_months
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.money.lines.model import LineKey
from whiteslip.risk.segments import store
from whiteslip.risk.segments.model import Catalog, Measure, Outcome
from whiteslip.risk.tightenings.model import Tightening
from whiteslip.risk.tightenings.store import list_tightenings

NAME = "self_employed"
LAST_END = date(2026, 7, 31)
LONG_AGO = date(2024, 1, 1)

KEEP = b"""
    INSERT INTO money.month_end (customer_id, line_id, owed_minor, overdue_minor, month_end, days_past_due)
    SELECT owner, line, 10000, 0, %(month_end)s::date, CASE WHEN place <= %(late)s::integer THEN 10 ELSE 0 END
    FROM unnest(%(owners)s::bigint[], %(lines)s::bigint[]) WITH ORDINALITY AS given (owner, line, place)
    ON CONFLICT DO NOTHING
"""
DUES = b"""
    INSERT INTO money.statement (
        customer_id, line_id, statement_on, due_on, previous_minor, charged_minor, credited_minor, balance_minor,
        credited_total_minor, minimum_minor, pay_later_minor, pay_later_minimum_minor
    )
    SELECT customer_id, line_id, day, day + 20, 0, 0, 0, 0, 0, 1, 0, 0
    FROM money.line
    CROSS JOIN generate_series(0, 4) AS month
    CROSS JOIN LATERAL (SELECT (%(first_on)s::date + month * interval '1 month')::date AS day) AS d
"""
CLOSED = b"""
    INSERT INTO infra.day_range (business_date, range_no, step_ms)
    VALUES (%(month_end)s::date, 0, '{"keep month end": 1}')
    ON CONFLICT DO NOTHING
"""


def end_before(month_end: date, months: int) -> date:
    """The month end so many months before one."""
    return add_months(month_end.replace(day=1), 1 - months) - ONE_DAY


class World:
    """People of the segment, others beside them, and months that were kept of both."""

    def __init__(
        self,
        database: Database,
        *,
        people: int = 60,
        others: int = 10,
        book: Book | None = None,
        **changes: Any,
    ) -> None:
        self.book: Book = book or founded(database, on=LAST_END)
        self.last_end = LAST_END if book is None else self.book.today - ONE_DAY
        self.book.grant_all()
        self.segment = [self.book.line() for _ in range(people)]
        self.others = [self.book.line() for _ in range(others)]
        long_ago = {"on": LONG_AGO}
        query = b"UPDATE money.line SET opened_on = %(on)s"
        self.book.write(lambda db: db.execute(query, long_ago).rowcount)
        self.tell_employment()
        if book is None:
            self.book.close_day()
        self.catalog = catalog(people, **changes)

    def tell_employment(self, on: date | None = None) -> None:
        """Let it be known who is self-employed; a fact counts for a year."""
        told_on = on or self.last_end - timedelta(days=319)
        facts = [
            OutsideFact(key.customer_id, "employment", word, told_on, told_on, "a form")
            for keys, word in ((self.segment, "self_employed"), (self.others, "employed"))
            for key in keys
        ]
        at = self.book.at
        self.book.write(lambda db: record_outside_facts(db, facts, at=at))

    def months(self, late: Sequence[int]) -> None:
        """Keep month ends up to the last, in which so many of the segment turned overdue; each began current."""
        until = self.last_end
        for place, count in enumerate(reversed(late)):
            self.month(end_before(until, place), count)
        self.month(end_before(until, len(late)), 0)

    def month(self, month_end: date, late: int) -> None:
        """Keep one month end. Late ones are the first of the segment, and none was late the month before."""
        keys = self.segment
        begin = month_end.month % 2 * (len(keys) // 2)
        turned = keys[begin:] + keys[:begin]

        def keep(db: object) -> None:
            for query, rows in ((KEEP, turned), (CLOSED, [])):
                given = {
                    "month_end": month_end,
                    "late": late,
                    "owners": [key.customer_id for key in rows],
                    "lines": [key.line_id for key in rows],
                }
                db.execute(query, given)  # pyright: ignore

        self.book.write(keep)

    def macro(self, value: int, *, of_on: date = LAST_END) -> None:
        """Let the services index be learned."""
        at = self.book.at
        learned = [NewValue("services_index", of_on, value * 1_000_000, of_on)]
        self.book.write(lambda db: record_macro(db, learned, source="test", by="Mia", at=at))

    def pay_on_time(self) -> None:
        """Let every line have had five dues and paid each, so that its tier may join campaigns."""
        first_on = {"first_on": add_months(self.last_end.replace(day=5), -6)}
        self.book.write(lambda db: db.execute(DUES, first_on).rowcount)

    def judge(self) -> SegmentsReport:
        """Judge the segments."""
        return judge_segments(self.book.database, at=self.book.at, chosen=self.catalog)

    def advance(self) -> AdvanceReport:
        """Do a day's work on the tightenings."""
        return advance_tightenings(self.book.database, at=self.book.at, chosen=self.catalog)

    def say(
        self, command: Command, by: str, number: int = 1, *, note: str = "seen"
    ) -> Done | WhiteslipError:
        """Say something of a tightening."""
        at, asked = self.book.at, [Saying(number, command, by, note)]
        return self.book.write(
            lambda db: say_of_tightenings(db, asked, at=at, chosen=self.catalog)
        )[0]

    def tightening(self) -> Tightening:
        """The latest tightening."""
        return self.book.database.read(list_tightenings)[0]

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Ask the database."""
        return self.book.database.read(lambda db: db.execute(query.encode()).fetchall())

    def restricted(self) -> set[LineKey]:
        """The lines on which a restriction of a segment is in force."""
        query = "SELECT customer_id, line_id FROM risk.restriction WHERE book = 'segments' AND in_force > 0"
        return {LineKey(*row) for row in self.rows(query)}  # pyright: ignore

    def arm(self, arm: str) -> set[LineKey]:
        """The lines in an arm."""
        query = f"SELECT customer_id, line_id FROM risk.tightening_member WHERE arm = '{arm}'"
        return {LineKey(*row) for row in self.rows(query)}  # pyright: ignore


def catalog(people: int, **changes: Any) -> Catalog:
    """The shipped segments, of which the self-employed alone are followed, however few."""
    shipped = store.catalog()
    segment = shipped.segments[NAME]._replace(
        least_count=people // 3,
        measures=(Measure.ROLL_TO_OVERDUE,),
        outcome=Outcome.LIMIT_SHARE,
        **changes,
    )
    rollout = shipped.rollout._replace(holdout_ppm=200_000)
    return shipped._replace(segments={NAME: segment}, rollout=rollout)


__all__ = ["LAST_END", "NAME", "Command", "World", "catalog", "end_before", "noon"]
