"""Explanations on real books: worked figures, the movements behind them, corrections, and a purchase's whole life."""

from __future__ import annotations

from datetime import date

import pytest
from tests.builders import Book, done, founded, only
from tests.flows.limit_worlds import rows

from whiteslip.care.hardship.model import Form, Side
from whiteslip.care.hardship.model import Terms as ReliefTerms
from whiteslip.flows.correct_repayments import Reversal, reverse
from whiteslip.flows.dispute import (
    Command,
    DisputeAnswer,
    DisputeRequest,
    Ground,
    answer_disputes,
    open_disputes,
)
from whiteslip.flows.ease_repayment import ReliefRequest, ask_relief
from whiteslip.flows.settle_early import Scope, SettleRequest, Wish, quote_payoff, settle_early
from whiteslip.flows.split_statement import SplitRequest, quote_split, split_statements
from whiteslip.infra.database import Database
from whiteslip.money.lines.model import LineKey
from whiteslip.views import explanations
from whiteslip.views.explanations import ExplanationView, TimelineView


@pytest.fixture
def book(database: Database) -> Book:
    founded_book = founded(database)
    founded_book.grant_all()
    return founded_book


def installments(book: Book, line: LineKey, kind: str = "plan") -> list[ExplanationView]:
    """Explain every installment of a kind."""
    found = rows(
        book,
        f"SELECT installment_id FROM money.installment WHERE kind = '{kind}' ORDER BY installment_id",
    )
    views = [
        book.database.read(
            lambda db, number=number: explanations.of_installment(db, line.customer_id, number)
        )
        for (number,) in found
    ]
    return [view for view in views if view is not None]


def life(book: Book, line: LineKey, purchase_id: int) -> TimelineView:
    view = book.database.read(
        lambda db: explanations.of_purchase(db, line.customer_id, purchase_id)
    )
    assert view is not None
    return view


def says(view: ExplanationView) -> list[str]:
    assert view.faults == ()
    return [one.says.en for one in view.lines]


def test_each_part_of_a_plan_says_its_principal_and_its_fee(book: Book) -> None:
    line, shop = book.line(1_000_000), book.shop()
    book.buy(line, 100_000, at_shop=shop, plan_months=3)

    views = installments(book, line)

    assert [view.explanation and view.explanation.total_minor for view in views] == [
        33_833,
        33_833,
        33_834,
    ]
    assert says(views[2]) == [
        (
            "1,000.00 in 3 parts of 333.33; the odd cents (1) go to the last parts, one each."
            " This is part 3: 333.34."
        ),
        "Fee of each month: 0.5 % of the original 1,000.00 = 5.00, rounded half even: 5.00.",
    ]
    assert views[2].lines[1].says.zh.startswith("每期服务费：原本金 1,000.00 × 每月 0.5 % = 5.00")
    captured = rows(book, "SELECT movement_id FROM money.movement WHERE kind = 'captured'")
    journal = views[0].lines[0].line.journal
    assert [(one.movement_id, one.amount_minor) for one in journal] == [(captured[0][0], 100_000)]


def test_what_revolves_bears_ninety_cents_in_two_days(book: Book) -> None:
    line, shop = book.line(1_000_000), book.shop()
    book.buy(line, 100_000, at_shop=shop)
    book.close_until(date(2026, 2, 3))
    book.pay(line, 10_000)
    book.close_until(date(2026, 2, 5))

    (fee,) = installments(book, line, "revolving_fee")
    (row,) = installments(book, line, "pay_later")

    assert says(fee)[0] == (
        "Daily fees of what rolled over, 0.90 in all: 900.00 × 0.05 % a day × 2 days = 0.90;"
        " whole cents charged: 0.90, 0.00 carried on."
    )
    assert [one.amount_minor for one in fee.lines[0].line.journal] == [45, 45]
    assert "asked for 100.00 of it at least, which was paid: all 900.00 rolled over" in says(row)[3]


