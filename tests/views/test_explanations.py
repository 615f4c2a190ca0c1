"""Explanations on real books: worked figures, journals, corrections, and a purchase's whole life."""

from __future__ import annotations

from datetime import date

import pytest
from tests.builders import Book, founded

from whiteslip.infra.database import Database
from whiteslip.views import explanations


@pytest.fixture
def book(database: Database) -> Book:
    founded_book = founded(database)
    founded_book.grant_all()
    return founded_book


def test_a_try(book: Book) -> None:
    line, shop = book.line(1_000_000), book.shop()
    number = book.buy(line, 100_000, at_shop=shop, plan_months=3)
    later = book.buy(line, 60_000, at_shop=shop)
    book.close_until(date(2026, 1, 20))
    book.pay(line, 6_000 + 33_333)
    book.refund(line.customer_id, number, 20_000)
    book.close_until(date(2026, 3, 20))
    book.pay(line, 50_000)
    for one in (number, later):
        view = book.database.read(
            lambda db: explanations.of_purchase(db, line.customer_id, one)
        )
        print(view.faults)
        for e in view.events:
            print(e.on, e.until, e.what, e.amount_minor, e.says.en, [j.movement_id for j in e.journal][:4])
    rows = {i for e in view.events for i in e.installment_ids}
    for i in range(1, 40):
        v = book.database.read(lambda db: explanations.of_installment(db, line.customer_id, i))
        if v:
            print("ROW", i, v.row.kind, v.explanation and v.explanation.total_minor, v.faults)
            for l in v.lines:
                print("   ", l.line.on, l.line.principal_minor, l.line.fee_minor, l.line.late_fee_minor, l.line.owed_minor, l.says.en, l.says.zh, len(l.line.journal))
    assert 0
