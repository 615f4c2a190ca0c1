"""What settling early costs: the fee of the period that runs, no fee on the first day, and never a cent too much."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.kernel.calendar import statement_dates
from whiteslip.kernel.errors import Conflict, InvalidInput
from whiteslip.money.payoffs.model import Beginning, Payoff, Scope, Wish
from whiteslip.money.payoffs.rules import check_accepted, work_out
from whiteslip.money.schedules.model import Owed

BOUGHT = date(2026, 1, 10)
LATER = date(2026, 3, 20)
DAY = 5
PLAN = Wish(Scope.PLAN, 7)


def plan_rows(months: int = 6, *, reached: date = BOUGHT, purchase_id: int = 7) -> list[Owed]:
    """A plan of 100.00 and a fee of 5.00 a month, of which nothing has been paid."""
    rows: list[Owed] = []
    for number, on in enumerate(statement_dates(BOUGHT, DAY, months), start=1):
        fee = (500, 0) if on <= reached else (0, 500)
        due_on = on + timedelta(days=29)
        id_ = purchase_id * 100 + number
        rows.append(Owed(1, 2, id_, purchase_id, "plan", on, due_on, 10_000, fee[0], 0, fee[1]))
    return rows


def later(row: Owed, **changed: int) -> Owed:
    return row._replace(**changed)


def worked(rows: list[Owed], wish: Wish, *, reached: date, began: date = BOUGHT) -> Payoff:
    since = {row.installment_id: Beginning(began) for row in rows}
    payoff = work_out(rows, since, wish, statement_day=DAY, reached=reached)
    assert isinstance(payoff, Payoff), payoff
    return payoff


def figures(payoff: Payoff) -> tuple[int, int, int, int]:
    return (
        payoff.principal_minor,
        payoff.fee_minor,
        payoff.late_fee_minor,
        payoff.dropped_minor,
    )


def test_on_the_day_of_the_purchase_no_fee_is_owed() -> None:
    assert figures(worked(plan_rows(), PLAN, reached=BOUGHT)) == (60_000, 0, 0, 3_000)


def test_a_day_later_the_fee_of_the_period_that_runs_is_owed_and_the_others_are_dropped() -> None:
    payoff = worked(plan_rows(), PLAN, reached=BOUGHT + timedelta(days=1))

    assert figures(payoff) == (60_000, 500, 0, 2_500)
    assert payoff.billed == ((701, 500),)


def test_what_was_billed_is_paid_with_its_late_fee_and_one_more_period_runs() -> None:
    rows = plan_rows(reached=LATER)
    rows[0] = later(rows[0], late_fee_minor=37)

    payoff = worked(rows, PLAN, reached=LATER)

    assert figures(payoff) == (60_000, 1_500, 37, 1_500), "two billed fees and the one that runs"
    assert payoff.billed == ((703, 500),)
    assert payoff.total_minor == 61_537


def test_on_a_statement_date_the_period_that_runs_is_the_next_one() -> None:
    on = date(2026, 2, 5)
    payoff = worked(plan_rows(reached=on), PLAN, reached=on)

    assert payoff.billed == ((702, 500),)
    assert payoff.fee_minor == 1_000


def test_a_plan_put_off_past_the_next_statement_has_no_period_that_runs() -> None:
    rows = [later(row) for row in plan_rows()[1:]]

    assert figures(worked(rows, PLAN, reached=BOUGHT + timedelta(days=1)))[1:] == (0, 0, 2_500)


def test_everything_takes_what_no_statement_has_shown() -> None:
    new = Owed(1, 2, 900, 9, "pay_later", date(2026, 4, 5), date(2026, 5, 4), 4_000, 0, 0)
    rows = [*plan_rows(reached=LATER), *plan_rows(reached=LATER, purchase_id=8), new]

    assert worked(rows, Wish(Scope.EVERYTHING), reached=LATER).principal_minor == 124_000
    assert worked(rows, PLAN, reached=LATER).principal_minor == 60_000
    assert worked(rows, Wish(Scope.STATEMENT), reached=LATER, began=LATER).principal_minor == 40_000


def test_a_statement_takes_what_rolled_on_since_with_its_fee_and_nothing_bought_since() -> None:
    next_on, due_on = date(2026, 4, 5), date(2026, 5, 4)
    rolled = Owed(1, 2, 1, 9, "pay_later", next_on, due_on, 4_000, 0, 0)
    fee = Owed(1, 2, 2, None, "revolving_fee", next_on, due_on, 0, 12, 0)
    bought = Owed(1, 2, 3, 10, "pay_later", next_on, due_on, 7_000, 0, 0)
    days = {1: date(2026, 2, 1), 2: date(2026, 3, 10), 3: date(2026, 3, 5)}
    began = {number: Beginning(day) for number, day in days.items()}

    payoff = work_out(
        [rolled, fee, bought], began, Wish(Scope.STATEMENT), statement_day=DAY, reached=LATER
    )

    assert isinstance(payoff, Payoff)
    assert {one.installment_id for one in payoff.settlements} == {1, 2}, "of 5 March is the next"
    assert payoff.total_minor == 4_012


@pytest.mark.parametrize("wish", [Wish(Scope.PLAN), Wish(Scope.EVERYTHING, 7)])
def test_a_plan_and_nothing_else_is_named(wish: Wish) -> None:
    answer = work_out([], {}, wish, statement_day=DAY, reached=LATER)

    assert isinstance(answer, InvalidInput)


def test_where_nothing_is_owed_nothing_is_settled() -> None:
    answer = work_out([], {}, Wish(Scope.EVERYTHING), statement_day=DAY, reached=LATER)

    assert isinstance(answer, Conflict)


def test_only_what_was_quoted_is_paid() -> None:
    rows = plan_rows(reached=LATER)
    payoff = worked(rows, PLAN, reached=LATER)
    moved = worked([later(rows[0], late_fee_minor=1), *rows[1:]], PLAN, reached=LATER)
    total = payoff.total_minor

    assert check_accepted(payoff, amount_minor=total, version=payoff.version) is None
    assert isinstance(check_accepted(moved, amount_minor=total, version=payoff.version), Conflict)
    assert isinstance(
        check_accepted(payoff, amount_minor=total - 1, version=payoff.version), InvalidInput
    )


@given(
    months=st.integers(1, 24),
    days=st.integers(0, 800),
    paid=st.integers(0, 10_000),
    late=st.integers(0, 999),
)
def test_no_cent_is_lost_and_no_fee_is_owed_twice(
    months: int, days: int, paid: int, late: int
) -> None:
    reached = BOUGHT + timedelta(days=days)
    rows = plan_rows(months, reached=reached)
    rows[0] = later(rows[0], principal_minor=10_000 - paid, late_fee_minor=late)
    payoff = worked(rows, PLAN, reached=reached)

    fees = sum(row.fee_minor + row.unbilled_fee_minor for row in rows)
    assert payoff.principal_minor == sum(row.principal_minor for row in rows)
    assert payoff.fee_minor + payoff.dropped_minor == fees
    assert payoff.late_fee_minor == late
    assert sum(fee for _, fee in payoff.billed) <= 500
