"""What a valve says of one purchase: by its terms alone, the same all day, and never after its end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.decisioning.habits.facts import CheckoutFacts
from whiteslip.kernel.errors import InvalidInput
from whiteslip.risk.liquidity.gate import Asked, refuses, segment_of
from whiteslip.risk.liquidity.model import Acting, Plans

ON = date(2026, 5, 1)
UNTIL = ON + timedelta(days=14)
FACTS = CheckoutFacts(
    amount=100,
    plan_months=0,
    is_verified=True,
    hour=12,
    limit=5_000,
    utilization_after=0.5,
    line_age_days=10,
    level=0,
    days_past_due=0,
    default_probability=None,
    requests_1h=0,
    requests_24h=0,
    asked_24h=0,
    same_shop_24h=0,
    purchases_before=3,
    minutes_since_last=None,
    hours_since_new_device=None,
    usual_amount=None,
    deviation=None,
    pace_deviation=None,
    hour_share=None,
    resale_share=None,
    largest_before=None,
    device_is_known=None,
    address_is_known=None,
    merchant_is_known=False,
    category_is_known=None,
    resells_easily=None,
    is_round=True,
    days_since_raise=None,
    links_to_bad=None,
    ring_score=None,
)


def acting(
    *,
    share: int = 1_000_000,
    most: int | None = None,
    plans: Plans = Plans.ANY,
    segment: str = "",
) -> Acting:
    return Acting(5, 1, share, most, plans, segment, UNTIL)


def asked(amount: int = 100, months: int = 0, *, facts: CheckoutFacts | None = FACTS) -> Asked:
    return Asked(9, amount, months, facts)


@pytest.mark.parametrize(
    ("valve", "purchase", "refused"),
    [
        (None, asked(), False),
        (acting(), asked(), False),
        (acting(most=100), asked(100), False),
        (acting(most=100), asked(101), True),
        (acting(plans=Plans.NONE), asked(months=3), True),
        (acting(plans=Plans.NONE), asked(), False),
        (acting(plans=Plans.ONLY), asked(), True),
        (acting(plans=Plans.ONLY), asked(months=3), False),
        (acting(share=0), asked(), True),
        (acting(share=0, segment="purchases_before = 0"), asked(), False),
        (acting(share=0, segment="purchases_before = 3"), asked(), True),
        # An amount that is tried in place of the one asked for is the amount of the segment.
        (acting(share=0, segment="amount > 500"), asked(501), True),
        (acting(share=0, segment="amount > 500"), asked(500), False),
        # Who is not known to be outside a segment is in it.
        (acting(share=0, segment="purchases_before = 0"), asked(facts=None), True),
    ],
)
def test_the_terms_of_a_valve(valve: Acting | None, purchase: Asked, *, refused: bool) -> None:
    assert refuses(valve, purchase, on=ON) is refused


def test_it_ends_by_itself() -> None:
    assert refuses(acting(share=0), asked(), on=UNTIL - timedelta(days=1))
    assert not refuses(acting(share=0), asked(), on=UNTIL)


@pytest.mark.parametrize(
    "text", ["zodiac = 3", "days_past_due > 0", "amount >", "default_probability > 0.1"]
)
def test_a_segment_is_made_of_the_purchase_and_never_of_a_judgment(text: str) -> None:
    with pytest.raises(InvalidInput, match="segment"):
        segment_of(text)


@given(share=st.integers(0, 1_000_000), day=st.integers(0, 13), people=st.integers(0, 2**62))
def test_more_are_let_through_by_a_larger_share(share: int, day: int, people: int) -> None:
    on = ON + timedelta(days=day)
    purchase = asked()._replace(customer_id=people)

    if refuses(acting(share=1_000_000 if share > 500_000 else share), purchase, on=on):
        assert refuses(acting(share=share // 2), purchase, on=on)


def test_about_the_share_is_let_through_each_day_and_others_the_next() -> None:
    def through(on: date) -> set[int]:
        found = (asked()._replace(customer_id=number) for number in range(4_000))
        return {one.customer_id for one in found if not refuses(acting(share=300_000), one, on=on)}

    first, second = through(ON), through(ON + timedelta(days=1))

    assert 0.27 < len(first) / 4_000 < 0.33
    assert 0.05 < len(first & second) / 4_000 < 0.13
    assert through(ON) == first
