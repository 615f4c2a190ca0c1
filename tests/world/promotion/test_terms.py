"""Assumptions are read strictly, and one at a time can be varied."""

from __future__ import annotations

from datetime import date
from importlib import resources

import pytest

from whiteslip.kernel.errors import InvalidInput
from whiteslip.world.promotion.figures import provision
from whiteslip.world.promotion.terms import ending, read, shipped, vary

TEXT = (resources.files("whiteslip.world.promotion") / "data" / "promotion.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("gives_up ", "gives_in "),
        ("part           = 0.40", "part = 0.9"),
        ("part           = 0.40", 'part = "much"'),
        ("reads_notice   = 0.70", "reads_notice = 1.7"),
        ("sale_to      = 2026-06-18", "sale_to = 2026-06-08"),
        ("from_days = [0,", "from_days = [1,"),
        ("from_days = [0, 1,", "from_days = [0,"),
        ("version = 1", "version = "),
    ],
)
def test_what_is_wrong_is_refused(before: str, after: str) -> None:
    assert before in TEXT
    with pytest.raises(InvalidInput, match=r"promotion\.toml"):
        read(TEXT.replace(before, after, 1))


def test_one_assumption_or_a_whole_table_is_varied() -> None:
    terms = shipped()

    assert vary(terms, "surprise.remembers=2").surprise.remembers == 0.5
    half = vary(terms, "willing=0.5")
    assert (half.willing.part, half.willing.less, half.willing.other) == (0.2, 0.125, 0.05)
    assert half.willing.least_share == terms.willing.least_share
    assert half.surprise == terms.surprise


@pytest.mark.parametrize(
    "name", ["willing.nobody=2", "calendar=2", "loss.share_ppm=2", "rain=2", "willing", "willing=x"]
)
def test_what_is_no_assumption_cannot_be_varied(name: str) -> None:
    with pytest.raises(InvalidInput, match=r"vary|NAME=FACTOR"):
        vary(shipped(), name)


def test_nothing_is_varied_beyond_all() -> None:
    with pytest.raises(InvalidInput, match=r"willing × 9"):
        vary(shipped(), "willing=9")


def test_provision_goes_by_the_step_of_the_days_late() -> None:
    loss = shipped().loss

    assert provision([], loss) == 0
    assert provision([(0, 1_000_000), (30, 1_000_000), (31, 1_000_000)], loss) == 368_000
    assert provision([(400, 1_000_000)], loss) == 850_000


def test_it_may_end_sooner_but_not_before_the_limits_returned() -> None:
    sooner = ending(shipped(), date(2026, 7, 14)).calendar

    assert (sooner.ends_on, sooner.first_due_passed_on) == (date(2026, 7, 14), date(2026, 7, 14))
    with pytest.raises(InvalidInput, match="in order"):
        ending(shipped(), date(2026, 6, 20))
