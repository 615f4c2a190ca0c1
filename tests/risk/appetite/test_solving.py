"""Cut-offs solved from limits: they hold on others, what cannot be is said with what stands in the way."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whiteslip.kernel.errors import InvalidInput
from whiteslip.risk.appetite import solving, store
from whiteslip.risk.appetite.model import Measure
from whiteslip.risk.appetite.solving import Bounds, Cases, Reach, Solution, solve

METHOD = msgspec.structs.replace(store.method(), draws=20, curve_ppm=(20_000, 100_000, 300_000))
EXACT = msgspec.structs.replace(METHOD, margin_errors=0.0)
LOST = 0.65


def cases(rows: int = 6000, seed: int = 3) -> Cases:
    """Lines of which a tenth is likely to end badly, with a score that knows it to a part."""
    rng = np.random.default_rng(seed)
    score = np.round(rng.random(rows) ** 3, 4)
    owed = np.rint(rng.lognormal(12, 1, rows)).astype(np.int64)
    return Cases(score, owed, rng.random(rows) < 0.7 * score)


def plainly(known: Cases, cutoff: float) -> Reach:
    """The figures of a cut-off once more, line by line."""
    stopped = [n for n in range(len(known)) if known.score[n] >= cutoff]
    left = [n for n in range(len(known)) if known.score[n] < cutoff]
    bad = [n for n in stopped if known.is_bad[n]]
    owed = sum(int(known.owed_minor[n]) for n in left)
    lost = sum(int(known.owed_minor[n]) for n in left if known.is_bad[n])
    return Reach(
        len(stopped) / len(known),
        1 - len(bad) / len(stopped) if stopped else 0.0,
        LOST * lost / owed if owed else 0.0,
        len(bad) / max(1, int(known.is_bad.sum())),
    )


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), cutoff=st.floats(0, 1.1))
def test_the_figures_are_those_counted_line_by_line(seed: int, cutoff: float) -> None:
    known = cases(200, seed)

    assert solving.reach(known, cutoff, lost=LOST) == pytest.approx(plainly(known, cutoff))


@settings(max_examples=25)
@given(
    seed=st.integers(0, 10**6),
    share=st.floats(0.01, 0.5),
    wrong=st.floats(0.1, 0.9),
    loss=st.floats(0.001, 0.2),
    prefer=st.sampled_from(["fewest_stopped", "least_loss"]),
)
def test_a_cut_off_keeps_every_limit_and_none_is_found_only_if_none_is(
    seed: int, share: float, wrong: float, loss: float, prefer: str
) -> None:
    known, bounds = cases(150, seed), Bounds(share, wrong, loss, LOST)
    method = msgspec.structs.replace(EXACT, prefer=prefer)

    found = solve(known, bounds, method)

    every = [plainly(known, cutoff) for cutoff in [2.0, *np.unique(known.score)]]
    fits = [one for one in every if all(one[n] <= bounds[n] + 1e-12 for n in range(3))]
    assert (found.cutoff is not None) is bool(fits)
    if found.cutoff is not None:
        reached = plainly(known, found.cutoff)
        assert found.reach == pytest.approx(reached)
        best = min(fits) if prefer == "fewest_stopped" else min(fits, key=lambda one: one.loss)
        of = 0 if prefer == "fewest_stopped" else 2
        assert reached[of] == pytest.approx(best[of])


def test_nobody_is_stopped_where_nobody_needs_to_be() -> None:
    found = solve(cases(), Bounds(0.1, 0.5, 0.9, LOST), EXACT)

    assert found.reach[:2] == (0.0, 0.0)
    most = solve(
        cases(), Bounds(0.1, 0.5, 0.9, LOST), msgspec.structs.replace(EXACT, prefer="least_loss")
    )
    assert 0.05 < most.reach.share <= 0.1


def test_what_stands_in_the_way_is_named_with_what_it_would_need() -> None:
    bounds = Bounds(0.30, 0.30, 0.05, LOST)
    found = solve(cases(), bounds, EXACT)

    assert found.cutoff is None
    assert {one.measure for one in found.obstacles} == {
        Measure.FALSE_POSITIVE,
        Measure.EXPECTED_LOSS,
    }
    for one in found.obstacles:
        assert one.needed > one.limit
        place = solving.SOLVED.index(one.measure)
        wider = Bounds(*(one.needed + 1e-9 if n == place else bounds[n] for n in range(4)))
        assert solve(cases(), wider, EXACT).cutoff is not None, "with that it would be feasible"
        near = Bounds(*(one.needed - 1e-6 if n == place else bounds[n] for n in range(4)))
        assert solve(cases(), near, EXACT).cutoff is None, "and with less it would not"
    worst = max(found.reach[n] / bounds[n] for n in range(3))
    assert worst > 1


def test_where_stops_are_next_to_forbidden_the_loss_is_what_has_to_give_way() -> None:
    """Stopping nobody keeps the other two limits, whatever they are."""
    (obstacle,) = solve(cases(), Bounds(0.001, 0.01, 0.001, LOST), EXACT).obstacles

    assert obstacle.measure is Measure.EXPECTED_LOSS
    assert obstacle.needed <= plainly(cases(), 2.0).loss


def solved(bounds: Bounds, known: Cases | None = None) -> Solution:
    known = known or cases()
    return solving.solve_and_check(known, list(solving.split(known, METHOD)), bounds, METHOD)


def test_what_is_solved_on_some_holds_on_others() -> None:
    found = solved(Bounds(0.2, 0.6, 0.12, LOST))

    assert found.feasible
    assert len(found.tried) == METHOD.splits
    assert all(one.solved.cutoff is not None for one in found.tried)
    kept = [sum(one.held[n] for one in found.tried) for n in range(3)]
    assert min(kept) >= 7, kept
    assert found.loss is not None
    assert found.loss.low < found.loss.mean <= 0.12
    assert found.loss.mean < found.loss.high
    shares = [one.share for one in found.curve]
    assert shares == [0.02, 0.1, 0.3]
    assert [one.loss.mean for one in found.curve] == sorted(
        (one.loss.mean for one in found.curve), reverse=True
    )


def test_control_a_score_that_knows_nothing_of_others_shows_on_them() -> None:
    """A score made of the endings themselves, for those solved on alone, keeps no limit on the others."""
    known = cases()
    rng = np.random.default_rng(8)
    parts = [
        (replace(one, score=one.is_bad + 0.0), replace(other, score=rng.random(len(other))))
        for one, other in solving.split(known, METHOD)
    ]
    bounds = Bounds(0.3, 0.4, 0.05, LOST)

    found = solving.solve_and_check(known, parts, bounds, METHOD)

    assert all(one.solved.cutoff is not None for one in found.tried)
    assert not any(all(one.held) for one in found.tried)


def test_splits_are_apart_and_have_the_same_part_of_the_bad() -> None:
    known = cases(1000)
    known = replace(known, owed_minor=np.arange(1000))
    for one, other in solving.split(known, METHOD):
        assert sorted([*one.owed_minor, *other.owed_minor]) == list(range(1000))
        assert other.is_bad.mean() == pytest.approx(known.is_bad.mean(), abs=0.003)
        assert len(other) == pytest.approx(300, abs=1)


def test_too_little_history_is_refused() -> None:
    with pytest.raises(InvalidInput, match="400 scored lines with a known ending"):
        solved(Bounds(0.1, 0.5, 0.1, LOST), cases(400))
    all_good = replace(cases(), is_bad=np.zeros(6000, np.bool_))
    with pytest.raises(InvalidInput, match="0 of them bad"):
        solved(Bounds(0.1, 0.5, 0.1, LOST), all_good)
