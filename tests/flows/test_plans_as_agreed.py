"""Plans on real books: what was quoted is what is charged until nothing is owed, and what was agreed to is kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.builders import Book, done, founded, only
from tests.flows.limit_worlds import problems, rows
from tests.money.offered import bearing, flat, text_with
from tests.simulation.explained import unexplained
from tests.simulation.replayed import unlike_lines

from whiteslip.flows.checkout import Authorized, PurchaseRequest, checkout
from whiteslip.flows.quote import Quote, QuoteRequest, quote, quote_every_way
from whiteslip.flows.settle_early import Scope, SettleRequest, Wish, quote_payoff, settle_early
from whiteslip.flows.split_statement import quote_split
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Conflict, InvalidInput
from whiteslip.kernel.money import Rounding
from whiteslip.money.lines.model import LineKey
from whiteslip.money.products.store import publish
from whiteslip.views import disclosures

PLANS = (
    flat(2, 7_777)
    + bearing(3, 180_000, method="equal_principal", day_count="ACT/ACT")
    + bearing(4, 230_000, day_count="ACT/360", multiple=100)
    + bearing(5, 201_234, method="equal_principal", day_count="30/360", multiple=100)
    + bearing(6, 236_000, day_count="ACT/365")
    + bearing(7, 99_999, day_count="by period")
    + flat(8, 0)
)
MONTHS = (2, 3, 4, 5, 6, 7, 8)
AMOUNT = 1_234_567


@pytest.fixture
def book(database: Database) -> Book:
    founded_book = founded(database)
    founded_book.grant_all()
    return founded_book


def offer(book: Book, plans: str = PLANS, *, name: str = "bearing", **numbers: int) -> str:
    """Publish a product with plans; its name."""
    text = text_with(plans, name=name, numbers=numbers)
    book.write(lambda db: publish(db, text))
    return name


def quoted(book: Book, line: LineKey, months: int, amount: int = AMOUNT) -> Quote:
    return book.database.read(lambda db: quote(db, QuoteRequest(*line, amount, months)))


def confirm(book: Book, line: LineKey, shop: int, seen: Quote, *, capture: bool = True) -> int:
    """Buy as it was quoted a minute ago."""
    asked = PurchaseRequest(
        *line, shop, seen.principal_minor, seen.plan_months, "order",
        quote_version=seen.told.version, shown_at=book.at - timedelta(minutes=1),
    )  # fmt: skip
    bought = done(only(book.write(lambda db: checkout(db, [asked], at=book.at))))
    assert isinstance(bought, Authorized)
    if capture:
        book.capture(line.customer_id, bought.purchase_id)
    return bought.purchase_id


def billed(book: Book, line: LineKey) -> list[int]:
    """The fees the ledger billed, month by month."""
    query = (
        "SELECT amount_minor FROM money.movement WHERE line_id = %s AND kind = 'installment_fee'"
        " ORDER BY movement_id"
    )
    return [row[0] for row in rows(book, query, line.line_id)]


def test_a_quote_is_what_the_ledger_charges_until_nothing_is_owed(book: Book) -> None:
    shop = book.shop()
    seen: dict[LineKey, Quote] = {}
    for rounding in Rounding:
        text = text_with(
            PLANS, name=f"plans-{rounding}".replace("_", "-"), rounding=rounding.value,
            numbers={"plan_minimum_minor": 20_000},
        )  # fmt: skip
        product = book.write(lambda db, text=text: publish(db, text))
        for months in MONTHS:
            line = book.line(2_000_000, product=product.name)
            seen[line] = quoted(book, line, months)
            confirm(book, line, shop, seen[line])

    for number in range(max(MONTHS)):
        due_on = next(iter(seen.values())).installments[0].statement_on
        day = date(2026, 1 + number, 5)
        assert due_on == date(2026, 1, 5)
        book.close_until(day + timedelta(days=1))
        for line, one in seen.items():
            if number < one.plan_months:
                row = one.installments[number]
                assert row.statement_on == day
                paid = book.pay(line, row.principal_minor + row.fee_minor)
                assert paid.credit_minor == 0, (one.told.offer, number)
    for line, one in seen.items():
        assert billed(book, line) == [row.fee_minor for row in one.installments if row.fee_minor]
    assert rows(book, "SELECT sum(principal_minor)::bigint FROM money.line") == [(0,)]
    assert rows(book, "SELECT count(*) FROM money.installment WHERE status = 'open'") == [(0,)]
    assert rows(book, "SELECT count(*) FROM money.disclosure WHERE is_named") == [(len(seen),)]
    assert problems(book) == []
    assert book.database.read(unlike_lines) == []
    assert book.database.read(unexplained) == []


def test_what_was_agreed_to_is_kept_as_it_was_said(book: Book) -> None:
    line = book.line(2_000_000, product=offer(book, plan_minimum_minor=20_000))
    seen = quoted(book, line, 6)
    purchase_id = confirm(book, line, book.shop(), seen, capture=False)

    kept = book.database.read(lambda db: disclosures.find(db, line.customer_id, purchase_id))

    assert kept is not None
    assert kept.agreed == seen.told
    assert (kept.is_named, kept.confirmed_at) == (True, book.at)
    assert kept.shown_at == book.at - timedelta(minutes=1)


def test_a_plan_confirmed_without_a_version_is_kept_and_nothing_is_of_pay_later(book: Book) -> None:
    line, shop = book.line(2_000_000), book.shop()
    plan = book.buy(line, 30_000, at_shop=shop, plan_months=3)
    later = book.buy(line, 30_000, at_shop=shop)

    of_plan, of_later = (
        book.database.read(lambda db, one=one: disclosures.find(db, line.customer_id, one))
        for one in (plan, later)
    )

    assert of_plan is not None
    assert (of_plan.is_named, of_plan.shown_at) == (False, None)
    assert of_later is None
    assert rows(book, "SELECT purchase_id FROM money.disclosure") == [(plan,)]


def test_what_changed_since_it_was_shown_is_not_bought(book: Book) -> None:
    line, shop = book.line(2_000_000, statement_day=3), book.shop()
    seen = quoted(book, line, 3)
    book.close_until(date(2026, 1, 4))

    with pytest.raises(Conflict, match="dates changed since the quote was shown"):
        confirm(book, line, shop, seen)

    assert rows(book, "SELECT count(*) FROM money.purchase") == [(0,)]
    confirm(book, line, shop, quoted(book, line, 3))
    later = quoted(book, line, 0)._replace(told=seen.told._replace(months=0))
    with pytest.raises(Conflict, match="changed"):
        confirm(book, line, shop, later)


def test_what_would_cost_more_than_the_cap_is_neither_quoted_nor_bought(book: Book) -> None:
    line = book.line(
        product=offer(book, flat(12, 10_000) + flat(3, 5_000), due_days=1), statement_day=2
    )
    shop = book.shop()

    with pytest.raises(Conflict, match=r"above the cap of 24\.00 %"):
        quoted(book, line, 12, 100_000)
    with pytest.raises(Conflict, match=r"above the cap of 24\.00 %"):
        book.ask(line, 100_000, at_shop=shop, plan_months=12)
    ways = book.database.read(lambda db: quote_every_way(db, line, 100_000))
    assert [one.plan_months for one in ways] == [0, 3]
    book.close_until(date(2026, 1, 2))
    assert round(quoted(book, line, 12, 100_000).told.cost.simple_ppm / 10_000, 2) == 21.46
    book.buy(line, 100_000, at_shop=shop, plan_months=12)


def test_a_refund_leaves_the_interest_of_what_is_still_owed(book: Book) -> None:
    """Half given back: every month to come bears half, to half a minor unit, as if half had been bought."""
    name = offer(book, bearing(6, 180_000, method="equal_principal"))
    line = book.line(2_000_000, product=name)
    purchase_id = confirm(book, line, book.shop(), quoted(book, line, 6, 1_200_000))
    book.close_until(date(2026, 1, 6))
    book.pay(line, 200_000 + 18_000)

    book.refund(line.customer_id, purchase_id, 500_000)

    query = (
        "SELECT principal_minor - paid_principal_minor, fee_minor - paid_fee_minor FROM money.installment"
        " WHERE status = 'open' AND line_id = %s ORDER BY number"
    )
    owed = rows(book, query, line.line_id)
    assert owed == [(200_000, 7_500), (200_000, 4_500), (100_000, 1_500)]
    left = [500_000, 300_000, 100_000]
    assert [fee for _, fee in owed] == [one * 18 // 1200 for one in left], "1.5 % of what is left"
    for month, (principal, fee) in enumerate(owed, start=2):
        book.close_until(date(2026, month, 6))
        assert book.pay(line, principal + fee).credit_minor == 0
    assert billed(book, line) == [18_000, 7_500, 4_500, 1_500]
    assert (rows(book, "SELECT principal_minor FROM money.line"), problems(book)) == ([(0,)], [])


def test_settled_early_only_the_interest_of_the_period_that_runs_is_owed(book: Book) -> None:
    name = offer(book, bearing(6, 180_000))
    line = book.line(2_000_000, product=name)
    seen = quoted(book, line, 6)
    purchase_id = confirm(book, line, book.shop(), seen)
    book.close_until(date(2026, 1, 20))
    wish = Wish(Scope.PLAN, purchase_id)
    payoff = book.database.read(lambda db: quote_payoff(db, line, wish))

    asked = SettleRequest(*line, wish, payoff.total_minor, payoff.version, "card")
    done(only(book.write(lambda db: settle_early(db, [asked], at=book.at))))

    first, second, *later = [row.fee_minor for row in seen.installments]
    assert (payoff.fee_minor, payoff.dropped_minor) == (first + second, sum(later))
    book.close_until(date(2026, 3, 10))
    assert billed(book, line) == [first, second]
    assert problems(book) == []


def test_captured_later_a_plan_by_real_days_bears_less_and_another_the_same(book: Book) -> None:
    name = offer(book, bearing(3, 180_000, day_count="ACT/365") + bearing(6, 180_000))
    shop, seen = book.shop(), dict[int, Quote]()
    lines = {months: book.line(2_000_000, product=name) for months in (3, 6)}
    bought: dict[int, int] = {}
    for months, line in lines.items():
        seen[months] = quoted(book, line, months)
        bought[months] = confirm(book, line, shop, seen[months], capture=False)
    book.close_until(date(2026, 1, 4))

    taken = {
        months: book.capture(line.customer_id, bought[months]).installments
        for months, line in lines.items()
    }

    assert taken[6] == seen[6].installments
    (now, *_), (before, *_) = taken[3], seen[3].installments
    assert now.fee_minor < before.fee_minor
    assert now.statement_on == before.statement_on
    assert problems(book) == []


@pytest.mark.parametrize(
    "fault",
    [
        "UPDATE money.installment SET fee_minor = fee_minor + 1 WHERE number = 2",
        "UPDATE money.installment SET due_on = due_on + 1 WHERE number = 3",
        "UPDATE money.installment SET principal_minor = principal_minor + 2 * (number - 2) WHERE number <> 2",
        "DELETE FROM money.installment WHERE number = 3",
    ],
)
def test_the_books_tell_of_a_plan_that_is_not_what_was_agreed_to(book: Book, fault: str) -> None:
    line = book.line(2_000_000)
    confirm(book, line, book.shop(), quoted(book, line, 3))
    assert problems(book) == []

    book.write(lambda db: db.execute(fault.encode()))

    assert any(one.startswith("a plan is what was agreed to") for one in problems(book))


def test_a_statement_is_not_split_into_a_plan_that_bears_interest(book: Book) -> None:
    line = book.line(2_000_000, product=offer(book, bearing(3, 180_000) + flat(6, 5_000)))
    book.buy(line, 100_000, at_shop=book.shop())
    book.close_until(date(2026, 1, 6))

    with pytest.raises(InvalidInput, match="offered: 6"):
        book.database.read(lambda db: quote_split(db, line, months=3))
