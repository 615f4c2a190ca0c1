"""A pytest plugin that keeps the tests that ask for a database: pytest -p tests.only_database."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Drop every test whose fixtures, and theirs in turn, never reach the server."""
    kept: list[pytest.Item] = []
    dropped: list[pytest.Item] = []
    for item in items:
        fixtures = item.fixturenames if isinstance(item, pytest.Function) else ()
        (kept if "server_dsn" in fixtures else dropped).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=dropped)
