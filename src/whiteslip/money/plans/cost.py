"""What credit costs a year: the rate at which what is paid is worth what was drawn, by the two laws that define one.

The actuarial rate (Regulation Z, 12 CFR 1026 appendix J) counts whole unit-periods compounded and an odd fraction
simply, and is the unit rate times the periods of a year. The effective rate (Directive 2008/48/EC annex I) compounds
by years. Both are solved by halving, to far more digits than are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from whiteslip.kernel.errors import InvalidInput

_NARROW = 1e-13
"""A rate is found when it is known so closely."""
_HIGHEST = 100.0
"""No rate a period above 10,000 % is looked for."""


class Flow(NamedTuple):
    """An amount at so many whole unit-periods and a fraction of one after the first drawing."""

    amount: float
    periods: float
    fraction: float = 0.0


def actuarial_rate(drawn: Iterable[Flow], paid: Iterable[Flow], *, periods_a_year: float) -> float:
    """The annual percentage rate as a part of one: 0.0969 is 9.69 %."""

    def worth(flow: Flow, rate: float) -> float:
        return flow.amount / ((1 + flow.fraction * rate) * (1 + rate) ** flow.periods)

    return periods_a_year * _solve(list(drawn), list(paid), worth)


def effective_rate(drawn: Iterable[Flow], paid: Iterable[Flow]) -> float:
    """The effective annual rate as a part of one; the periods of flows are years."""

    def worth(flow: Flow, rate: float) -> float:
        return float(flow.amount / (1 + rate) ** (flow.periods + flow.fraction))

    return _solve(list(drawn), list(paid), worth)


def _solve(drawn: list[Flow], paid: list[Flow], worth: Callable[[Flow, float], float]) -> float:
    """Find the rate of a period at which both are worth the same; paying less than was drawn has none."""

    def missing(rate: float) -> float:
        return sum(worth(flow, rate) for flow in paid) - sum(worth(flow, rate) for flow in drawn)

    if missing(0.0) < 0 or missing(_HIGHEST) > 0:
        raise InvalidInput("what is paid is less than what was drawn, or beyond any rate")
    low, high = 0.0, _HIGHEST
    while high - low > _NARROW * max(1.0, high):
        middle = (low + high) / 2
        low, high = (middle, high) if missing(middle) > 0 else (low, middle)
    return (low + high) / 2
