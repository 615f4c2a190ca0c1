"""A recorded portfolio run through the whole book, day by day, and held against the record."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import ceil
from time import perf_counter
from typing import Literal, TypeAlias

import numpy as np

from whiteslip.flows.check_books import check_books
from whiteslip.flows.end_of_day import end_of_day
from whiteslip.flows.found_book import found_book
from whiteslip.flows.import_facts import Fact, import_facts
from whiteslip.flows.open_book import BookedLine, open_book
from whiteslip.flows.record_outside_facts import record_outside_facts
from whiteslip.infra.database import Database
from whiteslip.kernel.calendar import ZONE
from whiteslip.world.comparison import compare
from whiteslip.world.expectation import Expectation
from whiteslip.world.facts import (
    act_dates,
    facts_of,
    purchases_above_limit,
    refunds_beyond_purchases,
)
from whiteslip.world.oracle_model import OracleTerms
from whiteslip.world.panel import Ints, Panel
from whiteslip.world.positions import read_positions, read_restrictions
from whiteslip.world.profiles import Profile
from whiteslip.world.result import Imported, ReplayResult
from whiteslip.world.staff import release_runs
from whiteslip.world.statuses import status_facts

Tell: TypeAlias = Callable[[str, int, int], None]
"""Told what is under way, how much of it is done, and how much there is."""

Look: TypeAlias = Callable[[int, date], None]
"""Shown the book on the statement date of a month, counted from 0, before anything of the next month happens."""

WORKERS = 2
_RANGES = WORKERS
_ONE_DAY = timedelta(days=1)


@dataclass(slots=True)
class _Run:
    """The replay under way on one database."""

    database: Database
    panel: Panel
    profile: Profile
    tell: Tell
    look: Look | None = None
    lines: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    imported: Imported = field(default_factory=Imported)
    positions: list[Ints] = field(default_factory=list[Ints])
    days: int = 0
    phase_seconds: dict[str, float] = field(default_factory=dict[str, float])
    step_seconds: dict[str, float] = field(default_factory=dict[str, float])

    @contextmanager
    def phase(self, name: str) -> Generator[None]:
        """Count the time of a block for a phase."""
        start = perf_counter()
        yield
        spent = perf_counter() - start
        self.phase_seconds[name] = self.phase_seconds.get(name, 0.0) + spent

    @property
    def customer_ids(self) -> list[int]:
        """The customers in the panel's order."""
        return [customer_id for customer_id, _ in self.lines]


def replay(
    database: Database,
    panel: Panel,
    profile: Profile,
    *,
    tell: Tell,
    oracle_terms: OracleTerms | None = None,
    look: Look | None = None,
) -> ReplayResult:
    """Replay a panel on an empty, migrated database, with the oracle in a process beside it."""
    start = perf_counter()
    facts = facts_of(panel)
    expectation = Expectation(facts, profile, oracle_terms or profile.oracle_terms)
    try:
        run = _Run(database, panel, profile, tell, look)
        run.imported.over_limit_net = purchases_above_limit(facts, panel)
        run.imported.refunds_beyond_purchases = refunds_beyond_purchases(facts)
        _open(run)
        _live(run, facts.payments_minor, facts.purchases_minor)
        with run.phase("wait for the oracle"):
            oracle = expectation.result()
    finally:
        expectation.close()
    return _judged(run, oracle, start)


def _judged(run: _Run, oracle: Ints, start: float) -> ReplayResult:
    run.tell("compare and check the books", 0, 1)
    book = np.stack(run.positions, axis=1)
    months = [month.label for month in run.profile.months]
    with run.phase("compare"):
        panel = run.panel
        found = compare(book, oracle, panel.bills_minor, ids=panel.ids, months=months)
    with run.phase("check the books"):
        books = run.database.read(check_books)
    restrictions = run.database.read(lambda db: read_restrictions(db, run.customer_ids))
    run.tell("compare and check the books", 1, 1)
    return ReplayResult(
        panel=panel,
        profile=run.profile,
        book=book,
        oracle=oracle,
        comparison=found,
        imported=run.imported,
        restrictions=tuple(restrictions),
        book_problems=() if books.clean else tuple(books.problems),
        days=run.days,
        phase_seconds=run.phase_seconds,
        step_seconds=run.step_seconds,
        seconds=perf_counter() - start,
    )


