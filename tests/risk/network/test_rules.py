"""What is a ring: the links and something besides, never the links alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.risk.network.groups import LONG_AGO, ON, TERMS, all_share, member

from whiteslip.risk.network.model import (
    Finding,
    KnownRing,
    LinkKind,
    Member,
    Ring,
    RingTerms,
    Sign,
)
from whiteslip.risk.network.rules import find, is_news, is_ring, synchrony

NEW = ON - timedelta(days=20)


def apart(count: int, *, bad: int = 0, gap: int = 40) -> list[Member]:
    """People who joined far from each other, the first of them known as bad."""
    return [
        member(n, joined=LONG_AGO + timedelta(days=gap * n), is_bad=n < bad) for n in range(count)
    ]


def in_step(count: int) -> list[Member]:
    return [member(n, joined=NEW) for n in range(count)]


def test_strangers_of_whom_two_are_bad_and_who_share_a_device_are_a_ring() -> None:
    members = apart(4, bad=2)
    found = find(members, all_share(members), TERMS, on=ON)

    assert found.signs == (Sign.KNOWN_BAD,)
    assert (found.density, found.scarcity, found.bad_share) == (1, 1, 0.5)
    assert is_ring(found, TERMS.ring)


def test_those_who_come_in_step_over_one_device_are_a_ring() -> None:
    members = in_step(5)
    found = find(members, all_share(members), TERMS, on=ON)

    assert found.signs == (Sign.SYNCHRONY,)
    assert is_ring(found, TERMS.ring)


def test_students_who_move_in_in_one_september_are_none() -> None:
    members = in_step(18)
    found = find(members, all_share(members, LinkKind.ADDRESS), TERMS, on=ON)

    assert found.synchrony == 1
    assert found.signs == ()
    assert not is_ring(found, TERMS.ring)


def test_one_bad_member_is_bad_luck() -> None:
    members = apart(6, bad=1)

    assert find(members, all_share(members), TERMS, on=ON).signs == ()


def test_two_bad_among_many_are_bad_luck() -> None:
    members = apart(20, bad=2)

    assert find(members, all_share(members), TERMS, on=ON).signs == ()


def without_signs(finding: Finding, terms: RingTerms) -> bool:
    """A planted fault: a score alone makes a ring."""
    return finding.score >= terms.raise_at


@given(
    size=st.integers(4, 30),
    joined=st.lists(st.integers(0, 900), min_size=30, max_size=30),
    kind=st.sampled_from(LinkKind),
)
def test_association_alone_is_never_a_ring(size: int, joined: list[int], kind: LinkKind) -> None:
    """However much they share and however new they are: nobody bad, not in step."""
    members = [member(n, joined=LONG_AGO + timedelta(days=joined[n])) for n in range(size)]
    found = find(members, all_share(members, kind), TERMS, on=ON)
    in_step = synchrony(members, TERMS.ring) >= TERMS.ring.synchronous_share

    if not (in_step and TERMS.kinds[kind].is_scarce):
        assert not is_ring(found, TERMS.ring)


def test_control_a_score_without_signs_would_accuse_students() -> None:
    members = in_step(18)
    shared = all_share(members, LinkKind.ADDRESS)
    found = find(members, shared, TERMS, on=ON)

    assert without_signs(found, TERMS.ring)
    assert not is_ring(found, TERMS.ring)


@given(bad=st.integers(0, 8), more=st.integers(0, 8))
def test_who_is_known_to_be_worse_never_scores_less(bad: int, more: int) -> None:
    fewer, many = apart(16, bad=bad), apart(16, bad=bad + more)
    one, other = (find(x, all_share(x), TERMS, on=ON) for x in (fewer, many))

    assert 0 <= one.score <= other.score <= 1


def ring(members: list[Member]) -> Ring:
    shared = all_share(members)
    return Ring(tuple(members), shared, find(members, shared, TERMS, on=ON))


def known(of: Ring, *, is_open: bool) -> KnownRing:
    return KnownRing(0, 1, of.ids, of.bad, frozenset(of.finding.signs), is_open)


@pytest.mark.parametrize("is_open", [True, False])
def test_the_same_ring_is_shown_once(is_open: bool) -> None:
    found = ring(apart(6, bad=2))

    assert is_news(found, [], TERMS.ring)
    assert not is_news(found, [known(found, is_open=is_open)], TERMS.ring)


def test_a_dismissed_ring_comes_back_with_another_bad_member_only() -> None:
    before = known(ring(apart(6, bad=2)), is_open=False)

    assert not is_news(ring(apart(7, bad=2)), [before], TERMS.ring)
    assert is_news(ring(apart(6, bad=3)), [before], TERMS.ring)


def test_while_a_person_has_it_before_them_nothing_is_added() -> None:
    before = known(ring(apart(6, bad=2)), is_open=True)

    assert not is_news(ring(apart(6, bad=4)), [before], TERMS.ring)


def test_other_people_are_another_ring() -> None:
    others = [one._replace(customer_id=one.customer_id + 100) for one in apart(6, bad=2)]

    assert is_news(ring(others), [known(ring(apart(6, bad=2)), is_open=True)], TERMS.ring)


def test_who_joined_on_the_middle_day_is_in_step() -> None:
    day = date(2026, 3, 1)
    members = [member(n, joined=day + timedelta(days=n)) for n in (0, 0, 7, 7, 40)]

    assert synchrony(members, TERMS.ring) == 4 / 5
