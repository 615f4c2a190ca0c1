"""Tiers of customers: everybody is in one, better ones are never treated worse, and a wrong table is refused."""

from __future__ import annotations

from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.credit.limits.store import tiers
from whiteslip.credit.limits.tiers import read_tiers, tier_of
from whiteslip.kernel.errors import InvalidInput

SHIPPED = (resources.files("whiteslip.credit.limits") / "data" / "tiers.toml").read_text("utf-8")
PROBABILITIES = st.none() | st.floats(0, 1)
COUNTS = st.integers(0, 3000)


@pytest.mark.parametrize(
    ("probability", "tenure_days", "on_time_dues", "name"),
    [
        (0.03, 730, 18, "trusted"),
        (0.031, 730, 18, "established"),
        (0.01, 729, 18, "established"),
        (0.01, 2000, 8, "known"),
        (None, 2000, 40, "known"),
        (0.01, 149, 40, "new"),
        (None, 0, 0, "new"),
    ],
)
def test_a_customer_is_in_the_first_tier_that_fits(
    probability: float | None, tenure_days: int, on_time_dues: int, name: str
) -> None:
    found = tier_of(
        tiers(), probability=probability, tenure_days=tenure_days, on_time_dues=on_time_dues
    )

    assert found.name == name


@given(probability=PROBABILITIES, tenure=COUNTS, dues=COUNTS, more=COUNTS)
def test_longer_and_more_punctual_is_never_treated_worse(
    probability: float | None, tenure: int, dues: int, more: int
) -> None:
    one = tier_of(tiers(), probability=probability, tenure_days=tenure, on_time_dues=dues)
    other = tier_of(
        tiers(), probability=probability, tenure_days=tenure + more, on_time_dues=dues + more
    )

    assert all(a >= b for a, b in zip(other.treatment, one.treatment, strict=True))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("free_deferrals     = 2", "free_deferrals     = 9"),
        ("free_deferrals     = 2", "free_deferrals     = -1"),
        ("least_tenure_days  = 0", "least_tenure_days  = 1"),
        ('name               = "known"', 'name               = "new"'),
        ("raise_step_ppm     = 100_000", "raise_step_ppm     = 1_000_001"),
        ("may_join_campaigns = false", "may_join_campaigns = 0"),
        ("version = 1", "version = 1\nunheard_of = 1"),
        ("version = 1", "version = "),
    ],
)
def test_control_a_table_that_cannot_be_is_refused(before: str, after: str) -> None:
    assert before in SHIPPED
    with pytest.raises(InvalidInput):
        read_tiers(SHIPPED.replace(before, after))
