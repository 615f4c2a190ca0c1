"""The figures of an experiment as tables: means over seeds with their intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isnan
from typing import Final, NamedTuple

from whiteslip.world.threats.arms import OFF, ON
from whiteslip.world.threats.experiment import Experiment, Interval, interval
from whiteslip.world.threats.figures import Fared, Figures, Orders, Seen
from whiteslip.world.threats.labels import GROUPS, LIFE, Kind

PLANTED: Final = (Kind.RING, Kind.TAKEOVER, Kind.CASH_OUT)
_MAJOR, _PERCENT = 100, 100
_Seen = Callable[[Seen], float]
_Fared = Callable[[Fared], float]


class TableOf(NamedTuple):
    """A table to show."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(found: Experiment) -> list[TableOf]:
    """Give every table there are figures for."""
    told = [TableOf(*_fraud(found, arm.name)) for arm in found.arms]
    names = [arm.name for arm in found.arms]
    if ON.name in names and OFF.name in names:
        told.append(_money(found))
    if ON.name in names:
        told += [_life(found), _groups(found), _honest(found)]
    return told


def recall(figures: Sequence[Figures], kind: Kind, *, in_time: bool = False) -> Interval:
    """The share of planted episodes that was seen, in time or at all."""
    return interval(
        [one.seen[kind].recall_in_time if in_time else one.seen[kind].recall for one in figures]
    )


def precision(figures: Sequence[Figures], kind: Kind) -> Interval:
    """The share of alarms of a kind that were of a fraud."""
    return interval([one.seen[kind].precision for one in figures])


def stopped(figures: Sequence[Figures], kind: Kind) -> Interval:
    """The share of episodes of a kind in which an honest person was stopped."""
    return interval([one.fared[kind].stopped_share for one in figures])


def saved_minor(found: Experiment, kind: Kind) -> Interval:
    """What left by a kind of fraud with the detectors off, less what left with them on, seed by seed."""
    pairs = zip(found.of(OFF.name), found.of(ON.name), strict=True)
    return interval(
        [float(off.seen[kind].lost_minor - on.seen[kind].lost_minor) for off, on in pairs]
    )


def _fraud(found: Experiment, arm: str) -> tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]]:
    figures = found.of(arm)
    columns: tuple[tuple[str, Callable[[Kind], str]], ...] = (
        ("seen in time of all", lambda kind: _counted(figures, kind)),
        ("seen, %", lambda kind: _percent(recall(figures, kind))),
        ("in time, %", lambda kind: _percent(recall(figures, kind, in_time=True))),
        ("alarms", lambda kind: _mean(figures, kind, lambda one: one.alarms)),
        ("precision, %", lambda kind: _percent(precision(figures, kind))),
        ("tries until seen", lambda kind: _mean(figures, kind, lambda one: one.tries)),
        ("days until seen", lambda kind: _mean(figures, kind, lambda one: one.days)),
        ("lost, CNY", lambda kind: _amount(_of(figures, kind, lambda one: one.lost_minor))),
    )
    rows = tuple((str(kind), *(cell(kind) for _, cell in columns)) for kind in PLANTED)
    return f"What was seen, {arm}", ("", *(name for name, _ in columns)), rows


def _money(found: Experiment) -> TableOf:
    rows = tuple(
        (
            str(kind),
            _amount(_of(found.of(OFF.name), kind, lambda one: one.lost_minor)),
            _amount(_of(found.of(ON.name), kind, lambda one: one.lost_minor)),
            _amount(saved_minor(found, kind)),
        )
        for kind in PLANTED
    )
    return TableOf("Money that left, CNY", ("", "off", "on", "saved"), rows)


def _life(found: Experiment) -> TableOf:
    figures = found.of(ON.name)
    columns: tuple[tuple[str, Callable[[Kind], str]], ...] = (
        ("stopped of all", lambda kind: _stopped_of(figures, kind)),
        ("asked for a code, %", lambda kind: _of_all(figures, kind, lambda one: one.asked)),
        ("waited for a person, %", lambda kind: _of_all(figures, kind, lambda one: one.referred)),
        ("stopped, %", lambda kind: _percent(stopped(figures, kind))),
        ("restricted, %", lambda kind: _of_all(figures, kind, lambda one: one.restricted)),
        ("of stopped back in a day, %", lambda kind: _back(figures, kind)),
        ("hours away", lambda kind: _fares(figures, kind, lambda one: one.hours)),
    )
    rows = tuple((str(kind), *(cell(kind) for _, cell in columns)) for kind in LIFE)
    head = ("", *(name for name, _ in columns))
    return TableOf("How honest people fared when their life looked odd", head, rows)


