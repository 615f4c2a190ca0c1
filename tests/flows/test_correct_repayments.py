"""Payments taken back on real books, whatever came after: two lines live the same days, one never had the payment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from tests.builders import Book, done, founded, only
from tests.flows.limit_worlds import problems
from tests.flows.test_charge_off import approve, charged_off, end, take
from tests.money.offered import text_with
from tests.simulation.explained import unexplained
from tests.simulation.replayed import unlike_lines

from whiteslip.flows.correct_repayments import (
    BackDating,
    CorrectionDone,
    Reversal,
    back_date,
    reverse,
)
from whiteslip.flows.ease_repayment import (
    Command,
    Form,
    ReliefAnswer,
    ReliefRequest,
    Side,
    Terms,
    answer_reliefs,
    ask_relief,
)
from whiteslip.flows.pay_out_credit import PayoutRequest, pay_out_credit
from whiteslip.flows.split_statement import SplitRequest, quote_split, split_statements
from whiteslip.flows.waive_late_fees import WaiverRequest, waive_late_fees
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound, WhiteslipError
from whiteslip.money.lines.model import LineKey
from whiteslip.money.products.store import publish

DUE = date(2026, 2, 3)
RIPE = DUE + timedelta(days=215)


QUERIES = {
    "rows": """
        SELECT statement_on, due_on, captured_on, kind, status, revolving, number,
            principal_minor - paid_principal_minor AS principal, fee_minor - paid_fee_minor AS fee,
            late_fee_minor - paid_late_fee_minor AS late_fee
        FROM money.installment WHERE (customer_id, line_id) = (%s, %s) AND status <> 'settled'
        ORDER BY statement_on, due_on, captured_on, kind, number, principal
    """,
    "line": """
        SELECT principal_minor, credit_minor, status FROM money.line
        WHERE (customer_id, line_id) = (%s, %s)
    """,
    "claim": """
        SELECT state, principal_minor, fee_minor, late_fee_minor, recovered_minor, written_off_minor
        FROM money.charge_off WHERE (customer_id, line_id) = (%s, %s)
    """,
    "arrears": """
        SELECT since_on, oldest_due_on FROM money.arrears
        WHERE (customer_id, line_id) = (%s, %s) AND ended_on IS NULL
    """,
}


@pytest.fixture
def book(database: Database) -> Book:
    founded_book = founded(database)
    founded_book.grant_all()
    return founded_book


def pair(book: Book) -> tuple[LineKey, LineKey]:
    """Two lines that bought the same on the same day: to be paid later, and in a plan."""
    shop = book.shop()
    lines = book.line(1_000_000), book.line(1_000_000)
    for line in lines:
        book.buy(line, 100_000, at_shop=shop)
        book.buy(line, 120_000, at_shop=shop, plan_months=6)
    return lines


def take_back(book: Book, line: LineKey, repayment_id: int) -> CorrectionDone | WhiteslipError:
    asked = Reversal(line.customer_id, repayment_id, "MD06", "", "Ann")
    return only(book.write(lambda db: reverse(db, [asked], at=book.at)))


def money(book: Book, line: LineKey) -> dict[str, list[Any]]:
    """What a line owes, row by row, its credit, its claim and its arrears, whatever the numbers are."""
    said: dict[str, list[Any]] = {}
    for name, query in QUERIES.items():
        said[name] = book.database.read(
            lambda db, query=query: db.execute(query.encode(), line).fetchall()
        )
    return said


def waive(book: Book, line: LineKey) -> None:
    days = DUE + timedelta(days=1), DUE + timedelta(days=9)
    asked = WaiverRequest(*line, *days, "ours", "Ann")
    done(only(book.write(lambda db: waive_late_fees(db, [asked], at=book.at))))


def ease(book: Book, line: LineKey) -> None:
    asked = ReliefRequest(*line, Terms(Form.INSTALLMENTS, parts=3), Side.STAFF, "Ann")
    offered = done(only(book.write(lambda db: ask_relief(db, [asked], at=book.at))))
    taken = ReliefAnswer(
        line.customer_id, offered.relief_id, Command.ACCEPT, Side.CUSTOMER, "owner"
    )
    done(only(book.write(lambda db: answer_reliefs(db, [taken], at=book.at))))


def split(book: Book, line: LineKey) -> None:
    seen = book.database.read(lambda db: quote_split(db, line, months=3))
    asked = SplitRequest(*line, 3, seen.version)
    done(only(book.write(lambda db: split_statements(db, [asked], at=book.at))))


def give_up(book: Book, line: LineKey) -> None:
    book.close_until(RIPE)
    charged_off(book, line)
    take(book, line, 7_000, 500)


def write_off(book: Book, line: LineKey) -> None:
    book.close_until(RIPE)
    claim = charged_off(book, line)
    take(book, line, 7_000)
    done(end(book, claim))
    done(approve(book, claim, by="Bo"))


def pay_a_little(book: Book, line: LineKey) -> None:
    book.pay(line, 30_000)


def nothing(book: Book, line: LineKey) -> None: ...


@pytest.mark.parametrize(
    "then", [nothing, pay_a_little, waive, ease, give_up, write_off], ids=lambda one: one.__name__
)
@pytest.mark.parametrize("amount", [5_000, 40_000])
def test_a_line_is_as_if_the_payment_had_never_come(
    book: Book, then: Callable[[Book, LineKey], None], amount: int
) -> None:
    had, never = pair(book)
    book.close_until(date(2026, 1, 20))
    paid = book.pay(had, amount)
    book.close_until(DUE + timedelta(days=20))
    if then is waive and amount > 10_000:
        pytest.skip("who paid the minimum was charged no late fee that could be waived")
    then(book, had)
    then(book, never)
    book.close_until(book.today + timedelta(days=3))
    assert money(book, had) != money(book, never)

    corrected = done(take_back(book, had, paid.repayment_id))

    assert money(book, had) == money(book, never)
    assert corrected.amount_minor == amount
    assert book.database.read(unlike_lines) == []
    assert problems(book) == []
    book.close_until(book.today + timedelta(days=40))
    assert money(book, had) == money(book, never)
    assert book.database.read(unlike_lines) == []
    assert problems(book) == []


def test_what_came_late_counts_from_its_day(book: Book) -> None:
    came, late = pair(book)
    book.close_until(date(2026, 1, 20))
    book.pay(came, 40_000)
    book.close_until(DUE + timedelta(days=30))
    assert money(book, came) != money(book, late)

    asked = BackDating(*late, 40_000, "bank", date(2026, 1, 20), "late file", "", "Ann")
    done(only(book.write(lambda db: back_date(db, [asked], at=book.at))))

    assert money(book, came) == money(book, late)
    assert book.database.read(unlike_lines) == []
    assert problems(book) == []


def test_a_statement_split_after_the_payment_is_split_of_all_of_it(book: Book) -> None:
    had, never = pair(book)
    book.close_until(date(2026, 1, 8))
    paid = book.pay(had, 20_000)
    split(book, had)
    split(book, never)
    book.close_until(DUE + timedelta(days=20))
    assert money(book, had) != money(book, never)

    done(take_back(book, had, paid.repayment_id))

    assert money(book, had) == money(book, never)
    assert problems(book) == []
    assert book.database.read(unlike_lines) == []


@pytest.mark.parametrize("on", [date(2026, 1, 9), date(2026, 2, 9)], ids=["open", "due"])
def test_a_split_of_what_was_paid_before_it_is_none_until_the_payment_goes(
    book: Book, on: date
) -> None:
    paid, never = pair(book)
    book.close_until(date(2026, 1, 8))
    split(book, paid)
    split(book, never)
    book.close_until(on)

    asked = BackDating(*paid, 130_000, "bank", date(2026, 1, 7), "late file", "", "Ann")
    done(only(book.write(lambda db: back_date(db, [asked], at=book.at))))
    assert split_of(book, paid) == (True, 0)
    assert book.database.read(unlike_lines) == []
    assert problems(book) == []

    (repayment_id,) = book.database.read(
        lambda db: db.execute(b"SELECT repayment_id FROM money.repayment").fetchone() or (0,)
    )
    done(take_back(book, paid, repayment_id))
    assert split_of(book, paid) == (False, 3)
    assert money(book, paid) == money(book, never)
    assert book.database.read(unlike_lines) == []
    assert problems(book) == []


def split_of(book: Book, line: LineKey) -> tuple[bool, int]:
    """Whether the line's split was undone, and how many installments are its parts."""
    query = b"""
        SELECT undone_by IS NOT NULL,
            (SELECT count(*) FROM money.split_part AS part WHERE part.split_id = split.split_id)
        FROM money.statement_split AS split WHERE (customer_id, line_id) = (%s, %s)
    """
    return book.database.read(lambda db: db.execute(query, line).fetchone()) or (False, 0)


