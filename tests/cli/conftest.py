"""Tables are as wide as they need to be, whatever the terminal the tests run in."""

from __future__ import annotations

import pytest

from whiteslip.cli.app import out


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be broken over lines."""
    monkeypatch.setattr(out, "_width", 240)
