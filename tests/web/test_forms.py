"""What is typed into a field is read as what the field is, whether it may be left out or not."""

from __future__ import annotations

import pytest

from whiteslip.web import forms
from whiteslip.web.forms import Fault, Form, Yuan


class Sums(Form, frozen=True):
    """An amount that must be said, and one that may be."""

    must: Yuan
    may: Yuan | None = None


@pytest.mark.parametrize(("typed", "minor"), [("12.34", 1234), ("12", 1200), ("1,299.5", 129_950)])
def test_an_amount_is_typed_in_yuan_also_where_it_may_be_left_out(typed: str, minor: int) -> None:
    assert forms.decode(Sums, {"must": [typed], "may": [typed]}) == Sums(minor, minor)
    assert forms.decode(Sums, {"must": [typed], "may": [" "]}) == Sums(minor, None)


@pytest.mark.parametrize(
    ("typed", "key"), [("x", "not_an_amount"), ("0", "less"), ("1.234", "not_an_amount")]
)
def test_what_is_no_amount_is_named_at_its_field(typed: str, key: str) -> None:
    found = forms.decode(Sums, {"must": [typed], "may": [typed]})

    assert isinstance(found, dict)
    assert {name: fault.key for name, fault in found.items()} == {"must": key, "may": key}
    assert all(isinstance(fault, Fault) for fault in found.values())
