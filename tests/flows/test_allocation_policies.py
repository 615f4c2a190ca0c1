"""Products whose payments go elsewhere, on real books: by kind of payment, ahead of plans, and with what follows."""

from __future__ import annotations

from datetime import date

import pytest
from tests.builders import Book, done, founded, only
from tests.flows.banked_worlds import TRIED_ON, Banked
from tests.flows.limit_worlds import problems, rows

from whiteslip.flows.settle_early import Scope, SettleRequest, Wish, quote_payoff, settle_early
from whiteslip.infra.database import Database
from whiteslip.money.lines.model import LineKey
from whiteslip.money.products import store as products

TERMS = next(text for text in products.shipped() if 'name = "pay-later"' in text)
DEFAULT = 'allocation = ["late_fee", "fee", "principal"]'
FEE = 600
"""A month's fee of a plan of 6 of 1,000.00, at 0.6 %."""
BILLED_ON, LATER_ON = date(2026, 1, 6), date(2026, 2, 10)


@pytest.fixture
def book(database: Database) -> Book:
    made = founded(database)
    made.grant_all()
    return made


def sell(book: Book, policy: str, name: str = "other-order") -> str:
    """Publish the shipped product with another allocation policy."""
    assert DEFAULT in TERMS
    head, plans = TERMS.split("[[plan]]", 1)
    head = head.replace('name = "pay-later"', f'name = "{name}"').replace(DEFAULT, "")
    text = (
        f'{head}\n[allocation]\norder = ["late_fee", "fee", "principal"]\n{policy}\n[[plan]]{plans}'
    )
    book.write(lambda db: products.publish(db, text))
    return name


def with_plan(book: Book, policy: str) -> tuple[LineKey, int]:
    """A line under a policy, with a plan of 1,000.00 of which the first installment is billed."""
    line = book.line(1_000_000, product=sell(book, policy))
    purchase_id = book.buy(line, 100_000, at_shop=book.shop(), plan_months=6)
    book.close_until(BILLED_ON)
    return line, purchase_id


def owing(book: Book, line: LineKey) -> list[int]:
    """The principal every installment of the plan still owes, oldest first."""
    query = (
        "SELECT principal_minor - paid_principal_minor FROM money.installment"
        " WHERE line_id = %s ORDER BY due_on, installment_id"
    )
    return [int(row[0]) for row in rows(book, query, line.line_id)]


def posted_fees(book: Book, line: LineKey) -> int:
    query = (
        "SELECT coalesce(sum(amount_minor), 0)::bigint FROM money.movement"
        " WHERE kind = 'installment_fee' AND line_id = %s"
    )
    return int(rows(book, query, line.line_id)[0][0])


@pytest.mark.parametrize(
    ("excess", "left", "credit"),
    [
        ("credit", [0, 16_666, 16_667, 16_667, 16_667, 16_667], 20_000),
        ("next", [0, 0, 13_333, 16_667, 16_667, 16_667], 0),
        ("last", [0, 16_666, 16_667, 16_667, 13_334, 0], 0),
        ("evenly", [0, 12_666, 12_667, 12_667, 12_667, 12_667], 0),
    ],
)
def test_what_is_paid_too_much_goes_where_the_product_says(
    book: Book, excess: str, left: list[int], credit: int
) -> None:
    line, _ = with_plan(book, f'excess = "{excess}"')

    repaid = book.pay(line, 16_666 + FEE + 20_000)

    assert repaid.credit_minor == credit
    assert owing(book, line) == left
    assert posted_fees(book, line) == FEE, "no fee of a period to come was billed"
    assert problems(book) == []
    book.close_until(LATER_ON)
    assert posted_fees(book, line) == 2 * FEE, "and it is billed when its period begins"
    assert problems(book) == []


