"""Every pair of status and command, who may do what, and whether a relief is kept."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest

from whiteslip.care.causes.store import FORMS
from whiteslip.care.hardship import reading, rules, sequence, store
from whiteslip.care.hardship.model import (
    Command,
    Form,
    Progress,
    Relief,
    Side,
    Status,
    Terms,
)
from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed

ON = date(2026, 5, 1)
RELIEF = Relief(
    1,
    2,
    3,
    Status.OFFERED,
    Terms(Form.INSTALLMENTS, parts=24),
    1_000,
    0,
    ON,
    needs_approval=True,
    stops_fees=True,
    pauses_reminders=True,
    bars_credit=True,
    proposed_by="anna",
    offered_by="anna",
    expires_on=ON,
)


@pytest.mark.parametrize(("status", "command"), list(product(Status, Command)))
def test_every_pair_is_legal_or_refused(status: Status, command: Command) -> None:
    relief = RELIEF._replace(status=status)
    for side in Side:
        error = rules.refusal(relief, command, side)
        if side not in rules.SIDES.get(command, {Side.PROGRAM}):
            assert isinstance(error, NotAllowed)
        elif (status, command) in rules.MOVES:
            assert error is None
        else:
            assert isinstance(error, Conflict)
    if status not in rules.LIVE:
        assert (status, command) not in rules.MOVES, "an end is an end"


@pytest.mark.parametrize("name", ["Anna", " ANNA ", "anna"])
def test_who_offered_does_not_approve(name: str) -> None:
    assert isinstance(rules.may_approve(RELIEF, name), NotAllowed)
    assert isinstance(rules.may_approve(RELIEF._replace(proposed_by="shop"), name), NotAllowed)
    assert rules.may_approve(RELIEF, "Bo") is None


@pytest.mark.parametrize(("days", "expected"), [(0, None), (3, None), (4, Command.BREAK)])
def test_a_part_may_be_late_by_the_days_of_grace(days: int, expected: Command | None) -> None:
    progress = Progress(1, 2, Form.INSTALLMENTS, 10, ON, ON, 0)

    assert rules.outcome(progress, store.table(), on=ON + timedelta(days)) is expected


def test_what_is_paid_is_kept_and_a_promise_counts_what_came() -> None:
    table = store.table()
    paid = Progress(1, 2, Form.DEFERRAL, 10, ON, None, 0)
    promise = Progress(1, 2, Form.PROMISE, 10, ON, None, 9)

    assert rules.outcome(paid, table, on=ON) is Command.KEEP
    assert rules.outcome(promise, table, on=ON) is None
    assert rules.outcome(promise._replace(repaid_minor=10), table, on=ON) is Command.KEEP
    assert rules.outcome(promise, table, on=ON + timedelta(9)) is Command.BREAK


def test_the_forms_treatments_may_name_are_those_there_are() -> None:
    assert set(FORMS) == set(Form)


GOOD = (
    "grace_days = 3\nlapse_days = 14\napprove_above_minor = 1\napprove_above_parts = 1\n"
    "approve_waivers = true\nsmall_weight = 1\nlarge_weight = 4\n"
)
FORM = (
    "[form.{0}]\nleast_days_past_due = 0\nmost_days_past_due = 9\nmost_a_year = 1\nfewest = 1\n"
    "most = 9\nusual = 3\nfee_ppm = 0\nstops_fees = true\npauses_reminders = true\nbars_credit = true\n"
)
WHOLE = GOOD + "".join(FORM.format(form) for form in Form)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("grace_days = 3", "grace_days = -1"),
        ("grace_days = 3", "grace = 3"),
        ("approve_waivers = true", "approve_waivers = 1"),
        ("small_weight = 1", "small_weight = 5"),
        ("usual = 3", "usual = 10"),
        ("most_days_past_due = 9", 'most_days_past_due = "9"'),
        ("stops_fees = true", "stops_fees = 1"),
        ("[form.promise]", "[form.grace]"),
        ("grace_days = 3", "grace_days = "),
    ],
)
def test_a_table_that_cannot_be_right_is_refused(before: str, after: str) -> None:
    assert reading.read(WHOLE).grace_days == 3
    with pytest.raises(InvalidInput):
        reading.read(WHOLE.replace(before, after, 1))


STEPS = store.way().steps


def test_steps_are_taken_one_by_one_and_relief_holds_them_up() -> None:
    def due(days: int, taken: int, *, held: bool = False, ago: int | None = 30) -> str | None:
        last_on = None if ago is None else ON - timedelta(ago)
        step = sequence.step_due(
            STEPS,
            days_past_due=days,
            taken=taken,
            last_on=last_on,
            days_apart=store.way().days_apart,
            is_held=held,
            on=ON,
        )
        return None if step is None else step.name

    assert due(1, 0, ago=None) == "reminder"
    assert due(200, 0, ago=None) == "reminder", "none is skipped"
    assert due(200, 1, ago=2) is None, "nor rushed"
    assert due(200, 1, ago=3) == "cause_asked"
    assert due(29, 3) is None
    assert due(200, 6) == "charge_off_proposed"
    assert due(200, 6, held=True) is None
    assert due(999, 7) is None
    assert [step.people for step in STEPS if step.name == "charge_off_proposed"] == [2]
    names = [step.name for step in STEPS]
    assert names.index("relief_offered") < names.index("demand_letter"), "help before pressure"


@pytest.mark.parametrize(
    "text",
    [
        "days_apart = 3",
        "days_apart = 0\n[[step]]\nname='a'\ndays_past_due=1\nduty='b'\npeople=0",
        "days_apart = 3\n[[step]]\nname='a'\ndays_past_due=1\nduty=''\npeople=0",
        "days_apart = 3\n[[step]]\nname='a'\ndays_past_due=1\nduty='b'\npeople=3",
        (
            "days_apart = 3\n[[step]]\nname='a'\ndays_past_due=5\nduty='b'\npeople=0\n"
            "[[step]]\nname='c'\ndays_past_due=5\nduty='b'\npeople=0"
        ),
    ],
)
def test_a_sequence_that_cannot_be_right_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        sequence.read(text)
