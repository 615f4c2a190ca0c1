"""Assigning limits: each bound, and that nothing worse ever gives more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.credit.limits import rules
from whiteslip.credit.limits.model import Bound, Offer
from whiteslip.credit.limits.store import table
from whiteslip.kernel.errors import InvariantBroken

EVERYTHING = (20_000_000, 20_000_000, 20_000_000, 0)


def offer(
    probability: float | None = 0.01,
    carried: tuple[int, ...] = EVERYTHING,
    requested: int = 20_000_000,
    *,
    dues: int = 0,
    starter: bool = False,
) -> Offer:
    """Offer with defaults."""
    return rules.assign(
        table(),
        probability=probability,
        carried_minor=carried,
        requested_minor=requested,
        on_time_dues=dues,
        is_starter=starter,
    )


def test_each_bound_holds() -> None:
    assert offer() == Offer(1_000_000, Bound.LADDER, "A")
    assert offer(starter=True) == Offer(100_000, Bound.LADDER, "A")
    assert offer(dues=12) == Offer(20_000_000, Bound.REQUESTED, "A")
    assert offer(requested=333_333) == Offer(330_000, Bound.REQUESTED, "A")
    assert offer(carried=(123_456, 123_456, 123_456, 0)) == Offer(120_000, Bound.CAPACITY, "A")
    assert offer(0.12, dues=12) == Offer(1_000_000, Bound.RISK, "D")


def test_a_tight_month_has_room_for_a_starter_only() -> None:
    assert offer(carried=(0, 0, 900_000, 0)) == Offer(100_000, Bound.CAPACITY, "A")


def test_below_the_smallest_line_there_is_none() -> None:
    assert offer(carried=(49_999, 49_999, 49_999, 0)) == Offer(0, Bound.CAPACITY, "A")
    assert offer(0.5) == Offer(0, Bound.RISK, "E")


def test_an_unknown_risk_has_no_offer_and_is_no_refusal() -> None:
    assert offer(None) == Offer(0, Bound.UNKNOWN, None)


@pytest.mark.parametrize("probability", [-0.1, 1.1, float("nan")])
def test_what_is_no_probability_is_a_fault(probability: float) -> None:
    with pytest.raises(InvariantBroken):
        offer(probability)


carried = st.lists(st.integers(0, 30_000_000), min_size=3, max_size=3).map(
    lambda limits: (*sorted(limits), 0)
)


@given(
    probability=st.floats(0, 1),
    other=st.floats(0, 1),
    limits=carried,
    requested=st.integers(50_000, 20_000_000),
    dues=st.integers(0, 24),
    starter=st.booleans(),
)
def test_worse_is_never_more_and_nothing_exceeds_its_bounds(
    *,
    probability: float,
    other: float,
    limits: tuple[int, ...],
    requested: int,
    dues: int,
    starter: bool,
) -> None:
    better, worse = sorted((probability, other))
    given_more = offer(better, limits, requested, dues=dues, starter=starter).limit_minor
    less = tuple(most * 2 // 3 for most in limits)

    assert offer(worse, limits, requested, dues=dues, starter=starter).limit_minor <= given_more
    assert offer(better, less, requested, dues=dues, starter=starter).limit_minor <= given_more
    assert offer(better, limits, requested, dues=dues, starter=True).limit_minor <= given_more
    assert offer(better, limits, requested, dues=dues + 6, starter=starter)[0] >= given_more
    assert given_more <= min(requested, max(limits), 20_000_000)
    assert given_more == 0 or given_more >= 50_000
    assert given_more % 10_000 == 0
