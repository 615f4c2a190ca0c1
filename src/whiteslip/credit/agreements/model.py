"""Agreements, their clauses, and what is kept of who accepted them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from whiteslip.money.ledger.model import LEGS, Account, MovementKind


class Name(StrEnum):
    """The contracts there are: of a line, and of a purchase in a plan."""

    CREDIT = "credit-agreement"
    PLAN = "plan-agreement"


class How(StrEnum):
    """How a version came to be accepted.

    `OPENING`: the shop opened the line and says so; `BOOK`: the line came with a book whose owner answers for it;
    `LATER`: its owner accepted a newer version.
    """

    APPLICATION = "application"
    OPENING = "opening"
    BOOK = "book"
    LATER = "later"


class Subject(StrEnum):
    """What was accepted for: numbers of lines and applications are of one sequence."""

    LINE = "line"
    APPLICATION = "application"


BOOK_OWNER = "the owner of the book"
"""Who answers for the agreements of lines that came with a book."""


class Bound(StrEnum):
    """What a promised figure is: never fewer than so many, or never more."""

    LEAST = "least"
    MOST = "most"


PROMISES: Mapping[str, Bound] = MappingProxyType(
    {
        "limit_cut_days": Bound.LEAST,
        "decided_cut_days": Bound.LEAST,
        "temporary_limit_days": Bound.LEAST,
        "appeal_days": Bound.MOST,
        "human_decision_days": Bound.MOST,
        "messages_a_day": Bound.MOST,
        "charge_off_days": Bound.LEAST,
    }
)
"""Figures an agreement may promise that are no terms of a product; the policies in force must keep them."""

_OWED = frozenset({Account.RECEIVABLE_FEE, Account.RECEIVABLE_LATE_FEE})
FEES: frozenset[MovementKind] = frozenset(
    kind for kind, legs in LEGS.items() if legs.debit in _OWED
)
"""The movements by which a customer comes to owe a fee."""


class Words(NamedTuple):
    """The same in both languages."""

    zh: str
    en: str


class Clause(NamedTuple):
    """A numbered clause; `cites` names what rests on it: a notice, a notice for a family of reasons, a fee."""

    number: int
    heading: Words
    text: Words
    cites: tuple[str, ...]


class Agreement(NamedTuple):
    """A version of a contract, announced `notice_days` before it takes effect; `changes` says what is new in it."""

    agreement_id: int
    name: Name
    version: int
    needs_acceptance: bool
    notice_days: int
    title: Words
    changes: Words | None
    promises: Mapping[str, int]
    clauses: tuple[Clause, ...]


class Published(NamedTuple):
    """An agreement with when it was published and the digest of its text."""

    agreement: Agreement
    published_on: date
    published_at: datetime
    checksum: str


class Citable(NamedTuple):
    """What an agreement must name a clause for, and what else it may."""

    must: frozenset[str]
    may: frozenset[str]


class Citation(NamedTuple):
    """The clause something rests on, and how a letter says so."""

    agreement_id: int
    clause: int
    words: Words


class Acceptance(NamedTuple):
    """Somebody accepted a version, for a line or an application, at an instant and in a way, told by an actor."""

    customer_id: int
    subject_id: int
    subject: Subject
    agreement_id: int
    accepted_on: date
    accepted_at: datetime
    how: How
    actor: str


class Announcement(NamedTuple):
    """A line's owner is told of a version; it takes effect on a day, or (None) when it is accepted."""

    customer_id: int
    line_id: int
    agreement_id: int
    notice_id: int
    effective_on: date | None


class FilledClause(NamedTuple):
    """A clause with its figures, in one language."""

    number: int
    heading: str
    text: str


def fee_of(kind: str) -> str:
    """Name a fee as clauses cite it."""
    return f"fee/{kind}"


def family_of(what: str, family: str) -> str:
    """Name a kind of notice for a family of reasons, the letters before the dash of their codes, as clauses cite it."""
    return f"{what}/{family}"
