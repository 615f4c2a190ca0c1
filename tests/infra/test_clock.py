"""The machine's clock and the one that stands still."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from whiteslip.infra.clock import FixedClock, MachineClock
from whiteslip.kernel.errors import InvalidInput


def test_the_machine_tells_utc() -> None:
    assert MachineClock().now().utcoffset() == timedelta(0)


def test_a_fixed_clock_moves_only_when_moved() -> None:
    clock = FixedClock(datetime(2024, 2, 29, 8, tzinfo=timezone(timedelta(hours=8))))
    assert clock.now() == clock.now() == datetime(2024, 2, 29, tzinfo=UTC)
    assert clock.now().tzinfo is UTC

    clock.move_to(datetime(2024, 3, 1, tzinfo=UTC))

    assert clock.now() == datetime(2024, 3, 1, tzinfo=UTC)


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(InvalidInput):
        FixedClock(datetime(2024, 2, 29))  # noqa: DTZ001
