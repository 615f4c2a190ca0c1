"""What came of an arm of the squeeze, from the platform's own records, and how good its forecasts were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.risk.liquidity.model import Days, Forecast
from whiteslip.views.liquidity import forecasts, let_through, stood
from whiteslip.world.squeeze.life import Arm, Squeeze
from whiteslip.world.squeeze.terms import Terms

HORIZONS = (1, 7, 14, 30)
"""How many days ahead forecasts are held against what came."""
_MOST_FORECASTS = 1_000


class Score(NamedTuple):
    """Forecasts so many days ahead against what came: how many lay in their interval, and how far they were off.

    `quiet` ones end before the squeeze begins; the others end in it or after it, and none could know that it comes.
    `bias` and `error` are means of what came less what was expected, and of its size, in parts of the floor.
    """

    days_ahead: int
    quiet: bool
    forecasts: int
    inside: int
    bias: float
    error: float

    @property
    def covered(self) -> float:
        """The share that lay in its interval."""
        return self.inside / self.forecasts if self.forecasts else float("nan")


class Night(NamedTuple):
    """A closed day: what there was, and which stage acted the day after."""

    day: date
    liquidity_minor: int
    stage: int


class Figures(NamedTuple):
    """An arm: its nights and scores, what people asked for, what the valve refused, and what repayments were taken."""

    arm: Arm
    eve: str
    floor_minor: int
    nights: tuple[Night, ...]
    scores: tuple[Score, ...]
    unknown: int
    asked_minor: int
    refused: int
    refused_minor: int
    paying: int
    paid: int
    got_through: int
    problems: tuple[str, ...]

    @property
    def least_minor(self) -> int:
        """The least there was at the end of a day."""
        return min(one.liquidity_minor for one in self.nights)

    @property
    def days_below(self) -> int:
        """How many days ended below the floor."""
        return sum(one.liquidity_minor < self.floor_minor for one in self.nights)

    @property
    def days_shut(self) -> int:
        """How many days a stage acted."""
        return sum(one.stage > 0 for one in self.nights)


def measure(db: Connection, squeeze: Squeeze, *, eve: str, problems: Sequence[str]) -> Figures:
    """Measure an arm that was lived to its end."""
    life, found = squeeze.life, stood(db)
    came = {one.day: one.liquidity_minor for one in found}
    floor = next(one.floor_minor for one in reversed(found) if one.floor_minor)
    made = forecasts(db, most=_MOST_FORECASTS)
    return Figures(
        squeeze.arm,
        eve,
        floor,
        tuple(Night(one.day, one.liquidity_minor, squeeze.acting.get(one.day, 0)) for one in found),
        tuple(scores(made, came, squeeze.terms)),
        sum(one.why is not None for one in made),
        life.asked_minor,
        life.refused,
        life.refused_minor,
        life.paying,
        life.paid,
        len(let_through(db)),
        tuple(problems),
    )


def scores(made: Sequence[Forecast], came: Mapping[date, int], terms: Terms) -> Iterator[Score]:
    """Hold forecasts against what came, by how far ahead they looked."""
    for ahead in HORIZONS:
        for quiet in (True, False):
            yield _score(made, came, terms, ahead=ahead, quiet=quiet)


def _score(
    made: Sequence[Forecast], came: Mapping[date, int], terms: Terms, *, ahead: int, quiet: bool
) -> Score:
    inside, apart = 0, list[float]()
    for one in made:
        day = one.forecast_on + timedelta(days=ahead)
        is_quiet = day < terms.calendar.squeeze_on
        if one.days is None or not one.floor_minor or day not in came or is_quiet is not quiet:
            continue
        inside += _is_inside(one.days, came[day], ahead)
        apart.append((came[day] - one.days.liquidity_minor[ahead - 1]) / one.floor_minor)
    count = max(1, len(apart))
    sizes = sum(abs(each) for each in apart)
    return Score(ahead, quiet, len(apart), inside, sum(apart) / count, sizes / count)


def _is_inside(days: Days, came: int, ahead: int) -> bool:
    return days.low_minor[ahead - 1] <= came <= days.high_minor[ahead - 1]
