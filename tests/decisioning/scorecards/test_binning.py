"""A column becomes bins that follow a trend, whatever stands in it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.decisioning.samples.model import (
    Bools,
    CategoryColumn,
    Floats,
    NumberColumn,
)
from whiteslip.decisioning.scorecards.binning import Binned, bin_column, join_equals
from whiteslip.decisioning.scorecards.model import Bin, CategoryVariable, NumberVariable
from whiteslip.decisioning.scorecards.prebinning import prebin, round_cut
from whiteslip.decisioning.scorecards.settings import Settings

RANDOM = np.random.default_rng(11)
ROWS = 4_000
FINITE = st.floats(allow_nan=False, allow_infinity=False)


def endings(chance: Floats | float, rows: int = ROWS, seed: int = 3) -> Bools:
    return np.random.default_rng(seed).random(rows) < chance


def number(values: Floats, is_bad: Bools, **more: int) -> tuple[Binned, NumberVariable]:
    binned = bin_column(NumberColumn("x", values, (-7.0,)), is_bad, settings=Settings(), **more)
    assert isinstance(binned.variable, NumberVariable)
    return binned, binned.variable


def category(names: list[str], is_bad: Bools) -> tuple[Binned, CategoryVariable]:
    labels, codes = np.unique([name or "" for name in names], return_inverse=True)
    known = [str(label) for label in labels]
    codes = codes.astype(np.int32)
    codes[np.array(names) == ""] = -1
    column = CategoryColumn("c", codes, tuple(known))
    binned = bin_column(column, is_bad, settings=Settings())
    assert isinstance(binned.variable, CategoryVariable)
    return binned, binned.variable


def signs(bins: tuple[Bin, ...]) -> set[int]:
    return {int(np.sign(after.woe - before.woe)) for before, after in pairwise(bins)}


def test_evidence_follows_one_trend_and_bins_hold_enough_rows() -> None:
    values = RANDOM.normal(size=ROWS)
    binned, variable = number(values, endings(1 / (1 + np.exp(2 - values))))

    assert signs(variable.bins) == {-1}
    assert 3 <= len(variable.bins) <= 8
    assert min(each.count for each in variable.bins) >= 0.02 * ROWS
    assert sum(each.count for each in variable.slots) == ROWS
    assert binned.information > 0.3


def test_a_direction_that_is_given_is_kept() -> None:
    values = RANDOM.normal(size=ROWS)
    is_bad = endings(1 / (1 + np.exp(2 - values)))

    assert signs(number(values, is_bad, direction=1)[1].bins) == {-1}
    assert len(number(values, is_bad, direction=-1)[1].bins) == 1


def test_a_clear_valley_is_kept_unless_forbidden() -> None:
    values = RANDOM.uniform(-1, 1, ROWS)
    is_bad = endings(0.05 + 0.5 * values**2)
    column = NumberColumn("x", values)

    assert signs(number(values, is_bad)[1].bins) == {-1, 1}
    straight = bin_column(column, is_bad, settings=Settings(turn_gain=None))
    assert isinstance(straight.variable, NumberVariable)
    assert len(signs(straight.variable.bins)) <= 1


def test_special_codes_and_missing_have_bins_of_their_own() -> None:
    values = RANDOM.normal(size=ROWS)
    values[:300], values[300:500], values[500:600], values[600:610] = -7.0, np.nan, np.inf, -np.inf
    is_bad = endings(0.1)
    is_bad[:300] = endings(0.6, 300)
    _, variable = number(values, is_bad)

    assert variable.specials[0].bin.count == 300
    assert variable.specials[0].bin.woe < -1
    assert variable.missing.count == 310
    assert -7.0 not in variable.cuts


def test_special_codes_do_not_move_the_cuts() -> None:
    values = RANDOM.normal(size=ROWS) * 10
    is_bad = endings(1 / (1 + np.exp(2 - values / 10)))
    values[:2_000] = np.nan
    missing = number(values, is_bad)[1]
    values[:2_000] = -7.0

    assert number(values, is_bad)[1].cuts == missing.cuts


def test_a_tiny_bin_claims_little_and_an_empty_one_nothing() -> None:
    values = RANDOM.normal(size=ROWS)
    values[0] = np.nan
    is_bad = endings(0.1)
    is_bad[0] = True
    _, variable = number(values, is_bad)

    assert -0.4 < variable.missing.woe < 0
    assert variable.specials[0].bin == Bin(0.0, 0.0, 0, 0)


@pytest.mark.parametrize(
    "values",
    [
        np.full(ROWS, 3.0),
        np.full(ROWS, np.nan),
        np.full(ROWS, -7.0),
        np.full(ROWS, np.inf),
        np.array([1e308, -1e308] * (ROWS // 2)),
        np.array([5e-324, 0.0] * (ROWS // 2)),
        np.repeat([0.0, -0.0], ROWS // 2),
        np.arange(ROWS) % 2.0,
        np.arange(ROWS) * 1.0,
    ],
)
@pytest.mark.parametrize("bads", [1, 10, ROWS // 2, ROWS - 1])
def test_strange_columns_are_binned_too(values: Floats, bads: int) -> None:
    is_bad = np.zeros(ROWS, np.bool_)
    is_bad[:bads] = True
    binned, variable = number(values, is_bad)

    assert np.isfinite(binned.woe).all()
    assert np.isfinite(binned.information)
    assert sum(each.count for each in variable.slots) == ROWS
    assert sum(each.bads for each in variable.slots) == bads
    assert list(variable.cuts) == sorted(set(variable.cuts))


def test_a_bin_without_any_good_is_finite() -> None:
    values = np.repeat([0.0, 1.0], ROWS // 2)
    binned, variable = number(values, values > 0)

    assert variable.cuts == (1.0,)
    assert np.isfinite(binned.woe).all()


def test_labels_are_grouped_by_how_they_end() -> None:
    names = [("差", "good", "高", "bad")[place % 4] for place in range(ROWS)]
    is_bad = endings(np.array([{"差": 0.4, "bad": 0.4}.get(name, 0.05) for name in names]))
    _, variable = category(names, is_bad)
    worst, best = variable.groups[0], variable.groups[-1]
    if worst.bin.woe > best.bin.woe:
        worst, best = best, worst

    assert "差" in worst.labels or "bad" in worst.labels
    assert {"差", "bad"}.isdisjoint(best.labels)


def test_rare_labels_share_the_bin_of_labels_never_seen() -> None:
    names = [f"rare {place}" if place < 400 else "usual" for place in range(ROWS)]
    is_bad = endings(0.05)
    is_bad[:400] = endings(0.5, 400)
    _, variable = category(names, is_bad)

    assert [group.labels for group in variable.groups] == [("usual",)]
    assert variable.other.count == 400
    assert variable.missing == Bin(0.0, 0.0, 0, 0)


def test_a_thousand_labels_of_noise_tell_next_to_nothing() -> None:
    names = [f"city {place}" for place in RANDOM.integers(0, 1_000, 60_000)]
    binned, variable = category(names, endings(0.2, 60_000))

    assert binned.information < 0.01
    assert len(variable.groups) <= 8


def test_labels_that_are_all_missing_are_one_bin() -> None:
    binned, variable = category([""] * ROWS, endings(0.1))

    assert variable.groups == ()
    assert variable.missing.count == ROWS
    assert binned.information == pytest.approx(0.0)


@given(pair=st.tuples(FINITE, FINITE).filter(lambda pair: pair[0] != pair[1]))
def test_a_readable_cut_parts_the_same_rows(pair: tuple[float, float]) -> None:
    below, above = sorted(pair)

    assert below < round_cut(below, above) <= above


@pytest.mark.parametrize(
    ("below", "above", "cut"),
    [
        (49_871.0, 50_120.0, 50_000.0),
        (1.0, 2.0, 2.0),
        (-1.0, 3.0, 0.0),
        (0.1234, 0.1299, 0.127),
        (0.12341, 0.12349, 0.12345),
        (-2.0, -1.0, -1.0),
        (0.0, 5e-324, 5e-324),
    ],
)
def test_cuts_are_round(below: float, above: float, cut: float) -> None:
    assert round_cut(below, above) == cut


@given(
    values=st.lists(st.sampled_from([-1.0, 0.0, 0.5, 1.0, 7.0, 7.5]), min_size=1, max_size=80),
    parts=st.integers(2, 12),
)
def test_prebins_count_every_row_on_its_side(values: list[float], parts: int) -> None:
    numbers = np.array(values)
    is_bad = numbers > 0.7
    found = prebin(numbers, is_bad, parts=parts)
    places = np.searchsorted(found.cuts, numbers, side="right")

    assert np.bincount(places, minlength=len(found.counts)).tolist() == found.counts.tolist()
    assert found.bads.sum() == is_bad.sum()
    assert [numbers[numbers < cut].max() for cut in found.cuts] == found.below.tolist()


def test_a_frequent_value_is_a_part_of_its_own() -> None:
    values = np.concatenate([np.arange(-1.0, 0.0, 0.01), np.zeros(60), np.arange(0.01, 1.0, 0.01)])
    found = prebin(values, values == 0.0, parts=7)
    place = found.cuts.tolist().index(0.0)

    assert found.counts[place + 1] == found.bads[place + 1] == 60


def test_bins_of_the_same_points_are_joined() -> None:
    bins = (Bin(1.0, 0.2, 10, 1), Bin(1.0, 0.5, 30, 2), Bin(3.0, 0.9, 5, 0))
    card = NumberVariable("x", (1.0, 2.0), bins, (), Bin(0.0, 0.0, 0, 0), 1.0)
    joined = join_equals(card)

    assert isinstance(joined, NumberVariable)
    assert joined.cuts == (2.0,)
    assert joined.bins[0] == Bin(1.0, joined.bins[0].woe, 40, 3)
    assert joined.bins[0].woe == pytest.approx(0.425)
    assert join_equals(joined) == joined
