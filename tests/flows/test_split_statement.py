"""A statement split on real books: its minimum falls, its rows begin with the next statement, and the books agree."""

from __future__ import annotations

from datetime import date

import pytest
from tests.builders import Book, done, founded, only
from tests.flows.limit_worlds import problems, rows

from whiteslip.flows.settle_early import Scope, SettleRequest, Wish, quote_payoff, settle_early
from whiteslip.flows.split_statement import (
    Split,
    SplitDone,
    SplitRequest,
    quote_split,
    split_statements,
)
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Conflict, NotFound, WhiteslipError
from whiteslip.money.lines.model import LineKey
from whiteslip.money.splits.model import NotSplit

BILLED = date(2026, 1, 10)


@pytest.fixture
def book(database: Database) -> Book:
    founded_book = founded(database)
    founded_book.grant_all()
    return founded_book


def billed(book: Book) -> LineKey:
    """A line with a statement of 600.00 and 400.00 to be paid later."""
    line, shop = book.line(1_000_000), book.shop()
    for amount in (60_000, 40_000):
        book.buy(line, amount, at_shop=shop)
    book.close_until(BILLED)
    return line


def quoted(book: Book, line: LineKey, months: int = 3) -> Split:
    return book.database.read(lambda db: quote_split(db, line, months=months))


def accept(book: Book, line: LineKey, split: Split) -> SplitDone | WhiteslipError:
    asked = SplitRequest(*line, split.months, split.version)
    return only(book.write(lambda db: split_statements(db, [asked], at=book.at)))


def statements(book: Book) -> list[tuple[int, ...]]:
    return rows(
        book,
        "SELECT charged_minor, credited_minor, balance_minor, minimum_minor FROM money.statement"
        " ORDER BY statement_on",
    )


def test_a_split_statement_asks_for_less_and_its_parts_fall_due_with_the_next_ones(
    book: Book,
) -> None:
    line = billed(book)
    assert statements(book) == [(100_000, 0, 100_000, 10_000)]

    made = done(accept(book, line, quoted(book, line)))

    assert made.split.principal_minor == 100_000
    assert statements(book)[0][3] == 0
    assert rows(
        book,
        "SELECT statement_on, sum(principal_minor)::bigint, sum(fee_minor)::bigint, bool_and(kind = 'plan')"
        " FROM money.installment WHERE status = 'open' GROUP BY statement_on ORDER BY statement_on",
    ) == [
        (date(2026, 2, 5), 33_333, 500, True),
        (date(2026, 3, 5), 33_333, 500, True),
        (date(2026, 4, 5), 33_334, 500, True),
    ]
    assert problems(book) == []
    book.close_until(date(2026, 2, 10))
    assert rows(book, "SELECT * FROM money.arrears") == [], "nothing is missed"
    assert statements(book)[1] == (33_833, 100_000, 33_833, 33_833)
    posted = "SELECT kind::text, amount_minor FROM money.movement WHERE kind::text LIKE '%%fee%%'"
    assert sum(row[1] for row in rows(book, posted) if row[0] == "installment_fee") == 500
    book.pay(line, 33_833)
    book.close_until(date(2026, 4, 10))
    assert problems(book) == []
    assert sum(row[1] for row in rows(book, posted) if row[0] == "installment_fee") == 1_500


def test_what_was_paid_first_stays_paid(book: Book) -> None:
    line = billed(book)
    book.pay(line, 10_000)

    made = done(accept(book, line, quoted(book, line, 6)))

    assert made.split.principal_minor == 90_000
    book.close_until(date(2026, 2, 10))
    assert statements(book)[1][:3] == (15_000 + 540, 100_000, 15_540)
    assert problems(book) == []


def test_a_row_that_bears_a_fee_of_its_own_is_left_as_it_is(book: Book) -> None:
    line = billed(book)
    book.write(
        lambda db: db.execute(
            "UPDATE money.installment SET fee_minor = 1 WHERE principal_minor = 40000"
        )
    )

    assert quoted(book, line).principal_minor == 60_000


def test_a_statement_is_split_once_and_only_as_quoted(book: Book) -> None:
    line = billed(book)
    split = quoted(book, line)
    book.pay(line, 1)
    assert isinstance(accept(book, line, split), Conflict)
    split = quoted(book, line)
    strange = SplitRequest(1, 999, 3, split.version)
    asked = SplitRequest(*line, 3, split.version)

    answers = book.write(lambda db: split_statements(db, [asked, asked, strange], at=book.at))

    assert [type(one) for one in answers] == [SplitDone, NotSplit, NotFound]
    with pytest.raises(Conflict, match="split already"):
        quoted(book, line)
    assert problems(book) == []


def test_what_is_overdue_is_not_split(book: Book) -> None:
    line = billed(book)
    book.close_until(date(2026, 2, 4))

    with pytest.raises(Conflict, match="overdue"):
        quoted(book, line)


def test_what_revolves_stops_revolving_when_it_is_split(book: Book) -> None:
    line = billed(book)
    book.pay(line, 10_000)
    book.close_until(date(2026, 2, 10))
    before = rows(book, "SELECT count(*) FROM money.movement WHERE kind = 'revolving_fee'")
    assert before[0][0] > 0

    made = done(accept(book, line, quoted(book, line)))

    assert made.split.principal_minor == 90_000
    book.close_until(date(2026, 2, 20))
    after = rows(book, "SELECT count(*) FROM money.movement WHERE kind = 'revolving_fee'")
    assert after == before
    assert problems(book) == []


def test_a_split_is_settled_early_like_any_plan(book: Book) -> None:
    line = billed(book)
    made = done(accept(book, line, quoted(book, line)))
    wish = Wish(Scope.PLAN, split_id=made.split_id)
    assert book.database.read(lambda db: quote_payoff(db, line, wish)).fee_minor == 0
    book.close_until(date(2026, 1, 11))
    payoff = book.database.read(lambda db: quote_payoff(db, line, wish))

    asked = SettleRequest(*line, wish, payoff.total_minor, payoff.version, "card")
    done(only(book.write(lambda db: settle_early(db, [asked], at=book.at))))

    assert (payoff.total_minor, payoff.dropped_minor) == (100_500, 1_000)
    assert problems(book) == []
    book.close_until(date(2026, 3, 10))
    assert problems(book) == []


def test_a_refund_shrinks_the_fees_of_its_own_part_of_a_split(book: Book) -> None:
    line = billed(book)
    done(accept(book, line, quoted(book, line)))
    (purchase,) = rows(book, "SELECT purchase_id FROM money.purchase WHERE captured_minor = 40000")

    book.refund(line.customer_id, purchase[0], 40_000)

    fees = rows(book, "SELECT sum(fee_minor)::bigint FROM money.installment WHERE status = 'open'")
    assert fees == [(900,)], "600.00 of 1,000.00 are left, and so is that part of each fee"
    assert problems(book) == []


def test_control_a_statement_that_asks_for_more_than_its_split_left_is_seen(book: Book) -> None:
    line = billed(book)
    done(accept(book, line, quoted(book, line)))

    book.write(lambda db: db.execute("UPDATE money.statement SET minimum_minor = 1"))

    assert any("split statement" in problem for problem in problems(book))
