"""Refunds go back to the sources that paid, latest first; several never return more to one than it paid."""

from __future__ import annotations

from datetime import date

import pytest
from tests.builders import Book, done, founded, only
from tests.flows.limit_worlds import problems, rows

from whiteslip.flows.pay_out_credit import PaidOut, PayoutRequest, pay_out_credit
from whiteslip.flows.refund import Refunded, RefundRequest, refund
from whiteslip.flows.repay import RepaymentRequest, repay
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Conflict, WhiteslipError
from whiteslip.money.lines.model import LineKey
from whiteslip.views import returns


@pytest.fixture
def book(database: Database) -> Book:
    founded_book = founded(database)
    founded_book.grant_all()
    return founded_book


def pay(book: Book, line: LineKey, amount: int, method: str) -> int:
    asked = RepaymentRequest(*line, amount, method)
    return done(only(book.write(lambda db: repay(db, [asked], at=book.at)))).repayment_id


def pay_out(
    book: Book, line: LineKey, source: int | None, amount: int | None = None
) -> PaidOut | WhiteslipError:
    asked = PayoutRequest(*line, amount, source)
    return only(book.write(lambda db: pay_out_credit(db, [asked], at=book.at)))


def half_paid(book: Book) -> tuple[LineKey, int, int, int]:
    """A purchase of 144 billed, of which card B paid 30 and then card A 14; 100 are due and unpaid."""
    line = book.line(1_000_000)
    purchase_id = book.buy(line, 14_400, at_shop=book.shop())
    book.close_until(date(2026, 1, 10))
    card_b = pay(book, line, 3_000, "card-b")
    return line, purchase_id, pay(book, line, 1_400, "card-a"), card_b


def backs(answer: Refunded) -> list[tuple[str, int]]:
    return [(one.method, one.amount_minor) for one in answer.returns]


def test_of_a_refund_of_120_a_hundred_is_offset_14_go_to_a_and_6_to_b(book: Book) -> None:
    line, purchase_id, card_a, card_b = half_paid(book)

    answer = book.refund(line.customer_id, purchase_id, 12_000)

    assert (answer.offset_minor, answer.credit_minor) == (10_000, 2_000)
    assert backs(answer) == [("card-a", 1_400), ("card-b", 600)]
    assert done(pay_out(book, line, card_a)).amount_minor == 1_400
    assert done(pay_out(book, line, card_b)).amount_minor == 600
    assert isinstance(pay_out(book, line, card_a), Conflict), "it has all it paid"
    assert isinstance(pay_out(book, line, card_b), Conflict)
    assert rows(book, "SELECT credit_minor FROM money.line") == [(0,)]
    assert problems(book) == []


def test_several_refunds_never_return_more_to_a_source_than_it_paid(book: Book) -> None:
    line, purchase_id, card_a, card_b = half_paid(book)
    amounts = (10_500, 1_500, 2_400)
    asked = [RefundRequest(line.customer_id, purchase_id, None, amount) for amount in amounts]

    first = done(only(book.write(lambda db: refund(db, asked[:1], at=book.at))))
    both = book.write(lambda db: refund(db, asked[1:], at=book.at))

    assert backs(first) == [("card-a", 500)]
    assert [backs(done(one)) for one in both] == [
        [("card-a", 900), ("card-b", 600)],
        [("card-b", 2_400)],
    ]
    assert isinstance(pay_out(book, line, card_a, 1_401), Conflict)
    assert done(pay_out(book, line, card_a, 1_000)).amount_minor == 1_000
    assert done(pay_out(book, line, card_a)).amount_minor == 400
    assert done(pay_out(book, line, card_b)).amount_minor == 3_000
    assert problems(book) == []


def test_a_batch_of_payouts_sees_what_the_ones_before_it_paid(book: Book) -> None:
    line, purchase_id, card_a, _ = half_paid(book)
    book.refund(line.customer_id, purchase_id, 12_000)
    asked = [PayoutRequest(*line, None, card_a), PayoutRequest(*line, 1, card_a)]

    answers = book.write(lambda db: pay_out_credit(db, asked, at=book.at))

    assert [type(one) for one in answers] == [PaidOut, Conflict]
    assert done(pay_out(book, line, None)).amount_minor == 600
    assert problems(book) == []


