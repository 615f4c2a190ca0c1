"""The recorded panel, if the machine has it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture
def recorded_panel() -> Path:
    """The Taiwan panel in the folder that WHITESLIP_DATA names; without it the test is skipped."""
    folder = os.environ.get("WHITESLIP_DATA")
    if not folder:
        pytest.skip("set WHITESLIP_DATA to the folder of the recorded panels")
    path = Path(folder) / "taiwan_dev.csv.gz"
    if not path.exists():
        pytest.skip(f"{path} is missing")
    return path
