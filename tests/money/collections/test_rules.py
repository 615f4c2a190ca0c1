"""How much is collected, what follows a failure, and which references are ours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.kernel.errors import InvalidInput
from whiteslip.money.collections import rules
from whiteslip.money.collections.model import CollectionState, Try, TryKey, TryState
from whiteslip.money.collections.rules import Deed, Next
from whiteslip.money.collections.store import terms
from whiteslip.money.collections.terms import Cause, Moment, read_terms
from whiteslip.money.mandates.model import Source, SourceKind
from whiteslip.money.results.model import Outcome
from whiteslip.money.schedules.model import Owed

DUE_ON = date(2026, 2, 3)
DAY = timedelta(days=1)
GIVEN = datetime(2026, 1, 1, tzinfo=UTC)


def owed(kind: str, due_on: date, principal: int, fee: int = 0, late: int = 0) -> Owed:
    return Owed(7, 9, 1, 3, kind, due_on - 29 * DAY, due_on, principal, fee, late)


def source(number: int, *, stopped: bool = False) -> Source:
    on = DUE_ON if stopped else None
    return Source(
        7, number, 9, number, SourceKind.CARD, "x", "t", "h", f"M-{number}", GIVEN, DUE_ON, on
    )


def tried(source_id: int = 1, slot: int = 0) -> Try:
    return Try(7, 11, 10, 9, source_id, 500, DUE_ON, DUE_ON - DAY, time(6), 1, slot)


MORNING = Moment(DUE_ON - DAY, time(9))


# How much


def test_what_may_revolve_is_spared_and_what_is_past_due_is_not() -> None:
    rows = [
        owed("pay_later", DUE_ON, 1_000),
        owed("plan", DUE_ON, 300, fee=5),
        owed("pay_later", DUE_ON - 30 * DAY, 70, late=2),
        owed("revolving_fee", DUE_ON, 0, fee=9),
        owed("plan", DUE_ON + DAY, 10_000),
    ]
    spared = {DUE_ON: 900}

    asked = rules.to_collect(rows, due_on=DUE_ON, spared=spared, credit_minor=0)
    assert asked == 100 + 305 + 72 + 9
    assert rules.to_collect(rows, due_on=DUE_ON, spared={}, credit_minor=6) == 1_000 + 380


@given(
    principal=st.integers(0, 10_000),
    spared=st.integers(0, 10_000),
    credit=st.integers(0, 10_000),
)
def test_never_below_nothing_and_never_more_than_is_owed(
    principal: int, spared: int, credit: int
) -> None:
    rows = [owed("pay_later", DUE_ON, principal)]
    asked = rules.to_collect(rows, due_on=DUE_ON, spared={DUE_ON: spared}, credit_minor=credit)

    assert asked == max(0, principal - min(principal, spared) - credit)


# What follows


def after(
    cause: Cause,
    sources: list[Source],
    *,
    one: Try | None = None,
    now: Moment = MORNING,
) -> Next | CollectionState:
    return rules.after_failure(one or tried(), cause, sources, terms(), now=now)


EVENING = Next(1, 1, DUE_ON - DAY, time(18))


def test_the_next_source_is_asked_at_once_and_then_the_first_by_the_schedule() -> None:
    both = [source(1), source(2)]

    assert after(Cause.INSUFFICIENT_FUNDS, both) == Next(2, 0, MORNING.on, time(0))
    assert after(Cause.INSUFFICIENT_FUNDS, both, one=tried(2)) == EVENING
    assert after(Cause.INSUFFICIENT_FUNDS, [source(1)]) == EVENING


def test_a_stopped_source_is_passed_over() -> None:
    stopped = [source(1, stopped=True), source(2, stopped=True), source(3)]

    assert after(Cause.ACCOUNT_CLOSED, stopped) == Next(3, 0, MORNING.on, time(0))
    assert after(Cause.MANDATE_MISSING, stopped[:2]) is CollectionState.GIVEN_UP
    later = after(Cause.ACCOUNT_CLOSED, [source(1), source(2, stopped=True)], one=tried(2))
    assert later == EVENING


def test_our_own_mistake_is_tried_on_at_the_same_source_and_not_at_once() -> None:
    assert after(Cause.OURS, [source(1), source(2)], one=tried(2)) == EVENING._replace(source_id=2)


@pytest.mark.parametrize("cause", [Cause.UNKNOWN, Cause.DISPUTED])
def test_what_people_look_at_is_not_tried_on(cause: Cause) -> None:
    assert after(cause, [source(1), source(2)]) is CollectionState.WAITING


@pytest.mark.parametrize(
    ("slot", "day", "hour", "then"),
    [
        (0, -1, 9, 1),
        (0, -1, 19, 2),
        (0, 0, 7, 3),
        (0, 5, 0, None),
        (2, 1, 9, 3),
        (3, 2, 5, None),
    ],
)
def test_an_hour_that_has_passed_is_not_made_up_for(
    slot: int, day: int, hour: int, then: int | None
) -> None:
    now = Moment(DUE_ON + day * DAY, time(hour))
    found = after(Cause.INSUFFICIENT_FUNDS, [source(1)], one=tried(slot=slot), now=now)

    if then is None:
        assert found is CollectionState.GIVEN_UP
    else:
        assert isinstance(found, Next)
        assert found.slot == then
        assert (found.try_on, found.try_from) >= now


@given(slot=st.integers(0, 3), sources=st.integers(1, 4), cause=st.sampled_from(Cause))
def test_every_chain_of_failures_ends(slot: int, sources: int, cause: Cause) -> None:
    listed = [source(number + 1) for number in range(sources)]
    one, now, steps = tried(1, slot), MORNING, 0
    while isinstance(step := after(cause, listed, one=one, now=now), Next):
        one = one._replace(source_id=step.source_id, slot=step.slot)
        now = max(now, Moment(step.try_on, step.try_from))
        steps += 1

    assert steps <= sources * len(terms().slot)


# What a result does


def test_each_state_and_outcome_has_one_deed() -> None:
    acts = {
        (state, outcome): rules.react(state, outcome) for state in TryState for outcome in Outcome
    }

    pays = {TryState.PLANNED, TryState.SENT, TryState.DROPPED}
    assert {state for (state, _), deed in acts.items() if deed is Deed.PAY} == pays
    assert acts[TryState.PAID, Outcome.RETURNED] is Deed.RETURN
    assert [key for key, deed in acts.items() if deed is Deed.RETURN] == [
        (TryState.PAID, Outcome.RETURNED)
    ]
    assert acts[TryState.FAILED, Outcome.PAID] is Deed.ASK
    assert acts[TryState.RETURNED, Outcome.PAID] is Deed.ASK


@given(st.integers(1, 10**12), st.integers(1, 10**15))
def test_a_reference_is_read_as_it_was_written(customer_id: int, try_id: int) -> None:
    one = tried()._replace(customer_id=customer_id, try_id=try_id)

    assert len(one.reference) <= 35
    assert rules.read_reference(one.reference) == TryKey(customer_id, try_id)


@pytest.mark.parametrize("text", ["", "col", "col_1", "col_01_2", "col_1_2 ", "lin_1_2", "col_1_²"])
def test_what_only_looks_like_one_of_ours_is_not(text: str) -> None:
    assert rules.read_reference(text) is None


# Parameters


SHIPPED = """
version = 1
zone = "Asia/Shanghai"
covers = "minimum"
smallest_minor = 100
fee_free_days = 7
at_once = 500
lease_minutes = 10
answer_days = 7
slot = [{ days = -1, from = 06:00:00 }, { days = 0, from = 06:00:00 }]
"""


def test_control_the_parameters_are_read() -> None:
    assert read_terms(SHIPPED).due_of(date(2026, 2, 2)) == DUE_ON


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("days = 0", "days = -2", "slot"),
        ("days = -1", "days = -7", "slot"),
        ("Asia/Shanghai", "Asia/Nowhere", "zone"),
        ('"minimum"', '"half"', "covers"),
        ("at_once = 500", "at_once = 0", "at_once"),
        ("answer_days = 7", "answer_days = 0", "answer_days"),
    ],
)
def test_what_does_not_fit_is_refused(old: str, new: str, where: str) -> None:
    with pytest.raises(InvalidInput, match=where):
        read_terms(SHIPPED.replace(old, new))
