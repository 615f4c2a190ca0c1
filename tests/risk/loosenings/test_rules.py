"""Room stays within its bounds, what is in use is never taken, and what is expected follows from the book."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.credit.affordability.model import Means
from whiteslip.credit.affordability.store import terms
from whiteslip.credit.limits.reviewing import Subject
from whiteslip.risk.loosenings import rules
from whiteslip.risk.loosenings.model import ExpectedRoom
from whiteslip.risk.segments.model import Direction, Measure, Month, Offer, Outcome, Stage
from whiteslip.risk.segments.store import catalog
from whiteslip.risk.tightenings.effects import Cohort
from whiteslip.risk.tightenings.life import Command
from whiteslip.risk.tightenings.model import State, Tightening
from whiteslip.risk.tightenings.store import loss_terms

OFFER = Offer(200_000, 10_000, 300_000, 12)
AMOUNTS = st.integers(0, 10**9)
ON = date(2026, 4, 1)


def subject(fixed_minor: int, cap_minor: int = 10**8) -> Subject:
    return Subject(
        fixed_minor, cap_minor, True, 0, False, False, None, None, 6, False, 0.01, None, None
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fixed", "cap", "carried", "room"),
    [
        (500_000, 10**8, 10**8, 100_000),
        (20_000, 10**8, 10**8, 10_000),  # at least
        (5_000_000, 10**8, 10**8, 300_000),  # at most
        (500_000, 560_000, 10**8, 60_000),  # the product's cap
        (500_000, 10**8, 540_000, 40_000),  # what the month carries
        (500_000, 10**8, 505_000, 0),  # too little to notice
        (500_000, 10**8, 0, 0),
    ],
)
def test_how_much_room_a_line_is_given(fixed: int, cap: int, carried: int, room: int) -> None:
    assert rules.room_of(subject(fixed, cap), OFFER, carried=carried) == room


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_room_never_leaves_its_bounds(fixed: int, cap: int, carried: int) -> None:
    room = rules.room_of(subject(fixed, cap), OFFER, carried=carried)

    assert room == 0 or OFFER.least_minor <= room <= OFFER.most_minor
    assert room == 0 or fixed + room <= min(cap, carried)


def test_a_month_that_is_unknown_carries_the_cautious_guess_and_a_poor_one_less() -> None:
    def carried(declared: Means | None, told: tuple[object, object] = (None, None)) -> int:
        return rules.carried_minor(
            declared, terms(), told=told, minimum_ppm=100_000, without_means_minor=1_000_000
        )

    assert carried(None) == 1_000_000
    rich, poor = carried(None, (3_000_000, 0.1)), carried(None, (300_000, 0.9))
    assert poor < 1_000_000 < rich


@given(st.integers(1, 10**7), AMOUNTS, AMOUNTS)
def test_what_is_in_use_is_kept_and_nobody_is_put_above_their_limit(
    amount: int, others: int, used: int
) -> None:
    kept = rules.in_use_minor(amount, used=used, limit=others + amount)

    assert 0 <= kept <= amount
    if used <= others + amount:
        assert used <= others + kept  # not above the limit after it
    if used <= others:
        assert kept == 0  # what is not in use goes


def cohort(lines: int = 1_000) -> Cohort:
    held_out, exempt = np.zeros(lines, np.bool_), np.zeros(lines, np.bool_)
    held_out[: lines // 10] = True
    exempt[-lines // 10 :] = True
    facts = {name: np.zeros(lines) for name in rules.NEEDED}
    facts |= {
        "customer_id": np.arange(lines),
        "line_id": np.arange(lines),
        "principal_minor": np.full(lines, 40_000.0),
        "limit_minor": np.full(lines, 100_000.0),
        "utilization": np.full(lines, 0.4),
        "utilization_average_6m": np.where(np.arange(lines) % 2, 0.2, np.nan),
    }
    return Cohort(facts, held_out, exempt, np.arange(lines) % 2)


ROOMS = {(each, each): 20_000 for each in range(1_000)}
RECENT = {
    Measure.ROLL_TO_OVERDUE: [Month(ON, 10, 1_000)],
    Measure.ROLL_TO_THIRTY: [Month(ON, 20, 100)],
}


def expected(
    recent: dict[Measure, list[Month]] = RECENT, fee_share: float | None = 0.01
) -> ExpectedRoom:
    return rules.expect(
        cohort(), ROOMS, recent, catalog().rollout, loss_terms(), fee_share=fee_share
    )


def test_what_is_expected_is_reckoned_from_how_lines_used_their_limits() -> None:
    found = expected()

    assert (found.members, found.touched, found.held_out, found.exempt) == (1_000, 800, 100, 100)
    assert (found.stages, found.stages_minor) == ((400, 800), (400 * 20_000, 800 * 20_000))
    assert found.room_minor == 800 * 20_000
    assert found.used_minor == 400 * 20_000 * 0.4 + 400 * 20_000 * 0.2
    assert found.income_minor == found.used_minor // 100
    assert 0 < found.loss_minor < found.used_minor


def test_a_worse_segment_is_expected_to_lose_more_and_income_not_known_is_none() -> None:
    worse = {**RECENT, Measure.ROLL_TO_OVERDUE: [Month(ON, 100, 1_000)]}

    assert expected(worse).loss_minor > expected().loss_minor
    assert expected(fee_share=None).income_minor is None


def test_growth_counts_as_agreed_once_two_people_kept_it() -> None:
    loosening = Tightening(
        1, "s", 1, "x > 1", Outcome.ROOM, 100_000, (Stage(0, 1_000_000),), ON, "whiteslip", ON, ON, None, 1,
        State.RELEASED, 3, {"expected": {"touched": 100}}, Direction.LOOSEN, OFFER,
    )  # fmt: skip
    grew = (Command.ASK_END, {"why": "grew", "lines": 150})
    one, both = (Command.KEEP, {"missing": 1}), (Command.KEEP, {"missing": 0})

    assert rules.released_lines(loosening, []) == 100
    assert rules.released_lines(loosening, [grew, one]) == 100
    assert rules.released_lines(loosening, [grew, one, both]) == 150
    review = (Command.ASK_END, {"why": "review", "lines": 300})
    assert rules.released_lines(loosening, [review, both]) == 100
