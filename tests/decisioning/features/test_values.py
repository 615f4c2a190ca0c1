"""Features of small stories, reckoned by hand."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from tests.builders import Book, done, founded

from whiteslip.decisioning.features.store import compute, declarations
from whiteslip.flows.change_limits import (
    LimitChange,
    TemporaryLimit,
    change_limits,
    grant_temporary_limits,
)
from whiteslip.flows.open_book import BookedLine, open_book
from whiteslip.flows.restrict import LiftRequest, RestrictionRequest, lift, restrict
from whiteslip.infra.database import Database
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.lines.model import LineKey

ACTED_ON = date(2026, 1, 10)
WINDOWED = re.compile(r"(purchases|refused|spend|repaid)_(\d+)d(_minor)?")


@pytest.fixture
def book(database: Database) -> Book:
    return founded(database)


def value(book: Book, line: LineKey, name: str, on: date) -> object:
    found = book.database.read(
        lambda db: compute(db, [line.customer_id], as_of=on, features=[name])
    )
    (only,) = found[name].tolist()
    return only if only == only else None  # noqa: PLR0124 - NaN is missing


def test_a_window_ends_with_the_day_and_holds_so_many_days(book: Book) -> None:
    shop, line = book.shop(), book.line()
    book.close_until(ACTED_ON)
    book.buy(line, 10_000, at_shop=shop)
    book.pay(line, 10_000)
    book.ask(line, 800_000, at_shop=shop)
    expected = {"purchases": 1, "refused": 1, "spend": 10_000, "repaid": 10_000}
    windowed = [match for name in declarations().features if (match := WINDOWED.fullmatch(name))]

    assert len(windowed) == 13
    for match in windowed:
        name, days = match[0], int(match[2])
        seen = expected[match[1]]
        assert value(book, line, name, ACTED_ON - timedelta(days=1)) == 0, name
        assert value(book, line, name, ACTED_ON) == seen, name
        assert value(book, line, name, ACTED_ON + timedelta(days=days - 1)) == seen, name
        assert value(book, line, name, ACTED_ON + timedelta(days=days)) == 0, name


def test_what_a_line_was_used_for(book: Book) -> None:
    shop, other, line = book.shop(), book.shop("Other"), book.line()
    book.close_until(date(2026, 1, 6))
    first = book.buy(line, 10_000, at_shop=shop)
    book.close_until(date(2026, 2, 9))
    book.buy(line, 30_000, at_shop=other, plan_months=3)
    book.hold(line, 20_000, at_shop=other)
    book.refund(line.customer_id, first, 4_000)
    on = date(2026, 2, 12)

    assert value(book, line, "average_purchase_180d_minor", on) == 20_000
    assert value(book, line, "largest_purchase_180d_minor", on) == 30_000
    assert value(book, line, "purchase_months_12m", on) == 2
    assert value(book, line, "days_since_purchase", on) == 3
    assert value(book, line, "plan_share_180d", on) == 0.5
    assert value(book, line, "merchants_180d", on) == 2
    assert value(book, line, "refund_share_180d", on) == 0.1
    assert value(book, line, "held_minor", on) == 20_000
    assert value(book, line, "spend_trend_90d", on) is None
    assert value(book, line, "spend_trend_90d", date(2026, 4, 8)) == 3.0


def test_a_balance_that_moved_in_was_not_spent_here(book: Book) -> None:
    moved = BookedLine("m", "M", "zh", 900_000, 5, 300_000, "pay-later")
    opened = book.write(lambda db: open_book(db, [moved], at=book.at))[0]
    line = LineKey(opened.customer_id, opened.line_id)

    assert value(book, line, "spend_30d_minor", book.today) == 0
    assert value(book, line, "purchases_30d", book.today) == 0
    assert value(book, line, "principal_minor", book.today) == 300_000


def test_how_late_a_line_was(book: Book) -> None:
    """A statement of 5 January over 800.00 is due on 3 February; of it 80.00 is the minimum and becomes overdue."""
    shop, line = book.shop(), book.line()
    book.buy(line, 80_000, at_shop=shop)
    book.close_until(date(2026, 2, 20))
    book.pay(line, 100_000)

    for name, on_third, on_tenth, on_twentieth, in_april in (
        ("days_past_due", 0, 7, 0, 0),
        ("overdue_minor", 0, 8_000, 0, 0),
        ("late_days_12m", 0, 7, 17, 17),
        ("times_late_12m", 0, 1, 1, 1),
        ("longest_late_days_12m", 0, 7, 17, 17),
        ("months_since_late", None, 0, 0, 1),
    ):
        assert value(book, line, name, date(2026, 2, 3)) == on_third, name
        assert value(book, line, name, date(2026, 2, 10)) == on_tenth, name
        assert value(book, line, name, date(2026, 2, 20)) == on_twentieth, name
        assert value(book, line, name, date(2026, 4, 1)) == in_april, name
    for name in ("late_days_12m", "longest_late_days_12m", "times_late_12m"):
        assert value(book, line, name, date(2027, 2, 20)) == 0, name
    assert value(book, line, "late_days_12m", date(2027, 2, 9)) == 11


def test_how_much_of_the_limits_was_used(book: Book) -> None:
    shop, line = book.shop(), book.line(100_000)
    book.close_until(date(2026, 1, 10))
    book.buy(line, 20_000, at_shop=shop)
    book.close_until(date(2026, 2, 10))
    book.buy(line, 40_000, at_shop=shop)
    cut = LimitChange(*line, 50_000, ReasonCode("LIM-01"), "tester")
    granted = TemporaryLimit(*line, 25_000, date(2026, 3, 1))
    book.write(lambda db: done(change_limits(db, [cut], at=book.at)[0]))
    book.write(lambda db: done(grant_temporary_limits(db, [granted], at=book.at)[0]))
    on = date(2026, 3, 15)

    assert value(book, line, "utilization", date(2026, 2, 9)) == 0.2
    assert value(book, line, "utilization", date(2026, 2, 28)) == 0.8
    assert value(book, line, "utilization", on) == 1.2
    assert value(book, line, "utilization_average_6m", on) == pytest.approx(0.5)
    assert value(book, line, "utilization_highest_6m", on) == 0.8
    assert value(book, line, "utilization_trend_6m", on) == pytest.approx(0.6)
    assert value(book, line, "utilization_change_3m", on) is None
    assert value(book, line, "utilization_change_3m", date(2026, 4, 30)) == pytest.approx(1.0)
    assert value(book, line, "months_above_limit_6m", on) == 0
    assert value(book, line, "months_above_limit_6m", date(2026, 4, 1)) == 1
    assert value(book, line, "limit_change_6m", on) is None
    assert value(book, line, "limit_change_6m", date(2026, 7, 31)) == -0.5
    assert value(book, line, "line_age_days", on) == 73


def test_how_a_line_was_restricted(book: Book) -> None:
    line = book.line()
    asked = RestrictionRequest(*line, 4, ReasonCode("POL-01"), "tester")
    made = book.write(lambda db: done(restrict(db, [asked], at=book.at)[0]))
    since = book.today
    book.close_until(date(2026, 1, 5))
    lifting = LiftRequest(line.customer_id, made.restriction_id, "tester")
    book.write(lambda db: done(lift(db, [lifting], at=book.at)[0]))

    for name, during, lifted, a_year_on in (
        ("restriction_level", 4, 0, 0),
        ("highest_level_12m", 4, 4, 0),
        ("times_restricted_12m", 1, 1, 0),
    ):
        assert value(book, line, name, since) == during, name
        assert value(book, line, name, date(2026, 1, 5)) == lifted, name
        assert value(book, line, name, date(2027, 1, 5)) == a_year_on, name


def test_how_statements_were_paid(book: Book) -> None:
    """Statements of 1,000.00, due on 3 February and 6 March: first the minimum is paid, then nothing, then all."""
    shop, line = book.shop(), book.line()
    book.buy(line, 100_000, at_shop=shop)
    book.close_until(date(2026, 2, 3))
    book.pay(line, 10_000)
    book.close_until(date(2026, 3, 10))

    assert value(book, line, "minimum_only_streak", date(2026, 2, 4)) == 1
    assert value(book, line, "minimum_only_streak", date(2026, 3, 10)) == 2
    assert value(book, line, "unpaid_statements_6", date(2026, 3, 10)) == 1
    assert value(book, line, "full_payments_6", date(2026, 3, 10)) == 0
    assert value(book, line, "paid_ratio_1", date(2026, 3, 10)) == 0
    billed = value(book, line, "billed_minor", date(2026, 2, 5))
    assert isinstance(billed, float)
    assert billed >= 90_000
    assert value(book, line, "paid_ratio_3", date(2026, 3, 10)) == pytest.approx(
        10_000 / (100_000 + billed)
    )
    assert value(book, line, "days_since_repayment", date(2026, 3, 10)) == 35
    book.pay(line, 200_000)
    assert value(book, line, "credit_minor", date(2026, 3, 10)) != 0
    assert value(book, line, "payment_trend_90d", date(2026, 5, 5)) == pytest.approx(20.0)
