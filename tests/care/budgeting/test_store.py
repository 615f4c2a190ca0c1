"""Answers, caps and warnings on a real database."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from tests.builders import Book, done, founded, noon

from whiteslip.care.budgeting import store
from whiteslip.care.budgeting.model import Answers, Cap, CapKind, CapRequest, Moment, Spent
from whiteslip.care.budgeting.store import Asking
from whiteslip.flows.advise import (
    Advice,
    SelfTestRequest,
    Told,
    forget_answers,
    keep_answers,
    weigh_purchase,
)
from whiteslip.flows.set_caps import set_caps
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import InvalidInput, NotFound
from whiteslip.money.lines.model import LineKey

MONTH = Answers(1_000_000, 15, rent_minor=300_000, fixed_minor=150_000, cushion_minor=50_000)
DAY = timedelta(days=1)


@pytest.fixture
def book(database: Database) -> Book:
    book = founded(database)
    book.grant_all()
    return book


def kept(book: Book, customer_id: int) -> Answers | None:
    return book.write(lambda db: store.read_budgets(db, [customer_id])).get(customer_id)


def keep(book: Book, customer_id: int, answers: Answers = MONTH) -> None:
    book.write(lambda db: keep_answers(db, [Told(customer_id, answers)], at=book.at))


def weigh(book: Book, line: LineKey, *, answers: Answers | None, keep: bool) -> Advice:
    asked = SelfTestRequest(*line, 200_000, 0, answers, keep)
    return done(book.write(lambda db: weigh_purchase(db, asked, at=book.at)))


def cap(book: Book, who: int, kind: CapKind, amount: int | None, *, at: datetime) -> bool:
    request = CapRequest(who, kind, amount)
    answers = book.write(lambda db: set_caps(db, [request], actor="app", at=at))
    return done(answers[0]).at_once


def caps(book: Book, who: int, *, at: datetime) -> tuple[Cap, ...]:
    return book.write(lambda db: store.caps_of(db, [who, 999], at=at)).get(who, ())


def warnings(book: Book) -> list[tuple[int, str]]:
    query = b"SELECT customer_id, text_zh FROM care.notice WHERE kind = 'budget_warning'"
    return book.write(lambda db: db.execute(query).fetchall())


def test_answers_are_kept_only_if_the_person_says_so(book: Book) -> None:
    line = book.line()

    assert not weigh(book, line, answers=MONTH, keep=False).kept
    assert kept(book, line.customer_id) is None
    assert weigh(book, line, answers=MONTH, keep=True).kept
    assert kept(book, line.customer_id) == MONTH


def test_kept_answers_are_used_again_and_can_be_forgotten(book: Book) -> None:
    line = book.line()
    keep(book, line.customer_id)

    assert weigh(book, line, answers=None, keep=True).tested.verdict == "comfortable"
    assert book.write(lambda db: forget_answers(db, [line.customer_id])) == 1
    with pytest.raises(InvalidInput, match="give the answers"):
        weigh(book, line, answers=None, keep=False)
    with pytest.raises(NotFound):
        weigh(book, LineKey(999, 1), answers=MONTH, keep=False)


def test_what_is_owed_and_held_already_counts(book: Book) -> None:
    line, shop = book.line(), book.shop()
    alone = weigh(book, line, answers=MONTH, keep=False)
    book.buy(line, 150_000, at_shop=shop)
    book.hold(line, 120_000, at_shop=shop)

    together = weigh(book, line, answers=MONTH, keep=False)

    assert alone.tested.months[0].dues_minor == 0
    assert together.tested.months[0].dues_minor == 270_000
    assert (alone.tested.verdict, together.tested.verdict) == ("comfortable", "too_much")


def test_a_plans_dues_are_those_of_its_installments(book: Book) -> None:
    line, shop = book.line(), book.shop()
    book.buy(line, 120_000, at_shop=shop, plan_months=3)
    who = line.customer_id

    dues = book.write(lambda db: store.read_dues(db, [who], on=book.today, until=date.max))[who]

    query = b"SELECT due_on, principal_minor + fee_minor FROM money.installment ORDER BY due_on"
    rows = book.write(lambda db: db.execute(query).fetchall())
    assert [(one.due_on, one.amount_minor) for one in dues] == rows
    assert len(rows) == 3


def test_a_cap_tightens_at_once_and_loosens_a_day_later(book: Book) -> None:
    who, at = book.customer(), book.at

    assert cap(book, who, CapKind.DAY, 100, at=at)
    assert caps(book, who, at=at) == (Cap(CapKind.DAY, 100),)
    assert not cap(book, who, CapKind.DAY, 500, at=at + DAY)
    assert caps(book, who, at=at + 2 * DAY - timedelta(seconds=1)) == (Cap(CapKind.DAY, 100),)
    assert caps(book, who, at=at + 2 * DAY) == (Cap(CapKind.DAY, 500),)
    assert not cap(book, who, CapKind.DAY, None, at=at + 3 * DAY)
    assert caps(book, who, at=at + 4 * DAY) == ()


def test_a_second_thought_takes_back_a_loosening_that_waits(book: Book) -> None:
    who, at = book.customer(), book.at
    cap(book, who, CapKind.DAY, 100, at=at)
    assert not cap(book, who, CapKind.DAY, None, at=at + DAY)
    assert cap(book, who, CapKind.DAY, 80, at=at + DAY + timedelta(hours=1))

    for later in (DAY, 2 * DAY, 30 * DAY):
        assert caps(book, who, at=at + DAY + later) == (Cap(CapKind.DAY, 80),)


def test_two_loosenings_in_a_row_never_leave_a_gap(book: Book) -> None:
    who, at, hour = book.customer(), book.at, timedelta(hours=1)
    cap(book, who, CapKind.DAY, 100, at=at)
    cap(book, who, CapKind.DAY, None, at=at + hour)
    cap(book, who, CapKind.DAY, 200, at=at + 2 * hour)

    assert caps(book, who, at=at + DAY + hour) == (Cap(CapKind.DAY, 100),)
    assert caps(book, who, at=at + DAY + 2 * hour) == (Cap(CapKind.DAY, 200),)


def test_a_batch_is_judged_in_its_order(book: Book) -> None:
    who, at = book.customer(), book.at
    asked = [CapRequest(who, CapKind.DAY, amount) for amount in (100, 80, 90, 80)]
    asked.append(CapRequest(999, CapKind.DAY, 5))
    asked.append(CapRequest(who, CapKind.DAY, 5, 3))

    answers = book.write(lambda db: set_caps(db, asked, actor="app", at=at))

    assert [done(one).at_once for one in answers[:4]] == [True, True, False, True]
    assert isinstance(answers[4], NotFound)
    assert isinstance(answers[5], InvalidInput)
    assert caps(book, who, at=at + 9 * DAY) == (Cap(CapKind.DAY, 80),)


def test_what_was_spent_in_the_windows_of_caps(book: Book) -> None:
    line, shop = book.line(), book.shop()
    book.close_until(date(2026, 1, 30))  # a Friday
    purchase_id = book.buy(line, 1_000, at_shop=shop)
    book.close_until(date(2026, 2, 1))  # the Sunday of that week, another month
    book.buy(line, 200, at_shop=shop)
    book.hold(line, 30, at_shop=shop)
    who = line.customer_id

    def spent() -> Spent:
        return book.write(lambda db: store.spent_of(db, [who], on=book.today))[who]

    assert spent() == Spent(day_minor=230, week_minor=1_230, month_minor=230)
    book.refund(who, purchase_id, 400)
    assert spent().week_minor == 830
    book.close_until(date(2026, 2, 2))
    assert spent() == Spent(day_minor=0, week_minor=0, month_minor=230)


def test_a_cooling_off_remembers_the_first_time_somebody_asked(book: Book, db: Connection) -> None:
    at = noon(date(2026, 1, 10))
    for hours, shop, amount, status in (
        (90, 1, 5_000, "declined"),
        (30, 1, 4_000, "declined"),
        (20, 1, 6_000, "declined"),
        (10, 2, 9_000, "declined"),
        (60, 3, 5_000, "declined"),
        (50, 3, 5_000, "authorized"),
        (40, 3, 5_000, "declined"),
    ):
        _purchase(db, at - timedelta(hours=hours), shop, amount, status)
    asking = [
        Asking(7, 1, 4_000, 1_000, 24),
        Asking(7, 1, 5_000, 1_000, 24),
        Asking(7, 2, 9_001, 1_000, 24),
        Asking(7, 3, 5_000, 1_000, 24),
        Asking(8, 1, 4_000, 1_000, 24),
        Asking(7, 1, 4_000, 1_000, 1),
    ]

    found = store.first_asked(db, asking, at=at)

    ago = {place: (at - first) / timedelta(hours=1) for place, first in found.items()}
    assert ago == {0: 90, 1: 90, 3: 40, 5: 30}
    assert store.first_asked(db, [], at=at) == {}


def test_who_kept_answers_is_warned_once_for_a_due_date(book: Book) -> None:
    shop = book.shop()
    tight, easy, silent = book.line(), book.line(), book.line()
    keep(book, tight.customer_id, MONTH._replace(income_minor=500_000))
    keep(book, easy.customer_id)
    for line in (tight, easy, silent):
        book.buy(line, 300_000, at_shop=shop)

    book.close_until(date(2026, 1, 26))
    assert warnings(book) == []
    book.close_until(date(2026, 2, 3))

    ((who, text),) = warnings(book)
    assert who == tight.customer_id
    assert "备用金" in text
    book.pay(tight, 300_000)
    book.close_until(date(2026, 2, 8))
    assert len(warnings(book)) == 1


def test_moments_are_found_when_they_come(book: Book) -> None:
    line, shop = book.line(100_000), book.shop()

    def moments() -> set[Moment]:
        return set(book.write(lambda db: store.find_moments(db, line.customer_id, on=book.today)))

    assert moments() == set()
    book.buy(line, 20_000, at_shop=shop, plan_months=3)
    assert moments() == {Moment.FIRST_PLAN}
    book.buy(line, 70_000, at_shop=shop)
    assert moments() == {Moment.FIRST_PLAN, Moment.UTILIZATION_HIGH}
    book.close_until(date(2026, 1, 6))
    assert Moment.MINIMUM_PAYMENT in moments()
    book.close_until(date(2026, 2, 5))
    assert Moment.FIRST_LATE_DAY in moments()
    assert Moment.FIRST_PLAN not in moments(), "no news after a month"


def _purchase(db: Connection, at: datetime, shop: int, amount_minor: int, status: str) -> None:
    reasons = '[{"code": "CUS-02", "facts": {"cooling_off": 24}}]' if status == "declined" else None
    db.execute(
        b"INSERT INTO money.purchase (customer_id, purchase_id, line_id, merchant_id, authorized_minor, authorized_at,"
        b" authorized_on, expires_on, plan_months, status, order_ref, reasons) VALUES (7, nextval('money.number'), 1,"
        b" %s, %s, %s, %s, %s, 0, %s, 'order', %s)",
        (shop, amount_minor, at, at.date(), at.date() + DAY, status, reasons),
    )
