"""A fact from outside is stored where its declaration says, or refused with what is wrong."""

from __future__ import annotations

from datetime import date

import pytest

from whiteslip.decisioning.features.model import (
    Declarations,
    FeatureType,
    OutsideFact,
    OutsideName,
    OutsideValue,
    Text,
)
from whiteslip.decisioning.features.rules import Stored, store_value
from whiteslip.kernel.errors import InvalidInput

MAY = date(2026, 5, 1)
ABOUT = Text("中", "en")
DECLARED = Declarations(
    {},
    {
        "income_minor": OutsideName("income_minor", FeatureType.MONEY, 0, None, (), ABOUT),
        "status": OutsideName("status", FeatureType.INT, -2, 8, (), ABOUT),
        "share": OutsideName("share", FeatureType.RATIO, 0, 1, (), ABOUT),
        "verified": OutsideName("verified", FeatureType.BOOL, None, None, (), ABOUT),
        "work": OutsideName("work", FeatureType.TEXT, None, None, ("employed",), ABOUT),
    },
)


def fact(name: str, value: OutsideValue) -> OutsideFact:
    return OutsideFact(7, name, value, MAY, MAY, "bureau")


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("income_minor", 850_000, Stored(whole=850_000)),
        ("status", -2, Stored(whole=-2)),
        ("share", 1, Stored(ratio=1.0)),
        ("share", 0.25, Stored(ratio=0.25)),
        ("verified", False, Stored(whole=0)),
        ("work", "employed", Stored(label="employed")),
    ],
)
def test_a_value_goes_where_its_type_says(name: str, value: OutsideValue, stored: Stored) -> None:
    assert store_value(fact(name, value), DECLARED) == stored


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("income_minor", -1, "a number (money) from 0"),
        ("income_minor", 10.5, "a number (money) from 0"),
        ("income_minor", 2**53, "a number (money) from 0"),
        ("income_minor", True, "a number (money) from 0"),
        ("status", 9, "a number (int) from -2 to 8"),
        ("status", "3", "a number (int) from -2 to 8"),
        ("share", float("nan"), "a number (ratio) from 0 to 1"),
        ("share", float("inf"), "a number (ratio) from 0 to 1"),
        ("share", 10**400, "a number (ratio) from 0 to 1"),
        ("share", True, "a number (ratio) from 0 to 1"),
        ("verified", 1, "true or false"),
        ("work", "pirate", "one of employed"),
        ("work", 1, "one of employed"),
    ],
)
def test_a_value_of_another_kind_is_refused(name: str, value: OutsideValue, expected: str) -> None:
    with pytest.raises(InvalidInput, match=rf"customer 7, {name}: .* is not ") as caught:
        store_value(fact(name, value), DECLARED)
    assert str(caught.value).endswith(expected)


def test_a_fact_must_be_declared_dated_and_sourced() -> None:
    with pytest.raises(InvalidInput, match="zodiac: no fact of this name is declared"):
        store_value(fact("zodiac", 3), DECLARED)
    early = fact("status", 1)._replace(known_on=date(2026, 4, 30))
    with pytest.raises(InvalidInput, match="known on 2026-04-30, before the day it speaks of"):
        store_value(early, DECLARED)
    for source in ("", "x" * 81):
        with pytest.raises(InvalidInput, match="a source has 1 to 80 characters"):
            store_value(fact("status", 1)._replace(source=source), DECLARED)
