"""Watching a whole book: features, scores, the watch book and what follows; and news of one customer."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources
from multiprocessing.connection import Connection as Pipe
from typing import Any, Final

import numpy as np

from whiteslip.bench.book import MadeBook, make_book
from whiteslip.bench.ground import Ground
from whiteslip.bench.releasing import release_book, release_model
from whiteslip.bench.usage import Meter, Usage, peak_mb
from whiteslip.decisioning.features.model import OutsideFact
from whiteslip.decisioning.rulebooks.analysis import accept
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.samples.features import column_of
from whiteslip.decisioning.samples.model import Sample
from whiteslip.decisioning.scorecards.fitting import fit
from whiteslip.decisioning.scorecards.model import Scorecard
from whiteslip.flows.end_of_day import end_of_day
from whiteslip.flows.govern_runs import release_run
from whiteslip.flows.record_outside_facts import record_outside_facts
from whiteslip.flows.score_lines import score_lines
from whiteslip.flows.watch_customers import WatchReport, watch_customers, watch_everybody
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import Unavailable
from whiteslip.kernel.reason import ReasonCode
from whiteslip.views.features import features_as_of, known_features
from whiteslip.views.runs import waiting_runs
from whiteslip.views.watched import free_customers

LINES: Final = 1_000_000
WORKERS: Final = 2
EVENTS: Final = 10
"""As many as may take the buying from lines of any book on a day without people to release it."""
MOST_SECONDS: Final = 60.0
MOST_EVENT_SECONDS: Final = 2.0
LEARNED_FROM: Final = 20_000
"""So many lines teach the card; their endings are drawn from how the lines stand, as made books have none."""

BASE: Final = 11.5
"""The log-odds against a bad ending of a line with nothing against it."""

READ: Final = (
    "days_past_due",
    "late_days_12m",
    "billed_minor",
    "unpaid_statements_6",
    "principal_minor",
    "utilization",
    "utilization_average_6m",
    "utilization_highest_6m",
    "utilization_trend_6m",
    "purchases_90d",
    "spend_30d_minor",
    "average_purchase_180d_minor",
    "plan_share_180d",
    "days_since_purchase",
)
"""What the card is learned over: how late, how it is billed, how the limit is used, and what is bought."""


@dataclass(frozen=True, slots=True)
class WatchFigures:
    """One run over the whole book, and events of single customers; `seconds` is scoring and judging together.

    `cpu_seconds` is our processor time and PostgreSQL's for that, for judging once more and for the events: what
    other programs on the machine do adds to the seconds, and hardly to these.
    """

    lines: int
    seconds: float
    cpu_seconds: float
    peak_mb: float
    score_seconds: float
    watch_seconds: float
    again_seconds: float
    variables: int
    rules: int
    transitions: int
    events: int
    event_ms_median: float
    event_ms_most: float
    limits: str
    faults: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Everything, in plain types."""
        return {"bench": "watch", **asdict(self)}


def bench_watch(ground: Ground, *, lines: int) -> WatchFigures:
    """Make a book, learn a card, release card and book, and measure a run and events in a process of their own."""
    with ground.database() as dsn:
        book = make_book(dsn, lines, tell=ground.tell)
        with Database(dsn, max_size=WORKERS + 1, statement_timeout_ms=0) as database:
            ground.tell("closing a day, which settles the book")
            end_of_day(database, at=book.at, workers=WORKERS)
            ground.tell("learning a card")
            card = database.read(lambda db: learn_card(db, book))
            database.write(lambda db: release_model(db, card, at=book.at))
            database.write(lambda db: release_book(db, watch_book(), at=book.at))
        measured, usage = _measure(ground, dsn, book)
    return _figures(measured, usage, card)


def watch_book() -> RuleBook:
    """Read the book lines are judged by."""
    file = resources.files(__package__ or "") / "data" / "watch.toml"
    return accept(file.read_text("utf-8"), file="watch.toml", explained=tuple(ReasonCode))


def learn_card(db: Connection, book: MadeBook) -> Scorecard:
    """Learn a card from a part of the book; who is late, full or pays little is likelier drawn as bad."""
    ids = range(1, min(book.lines, LEARNED_FROM) + 1)
    found = features_as_of(db, ids, as_of=book.on, features=READ)
    declared = known_features()
    rng = np.random.default_rng(1)
    strain = 3.0 * (found["days_past_due"] > 0)
    for name in READ:  # each says something, so that the card reads as many as a real one
        values = np.nan_to_num(found[name])
        strain = strain + (declared[name].direction or 1) * (values > np.median(values))
    is_bad = rng.random(len(strain)) < 1 / (1 + np.exp(BASE - strain))
    columns = tuple(column_of(declared[name], found[name]) for name in READ)
    reasons = {name: reason for name in READ if (reason := declared[name].reason)}
    return fit(Sample(columns, is_bad), name="behavior", reasons=reasons).scorecard


