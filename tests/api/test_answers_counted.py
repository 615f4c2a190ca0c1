"""What shops are answered at checkout is counted, a fault of ours apart from a refusal."""

from __future__ import annotations

from datetime import UTC, datetime

from whiteslip.api.checkout import count
from whiteslip.infra.answered import CHECKOUT, Counts

AT = datetime(2026, 3, 1, tzinfo=UTC)


def total() -> Counts:
    found = Counts()
    for counts in CHECKOUT.take(at=AT).values():
        found = found.plus(counts)
    return found


def test_every_answer_of_the_hot_route_is_counted() -> None:
    before = total()
    for status in (201, 201, 422, 429, 500, 503):
        count(status)

    assert total().less(before) == Counts(6, 2, 1)
