"""A purchase through HTTP, from hold to refund, and what a decline says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.api.conftest import Book
from tests.builders import FOUNDED_ON, grant_all, noon


def test_a_purchase_lives_from_hold_to_refund(book: Book) -> None:
    line_id = book.line()
    bought = book.buy(line_id, 50_000)
    purchase_id = bought.body["purchase_id"]

    captured = book.shop.post(f"/purchases/{purchase_id}/capture", {"amount_minor": 30_000})
    voided = book.shop.post(f"/purchases/{purchase_id}/void", {})
    refunded = book.shop.post(f"/purchases/{purchase_id}/refunds", {"amount_minor": 10_000})
    shown = book.shop.get(f"/purchases/{purchase_id}").body

    assert bought.status == captured.status == voided.status == refunded.status == 201
    assert bought.body["status"] == "authorized"
    assert bought.body["available_minor"] == 50_000
    assert [term["principal_minor"] for term in captured.body["installments"]] == [30_000]
    assert voided.body["released_minor"] == 20_000
    assert refunded.body["offset_minor"] == 10_000
    assert shown["status"] == "captured"
    assert (shown["captured_minor"], shown["refunded_minor"]) == (30_000, 10_000)


def test_a_decline_is_an_answer_with_reasons_and_what_still_works(book: Book) -> None:
    declined = book.buy(book.line(5_000), 6_000)

    assert declined.status == 201
    assert declined.body["status"] == "declined"
    assert [reason["code"] for reason in declined.body["reasons"]] == ["LIM-04"]
    assert all(declined.body["reasons"][0]["says"][language] for language in ("zh", "en"))
    assert {"repayment", "smaller_amount"} <= set(declined.body["still_works"])


def test_a_fault_of_ours_says_so_and_leaves_nothing_that_could_count(book: Book) -> None:
    line_id = book.line()
    stop = "UPDATE decisioning.rule_book SET status = 'retired' WHERE name = 'checkout'"
    book.database.write(lambda db: db.execute(stop))

    fault = book.buy(line_id)
    bulk = book.shop.post(
        "/purchases/bulk",
        {
            "items": [
                {
                    "line_id": line_id,
                    "amount_minor": 700,
                    "order_ref": "a",
                    "idempotency_key": "in-bulk",
                }
            ]
        },
    )

    assert (fault.status, fault.code) == (503, "unavailable")
    (reason,) = fault.body["reasons"]
    assert reason["code"] == "SYS-01"
    assert all(reason[part][language] for part in ("says", "next") for language in ("zh", "en"))
    (item,) = bulk.body["results"]
    assert (item["status"], item["answer"]["reasons"]) == (503, [reason])
    kept = (
        "SELECT (SELECT count(*) FROM money.purchase),"
        " (SELECT count(*) FROM decisioning.decision), (SELECT count(*) FROM decisioning.habit)"
    )
    assert book.database.read(lambda db: db.execute(kept).fetchone()) == (0, 0, 0)


def test_the_document_says_that_a_fault_comes_with_reasons(book: Book) -> None:
    document = book.shop.http.get("/openapi.json").json()

    problem = document["components"]["schemas"]["Problem"]
    assert problem["properties"]["reasons"]["items"] == {"$ref": "#/components/schemas/ReasonSaid"}
    assert "reasons" not in problem["required"]
    assert "not counted as a risk" in " ".join(problem["description"].split())


def test_a_repeated_key_acts_once_and_answers_byte_for_byte(book: Book) -> None:
    line_id = book.line()
    body = {"line_id": line_id, "amount_minor": 700, "order_ref": "a"}

    first = book.shop.post("/purchases", body, key="same")
    again = book.shop.post("/purchases", {**body, "plan_months": 0}, key="same")
    other = book.shop.post("/purchases", {**body, "amount_minor": 701}, key="same")

    assert again.raw == first.raw
    assert (other.status, other.code) == (422, "idempotency_conflict")
    assert book.operator.get(f"/lines/{line_id}").body["held_minor"] == 700


def test_what_looks_unlike_a_person_is_referred_until_verified(book: Book) -> None:
    line_id = book.line(1_000_000)
    body = {"line_id": line_id, "amount_minor": 900_000, "order_ref": "a", "device": "phone 1"}

    referred = book.shop.post("/purchases", body)
    granted = book.shop.post("/purchases", {**body, "is_verified": True})

    assert (referred.status, referred.body["status"]) == (201, "referred")
    assert referred.body["needs"] == "verification"
    assert [reason["code"] for reason in referred.body["reasons"]] == ["FRD-01"]
    assert (granted.status, granted.body["status"]) == (201, "authorized")
    shown = book.operator.get(f"/purchases/{referred.body['purchase_id']}").body
    assert (shown["status"], shown["captured_minor"]) == ("referred", 0)


def test_many_at_once_hold_exactly_what_fits(book: Book) -> None:
    line_id = book.line(10_000)
    book.database.write(lambda db: grant_all(db, at=noon(FOUNDED_ON)))

    with ThreadPoolExecutor(16) as pool:
        answers = [one.result() for one in [pool.submit(book.buy, line_id, 900) for _ in range(32)]]

    statuses = [answer.body["status"] for answer in answers]
    assert statuses.count("authorized") == 11
    assert statuses.count("declined") == 21
    assert book.operator.get(f"/lines/{line_id}").body["held_minor"] == 9_900


def test_one_key_from_many_threads_acts_once(book: Book) -> None:
    line_id = book.line()
    body = {"line_id": line_id, "amount_minor": 900, "order_ref": "a"}

    with ThreadPoolExecutor(16) as pool:
        sent = [pool.submit(book.shop.post, "/purchases", body, key="k") for _ in range(32)]
        answers = [one.result() for one in sent]

    assert len({answer.raw for answer in answers}) == 1
    assert book.operator.get(f"/lines/{line_id}").body["held_minor"] == 900


def test_a_bulk_request_answers_each_item(book: Book) -> None:
    line_id = book.line(10_000)
    book.database.write(lambda db: grant_all(db, at=noon(FOUNDED_ON)))
    item = {"line_id": line_id, "amount_minor": 600, "order_ref": "a"}
    items = [{**item, "idempotency_key": f"b{number}"} for number in range(20)]
    items.append({**item, "line_id": "lin_1_999", "idempotency_key": "b20"})
    items.append({**item, "idempotency_key": "b0"})

    done = book.shop.send("/purchases/bulk", _json({"items": items}), idempotency_key=None)

    results = done.body["results"]
    assert done.status == 200
    assert [result["status"] for result in results] == [201] * 20 + [404, 201]
    assert results[21]["answer"] == results[0]["answer"]
    assert book.operator.get(f"/lines/{line_id}").body["held_minor"] == 9_600
    single = book.shop.post("/purchases", item, key="b0")
    assert single.body == results[0]["answer"]


def test_a_shop_sees_its_own_sales_only(book: Book) -> None:
    book.operator.post("/merchants", {"name": "another"})
    other = book.caller("purchases:read", "purchases:write", merchant_id=2)
    line_id = book.line()
    purchase_id = book.buy(line_id).body["purchase_id"]

    assert other.get(f"/purchases/{purchase_id}").status == 404
    assert other.post(f"/purchases/{purchase_id}/capture", {}).status == 404
    assert other.get("/purchases").body["purchases"] == []
    assert [one["purchase_id"] for one in book.shop.get("/purchases").body["purchases"]] == [
        purchase_id
    ]
    named = {"line_id": line_id, "amount_minor": 1, "order_ref": "a", "merchant_id": "mer_1"}
    assert other.post("/purchases", named).code == "not_allowed"


def test_pages_follow_each_other(book: Book) -> None:
    line_id = book.line()
    bought = [book.buy(line_id, 10).body["purchase_id"] for _ in range(5)]
    customer_id = "cus_" + line_id.split("_")[1]

    seen: list[str] = []
    page = book.shop.get(f"/customers/{customer_id}/purchases", limit=2).body
    while page["next"]:
        seen += [one["purchase_id"] for one in page["purchases"]]
        page = book.shop.get(
            f"/customers/{customer_id}/purchases", limit=2, after=page["next"]
        ).body
    seen += [one["purchase_id"] for one in page["purchases"]]

    assert seen == bought[::-1]


def test_a_quote_names_every_installment_and_the_annual_cost(book: Book) -> None:
    asked = {"line_id": book.line(), "amount_minor": 100_000, "plan_months": 3}

    quoted = book.shop.post("/quotes", asked).body

    parts = [term["principal_minor"] for term in quoted["installments"]]
    assert parts == [33_333, 33_333, 33_334]
    assert quoted["total_minor"] == 100_000 + quoted["fee_minor"]
    assert 0 < quoted["annual_cost_ppm_simple"] <= quoted["annual_cost_ppm_compound"]


def test_a_restricted_line_says_why_and_still_takes_money(book: Book) -> None:
    line_id = book.line()
    purchase_id = book.buy(line_id, 3_000).body["purchase_id"]
    made = book.operator.post(f"/lines/{line_id}/restrictions", {"level": 4, "reason": "FRD-01"})

    declined = book.buy(line_id).body
    captured = book.shop.post(f"/purchases/{purchase_id}/capture", {})
    repaid = book.operator.post("/repayments", {"line_id": line_id, "amount_minor": 3_500})
    listed = book.operator.get(f"/lines/{line_id}/restrictions").body["restrictions"]

    assert declined["status"] == "declined"
    assert declined["reasons"][0]["code"] == "FRD-01"
    assert captured.status == repaid.status == 201
    assert repaid.body["credit_minor"] == 500
    assert listed[0]["appeal_route"]
    assert listed[0]["way_out"]
    lifted = book.operator.post(f"/restrictions/{made.body['id']}/lift", {})
    assert lifted.status == 201
    assert book.buy(line_id).body["status"] == "authorized"


def test_the_sandbox_clock_closes_statements(book: Book) -> None:
    line_id = book.line(statement_day=5)
    purchase_id = book.buy(line_id, 5_000).body["purchase_id"]
    book.shop.post(f"/purchases/{purchase_id}/capture", {})

    moved = book.operator.post("/clock/advance", {"to": "2026-01-06"})
    back = book.operator.post("/clock/advance", {"to": "2026-01-02"})

    assert moved.body["current_on"] == "2026-01-06"
    assert back.code == "conflict"
    (statement,) = book.operator.get(f"/lines/{line_id}/statements").body["statements"]
    assert statement["balance_minor"] == 5_000
    assert book.operator.get(f"/lines/{line_id}/statements/2026-01-05").body == statement


def _json(body: object) -> bytes:
    import json

    return json.dumps(body).encode()
