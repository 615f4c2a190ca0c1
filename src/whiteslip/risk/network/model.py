"""What links accounts, what the parameters say of it, and a ring with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from whiteslip.kernel.reason import ReasonCode

Array: TypeAlias = "np.ndarray[Any, Any]"


class LinkKind(StrEnum):
    """What two accounts may share; only hashes of it are kept."""

    DEVICE = "device"
    PHONE = "phone"
    ADDRESS = "address"
    CARD = "card"
    IP = "ip"


KINDS = tuple(LinkKind)
"""The kinds by the number they have in columns."""


class Sign(StrEnum):
    """What speaks against a group beyond its being linked."""

    KNOWN_BAD = "known_bad"
    SYNCHRONY = "synchrony"


class Links(NamedTuple):
    """Links as columns of one length: one row for each account and each thing it uses.

    `kinds` are numbers in `KINDS`, `entities` hashes, the dates datetime64 of days.
    """

    accounts: Array
    kinds: Array
    entities: Array
    first_on: Array
    last_on: Array


class People(NamedTuple):
    """Linked accounts as columns, by ascending number: since when they are here, and whether they are known as bad."""

    accounts: Array
    joined_on: Array
    is_bad: Array


class KindTerms(NamedTuple):
    """How a kind counts: its weight, how many may share one of it before it says nothing, and how fast it fades."""

    weight: float
    most_accounts: int
    half_life_days: int
    is_scarce: bool


class RingTerms(NamedTuple):
    """When a community is a ring: its size, its signs, the weights of the score and where it begins."""

    least_members: int
    most_members: int
    window_days: int
    new_days: int
    synchronous_share: float
    scarce_share: float
    least_bad: int
    least_bad_share: float
    bad_days: int
    raise_at: float
    same_share: float
    restrict_for: tuple[ReasonCode, ...]
    weights: Mapping[str, float]


class Terms(NamedTuple):
    """The parameters of the network."""

    kinds: Mapping[LinkKind, KindTerms]
    ring: RingTerms
    least_weight: float
    split_above: int
    rounds: int


class Woven(NamedTuple):
    """The network after caps and fading: each account with its community, and each link that counts.

    `account` and `entity` of a link are places in `accounts` and among the things; `groups` has one number an account.
    """

    accounts: Array
    groups: Array
    account: Array
    entity: Array
    kind: Array
    weight: Array
    first_on: Array


class Member(NamedTuple):
    """An account of a community; `first_on` is when it first used any of what it shares."""

    customer_id: int
    joined_on: date
    first_on: date
    is_bad: bool


class Shared(NamedTuple):
    """A thing several members use, without its hash; the weight is of its freshest use."""

    kind: LinkKind
    members: tuple[int, ...]
    weight: float


class Finding(NamedTuple):
    """What was found of a community, each share from 0 to 1, the score over them, and the signs it has of its own."""

    density: float
    scarcity: float
    synchrony: float
    bad_share: float
    new_share: float
    score: float
    signs: tuple[Sign, ...]


class Ring(NamedTuple):
    """A community with what was found of it; members by ascending number."""

    members: tuple[Member, ...]
    shared: tuple[Shared, ...]
    finding: Finding

    @property
    def ids(self) -> frozenset[int]:
        """Who is in it."""
        return frozenset(member.customer_id for member in self.members)

    @property
    def bad(self) -> frozenset[int]:
        """Who of it is known as bad."""
        return frozenset(member.customer_id for member in self.members if member.is_bad)


class Link(NamedTuple):
    """One account and one thing it used, last on a day."""

    customer_id: int
    kind: LinkKind
    entity: int
    last_on: date


class Comer(NamedTuple):
    """Somebody who comes with things that are new to them: each a kind and a hash."""

    customer_id: int
    things: tuple[tuple[LinkKind, int], ...]


class Company(NamedTuple):
    """What others did whom somebody is linked to; it says nothing of them.

    `links_to_bad` counts people known as bad who used a scarce thing they come with, `ring_score` is that of an open or
    confirmed ring they are in, 0 without.
    """

    links_to_bad: int
    ring_score: float


class Roll(NamedTuple):
    """Who is in a ring, and whether a person confirmed it."""

    members: frozenset[int]
    is_confirmed: bool


class KnownRing(NamedTuple):
    """A ring people were shown before: who was in it, what spoke against it, and whether its case is still open."""

    customer_id: int
    ring_id: int
    members: frozenset[int]
    bad: frozenset[int]
    signs: frozenset[Sign]
    is_open: bool
