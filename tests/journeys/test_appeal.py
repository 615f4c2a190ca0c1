"""People question decisions over HTTP, and somebody who had no hand in one decides it again."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from tests.api.conftest import AT, Answer, Book, Caller, served

from whiteslip.infra import keys
from whiteslip.infra.settings import load

_names = count(1)


@pytest.fixture(scope="module")
def book(module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """One server for all."""
    settings = load(dsn=module_dsn, home=tmp_path_factory.mktemp("home"), sandbox=True)
    with served(settings) as served_book:
        yield served_book


def person(book: Book, label: str, *scopes: str) -> Caller:
    """Somebody of the staff, or the app, with a key that bears their name."""
    key = book.database.write(
        lambda db: keys.issue(
            db, label=label, merchant_id=None, scopes=scopes, at=AT, pepper=book.pepper
        )
    )
    caller = Caller(book.url, key)
    book.callers.enter_context(caller.http)
    return caller


def reviewer(book: Book, label: str) -> Caller:
    """A reviewer who may also restrict."""
    return person(book, label, "reviews:read", "reviews:write", "restrictions:write", "lines:read")


def app(book: Book) -> Caller:
    """The shop's app, which speaks for its customers."""
    return person(book, f"app {next(_names)}", "care:read", "care:write")


def restricted(book: Book, staff: Caller, reason: str = "BEH-01") -> tuple[str, str]:
    """A line restricted by hand, and the restriction."""
    line_id = book.line()
    done = staff.post(f"/lines/{line_id}/restrictions", {"level": 4, "reason": reason})
    assert done.status == 201, done.body
    return line_id, done.body["id"]


def appealed(caller: Caller, about: str, text: str = "这笔消费是我本人买的。") -> str:
    """An appeal that was taken in."""
    answer = caller.post("/appeals", {"about": about, "text": text, "wants": "恢复使用"})
    assert (answer.status, answer.body["state"]) == (201, "received"), answer.body
    return str(answer.body["id"])


def take(book: Book, who: Caller, appeal_id: str) -> Answer:
    """Take the case an appeal lies in."""
    customer_id, number = appeal_id.split("_")[1:]
    found = book.database.read(
        lambda db: db.execute(
            "SELECT case_id FROM care.appeal WHERE customer_id = %s AND appeal_id = %s",
            (customer_id, number),
        ).fetchone()
    )
    assert found is not None
    return who.post(f"/reviews/cas_{customer_id}_{found[0]}/take", {})


OVERTURNED: dict[str, Any] = {
    "outcome": "overturned",
    "answer": "我们核实了这笔消费，限制已解除。抱歉给您带来不便。",
    "note": "the purchase is the person's own",
    "label": "false_positive",
}