@dataclass(frozen=True, slots=True)
class _Measured:
    lines: int
    score_s: float
    watch_s: float
    again_s: float
    transitions: int
    again: int
    events_s: tuple[float, ...]
    restricted: int
    cpu_s: float
    peak_mb: float


def _measure(ground: Ground, dsn: str, book: MadeBook) -> tuple[_Measured, Usage]:
    """Run it in a process of its own, so that its memory is its own."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_run, args=(dsn, book, theirs), daemon=True)
    process.start()
    theirs.close()
    meter = Meter(ground.pid)
    try:
        while not isinstance(told := ours.recv(), _Measured):
            ground.tell(str(told))
        usage = meter.read(elsewhere_s=told.cpu_s)
        ours.send("counted")
    except EOFError as error:
        raise Unavailable("the process that watched the book ended early; it said why") from error
    finally:
        process.join()
    return told, usage


def _run(dsn: str, book: MadeBook, pipe: Pipe[Any, Any]) -> None:
    at = book.at + timedelta(days=1)
    with Database(dsn, max_size=WORKERS + 1, statement_timeout_ms=0) as database:

        def timed(work: Callable[[], Any]) -> tuple[float, Any]:
            begun = time.perf_counter()
            return (found := work(), round(time.perf_counter() - begun, 2))[1], found

        pipe.send(f"scoring {book.lines:,} lines")
        score_s, scored = timed(lambda: score_lines(database, model="behavior", workers=WORKERS))
        pipe.send(f"watching {book.lines:,} lines")
        watch_s, watched = timed(lambda: _watch(database, at=at))
        peak = peak_mb()
        pipe.send("watching them once more, where nothing changes")
        again_s, again = timed(lambda: watch_everybody(database, at=at, workers=WORKERS))
        pipe.send("news of single customers")
        events, restricted = _events(database, at=at)
        cpu = time.process_time()
        pipe.send(
            _Measured(
                min(scored.lines, watched.lines),
                score_s,
                watch_s,
                again_s,
                watched.changed,
                again.changed,
                events,
                restricted,
                cpu,
                peak,
            )
        )
        pipe.recv()


def _watch(database: Database, *, at: datetime) -> WatchReport:
    """Judge everybody, and let two people release what that proposes."""
    report = watch_everybody(database, at=at, workers=WORKERS)
    for run in database.read(waiting_runs):
        for by in ("anna", "bo"):
            database.write(lambda db, run=run, by=by: release_run(db, run, by=by, note="", at=at))
    return report


def _events(database: Database, *, at: datetime) -> tuple[tuple[float, ...], int]:
    """Let a bureau tell of customers who are free, one after the other, until each is restricted; in seconds."""
    free = database.read(lambda db: free_customers(db, most=EVENTS))
    on = at.astimezone(UTC).date()
    spent: list[float] = []
    for customer_id in free:
        fact = OutsideFact(customer_id, "bureau_arrears_months", 4, on, on, "bureau")

        def learn(db: Connection, customer_id: int = customer_id, fact: OutsideFact = fact) -> None:
            record_outside_facts(db, [fact], at=at)
            watch_customers(db, [customer_id], at=at)

        begun = time.perf_counter()
        database.write(learn)
        spent.append(time.perf_counter() - begun)
    still = set(database.read(lambda db: free_customers(db, most=2**31 - 1)))
    return tuple(spent), len(set(free) - still)


def _figures(found: _Measured, usage: Usage, card: Scorecard) -> WatchFigures:
    ordered = sorted(found.events_s)
    seconds = round(found.score_s + found.watch_s, 2)
    faults: list[str] = []
    if found.restricted != len(ordered) or not ordered:
        faults.append(
            f"{found.restricted} of {len(ordered)} customers with bad news are restricted"
        )
    if found.again:
        faults.append(f"judging the same again changed {found.again} lines")
    if ordered and ordered[-1] > MOST_EVENT_SECONDS:
        faults.append(f"an event took {ordered[-1]:.1f} s, more than {MOST_EVENT_SECONDS:g}")
    if seconds > MOST_SECONDS * max(1.0, found.lines / LINES):
        faults.append(f"it took {seconds:g} s, more than {MOST_SECONDS:g}")
    return WatchFigures(
        lines=found.lines,
        seconds=seconds,
        cpu_seconds=round(usage.ours_s + usage.database_s, 1),
        peak_mb=found.peak_mb,
        score_seconds=found.score_s,
        watch_seconds=found.watch_s,
        again_seconds=found.again_s,
        variables=len(card.variables),
        rules=len(watch_book().rules),
        transitions=found.transitions,
        events=len(ordered),
        event_ms_median=round(ordered[len(ordered) // 2] * 1000, 1) if ordered else 0.0,
        event_ms_most=round(ordered[-1] * 1000, 1) if ordered else 0.0,
        limits=usage.limits,
        faults=tuple(faults),
    )
