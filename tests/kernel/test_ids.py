"""Public ids carry their owner; what does not parse is not found, never a stack trace."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.kernel import ids
from whiteslip.kernel.errors import NotFound
from whiteslip.kernel.ids import MAX_ID, OwnedId

NUMBERS = st.integers(0, MAX_ID)


def test_an_owned_id_names_its_customer() -> None:
    assert ids.write("pur", 7, 42) == "pur_7_42"
    assert ids.read_owned("pur_7_42", "pur") == OwnedId(customer_id=7, number=42)
    assert ids.read_one("cus_7", "cus") == 7


@given(customer_id=NUMBERS, number=NUMBERS)
def test_what_is_written_is_read(customer_id: int, number: int) -> None:
    assert ids.read_owned(ids.write("pur", customer_id, number), "pur") == (customer_id, number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pur",
        "pur_",
        "pur_7",
        "pur_7_42_1",
        "pur_7_",
        "pur__42",
        "cus_7_42",
        "PUR_7_42",
        "pur_-7_42",
        "pur_7_4.2",
        "pur_7_+42",
        "pur_7_ 42",
        "pur_7_42\n",
        "pur_７_42",
        "pur_7_²",
        f"pur_7_{MAX_ID + 1}",
        "pur_7_" + "9" * 5_000,
        "pur_7_42'; --",
    ],
)
def test_what_is_no_id_is_not_found(text: str) -> None:
    with pytest.raises(NotFound):
        ids.read_owned(text, "pur")


@given(st.text())
def test_any_text_is_an_id_or_not_found(text: str) -> None:
    try:
        number = ids.read_one(text, "cus")
    except NotFound:
        return
    assert 0 <= number <= MAX_ID


def test_the_largest_id_still_fits_the_column() -> None:
    assert ids.read_one(f"cus_{MAX_ID}", "cus") == MAX_ID
