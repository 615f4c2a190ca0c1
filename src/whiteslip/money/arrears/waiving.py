"""Taking late fees back: what of them is waived and what returned, who decides, and reading the parameters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed, WhiteslipError
from whiteslip.kernel.money import Minor
from whiteslip.kernel.parameters import read_parameters
from whiteslip.money.schedules.model import Owed

_FILE = "waivers.toml"
LONGEST_NOTE = 2000


class WaiverTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters, as `data/waivers.toml` explains them."""

    alone_up_to_minor: Annotated[int, Meta(ge=0, le=10_000_000)]
    longest_days: Annotated[int, Meta(ge=1, le=3_660)]


class WaiverState(StrEnum):
    """Where a waiver stands: one that is asked waits for another person."""

    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"


class LateFee(NamedTuple):
    """One day's late fee of an installment, as it was charged."""

    customer_id: int
    movement_id: int
    line_id: int
    installment_id: int
    amount_minor: Minor


class Waiver(NamedTuple):
    """Late fees of a line that somebody asks to take back: of days, both included, or one charge alone."""

    customer_id: int
    waiver_id: int
    line_id: int
    movement_id: int | None
    first_on: date
    last_on: date
    asked_minor: Minor
    needs_two: bool
    state: WaiverState
    asked_by: str
    note: str
    waived_minor: Minor = 0
    returned_minor: Minor = 0


class Taken(NamedTuple):
    """What late fees taken back do: what installments owe less, and what is returned because it was paid."""

    waived: tuple[tuple[int, Minor], ...]
    returned_minor: Minor

    @property
    def waived_minor(self) -> Minor:
        """What is owed no more."""
        return sum(amount for _, amount in self.waived)


def take_back(fees: Sequence[LateFee], owed: Iterable[Owed]) -> Taken:
    """Part late fees into what is still owed, which is waived, and what was paid, which is returned as credit.

    What an installment was charged comes off it first, then off the oldest others: a relief may have moved it there.
    """
    left = sum(fee.amount_minor for fee in fees)
    charged = {fee.installment_id for fee in fees}
    rows = sorted(owed, key=lambda row: (row.installment_id not in charged, row.due_on))
    waived: list[tuple[int, Minor]] = []
    for row in rows:
        part = min(left, row.late_fee_minor)
        if part:
            waived.append((row.installment_id, part))
            left -= part
    return Taken(tuple(waived), left)


def check_asked(
    first_on: date, last_on: date, note: str, terms: WaiverTerms, *, on: date
) -> InvalidInput | None:
    """Name what is wrong with a waiver somebody asks for on a day."""
    if not first_on <= last_on <= on:
        return InvalidInput("the days are in order and not in the future", where="last_on")
    if first_on < on - timedelta(days=terms.longest_days):
        text = f"late fees of more than {terms.longest_days} days ago are not taken back by hand"
        return InvalidInput(text, where="first_on")
    if not note.strip() or len(note) > LONGEST_NOTE:
        return InvalidInput(f"say why, in at most {LONGEST_NOTE} characters", where="note")
    return None


def check_decided(waiver: Waiver, *, by: str) -> WhiteslipError | None:
    """Say why somebody may not approve or refuse a waiver; people are compared as `actor_of` names them."""
    if waiver.state is not WaiverState.ASKED:
        return Conflict(f"the waiver is {waiver.state}")
    if by == waiver.asked_by:
        return NotAllowed("another person decides than who asked for it")
    return None


def read_waiver_terms(text: str) -> WaiverTerms:
    """Read the parameters from TOML; what is missing, unknown or does not fit is `InvalidInput`."""
    return read_parameters(text, WaiverTerms, file=_FILE)
