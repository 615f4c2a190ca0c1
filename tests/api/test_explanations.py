"""Why an installment is what it is, over HTTP, and who may ask."""

from __future__ import annotations

from tests.api.conftest import Book


def test_an_installment_is_explained_and_a_purchase_told(book: Book) -> None:
    line_id = book.line(500_000)
    bought = book.buy(line_id, 100_000, plan_months=3)
    purchase_id = bought.body["purchase_id"]
    book.shop.post(f"/purchases/{purchase_id}/capture", {})
    listed = book.operator.get(f"/lines/{line_id}/installments").body["installments"]

    told = book.operator.get(f"/installments/{listed[2]['installment_id']}/explanation")
    life = book.operator.get(f"/purchases/{purchase_id}/timeline")

    assert told.status == life.status == 200
    assert told.body["is_explained"] is True
    assert told.body["owed_minor"] == listed[2]["owed_minor"] + 500 == 33_834
    assert [line["what"] for line in told.body["lines"]] == ["part_odd", "plan_fee"]
    assert told.body["lines"][0]["movements"][0]["kind"] == "captured"
    assert told.body["lines"][1]["says"]["zh"].startswith("每期服务费")
    assert [event["what"] for event in life.body["events"]] == [
        "hold_placed",
        "hold_released",
        "captured",
        "part_odd",
        "plan_fee",
    ]
    assert life.body["events"][3]["installments"] == [one["installment_id"] for one in listed]


def test_a_shop_sees_neither_and_what_is_not_there_is_not_found(book: Book) -> None:
    line_id = book.line()
    purchase_id = book.buy(line_id).body["purchase_id"]

    assert book.shop.get(f"/purchases/{purchase_id}/timeline").status == 403
    assert book.shop.get("/installments/ins_1_1/explanation").status == 403
    assert book.operator.get("/installments/ins_1_999999/explanation").code == "not_found"
    assert book.operator.get("/purchases/pur_1_999999/timeline").code == "not_found"
    assert book.operator.get("/installments/wrong/explanation").code == "not_found"
