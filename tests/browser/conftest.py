"""One small world for the browser to look at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.web.worlds import Served, served_world


@pytest.fixture(scope="session")
def world(
    server_dsn: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A demonstration world and a server before it."""
    home = tmp_path_factory.mktemp("browser")
    with served_world(server_dsn, template, f"{template}_browser", home) as served:
        yield served