def _open(run: _Run) -> None:
    """Begin the book and move every customer in with limit and first balance."""
    profile, panel = run.profile, run.panel
    booked = [
        BookedLine(
            reference=str(reference),
            display_name=f"{reference}",
            language=profile.language,
            fixed_limit_minor=limit,
            statement_day=profile.statement_day,
            balance_minor=balance,
            product=profile.product,
        )
        for reference, limit, balance in zip(
            panel.ids.tolist(),
            panel.limits_minor.tolist(),
            panel.bills_minor[:, 0].tolist(),
            strict=True,
        )
    ]
    range_size = max(100, ceil(len(booked) / _RANGES))
    run.tell("open the book", 0, 1)
    at = _noon(profile.opening_on)
    with run.phase("open the book"):
        run.database.write(
            lambda db: found_book(db, on=profile.opening_on, at=at, range_size=range_size)
        )
        opened = run.database.write(lambda db: open_book(db, booked, at=at))
    run.lines = [(line.customer_id, line.line_id) for line in opened]
    run.tell("open the book", 1, 1)


def _live(run: _Run, payments: Ints, purchases: Ints) -> None:
    """Live through every day until the last statement, with the month's acts on their days."""
    profile = run.profile
    acts = {day: (True, month) for month, (day, _) in enumerate(act_dates(profile))}
    acts |= {day: (False, month) for month, (_, day) in enumerate(act_dates(profile))}
    closes = set(profile.statement_dates)
    day, last = profile.opening_on, profile.statement_dates[-1]
    total = (last - day).days
    while day < last:
        if day in acts:
            paying, month = acts[day]
            amounts = payments[:, month] if paying else purchases[:, month]
            with run.phase("import facts"):
                _import(run, amounts, paying=paying, on=day)
        with run.phase("close days"):
            _close(run, day)
        day += _ONE_DAY
        run.tell("live through the days", total - (last - day).days, total)
        if day in closes:
            with run.phase("record statuses"):
                _record_statuses(run, day, month=len(run.positions))
            with run.phase("read positions"):
                run.positions.append(_positions(run, day))
            if run.look is not None:
                run.look(len(run.positions) - 1, day)


def _record_statuses(run: _Run, day: date, *, month: int) -> None:
    facts = status_facts(run.panel, run.profile, run.customer_ids, month=month)
    run.database.write(lambda db: record_outside_facts(db, facts, at=_noon(day)))


def _positions(run: _Run, on: date) -> Ints:
    return run.database.read(lambda db: read_positions(db, run.customer_ids, on=on))


def _close(run: _Run, day: date) -> None:
    at = _noon(day + _ONE_DAY)
    report = end_of_day(run.database, at=at, workers=WORKERS)
    release_runs(run.database, at=at)
    run.days += 1
    for step, spent_ms in report.step_ms.items():
        run.step_seconds[step] = run.step_seconds.get(step, 0.0) + spent_ms / 1000


def _import(run: _Run, amounts: Ints, *, paying: bool, on: date) -> None:
    facts = [
        _fact(line, amount, paying=paying)
        for line, amount in zip(run.lines, amounts.tolist(), strict=True)
        if amount
    ]
    _count(run.imported, facts)
    at = _noon(on)

    def take(part: list[Fact]) -> int:
        return len(run.database.write(lambda db: import_facts(db, part, at=at)).over_limit)

    parts = [part for first in range(WORKERS) if (part := facts[first::WORKERS])]
    with ThreadPoolExecutor(WORKERS) as pool:
        run.imported.over_limit += sum(pool.map(take, parts))


def _fact(line: tuple[int, int], amount: int, *, paying: bool) -> Fact:
    kind: Literal["purchase", "refund", "repayment"]
    kind = "repayment" if paying else "purchase" if amount > 0 else "refund"
    return Fact(*line, kind=kind, amount_minor=abs(amount))


def _count(imported: Imported, facts: Sequence[Fact]) -> None:
    for fact in facts:
        match fact.kind:
            case "repayment":
                imported.repayments += 1
                imported.repaid_minor += fact.amount_minor
            case "purchase":
                imported.purchases += 1
                imported.purchased_minor += fact.amount_minor
            case _:
                imported.refunds += 1
                imported.refunded_minor += fact.amount_minor


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=ZONE)