def test_a_late_fee_carries_its_fractions_over_weeks(book: Book) -> None:
    line, shop = book.line(1_000_000), book.shop()
    book.buy(line, 100_000, at_shop=shop, plan_months=3)
    book.close_until(date(2026, 2, 15))
    book.pay(line, 20_000)
    book.close_until(date(2026, 3, 1))

    view = installments(book, line)[0]

    assert [one.says.en for one in view.lines if one.line.what == "late_fee"] == [
        (
            "Late fee: 333.33 × 0.05 % a day × 12 days = 1.99998; whole cents charged: 1.99,"
            " 0.00998 carried on."
        ),
        (
            "Late fee: 140.32 × 0.05 % a day × 14 days + 0.00998 carried = 0.99222;"
            " whole cents charged: 0.99, 0.00222 carried on."
        ),
    ]
    (first, second) = (one.line for one in view.lines if one.line.what == "late_fee")
    assert (first.late_fee_minor, second.late_fee_minor) == (199, 99)
    assert sum(one.amount_minor for one in first.journal) == 199
    assert (len(first.journal), first.until) == (12, date(2026, 2, 15))


def test_a_refund_shrinks_the_fee_that_is_not_billed_yet(book: Book) -> None:
    line, shop = book.line(1_000_000), book.shop()
    number = book.buy(line, 100_000, at_shop=shop, plan_months=3)
    book.refund(line.customer_id, number, 20_000)

    view = installments(book, line)[2]

    assert says(view)[2:] == [
        "A refund took off 200.00.",
        (
            "The refund shrank the fee not billed yet with the principal:"
            " 5.00 × 133.34 ÷ 333.34 = 2.00, rounded half even."
        ),
    ]
    assert view.explanation is not None
    assert (view.explanation.total_minor, view.explanation.owed_minor) == (33_534, 13_534)


def test_a_statement_that_was_split_shares_its_fee_by_principal(book: Book) -> None:
    line, shop = book.line(1_000_000), book.shop()
    for amount in (60_000, 40_000):
        book.buy(line, amount, at_shop=shop)
    book.close_until(date(2026, 1, 10))
    quoted = book.database.read(lambda db: quote_split(db, line, months=3))
    asked = SplitRequest(*line, 3, quoted.version)
    done(only(book.write(lambda db: split_statements(db, [asked], at=book.at))))

    told = [text for view in installments(book, line) for text in says(view)]

    assert (
        "Fee of the split: 0.5 % a month of 1,000.00 is 5.00;"
        " the share by principal, 266.67 ÷ 333.33, is 4.00." in told
    )
    assert "in 3 parts; this is in part 2, due on 3 Apr 2026." in " ".join(told)


def test_settled_early_future_fees_are_dropped(book: Book) -> None:
    line, shop = book.line(1_000_000), book.shop()
    number = book.buy(line, 100_000, at_shop=shop, plan_months=3)
    book.close_until(date(2026, 1, 10))
    wish = Wish(Scope.PLAN, number)
    quoted = book.database.read(lambda db: quote_payoff(db, line, wish))
    asked = SettleRequest(*line, wish, quoted.total_minor, quoted.version, "bank")
    done(only(book.write(lambda db: settle_early(db, [asked], at=book.at))))

    view = life(book, line, number)

    told = [event.says.en for event in view.events]
    assert "Settled early: the fee of 5.00 that was not billed yet is dropped." in told
    assert told[-1] == "Settled."
    assert sum(one.principal_minor + one.fee_minor for one in view.events) == 0


def test_a_life_goes_from_the_hold_to_the_source_that_paid(book: Book) -> None:
    line, shop = book.line(1_000_000), book.shop()
    number = book.buy(line, 30_000, at_shop=shop)
    book.close_until(date(2026, 1, 10))
    book.pay(line, 30_000)
    book.refund(line.customer_id, number, 10_000)

    view = life(book, line, number)

    assert [event.what for event in view.events] == [
        "hold_placed",
        "hold_released",
        "captured",
        "made_later",
        "stated",
        "paid",
        "refund",
        "returned",
        "settled",
    ]
    assert "100.00 of the refund goes back to the source that paid (wallet)." in [
        event.says.en for event in view.events
    ]