def test_a_credit_balance_pays_plans_ahead_at_the_end_of_the_day_if_its_kind_says_so(
    book: Book,
) -> None:
    line, _ = with_plan(book, '[allocation.credit]\nexcess = "last"')

    assert book.pay(line, 16_666 + FEE + 20_000).credit_minor == 20_000
    book.close_day()

    assert owing(book, line) == [0, 16_666, 16_667, 16_667, 13_334, 0]
    assert rows(book, "SELECT credit_minor FROM money.line") == [(0,)]
    assert problems(book) == []


@pytest.mark.parametrize(("strategy", "fees"), [("horizontal", [0, 600]), ("vertical", [0, 0])])
def test_vertical_pays_the_fees_of_all_that_is_overdue_before_any_principal(
    book: Book, strategy: str, fees: list[int]
) -> None:
    line, _ = with_plan(book, f'strategy = "{strategy}"')
    book.close_until(date(2026, 3, 20))
    query = (
        "SELECT (late_fee_minor - paid_late_fee_minor)::bigint, fee_minor - paid_fee_minor"
        " FROM money.installment WHERE due_on < '2026-03-20' ORDER BY due_on"
    )
    late = sum(int(row[0]) for row in rows(book, query))
    assert late > 0

    book.pay(line, late + 2 * FEE)

    assert [int(row[1]) for row in rows(book, query)] == fees
    assert problems(book) == []


def test_autopay_and_a_payment_by_hand_may_go_elsewhere(database: Database) -> None:
    book = Banked.founded(database)
    policy = '[allocation.autopay]\norder = ["principal", "fee", "late_fee"]'
    line = book.line(1_000_000, product=sell(book, policy))
    book.buy(line, 100_000, at_shop=book.shop(), plan_months=6)
    book.source(line)
    book.close_until(TRIED_ON)

    book.tell(book.result(book.collect_one(), amount_minor=10_000))
    book.pay(line, 700)

    paid = book.rows(
        "SELECT repayment.kind, gone.principal_minor, gone.fee_minor FROM money.repayment"
        " INNER JOIN money.allocation AS gone ON gone.source_id = repayment_id ORDER BY repayment_id"
    )
    assert paid == [("autopay", 10_000, 0), ("repayment", 100, FEE)]
    book.check()


def test_a_purchase_paid_ahead_and_refunded_costs_no_further_fee(book: Book) -> None:
    line, purchase_id = with_plan(book, 'excess = "next"')
    book.pay(line, 100_000 + FEE)
    assert owing(book, line) == [0] * 6

    refunded = book.refund(line.customer_id, purchase_id, 100_000)

    assert (refunded.offset_minor, refunded.credit_minor) == (0, 100_000)
    assert rows(book, "SELECT DISTINCT status::text FROM money.installment") == [("settled",)]
    book.close_until(LATER_ON)
    assert posted_fees(book, line) == FEE
    assert problems(book) == []


def test_what_was_paid_ahead_is_settled_early_for_the_fee_of_the_period_that_runs(
    book: Book,
) -> None:
    line, purchase_id = with_plan(book, 'excess = "evenly"')
    book.pay(line, 100_000 + FEE)
    book.close_until(date(2026, 1, 20))
    wish = Wish(Scope.PLAN, purchase_id)
    quote = book.database.read(lambda db: quote_payoff(db, line, wish))
    assert (quote.total_minor, quote.dropped_minor) == (FEE, 4 * FEE)

    asked = SettleRequest(*line, wish, quote.total_minor, quote.version, "card")
    done(only(book.write(lambda db: settle_early(db, [asked], at=book.at))))

    book.close_until(date(2026, 4, 10))
    assert posted_fees(book, line) == 2 * FEE
    assert problems(book) == []


def test_the_statement_charges_what_was_called_early_and_credits_the_payment(book: Book) -> None:
    line, _ = with_plan(book, 'excess = "next"')
    book.pay(line, 16_666 + FEE + 20_000)
    book.close_until(LATER_ON)

    query = "SELECT charged_minor, credited_minor, balance_minor FROM money.statement ORDER BY statement_on"
    assert rows(book, query) == [
        (16_666 + FEE, 0, 16_666 + FEE),
        (20_000 + FEE, 16_666 + FEE + 20_000, FEE),
    ]