def test_a_source_of_another_purchase_and_a_used_up_balance_get_nothing(book: Book) -> None:
    line, purchase_id, card_a, card_b = half_paid(book)
    other = book.buy(line, 5_000, at_shop=book.shop())
    pay(book, line, 15_000, "card-c")
    answer = book.refund(line.customer_id, other, 5_000)
    assert backs(answer) == [("card-c", 5_000)]
    assert isinstance(pay_out(book, line, card_a), Conflict)
    again = book.refund(line.customer_id, purchase_id, 14_400)
    assert backs(again) == [("card-c", 10_000), ("card-a", 1_400), ("card-b", 3_000)]
    assert done(pay_out(book, line, None)).amount_minor == 19_400
    assert isinstance(pay_out(book, line, card_b), Conflict), "nothing is left to pay it from"
    assert problems(book) == []


def test_a_plain_payout_pays_sources_first_the_latest_refund_first(book: Book) -> None:
    line, purchase_id, card_a, card_b = half_paid(book)
    book.refund(line.customer_id, purchase_id, 11_000)
    book.refund(line.customer_id, purchase_id, 1_000)
    own = pay(book, line, 500, "bank")
    assert rows(book, "SELECT credit_minor FROM money.line") == [(2_500,)]

    first = done(pay_out(book, line, None, 1_200))

    assert [one[2:] for one in first.returns] == [(card_a, 600), (card_b, 600)]
    left = "SELECT amount_minor - paid_out_minor FROM money.refund_return ORDER BY refund_id, 1"
    assert rows(book, left) == [(800,), (0,), (0,)], "the refund that came last is paid first"
    assert isinstance(pay_out(book, line, card_b), Conflict), "it has all it is owed"
    assert isinstance(pay_out(book, line, card_a, 801), Conflict)
    last = done(pay_out(book, line, None))
    assert (last.amount_minor, last.returns) == (1_300, ((*last.returns[0][:2], card_a, 800),))
    assert own not in {one.repayment_id for one in (*first.returns, *last.returns)}
    assert isinstance(pay_out(book, line, card_a), Conflict)
    assert problems(book) == []


def test_what_later_dues_used_of_a_refund_no_longer_waits_to_go_back(book: Book) -> None:
    line, purchase_id, card_a, card_b = half_paid(book)
    book.refund(line.customer_id, purchase_id, 12_000)
    done(pay_out(book, line, card_a, 300))

    def shown(credit_minor: int) -> list[tuple[int, int, int, int]]:
        found = book.database.read(
            lambda db: returns.of_line(db, *line, credit_minor=credit_minor, most=9)
        )
        return [
            (one.repayment_id, one.paid_out_minor, one.ready_minor, one.used_minor) for one in found
        ]

    assert shown(1_700) == [(card_a, 300, 1_100, 0), (card_b, 0, 600, 0)]
    assert shown(1_200) == [(card_a, 300, 1_100, 0), (card_b, 0, 100, 500)]
    assert shown(0) == [(card_a, 300, 0, 1_100), (card_b, 0, 0, 600)]


@pytest.mark.parametrize(
    "bug",
    [
        "UPDATE money.refund_return SET amount_minor = amount_minor + 1",
        "UPDATE money.refund_return SET paid_out_minor = paid_out_minor + 1 WHERE paid_out_minor = 0",
        "DELETE FROM money.returned_payout",
        "UPDATE money.credit_payout SET amount_minor = amount_minor - 1",
    ],
)
def test_control_returns_that_do_not_add_up_are_seen(book: Book, bug: str) -> None:
    line, purchase_id, card_a, _ = half_paid(book)
    book.refund(line.customer_id, purchase_id, 12_000)
    done(pay_out(book, line, card_a))
    assert problems(book) == []

    book.write(lambda db: db.execute(bug.encode()))

    assert any("refunds go back" in problem for problem in problems(book))