def test_anna_restricts_li_lei_appeals_and_bo_overturns(book: Book) -> None:
    anna, bo, phone = reviewer(book, "Anna"), reviewer(book, "Bo"), app(book)
    line_id, restriction_id = restricted(book, anna)
    assert book.buy(line_id).body["status"] == "declined"

    appeal_id = appealed(phone, restriction_id)
    told = phone.get(f"/appeals/{appeal_id}").body
    assert (told["state"], told["about"], told["answer"]) == ("received", restriction_id, None)
    assert "已收到您的申诉" in told["notice"]["zh"]
    assert "received your appeal" in told["notice"]["en"]
    assert phone.post("/appeals", {"about": restriction_id, "text": "again"}).code == "conflict"

    # Anna took the decision: she is not given the case, cannot take it and cannot decide it, under any spelling.
    assert anna.post("/reviews/next", {"kinds": ["appeal"]}).body == {"case": None}
    for name in ("Anna", "ＡＮＮＡ", " anna ", "An\u200bna"):
        spelled = reviewer(book, name)
        assert take(book, spelled, appeal_id).code == "not_allowed"
        refused = spelled.post(f"/appeals/{appeal_id}/decide", OVERTURNED)
        assert (refused.status, refused.code) == (403, "not_allowed")
    assert phone.get(f"/appeals/{appeal_id}").body["state"] == "received"

    # Who does not hold the case does not decide it either.
    assert bo.post(f"/appeals/{appeal_id}/decide", OVERTURNED).code == "conflict"
    case = bo.post("/reviews/next", {"kinds": ["appeal"]}).body["case"]
    assert (case["kind"], case["state"], case["holder"]) == ("appeal", "taken", "bo")
    assert phone.get(f"/appeals/{appeal_id}").body["state"] == "in_review"
    seen = bo.get(f"/reviews/{case['id']}").body
    assert seen["evidence"][0]["evidence"]["appeal"]["text"] == "这笔消费是我本人买的。"
    assert seen["evidence"][0]["evidence"]["subject"]["restriction"]["state"] == "active"

    # Deciding is idempotent: the same key answers the same bytes and acts once.
    decided = bo.post(f"/appeals/{appeal_id}/decide", OVERTURNED, key=f"decide-{appeal_id}")
    again = bo.post(f"/appeals/{appeal_id}/decide", OVERTURNED, key=f"decide-{appeal_id}")
    assert (decided.status, decided.body["state"]) == (201, "decided"), decided.body
    assert again.raw == decided.raw
    assert bo.post(f"/appeals/{appeal_id}/decide", OVERTURNED).code == "conflict"

    told = phone.get(f"/appeals/{appeal_id}").body
    assert (told["outcome"], told["answer"]) == ("overturned", OVERTURNED["answer"])
    assert told["answer"] in told["notice"]["zh"]
    assert "had no part in the decision" in told["notice"]["en"]
    restriction = bo.get(f"/lines/{line_id}/restrictions").body["restrictions"][0]
    assert restriction["state"] == "lifted"
    assert book.buy(line_id).body["status"] == "authorized"
    after = bo.get(f"/reviews/{case['id']}").body
    assert after["evidence"] == seen["evidence"]
    assert (after["case"]["state"], after["case"]["label"]) == ("decided", "false_positive")
    assert [step["command"] for step in after["history"]] == ["open", "take", "decide"]
    kinds = book.database.read(
        lambda db: db.execute(
            "SELECT kind FROM care.notice WHERE customer_id = %s ORDER BY notice_id",
            (line_id.split("_")[1],),
        ).fetchall()
    )
    assert [kind for (kind,) in kinds] == [
        "suspended",
        "appeal_received",
        "restored",
        "appeal_decided",
    ]


def test_what_is_upheld_stays_and_another_person_hears_the_second_appeal(book: Book) -> None:
    anna, bo, cai = reviewer(book, "Anna"), reviewer(book, "Bo"), reviewer(book, "Cai")
    phone = app(book)
    line_id, restriction_id = restricted(book, anna)
    first = appealed(phone, restriction_id)
    assert take(book, bo, first).status == 201
    upheld = {"outcome": "upheld", "answer": "限制合理。", "note": "seen"}
    assert bo.post(f"/appeals/{first}/decide", upheld).body["state"] == "decided"
    assert bo.get(f"/lines/{line_id}/restrictions").body["restrictions"][0]["state"] == "active"

    second = appealed(phone, restriction_id)

    assert take(book, bo, second).code == "not_allowed"
    assert take(book, cai, second).status == 201
    assert cai.post(f"/appeals/{second}/decide", OVERTURNED).status == 201
    assert cai.get(f"/lines/{line_id}/restrictions").body["restrictions"][0]["state"] == "lifted"


def test_an_appeal_that_is_withdrawn_closes_its_case(book: Book) -> None:
    anna, bo, phone = reviewer(book, "Anna"), reviewer(book, "Bo"), app(book)
    _, restriction_id = restricted(book, anna)
    appeal_id = appealed(phone, restriction_id)
    case_id = take(book, bo, appeal_id).body["id"]

    assert bo.post(f"/reviews/{case_id}/withdraw", {"note": "moot"}).code == "conflict"
    assert phone.post(f"/appeals/{appeal_id}/withdraw", {}).body["state"] == "withdrawn"

    assert bo.get(f"/reviews/{case_id}").body["case"]["state"] == "withdrawn"
    assert phone.post(f"/appeals/{appeal_id}/withdraw", {}).code == "conflict"
    assert bo.post(f"/appeals/{appeal_id}/decide", OVERTURNED).code == "conflict"


