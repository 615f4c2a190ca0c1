"""The breaker leaves a party alone after failures in a row, and tries with one question."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from whiteslip.gateways.breaker import Breaker

AT = datetime(2026, 1, 5, tzinfo=UTC)
REST = timedelta(seconds=10)


def broken() -> Breaker:
    breaker = Breaker(failures=3, rest=REST)
    for _ in range(3):
        assert breaker.allowed(8, at=AT) == 8
        breaker.failed(at=AT)
    return breaker


def test_it_opens_after_failures_in_a_row_only() -> None:
    breaker = Breaker(failures=3, rest=REST)
    for _ in range(5):
        breaker.failed(at=AT)
        breaker.failed(at=AT)
        breaker.succeeded()

    assert breaker.allowed(8, at=AT) == 8
    assert broken().allowed(8, at=AT) == 0


def test_after_its_rest_one_question_passes_and_decides() -> None:
    breaker = broken()

    assert breaker.allowed(8, at=AT + REST - timedelta(seconds=1)) == 0
    assert breaker.allowed(8, at=AT + REST) == 1
    breaker.failed(at=AT + REST)
    assert breaker.allowed(8, at=AT + REST) == 0
    breaker.succeeded()
    assert breaker.allowed(8, at=AT + REST) == 8
