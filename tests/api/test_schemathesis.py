"""The API against its own OpenAPI: no server error and no undocumented answer, whatever is sent."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import schemathesis
import schemathesis.checks
from hypothesis import HealthCheck, given, seed, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks
from tests.api.conftest import Book, served

from whiteslip.api.app import create_app
from whiteslip.infra.settings import load

EXAMPLES = 25
CHECKS: list[Any] = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.unsupported_method,
]
SLOW_OR_PICKY = (
    HealthCheck.too_slow,
    HealthCheck.filter_too_much,
    HealthCheck.data_too_large,
    HealthCheck.large_base_example,
)
_numbers = count(1)


@pytest.fixture(scope="module")
def stocked(module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """A book with a line, purchases in several states, a repayment and a restriction."""
    home = tmp_path_factory.mktemp("home")
    with served(load(dsn=module_dsn, home=home, sandbox=True)) as book:
        line_id = book.line()
        for amount in (1000, 2000):
            book.buy(line_id, amount)
        purchase_id = book.buy(line_id, 3000).body["purchase_id"]
        book.shop.post(f"/purchases/{purchase_id}/capture", {})
        book.operator.post("/repayments", {"line_id": line_id, "amount_minor": 500})
        yield book


SCHEMA: Any = schemathesis.openapi.from_dict(create_app(load()).openapi())
OPERATIONS: dict[str, Any] = {
    result.ok().label: result.ok() for result in SCHEMA.get_all_operations()
}


@pytest.mark.slow
@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_documented(label: str, stocked: Book) -> None:
    """Both what the document allows and what it does not is sent."""

    @seed(20260101)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(SLOW_OR_PICKY),
    )
    @given(case=_cases(OPERATIONS[label]))
    def check(case: Any) -> None:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {stocked.operator.key}"}
        if next(_numbers) % 2 and case.method.upper() == "POST":
            case.headers["Idempotency-Key"] = f"fuzz-{next(_numbers)}"
        if case.headers.get("Request-Timeout-Ms", "").isdigit():
            case.headers["Request-Timeout-Ms"] = "60000"  # shorter ones are rightly answered by 503
        _point_at_what_exists(case)
        case.call_and_validate(base_url=stocked.url, checks=CHECKS)

    check()


def _cases(operation: Any) -> Any:
    right = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    return right | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)


def _point_at_what_exists(case: Any) -> None:
    """Half of the paths name something that exists, or nothing but `not_found` would be seen."""
    if next(_numbers) % 2:
        return
    known = {"line_id": "lin_1_1", "customer_id": "cus_1", "merchant_id": "mer_1"}
    parameters: dict[str, str] = case.path_parameters or {}
    for name in parameters:
        if name in known:
            parameters[name] = known[name]
