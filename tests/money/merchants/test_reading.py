"""Categories are read strictly, and their numbers are the bits of a 32-bit integer."""

from __future__ import annotations

import pytest

from whiteslip.kernel.errors import InvalidInput
from whiteslip.money.merchants.model import OTHER, UNTOLD
from whiteslip.money.merchants.reading import read_categories
from whiteslip.money.merchants.store import categories, category_of

GOOD = "[gold]\nnumber = 2\nresells_easily = true\n"


def test_each_category_has_a_bit_of_its_own_and_other_has_none() -> None:
    known = categories()
    bits = [one.bit for name, one in known.items() if name != OTHER]

    assert UNTOLD.bit == 0
    assert len(set(bits)) == len(bits)
    assert all(0 < bit < 2**31 and bit.bit_count() == 1 for bit in bits)
    assert known["electronics"].resells_easily
    assert not known["groceries"].resells_easily


def test_what_is_not_on_the_list_is_no_category() -> None:
    assert category_of("buggy whips") == category_of(None) == UNTOLD
    assert category_of("dining").name == "dining"


@pytest.mark.parametrize(
    ("planted", "where"),
    [
        (GOOD.replace("2", "31"), "number"),
        (GOOD.replace("2", "0"), "number"),
        (GOOD.replace("true", "1"), "resells_easily"),
        (GOOD + "color = 1\n", "color"),
        (GOOD + GOOD.replace("gold", "silver"), "number"),
        (GOOD.replace("gold", OTHER), OTHER),
    ],
)
def test_control_what_does_not_fit_is_refused_by_name(planted: str, where: str) -> None:
    assert read_categories(GOOD)["gold"].bit == 4

    with pytest.raises(InvalidInput) as refused:
        read_categories(planted)

    assert where in f"{refused.value} {refused.value.where}"
