"""Judge segments: measure their month ends, hold them against their control limits, and have them moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from whiteslip.flows.judge_segments.propose import propose_asked
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.calendar import add_months
from whiteslip.money.ledger.store import last_customer
from whiteslip.risk.macro import store as macro
from whiteslip.risk.macro.model import Declared, Standing
from whiteslip.risk.runs import rules as runs
from whiteslip.risk.segments import charts, rules, store
from whiteslip.risk.segments.model import (
    Catalog,
    Judged,
    Level,
    Measure,
    Month,
    Segment,
)
from whiteslip.risk.segments.rules import Spoken
from whiteslip.risk.tightenings.model import Tightening

_FIRST_OF_MONTH = 1


class SegmentsReport(NamedTuple):
    """How the segments stood at the last month end, None before there was one, and what was proposed for them."""

    month_end: date | None
    spoken: Mapping[str, Spoken]
    judged: Mapping[str, Sequence[Judged]]
    proposed: tuple[Tightening, ...]


def judge_segments(
    database: Database,
    *,
    at: datetime,
    chosen: Catalog | None = None,
    declared: Declared | None = None,
) -> SegmentsReport:
    """Measure and judge every month end that is not yet, and propose what the last one asks for.

    Who was in a segment is told as of the month end before, from what was known then. What was measured and judged
    stays; run again, it does what is left.
    """
    catalog = chosen or store.catalog()
    ends = database.read(store.find_month_ends)
    pairs = [pair for pair in pairwise(ends) if _are_neighbors(*pair)]
    recent = pairs[-catalog.chart.history_months :]
    if not recent:
        return SegmentsReport(None, {}, {}, ())
    for before_on, after_on in recent:
        _measure(database, catalog, before_on, after_on)
    until = recent[-1][1]
    database.write(partial(_judge, catalog=catalog, until=until, at=at))
    judged = database.read(partial(store.list_judgments, version=catalog.version, until=until))
    last = {name: found[until] for name, found in judged.items() if until in found}
    on = database.read(business_day.read).closed_on
    environment = database.read(partial(macro.find_known, known_on=on, chosen=declared))
    spoken = {
        name: rules.speak_of(
            segment,
            judged.get(name, {}),
            _standing(segment, environment),
            catalog.loosening,
            until=until,
        )
        for name, segment in catalog.segments.items()
    }
    propose = partial(propose_asked, catalog=catalog, spoken=spoken, judged=last, at=at)
    proposed = database.write(propose)
    return SegmentsReport(until, spoken, last, tuple(proposed))


def _measure(database: Database, catalog: Catalog, before_on: date, after_on: date) -> None:
    """Measure what is missing of one month end, range by range of customers."""
    kept = database.read(partial(store.list_months, version=catalog.version, until=after_on))
    missing = {
        name: one
        for name, one in catalog.segments.items()
        if not all(
            any(month.month_end == after_on for month in kept.get((name, measure), ()))
            for measure in one.measures
        )
    }
    if not missing:
        return
    books = store.conditions((name, one.when) for name, one in missing.items())
    counts = {(name, each): (0, 0) for name, one in missing.items() for each in one.measures}
    most = database.read(last_customer)
    for first in range(0, most + 1, store.AT_ONCE):
        customers = range(first, first + store.AT_ONCE)

        def count(db: Connection, customers: range = customers) -> None:
            inside = store.split_lines(db, books, customers, as_of=before_on)
            for name, keys in inside.items():
                found = store.count_measures(db, keys, before_on=before_on, after_on=after_on)
                for measure in missing[name].measures:
                    hits, out_of = counts[name, measure]
                    more = found[measure]
                    counts[name, measure] = (hits + more[0], out_of + more[1])

        database.read(count)
    database.write(
        partial(store.insert_months, found=counts, version=catalog.version, month_end=after_on)
    )


def _judge(db: Connection, *, catalog: Catalog, until: date, at: datetime) -> None:
    """Judge the month ends that are not yet, the oldest first: what was out of control is no baseline of later ones."""
    months = store.list_months(db, version=catalog.version, until=until)
    before = store.list_judgments(db, version=catalog.version, until=until)
    fresh: list[Judged] = []
    for segment in catalog.segments.values():
        kept = [one for found in before.get(segment.name, {}).values() for one in found]
        for measure in segment.measures:
            mine = [one for one in kept if one.measure is measure]
            fresh += _judge_months(
                segment, measure, months.get((segment.name, measure), []), mine, catalog
            )
    new = store.insert_judgments(db, fresh, version=catalog.version, at=at)
    last = [
        one
        for one in fresh
        if (one.segment, one.measure, one.month_end) in new and one.month_end == until
    ]
    warned = {one.segment for one in last if one.level in {Level.WARNING, Level.OUT}}
    outbox.append(
        db,
        "risk.segment-warned",
        customer_ids=[runs.NOBODY] * len(warned),
        subject_ids=[list(catalog.segments).index(name) for name in sorted(warned)],
        at=at,
    )


def _judge_months(
    segment: Segment,
    measure: Measure,
    months: Sequence[Month],
    known: Sequence[Judged],
    catalog: Catalog,
) -> list[Judged]:
    done = {one.month_end for one in known}
    judged = list(known)
    for place, month in enumerate(months, start=1):
        if month.month_end not in done:
            excluded = rules.out_of_control(months, judged)
            judged.append(
                charts.judge(segment, measure, months[:place], catalog.chart, excluded=excluded)
            )
    return judged[len(known) :]


def _standing(segment: Segment, environment: Mapping[str, Standing]) -> Standing | None:
    return None if segment.macro is None else environment[segment.macro]


def _are_neighbors(before: date, after: date) -> bool:
    return add_months(before.replace(day=_FIRST_OF_MONTH), 1) == after.replace(day=_FIRST_OF_MONTH)
