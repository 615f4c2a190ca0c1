"""The steps of a day in sets against their rule, and what a running relief tells others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from tests.builders import noon
from tests.money.twins import rows

from whiteslip.care.hardship import sequence, store
from whiteslip.infra.database import Connection
from whiteslip.money.lines.model import LineKey

LINES = 12_000
TODAY = date(2026, 3, 4)
ON = TODAY + timedelta(1)
StepDue = Callable[..., sequence.Step | None]


@pytest.fixture
def book(db: Connection) -> Connection:
    """Episodes of any age with any number of steps taken, some held up by a relief or a dispute."""
    rng = np.random.default_rng(20_260_305)
    steps = store.way().steps
    for line in range(1, LINES + 1):
        age = int(rng.choice([1, 4, 5, 9, 10, 29, 30, 44, 45, 89, 90, 179, 180, 400]))
        since = ON - timedelta(age + int(rng.integers(0, 3)))
        ended = ON if rng.random() < 0.1 else None
        db.execute(
            "INSERT INTO money.arrears VALUES (%s, %s, %s, %s, %s, %s)",
            (line, line, since, ON - timedelta(age), age, ended),
            prepare=True,
        )
        for number in range(1, int(rng.integers(0, len(steps) + 1)) + 1):
            taken = ON - timedelta(int(rng.integers(1, 6)))
            db.execute(
                "INSERT INTO care.arrears_step VALUES (%s, %s, %s, %s, %s, 1, %s, %s)",
                (line, line, since, noon(taken), taken, number, steps[number - 1].name),
                prepare=True,
            )
    _hold(db, "running", 1)
    _hold(db, "kept", 2)
    db.execute(
        "INSERT INTO care.dispute SELECT customer_id, 1, line_id, NULL, 1, 0, %(at)s, NULL, %(on)s,"
        " %(on)s + 9, %(on)s, NULL, 'open', 'other', 'x', 'app' FROM money.arrears"
        " WHERE customer_id %% 10 = 3",
        {"at": noon(TODAY), "on": TODAY},
    )
    return db


def _hold(db: Connection, status: str, rest: int) -> None:
    db.execute(
        "INSERT INTO care.relief (customer_id, relief_id, line_id, amount_minor, fee_minor, moved_at, asked_on,"
        " expires_on, started_on, ends_on, finished_on, needs_approval, stops_fees, pauses_reminders,"
        " bars_credit, form, status, proposed_by, terms, acted_number)"
        " SELECT customer_id, 1, line_id, 1, 0, %(at)s, %(on)s,"
        " %(on)s, %(on)s, %(on)s, CASE WHEN %(status)s = 'kept' THEN %(on)s::date END, false, true, true,"
        " true, 'promise', %(status)s, 'x', '{}', 1 FROM money.arrears WHERE customer_id %% 10 = %(rest)s",
        {"at": noon(TODAY), "on": TODAY, "status": status, "rest": rest},
    )


def wrong_steps(db: Connection, step_due: StepDue) -> list[Any]:
    """Take a day's steps and return the lines on which the statement and the rule differ."""
    episodes = rows(
        db,
        "SELECT line_id, oldest_due_on, ended_on, (SELECT count(*) FROM care.arrears_step AS s"
        " WHERE s.customer_id = a.customer_id) AS taken, (SELECT max(taken_on) FROM care.arrears_step"
        " AS s WHERE s.customer_id = a.customer_id) AS last_on FROM money.arrears AS a",
    )
    store.take_steps(db, first=1, last=LINES, business_date=TODAY, at=noon(TODAY))
    done = {
        row.line_id: row.step
        for row in rows(db, f"SELECT line_id, step FROM care.arrears_step WHERE taken_on = '{ON}'")
    }
    wrong: list[Any] = []
    for row in episodes:
        step = step_due(
            store.way().steps,
            days_past_due=(ON - row.oldest_due_on).days,
            taken=row.taken,
            last_on=row.last_on,
            days_apart=store.way().days_apart,
            is_held=row.line_id % 10 in {1, 3},
            on=ON,
        )
        expected = step.name if step and row.ended_on is None else None
        if done.get(row.line_id) != expected:
            wrong.append((row, expected))
    assert len(done) > LINES // 20
    return wrong


def test_take_steps_is_step_due(book: Connection) -> None:
    assert wrong_steps(book, sequence.step_due) == []
    again = store.take_steps(book, first=1, last=LINES, business_date=TODAY, at=noon(TODAY))
    assert again == 0, "a second run on one day takes none"


def test_a_step_a_day_early_is_seen(book: Connection) -> None:
    def off(*args: Any, **kwargs: Any) -> sequence.Step | None:
        return sequence.step_due(*args, **{**kwargs, "days_past_due": kwargs["days_past_due"] + 1})

    assert wrong_steps(book, off)


def test_a_running_relief_says_what_others_must_not_do(book: Connection) -> None:
    found = store.lines_on_relief(book, [LineKey(line, line) for line in range(1, 21)])

    assert set(found) == {LineKey(1, 1), LineKey(11, 11)}
    assert found[LineKey(1, 1)][:3] == (True, True, True)
    assert found[LineKey(1, 1)].ends_on == date(2026, 3, 4)
