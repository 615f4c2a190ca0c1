"""The limits of sessions and of signing in, read from their file."""

from __future__ import annotations

from functools import cache
from importlib import resources

from whiteslip.infra.accounts.model import Policy
from whiteslip.kernel.parameters import read_parameters

_FILE = "accounts.toml"


@cache
def shipped() -> Policy:
    """Read the limits that come with the program."""
    text = (resources.files(__package__ or "") / "data" / _FILE).read_text("utf-8")
    return read_parameters(text, Policy, file=_FILE)
