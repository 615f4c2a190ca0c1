"""A line is opened under an agreement that can be read, its owner hears of a new one, and bad news cites its clause."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.api.conftest import Book as Served
from tests.api.conftest import served
from tests.builders import Book
from tests.credit.agreements.versions import version

from whiteslip.flows.keep_agreements import announce, publish
from whiteslip.infra.settings import load


@pytest.fixture
def served_book(dsn: str, tmp_path: Path) -> Iterator[tuple[Served, Book]]:
    """A running server, and the book behind it."""
    with served(load(dsn=dsn, home=tmp_path, sandbox=True)) as book:
        inside = Book(book.database)
        inside.grant_all()
        yield book, inside


def told(inside: Book, line_id: str, kind: str) -> tuple[str, str, int | None]:
    """The last notice of a kind on a line: both texts, and its clause."""
    customer_id, number = map(int, line_id.split("_")[1:])
    return inside.write(
        lambda db: db.execute(
            "SELECT text_zh, text_en, clause FROM care.notice WHERE customer_id = %s AND line_id = %s AND kind = %s"
            " ORDER BY notice_id DESC LIMIT 1",
            (customer_id, number, kind),
        ).fetchone()
    ) or ("", "", None)


def renew(inside: Book, number: int, *, needs_acceptance: bool) -> None:
    text, at = version(number, needs_acceptance=needs_acceptance), inside.at
    inside.write(lambda db: publish(db, text, by="Ann", at=at))
    inside.write(lambda db: announce(db, at=at))


def test_han_meimei_reads_accepts_and_is_told_by_which_clause(
    served_book: tuple[Served, Book],
) -> None:
    book, inside = served_book
    app = book.caller("care:write", "lines:read", "purchases:read")

    # She reads what she is to accept: the figures are those of the product.
    (listed, plan) = app.get("/agreements").body["agreements"]
    assert (listed["agreement"], listed["version"]) == ("credit-agreement", 1)
    assert plan["agreement"] == "plan-agreement"
    shown = app.get("/agreements/credit-agreement/1", language="en").body
    assert shown["is_in_force"]
    assert "at most CNY 200000.00" in shown["text"]
    assert "0.05% a day" in shown["text"]
    assert shown["checksum"] == listed["checksum"]
    assert app.get("/agreements/credit-agreement/2").code == "not_found"

    # Another version than the one in force opens nothing.
    person = {"reference": "han", "display_name": "韩梅梅"}
    owner = book.operator.post("/customers", person).body["id"]
    asked = {"customer_id": owner, "fixed_limit_minor": 500_000, "statement_day": 5}
    refused = book.operator.post("/lines", {**asked, "agreement_version": 2})
    assert refused.code == "invalid_input"
    assert "version 1 is" in refused.body["detail"]
    line_id = book.operator.post("/lines", {**asked, "agreement_version": 1}).body["id"]
    (accepted,) = app.get(f"/lines/{line_id}/agreements").body["agreements"]
    assert (accepted["version"], accepted["how"], accepted["actor"]) == (1, "opening", "operator")
    assert accepted["is_binding"]

    # A restriction ends with its clause, and so does one for arrears, with another.
    hold = {"level": 4, "reason": "FRD-01"}
    restriction = book.operator.post(f"/lines/{line_id}/restrictions", hold).body
    zh, en, clause = told(inside, line_id, "suspended")
    assert zh.endswith("依据《信用赊购协议》（第 1 版）第 9 条“限制、暂停与恢复”。")
    assert en.endswith(
        "Under clause 9, “Restriction, suspension and the way back”, of the credit agreement, version 1."
    )
    assert clause == 9
    assert restriction is not None

    # A version that changes more than in her favor waits for her; what is cited is still what she accepted.
    renew(inside, 2, needs_acceptance=True)
    offered = told(inside, line_id, "agreement_offered")
    assert "只有在您接受后才适用" in offered[0]
    assert "Version 2 is worded better." in offered[1]
    first, second = app.get(f"/lines/{line_id}/agreements").body["agreements"]
    assert (first["is_binding"], second["is_binding"]) == (True, False)
    assert second["announced_on"] == str(inside.today)
    path = f"/lines/{line_id}/agreements"
    assert app.post(path, {"version": 1}).code == "invalid_input"
    assert app.post(path, {"version": 2}).body["version"] == 2
    assert app.post(path, {"version": 2}).status == 201
    first, second = app.get(path).body["agreements"]
    assert (first["is_binding"], second["is_binding"], second["how"]) == (False, True, "later")
    assert told(inside, line_id, "suspended")[0] == zh, "an old notice reads the same forever"

    # One in her favor needs nothing from her: it takes effect when its notice is over.
    renew(inside, 3, needs_acceptance=False)
    assert "自 2026-01-31 起" in told(inside, line_id, "agreement_changing")[0]
    third = app.get(path).body["agreements"][2]
    assert (third["effective_on"], third["is_binding"]) == ("2026-01-31", False)
    inside.close_until(inside.today + timedelta(days=30))
    third = app.get(path).body["agreements"][2]
    assert (third["is_binding"], third["accepted_on"]) == (True, None)


def test_a_plan_can_be_read_as_it_was_agreed(served_book: tuple[Served, Book]) -> None:
    book, _ = served_book
    line_id = book.line(500_000)
    plan = book.buy(line_id, 100_000, plan_months=3).body["purchase_id"]
    later = book.buy(line_id, 5_000).body["purchase_id"]

    before = book.shop.get(f"/purchases/{plan}/agreement", language="en").body
    quoted = book.operator.post(
        "/quotes", {"line_id": line_id, "amount_minor": 100_000, "plan_months": 3}
    ).body
    for figure in ("annual_cost_ppm_simple", "annual_cost_ppm_compound", "total_minor"):
        assert before[figure] == quoted[figure]
    assert before["installments"] == quoted["installments"]
    assert (before["months"], before["monthly_fee_ppm"]) == (3, 5_000)
    assert "a principal of CNY 1000.00, repaid in 3 months" in before["text"]
    assert "1. 2026-02-03: principal CNY 333.33, fee CNY 5.00" in before["text"]

    # What was captured in parts is split from its own days; refunds later change nothing of what was agreed.
    book.shop.post(f"/purchases/{plan}/capture", {"amount_minor": 100_000})
    book.shop.post(f"/purchases/{plan}/refunds", {"amount_minor": 30_000})
    assert book.shop.get(f"/purchases/{plan}/agreement", language="en").body == before
    yearly = f"{quoted['annual_cost_ppm_simple'] / 10_000:.2f}%"
    assert (
        f"年化成本为 {yearly}（单利）" in book.shop.get(f"/purchases/{plan}/agreement").body["text"]
    )

    assert book.shop.get(f"/purchases/{later}/agreement").code == "not_found"
    stranger = book.caller("purchases:read", merchant_id=99)
    assert stranger.get(f"/purchases/{plan}/agreement").code == "not_found"


def test_the_fees_of_a_statement_name_their_clauses(served_book: tuple[Served, Book]) -> None:
    book, inside = served_book
    line_id = book.line(500_000, statement_day=5)
    for months in (0, 3):
        purchase = book.buy(line_id, 100_000, plan_months=months).body["purchase_id"]
        book.shop.post(f"/purchases/{purchase}/capture", {})
    inside.close_until(date(2026, 3, 6))

    app = book.caller("lines:read")
    march, february, january = app.get(f"/lines/{line_id}/statements").body["statements"][:3]
    clause = {"agreement": "credit-agreement", "version": 1}
    installment = {
        "kind": "installment_fee",
        "amount_minor": 500,
        "clause": {**clause, "clause": 4},
    }
    assert january["fees"] == [installment]
    kinds = {fee["kind"]: fee for fee in march["fees"]}
    assert kinds["late_fee"]["clause"] == {**clause, "clause": 8}
    assert kinds["revolving_fee"]["clause"] == {**clause, "clause": 5}
    billed = sum(fee["amount_minor"] for one in (january, february, march) for fee in one["fees"])
    ledger = inside.write(
        lambda db: db.execute(
            "SELECT sum(amount_minor) FROM money.movement WHERE debit IN ('receivable_fee', 'receivable_late_fee')"
            " AND business_date <= '2026-03-05'"
        ).fetchone()
    )
    assert ledger == (billed,), "every fee stands in exactly one statement"
    one = app.get(f"/lines/{line_id}/statements/2026-03-05").body
    assert one == march
