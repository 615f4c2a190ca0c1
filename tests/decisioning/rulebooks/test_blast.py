"""How many accounts a version may move: a share of all, or a multiple of what runs have moved."""

from __future__ import annotations

from dataclasses import replace

import pytest

from whiteslip.decisioning.rulebooks.blast import blast_limit, read_guard, still_released
from whiteslip.decisioning.rulebooks.store import blast_guard
from whiteslip.kernel.errors import InvalidInput

GUARD = blast_guard()
TEXT = (
    "least_accounts_a_run = 10\nleast_share_ppm = 5_000\nmedian_factor = 3\ntrailing_runs = 5\nreleases = 2\n"
    "release_slack_ppm = 0\n"
)


@pytest.mark.parametrize(
    ("accounts", "trailing", "limit"),
    [
        (0, [], 0),
        (199, [], 0),
        (200, [], 1),
        (1_000_000, [], 5_000),
        (1_000_000, [1, 2, 3], 5_000),
        (1_000_000, [3_000, 2_000, 1], 6_000),
        (1_000, [10, 1], 16),
        (1_000, [0, 0, 0, 0, 10_000], 5),
    ],
)
def test_the_limit_is_the_larger_of_share_and_median(
    accounts: int, trailing: list[int], limit: int
) -> None:
    assert blast_limit(accounts, trailing, guard=GUARD) == limit


def test_only_the_latest_runs_count() -> None:
    guard = replace(GUARD, trailing_runs=2)

    assert blast_limit(0, [4, 6, 1_000, 1_000, 1_000], guard=guard) == 15


@pytest.mark.parametrize(
    ("proposed", "moved", "holds"),
    [(100, 110, True), (100, 111, False), (0, 1, False), (100, 0, True)],
)
def test_a_release_has_a_little_slack(proposed: int, moved: int, holds: bool) -> None:
    assert still_released(proposed, moved, guard=GUARD) is holds


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT.replace("releases = 2", "releases = 0"),
        TEXT.replace("trailing_runs = 5", "trailing_runs = 0"),
        TEXT.replace("median_factor = 3", "median_factor = -3"),
        TEXT.replace("median_factor = 3", "median_factor = 1.5"),
        TEXT.replace("median_factor = 3", "median_factor = true"),
        TEXT + "more = 1\n",
    ],
)
def test_parameters_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="blast guard"):
        read_guard(text)
    assert read_guard(TEXT).trailing_runs == 5
