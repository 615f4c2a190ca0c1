"""Communities: what a dormitory, a shop's tablet and a family share swallows nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.risk.network.groups import ON, TERMS, links_of, rings_of, uses

from whiteslip.risk.network.model import LinkKind, Terms
from whiteslip.risk.network.rules import is_ring
from whiteslip.risk.network.weaving import weave, weigh

Row = tuple[int, int, int, date, date]
RING = (3, 17, 29, 41, 55)


def groups_of(rows: Sequence[Row], terms: Terms = TERMS) -> set[frozenset[int]]:
    woven = weave(links_of(rows), terms, on=ON)
    return {
        frozenset(woven.accounts[woven.groups == group].tolist())
        for group in np.unique(woven.groups)
    }


def uncapped() -> Terms:
    """A planted fault: a thing may be shared by any number."""
    kinds = {kind: one._replace(most_accounts=10**6) for kind, one in TERMS.kinds.items()}
    return TERMS._replace(kinds=kinds)


DORMITORY = uses(range(300), 1, LinkKind.ADDRESS)
TABLET = uses(range(0, 300, 3), 2)
FAMILY = [*uses((1000, 1001, 1002), 3), *uses((1000, 1001, 1002), 4, LinkKind.ADDRESS)]


def test_a_ring_in_a_dormitory_is_found_alone() -> None:
    rows = [*DORMITORY, *TABLET, *FAMILY, *uses(RING, 9)]

    assert groups_of(rows) == {frozenset(RING), frozenset({1000, 1001, 1002})}
    (found,) = rings_of(rows, bad=RING[:2])
    assert found.ids == frozenset(RING)
    assert is_ring(found.finding, TERMS.ring)


def test_control_without_caps_the_dormitory_swallows_the_ring() -> None:
    rows = [*DORMITORY, *TABLET, *uses(RING, 9)]
    most = max(groups_of(rows, uncapped()), key=len)

    assert len(most) > len(RING)


def test_a_family_with_debts_is_no_ring() -> None:
    assert rings_of(FAMILY, bad=(1000, 1001)) == []


def test_what_has_faded_links_nobody() -> None:
    old = ON - timedelta(days=900)
    rows = uses(RING, 9, first=old, last=old)

    assert groups_of(rows) == set()


def test_weights_fade_by_half_lives() -> None:
    half = TERMS.kinds[LinkKind.DEVICE].half_life_days
    days = [ON, ON - timedelta(days=half), ON - timedelta(days=2 * half)]
    rows = [row for n, day in enumerate(days) for row in uses([n], 9, first=day, last=day)]

    assert weigh(links_of(rows), TERMS, on=ON).tolist() == [1.0, 0.5, 0.25]


def chain(cliques: int, size: int = 8) -> list[Row]:
    """Cliques of people over many devices each, one bridge between neighbors: one component."""
    rows: list[Row] = []
    for n in range(cliques):
        people = range(n * size, (n + 1) * size)
        for device in range(6):
            rows += uses(people, 100 * n + device)
        if n:
            rows += uses((n * size - 1, n * size), 10_000 + n)
    return rows


def test_a_large_component_is_split_where_it_is_thin() -> None:
    found = groups_of(chain(6))

    assert found == {frozenset(range(n * 8, (n + 1) * 8)) for n in range(6)}


def test_control_a_plain_component_is_all_of_them() -> None:
    assert groups_of(chain(6), TERMS._replace(split_above=10_000)) == {frozenset(range(48))}


def test_members_nobody_knows_any_more_count_for_nothing() -> None:
    from tests.risk.network.groups import people_of

    from whiteslip.risk.network.weaving import candidates

    woven = weave(links_of(uses(RING, 9)), TERMS, on=ON)
    (found,) = candidates(woven, people_of(RING[:4], bad=RING[:2]), TERMS, on=ON)
    assert found.ids == frozenset(RING[:4])
    assert list(candidates(woven, people_of([]), TERMS, on=ON)) == []


def test_nothing_is_woven_of_nothing() -> None:
    assert rings_of([]) == []


ROWS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 2), st.integers(0, 25)), unique=True, max_size=150
)


@given(told=ROWS, order=st.randoms(use_true_random=False))
def test_the_order_of_links_changes_nothing(told: list[tuple[int, int, int]], order) -> None:  # pyright: ignore
    rows = [(*one, ON, ON) for one in told]
    mixed = list(rows)
    order.shuffle(mixed)  # pyright: ignore[reportUnknownMemberType]
    terms = TERMS._replace(split_above=5)

    assert groups_of(rows, terms) == groups_of(mixed, terms)
    bad = range(0, 60, 4)
    assert rings_of(rows, bad=bad) == rings_of(mixed, bad=bad)


@given(told=ROWS)
def test_every_linked_account_is_in_one_community_of_its_component(
    told: list[tuple[int, int, int]],
) -> None:
    rows = [(*one, ON, ON) for one in told]
    whole = groups_of(rows, TERMS._replace(split_above=10_000))
    parts = groups_of(rows, TERMS._replace(split_above=5))

    assert all(any(part <= one for one in whole) for part in parts)
    assert sum(map(len, parts)) == sum(map(len, whole))


@pytest.mark.parametrize("rounds", [1, 2])
def test_however_few_rounds_everybody_has_a_community(rounds: int) -> None:
    found = groups_of(chain(6), TERMS._replace(rounds=rounds))

    assert sum(map(len, found)) == 48
