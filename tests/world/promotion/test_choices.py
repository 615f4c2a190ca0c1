"""What people choose depends on their die, their means and what is offered, and on nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.world.promotion.choices import (
    Offer,
    Refused,
    Way,
    by_oneself,
    choose,
    preferred,
    shortest_bearable,
)
from whiteslip.world.promotion.terms import Willing

WILLING = Willing(part=0.4, less=0.3, other=0.1, least_share=(0.4, 0.9))
OFFERS = (Offer(Way.LESS, 600, 0), Offer(Way.PART, 600, 400), Offer(Way.OTHER, 0, 1_000))


def person(*, die: float, cash: int = 5_000, least: float = 0.5) -> Refused:
    return Refused(1_000, cash, least, die)


@pytest.mark.parametrize(
    ("die", "way"),
    [(0.0, Way.PART), (0.39, Way.PART), (0.41, Way.LESS), (0.75, Way.OTHER), (0.85, Way.LEAVE)],
)
def test_the_die_says_what_is_preferred(die: float, way: Way) -> None:
    assert preferred(die, WILLING) is way
    assert choose(person(die=die), OFFERS, WILLING).way is way


def test_what_is_not_possible_leads_to_the_next_and_in_the_end_away() -> None:
    assert choose(person(die=0.1, cash=399), OFFERS, WILLING).way is Way.LESS
    assert choose(person(die=0.1, cash=399, least=0.7), OFFERS, WILLING).way is Way.LEAVE
    assert choose(person(die=0.1, least=0.7), OFFERS[:1], WILLING).way is Way.LEAVE
    assert choose(person(die=0.1), (), WILLING).way is Way.LEAVE


@given(
    room=st.integers(-1_000, 3_000),
    wants=st.integers(1, 2_000),
    cash=st.integers(0, 3_000),
    die=st.floats(0, 0.999),
    least=st.floats(0, 1),
)
def test_nobody_takes_what_was_not_offered_or_spends_more_than_they_have(
    room: int, wants: int, cash: int, die: float, least: float
) -> None:
    offers = by_oneself(room, wants)
    taken = choose(Refused(wants, cash, least, die), offers, WILLING)

    assert taken.way is Way.LEAVE or taken in offers
    assert taken.other_minor <= cash
    assert taken.credit_minor <= max(0, room)
    assert taken.credit_minor + taken.other_minor <= wants


def test_the_shortest_plan_that_is_bearable_is_taken() -> None:
    dues = [(3, 340), (6, 175), (12, 92)]

    assert shortest_bearable(dues, 175) == 6
    assert shortest_bearable(dues, 1_000) == 3
    assert shortest_bearable(dues, 91) is None