def test_a_person_is_asked_for_only_where_a_machine_decided(book: Book) -> None:
    anna, bo, phone = reviewer(book, "Anna"), reviewer(book, "Bo"), app(book)
    line_id, restriction_id = restricted(book, anna)
    assert phone.post("/human-decisions", {"about": restriction_id}).code == "conflict"
    by_book = [line_id.split("_")[1], restriction_id.split("_")[2]]
    book.database.write(
        lambda db: db.execute(
            "UPDATE risk.restriction SET book = 'watch' WHERE customer_id = %s AND restriction_id = %s",
            by_book,
        )
    )

    asked = phone.post("/human-decisions", {"about": restriction_id})

    assert asked.status == 201, asked.body
    told = phone.get(f"/appeals/{asked.body['id']}").body
    assert (told["form"], told["text"]) == ("human_decision", "")
    assert "要求人工决定" in told["notice"]["zh"]
    case = take(book, bo, asked.body["id"]).body
    assert case["kind"] == "human_decision"
    assert bo.post(f"/appeals/{asked.body['id']}/decide", OVERTURNED).status == 201
    assert bo.get(f"/lines/{line_id}/restrictions").body["restrictions"][0]["state"] == "lifted"


def test_what_is_not_theirs_is_not_found_and_scopes_hold(book: Book) -> None:
    phone, bo = app(book), reviewer(book, "Bo")
    for about in ("res_999999_1", "app_1_999999", "lim_1_9", "dec_1_9", "fee_1_9", "rpt_1_9"):
        assert phone.post("/appeals", {"about": about, "text": "no"}).code == "not_found", about
    assert phone.post("/appeals", {"about": "pur_1_9", "text": "no"}).code == "invalid_input"
    assert phone.post("/appeals", {"about": "res_1_9", "text": " \n "}).code == "invalid_input"
    assert phone.post("/reviews/next", {}).code == "not_allowed"
    assert bo.post("/appeals", {"about": "res_1_9", "text": "no"}).code == "not_allowed"


def changed_limit(book: Book, staff: Caller, line_id: str, body: dict[str, Any]) -> str:
    """A change of a limit that holds, as the customer names it."""
    done = staff.post(f"/lines/{line_id}/limit", body)
    assert done.status == 201, done.body
    owner = line_id.split("_")[1]
    found = book.database.read(
        lambda db: db.execute(
            "SELECT max(change_id) FROM money.limit_change WHERE customer_id = %s", (owner,)
        ).fetchone()
    )
    assert found is not None
    return f"lim_{owner}_{found[0]}"


def test_an_order_of_a_court_is_not_ended_by_an_appeal(book: Book) -> None:
    anna, bo, phone = reviewer(book, "Anna"), reviewer(book, "Bo"), app(book)
    line_id, restriction_id = restricted(book, anna, "LEG-01")
    appeal_id = appealed(phone, restriction_id)
    assert take(book, bo, appeal_id).status == 201

    refused = bo.post(f"/appeals/{appeal_id}/decide", OVERTURNED)

    assert (refused.code, "authority" in refused.body["detail"]) == ("conflict", True)
    assert book.buy(line_id).body["status"] == "declined"
    upheld = OVERTURNED | {"outcome": "upheld", "label": "true_positive"}
    assert bo.post(f"/appeals/{appeal_id}/decide", upheld).body["state"] == "decided"
    assert book.buy(line_id).body["status"] == "declined"


