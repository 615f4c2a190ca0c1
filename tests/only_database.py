"""A pytest plugin that keeps the tests that ask for a database: pytest -p tests.only_database."""

from __future__ import annotations

from pathlib import Path

import pytest

LONG = ("bench", "simulation", "world")
"""Folders of long lives: what they alone send goes, outside tests, to a server they bring along."""
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Drop long lives, and every test whose fixtures, and theirs in turn, never reach the server."""
    kept: list[pytest.Item] = []
    dropped: list[pytest.Item] = []
    for item in items:
        fixtures = item.fixturenames if isinstance(item, pytest.Function) else ()
        is_long = item.path.relative_to(_HERE).parts[0] in LONG
        (kept if "server_dsn" in fixtures and not is_long else dropped).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=dropped)
