"""The written way from a missed due to the proposal of a charge-off: which step is due, and what holds it up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated

from msgspec import Meta, Struct, field

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import Text, read_parameters

_FILE = "sequence.toml"


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """A step: from which day past due, by whom, and what that person must do."""

    name: Text
    days_past_due: Annotated[int, Meta(ge=1, le=3650)]
    duty: Text
    people: Annotated[int, Meta(ge=0, le=2)]


class Way(Struct, frozen=True, forbid_unknown_fields=True):
    """The steps in order, and how many days lie between two at least."""

    days_apart: Annotated[int, Meta(ge=1, le=30)]
    steps: Annotated[tuple[Step, ...], Meta(min_length=1)] = field(name="step")


def step_due(
    steps: Sequence[Step],
    *,
    days_past_due: int,
    taken: int,
    last_on: date | None,
    days_apart: int,
    is_held: bool,
    on: date,
) -> Step | None:
    """Name the next step if its day has come; relief and disputes hold it up, and no step is skipped or rushed.

    `taken` is how many steps of this episode were taken, `last_on` when the latest was.
    """
    if is_held or taken >= len(steps) or days_past_due < steps[taken].days_past_due:
        return None
    if last_on is not None and on < last_on + timedelta(days=days_apart):
        return None
    return steps[taken]


def read(text: str) -> Way:
    """Read the sequence from TOML; what is missing, unknown or out of order is refused."""
    way = read_parameters(text, Way, file=_FILE)
    for before, after in pairwise(way.steps):
        if before.days_past_due >= after.days_past_due:
            raise InvalidInput(f"step {after.name} is not after {before.name}", where="step")
    return way
