"""Li Lei is billed 1,000, pays the minimum of 100 on the due date, and two days later owes 0.90 for what revolves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.api.conftest import Book, served

from whiteslip.flows.check_books import check_books
from whiteslip.infra.settings import load


@pytest.fixture(scope="module")
def book(module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    home = tmp_path_factory.mktemp("home")
    with served(load(dsn=module_dsn, home=home, sandbox=True)) as book:
        yield book


def test_what_the_minimum_payment_leaves_bears_the_daily_fee_alone(book: Book) -> None:
    line_id = book.line(1_000_000, statement_day=6)
    purchase_id = book.buy(line_id, 100_000, is_verified=True).body["purchase_id"]
    assert book.shop.post(f"/purchases/{purchase_id}/capture", {}).status == 201
    assert book.operator.post("/clock/advance", {"to": "2026-02-04"}).status == 200
    billed = book.operator.get(f"/lines/{line_id}/statements").body["statements"][0]
    assert (billed["due_on"], billed["balance_minor"]) == ("2026-02-04", 100_000)
    assert billed["minimum_minor"] == 10_000
    paying = {"line_id": line_id, "amount_minor": 10_000, "method": "card"}
    assert book.operator.post("/repayments", paying).status == 201

    owed: dict[str, int] = {}
    for day in ("2026-02-05", "2026-02-06"):
        assert book.operator.post("/clock/advance", {"to": day}).status == 200
        owed[day] = book.operator.get(f"/lines/{line_id}").body["outstanding_minor"]

    assert owed == {"2026-02-05": 90_045, "2026-02-06": 90_090}, "900 x 0.05 % x 2 = 0.90"
    line = book.operator.get(f"/lines/{line_id}").body
    assert (line["overdue_minor"], line["days_past_due"]) == (0, 0)
    fees = book.database.read(
        lambda db: db.execute(
            "SELECT kind::text, sum(amount_minor)::bigint FROM money.movement"
            " WHERE kind IN ('revolving_fee', 'late_fee') GROUP BY kind"
        ).fetchall()
    )
    assert fees == [("revolving_fee", 90)]
    assert book.database.read(check_books).problems == []
