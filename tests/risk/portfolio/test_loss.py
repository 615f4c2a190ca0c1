"""Expected losses add up, follow the history, and get worse under stress."""

from __future__ import annotations

from importlib import resources

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.kernel.errors import InvalidInput, InvariantBroken
from whiteslip.risk.portfolio.loss import (
    BASE,
    DEFAULTED,
    PERFORMING,
    Exposure,
    LossTerms,
    Segment,
    Sum,
    check,
    default_chance,
    expect,
    monthly,
    read_loss_terms,
    stage_of,
    worsened,
)
from whiteslip.risk.portfolio.model import Rate, Standing
from whiteslip.risk.portfolio.rules import BUCKETS

TEXT = (resources.files("whiteslip.risk.portfolio") / "data" / "loss.toml").read_text("utf-8")
TERMS = read_loss_terms(TEXT)
AS_EVER = (1_000_000,)

exposures = st.lists(
    st.builds(
        Exposure,
        st.sampled_from(("pay-later", "plans", "students")),
        st.sampled_from(BUCKETS),
        st.integers(1, 10_000),
        st.integers(1, 10**11),
    ),
    max_size=24,
)
rolled = st.lists(
    st.builds(
        Rate,
        st.sampled_from(PERFORMING),
        st.sampled_from(tuple(Standing)[1:]),
        st.integers(0, 100_000),
        st.just(0),
        st.none(),
        st.none(),
    ),
    max_size=30,
)


def seen(before: Standing, after: Standing, lines: int) -> Rate:
    return Rate(before, after, lines, 0, None, None)


def test_stages_are_by_days_past_due() -> None:
    assert [stage_of(where) for where in BUCKETS] == [1, 1, 2, 2, 3, 3, 3, 3]


@given(found=exposures, rates=rolled)
def test_the_total_is_the_sum_of_segments_and_of_stages(
    found: list[Exposure], rates: list[Rate]
) -> None:
    for losses in expect(found, rates, TERMS):
        check(losses)
        assert losses.total.owed_minor == sum(each.owed_minor for each in found)
        assert all(0 <= cell.loss_minor <= cell.owed_minor for cell in losses.cells)


def test_control_a_cent_that_is_lost_on_the_way_is_found() -> None:
    base, *_ = expect([Exposure("pay-later", Standing.OVER_180, 1, 1_000)], [], TERMS)
    (segment,) = base.segments
    short = Sum(segment.name, segment.lines, segment.owed_minor, segment.loss_minor - 1)

    with pytest.raises(InvariantBroken, match="loss_minor do not add up"):
        check(base._replace(segments=(short,)))


@given(rates=rolled, times=st.floats(0, 10), where=st.sampled_from(PERFORMING))
def test_rows_stay_chances_whatever_a_path_does(
    rates: list[Rate], times: float, where: Standing
) -> None:
    row = worsened(where, monthly(rates, TERMS)[where], times)

    assert sum(row.values()) == pytest.approx(1)
    assert all(-1e-12 <= share <= 1 + 1e-12 for share in row.values())


def test_by_hand_the_chance_follows_the_history() -> None:
    """Half roll on from each bucket, half pay everything: three halves to default from current within four months."""
    many = 10**9
    rates = [
        seen(before, after, many)
        for place, before in enumerate(PERFORMING)
        for after in (BUCKETS[place + 1], Standing.NOTHING_OWED)
    ]
    chain = monthly(rates, TERMS)

    assert default_chance(Standing.DAYS_61_90, chain, AS_EVER, 1) == pytest.approx(0.5, abs=1e-6)
    assert default_chance(Standing.CURRENT, chain, AS_EVER, 3) == pytest.approx(0, abs=1e-6)
    assert default_chance(Standing.CURRENT, chain, AS_EVER, 4) == pytest.approx(1 / 16, abs=1e-6)
    assert default_chance(Standing.CURRENT, chain, (2_000_000,), 4) == pytest.approx(1, abs=1e-6)
    assert default_chance(Standing.OVER_180, chain, AS_EVER, 1) == 1


def test_without_history_the_prior_speaks_and_worse_buckets_lose_more() -> None:
    base, downturn, severe = expect(
        [Exposure("pay-later", where, 1, 1_000_000) for where in BUCKETS], [], TERMS
    )

    losses = [cell.loss_minor for cell in base.cells]
    assert losses == sorted(losses)
    assert losses[-1] == 950_000
    assert base.scenario == BASE
    for calm, hard in ((base, downturn), (downturn, severe)):
        for before, after in zip(calm.cells, hard.cells, strict=True):
            assert after.loss_minor > before.loss_minor
    assert all(cell.default_chance == 1 for cell in base.cells if cell.standing in DEFAULTED)


def test_a_path_of_one_segment_leaves_the_others_alone() -> None:
    as_ever = Segment(worsens_ppm=AS_EVER, recoveries_ppm=1_000_000)
    severe = TERMS.scenario[1]
    spared = msgspec.structs.replace(severe, segments={"students": as_ever})
    terms = msgspec.structs.replace(TERMS, scenario=(severe, spared))
    both = [Exposure(name, Standing.CURRENT, 1, 10_000_000) for name in ("pay-later", "students")]

    base, hard, half = expect(both, [], terms)

    assert half.segments == (hard.segments[0], base.segments[1])


def test_an_empty_book_loses_nothing() -> None:
    for losses in expect([], [], TERMS):
        assert losses.total == Sum("total", 0, 0, 0)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("prior_lines = 50", "prior_lines = 0", "prior_lines"),
        ("prior_lines = 50", "prior_lines = 50\nluck = 1", "luck"),
        ('"31-60" = 550_000', "", "worsens_ppm is for each of"),
        ('"181+" = 950_000', '"181+" = 2_000_000', "loss_ppm"),
        ('name = "severe"', 'name = "downturn"', "a name of its own"),
        ("stage_1_months = 12", "stage_1_months = twelve", "loss.toml"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(old: str, new: str, what: str) -> None:
    assert old in TEXT
    with pytest.raises(InvalidInput, match=what):
        read_loss_terms(TEXT.replace(old, new, 1))


def test_parameters_are_whole() -> None:
    assert isinstance(TERMS, LossTerms)
    assert [scenario.name for scenario in TERMS.scenario] == ["downturn", "severe"]
