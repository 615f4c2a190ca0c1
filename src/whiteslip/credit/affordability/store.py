"""The terms that ship with the program."""

from __future__ import annotations

from functools import cache
from importlib import resources

from whiteslip.credit.affordability import rules
from whiteslip.credit.affordability.model import Terms


@cache
def terms() -> Terms:
    """Read the shipped terms, once."""
    file = resources.files(__package__ or "") / "data" / "affordability.toml"
    return rules.read(file.read_text("utf-8"))
