"""Whole lives of the forms that spread dues anew: agreed, kept and broken, through ends of day, to the cent."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from tests.builders import Book, done, founded
from tests.flows.test_ease_repayment import Eager, arrears

from whiteslip.care.hardship.model import Command, Form, Side, Status, Terms
from whiteslip.flows.ease_repayment import Eased
from whiteslip.flows.foresee_relief import Foreseen, foresee_relief
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import InvalidInput, WhiteslipError
from whiteslip.money.lines.model import LineKey
from whiteslip.money.purchases.model import Declined

BILLED = date(2026, 1, 20)
LATE = date(2026, 2, 8)


@pytest.fixture
def book(database: Database) -> Eager:
    """A founded book."""
    made = Eager(founded(database).database)
    made.grant_all()
    return made


@pytest.fixture
def line(book: Eager) -> LineKey:
    """A line that bought for 1,000.00 and for 1,200.00 in 12 on 1 January, billed on the 5th, due on 3 February."""
    made, shop = book.line(1_000_000, statement_day=5), book.shop()
    book.buy(made, 100_000, at_shop=shop)
    book.buy(made, 120_000, at_shop=shop, plan_months=12)
    book.close_until(BILLED)
    return made


def whole(book: Eager, line: LineKey) -> int:
    """All that is owed and will be."""
    return sum(amount for _, amount in book.owed(line))


def foreseen(book: Eager, line: LineKey, terms: Terms) -> Foreseen | WhiteslipError:
    """What would change."""
    return book.database.read(lambda db: foresee_relief(db, line, terms))


def agreed(book: Eager, line: LineKey, terms: Terms) -> Eased:
    """Ask, and let a person approve where one must; it runs, and its dues are what was foreseen."""
    seen = foreseen(book, line, terms)
    assert isinstance(seen, Foreseen), seen
    asked = done(book.ask(line, terms))
    if asked.status is Status.COUNTERED:
        assert seen.needs_person
        asked = done(book.say(asked, Command.APPROVE, side=Side.STAFF, by="Bo"))
    else:
        assert not seen.needs_person
    assert asked.status is Status.RUNNING
    assert book.owed(line) == [(due.due_on, due.then_minor) for due in seen.dues if due.then_minor]
    book.and_the_books_agree()
    return asked


def pay_due(book: Eager, line: LineKey, *, until: date) -> None:
    """Pay what is due on each of the days up to one, each on its day."""
    while (owed := book.owed(line)) and owed[0][0] <= until:
        on = owed[0][0]
        book.close_until(on)
        due = [amount for day, amount in book.owed(line) if day == on]
        if due:
            book.pay(line, due[0])
    book.close_until(until + timedelta(1))


def moved(book: Eager, kinds: str) -> list[Any]:
    return book.rows(
        "SELECT kind::text, sum(amount_minor)::bigint AS minor FROM money.movement"
        f" WHERE kind IN ({kinds}) GROUP BY kind"
    )


def test_a_holiday_has_no_due_and_costs_what_was_agreed(book: Eager, line: LineKey) -> None:
    before, owed = whole(book, line), book.owed(line)
    wrong = book.ask(line, Terms(Form.HOLIDAY, parts=7))
    assert isinstance(wrong, InvalidInput)

    asked = agreed(book, line, Terms(Form.HOLIDAY, parts=2))

    first_on = date(2026, 4, 3)
    paused = sum(amount for on, amount in owed if on < first_on)
    fee = round(paused * 0.005)
    assert moved(book, "'deferral_fee'") == [("deferral_fee", fee)]
    assert whole(book, line) == before + fee
    assert book.owed(line)[0][0] == first_on
    book.close_until(date(2026, 3, 6))
    bills = book.rows("SELECT minimum_minor FROM money.statement ORDER BY statement_on")
    assert [bill.minimum_minor for bill in bills[1:]] == [0, bills[2].minimum_minor]
    assert bills[2].minimum_minor > 0, "the second demands what is due after the holiday"
    book.close_until(first_on)
    assert arrears(book, line) == []
    assert moved(book, "'late_fee', 'revolving_fee'") == []
    assert book.status(asked) == "running"
    (barred,) = book.rows("SELECT credit_barred FROM money.line")
    assert barred.credit_barred

    pay_due(book, line, until=first_on)
    assert book.status(asked) == "kept"
    book.and_the_books_agree()


def test_a_holiday_whose_first_due_is_missed_is_broken(book: Eager, line: LineKey) -> None:
    asked = agreed(book, line, Terms(Form.HOLIDAY, parts=1))
    first_on = date(2026, 3, 3)
    book.close_until(first_on + timedelta(3))
    assert book.status(asked) == "running"
    book.close_day()
    assert book.status(asked) == "broken"
    assert len(arrears(book, line)) == 1
    assert moved(book, "'late_fee'") != []
    book.and_the_books_agree()


def test_what_is_overdue_has_no_holiday(book: Eager, line: LineKey) -> None:
    book.close_until(LATE)
    wrong = book.ask(line, Terms(Form.HOLIDAY, parts=1))
    assert isinstance(wrong, InvalidInput)
    assert wrong.where == "form"


def test_dues_move_to_the_day_wages_come(book: Eager, line: LineKey) -> None:
    before = whole(book, line)
    asked = agreed(book, line, Terms(Form.DUE_DAY, days=20))
    assert {on.day for on, _ in book.owed(line)} == {20}
    assert whole(book, line) == before
    book.close_until(date(2026, 2, 20))
    assert arrears(book, line) == []
    pay_due(book, line, until=date(2026, 2, 20))
    assert book.status(asked) == "kept"
    book.close_until(date(2026, 3, 8))
    assert arrears(book, line) == []
    book.and_the_books_agree()


def test_arrears_end_by_agreement_and_the_line_stays_renegotiated(
    book: Eager, line: LineKey
) -> None:
    book.close_until(LATE)
    before, overdue = whole(book, line), book.owed(line)[0]
    asked = agreed(book, line, Terms(Form.RE_AGE, parts=3))

    assert [row.ended_on for row in arrears(book, line)] == [LATE]
    assert whole(book, line) == before
    assert moved(book, "'principal_repaid', 'fee_repaid', 'late_fee_repaid'") == []
    kept = book.rows("SELECT sum(amount_minor)::bigint AS minor FROM care.relief_due")
    assert kept[0].minor == overdue[1], "only what was overdue is of new dues"
    book.close_until(date(2026, 3, 1))
    placed = book.rows("SELECT month_end, asset_class, class_why FROM risk.month_class")
    assert placed[-1] == (date(2026, 2, 28), 2, "renegotiated")

    pay_due(book, line, until=date(2026, 6, 6))
    assert book.status(asked) == "kept"
    assert [row.ended_on is None for row in arrears(book, line)] == [False]
    book.close_until(date(2026, 7, 1))
    placed = book.rows("SELECT asset_class, class_why FROM risk.month_class ORDER BY month_end")
    assert placed[-1] == (2, "renegotiated"), "kept, and still watched"
    book.and_the_books_agree()


def test_new_arrears_after_re_aging_break_it(book: Eager, line: LineKey) -> None:
    book.close_until(LATE)
    asked = agreed(book, line, Terms(Form.RE_AGE, parts=1))
    fees = moved(book, "'late_fee'")
    due_on = date(2026, 4, 3)
    book.close_until(due_on + timedelta(4))
    assert book.status(asked) == "broken"
    assert [row.ended_on is None for row in arrears(book, line)] == [False, True]
    assert moved(book, "'late_fee'") == fees, "they stood still until it was broken"
    book.close_day()
    assert moved(book, "'late_fee'") != fees
    book.and_the_books_agree()


def test_what_a_plan_is_behind_is_spread_over_its_months(book: Eager, line: LineKey) -> None:
    book.close_until(LATE)
    before = whole(book, line)
    asked = agreed(book, line, Terms(Form.RE_AMORTIZE))
    assert whole(book, line) == before
    dues = book.rows("SELECT count(DISTINCT due_on) AS days FROM care.relief_due")
    assert dues[0].days == 11
    (due,) = book.rows(
        "SELECT sum(principal_minor)::bigint AS minor FROM money.installment"
        " WHERE kind = 'plan' AND due_on = '2026-04-03'"
    )
    assert due.minor == 10_000 + 909, "a twelfth, and an eleventh of the one that was missed"
    book.say(asked, Command.CANCEL)
    book.and_the_books_agree()


@pytest.mark.slow
@pytest.mark.parametrize("drops", [False, True])
def test_a_plan_gets_another_number_of_months(book: Eager, line: LineKey, *, drops: bool) -> None:
    book.close_until(LATE)
    before = whole(book, line)
    unbilled = 10 * 900
    asked = agreed(book, line, Terms(Form.RE_AMORTIZE, parts=4, drops_fees=drops))
    assert whole(book, line) == before - (unbilled if drops else 0)
    pay_due(book, line, until=book.owed(line)[-1][0])
    assert book.status(asked) == "kept"
    assert book.owed(line) == []
    (billed,) = moved(book, "'installment_fee'")
    assert billed.minor == 2 * 900 + (0 if drops else unbilled), "each fee is billed once"
    book.and_the_books_agree()


@pytest.mark.slow
@pytest.mark.parametrize("drops", [False, True])
def test_new_terms_take_in_everything_and_nothing_is_bought_until_done(
    book: Eager, line: LineKey, *, drops: bool
) -> None:
    shop = book.shop("Later shop")
    book.pay(line, 40_000)
    book.close_until(LATE)
    book.buy(line, 7_001, at_shop=shop) if drops else None
    book.close_until(date(2026, 3, 20))
    before = whole(book, line)
    unbilled = 9 * 900 if drops else 0

    asked = agreed(book, line, Terms(Form.NEW_TERMS, parts=6, drops_fees=drops))

    owed = book.owed(line)
    assert sum(amount for _, amount in owed) == before - unbilled
    assert len(owed) == 6
    (kept,) = book.rows("SELECT sum(amount_minor)::bigint AS minor FROM care.relief_due")
    assert kept.minor == before - unbilled, "all of it must be kept to, billed before or not"
    assert max(amount for _, amount in owed) - min(amount for _, amount in owed) <= 2
    refused = Book.ask(book, line, 1_000, at_shop=shop)
    assert isinstance(refused, Declined)
    assert [reason.code for reason in refused.reasons] == ["CUS-03"]
    fees = sorted(moved(book, "'late_fee', 'revolving_fee'"))
    pay_due(book, line, until=owed[-2][0])
    assert book.status(asked) == "running", "until the last part, billed before or not"
    pay_due(book, line, until=owed[-1][0])
    assert book.status(asked) == "kept"
    assert book.owed(line) == []
    assert sorted(moved(book, "'late_fee', 'revolving_fee'")) == fees, "nothing accrued meanwhile"
    (barred,) = book.rows("SELECT credit_barred FROM money.line")
    assert not barred.credit_barred
    book.and_the_books_agree()


def test_new_terms_that_are_not_kept_are_broken_and_late(book: Eager, line: LineKey) -> None:
    book.close_until(LATE)
    asked = agreed(book, line, Terms(Form.NEW_TERMS, parts=3))
    (first_on, amount), *_ = book.owed(line)
    book.close_until(first_on)
    book.pay(line, amount - 1)
    book.close_until(first_on + timedelta(4))
    assert book.status(asked) == "broken"
    assert arrears(book, line)[-1].ended_on is None
    book.and_the_books_agree()


def test_dropped_fees_and_many_parts_take_another_person(book: Eager, line: LineKey) -> None:
    book.close_until(LATE)
    for terms in (
        Terms(Form.NEW_TERMS, parts=6, drops_fees=True),
        Terms(Form.NEW_TERMS, parts=13),
        Terms(Form.RE_AMORTIZE, parts=13),
        Terms(Form.RE_AMORTIZE, drops_fees=True),
    ):
        asked = done(book.ask(line, terms))
        assert (asked.status, asked.needs_approval) == (Status.COUNTERED, True), terms
    few = done(book.ask(line, Terms(Form.NEW_TERMS, parts=12)))
    assert (few.status, few.needs_approval) == (Status.RUNNING, False)


def test_what_cannot_be_is_said(book: Eager, line: LineKey) -> None:
    for terms, where in [
        (Terms(Form.RE_AGE, parts=3), "form"),
        (Terms(Form.RE_AGE, parts=0), "parts"),
        (Terms(Form.RE_AGE, parts=3, drops_fees=True), "drops_fees"),
        (Terms(Form.NEW_TERMS, parts=61), "parts"),
        (Terms(Form.RE_AMORTIZE, parts=1), "parts"),
        (Terms(Form.RE_AMORTIZE), "form"),
        (Terms(Form.DUE_DAY, days=29), "days"),
        (Terms(Form.HOLIDAY, parts=0), "parts"),
    ]:
        wrong = book.ask(line, terms)
        assert isinstance(wrong, InvalidInput), terms
        assert wrong.where == where, terms
        seen = foreseen(book, line, terms)
        assert isinstance(seen, InvalidInput)
        assert str(seen) == str(wrong)
