"""A plan that costs its owner nothing: the shop pays for it, beside its usual fee, and gets it back with a refund."""

from __future__ import annotations

from datetime import date

from tests.builders import founded
from tests.flows.limit_worlds import problems
from tests.money.offered import flat, text_with
from tests.simulation.replayed import unlike_lines

from whiteslip.infra.database import Database
from whiteslip.money.products.store import publish

FEES = b"""
    SELECT kind::text, amount_minor::integer FROM money.movement
    WHERE kind IN ('merchant_fee', 'merchant_fee_returned') ORDER BY movement_id
"""


def test_the_shop_pays_for_a_plan_without_fees(database: Database) -> None:
    book = founded(database)
    book.grant_all()
    text = text_with(
        flat(3, 0) + "merchant_fee_ppm = 25_000\n" + flat(6, 5_000), name="paid-by-shops"
    )
    book.write(lambda db: publish(db, text))
    line, shop = book.line(1_000_000, product="paid-by-shops"), book.shop(fee_ppm=10_000)

    bought = book.buy(line, 100_030, at_shop=shop, plan_months=3)
    book.buy(line, 100_030, at_shop=shop, plan_months=6)
    book.refund(line.customer_id, bought, 30_000)
    book.refund(line.customer_id, bought, 70_030)

    fees = book.database.read(lambda db: db.execute(FEES).fetchall())
    assert fees == [
        ("merchant_fee", 3_501),
        ("merchant_fee", 1_000),
        ("merchant_fee_returned", 1_050),
        ("merchant_fee_returned", 2_451),
    ]
    book.close_until(date(2026, 3, 6))
    assert book.database.read(unlike_lines) == []
    assert problems(book) == []