def test_a_cut_that_is_overturned_is_taken_back_by_another_person(book: Book) -> None:
    phone, bo = app(book), reviewer(book, "Bo")
    anna = person(book, "Anna", "lines:write", "reviews:write")
    line_id = book.line()
    change = changed_limit(book, anna, line_id, {"fixed_limit_minor": 5_000, "reason": "LIM-01"})
    assert bo.get(f"/lines/{line_id}").body["fixed_limit_minor"] == 5_000
    appeal_id = appealed(phone, change)

    assert take(book, anna, appeal_id).code == "not_allowed", "Anna cut it"
    take(book, bo, appeal_id)
    assert bo.post(f"/appeals/{appeal_id}/decide", OVERTURNED).body["state"] == "decided"

    assert bo.get(f"/lines/{line_id}").body["fixed_limit_minor"] == 100_000
    (review,) = bo.get(f"/lines/{line_id}/limits").body["reviews"]
    assert (review["state"], review["trigger"], review["decision_id"]) == ("reversed", "hand", None)


def test_a_limit_that_was_moved_since_is_not_said_to_be_restored(book: Book) -> None:
    phone, bo = app(book), reviewer(book, "Bo")
    line_id = book.line()
    cut = {"fixed_limit_minor": 5_000, "reason": "LIM-01"}
    change = changed_limit(book, book.operator, line_id, cut)
    changed_limit(book, book.operator, line_id, {"fixed_limit_minor": 7_000})
    appeal_id = appealed(phone, change)
    take(book, bo, appeal_id)

    assert bo.post(f"/appeals/{appeal_id}/decide", OVERTURNED).code == "conflict"
    assert phone.get(f"/appeals/{appeal_id}").body["state"] == "in_review"

    partly = OVERTURNED | {"outcome": "partly"}
    assert bo.post(f"/appeals/{appeal_id}/decide", partly).body["state"] == "decided"


def one(book: Book, query: str, *params: Any) -> Any:
    """The first value of the first row."""
    row = book.database.read(lambda db: db.execute(query.encode(), params).fetchone())
    assert row is not None
    return row[0]


def test_a_refused_purchase_leaves_nothing_to_undo_and_teaches(book: Book) -> None:
    phone, bo = app(book), reviewer(book, "Bo")
    line_id = book.line(1_000)
    refused = book.buy(line_id, 500_000).body
    assert refused["status"] in {"declined", "referred"}
    owner, number = refused["purchase_id"].split("_")[1:]
    query = "SELECT count(*) FROM decisioning.decision WHERE customer_id = %s AND decision_id = %s"
    assert one(book, query, owner, number) == 1
    appeal_id = appealed(phone, f"dec_{owner}_{number}")
    case_id = take(book, bo, appeal_id).body["id"]

    unlabeled = {key: value for key, value in OVERTURNED.items() if key != "label"}
    assert bo.post(f"/appeals/{appeal_id}/decide", unlabeled).body["state"] == "decided"

    told = phone.get(f"/appeals/{appeal_id}").body
    assert "没有需要撤销的内容" in told["notice"]["zh"]
    assert "nothing to undo" in told["notice"]["en"]
    assert bo.get(f"/reviews/{case_id}").body["case"]["label"] == "false_positive"


def test_a_late_fee_that_is_overturned_is_taken_back(book: Book) -> None:
    phone, bo = app(book), reviewer(book, "Bo")
    line_id = book.line()
    bought = book.buy(line_id, 90_000)
    book.shop.post(f"/purchases/{bought.body['purchase_id']}/capture", {})
    for day in ("2026-02-06", "2026-02-08"):
        assert book.operator.post("/clock/advance", {"to": day}).status < 300
    owner = line_id.split("_")[1]
    query = (
        "SELECT min(movement_id) FROM money.movement WHERE kind = 'late_fee' AND customer_id = %s"
    )
    number = one(book, query, owner)
    owed = "SELECT sum(late_fee_minor)::bigint FROM money.installment WHERE customer_id = %s"
    before = one(book, owed, owner)
    appeal_id = appealed(phone, f"fee_{owner}_{number}")
    take(book, bo, appeal_id)

    assert bo.post(f"/appeals/{appeal_id}/decide", OVERTURNED).body["state"] == "decided"

    assert one(book, owed, owner) < before
    clerk = person(book, "Cai", "lines:write", "reviews:read")
    (waiver,) = clerk.get(f"/lines/{line_id}/late-fee-waivers").body["items"]
    assert (waiver["state"], waiver["asked_by"]) == ("done", "bo")
    asked = {"first_on": "2026-02-01", "last_on": "2026-02-08", "note": "all of it"}
    rest = clerk.post(f"/lines/{line_id}/late-fee-waivers", asked)
    assert (rest.status, rest.body["state"]) == (201, "done"), rest.body
    assert one(book, owed, owner) == 0
    assert clerk.post(f"/lines/{line_id}/late-fee-waivers", asked).code == "conflict"


