"""One person's story, from the first purchase to a suspension and back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.builders import Book, founded
from tests.simulation.invariants import broken

from whiteslip.infra.database import Database
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.purchases.model import Declined


class Story:
    """Asks the book what a person would see."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def row(self, query: str, *params: Any) -> tuple[Any, ...] | None:
        """Read one row."""
        return self.book.database.read(lambda db: db.execute(query.encode(), params).fetchone())

    def rows(self, query: str, *params: Any) -> list[tuple[Any, ...]]:
        """Read rows."""
        return self.book.database.read(lambda db: db.execute(query.encode(), params).fetchall())

    def and_the_books_balance(self) -> None:
        """Hold the whole book against its invariants."""
        assert self.book.database.read(broken) == []

    def told(self) -> list[str]:
        """The kinds of notices sent so far, in order."""
        return [kind for (kind,) in self.rows("SELECT kind FROM care.notice ORDER BY notice_id")]


@pytest.fixture
def book(database: Database) -> Book:
    """A book that begins on the first of January 2026."""
    return founded(database)


def test_li_lei_forgets_to_pay_is_suspended_pays_and_buys_again(book: Book) -> None:
    story = Story(book)
    shop = book.shop("小店")
    li_lei = book.line(500_000, statement_day=5)  # 5,000.00, billed on the 5th

    # He buys for 1,000.00, to be paid later.
    book.buy(li_lei, 100_000, at_shop=shop)
    story.and_the_books_balance()

    # On 5 January it is on his statement: due on 3 February, at least a tenth of it.
    book.close_until(date(2026, 1, 5))
    statement = story.row("SELECT balance_minor, minimum_minor, due_on FROM money.statement")
    assert statement == (100_000, 10_000, date(2026, 2, 3))
    story.and_the_books_balance()

    # He pays nothing. Up to the due date nothing happens, and nothing is charged.
    book.close_until(date(2026, 2, 3))
    assert story.told() == []
    assert story.row("SELECT sum(fee_minor + late_fee_minor) FROM money.installment") == (0,)

    # The day after, the missing minimum is overdue (0.05), the rest revolves (0.45); he is warned and offered help.
    book.close_day()
    assert story.rows(
        "SELECT principal_minor, fee_minor, late_fee_minor, revolving FROM money.installment"
        " ORDER BY due_on, principal_minor DESC"
    ) == [(10_000, 0, 5, False), (90_000, 0, 0, True), (0, 45, 0, False)]
    assert story.told() == ["relief_offered", "warned"]
    story.and_the_books_balance()

    # A warning takes nothing away: he can still buy.
    book.buy(li_lei, 1_000, at_shop=shop)

    # After two weeks his line is restricted, after thirty days suspended, each time with the reason.
    book.close_until(date(2026, 2, 18))
    assert story.told()[-1] == "restricted"
    book.close_until(date(2026, 3, 5))
    suspended = story.row(
        "SELECT level, rule_id, reasons -> 0 ->> 'code', reasons -> 0 -> 'facts' ->> 'days', way_out, appeal_route"
        " FROM risk.restriction WHERE state = 'active' ORDER BY level DESC LIMIT 1"
    )
    assert suspended == (4, "overdue-30", ReasonCode.OVERDUE, "30", "pay_overdue", "appeal")
    notice = story.row("SELECT text_zh FROM care.notice WHERE kind = 'suspended'")
    assert notice is not None
    assert "30" in notice[0]
    story.and_the_books_balance()

    # At the till he is declined for the very reason he was told. Paying still works, and so do refunds.
    declined = book.ask(li_lei, 1_000, at_shop=shop)
    assert isinstance(declined, Declined)
    assert declined.reasons[0].code is ReasonCode.OVERDUE
    assert declined.reasons[0].facts == {"days": 30}
    kept = story.row(
        "SELECT status::text, reasons -> 0 ->> 'code' FROM money.purchase ORDER BY purchase_id DESC"
    )
    assert kept == ("declined", "DLQ-01")
    story.and_the_books_balance()

    # He pays all he owes; no statement needs to come first: the suspension ends the same moment.
    owed = story.row(
        "SELECT sum(principal_minor - paid_principal_minor + fee_minor - paid_fee_minor"
        " + late_fee_minor - paid_late_fee_minor) FROM money.installment"
    )
    assert owed is not None
    assert owed[0] > 101_000
    paid = book.pay(li_lei, int(owed[0]))
    assert paid.restored
    assert paid.credit_minor == 0
    assert story.told()[-1] == "restored"
    assert story.row("SELECT ended_on FROM money.arrears") == (date(2026, 3, 5),)
    story.and_the_books_balance()

    # And he buys again.
    book.buy(li_lei, 2_000, at_shop=shop)
    book.close_day()
    assert story.row(
        "SELECT max(level) FROM risk.restriction WHERE state = 'active' AND level >= 3"
    ) == (None,)
    story.and_the_books_balance()


def test_han_meimei_buys_in_three_parts_and_returns_one_of_two_chairs(book: Book) -> None:
    story = Story(book)
    shop = book.shop()
    han = book.line(500_000, statement_day=5)

    # Two chairs for 1,000.00 in three parts at 0.5 % a month: 338.33, 338.33, 338.34.
    chairs = book.buy(han, 100_000, at_shop=shop, plan_months=3)
    parts = story.rows("SELECT principal_minor + fee_minor FROM money.installment ORDER BY due_on")
    assert parts == [(33_833,), (33_833,), (33_834,)]
    story.and_the_books_balance()

    # The first part is billed; she returns a chair: the billed part is offset, then the last parts backward.
    book.close_until(date(2026, 1, 6))
    returned = book.refund(han.customer_id, chairs, 50_000)
    assert (returned.offset_minor, returned.credit_minor) == (50_000, 0)
    left = story.rows(
        "SELECT principal_minor - paid_principal_minor, fee_minor FROM money.installment ORDER BY due_on"
    )
    assert left == [(0, 500), (33_333, 500), (16_667, 250)]  # the fee of the last shrinks with it
    story.and_the_books_balance()

    # She pays on time, to the end, and owes nothing.
    book.pay(han, 500)
    book.close_until(date(2026, 2, 6))
    book.pay(han, 33_833)
    book.close_until(date(2026, 3, 6))
    book.pay(han, 16_917)
    owed = story.row("SELECT count(*) FROM money.installment WHERE status = 'open'")
    assert owed == (0,)
    assert story.told() == []
    story.and_the_books_balance()


def test_a_refund_of_120_on_a_due_of_100_offsets_100_and_leaves_20(book: Book) -> None:
    story = Story(book)
    shop = book.shop()
    line = book.line()
    purchase = book.buy(line, 12_000, at_shop=shop)
    book.pay(line, 2_000)

    refunded = book.refund(line.customer_id, purchase, 12_000)

    assert (refunded.offset_minor, refunded.credit_minor) == (10_000, 2_000)
    story.and_the_books_balance()


def test_nine_hundred_revolving_for_two_days_costs_ninety_cents(book: Book) -> None:
    story = Story(book)
    shop = book.shop()
    line = book.line(statement_day=6)  # billed on 6 January, due on 4 February
    book.buy(line, 100_000, at_shop=shop)
    book.close_until(date(2026, 2, 4))
    book.pay(line, 10_000)
    book.close_until(date(2026, 2, 6))

    assert story.row("SELECT sum(fee_minor), sum(late_fee_minor) FROM money.installment") == (90, 0)
    story.and_the_books_balance()
