"""What an arm came to, measured from the platform's records, and arms compared seed by seed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from statistics import fmean, stdev
from typing import Final, NamedTuple

from scipy.special import stdtrit

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.world.promotion.terms import Loss, Terms

sql = Sql(__package__)

CHARGE_OFF_DAYS: Final = 60
"""Owed so many days past due and more counts as lost, as a proxy: nobody is charged off within the time lived."""

_WHOLE_PPM = 1_000_000
_CONFIDENCE = 0.975
_MAJOR = 100


class Figures(NamedTuple):
    """One arm of one seed; amounts in minor units, all from the records but `choices`.

    `lost` are orders asked for of which nothing was captured, `provision_minor` is expected loss by days past due,
    `net_minor` all fees less the provision. `ways_refused_for` counts, by the first reason told, ways that the
    platform offered and then did not grant. `eve` is the fingerprint of the book it began with, `problems` what its
    books break at the end, `choices` what people did that the records do not show.
    """

    lines: int
    orders_asked: int
    orders_sold: int
    sold_minor: int
    plans_sold: int
    ways_asked: int
    ways_sold: int
    ways_beyond_limit: int
    ways_sold_minor: int
    sold_after_minor: int
    complaints: int
    granted_lines: int
    granted_minor: int
    returned_untold: int
    late_first: int
    late_last: int
    merchant_fees_minor: int
    customer_fees_minor: int
    owed_minor: int
    not_due_minor: int
    owed_60_minor: int
    provision_minor: int
    ways_refused_for: Mapping[str, int]
    problems: tuple[str, ...]
    eve: str
    choices: Mapping[str, int]

    @property
    def lost(self) -> int:
        """Orders asked for and not sold."""
        return self.orders_asked - self.orders_sold

    @property
    def net_minor(self) -> int:
        """Fees less expected loss."""
        return self.merchant_fees_minor + self.customer_fees_minor - self.provision_minor


class Measure(NamedTuple):
    """A figure as it is compared: a name, its unit, and whether more is better (None: neither)."""

    name: str
    unit: str
    digits: int
    more_is_better: bool | None


MEASURES: Final = (
    Measure("orders sold", "", 1, more_is_better=True),
    Measure("sold on credit", "CNY a person", 1, more_is_better=True),
    Measure("orders lost", "", 1, more_is_better=False),
    Measure("sold after the return", "CNY a person", 1, more_is_better=True),
    Measure("complaints", "per 1,000", 1, more_is_better=False),
    Measure("late after the first due", "%", 2, more_is_better=False),
    Measure("late after the third due", "%", 2, more_is_better=False),
    Measure("owed 60+ days late", "CNY a person", 1, more_is_better=False),
    Measure("provision", "CNY a person", 1, more_is_better=False),
    Measure("fees", "CNY a person", 1, more_is_better=None),
    Measure("net", "CNY a person", 1, more_is_better=True),
    Measure("owed, not yet due", "CNY a person", 1, more_is_better=None),
)


class Difference(NamedTuple):
    """A mean of paired differences over seeds, with its 95 % interval by Student's t; one seed has no interval."""

    mean: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Tell whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0


def measure(
    db: Connection,
    terms: Terms,
    *,
    problems: Iterable[str],
    eve: str,
    choices: Mapping[str, int],
) -> Figures:
    """Measure an arm in one snapshot."""
    calendar = terms.calendar
    row = sql.one(
        db, "measure_sale", since=calendar.grants_on, returns=calendar.returns_on,
        first_due=calendar.first_due_passed_on, notice_days=terms.grants.told_days_before,
    )  # fmt: skip
    refused = sql.many(db, "count_refused_ways", since=calendar.grants_on)
    owed = [
        (one.days_past_due, one.owed_minor, one.not_due_minor) for one in sql.many(db, "read_owed")
    ]
    return Figures(
        **row._asdict(),
        owed_minor=sum(amount for _, amount, _ in owed),
        not_due_minor=sum(ahead for *_, ahead in owed),
        owed_60_minor=sum(amount for days, amount, _ in owed if days >= CHARGE_OFF_DAYS),
        provision_minor=provision(((days, amount) for days, amount, _ in owed), terms.loss),
        ways_refused_for={one.code: one.ways for one in refused},
        problems=tuple(problems),
        eve=eve,
        choices=dict(choices),
    )


def provision(owed: Iterable[tuple[int, int]], loss: Loss) -> int:
    """Sum the expected loss of pairs of days past due and amount owed, in minor units, rounded down at the end."""
    steps = list(zip(loss.from_days, loss.share_ppm, strict=True))
    total = 0
    for days, amount_minor in owed:
        share = [ppm for first, ppm in steps if first <= days][-1]
        total += amount_minor * share
    return total // _WHOLE_PPM


def values(one: Figures) -> dict[str, float]:
    """Give every measure of an arm, in its unit."""

    def a_person(minor: int) -> float:
        return minor / _MAJOR / one.lines

    found = (
        float(one.orders_sold),
        a_person(one.sold_minor),
        float(one.lost),
        a_person(one.sold_after_minor),
        1_000 * one.complaints / one.lines,
        100 * one.late_first / one.lines,
        100 * one.late_last / one.lines,
        a_person(one.owed_60_minor),
        a_person(one.provision_minor),
        a_person(one.merchant_fees_minor + one.customer_fees_minor),
        a_person(one.net_minor),
        a_person(one.not_due_minor),
    )
    return {each.name: value for each, value in zip(MEASURES, found, strict=True)}


def mean(arms: Sequence[Figures], name: str) -> float:
    """Average one measure of an arm over seeds."""
    return fmean(values(one)[name] for one in arms)


def difference(arms: Sequence[Figures], base: Sequence[Figures], name: str) -> Difference:
    """Compare an arm with another one seed by seed: the same people, so that what they are cancels out."""
    pairs = zip(arms, base, strict=True)
    apart = [values(one)[name] - values(other)[name] for one, other in pairs]
    middle = fmean(apart)
    if len(apart) == 1:
        return Difference(middle, float("-inf"), float("inf"))
    half = float(stdtrit(len(apart) - 1, _CONFIDENCE)) * stdev(apart) / sqrt(len(apart))
    return Difference(middle, middle - half, middle + half)
