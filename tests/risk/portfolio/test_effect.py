"""The effect of a policy: no day counts twice, no amount comes from nowhere, what is unknown stays unknown."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.kernel.errors import InvalidInput
from whiteslip.risk.portfolio.effect import (
    Counts,
    Effect,
    Orders,
    Owed,
    Policy,
    PolicyKind,
    Spell,
    compare,
    granting,
    merged,
    read_effect_terms,
    read_policy,
    stopping,
)

TODAY = date(2026, 6, 30)
TEXT = (resources.files("whiteslip.risk.portfolio") / "data" / "effect.toml").read_text("utf-8")
NOTHING = Counts(0, 0, 0, 0, 0, 0, (), (), Owed(0, 0, 0, 0, 0, 0, 0))
RUN = Policy(PolicyKind.RUN, "watch", 3, date(2026, 2, 10))


def spell_of(line: int, start: int, length: int) -> Spell:
    first = TODAY + timedelta(start)
    return Spell(line % 3, line, first, first + timedelta(length))


spells = st.lists(
    st.builds(
        spell_of,
        st.integers(1, 6),
        st.integers(0, 40),
        st.integers(0, 20),
    ),
    max_size=40,
)


def tenth(place: int | None) -> float | None:
    return None if place is None else 0.1


def value(effect: Effect, name: str) -> int | None:
    (found,) = (figure.value for figure in effect.figures if figure.name == name)
    return found


@given(found=spells)
def test_no_day_of_a_line_counts_twice(found: list[Spell]) -> None:
    def days(listed: list[Spell]) -> list[tuple[int, int, int]]:
        return [
            (spell.customer_id, spell.line_id, day)
            for spell in listed
            for day in range(spell.from_on.toordinal(), spell.to_on.toordinal())
        ]

    joined = days(merged(found))

    assert sorted(set(days(found))) == sorted(joined), "each day once, and none is lost"
    assert merged(merged(found)) == merged(found)


@pytest.mark.parametrize(
    "text", ["run:watch:3:2026-02-10", "book:checkout:2", "reason:POL-01", "campaign:42"]
)
def test_a_policy_is_named_as_it_is_read(text: str) -> None:
    assert read_policy(text).told == text


@pytest.mark.parametrize(
    "text",
    ["", "run:watch:3", "run:watch:3:2026-02-31", "book:watch", "reason:pol", "campaign:x", "all"],
)
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_policy(text)


def test_what_was_sold_all_the_same_is_neither_lost_nor_avoided() -> None:
    orders = (Orders(1, 2, 3, 3_000, 1, 1_000, 20), Orders(2, 3, 1, 500, 0, 0, 5))
    found = stopping(RUN, NOTHING._replace(orders=orders), on=TODAY, lost_share=tenth)

    assert value(found, "orders refused") == 4
    assert value(found, "orders lost at most") == 3
    assert value(found, "lost at most") == 2_500
    assert value(found, "loss avoided") == 250
    assert value(found, "fees of shops lost") == 25
    assert {each.basis for each in found.people + found.merchants} == {"measured"}
    assert {each.name for each in found.platform if each.basis == "expected"} == {
        "fees of shops lost",
        "loss avoided",
        "provision for what is owed now",
    }


def test_orders_of_lines_not_known_are_left_out_and_said() -> None:
    orders = (Orders(1, None, 2, 3_000, 0, 0, 20), Orders(1, 2, 1, 1_000, 0, 0, 5))
    found = granting(
        Policy(PolicyKind.CAMPAIGN, "7"),
        NOTHING._replace(orders=orders),
        on=TODAY,
        lost_share=tenth,
    )

    assert value(found, "loss on what was sold") == 100
    assert value(found, "orders not foretold") == 2
    assert value(found, "sold") == 4_000


def test_one_less_another_is_unknown_where_either_is() -> None:
    one = stopping(RUN, NOTHING._replace(people=5, days=9), on=TODAY, lost_share=tenth)
    owed = NOTHING.owed._replace(now_loss_minor=None)
    other = stopping(RUN, NOTHING._replace(people=2, owed=owed), on=TODAY, lost_share=tenth)

    found = {figure.name: figure.value for figure in compare(one, other)}

    assert (found["people stopped"], found["days stopped"]) == (3, 9)
    assert found["provision for what is owed now"] is None


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("sold_again_days = 1", "sold_again_days = -1", "sold_again_days"),
        ("bad_over_days = 90", "bad_over_days = 90\nluck = 1", "luck"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(old: str, new: str, what: str) -> None:
    assert old in TEXT
    with pytest.raises(InvalidInput, match=what):
        read_effect_terms(TEXT.replace(old, new, 1))
