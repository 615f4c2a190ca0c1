"""Random schedules in many time zones: none outside the policy, and the oracle finds every planted bug.

Twenty thousand by default; WHITESLIP_SCHEDULES=1000000, or `whiteslip bench contact`, runs the million.
"""

from __future__ import annotations

import os
from collections import Counter

import numpy as np
import pytest

from whiteslip.bench.contact import ZONES, Bug, bench_contact

MANY = int(os.environ.get("WHITESLIP_SCHEDULES", "20000"))


@pytest.mark.slow
def test_no_message_is_outside_the_policy() -> None:
    found = bench_contact(schedules=MANY, seed=3)

    assert +found.faults == Counter()
    assert found.schedules == MANY
    assert found.sent > MANY
    assert set(found.put_off) == {"night", "holiday", "cap"}, "everything that may happen has"
    assert set(found.dropped) == {"flagged", "unverified", "opted_out"}


EXPECTED = {
    Bug.HOUR: {"at night"},
    Bug.CAP: {"too many a day"},
    Bug.ZONE: {"at night", "on a holiday"},
    Bug.HOLIDAY: {"on a holiday"},
    Bug.FLAG: {"despite a flag"},
    Bug.OPT_OUT: {"to nobody's or unwanted"},
    Bug.ASKED_ONCE: {"at night", "too many a day", "despite a flag"},
}


@pytest.mark.parametrize("bug", list(Bug))
def test_control_every_planted_bug_is_found(bug: Bug) -> None:
    found = +bench_contact(schedules=2000, seed=3, bug=bug).faults

    assert EXPECTED[bug] <= set(found), found


def test_the_same_seed_draws_the_same_schedules() -> None:
    one, other = (bench_contact(schedules=200, seed=9) for _ in range(2))

    assert (one.wanted, one.sent, one.put_off) == (other.wanted, other.sent, other.put_off)


def test_the_zones_are_of_every_kind() -> None:
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    summer, winter = datetime(2025, 7, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
    offsets = [
        [at.astimezone(ZoneInfo(zone)).utcoffset() for at in (winter, summer)] for zone in ZONES
    ]
    minutes = {one.total_seconds() % 3600 / 60 for pair in offsets for one in pair if one}
    assert {0, 30, 45} <= minutes
    assert sum(pair[0] != pair[1] for pair in offsets) >= 12
    assert len(np.unique(ZONES)) == len(ZONES)