def test_what_a_correction_booked_has_both_its_days(book: Book) -> None:
    line, shop = book.line(1_000_000), book.shop()
    number = book.buy(line, 100_000, at_shop=shop, plan_months=3)
    book.close_until(date(2026, 1, 20))
    paid = book.pay(line, 33_833)
    book.close_until(date(2026, 2, 20))
    undo = Reversal(line.customer_id, paid.repayment_id, "R01", "", "staff:1")
    done(only(book.write(lambda db: reverse(db, [undo], at=book.at))))

    first = installments(book, line)[0]
    late = next(one.line for one in first.lines if one.line.what == "late_fee")

    assert {one.booked_on for one in late.journal} == {date(2026, 2, 20)}
    assert [one.value_on for one in late.journal][:2] == [date(2026, 2, 4), date(2026, 2, 5)]
    assert not any(one.line.is_payment for one in first.lines)
    told = [event.says.en for event in life(book, line, number).events]
    assert (
        "A repayment of 338.33 was taken back; it does not count since 20 Jan 2026,"
        " and what came after was worked out again." in told
    )


def test_a_deferral_says_its_date_and_its_fee(book: Book) -> None:
    line, shop = book.line(1_000_000), book.shop()
    number = book.buy(line, 100_000, at_shop=shop)
    book.close_until(date(2026, 2, 8))
    terms = ReliefTerms(Form.DEFERRAL, due_on=date(2026, 2, 3), days=20)
    asked = ReliefRequest(*line, terms, Side.CUSTOMER, "app")
    done(only(book.write(lambda db: ask_relief(db, [asked], at=book.at))))

    row = installments(book, line)[0]  # what is put off is paid as a plan

    assert says(row)[-2:] == [
        "Another due date was agreed: 23 Feb 2026.",
        "The fee agreed for the later date: 0.50.",
    ]
    fee = row.lines[-1].line
    assert [(one.kind, one.amount_minor) for one in fee.journal] == [("deferral_fee", 50)]
    assert "deferral_fee" in [event.what for event in life(book, line, number).events]


def test_disputes_of_a_purchase_and_of_its_due_are_in_its_life(book: Book) -> None:
    line, shop = book.line(1_000_000), book.shop()
    number = book.buy(line, 100_000, at_shop=shop, plan_months=3)
    another = book.buy(line, 50_000, at_shop=shop)
    of_purchase = DisputeRequest(*line, number, None, Ground.FAULTY, "broken", "app")
    first = done(only(book.write(lambda db: open_disputes(db, [of_purchase], at=book.at))))
    book.close_until(date(2026, 2, 10))
    of_due = DisputeRequest(*line, None, date(2026, 2, 3), Ground.OTHER, "?", "app")
    second = done(only(book.write(lambda db: open_disputes(db, [of_due], at=book.at))))
    for dispute, command in ((first, Command.REJECT), (second, Command.ACCEPT)):
        answer = DisputeAnswer(
            line.customer_id, dispute.dispute_id, command, "looked into", "staff:1"
        )
        book.write(lambda db, answer=answer: answer_disputes(db, [answer], at=book.at))

    told = [
        (event.on, event.says.en)
        for event in life(book, line, number).events
        if event.what.startswith("disput")
    ]

    opened, rejected, of_the_due, accepted = told
    assert opened == (
        date(2026, 1, 1),
        "Disputed (faulty): 1,015.00. While it is open no late fee is charged on it.",
    )
    assert of_the_due[1].startswith("The due of 3 Feb 2026 was disputed (another reason): ")
    assert {one[0] for one in (rejected, of_the_due, accepted)} == {date(2026, 2, 10)}
    assert rejected[1].startswith("The dispute was rejected")
    assert accepted[1].startswith("The dispute was accepted")
    others = [event.what for event in life(book, line, another).events]
    assert [what for what in others if what.startswith("disput")] == [
        "disputed",
        "dispute_accepted",
    ]


def test_a_book_that_is_not_what_the_rules_say_is_not_explained(book: Book) -> None:
    line, shop = book.line(1_000_000), book.shop()
    number = book.buy(line, 100_000, at_shop=shop, plan_months=3)
    book.write(
        lambda db: db.execute("UPDATE money.installment SET fee_minor = 501 WHERE number = 2")
    )

    view = installments(book, line)[0]

    assert view.explanation is None
    assert view.lines == ()
    assert "row" in view.faults[0]
    assert life(book, line, number).faults == view.faults


def test_what_is_not_there_is_not_explained(book: Book) -> None:
    assert book.database.read(lambda db: explanations.of_installment(db, 1, 99)) is None
    assert book.database.read(lambda db: explanations.of_purchase(db, 1, 99)) is None
