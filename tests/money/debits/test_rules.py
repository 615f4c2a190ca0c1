"""What may be reported of a failed debit, and what is answered when it is reported again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.kernel.errors import Conflict
from whiteslip.kernel.money import MAX_MINOR
from whiteslip.money.debits.model import FailedDebit, Failure
from whiteslip.money.debits.rules import EARLIEST, mistake, same_report
from whiteslip.money.lines.model import Line

OPENED, REACHED = date(2026, 1, 5), date(2026, 2, 5)
LINE = Line(7, 9, 1, "open", 0, 5, 100_000, 0, 0, 0, 0, OPENED, False, False, 500_000)
KEPT = FailedDebit(7, 1, 9, 5_000, OPENED, Failure.TECHNICAL, "b1", REACHED)


@given(
    amount=st.integers(-(10**18), 10**18),
    day=st.integers(-400, 400),
)
def test_a_report_is_right_exactly_within_its_bounds(amount: int, day: int) -> None:
    due_on = OPENED + timedelta(days=day)
    wrong = mistake(amount, due_on, LINE, reached=REACHED)

    assert (wrong is None) == (0 < amount <= MAX_MINOR and OPENED <= due_on <= REACHED + EARLIEST)


def test_the_same_again_is_answered_with_what_was_kept() -> None:
    again = KEPT._replace(debit_id=2, failed_on=REACHED + timedelta(days=3))

    assert same_report(KEPT, again) is KEPT


@pytest.mark.parametrize(
    "other",
    [
        KEPT._replace(amount_minor=5_001),
        KEPT._replace(line_id=8),
        KEPT._replace(due_on=REACHED),
        KEPT._replace(failure=Failure.ACCOUNT_CLOSED),
    ],
)
def test_something_else_under_the_same_reference_is_a_conflict(other: FailedDebit) -> None:
    assert isinstance(same_report(KEPT, other), Conflict)
