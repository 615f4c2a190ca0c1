"""Merchants: the fee of parts is the fee of the whole."""

from __future__ import annotations

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from whiteslip.kernel import rate
from whiteslip.money.merchants.model import Merchant


def test_three_refunds_return_what_one_would() -> None:
    shop = Merchant(1, "Corner shop", 10_000, "open")

    assert [shop.fee_between(0, 150), shop.fee_between(150, 300), shop.fee_between(300, 450)] == [
        2,
        1,
        1,
    ]
    assert shop.fee_between(0, 450) == 4
    assert 3 * rate.of(150, 10_000) == 6, "each part for itself would return more than was taken"


@given(
    fee_ppm=st.integers(0, 500_000), parts=st.lists(st.integers(1, 10**9), min_size=1, max_size=12)
)
def test_parts_pay_what_the_whole_would(fee_ppm: int, parts: list[int]) -> None:
    shop = Merchant(1, "Corner shop", fee_ppm, "open")
    ends = list(accumulate(parts))

    fees = [shop.fee_between(end - part, end) for end, part in zip(ends, parts, strict=True)]

    assert sum(fees) == rate.of(ends[-1], fee_ppm)
    assert min(fees) >= 0
