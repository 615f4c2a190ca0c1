"""What makes a community of linked accounts a ring worth a person's look; association alone never does."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import combinations

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import ReasonCode
from whiteslip.risk.network.model import (
    Comer,
    Finding,
    KnownRing,
    Link,
    LinkKind,
    Member,
    Ring,
    RingTerms,
    Shared,
    Sign,
    Terms,
)


def find(members: Sequence[Member], shared: Sequence[Shared], terms: Terms, *, on: date) -> Finding:
    """Measure a community: how dense, by what scarce things, how much in step, how bad and how new it is."""
    ring = terms.ring
    size = len(members)
    shares = {
        "density": _density(size, shared),
        "scarcity": _scarcity(size, shared, terms),
        "synchrony": synchrony(members, ring),
        "bad_share": sum(member.is_bad for member in members) / size,
        "new_share": sum((on - one.joined_on).days <= ring.new_days for one in members) / size,
    }
    score = sum(ring.weights[name] * share for name, share in shares.items())
    return Finding(**shares, score=round(score, 4), signs=tuple(_signs(shares, size, ring)))


def is_ring(finding: Finding, terms: RingTerms) -> bool:
    """Tell whether a person shall look: the score is reached, and something speaks against it besides the links."""
    return bool(finding.signs) and finding.score >= terms.raise_at


def synchrony(members: Sequence[Member], terms: RingTerms) -> float:
    """Find the share of members who joined, and first used what they share, within half a window of the middle one."""
    joined = sorted(member.joined_on for member in members)[len(members) // 2]
    used = sorted(member.first_on for member in members)[len(members) // 2]
    half = terms.window_days / 2
    near = [
        abs((member.joined_on - joined).days) <= half and abs((member.first_on - used).days) <= half
        for member in members
    ]
    return sum(near) / len(near)


def is_news(ring: Ring, known: Iterable[KnownRing], terms: RingTerms) -> bool:
    """Tell whether a ring says what people were not shown: it is another one, or has more against it than before.

    While a person has it before them it is not shown again; once decided, only a new bad member or sign counts.
    """
    same = [one for one in known if is_same(ring.ids, one.members, terms)]
    if not same:
        return True
    if any(one.is_open for one in same):
        return False
    bad = frozenset[int]().union(*(one.bad for one in same))
    signs = frozenset[Sign]().union(*(one.signs for one in same))
    return not (ring.bad <= bad and signs.issuperset(ring.finding.signs))


def is_same(one: frozenset[int], other: frozenset[int], terms: RingTerms) -> bool:
    """Tell whether two groups are one ring over time: they share enough of all their members."""
    return len(one & other) >= terms.same_share * len(one | other)


def check_reason(code: ReasonCode, terms: RingTerms) -> InvalidInput | None:
    """Refuse a reason that says nothing of the person but that they are in the picture."""
    if code in terms.restrict_for:
        return None
    own = ", ".join(terms.restrict_for)
    return InvalidInput(f"a member is restricted for what they did: {own}", where="reason")


def counts(kind: LinkKind, terms: Terms) -> bool:
    """Tell whether sharing a thing of a kind says anything of single people: what many share by living does not."""
    return terms.kinds[kind].is_scarce


def fresh_from(kind: LinkKind, terms: Terms, *, on: date) -> date:
    """Return the first day on which a link must have been seen last to count on a day."""
    one = terms.kinds[kind]
    days = one.half_life_days * math.log2(one.weight / terms.least_weight)
    return on - timedelta(days=math.floor(days + 1e-9))


def links_to_bad(
    comer: Comer, links: Iterable[Link], bad: frozenset[int], terms: Terms, *, on: date
) -> int:
    """Count the people known as bad who used what somebody comes with. SQL twin: look_up.sql."""
    known = list(links)
    found = set[int]()
    for kind, entity in comer.things:
        others = [
            one
            for one in known
            if (one.kind, one.entity) == (kind, entity) and one.customer_id != comer.customer_id
        ]
        if counts(kind, terms) and len(others) < terms.kinds[kind].most_accounts:
            fresh = fresh_from(kind, terms, on=on)
            found |= {one.customer_id for one in others if one.last_on >= fresh}
    return len(found & bad)


def _signs(shares: dict[str, float], size: int, terms: RingTerms) -> Iterator[Sign]:
    bad = round(shares["bad_share"] * size)
    if bad >= terms.least_bad and shares["bad_share"] >= terms.least_bad_share:
        yield Sign.KNOWN_BAD
    if shares["synchrony"] >= terms.synchronous_share and shares["scarcity"] >= terms.scarce_share:
        yield Sign.SYNCHRONY


def _density(size: int, shared: Sequence[Shared]) -> float:
    """Find the share of pairs of members that share anything."""
    pairs = {pair for one in shared for pair in combinations(sorted(one.members), 2)}
    return len(pairs) / (size * (size - 1) / 2)


def _scarcity(size: int, shared: Sequence[Shared], terms: Terms) -> float:
    """Find the share of members who share something people rarely do, such as a device."""
    scarce = [one.members for one in shared if terms.kinds[one.kind].is_scarce]
    return len(frozenset[int]().union(*scarce)) / size
