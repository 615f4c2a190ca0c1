"""Entries are kept in order, and the ledger is summed by day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from psycopg import errors
from tests.builders import founded, next_day

from whiteslip.flows.enter_funds import EntryKind, NewEntry, enter_funds
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import InvalidInput
from whiteslip.money.funding.store import list_entries, sum_cash_days


def test_entries_are_kept_as_they_were_made_and_a_wrong_one_leaves_nothing(
    database: Database,
) -> None:
    book = founded(database)
    on, at = book.today - timedelta(days=1), book.at
    entries = [
        NewEntry(EntryKind.CASH, -5, on, " ANNA ", "overdrawn"),
        NewEntry(EntryKind.FLOOR, 0, on, "Anna", "none"),
        NewEntry(EntryKind.COMMITMENT, 9, on, "Bo", "signed", " Bank ", on + timedelta(days=9)),
    ]

    first, wrong, second = book.write(lambda db: enter_funds(db, entries, at=at))

    assert isinstance(wrong, InvalidInput)
    kept = database.read(list_entries)
    assert [one.entry_id for one in kept] == [first, second]
    assert [(one.kind, one.name, one.entered_by) for one in kept] == [
        (EntryKind.CASH, "", "anna"),
        (EntryKind.COMMITMENT, "Bank", "bo"),
    ]


@pytest.mark.parametrize(
    "values",
    [
        "('floor', '', 0, NULL)",
        "('commitment', '', 1, '2027-01-01')",
        "('commitment', 'Bank', 1, NULL)",
        "('cash', 'Bank', 1, NULL)",
        "('commitment', 'Bank', -1, '2027-01-01')",
        "('loan', '', 1, NULL)",
    ],
)
def test_the_table_refuses_what_the_rules_would(db: Connection, values: str) -> None:
    text = (
        "INSERT INTO money.funding_entry (kind, name, amount_minor, until_on, from_on, entered_by, note, entered_at)"
        f" SELECT a, b, c, d::date, '2026-01-01', 'anna', 'x', '2026-01-01' FROM (VALUES {values}) AS v (a, b, c, d)"
    )
    with pytest.raises(errors.CheckViolation):
        db.execute(text.encode())


def test_a_day_sums_what_the_bank_moved_and_what_shops_are_owed(database: Database) -> None:
    book = founded(database)
    shop, line = book.shop(fee_ppm=10_000), book.line()
    first = book.today
    bought = book.buy(line, 100_000, at_shop=shop)
    book.refund(line.customer_id, bought, 20_000)
    book.close_day()
    book.pay(line, 30_000)

    days = database.read(
        lambda db: sum_cash_days(db, after=first - timedelta(days=1), until=next_day(first))
    )

    sold, paid = days
    assert (sold.day, sold.bank_minor, sold.payable_minor) == (first, 0, 99_000 - 19_800)
    assert (paid.day, paid.bank_minor, paid.payable_minor) == (next_day(first), 30_000, 0)
