"""A plan's life: what happens to it loses no cent, and what is taken back leaves no trace in the money."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.kernel.errors import Conflict
from whiteslip.money.plans.events import (
    Charged,
    ChargedBack,
    CreditRefunded,
    Drawn,
    DueMoved,
    Event,
    Extended,
    Graced,
    Paid,
    PaidOff,
    RateChanged,
    ReAged,
    ReAmortized,
    Waived,
)
from whiteslip.money.plans.life import Life, payoff_minor, replay
from whiteslip.money.plans.model import (
    DEFAULT_ORDER,
    Allocation,
    Component,
    DayCount,
    Every,
    Future,
    Kind,
    LateCharge,
    Period,
    Terms,
    Unit,
)

MONTHLY = Every(1, Unit.MONTHS)
DAY = date(2024, 1, 1)
LAST = date(2026, 1, 1)
BEARING = Terms(6, MONTHLY, annual_ppm=70_000, day_count=DayCount.THIRTY_360, recalculated=True)
PLAIN = Terms(6, MONTHLY, annual_ppm=94_822, day_count=DayCount.THIRTY_360)
TERMS = (
    BEARING,
    PLAIN,
    Terms(3, Every(15, Unit.DAYS), down_payment_ppm=250_000, multiple_minor=100),
    Terms(
        4, MONTHLY, annual_ppm=120_000, day_count=DayCount.ACT_ACT, late_charge=LateCharge(15_000)
    ),
    Terms(
        4,
        MONTHLY,
        annual_ppm=120_000,
        day_count=DayCount.ACT_ACT,
        by_month=True,
        recalculated=True,
        payoff_until_due=True,
        dated=tuple(
            Period(DAY + timedelta(days=30 * at), DAY + timedelta(days=30 * at + 25))
            for at in range(4)
        ),
    ),
)

later = st.integers(0, 260).map(lambda days: DAY + timedelta(days=days))
sums = st.integers(1, 8_000)
events = st.one_of(
    st.builds(Paid, later, sums, st.sampled_from(Kind)),
    st.builds(Charged, later, later, st.sampled_from([Component.FEE, Component.PENALTY]), sums),
    st.builds(ChargedBack, later, sums),
    st.builds(CreditRefunded, later, sums),
    st.builds(Waived, later, st.sampled_from(Component), sums),
    st.builds(ReAmortized, later),
    st.builds(PaidOff, later),
    st.builds(Drawn, later, sums, st.booleans()),
    st.builds(Graced, later, later, st.integers(0, 2), st.integers(0, 2)),
    st.builds(Extended, later, later, st.integers(1, 3)),
    st.builds(DueMoved, later, later, later),
    st.builds(RateChanged, later, later, st.sampled_from([0, 50_000, 240_000])),
    later.map(lambda on: ReAged(on, on + timedelta(days=20), MONTHLY, 5)),
)


def accepted(terms: Terms, tried: list[Event]) -> list[Event]:
    """What of it can have happened, each after the one before."""
    known: list[Event] = [Drawn(DAY, 50_000)]
    for event in sorted(tried, key=lambda one: one.on):
        try:
            replay(terms, [*known, event], on=LAST)
        except Conflict:
            continue
        known.append(event)
    return known


def adds_up(life: Life) -> None:
    """No cent is made or lost: principal due is what was drawn or is owed again, and what is paid came by payments."""
    owed_again = sum(move.amount_minor for move in life.moves if move.amount_minor > 0)
    assert sum(row.principal_minor for row in life.rows) == owed_again
    for row in life.rows:
        assert all(0 <= row.paid[each] <= row.due_of(each) for each in Component), row
        assert row.in_advance_minor + row.late_minor <= row.paid_minor
    paid = sum(sum(one.parts.values()) for one in life.entries if one.what in PAYING)
    assert sum(row.paid_minor for row in life.rows) == paid
    assert life.credit_minor >= 0


PAYING = frozenset({*(kind.value for kind in Kind), "waived"})


@given(st.sampled_from(TERMS), st.lists(events, max_size=12))
def test_whatever_happens_no_cent_is_made_or_lost(terms: Terms, tried: list[Event]) -> None:
    known = accepted(terms, tried)

    adds_up(replay(terms, known, on=LAST))


@given(st.sampled_from(TERMS), st.lists(events, max_size=8), later, sums)
def test_a_life_is_what_its_events_say_whatever_was_played_before(
    terms: Terms, tried: list[Event], on: date, amount: int
) -> None:
    """Taking a payment back is playing without it: nothing of the life before is kept, the drawn terms included."""
    known = accepted(terms, tried)
    before = replay(terms, known, on=LAST)
    with_payment = [*known, Paid(on, amount)]
    try:
        replay(terms, with_payment, on=LAST)
    except Conflict:
        return  # what came later cannot have happened after this payment
    again = replay(terms, [one for one in with_payment if one is not with_payment[-1]], on=LAST)

    assert again == before
    paid = replay(terms, with_payment, on=LAST)
    more = sum(row.paid_minor for row in paid.rows) + paid.credit_minor
    less = sum(row.paid_minor for row in again.rows) + again.credit_minor
    if not any(isinstance(one, PaidOff | CreditRefunded | Waived | ChargedBack) for one in known):
        assert more - less == amount, "what is paid is somewhere, as credit or on a row"


@given(st.sampled_from(TERMS), st.lists(events, max_size=8), later)
def test_who_pays_off_owes_nothing(terms: Terms, tried: list[Event], on: date) -> None:
    known = [one for one in accepted(terms, tried) if one.on <= on]
    amount = payoff_minor(terms, known, on=on)
    life = replay(terms, [*known, PaidOff(on)], on=on)

    assert life.open_minor == 0
    assert life.principal_minor == 0
    assert amount >= 0


def test_overdue_principal_goes_on_bearing_and_what_is_paid_ahead_bears_no_more() -> None:
    late = replay(BEARING, [Drawn(DAY, 10_000)], on=date(2024, 2, 15))
    assert late.rows[1].interest_minor == 53, "half of February on all of it"

    ahead = [Drawn(DAY, 10_000), Paid(date(2024, 2, 1), 1_701), Paid(date(2024, 2, 15), 1_701)]
    life = replay(BEARING, ahead, on=date(2024, 2, 15))
    second, third = life.rows[1:3]
    assert (second.principal_minor, second.interest_minor, second.open_minor) == (1_677, 24, 0)
    assert (third.principal_minor, third.interest_minor) == (1_642, 59), "the rest of February"


def test_a_second_drawing_evens_the_rows_to_come() -> None:
    life = replay(
        PLAIN, [Drawn(DAY, 10_000), Drawn(date(2024, 2, 15), 10_000)], on=date(2024, 2, 15)
    )

    whole = [row.principal_minor + row.interest_minor for row in life.rows]
    assert whole == [1_713, 3_753, 3_753, 3_753, 3_753, 3_753]


@pytest.mark.parametrize(
    ("future", "paid"),
    [
        (Future.NEXT, [0, 25, 0, 0]),
        (Future.LAST, [0, 0, 0, 25]),
        (Future.EVENLY, [0, 8, 8, 9]),
    ],
)
def test_what_is_paid_in_advance_goes_where_the_product_says(
    future: Future, paid: list[int]
) -> None:
    terms = Terms(4, MONTHLY, allocations={None: Allocation(DEFAULT_ORDER, future)})
    at_first_due = Paid(date(2024, 2, 1), 125)
    life = replay(terms, [Drawn(DAY, 400), at_first_due], on=date(2024, 2, 1))

    assert [row.paid_minor - 100 * (row.number == 1) for row in life.rows] == paid


def test_a_charge_back_after_the_last_due_date_is_a_row_of_its_own() -> None:
    known = [Drawn(DAY, 600), *(Paid(date(2024, month, 1), 100) for month in range(2, 8))]
    life = replay(Terms(6, MONTHLY), [*known, ChargedBack(date(2024, 7, 20), 100)], on=LAST)

    assert len(life.rows) == 7
    assert (life.rows[-1].due_on, life.rows[-1].open_minor) == (date(2024, 7, 20), 100)
    with pytest.raises(Conflict):
        replay(Terms(6, MONTHLY), [known[0], ChargedBack(date(2024, 1, 20), 100)], on=LAST)


def test_terms_may_change_on_the_way() -> None:
    begun: list[Event] = [Drawn(DAY, 60_000)]
    moved = DueMoved(date(2024, 1, 10), date(2024, 3, 1), date(2024, 3, 11))
    rows = replay(PLAIN, [*begun, moved], on=LAST).rows
    assert [row.due_on.day for row in rows] == [1, 11, 11, 11, 11, 11]
    assert rows[1].interest_minor > rows[0].interest_minor * 60_000 // 60_000 * 10 // 12

    dearer = RateChanged(date(2024, 1, 10), date(2024, 3, 1), 189_644)
    changed = replay(PLAIN, [*begun, dearer], on=LAST).rows
    assert changed[0].interest_minor == 474
    assert changed[1].interest_minor == 793, "twice the rate on what remains"

    longer = replay(PLAIN, [*begun, Extended(date(2024, 1, 10), date(2024, 3, 1), 2)], on=LAST).rows
    assert len(longer) == 8
    assert sum(row.principal_minor for row in longer) == 60_000


def test_what_is_late_is_charged_once() -> None:
    terms = Terms(3, MONTHLY, late_charge=LateCharge(15_000, grace_days=3))
    begun: list[Event] = [Drawn(DAY, 300_000)]

    assert replay(terms, begun, on=date(2024, 2, 4)).rows[0].penalty_minor == 0
    assert replay(terms, begun, on=date(2024, 2, 5)).rows[0].penalty_minor == 1_500
    assert (
        replay(terms, [*begun, Paid(date(2024, 2, 4), 100_000)], on=LAST).rows[0].penalty_minor == 0
    )
