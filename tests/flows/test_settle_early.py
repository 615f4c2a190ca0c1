"""Early settlement on real books: what is quoted is what is charged, fees post when owed, and the books agree."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.builders import Book, done, founded, only
from tests.flows.limit_worlds import problems, rows

from whiteslip.flows.settle_early import (
    Payoff,
    Scope,
    Settled,
    SettleRequest,
    Wish,
    quote_payoff,
    settle_early,
)
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound, WhiteslipError
from whiteslip.money.lines.model import LineKey

FEE = 600
"""A month's fee of a plan of 6 of 1,000.00, at 0.6 %."""
EVERYTHING = Wish(Scope.EVERYTHING)


@pytest.fixture
def book(database: Database) -> Book:
    founded_book = founded(database)
    founded_book.grant_all()
    return founded_book


def bought(book: Book, *, months: int = 6) -> tuple[LineKey, int]:
    """A line with a plan of 1,000.00."""
    line = book.line(1_000_000)
    return line, book.buy(line, 100_000, at_shop=book.shop(), plan_months=months)


def quoted(book: Book, line: LineKey, wish: Wish) -> Payoff:
    return book.database.read(lambda db: quote_payoff(db, line, wish))


def pay(
    book: Book, line: LineKey, wish: Wish, payoff: Payoff, *, less: int = 0
) -> Settled | WhiteslipError:
    asked = SettleRequest(*line, wish, payoff.total_minor - less, payoff.version, "card")
    return only(book.write(lambda db: settle_early(db, [asked], at=book.at)))


def posted(book: Book, line: LineKey, kind: str) -> int:
    query = (
        "SELECT coalesce(sum(amount_minor), 0)::bigint FROM money.movement"
        " WHERE kind::text = %s AND line_id = %s"
    )
    return int(rows(book, query, kind, line.line_id)[0][0])


def owed(book: Book, line: LineKey) -> int:
    query = "SELECT count(*) FROM money.installment WHERE status = 'open' AND line_id = %s"
    return int(rows(book, query, line.line_id)[0][0])


def test_on_the_day_of_the_purchase_a_plan_costs_no_fee(book: Book) -> None:
    line, purchase_id = bought(book)
    wish = Wish(Scope.PLAN, purchase_id)

    settled = done(pay(book, line, wish, quoted(book, line, wish)))

    assert settled.payoff.total_minor == 100_000
    assert settled.payoff.dropped_minor == 6 * FEE
    assert (owed(book, line), posted(book, line, "installment_fee")) == (0, 0)
    assert problems(book) == []


def test_later_the_fee_of_the_period_that_runs_is_posted_and_no_other_ever_is(book: Book) -> None:
    line, purchase_id = bought(book)
    book.close_until(date(2026, 1, 20))
    wish = Wish(Scope.PLAN, purchase_id)

    settled = done(pay(book, line, wish, quoted(book, line, wish)))

    assert settled.payoff.fee_minor == 2 * FEE, "January's, and February's, which runs"
    assert settled.payoff.dropped_minor == 4 * FEE
    assert posted(book, line, "installment_fee") == 2 * FEE
    book.close_until(date(2026, 5, 10))
    assert posted(book, line, "installment_fee") == 2 * FEE
    assert (owed(book, line), problems(book)) == (0, [])
    last = rows(
        book,
        "SELECT charged_minor, credited_minor, balance_minor FROM money.statement"
        " WHERE line_id = %s ORDER BY statement_on",
        line.line_id,
    )
    assert last[0] == (16_666 + FEE, 0, 16_666 + FEE)
    assert last[1] == (100_000 - 16_666 + FEE, 100_000 + 2 * FEE, 0)
    assert last[2:] == [(0, 0, 0)] * 3


def test_what_is_overdue_is_settled_with_its_late_fee_and_the_line_is_cured(book: Book) -> None:
    line, _ = bought(book)
    shop = book.shop()
    book.buy(line, 50_000, at_shop=shop)
    book.close_until(date(2026, 2, 20))
    book.buy(line, 7_000, at_shop=shop)
    assert rows(book, "SELECT ended_on FROM money.arrears") == [(None,)]
    payoff = quoted(book, line, EVERYTHING)
    assert payoff.late_fee_minor > 0

    done(pay(book, line, EVERYTHING, payoff))

    assert rows(book, "SELECT ended_on FROM money.arrears") == [(book.today,)]
    assert rows(book, "SELECT principal_minor FROM money.line") == [(0,)]
    assert (owed(book, line), problems(book)) == (0, [])


def test_a_statement_is_settled_and_what_is_bought_since_is_not(book: Book) -> None:
    line = book.line(1_000_000)
    shop = book.shop()
    book.buy(line, 80_000, at_shop=shop)
    book.close_until(date(2026, 2, 10))
    book.buy(line, 7_000, at_shop=shop)
    wish = Wish(Scope.STATEMENT)
    payoff = quoted(book, line, wish)

    done(pay(book, line, wish, payoff))

    revolving = posted(book, line, "revolving_fee")
    assert revolving > 0
    late = posted(book, line, "late_fee")
    assert payoff.total_minor == 80_000 + revolving + late
    assert rows(book, "SELECT principal_minor FROM money.line") == [(7_000,)]
    assert problems(book) == []


def test_what_has_changed_since_the_quote_is_a_conflict_and_changes_nothing(book: Book) -> None:
    line, purchase_id = bought(book)
    wish = Wish(Scope.PLAN, purchase_id)
    today = quoted(book, line, wish)
    book.close_until(book.today + timedelta(days=1))

    assert isinstance(pay(book, line, wish, today), Conflict), "a fee is owed by now"
    payoff = quoted(book, line, wish)
    assert isinstance(pay(book, line, wish, payoff, less=1), InvalidInput)
    book.refund(line.customer_id, purchase_id, 1_000)
    assert isinstance(pay(book, line, wish, payoff), Conflict)
    assert rows(book, "SELECT 1 FROM money.repayment") == []
    assert problems(book) == []


def test_each_of_a_batch_sees_what_the_one_before_it_settled(book: Book) -> None:
    line, purchase_id = bought(book)
    other = book.buy(line, 20_000, at_shop=book.shop(), plan_months=3)
    first, second = Wish(Scope.PLAN, purchase_id), Wish(Scope.PLAN, other)
    payoffs = [quoted(book, line, wish) for wish in (first, second)]
    asked = [
        SettleRequest(*line, wish, payoff.total_minor, payoff.version, "card")
        for wish, payoff in zip((first, first, second), (payoffs[0], *payoffs), strict=True)
    ]
    strange = asked[0]._replace(line_id=999)

    answers = book.write(lambda db: settle_early(db, [*asked, strange], at=book.at))

    assert [type(one) for one in answers] == [Settled, Conflict, Settled, NotFound]
    assert (owed(book, line), problems(book)) == (0, [])


def test_control_a_settlement_that_disagrees_with_its_repayment_is_seen(book: Book) -> None:
    line, purchase_id = bought(book)
    wish = Wish(Scope.PLAN, purchase_id)
    done(pay(book, line, wish, quoted(book, line, wish)))

    book.write(lambda db: db.execute("UPDATE money.payoff SET fee_minor = fee_minor + 1"))

    assert any("early settlements" in problem for problem in problems(book))
