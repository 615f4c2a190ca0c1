"""How the tries of one subject are slowed down: some are free, then each next waits twice as long."""

from __future__ import annotations

from datetime import datetime, timedelta

from whiteslip.infra.accounts.model import Pace, Slowing


def must_wait(pace: Pace, *, at: datetime) -> bool:
    """Tell whether a try at this instant comes too early."""
    return pace.waits_until > at


def after_failure(pace: Pace, slowing: Slowing, *, at: datetime) -> Pace:
    """Count a failure; what lies further back than the memory goes is forgotten."""
    forgotten = at - pace.failed_at >= timedelta(minutes=slowing.forget_after_minutes)
    failures = 1 if forgotten else pace.failures + 1
    return Pace(failures, at, at + _wait(failures, slowing))


def _wait(failures: int, slowing: Slowing) -> timedelta:
    over = failures - slowing.free_tries
    if over < 0:
        return timedelta()
    doubled = slowing.first_wait_seconds * 2 ** min(over, 20)
    return timedelta(seconds=min(doubled, slowing.longest_wait_seconds))
