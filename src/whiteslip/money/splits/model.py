"""A closed statement as it is split, and what splitting it comes to."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple

from whiteslip.kernel.errors import Conflict
from whiteslip.kernel.money import Minor
from whiteslip.money.products.costs import AnnualCost
from whiteslip.money.schedules.model import InstallmentTerms, Piece


class Why(StrEnum):
    """Why a statement is not split."""

    NO_STATEMENT = "no_statement"
    SPLIT_ALREADY = "split_already"
    OVERDUE = "overdue"
    RELIEF = "relief"
    PLANS_STOPPED = "plans_stopped"
    TOO_LITTLE = "too_little"
    TOO_DEAR = "too_dear"


class NotSplit(Conflict):
    """A statement that is not split, with the reason by its name."""

    def __init__(self, why: Why, text: str) -> None:
        super().__init__(text)
        self.why = why


class Billed(NamedTuple):
    """The latest statement of a line, whether it was split before, and the rows of it that may be split."""

    customer_id: int
    line_id: int
    statement_on: date
    due_on: date
    minimum_minor: Minor
    pay_later_minor: Minor
    pay_later_minimum_minor: Minor
    is_split: bool
    installment_ids: frozenset[int]


class Minimum(NamedTuple):
    """What a statement asks for once a part of it is split off."""

    minimum_minor: Minor
    pay_later_minor: Minor
    pay_later_minimum_minor: Minor


class Split(NamedTuple):
    """A statement turned into a plan: its installments, its cost a year, and what remains of the minimum payment."""

    statement_on: date
    months: int
    principal_minor: Minor
    cost: AnnualCost
    installments: tuple[InstallmentTerms, ...]
    pieces: tuple[Piece, ...]
    minimum_before_minor: Minor
    after: Minimum

    @property
    def fee_minor(self) -> Minor:
        """All fees together."""
        return sum(term.fee_minor for term in self.installments)

    @property
    def version(self) -> str:
        """A digest of every term and every row that is split: another one whenever any of it has changed."""
        said = repr((self.installments, self.pieces, self.after))
        return blake2b(said.encode(), digest_size=16).hexdigest()


class KeptSplit(NamedTuple):
    """A split as it is kept."""

    customer_id: int
    split_id: int
    line_id: int
    principal_minor: Minor
    fee_minor: Minor
    minimum_before_minor: Minor
    minimum_after_minor: Minor
    statement_on: date
    split_on: date
    months: int
    version: str
