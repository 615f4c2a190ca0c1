"""What a person can carry: worked figures, and what must hold for any month."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.credit.affordability import rules
from whiteslip.credit.affordability.model import Means
from whiteslip.credit.affordability.store import terms
from whiteslip.kernel.errors import InvalidInput

TENTH = 100_000
WORST = 3


@dataclass
class Month:
    """A month with defaults: 10,000.00 confirmed, 1,500.00 of debts, 2,000.00 of rent."""

    declared: int = 1_000_000
    verified: int | None = 1_000_000
    obligations: int = 150_000
    reported: int | None = None
    rent: int = 200_000

    def means(self) -> Means:
        return Means(self.declared, self.verified, self.obligations, self.reported, self.rent)


amounts = st.integers(0, 10**8)
months = st.builds(
    Means,
    declared_income_minor=amounts,
    verified_income_minor=st.none() | amounts,
    declared_obligations_minor=amounts,
    reported_obligations_minor=st.none() | amounts,
    rent_minor=amounts,
)


def test_a_month_by_hand() -> None:
    month = rules.assess(Month().means(), 1_000_000, terms(), minimum_ppm=TENTH)

    assert month.minimum_payment_minor == 100_000
    assert month.debt_to_income_ppm == 250_000  # (1,500 + 1,000) / 10,000
    assert month.disposable_minor == 1_000_000 - 150_000 - 200_000 - 150_000 - 100_000
    assert month.stressed_minor == 800_000 - 165_000 - 200_000 - 150_000 - 100_000
    assert (month.band, month.is_verified) == (0, True)


def test_what_nobody_confirms_counts_for_less() -> None:
    assert rules.income(Month(verified=None).means(), terms()) == 800_000
    assert rules.income(Month(verified=700_000).means(), terms()) == 700_000
    assert rules.income(Month(verified=2_000_000).means(), terms()) == 1_000_000


def test_the_larger_account_of_the_debts_holds() -> None:
    assert rules.obligations(Month(reported=90_000).means()) == 150_000
    assert rules.obligations(Month(reported=250_000).means()) == 250_000


def test_without_an_income_there_is_no_ratio_and_nothing_is_carried() -> None:
    means = Month(declared=0, verified=None).means()
    month = rules.assess(means, 0, terms(), minimum_ppm=TENTH)

    assert (month.debt_to_income_ppm, month.band) == (None, WORST)
    assert rules.carried(means, terms(), minimum_ppm=TENTH) == (0, 0, 0, 0)


@given(means=months, limit=st.integers(0, 20_000_000))
def test_a_limit_is_carried_by_a_band_exactly_when_the_month_stays_in_it(
    means: Means, limit: int
) -> None:
    carried = rules.carried(means, terms(), minimum_ppm=TENTH)
    band = rules.assess(means, limit, terms(), minimum_ppm=TENTH).band

    for index, most in enumerate(carried[:-1]):
        if limit > 0 and limit <= most:
            assert band <= index
        if limit > most and rules.assess(means, most, terms(), minimum_ppm=TENTH).band <= index:
            # A payment is rounded up and a limit down, so one step of the payment may lie between.
            assert band > index or limit - most < 10
    assert carried[-1] == 0


@given(means=months, more=st.integers(0, 10**7), limit=st.integers(0, 20_000_000))
def test_more_debt_or_less_income_is_never_better(means: Means, more: int, limit: int) -> None:
    worse = [
        means._replace(declared_obligations_minor=means.declared_obligations_minor + more),
        means._replace(rent_minor=means.rent_minor + more),
        means._replace(declared_income_minor=max(0, means.declared_income_minor - more)),
    ]
    before = rules.assess(means, limit, terms(), minimum_ppm=TENTH)
    carried = rules.carried(means, terms(), minimum_ppm=TENTH)

    for one in worse:
        after = rules.assess(one, limit, terms(), minimum_ppm=TENTH)
        assert after.band >= before.band
        assert after.stressed_minor <= before.stressed_minor
        now = rules.carried(one, terms(), minimum_ppm=TENTH)
        assert all(less <= most for less, most in zip(now, carried, strict=True))


GOOD = """
version = 1
unverified_income_ppm = 800000
living_minor = 1
stressed_income_ppm = 800000
stressed_obligations_ppm = 1100000
[[band]]
name = "a"
most_debt_to_income_ppm = 300000
[[band]]
name = "b"
"""


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ("version = 1", "version = 'x'", "version: Expected `int`"),
        ("living_minor = 1", "", "living_minor: Object missing"),
        ("living_minor = 1", "living_minor = 1\nextra = 2", "extra: Object contains unknown"),
        (
            "stressed_obligations_ppm = 1100000",
            "stressed_obligations_ppm = 1",
            "stressed_obligations_ppm: Expected",
        ),
        ("most_debt_to_income_ppm = 300000", "", "has no most_debt_to_income_ppm"),
        ('name = "b"', 'name = "b"\nmost_debt_to_income_ppm = 400000', "no upper end"),
        ('[[band]]\nname = "b"', "", "band: Expected"),
        ('name = "b"', 'name = "a"', "named twice"),
        ("[[band]]", "[[band", "not TOML"),
    ],
)
def test_terms_that_are_wrong_are_refused(old: str, new: str, cause: str) -> None:
    rules.read(GOOD)

    with pytest.raises(InvalidInput, match=cause):
        rules.read(GOOD.replace(old, new, 1))
