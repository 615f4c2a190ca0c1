"""Caps people set themselves hold at checkout, and are held against nobody."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.builders import Book, founded

from whiteslip.care.budgeting.model import CapKind, CapRequest
from whiteslip.decisioning.features.store import compute
from whiteslip.flows.checkout import Authorized, Declined, PurchaseRequest, checkout
from whiteslip.flows.set_caps import set_caps
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.lines.model import LineKey


@pytest.fixture
def book(database: Database) -> Book:
    made = founded(database, on=date(2026, 1, 1))
    made.grant_all()
    return made


def cap(book: Book, line: LineKey, kind: CapKind, amount: int, wait_hours: int = 0) -> None:
    at = book.at
    asked = CapRequest(line.customer_id, kind, amount, wait_hours)
    (done,) = book.write(lambda db: set_caps(db, [asked], at=at, actor="app"))
    assert not isinstance(done, WhiteslipError), done


def buy(
    book: Book, line: LineKey, *amounts: int, hours: int = 0, shop: int = 1
) -> list[Authorized | Declined]:
    at = book.at + timedelta(hours=hours)
    asked = [PurchaseRequest(*line, shop, one, 0, "o", is_verified=True) for one in amounts]
    answers = book.write(lambda db: checkout(db, asked, at=at))
    assert all(isinstance(one, Authorized | Declined) for one in answers), answers
    return [one for one in answers if isinstance(one, Authorized | Declined)]


def test_a_cap_of_the_day_counts_what_was_bought_before_and_in_the_same_batch(book: Book) -> None:
    book.shop()
    line, other = book.line(), book.line()
    cap(book, line, CapKind.DAY, 10_000)

    assert isinstance(buy(book, line, 4_000)[0], Authorized)
    first, second, third = buy(book, line, 5_000, 2_000, 1_000)
    assert isinstance(first, Authorized)
    assert isinstance(second, Declined)
    assert [reason.code for reason in second.reasons] == [ReasonCode.OWN_CAP]
    assert isinstance(third, Authorized)
    assert isinstance(buy(book, other, 50_000)[0], Authorized)
    book.close_day()

    assert isinstance(buy(book, line, 10_000)[0], Authorized)


def test_what_must_cool_off_is_bought_after_its_hours(book: Book) -> None:
    book.shop()
    line = book.line()
    cap(book, line, CapKind.COOLING_OFF, 20_000, wait_hours=24)

    assert isinstance(buy(book, line, 20_000)[0], Authorized)
    assert isinstance(buy(book, line, 30_000)[0], Declined)
    assert isinstance(buy(book, line, 30_000, hours=23)[0], Declined)

    assert isinstance(buy(book, line, 30_000, hours=25)[0], Authorized)


def test_a_refusal_by_ones_own_cap_is_no_fact_of_a_score(book: Book) -> None:
    shop, line = book.shop(), book.line(100_000)
    cap(book, line, CapKind.PURCHASE, 5_000)
    buy(book, line, 6_000, shop=shop)
    assert isinstance(buy(book, line, 4_000, shop=shop)[0], Authorized)
    on = book.today

    found = book.write(
        lambda db: compute(db, None, as_of=on, features=["refused_30d", "purchases_30d"])
    )

    assert (found["refused_30d"].tolist(), found["purchases_30d"].tolist()) == ([0], [1])
