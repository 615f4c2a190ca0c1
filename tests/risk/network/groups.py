"""Links and people for tests of the network, with defaults."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import numpy as np

from whiteslip.risk.network import store
from whiteslip.risk.network.model import (
    KINDS,
    LinkKind,
    Links,
    Member,
    People,
    Ring,
    Shared,
    Terms,
)
from whiteslip.risk.network.weaving import candidates, weave

ON = date(2026, 6, 1)
TERMS: Terms = store.terms()
LONG_AGO = ON - timedelta(days=900)


def uses(
    accounts: Iterable[int],
    entity: int,
    kind: LinkKind = LinkKind.DEVICE,
    *,
    first: date = ON,
    last: date = ON,
) -> list[tuple[int, int, int, date, date]]:
    """Everybody of `accounts` uses one thing."""
    return [(account, KINDS.index(kind), entity, first, last) for account in accounts]


def links_of(rows: Sequence[tuple[int, int, int, date, date]]) -> Links:
    """Columns of links."""
    accounts, kinds, entities, first, last = zip(*rows, strict=True) if rows else ((),) * 5
    return Links(
        np.array(accounts, dtype=np.int64),
        np.array(kinds, dtype=np.int64),
        np.array(entities, dtype=np.int64),
        np.array(first, dtype="datetime64[D]"),
        np.array(last, dtype="datetime64[D]"),
    )


def people_of(
    accounts: Iterable[int], *, joined: dict[int, date] | None = None, bad: Iterable[int] = ()
) -> People:
    """People who joined long ago and far apart, unless told otherwise."""
    ids, is_bad = sorted(set(accounts)), set(bad)
    days = [(joined or {}).get(one, LONG_AGO - timedelta(days=40 * (one % 50))) for one in ids]
    return People(
        np.array(ids, dtype=np.int64),
        np.array(days, dtype="datetime64[D]"),
        np.array([one in is_bad for one in ids], dtype=bool),
    )


def rings_of(
    rows: Sequence[tuple[int, int, int, date, date]],
    *,
    joined: dict[int, date] | None = None,
    bad: Iterable[int] = (),
) -> list[Ring]:
    """Weave, and measure what may show a sign."""
    links = links_of(rows)
    people = people_of((row[0] for row in rows), joined=joined, bad=bad)
    return list(candidates(weave(links, TERMS, on=ON), people, TERMS, on=ON))


def member(customer_id: int, *, joined: date = LONG_AGO, first: date = ON, is_bad: bool = False):
    """A member of a community."""
    return Member(customer_id, joined, first, is_bad)


def all_share(members: Sequence[Member], kind: LinkKind = LinkKind.DEVICE) -> tuple[Shared, ...]:
    """One thing that all of them use."""
    return (Shared(kind, tuple(one.customer_id for one in members), 1.0),)
