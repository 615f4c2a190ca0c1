"""Goodwill: our expense pays what is owed, oldest first; the rest is the customer's; above a sum two people."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.builders import Book, done, founded, only
from tests.flows.test_ease_repayment import Eager, arrears

from whiteslip.flows.check_books import check_books
from whiteslip.flows.grant_goodwill import (
    Goodwill,
    GoodwillDecision,
    GoodwillRequest,
    State,
    Why,
    decide_goodwill,
    grant_goodwill,
)
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound, WhiteslipError
from whiteslip.money.ledger.model import Account
from whiteslip.money.lines.model import LineKey


@pytest.fixture
def book(database: Database) -> Eager:
    """A founded book."""
    made = Eager(founded(database).database)
    made.grant_all()
    return made


@pytest.fixture
def late(book: Eager) -> LineKey:
    """A line 30 days past due with 30.00 in a plan and 50.00 to pay later."""
    line, shop = book.line(statement_day=5), book.shop()
    book.buy(line, 50_000, at_shop=shop)
    book.buy(line, 30_000, at_shop=shop, plan_months=3)
    book.close_until(date(2026, 3, 5))
    return line


def grant(
    book: Book, line: LineKey, amount: int, *, by: str = "Ann", note: str = "we were slow"
) -> Goodwill | WhiteslipError:
    asked = GoodwillRequest(*line, amount, Why.OUR_MISTAKE, note, by)
    return only(book.write(lambda db: grant_goodwill(db, [asked], at=book.at)))


def decide(
    book: Book, one: Goodwill, *, by: str, approved: bool = True
) -> Goodwill | WhiteslipError:
    asked = GoodwillDecision(one.customer_id, one.goodwill_id, approved, by)
    return only(book.write(lambda db: decide_goodwill(db, [asked], at=book.at)))


def balances(book: Book) -> dict[Account, int]:
    return dict(book.database.read(check_books).trial_balance)


def by_kind(book: Eager) -> dict[str, tuple[int, str]]:
    rows: list[Any] = book.rows(
        "SELECT kind::text, sum(amount_minor)::bigint AS minor, min(debit::text) AS debit"
        " FROM money.movement WHERE kind::text LIKE 'goodwill%%' GROUP BY kind"
    )
    return {row.kind: (row.minor, row.debit) for row in rows}


def test_a_small_amount_pays_the_oldest_due_at_once(book: Eager, late: LineKey) -> None:
    before, owed = balances(book), book.owed(late)
    given = done(grant(book, late, 4_000))

    assert (given.state, given.needs_two) == (State.DONE, False)
    parts = (given.principal_minor, given.fee_minor, given.late_fee_minor)
    assert sum(parts) == 4_000
    assert all(parts), "late fee, then fee, then principal of the oldest due"
    assert book.owed(late) == [(owed[0][0], owed[0][1] - 4_000), *owed[1:]]
    after = balances(book)
    assert after[Account.GOODWILL_EXPENSE] == 4_000
    incomes = [account for account in Account if account.endswith("_income")]
    assert {one: after.get(one) for one in incomes} == {one: before.get(one) for one in incomes}
    assert after.get(Account.BANK) == before.get(Account.BANK), "no money moved"
    assert {debit for _, debit in by_kind(book).values()} == {"goodwill_expense"}
    (told,) = book.rows("SELECT text_en FROM care.notice WHERE kind = 'goodwill_granted'")
    assert "40.00" in told.text_en
    book.and_the_books_agree()
    book.close_until(date(2026, 4, 6))
    book.and_the_books_agree()


def test_above_the_sum_another_person_decides_and_the_rest_is_credit(
    book: Eager, late: LineKey
) -> None:
    asked = done(grant(book, late, 90_000))
    assert (asked.state, asked.needs_two) == (State.ASKED, True)
    assert by_kind(book) == {}
    assert isinstance(decide(book, asked, by=" ANN "), NotAllowed)
    now = date(2026, 3, 5)
    payable = sum(amount for on, amount in book.owed(late) if on <= date(2026, 4, 3))

    given = done(decide(book, asked, by="Bo"))

    assert given.state is State.DONE
    assert 0 < given.credit_minor == 90_000 - payable
    assert balances(book)[Account.CUSTOMER_CREDIT] == -given.credit_minor
    assert by_kind(book)["goodwill_credit"] == (given.credit_minor, "goodwill_expense")
    assert [row.ended_on for row in arrears(book, late)] == [now]
    assert isinstance(decide(book, asked, by="Cy"), Conflict)
    book.and_the_books_agree()
    book.close_until(date(2026, 4, 6))
    book.and_the_books_agree()


def test_what_is_refused_moves_nothing(book: Eager, late: LineKey) -> None:
    owed = book.owed(late)
    asked = done(grant(book, late, 20_000))
    assert done(decide(book, asked, by="Bo", approved=False)).state is State.REFUSED
    assert book.owed(late) == owed
    assert by_kind(book) == {}
    assert isinstance(decide(book, asked, by="Cy"), Conflict)
    book.and_the_books_agree()


def test_who_owes_nothing_gets_it_as_credit(book: Eager) -> None:
    line = book.line()
    given = done(grant(book, line, 1))
    assert given.credit_minor == 1
    book.and_the_books_agree()


@pytest.mark.parametrize(
    ("amount", "note"), [(0, "x"), (-1, "x"), (500_001, "x"), (1, "  "), (1, "x" * 2_001)]
)
def test_what_cannot_be_granted_is_said(book: Eager, amount: int, note: str) -> None:
    line = book.line()
    assert isinstance(grant(book, line, amount, note=note), InvalidInput)
    nobody = LineKey(line.customer_id, 999_999)
    assert isinstance(grant(book, nobody, 100), NotFound)


def test_control_a_cent_that_is_not_in_the_ledger_is_seen(book: Eager, late: LineKey) -> None:
    done(grant(book, late, 4_000))
    book.write(
        lambda db: db.execute(
            "UPDATE money.movement SET amount_minor = amount_minor + 1"
            " WHERE kind = 'goodwill_principal'"
        )
    )
    problems = book.database.read(check_books).problems
    assert any(problem.startswith("goodwill is what it settled") for problem in problems)
