"""What the economy does to the chance of getting worse: a dated series against its mean over the history of rolls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal, NamedTuple, Protocol, TypeAlias

from msgspec import Meta, Struct

from whiteslip.kernel.calendar import add_months
from whiteslip.kernel.rate import WHOLE_PPM

Dated: TypeAlias = Sequence[tuple[date, float]]
"""Values with the dates they speak of; those after the month end are forecasts that were known by then."""


class SeriesSource(Protocol):
    """Whoever keeps dated series."""

    def __call__(self, name: str, *, known_on: date) -> Dated | None:
        """Give the values of a series as they were known on a day, or None where there is no such series."""
        ...


class EconomyTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """Which series counts and how much, as `data/loss.toml` explains it."""

    series: Annotated[str, Meta(pattern="^[a-z][a-z0-9_-]{0,39}$")]
    elasticity_ppm: Annotated[int, Meta(ge=-10 * WHOLE_PPM, le=10 * WHOLE_PPM)]
    late_months: Annotated[int, Meta(ge=0, le=24)]
    least_ppm: Annotated[int, Meta(ge=0, le=WHOLE_PPM)]
    most_ppm: Annotated[int, Meta(ge=WHOLE_PPM, le=10 * WHOLE_PPM)]


class Economy(NamedTuple):
    """How many times as often lines get worse in each month to come, in ppm; the last holds on.

    Where it is not known the path is empty, `why` is the cause and `unknown` tells it.
    """

    series: str
    worsens_ppm: tuple[int, ...]
    unknown: str = ""
    why: Literal["", "absent", "early", "late", "unfit"] = ""


def economy(
    terms: EconomyTerms, values: Dated | None, *, until: date, history: int, months: int
) -> Economy:
    """Hold each month to come against the mean of the `history` months the rolls were seen in.

    An elasticity of one is proportion: a tenth more of the series, a tenth more of the lines. A month without a value
    of its own has the latest before it.
    """
    if unknown := _unknown(terms, values, until=until, history=history):
        return unknown
    ordered = sorted(values or ())
    since = add_months(until, -history)
    seen = [value for on, value in ordered if since < on <= until]
    mean = sum(seen) / len(seen)
    path = [_latest(ordered, add_months(until, month)) for month in range(1, months + 1)]
    return Economy(terms.series, tuple(_times(value / mean, terms) for value in path))


def _unknown(
    terms: EconomyTerms, values: Dated | None, *, until: date, history: int
) -> Economy | None:
    name = terms.series
    if values is None:
        return Economy(name, (), f"nobody keeps a series {name!r}", "absent")
    known = [(on, value) for on, value in values if on <= until]
    if not known:
        return Economy(name, (), f"{name} has no value by {until}", "early")
    if any(value <= 0 for _, value in values):
        text = f"{name} has values that are not above zero: a proportion means nothing"
        return Economy(name, (), text, "unfit")
    last_on, _ = max(known)
    if last_on <= add_months(until, -max(1, min(terms.late_months, history))):
        text = f"the last value of {name} is of {last_on}: too old to speak of {until}"
        return Economy(name, (), text, "late")
    return None


def _latest(ordered: Dated, on: date) -> float:
    return max((dated for dated in ordered if dated[0] <= on), key=lambda dated: dated[0])[1]


def _times(ratio: float, terms: EconomyTerms) -> int:
    times = ratio ** (terms.elasticity_ppm / WHOLE_PPM)
    return round(min(max(times * WHOLE_PPM, terms.least_ppm), terms.most_ppm))
