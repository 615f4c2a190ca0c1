"""Which entries are accepted and stand, and what cash follows from them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.kernel.money import MAX_MINOR
from whiteslip.money.funding.model import CashDay, Entry, EntryKind, NewEntry
from whiteslip.money.funding.rules import committed, mistake, position, standing

ON = date(2026, 3, 1)
AT = datetime(2026, 3, 1, tzinfo=UTC)
CASH, COMMITMENT, FLOOR = EntryKind


def new(
    kind: EntryKind,
    amount: int = 100,
    *,
    name: str = "",
    until: date | None = None,
    on: date = ON,
) -> NewEntry:
    return NewEntry(kind, amount, on, "Anna", "a statement", name, until)


def kept(
    number: int, kind: EntryKind, amount: int, *, on: date = ON, until: date | None = None
) -> Entry:
    name = "Bank" if kind is COMMITMENT else ""
    return Entry(number, kind, name, amount, on, until, "anna", AT, "a statement")


@pytest.mark.parametrize(
    ("entry", "where"),
    [
        (new(CASH, MAX_MINOR + 1), "amount_minor"),
        (new(FLOOR, 0), "amount_minor"),
        (new(COMMITMENT, -1, name="Bank", until=ON + timedelta(days=1)), "amount_minor"),
        (new(CASH, name="Bank"), "name"),
        (new(FLOOR, until=ON), "until_on"),
        (new(COMMITMENT, until=ON + timedelta(days=1)), "name"),
        (new(COMMITMENT, name="Bank"), "until_on"),
        (new(COMMITMENT, name="Bank", until=ON), "until_on"),
        (new(CASH, on=ON + timedelta(days=1)), "from_on"),
        (new(CASH)._replace(note=" "), "note"),
    ],
)
def test_what_is_wrong_with_an_entry_is_named(entry: NewEntry, where: str) -> None:
    found = mistake(entry, closed_on=ON)

    assert found is not None
    assert found.where == where


@pytest.mark.parametrize(
    "entry",
    [
        new(CASH, -5),
        new(FLOOR, 1, on=ON + timedelta(days=9)),
        new(COMMITMENT, 0, name="Bank", until=ON + timedelta(days=1)),
    ],
)
def test_an_overdrawn_account_a_floor_to_come_and_an_ended_commitment_are_entered(
    entry: NewEntry,
) -> None:
    assert mistake(entry, closed_on=ON) is None


def test_the_latest_day_counts_and_of_one_day_the_latest_entry() -> None:
    day = timedelta(days=1)
    entries = [kept(3, CASH, 30), kept(1, CASH, 10), kept(2, CASH, 20, on=ON + day)]

    assert standing(entries, CASH, on=ON) == entries[0]
    assert standing(entries, CASH, on=ON + day) == entries[2]
    assert standing(entries, CASH, on=ON - day) is None
    assert standing(entries, FLOOR, on=ON) is None


def test_a_commitment_counts_while_it_runs_and_gives_way_to_one_of_its_name() -> None:
    day = timedelta(days=1)
    first = kept(1, COMMITMENT, 50, until=ON + 2 * day)
    days = [ON - day, ON, ON + day, ON + 2 * day]

    assert committed([first], days) == (0, 50, 50, 0)
    assert committed([first, kept(2, COMMITMENT, 0, until=ON + 9 * day)], days) == (0, 0, 0, 0)


def test_cash_moves_with_the_bank_at_once_and_with_sales_once_shops_are_paid() -> None:
    day = timedelta(days=1)
    moved = [
        CashDay(ON, 0, 0, 1_000, 10, 0, 0),  # paid to shops the day after
        CashDay(ON + day, 300, 50, 400, 4, 100, 1),
    ]
    opening = kept(1, CASH, 5_000)

    assert position(opening, moved, on=ON, settlement_days=1) == 5_000
    assert position(opening, moved, on=ON + day, settlement_days=1) == 5_000 + 250 - 990
    after = position(opening, moved, on=ON + 2 * day, settlement_days=1)
    assert after == 5_000 + 250 - 990 - (396 - 99)
    # Shops that are paid at once were paid for the day of the entry before it was made.
    assert position(opening, moved, on=ON + day, settlement_days=0) == 5_000 + 250 - 297


@given(
    amounts=st.lists(st.tuples(*(st.integers(0, 10**9),) * 6), max_size=20),
    settles=st.integers(0, 5),
    split=st.integers(0, 25),
)
def test_entering_what_the_book_says_changes_nothing_of_what_it_says_later(
    amounts: list[tuple[int, int, int, int, int, int]], settles: int, split: int
) -> None:
    moved = [CashDay(ON + timedelta(days=n), *each) for n, each in enumerate(amounts)]
    opening, end = kept(1, CASH, 777), ON + timedelta(days=30)
    between = ON + timedelta(days=split)

    there = position(opening, moved, on=between, settlement_days=settles)
    told = kept(2, CASH, there, on=between)

    assert position(told, moved, on=end, settlement_days=settles) == position(
        opening, moved, on=end, settlement_days=settles
    )
