"""Reading the parameters of habits, strictly."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from whiteslip.kernel.parameters import read_parameters

_FILE = "habits.toml"


class Terms(Struct, frozen=True, forbid_unknown_fields=True):
    """What it takes to call something unlike a person; the file says why each."""

    least_purchases: Annotated[int, Meta(ge=1, le=100)]
    least_for_hours: Annotated[int, Meta(ge=1, le=100)]
    least_spread: Annotated[float, Meta(gt=0, le=10)]
    least_days: Annotated[float, Meta(gt=0, le=365)]
    least_a_day: Annotated[float, Meta(gt=0, le=100)]
    raise_asked_from: Annotated[float, Meta(gt=0, le=1)]
    round_minor: Annotated[int, Meta(ge=2, le=10_000_000)]


def read_terms(text: str) -> Terms:
    """Read the parameters from TOML; `InvalidInput` says what is missing, unknown or does not fit, and where."""
    return read_parameters(text, Terms, file=_FILE)