def test_a_queue_is_listed_and_cases_go_round(book: Book) -> None:
    anna, bo, phone = reviewer(book, "Anna"), reviewer(book, "Bo"), app(book)
    _, restriction_id = restricted(book, anna)
    appeal_id = appealed(phone, restriction_id)
    case = take(book, bo, appeal_id).body
    path = f"/reviews/{case['id']}"

    listed = bo.get("/reviews", kind="appeal").body["items"]
    assert case["id"] in [one["id"] for one in listed]
    assert {one["kind"] for one in listed} == {"appeal"}
    assert bo.get("/reviews", overdue="true", kind="appeal").body["items"] == []
    assert bo.post(f"{path}/renew", {}).body["holder"] == "bo"
    assert anna.post(f"{path}/release", {"note": "mine"}).code == "not_allowed"
    assert bo.post(f"{path}/decide", {"outcome": "uphold", "note": "x"}).code == "conflict"
    assert bo.post(f"{path}/release", {"note": "for Cai"}).body["state"] == "open"
    assert bo.post(f"{path}/renew", {}).code == "conflict"
    assert [one["note"] for one in bo.get(path).body["history"]] == ["", "", "", "for Cai"]
    mine = phone.get(f"/customers/{case['customer_id']}/appeals").body["items"]
    assert [one["id"] for one in mine] == [appeal_id]
    assert bo.get("/reviews/cas_1_999999").code == "not_found"


def test_a_complaint_is_answered_and_counted(book: Book) -> None:
    phone, bo = app(book), reviewer(book, "Bo")
    line_id = book.line()
    customer_id = f"cus_{line_id.split('_')[1]}"
    asked = {
        "customer_id": customer_id,
        "cause": "slow_refund",
        "text": "退款两周了还没到账！\n订单 A-1001 🙁",
        "line_id": line_id,
        "channel": "phone",
    }
    made = phone.post("/complaints", asked)
    assert made.status == 201, made.body
    path = f"/complaints/{made.body['id']}"
    assert "已收到您的投诉" in phone.get(path).body["notice"]["zh"]
    answer = {
        "cause": "system_fault",
        "redress": "apology",
        "answer": "退款已于今日到账，我们为耽搁致歉。",
        "note": "stuck in a queue of ours",
    }
    assert bo.post(f"{path}/answer", answer).code == "conflict"
    taken = bo.post("/reviews/next", {"kinds": ["complaint"]}, key=f"next-{made.body['id']}")
    assert taken.body["case"]["customer_id"] == customer_id
    again = bo.post("/reviews/next", {"kinds": ["complaint"]}, key=f"next-{made.body['id']}")
    assert again.raw == taken.raw
    assert bo.post("/reviews/next", {"kinds": ["complaint"]}).body == {"case": None}

    assert bo.post(f"{path}/answer", answer).body["state"] == "answered"

    told = phone.get(path).body
    assert (told["answer"], told["redress"]) == (answer["answer"], "apology")
    assert told["answer"] in told["notice"]["en"]
    assert phone.post(f"{path}/withdraw", {}).code == "conflict"
    counts = bo.get("/complaints", from_on="2026-01-01", to_on="2027-01-01").body["items"]
    assert {row["cause"]: row["complaints"] for row in counts} == {"system_fault": 1}
    stranger = asked | {"customer_id": "cus_987654321", "line_id": None}
    assert phone.post("/complaints", stranger).code == "not_found"
    assert phone.post("/complaints", asked | {"customer_id": "cus_1_"}).code == "invalid_input"
