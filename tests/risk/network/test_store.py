"""What the network says at the door equals the rule, for any links; and a link is met the moment it is made."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from whiteslip.infra.database import Connection
from whiteslip.risk.network import rules, store
from whiteslip.risk.network.model import KINDS, Comer, Company, Link, LinkKind
from whiteslip.risk.network.weaving import weigh

ON = date(2026, 6, 1)
BAD = frozenset(range(1, 100, 3))


def keep(db: Connection, links: list[Link]) -> None:
    for one in links:
        db.execute(
            "INSERT INTO risk.network_link (customer_id, entity, first_on, last_on, times, kind)"
            " VALUES (%s, %s, %s, %s, 1, %s)",
            (one.customer_id, one.entity, one.last_on, one.last_on, one.kind.value),
        )


def make_bad(db: Connection) -> None:
    """Let some be long overdue."""
    for customer_id in BAD:
        db.execute(
            "INSERT INTO money.arrears (customer_id, line_id, since_on, oldest_due_on, worst_days)"
            " VALUES (%s, 1, %s, %s, 91)",
            (customer_id, ON - timedelta(days=91), ON - timedelta(days=91)),
        )


def drawn(seed: int) -> list[Link]:
    """Links of a hundred people to forty things, of which some are shared by many and some are old."""
    rng = np.random.default_rng(seed)
    found: dict[tuple[int, LinkKind, int], Link] = {}
    for _ in range(900):
        entity = int(rng.integers(1, 15)) if rng.random() < 0.3 else int(rng.integers(15, 400))
        kind = KINDS[int(rng.integers(0, 3))]
        age = timedelta(days=int(rng.integers(0, 1500)))
        one = Link(int(rng.integers(1, 100)), kind, entity, ON - age)
        found[one[:3]] = one
    return list(found.values())


def comers(seed: int) -> list[Comer]:
    rng = np.random.default_rng(seed)
    return [
        Comer(
            int(rng.integers(1, 130)),
            tuple((kind, int(rng.integers(1, 400))) for kind in KINDS if rng.random() < 0.7),
        )
        for _ in range(200)
    ]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_statement_counts_as_the_rule_does(db: Connection, seed: int) -> None:
    links, asked = drawn(seed), comers(seed + 10)
    keep(db, links)
    make_bad(db)

    found = store.look_up(db, asked, on=ON)

    expected = [rules.links_to_bad(one, links, BAD, store.terms(), on=ON) for one in asked]
    assert [one.links_to_bad for one in found] == expected
    assert len(set(expected)) >= 3


@pytest.mark.parametrize("planted", [{"most_accounts": 1000}, {"half_life_days": 3000}])
def test_control_a_cap_or_an_age_that_is_forgotten_is_seen(
    db: Connection, monkeypatch: pytest.MonkeyPatch, planted: dict[str, int]
) -> None:
    links, asked, right = drawn(1), comers(11), store.terms()
    keep(db, links)
    make_bad(db)
    kinds = {kind: one._replace(**planted) for kind, one in right.kinds.items()}
    monkeypatch.setattr(store, "terms", lambda: right._replace(kinds=kinds))

    found = [one.links_to_bad for one in store.look_up(db, asked, on=ON)]

    assert found != [rules.links_to_bad(one, links, BAD, right, on=ON) for one in asked]


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_counts_at_the_door_as_long_as_it_is_woven(kind: LinkKind) -> None:
    terms = store.terms()
    last = rules.fresh_from(kind, terms, on=ON)
    days = np.array([last, last - timedelta(days=1)], dtype="datetime64[D]")
    number = np.array([KINDS.index(kind)] * 2)
    links = store.Links(number, number, number, days, days)

    weights = weigh(links, terms, on=ON)

    assert list(weights >= terms.least_weight) == [True, False]


def test_a_link_is_met_the_moment_it_is_made_and_woven_when_counted(db: Connection) -> None:
    make_bad(db)
    device = (LinkKind.DEVICE, 77)
    asked = [Comer(2, (device,))]

    assert store.look_up(db, asked, on=ON) == [Company(0, 0)]
    assert store.tie_at_once(db, [Comer(1, (device,))], on=ON) == 1
    assert store.tie_at_once(db, [Comer(1, (device,))], on=ON) == 0
    assert store.look_up(db, asked, on=ON) == [Company(1, 0)]
    assert len(store.read_links(db).accounts) == 0


def test_an_address_says_nothing_of_single_people(db: Connection) -> None:
    make_bad(db)
    store.tie_at_once(db, [Comer(1, ((LinkKind.ADDRESS, 5),))], on=ON)

    assert store.look_up(db, [Comer(2, ((LinkKind.ADDRESS, 5),))], on=ON) == [Company(0, 0)]
