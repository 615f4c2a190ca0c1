"""What journeys over HTTP share with the tests of the API."""

from __future__ import annotations

from tests.api import conftest as api

module_dsn = api.module_dsn
