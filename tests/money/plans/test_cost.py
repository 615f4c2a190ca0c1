"""Annual costs beside a library that counts them too."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.kernel.errors import InvalidInput
from whiteslip.money.plans.cost import Flow, actuarial_rate, effective_rate


@given(st.integers(1, 60), st.integers(1_000, 1_000_000), st.floats(1.001, 1.6))
def test_the_monthly_rate_is_the_peers(months: int, drawn: int, times: float) -> None:
    part = drawn * times / months
    ours = actuarial_rate(
        [Flow(drawn, 0)], [Flow(part, one + 1) for one in range(months)], periods_a_year=12
    )
    theirs = pyxirr.irr([-drawn, *[part] * months])

    assert theirs is not None
    assert ours / 12 == pytest.approx(theirs, abs=1e-9)


@given(
    st.lists(st.integers(200, 1_500), min_size=1, max_size=12, unique=True), st.floats(1.001, 2.0)
)
def test_the_effective_rate_is_the_peers(days: list[int], times: float) -> None:
    begin = date(2024, 1, 1)
    part = 1_000 * times / len(days)
    ours = effective_rate([Flow(1_000, 0)], [Flow(part, day / 365) for day in days])
    theirs = pyxirr.xirr(
        [begin, *(begin + timedelta(days=day) for day in days)], [-1_000, *[part] * len(days)]
    )

    if theirs is not None and ours < 10:
        assert ours == pytest.approx(theirs, abs=1e-6)


def test_paying_less_than_was_drawn_has_no_cost() -> None:
    with pytest.raises(InvalidInput):
        effective_rate([Flow(1_000, 0)], [Flow(900, 1)])
