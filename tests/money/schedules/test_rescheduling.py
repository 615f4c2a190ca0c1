"""Other due dates for what is owed: no cent is added or lost, in the rule and in its statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.money import random_rows
from tests.money.random_rows import CLOSING, SEED
from tests.money.twins import owed_by_line

from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import InvariantBroken
from whiteslip.kernel.money import split
from whiteslip.money.schedules import store
from whiteslip.money.schedules.model import Owed, Part, Piece
from whiteslip.money.schedules.rescheduling import defer, divide, extend, owed_of, rescheduled

ON = CLOSING + timedelta(days=1)
LINES, ROWS = 3_000, 12_000

amounts = st.integers(0, 10**9)
owed_rows = st.lists(
    st.tuples(
        amounts, amounts, amounts, st.integers(-90, 28), st.sampled_from(("pay_later", "plan"))
    ),
    min_size=1,
    max_size=8,
).map(
    lambda found: [
        Owed(
            customer_id=1,
            line_id=1,
            installment_id=number,
            purchase_id=7,
            kind=kind,
            statement_on=ON + timedelta(due - 29),
            due_on=ON + timedelta(due),
            principal_minor=principal,
            fee_minor=fee,
            late_fee_minor=late_fee,
        )
        for number, (principal, fee, late_fee, due, kind) in enumerate(found, start=1)
        if principal + fee + late_fee
    ]
)


def parts_of(rows: Sequence[Owed], count: int) -> list[Part]:
    total = sum(map(owed_of, rows))
    dues = [ON + timedelta(30 * number) for number in range(1, count + 1)]
    return [Part(on, part) for on, part in zip(dues, split(total, count), strict=True) if part]


@given(rows=owed_rows, count=st.integers(1, 60))
def test_parts_are_filled_to_the_cent(rows: list[Owed], count: int) -> None:
    parts = parts_of(rows, count)
    pieces = divide(rows, parts, reached=ON)

    assert len(rescheduled(rows, pieces)) == len(pieces)
    due = {part.due_on: part.amount_minor for part in parts}
    for piece in pieces:
        due[piece.due_on] -= sum(piece[4:7])
        assert min(piece[4:7]) >= 0
        assert sum(piece[4:7]) > 0
    assert set(due.values()) <= {0}


@given(rows=owed_rows, days=st.integers(1, 30), months=st.integers(1, 3))
def test_moving_dues_changes_dates_alone(rows: list[Owed], days: int, months: int) -> None:
    first = min((row.due_on for row in rows), default=ON)
    for pieces in (
        defer(rows, due_on=first, days=days, reached=ON),
        extend(rows, months=months, reached=ON),
    ):
        assert len(rescheduled(rows, pieces)) == len(pieces)
        before = {row.installment_id: row for row in rows}
        for piece in pieces:
            was = before[piece.installment_id]
            assert piece.due_on > was.due_on
            assert (piece.kind == "plan") == (was.kind == "plan" or was.due_on < ON)


def test_by_hand_fees_go_first_and_principal_by_age() -> None:
    old = Owed(1, 1, 10, 7, "pay_later", ON - timedelta(60), ON - timedelta(31), 700, 0, 20)
    new = Owed(1, 1, 11, 8, "plan", ON - timedelta(30), ON - timedelta(1), 250, 30, 0)
    parts = [Part(ON + timedelta(30), 500), Part(ON + timedelta(60), 500)]

    pieces = divide([new, old], parts, reached=ON)

    assert [(one.installment_id, one.is_first, *one[4:7]) for one in pieces] == [
        (10, True, 450, 0, 20),
        (10, False, 250, 0, 0),
        (11, True, 0, 30, 0),
        (11, False, 250, 0, 0),
    ]


@pytest.fixture
def book(db: Connection) -> Connection:
    """Lines with open installments due around today."""
    rng = np.random.default_rng(SEED)
    random_rows.write_lines(db, rng, random_rows.publish(db), LINES)
    due = random_rows.days_around(CLOSING, before=40, after=6)
    random_rows.write_installments(db, rng, lines=LINES, count=ROWS, due=due)
    return db


def pieces_of(owed: dict[int, list[Owed]]) -> list[Piece]:
    """A third of the lines in parts, a third deferred, a third extended."""
    pieces: list[Piece] = []
    for line_id, found in owed.items():
        rows = [row for row in found if owed_of(row)]
        if not rows:
            continue
        match line_id % 3:
            case 0:
                pieces += divide(rows, parts_of(rows, 2 + line_id % 7), reached=ON)
            case 1:
                pieces += defer(rows, due_on=rows[0].due_on, days=20, reached=ON)
            case _:
                pieces += extend(rows, months=1, reached=ON)
    return pieces


def test_the_statement_is_its_rule(book: Connection) -> None:
    owed = owed_by_line(book)
    known = {row.installment_id for rows in owed.values() for row in rows}
    pieces = pieces_of(owed)
    expected = rescheduled([row for rows in owed.values() for row in rows], pieces)

    done = store.reschedule_installments(book, pieces)

    plain = [row if row[2] in known else row._replace(installment_id=0) for row in done]
    assert sorted(plain) == sorted(expected)
    assert len(plain) > ROWS // 2
    after = owed_by_line(book)
    assert {line: sum(map(owed_of, rows)) for line, rows in after.items()} == {
        line: sum(map(owed_of, rows)) for line, rows in owed.items()
    }


@pytest.mark.parametrize("place", ["principal_minor", "fee_minor", "late_fee_minor"])
def test_pieces_off_by_a_cent_are_refused(book: Connection, place: str) -> None:
    owed = owed_by_line(book)
    (first, *others) = pieces_of(owed)
    wrong = first._replace(**{place: getattr(first, place) + 1})
    rows = [row for rows in owed.values() for row in rows]

    assert len(rescheduled(rows, [wrong, *others])) < len(others) + 1
    with pytest.raises(InvariantBroken, match="exactly what is owed"):
        store.reschedule_installments(book, [wrong, *others])


def test_a_due_of_no_statement_is_no_due_yet() -> None:
    row = Owed(1, 1, 10, 7, "pay_later", ON + timedelta(5), ON + timedelta(34), 700, 0, 0)

    assert defer([row], due_on=row.due_on, days=5, reached=ON) == []
    assert extend([row], months=1, reached=ON) == []
    plan = row._replace(kind="plan", unbilled_fee_minor=9)
    (moved,) = extend([plan], months=1, reached=date(2026, 3, 5))
    assert (moved.due_on - moved.statement_on, moved.fee_minor) == (timedelta(29), 9)
