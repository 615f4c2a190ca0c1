"""What is planted is written down before anybody lives, the same for the same seed, and by rule."""

from __future__ import annotations

from importlib import resources

import numpy as np
import pytest
from msgspec.structs import replace
from tests.world.threats.worlds import TINY, cast, dense

from whiteslip.kernel.errors import InvalidInput
from whiteslip.world.shoppers import Floats
from whiteslip.world.threats.cast import Cast, cast_of
from whiteslip.world.threats.labels import FRAUD, Episode, Hand, Kind, Labels
from whiteslip.world.threats.plan import ORDINARY, Intent
from whiteslip.world.threats.terms import read, shipped

SHIPPED_TEXT = (resources.files("whiteslip.world.threats") / "data" / "threats.toml").read_text(
    "utf-8"
)


def episodes(people: Cast, kind: Kind) -> list[Episode]:
    return [one for one in people.labels.episodes if one.kind is kind]


def intents(people: Cast) -> list[Intent]:
    return [one for day in sorted(people.plan.intents) for one in people.plan.intents[day]]


def test_a_seed_plants_the_same_and_another_seed_other_things() -> None:
    first, again = cast(), cast()
    other = cast_of(TINY.shoppers, days=TINY.days, seed=5, terms=dense())

    assert first.labels.episodes == again.labels.episodes != other.labels.episodes
    assert intents(first) == intents(again) != intents(other)
    assert first.plan.device.tolist() == again.plan.device.tolist()
    assert first.rng(2, 9).random() == again.rng(2, 9).random() != first.rng(2, 10).random()


def test_every_kind_is_planted_and_nobody_is_in_two_frauds() -> None:
    people = cast()
    of_fraud = [who for one in people.labels.episodes if one.kind in FRAUD for who in one.who]

    assert {one.kind for one in people.labels.episodes} >= set(Kind) - {Kind.TABLET}
    assert len(of_fraud) == len(set(of_fraud)) > 20
    assert set(people.plan.intents) <= set(range(TINY.days))
    assert all(0 <= one.first <= one.last < TINY.days for one in people.labels.episodes)


def test_a_ring_opens_in_step_shares_scarce_things_and_never_pays() -> None:
    people, terms = cast(), dense().ring
    for ring in episodes(people, Kind.RING):
        who = list(ring.who)
        joined = people.shoppers.joins[who]
        assert terms.members[0] <= len(who) <= terms.members[1]
        assert joined.max() - joined.min() <= terms.opens_within
        assert len(set(people.plan.device[who])) <= terms.devices[1]
        assert len(set(people.plan.phone[who])) <= terms.phones[1]
        assert (people.plan.quits[who] < TINY.days).all()
        assert set(who) <= people.plan.criminals


def test_a_thief_comes_with_a_new_phone_mostly_and_seldom_has_the_code() -> None:
    people = cast_of(20_000, days=365, seed=1, terms=shipped())
    thieves = [one for one in intents(people) if one.hand is Hand.THIEF]
    new = np.mean([one.device != people.plan.device[one.who] for one in thieves])
    taken = [n for n, one in enumerate(people.labels.episodes) if one.kind is Kind.TAKEOVER]
    passing = np.mean([people.plan.passes[n] for n in taken])

    assert len(taken) > 100
    assert new == pytest.approx(shipped().takeover.new_device, abs=0.06)
    assert passing == pytest.approx(shipped().takeover.passes_code, abs=0.07)
    assert all(one.episode != ORDINARY for one in thieves)


def test_the_numbers_of_things_do_not_tell_who_they_are_for() -> None:
    people = cast_of(20_000, days=365, seed=2, terms=shipped())
    thieves = {one.device for one in intents(people) if one.hand is Hand.THIEF}
    owners = {
        change.device for some in people.plan.changes.values() for change in some if change.device
    }
    strangers = np.array(sorted(thieves - set(people.plan.device.tolist())), float)
    honest = np.array(sorted(owners), float)

    def says_the_same(one: Floats, other: Floats) -> bool:
        """Compare the distributions by the largest gap, at one in a thousand (Kolmogorov and Smirnov)."""
        places = np.concatenate([one, other])
        shares = (
            np.searchsorted(np.sort(each), places, "right") / len(each) for each in (one, other)
        )
        gap = float(np.abs(np.subtract(*shares)).max())
        return gap < 1.95 * (1 / len(one) + 1 / len(other)) ** 0.5

    assert says_the_same(strangers, honest)
    assert not says_the_same(strangers / 2, honest), "a thief's numbers that ran lower are found"


def test_what_contradicts_itself_is_refused_by_name() -> None:
    text = """version = 1"""
    with pytest.raises(InvalidInput, match="calendar"):
        read(text)


@pytest.mark.parametrize(
    ("given", "instead", "where"),
    [
        ("members       = [5, 9]", "members = [9, 5]", "ring.members"),
        ("night         = 0.6", "night = 1.6", "takeover.night"),
        ("own_time  = 0.55", "own_time = 0.5\nrain = 1", "days"),
        ("minutes   = [40, 540", "minutes = [540, 40", "days.minutes"),
        ("weights   = [0.04, ", "weights = [", "days.weights"),
    ],
)
def test_a_wrong_assumption_is_refused_by_name(given: str, instead: str, where: str) -> None:
    text = SHIPPED_TEXT.replace(given, instead)
    assert text != SHIPPED_TEXT

    with pytest.raises(InvalidInput) as refused:
        read(text)
    assert where in str(refused.value.where) or where in str(refused.value)


def test_an_order_knows_what_it_is_part_of_in_memory_only() -> None:
    labels = Labels((Episode(Kind.TAKEOVER, (3,), 1, 2), Episode(Kind.MOVED, (4,), 1, 2)))
    labels.orders.update({"W1": 0, "W2": 1})

    assert (labels.kind_of("W1"), labels.kind_of("W9")) == (Kind.TAKEOVER, None)
    assert labels.is_fraud("W1")
    assert not labels.is_fraud("W2")
    assert not labels.is_fraud("W9")


def test_without_a_rate_nothing_is_planted() -> None:
    terms = dense()
    none = replace(terms, fraud=replace(terms.fraud, rings=0.0, takeovers=0.0, cash_outs=0.0))
    people = cast_of(100, days=90, seed=1, terms=none)

    assert not [one for one in people.labels.episodes if one.kind in FRAUD]
