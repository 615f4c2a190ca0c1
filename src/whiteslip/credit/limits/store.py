"""The assignment table that ships with the program."""

from __future__ import annotations

from functools import cache
from importlib import resources

from whiteslip.credit.limits import reading
from whiteslip.credit.limits.model import Table


@cache
def table() -> Table:
    """Read the shipped table, once."""
    file = resources.files(__package__ or "") / "data" / "assignment.toml"
    return reading.read(file.read_text("utf-8"))