def _groups(found: Experiment) -> TableOf:
    figures = found.of(ON.name)
    rows = tuple(
        (
            str(kind),
            _plain([float(one.grouped[kind].groups) for one in figures]),
            _plain([float(one.grouped[kind].shown) for one in figures]),
            _plain([float(one.grouped[kind].restricted) for one in figures]),
        )
        for kind in GROUPS
    )
    return TableOf(
        "Honest groups", ("", "groups", "shown as a ring", "a member restricted then"), rows
    )


def _honest(found: Experiment) -> TableOf:
    figures = found.of(ON.name)

    def share(pick: Callable[[Figures], Orders], part: Callable[[Orders], int]) -> str:
        return _percent(
            interval([_ratio(part(pick(one)), pick(one).orders) for one in figures]), digits=2
        )

    everyday: Callable[[Figures], Orders] = lambda one: one.everyday  # noqa: E731
    sale: Callable[[Figures], Orders] = lambda one: one.sale  # noqa: E731
    rows = (
        ("honest orders asked for a code, %", share(everyday, lambda one: one.asked)),
        ("honest orders stopped, %", share(everyday, lambda one: one.stopped)),
        ("the same in a sale: asked, %", share(sale, lambda one: one.asked)),
        ("the same in a sale: stopped, %", share(sale, lambda one: one.stopped)),
        ("honest people restricted", _plain([float(one.restricted_honest) for one in figures])),
        ("days until that was lifted", _plain([one.restricted_days for one in figures])),
        ("downturn: days until orange", _plain([one.downturn.days for one in figures])),
        ("orange days before it", _plain([float(one.downturn.early) for one in figures])),
    )
    return TableOf("Everybody else", ("", ON.name), rows)


def _of(figures: Sequence[Figures], kind: Kind, pick: _Seen) -> Interval:
    return interval([float(pick(one.seen[kind])) for one in figures])


def _mean(figures: Sequence[Figures], kind: Kind, pick: _Seen) -> str:
    return _plain([float(pick(one.seen[kind])) for one in figures])


def _counted(figures: Sequence[Figures], kind: Kind) -> str:
    """Count over all seeds together: with few episodes a seed, that says more than a mean of shares."""
    in_time = sum(one.seen[kind].in_time for one in figures)
    every = sum(one.seen[kind].episodes for one in figures)
    return f"{in_time:,} of {every:,}"


def _stopped_of(figures: Sequence[Figures], kind: Kind) -> str:
    stopped_ = sum(one.fared[kind].stopped for one in figures)
    return f"{stopped_:,} of {sum(one.fared[kind].episodes for one in figures):,}"


def _fares(figures: Sequence[Figures], kind: Kind, pick: _Fared) -> str:
    return _plain([float(pick(one.fared[kind])) for one in figures])


def _of_all(figures: Sequence[Figures], kind: Kind, pick: _Fared) -> str:
    shares = [_ratio(pick(one.fared[kind]), one.fared[kind].episodes) for one in figures]
    return _percent(interval(shares))


def _back(figures: Sequence[Figures], kind: Kind) -> str:
    shares = [_ratio(one.fared[kind].back_in_a_day, one.fared[kind].stopped) for one in figures]
    return _percent(interval(shares))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def _plain(values: Sequence[float]) -> str:
    mean = interval([one for one in values if one != float("inf")]).mean
    return "–" if isnan(mean) else f"{mean:,.1f}"


def _percent(one: Interval, *, digits: int = 1) -> str:
    """Write a share; its interval ends where shares end."""
    bounded = Interval(one.mean, max(0.0, one.low), min(1.0, one.high))
    known = one if isnan(one.low) else bounded
    return _spread(Interval(*(value * _PERCENT for value in known)), digits)


def _amount(one: Interval) -> str:
    return _spread(Interval(*(value / _MAJOR for value in one)), 0)


def _spread(one: Interval, digits: int) -> str:
    if isnan(one.mean):
        return "–"
    if isnan(one.low):
        return f"{one.mean:,.{digits}f}"
    return f"{one.mean:,.{digits}f} ({one.low:,.{digits}f} to {one.high:,.{digits}f})"
