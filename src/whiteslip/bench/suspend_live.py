"""A policy through the whole platform: the model scores, the book goes live, a day is closed, the counts agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from time import perf_counter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from whiteslip.bench.releasing import release_book, release_model
from whiteslip.bench.suspend import Tried
from whiteslip.decisioning.models.model import Model
from whiteslip.decisioning.monitoring.stopped import LiveFigures
from whiteslip.decisioning.rulebooks.chunks import Column
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.flows.end_of_day import end_of_day
from whiteslip.flows.score_lines import score_lines
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.calendar import ZONE
from whiteslip.kernel.verdict import Outcome
from whiteslip.views.features import features_as_of
from whiteslip.views.judging import judge_columns
from whiteslip.views.watched import restricted_by

LEVELS: Final[Mapping[Outcome, int]] = {
    Outcome.WATCH: 1,
    Outcome.RESTRICT: 3,
    Outcome.SUSPEND: 4,
}
"""The level of each outcome that restricts; stated here once more, as what is measured is held against it."""
_ONE_DAY = timedelta(days=1)


def run_live(
    database: Database,
    tried: Tried,
    model: Model,
    *,
    held_out: Sequence[int],
    tell: Callable[[str], None],
) -> LiveFigures:
    """Close the decision day, score it, let the book of a split go live and close the next day.

    `held_out` are the customers the split held out, in the order of its verdicts. What the database restricts is
    held against the book judging the same facts outside of it.
    """
    seconds: dict[str, float] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        tell(f"through the database: {name}")
        begun = perf_counter()
        found = work()
        seconds[name] = round(perf_counter() - begun, 2)
        return found

    timed("close the day of the decision", lambda: end_of_day(database, at=_noon(database)))
    at = _noon(database)
    database.write(lambda db: release_model(db, model, at=at))
    report = timed("score lines", lambda: score_lines(database, model=model.name))
    timed(
        "release the book", lambda: database.write(lambda db: release_book(db, tried.book, at=at))
    )
    timed("close the next day", lambda: end_of_day(database, at=_noon(database)))
    on = database.read(business_day.read).current_on
    restricted = database.read(lambda db: restricted_by(db, "watch"))
    expected = database.read(lambda db: _expected(db, tried.book, on))
    stopped = {who for who, _, level in restricted if level == LEVELS[Outcome.SUSPEND]}
    called = np.asarray(held_out)[tried.suspended].tolist()
    return LiveFigures(
        policy=tried.thresholds.policy,
        scored=report.lines,
        judged_on=on.isoformat(),
        restricted=dict(Counter(rule for _, rule, _ in restricted)),
        expected=expected,
        suspended_held_out=len(stopped & set(held_out)),
        expected_held_out=len(called) if stopped.issuperset(called) else -1,
        seconds=seconds,
    )


def _expected(db: Connection, book: RuleBook, on: date) -> dict[str, int]:
    """Count by rule whom the book restricts, judged outside of the database over the facts of the morning."""
    names = [source.name for source in book.inputs]
    found = features_as_of(db, None, as_of=on, features=names)
    facts: dict[str, NDArray[Any]] = {name: found[name] for name in names}
    columns = {name: Column(values) for name, values in facts.items()}
    fired = judge_columns(book, columns, rows=len(found["customer_id"])).fired
    counts = {
        rule.id: int(np.count_nonzero(fired & np.uint64(book.mask(rule.id))))
        for rule in book.rules
        if rule.outcome in LEVELS
    }
    return {name: count for name, count in counts.items() if count}


def _noon(database: Database) -> datetime:
    on = database.read(business_day.read).current_on
    return datetime.combine(on + _ONE_DAY, time(12), tzinfo=ZONE)
