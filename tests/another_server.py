"""A pytest plugin that keeps what tells whether another server will do: pytest -p tests.another_server."""

from __future__ import annotations

from pathlib import Path

import pytest

KEPT = ("infra", "journeys", "tidy")
"""Folders in which every statement is planned and whole journeys go over HTTP."""
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Drop other folders, and every test whose fixtures, and theirs in turn, never reach the server."""
    kept: list[pytest.Item] = []
    dropped: list[pytest.Item] = []
    for item in items:
        fixtures = item.fixturenames if isinstance(item, pytest.Function) else ()
        is_kept = item.path.relative_to(_HERE).parts[0] in KEPT
        (kept if "server_dsn" in fixtures and is_kept else dropped).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=dropped)
