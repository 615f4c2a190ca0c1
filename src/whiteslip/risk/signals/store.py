"""Measuring the indicators, and keeping what each came to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from whiteslip.decisioning.features import store as features
from whiteslip.decisioning.habits.rules import SCORE_MODEL
from whiteslip.decisioning.samples.distributions import count_bins, lay_out, stability_index
from whiteslip.decisioning.samples.features import column_of
from whiteslip.decisioning.samples.model import Column, NumberColumn
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.planning import joining_sets
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import InvalidInput, invariant
from whiteslip.kernel.rate import WHOLE_PPM
from whiteslip.risk.signals.life import Move, State, Warned
from whiteslip.risk.signals.model import (
    Catalog,
    Color,
    Evaluation,
    Felt,
    Indicator,
    LastFelt,
    Measured,
    Past,
    Pulse,
    Why,
    Window,
)
from whiteslip.risk.signals.reading import read_catalog
from whiteslip.risk.signals.rules import at_least_times_ppm, window_of

sql = Sql(__package__)


@cache
def catalog() -> Catalog:
    """Read the shipped indicators, once."""
    file = resources.files(__package__ or "") / "data" / "indicators.toml"
    chosen = read_catalog(file.read_text("utf-8"))
    check_settings(chosen)
    return chosen


def measure(db: Connection, indicator: Indicator, *, on: date) -> Measured:
    """Measure an indicator as of the end of a closed day."""
    measures = {**dict.fromkeys(_COUNTED, _counted), **_OTHERS}
    with joining_sets(db):
        return measures[indicator.id](db, indicator, window_of(indicator, on))


def feel(db: Connection, indicator: Indicator, *, at: datetime) -> Felt:
    """Measure a fast indicator over its last minutes, up to an instant."""
    fast = indicator.fast
    invariant(fast is not None, "a fast indicator has a window of minutes")
    minutes = 0 if fast is None else fast.window_minutes
    from_at = at - timedelta(minutes=minutes)
    row = sql.one(db, _FAST[indicator.id], from_at=from_at, at=at, **indicator.settings)
    return Felt(*row)


def _counted(db: Connection, indicator: Indicator, window: Window) -> Measured:
    """Take a measure that is one statement: hits, of how many, the last day seen, and a value and detail of its own."""
    row = sql.one(db, _COUNTED[indicator.id], **window._asdict(), **indicator.settings)
    return Measured(*row)


def _vintage(db: Connection, indicator: Indicator, window: Window) -> Measured:
    """Hold the youngest month of opening that is old enough against those before it."""
    row = sql.one(db, "measure_vintage", **window._asdict(), **indicator.settings)
    found = Measured(row.hits, row.out_of, row.seen_on, detail=row.detail or "")
    if row.before_out_of < indicator.least_count or row.out_of == 0:
        return found._replace(out_of=0)  # too few to hold anything against
    times = at_least_times_ppm(row.hits, row.out_of, row.before_hits, row.before_out_of)
    return found._replace(value_ppm=times)


def _score_stability(db: Connection, indicator: Indicator, window: Window) -> Measured:
    """Hold the latest scores of the live model against the first it gave: the population stability index."""
    days = sql.maybe(
        db, "find_scored_days", model=SCORE_MODEL, **window._asdict(), **indicator.settings
    )
    if days is None or days.last_on is None or days.first_on is None:
        return Measured(0, 0, None)
    first, last = (
        NumberColumn("score", sql.columns(db, "read_scores", model=SCORE_MODEL, on=day)["values"])
        for day in (days.first_on, days.last_on)
    )
    moved = _moved_ppm(first, last)
    detail = f"{SCORE_MODEL} {days.version}, {days.first_on} to {days.last_on}"
    return Measured(len(first), len(last), days.last_on, moved, detail)


def _feature_stability(db: Connection, indicator: Indicator, window: Window) -> Measured:
    """Hold the main features of a sample of lines against the same features of the sample as of days before.

    The index of the feature that moved most; lines opened since are in the later sample only, as a population is.
    """
    names = catalog().stable_features
    settings = indicator.settings
    ids = sql.columns(db, "find_sample", most=settings["sample_lines"])["customer_ids"]
    before_on = window.as_of - timedelta(days=settings["before_days"])
    first, last = (
        features.compute(db, ids, as_of=day, features=names) for day in (before_on, window.as_of)
    )
    found = (len(first["line_id"]), len(last["line_id"]))
    if not all(found):
        return Measured(found[0], 0, window.as_of)
    declared = features.declarations().select(names)
    moved = {
        each.name: _moved_ppm(column_of(each, first[each.name]), column_of(each, last[each.name]))
        for each in declared
    }
    worst = max(moved, key=moved.__getitem__)
    counted = min(found)  # of a few lines then, many now say nothing either
    return Measured(found[0], counted, window.as_of, moved[worst], f"{worst} since {before_on}")


def _moved_ppm(before: Column, now: Column) -> int:
    layout = lay_out(before)
    index = stability_index(count_bins(layout, before), count_bins(layout, now))
    return round(index * WHOLE_PPM)


_COUNTED: Mapping[str, str] = MappingProxyType(
    {
        "roll_to_overdue": "measure_roll_to_overdue",
        "roll_to_thirty": "measure_roll_to_thirty",
        "first_payment": "measure_first_payment",
        "failed_debits": "measure_failed_debits",
        "approvals": "measure_approvals",
        "complaints": "measure_complaints",
        "lost_orders": "measure_lost_orders",
        "thirty_plus": "measure_thirty_plus",
        "technical_debits": "measure_technical_debits",
        "largest_shop": "measure_largest_shop",
        "largest_product": "measure_largest_product",
        "top_lines": "measure_top_lines",
        "ring_growth": "measure_rings",
        "restricted": "measure_restricted",
        "appeals_right": "measure_appeals",
        "checkout_faults": "measure_checkout_faults",
        "liquidity_coverage": "measure_liquidity_coverage",
    }
)
_OTHERS: Mapping[str, Callable[[Connection, Indicator, Window], Measured]] = MappingProxyType(
    {
        "vintage_thirty": _vintage,
        "score_stability": _score_stability,
        "feature_stability": _feature_stability,
    }
)
MEASURES = frozenset({*_COUNTED, *_OTHERS})
"""The indicators of a day that can be measured; a test holds them against the shipped file."""

_FAST: Mapping[str, str] = MappingProxyType(
    {
        "checkout_faults_now": "feel_checkout_faults",
        "approvals_now": "feel_approvals",
        "technical_debits_now": "feel_technical_debits",
        "complaints_now": "feel_complaints",
    }
)
FAST_MEASURES = frozenset(_FAST)
"""The fast indicators that can be measured."""

_NEEDED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "vintage_thirty": frozenset({"age_months", "before_months", "late_days", "look_back_days"}),
        "score_stability": frozenset({"look_back_days"}),
        "feature_stability": frozenset({"sample_lines", "before_days"}),
        "top_lines": frozenset({"top_ppm"}),
        "restricted": frozenset({"level"}),
        "complaints_now": frozenset({"usual_days", "sure_milli"}),
    }
)


def check_settings(chosen: Catalog) -> None:
    """Refuse an indicator nobody can measure or without the numbers its measure needs, and unknown features."""
    features.declarations().select(chosen.stable_features)
    for table, known in ((chosen.indicators, MEASURES), (chosen.fast, FAST_MEASURES)):
        for name, one in table.items():
            if name not in known:
                raise InvalidInput(f"{name}: there is no such measure", where=name)
            needed = _NEEDED.get(name, frozenset())
            if odd := sorted(needed ^ set(one.settings)):
                where = f"{name}.settings.{odd[0]}"
                word = "missing" if odd[0] in needed else "needed by nothing"
                raise InvalidInput(f"{where}: is {word}", where=where)


def find_known(db: Connection, *, on: date) -> set[str]:
    """Find the indicators whose color is known for a date."""
    return {row.indicator for row in sql.many(db, "find_known", on=on)}


def find_past(db: Connection, *, on: date) -> dict[str, Past]:
    """Find how each indicator stood before a date."""
    rows = sql.many(db, "find_past", on=on)
    return {
        row.indicator: Past(None if row.color is None else Color(row.color), row.evaluated_at)
        for row in rows
    }


def find_history(
    db: Connection, indicators: Iterable[Indicator], *, on: date
) -> dict[str, list[int]]:
    """Find what indicators with control limits may learn from: their values of earlier days, none of a red one."""
    since = {
        one.id: max(on - timedelta(days=one.control.days), one.control.since or date.min)
        for one in indicators
        if one.control is not None
    }
    rows = sql.many(
        db,
        "find_history",
        indicators=arrays.texts(list(since)),
        since=arrays.dates(list(since.values())),
        on=on,
    )
    return {row.indicator: row.values_ppm for row in rows}


def insert_evaluations(
    db: Connection, evaluations: Sequence[Evaluation], *, version: int, on: date, at: datetime
) -> set[str]:
    """Keep evaluations of one date; return the indicators of which one was new."""
    rows = sql.many(
        db,
        "insert_evaluations",
        indicators=arrays.texts([one.indicator for one in evaluations]),
        from_ons=arrays.dates([one.from_on for one in evaluations]),
        to_ons=arrays.dates([one.to_on for one in evaluations]),
        hits=arrays.bigints([one.hits for one in evaluations]),
        out_of=arrays.bigints([one.out_of for one in evaluations]),
        values_ppm=arrays.bigints([one.value_ppm for one in evaluations]),
        colors=arrays.texts([one.color for one in evaluations]),
        whys=arrays.texts([one.why for one in evaluations]),
        details=arrays.texts([one.detail for one in evaluations]),
        centers_ppm=arrays.bigints([one.center_ppm for one in evaluations]),
        spreads_ppm=arrays.bigints([one.spread_ppm for one in evaluations]),
        judged_by=arrays.texts([one.judged_by for one in evaluations]),
        version=version,
        on=on,
        at=at,
    )
    return {row.indicator for row in rows}


def find_felt(db: Connection) -> dict[str, LastFelt]:
    """Find how each fast indicator stood when it was last felt."""
    return {row.indicator: _last_felt(row) for row in sql.many(db, "find_felt")}


def insert_pulses(db: Connection, pulses: Sequence[Pulse], *, on: date, at: datetime) -> set[str]:
    """Keep pulses of one instant; return the indicators of which one was new."""
    if not pulses:
        return set()
    rows = sql.many(
        db,
        "insert_pulses",
        indicators=arrays.texts([one.indicator for one in pulses]),
        from_ats=arrays.timestamps([one.from_at for one in pulses]),
        hits=arrays.bigints([one.hits for one in pulses]),
        out_of=arrays.bigints([one.out_of for one in pulses]),
        values_ppm=arrays.bigints([one.value_ppm for one in pulses]),
        colors=arrays.texts([one.color for one in pulses]),
        whys=arrays.texts([one.why for one in pulses]),
        details=arrays.texts([one.detail for one in pulses]),
        version=pulses[0].version,
        on=on,
        at=at,
    )
    return {row.indicator for row in rows}


def note_looks(db: Connection, indicators: Iterable[str], *, at: datetime) -> None:
    """Note that fast indicators were looked at."""
    sql.run(db, "note_looks", indicators=arrays.texts(sorted(indicators)), at=at)


def lock_warnings(db: Connection, indicators: Iterable[str]) -> dict[str, Warned]:
    """Lock the standing warnings of indicators until the transaction ends."""
    wanted = arrays.texts(sorted(set(indicators)))
    rows = sql.many(db, "lock_warnings", indicators=wanted)
    return {row.indicator: _warned(row) for row in rows}


def lock_overdue(db: Connection, *, at: datetime) -> list[Warned]:
    """Lock the warnings nobody acknowledged in time; another who does the same is not waited for."""
    return [_warned(row) for row in sql.many(db, "lock_overdue", at=at)]


def move_warnings(db: Connection, moves: Sequence[Move], *, at: datetime) -> None:
    """Write warnings locked before, or new ones, as they are after their moves, each with its step."""
    if not moves:
        return
    after = [move.after for move in moves]
    written = sql.run(
        db,
        "move_warnings",
        warning_ids=arrays.bigints([one.warning_id for one in after]),
        indicators=arrays.texts([one.indicator for one in after]),
        raised_ats=arrays.timestamps([one.raised_at for one in after]),
        due_ats=arrays.timestamps([one.due_at for one in after]),
        raised_ons=arrays.dates([one.raised_on for one in after]),
        ended_ons=arrays.dates([one.ended_on for one in after]),
        steps=arrays.ints([one.steps for one in after]),
        colors=arrays.texts([one.color for one in after]),
        states=arrays.texts([one.state for one in after]),
        acknowledged_by=arrays.texts([one.acknowledged_by for one in after]),
        commands=arrays.texts([move.command for move in moves]),
        actors=arrays.texts([move.actor for move in moves]),
        notes=arrays.texts([move.note for move in moves]),
        at=at,
    )
    invariant(written == len(moves), "a warning that is locked moves")


def _warned(row: Any) -> Warned:
    return Warned(*row)._replace(color=Color(row.color), state=State(row.state))


def _last_felt(row: Any) -> LastFelt:
    color, known = (None if each is None else Color(each) for each in (row.color, row.known))
    why = None if row.why is None else Why(row.why)
    return LastFelt(color, why, known, row.felt_at, row.looked_at)
