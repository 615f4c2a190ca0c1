"""A grant from its asking to its end."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from whiteslip.kernel.money import Minor


class GoodwillTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters, as `data/goodwill.toml` explains them."""

    alone_up_to_minor: Annotated[Minor, Meta(ge=0, le=10_000_000)]
    most_minor: Annotated[Minor, Meta(ge=1, le=100_000_000)]


class State(StrEnum):
    """Where a grant stands: one that is asked waits for another person."""

    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"


class Why(StrEnum):
    """Why something is granted."""

    OUR_MISTAKE = "our_mistake"
    POOR_SERVICE = "poor_service"
    HARDSHIP = "hardship"
    COMPLAINT = "complaint"
    OTHER = "other"


class Goodwill(NamedTuple):
    """An amount granted to a line, and where it went once it is done; minor units."""

    customer_id: int
    goodwill_id: int
    line_id: int
    amount_minor: Minor
    why: Why
    note: str
    needs_two: bool
    state: State
    asked_by: str
    principal_minor: Minor = 0
    fee_minor: Minor = 0
    late_fee_minor: Minor = 0
    credit_minor: Minor = 0