def test_where_the_product_says_so_it_is_owed_with_the_next_due(book: Book) -> None:
    text = text_with("", name="later", words={"reopen": "next_due"})
    book.write(lambda db: publish(db, text))
    line, shop = book.line(1_000_000, product="later"), book.shop()
    book.buy(line, 100_000, at_shop=shop)
    book.close_until(date(2026, 1, 20))
    paid = book.pay(line, 100_500)
    book.close_until(DUE + timedelta(days=20))
    before = money(book, line)

    corrected = done(take_back(book, line, paid.repayment_id))

    said = money(book, line)
    assert said["line"] == [(100_500, 500, "open")]
    assert said["arrears"] == before["arrears"] == []
    (row,) = said["rows"]
    assert (row[1], row[3], row[7:]) == (date(2026, 4, 3), "plan", (100_500, 0, 0))
    assert corrected.done.undone == 0
    assert isinstance(take_back(book, line, paid.repayment_id), Conflict)
    book.close_until(date(2026, 3, 6))
    assert money(book, line)["line"] == [(100_000, 0, "open")], "the credit paid its part"
    assert book.database.read(unlike_lines) == []
    assert book.database.read(unexplained) == []
    assert problems(book) == []


def test_a_claim_that_was_paid_stands_again(book: Book) -> None:
    line, _ = pair(book)
    book.close_until(RIPE)
    claim = charged_off(book, line)
    before = money(book, line)
    paid = book.pay(line, claim.charged_off_minor)
    assert money(book, line)["line"] == [(0, 0, "closed")]

    done(take_back(book, line, paid.repayment_id))

    assert money(book, line) == before
    assert problems(book) == []


