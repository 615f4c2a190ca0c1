"""A database for each random history, and the counts of all of them at the end of the run."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from typing import TypeAlias

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg.conninfo import make_conninfo

from whiteslip.infra.database import Database

TOLD = "simulated: "
Databases: TypeAlias = Callable[[], AbstractContextManager[Database]]
_numbers = count(1)

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
_SHARED = settings(deadline=None, print_blob=True, suppress_health_check=_SLOW, database=None)
settings.register_profile(
    "histories", _SHARED, max_examples=22, stateful_step_count=20, derandomize=True
)
settings.register_profile("long", _SHARED, max_examples=3000, stateful_step_count=80)


@pytest.fixture
def databases(server_dsn: str, template: str) -> Databases:
    """Make a fresh, migrated database as often as asked."""

    @contextmanager
    def made() -> Generator[Database]:
        name = f"{template}_run_{next(_numbers)}"
        with psycopg.connect(server_dsn, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy".encode())
            try:
                with Database(make_conninfo(server_dsn, dbname=name), max_size=4) as database:
                    yield database
            finally:
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    return made


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Say something in the summary of the run."""

    def say(text: str) -> None:
        record_property(TOLD, text)

    return say


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the simulations counted."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, text in getattr(report, "user_properties", ()):
                if name == TOLD:
                    terminalreporter.write_line(f"{report.nodeid.split('::')[-1]}: {text}")
