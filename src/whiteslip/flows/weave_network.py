"""Weave the network: links of the closed days are gathered, communities found, and rings shown to people."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.risk.network import rules, store
from whiteslip.risk.network.model import KnownRing, Ring
from whiteslip.risk.network.weaving import candidates, weave


class WeaveReport(NamedTuple):
    """What came of it: links gathered and read, accounts that share something, communities, and rings newly shown."""

    on: date
    gathered: int
    links: int
    accounts: int
    communities: int
    rings: int


def weave_network(db: Connection, *, at: datetime) -> WeaveReport | None:
    """Weave for the last closed day; None where it was done. It restricts nobody: a person looks at each ring."""
    on = business_day.today(db).current_on - timedelta(days=1)
    begun = store.begin_weave(db, on=on, at=at)
    if begun is None:
        return None
    gathered = store.gather_links(db, since=begun.since, on=on)
    links, terms = store.read_links(db), store.terms()
    woven = weave(links, terms, on=on)
    found = [
        ring
        for ring in candidates(woven, store.read_people(db, on=on), terms, on=on)
        if rules.is_ring(ring.finding, terms.ring)
    ]
    raised = store.raise_rings(db, _news(found, store.read_rings(db)), on=on, at=at)
    return WeaveReport(
        on,
        gathered,
        len(links.accounts),
        len(woven.accounts),
        int(woven.groups.max()) + 1 if len(woven.groups) else 0,
        raised,
    )


def _news(found: list[Ring], known: list[KnownRing]) -> list[Ring]:
    """Keep what people were not shown; only earlier rings with a member in common are compared."""
    by_member: dict[int, list[KnownRing]] = {}
    for one in known:
        for member in one.members:
            by_member.setdefault(member, []).append(one)
    terms = store.terms().ring
    kept: list[Ring] = []
    for ring in found:
        near = {
            one.ring_id: one for member in sorted(ring.ids) for one in by_member.get(member, ())
        }
        if rules.is_news(ring, near.values(), terms):
            kept.append(ring)
    return kept
