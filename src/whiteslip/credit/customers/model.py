"""A person who joins."""

from __future__ import annotations

from typing import NamedTuple


class NewCustomer(NamedTuple):
    """A person as the shop introduces them; `reference` is the shop's own and opaque to us."""

    reference: str
    display_name: str
    language: str


SEALED_MARK = "*"
"""Stands where a name would, of a person whose name lies sealed, or was erased."""
