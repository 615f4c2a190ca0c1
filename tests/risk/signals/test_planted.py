"""Bad data is never green; each check of it is shown to bite by a bug planted in its place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import pytest

from whiteslip.risk.signals import rules as signals
from whiteslip.risk.signals.model import (
    Catalog,
    Color,
    Felt,
    LastFelt,
    Measured,
    Past,
)
from whiteslip.risk.signals.store import catalog
from whiteslip.risk.signs import rules as signs
from whiteslip.risk.signs.model import Color as Seen
from whiteslip.risk.signs.store import terms

ON = date(2026, 3, 1)
AT = datetime(2026, 3, 2, tzinfo=UTC)
WHOLE = Measured(0, 10_000, ON)
FAILED = catalog().indicators["failed_debits"]
FAULTS = catalog().fast["checkout_faults_now"]


class Day(NamedTuple):
    """What a day hands to the judge."""

    measured: Measured | None = WHOLE
    past: Past = signals.NOTHING
    at: datetime = AT


DAYS = {
    "a clock set back": Day(past=Past(Color.GREEN, AT + timedelta(hours=1))),
    "a late close": Day(at=AT + timedelta(days=5)),
    "an indicator that raises": Day(measured=None),
    "an absent source": Day(WHOLE._replace(seen_on=None)),
    "a source fallen silent": Day(WHOLE._replace(seen_on=ON - timedelta(days=15))),
    "three people": Day(Measured(0, 3, ON)),
}

Judge = Callable[[Day], Color]


def judged(day: Day, *, chosen: Catalog | None = None, least: int | None = None) -> Color:
    one = FAILED if least is None else FAILED._replace(least_count=least)
    found = signals.judge(
        one, day.measured, day.past, catalog=chosen or catalog(), on=ON, at=day.at
    )
    return found.color


PLANTED: dict[str, Judge] = {
    "a clock set back": lambda day: judged(day._replace(past=signals.NOTHING)),
    "a late close": lambda day: judged(day, chosen=catalog()._replace(late_after_days=399)),
    "an indicator that raises": lambda day: judged(day._replace(measured=day.measured or WHOLE)),
    "an absent source": lambda day: judged(
        day._replace(
            measured=day.measured and day.measured._replace(seen_on=day.measured.seen_on or ON)
        )
    ),
    "a source fallen silent": lambda day: judged(
        day._replace(
            measured=day.measured
            and day.measured._replace(seen_on=None if day.measured.seen_on is None else ON)
        )
    ),
    "three people": lambda day: judged(day, least=1),
}
"""For each kind of bad data, a judge who does not look at it."""


def greens(judge: Judge) -> list[str]:
    """Name the bad days a judge calls green."""
    return [name for name, day in DAYS.items() if judge(day) is Color.GREEN]


def test_no_bad_day_is_green_and_a_whole_one_is() -> None:
    assert greens(judged) == []
    assert judged(Day()) is Color.GREEN


@pytest.mark.parametrize("name", DAYS)
def test_control_a_judge_who_does_not_look_is_found(name: str) -> None:
    assert greens(PLANTED[name]) == [name]


LOOKS: dict[str, tuple[Felt | None, LastFelt]] = {
    "a clock set back": (
        Felt(0, 100, AT),
        LastFelt(Color.GREEN, None, Color.GREEN, AT, AT + timedelta(hours=1)),
    ),
    "an indicator that raises": (None, signals.UNFELT),
    "an absent source": (Felt(0, 100, None), signals.UNFELT),
    "a source fallen silent": (Felt(0, 100, AT - timedelta(minutes=9)), signals.UNFELT),
    "three people": (Felt(0, 3, AT), signals.UNFELT),
}
Feel = Callable[[Felt | None, LastFelt], Color]


def felt(measured: Felt | None, last: LastFelt, *, least: int = FAULTS.least_count) -> Color:
    one = FAULTS._replace(least_count=least)
    return signals.judge_pulse(one, measured, last, version=1, on=ON, at=AT).color


def _patient(measured: Felt | None, last: LastFelt) -> Color:
    fast = FAULTS.fast
    assert fast is not None
    one = FAULTS._replace(fast=fast._replace(silent_minutes=None))
    return signals.judge_pulse(one, measured, last, version=1, on=ON, at=AT).color


UNFELT: dict[str, Feel] = {
    "a clock set back": lambda measured, _: felt(measured, signals.UNFELT),
    "an indicator that raises": lambda measured, last: felt(measured or Felt(0, 100, AT), last),
    "an absent source": lambda measured, last: felt(
        measured and measured._replace(seen_at=measured.seen_at or AT), last
    ),
    "a source fallen silent": _patient,
    "three people": lambda measured, last: felt(measured, last, least=1),
}


def calm(feel: Feel) -> list[str]:
    return [name for name, look in LOOKS.items() if feel(*look) is Color.GREEN]


def test_no_bad_look_is_green_and_a_whole_one_is() -> None:
    assert calm(felt) == []
    assert felt(Felt(0, 100, AT), signals.UNFELT) is Color.GREEN


@pytest.mark.parametrize("name", LOOKS)
def test_control_a_look_that_does_not_check_is_found(name: str) -> None:
    assert calm(UNFELT[name]) == [name]


def dark_line(gone: float) -> Seen:
    """See an old line of which nothing is known, each missing fact given as some number."""
    facts: dict[str, Any] = {one.name: np.array([gone]) for one in terms().inputs}
    found = signs.see(terms(), facts, np.array([400.0]))
    return signs.ORDER[int(found.colors[0])]


def test_a_line_of_which_nothing_is_known_is_not_green() -> None:
    assert dark_line(float("nan")) is Seen.UNKNOWN


def test_control_taking_what_is_missing_for_zero_is_found() -> None:
    assert dark_line(0) is Seen.GREEN
