"""Reading the categories of shops, strictly."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import read_parameters
from whiteslip.money.merchants.model import OTHER, UNTOLD, Category

_FILE = "categories.toml"
MOST_NUMBER = 30
"""Habits keep the categories a person has bought in as bits of a 32-bit integer."""


class _Category(Struct, frozen=True, forbid_unknown_fields=True):
    number: Annotated[int, Meta(ge=1, le=MOST_NUMBER)]
    resells_easily: bool


def read_categories(text: str) -> Mapping[str, Category]:
    """Read the categories from TOML, "other" included; `InvalidInput` says what does not fit, and where."""
    read = read_parameters(text, dict[str, _Category], file=_FILE)
    if OTHER in read:
        raise InvalidInput(f"{OTHER!r} is what a shop without a category sells", where=OTHER)
    numbers = [one.number for one in read.values()]
    for name, one in read.items():
        if numbers.count(one.number) > 1:
            raise InvalidInput(f"the number {one.number} is given twice", where=f"{name}.number")
    found = {
        name: Category(name, **msgspec.structs.asdict(one)) for name, one in sorted(read.items())
    }
    return MappingProxyType({OTHER: UNTOLD, **found})
