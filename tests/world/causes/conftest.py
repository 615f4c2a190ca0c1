"""One sandbox on the tests' server, and all stories lived in it once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.api import conftest as api

from whiteslip.cli.sandbox import sandbox
from whiteslip.infra.settings import load
from whiteslip.world.causes.living import Lived, live
from whiteslip.world.causes.sandbox import Sandbox
from whiteslip.world.causes.telling import STORIES

module_dsn = api.module_dsn


@pytest.fixture(scope="module")
def town(module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox for a module."""
    home = tmp_path_factory.mktemp("home")
    with sandbox(load(dsn=module_dsn, home=home, sandbox=True)) as made:
        yield made


@pytest.fixture(scope="module")
def lived(town: Sandbox) -> Lived:
    """What became of every story."""
    return live(town, STORIES)
