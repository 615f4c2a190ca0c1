"""A refund that ends arrears restores the line at once, as a repayment does."""

from __future__ import annotations

from datetime import date

from tests.builders import founded

from whiteslip.infra.database import Connection, Database

LEVEL = "SELECT restriction_level FROM money.line WHERE customer_id = %s"
NOTICES = "SELECT kind FROM care.notice WHERE customer_id = %s ORDER BY notice_id"


def test_refunding_all_that_was_overdue_restores_the_line(database: Database) -> None:
    book = founded(database)
    shop = book.shop()
    line = book.line(100_000, statement_day=5)
    purchase = book.buy(line, 30_000, at_shop=shop)
    book.close_until(date(book.today.year, book.today.month, 28))
    while _level(database, line.customer_id) < 3:
        book.close_day()

    book.pay(line, 100)  # what is little leaves it restricted
    assert _level(database, line.customer_id) == 3
    fees = _owed_fees(database, line.customer_id)
    book.pay(line, fees)
    book.refund(line.customer_id, purchase, 30_000)

    assert _level(database, line.customer_id) < 3
    assert _column(database, NOTICES, line.customer_id)[-1] == "restored"


def _level(database: Database, customer_id: int) -> int:
    return int(_column(database, LEVEL, customer_id)[0])


def _owed_fees(database: Database, customer_id: int) -> int:
    query = (
        "SELECT sum(fee_minor - paid_fee_minor + late_fee_minor - paid_late_fee_minor)::bigint "
        "FROM money.installment WHERE customer_id = %s"
    )
    return int(_column(database, query, customer_id)[0])


def _column(database: Database, query: str, customer_id: int) -> list[str]:
    def read(db: Connection) -> list[str]:
        return [row[0] for row in db.execute(query.encode(), (customer_id,)).fetchall()]

    return database.read(read)