def test_credit_paid_out_that_never_came_is_owed_again(book: Book) -> None:
    line = book.line(1_000_000)
    paid = book.pay(line, 50_000)
    asked = PayoutRequest(*line, 20_000)
    done(only(book.write(lambda db: pay_out_credit(db, [asked], at=book.at))))

    done(take_back(book, line, paid.repayment_id))

    said = money(book, line)
    assert said["line"] == [(20_000, 0, "open")]
    assert problems(book) == []
    book.close_until(date(2026, 3, 20))
    assert money(book, line)["arrears"] == [(DUE, DUE)]
    assert book.database.read(unlike_lines) == []
    assert problems(book) == []


def test_what_cannot_be_corrected_is_told(book: Book) -> None:
    line, _ = pair(book)
    paid = book.pay(line, 5_000)
    asked = BackDating(*line, 5, "bank", book.today, "late", "", "Ann")

    assert isinstance(take_back(book, line, 999_999), NotFound)
    assert isinstance(only(book.write(lambda db: back_date(db, [asked], at=book.at))), InvalidInput)
    done(take_back(book, line, paid.repayment_id))
    assert isinstance(take_back(book, line, paid.repayment_id), Conflict)


def test_a_book_that_does_not_replay_is_a_persons(book: Book) -> None:
    line, _ = pair(book)
    paid = book.pay(line, 5_000)
    book.write(
        lambda db: db.execute(
            "UPDATE money.installment SET carried_ppm = 7"
            " WHERE customer_id = %s AND kind = 'pay_later'",
            line[:1],
        )
    )

    answer = take_back(book, line, paid.repayment_id)

    assert isinstance(answer, Conflict)
    assert "does not replay" in str(answer)
