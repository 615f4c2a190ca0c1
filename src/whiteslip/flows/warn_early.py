"""Warn early: judge the indicators of the book for the last closed day, feel the fast ones, and let warnings follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from time import perf_counter
from types import MappingProxyType
from typing import Final, NamedTuple

import structlog

from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.actor import PROGRAM
from whiteslip.kernel.errors import NotFound, Unavailable, WhiteslipError
from whiteslip.money.ledger.store import take_numbers
from whiteslip.risk.reviews import store as reviews
from whiteslip.risk.reviews.model import Kind, NewCase, SubjectType
from whiteslip.risk.signals import life, rules, store
from whiteslip.risk.signals.life import Warned
from whiteslip.risk.signals.model import (
    Catalog,
    Color,
    Evaluation,
    Felt,
    Indicator,
    Measured,
    Pulse,
)

NOBODY: Final = 0
"""A warning is about no customer."""

log = structlog.get_logger("whiteslip.warnings")


class Acknowledgment(NamedTuple):
    """Who knows of the standing warning of an indicator, and what they do about it."""

    indicator: str
    by: str
    note: str


class WarningReport(NamedTuple):
    """What was evaluated for a closed day, and the seconds each measure took.

    Indicators known for the day already are not evaluated again.
    """

    on: date
    evaluations: tuple[Evaluation, ...]
    seconds: Mapping[str, float] = MappingProxyType({})


def warn_early(
    database: Database, *, at: datetime, catalog: Catalog | None = None
) -> WarningReport:
    """Evaluate the indicators for the last closed day; a second run of a day tries only what was unknown.

    Each is measured in a snapshot of its own. One that cannot be measured is unknown and stops no other.
    """
    chosen = catalog or store.catalog()
    on = database.read(business_day.read).closed_on
    known = database.read(partial(store.find_known, on=on))
    past = database.read(partial(store.find_past, on=on))
    history = database.read(lambda db: store.find_history(db, chosen.indicators.values(), on=on))
    seconds: dict[str, float] = {}
    evaluations: list[Evaluation] = []
    for indicator in chosen.indicators.values():
        if indicator.id in known:
            continue
        begun = perf_counter()
        measured = _measure(database, indicator, on=on)
        seconds[indicator.id] = perf_counter() - begun
        before = past.get(indicator.id, rules.NOTHING)
        learned = history.get(indicator.id, ())
        evaluations.append(
            rules.judge(indicator, measured, before, catalog=chosen, on=on, at=at, history=learned)
        )
    version = chosen.version

    def keep(db: Connection) -> None:
        new = store.insert_evaluations(db, evaluations, version=version, on=on, at=at)
        _follow(db, [one for one in evaluations if one.indicator in new], chosen, at=at)

    database.write(keep)
    return WarningReport(on, tuple(evaluations), seconds)


def feel_signals(
    database: Database, *, at: datetime, catalog: Catalog | None = None
) -> tuple[Pulse, ...]:
    """Feel the fast indicators over their last minutes, and let their warnings follow at once.

    What stays as it is is kept now and then only; that it was looked at is always noted. One that cannot be measured
    is unknown and stops no other.
    """
    chosen = catalog or store.catalog()
    on = database.read(business_day.read).current_on
    last = database.read(store.find_felt)
    pulses = tuple(
        rules.judge_pulse(
            one,
            _feel(database, one, at=at),
            last.get(one.id, rules.UNFELT),
            version=chosen.version,
            on=on,
            at=at,
        )
        for one in chosen.fast.values()
    )
    news = [
        one
        for one in pulses
        if rules.is_news(one, last.get(one.indicator, rules.UNFELT), chosen.rhythm)
    ]

    def keep(db: Connection) -> None:
        store.note_looks(db, [one.indicator for one in pulses], at=at)
        new = store.insert_pulses(db, news, on=on, at=at)
        found = [one.evaluation for one in pulses if one.indicator in new]
        _follow(db, found, chosen, at=at)

    database.write(keep)
    return pulses


def acknowledge_warnings(
    db: Connection, requests: Sequence[Acknowledgment], *, at: datetime
) -> list[Warned | WhiteslipError]:
    """Let people say that they know of the standing warnings of indicators, and what they do; in order."""
    standing = store.lock_warnings(db, [one.indicator for one in requests])
    answers: list[Warned | WhiteslipError] = []
    for request in requests:
        before = standing.get(request.indicator)
        if before is None:
            answers.append(NotFound(f"no warning of {request.indicator} stands"))
            continue
        move = life.acknowledge(before, by=request.by, note=request.note)
        if isinstance(move, WhiteslipError):
            answers.append(move)
            continue
        store.move_warnings(db, [move], at=at)
        standing[request.indicator] = move.after
        answers.append(move.after)
    return answers


def escalate_warnings(db: Connection, *, at: datetime) -> list[Warned]:
    """Escalate the warnings nobody acknowledged in time, each once, and say so."""
    moves = life.escalate(store.lock_overdue(db, at=at), at=at)
    store.move_warnings(db, moves, at=at)
    _announce(db, "risk.warning-escalated", [move.after for move in moves], at=at)
    return [move.after for move in moves]


def _follow(
    db: Connection, evaluations: Sequence[Evaluation], catalog: Catalog, *, at: datetime
) -> None:
    """Raise, worsen and end warnings as the colors say."""
    indicators = {**catalog.indicators, **catalog.fast}
    standing = store.lock_warnings(db, [one.indicator for one in evaluations])
    new = [one for one in evaluations if one.indicator not in standing and life.raises(one)]
    moves = [
        life.raised(one, indicators[one.indicator], warning_id=number)
        for one, number in zip(new, take_numbers(db, len(new)), strict=True)
    ]
    for one in evaluations:
        before = standing.get(one.indicator)
        move = before and life.follow(before, one, indicators[one.indicator])
        if move is not None:
            moves.append(move)
    store.move_warnings(db, moves, at=at)
    asking = [move.after for move in moves if move.command is not life.Command.END]
    _announce(db, "risk.warning-raised", asking, at=at)
    judged = {one.indicator: one for one in evaluations}
    cases = [_case(one, judged[one.indicator]) for one in asking if one.color is Color.RED]
    today = business_day.today(db).current_on
    reviews.open_cases(db, cases, on=today, at=at)


def _case(warning: Warned, one: Evaluation) -> NewCase:
    """Make the case of a warning that has become red; it becomes so once, for no color is worse."""
    evidence = {
        "warning": {
            "indicator": one.indicator,
            "on": one.evaluated_on.isoformat(),
            "hits": one.hits,
            "out_of": one.out_of,
            "value_ppm": one.value_ppm,
            "detail": one.detail,
            "judged_by": one.judged_by,
            "center_ppm": one.center_ppm,
            "spread_ppm": one.spread_ppm,
            "thresholds_version": one.version,
        }
    }
    return NewCase(NOBODY, Kind.WARNING, SubjectType.WARNING, warning.warning_id, evidence, PROGRAM)


def _announce(db: Connection, topic: str, warnings: Sequence[Warned], *, at: datetime) -> None:
    outbox.append(
        db,
        topic,
        customer_ids=[NOBODY] * len(warnings),
        subject_ids=[one.warning_id for one in warnings],
        at=at,
    )


def _measure(database: Database, indicator: Indicator, *, on: date) -> Measured | None:
    try:
        return database.read(lambda db: store.measure(db, indicator, on=on))
    except Exception:
        log.exception("warnings.unmeasured", indicator=indicator.id)
        return None


def _feel(database: Database, indicator: Indicator, *, at: datetime) -> Felt | None:
    try:
        return database.read(lambda db: store.feel(db, indicator, at=at))
    except Unavailable:
        raise  # nothing could be kept either
    except Exception:
        log.exception("warnings.unfelt", indicator=indicator.id)
        return None
