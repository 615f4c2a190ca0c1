"""People apply for a line over HTTP, and the bureau, a process of its own, has good days and bad ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from time import monotonic, sleep
from typing import Any

import pytest
from tests.api.conftest import served
from tests.credit.applications.people import application
from tests.credit.applications.worlds import World
from tests.gateways.bureau.processes import bureau_process

from whiteslip.gateways.bureau.people import Behavior
from whiteslip.infra.settings import load


@pytest.fixture(scope="module")
def world(module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One server for all, whose own desk asks the bureau by the machine's clock."""
    home = tmp_path_factory.mktemp("home")
    with bureau_process() as bureau:
        settings = load(dsn=module_dsn, home=home, sandbox=True, bureau_url=bureau.url)
        with served(settings) as book:
            yield World(book, bureau, lambda: datetime.now(UTC))


def test_li_lei_applies_is_approved_and_buys(world: World) -> None:
    found = world.outcome(asked := world.apply())

    assert (found["status"], found["limit_minor"], found["reasons"]) == ("approved", 500_000, [])
    assert "已通过" in found["notice"]["zh"]
    assert "approved" in found["notice"]["en"]
    line = world.shop.get(f"/lines/{found['line_id']}").body
    assert (line["fixed_limit_minor"], line["status"]) == (500_000, "open")
    assert world.book.buy(found["line_id"], 12_900).body["status"] == "authorized"
    assert world.steps(asked) == ["received", "inquiring", "approved"]
    world.and_nothing_is_odd()

    # What was decided on is kept: facts, score, report, outside facts; of his number only the hash.
    book, outcome, scores = world.decided(asked, "book, outcome, scores")
    assert (book, outcome, scores[0][0]) == ("application", 0, "application")
    assert world.own(asked, "SELECT fault, is_confirmed FROM credit.bureau_report") == [
        (None, True)
    ]
    facts = world.own(asked, "SELECT name FROM decisioning.outside_fact")
    assert len(facts) >= 5


def test_whoever_asks_for_too_much_is_offered_less(world: World) -> None:
    found = world.outcome(world.apply(requested_limit_minor=2_000_000))

    assert found["status"] == "approved"
    assert found["limit_minor"] == 1_000_000  # the first rung of the ladder


def test_arrears_elsewhere_decline_with_the_reason_in_words(world: World) -> None:
    found = world.outcome(asked := world.apply(Behavior.ARREARS))

    assert world.own(asked, "SELECT 1 FROM money.line") == []
    assert (found["status"], found["line_id"], found["limit_minor"]) == ("declined", None, None)
    first = found["reasons"][0]
    assert first["code"] == "EXT-01"
    assert "逾期" in first["says"]["zh"]
    assert first["says"]["zh"] in found["notice"]["zh"]
    assert "SYS-02" not in {reason["code"] for reason in found["reasons"]}
    world.and_nothing_is_odd()


@pytest.mark.parametrize(
    ("behavior", "status", "codes"),
    [
        (Behavior.PLATFORMS, "declined", {"EXT-02", "EXT-03"}),
        (Behavior.ENQUIRIES, "approved", set[str]()),
        (Behavior.WRONG_PERSON, "referred", {"KYC-01"}),
        (Behavior.MISMATCH, "referred", {"KYC-01"}),
        (Behavior.THIN, "approved", set[str]()),
        (Behavior.NO_HIT, "approved", set[str]()),
    ],
)
def test_what_the_file_says_decides(
    world: World, behavior: Behavior, status: str, codes: set[str]
) -> None:
    found = world.outcome(world.apply(behavior))

    assert (found["status"], found["line_id"] is not None) == (status, status == "approved")
    assert codes <= {reason["code"] for reason in found["reasons"]}
    if status == "approved":
        assert found["limit_minor"] == 100_000, "doubt remains: a starter limit"
    world.and_nothing_is_odd()


def test_a_wrong_persons_file_leaves_nothing_behind(world: World) -> None:
    world.outcome(asked := world.apply(Behavior.WRONG_PERSON))

    assert world.own(asked, "SELECT 1 FROM decisioning.outside_fact") == []
    kept = world.own(asked, "SELECT accounts, balance_minor FROM credit.bureau_report")
    assert kept == [(None, None)]


@pytest.mark.parametrize("behavior", [Behavior.SLOW, Behavior.LATE, Behavior.LOST])
def test_a_bureau_that_takes_its_time_is_waited_for(world: World, behavior: Behavior) -> None:
    found = world.outcome(asked := world.apply(behavior))

    assert found["status"] == "approved"
    traces = world.bureau.seen()["enquiries"]
    ((hashed,),) = world.own(asked, "SELECT encode(id_hash, 'hex') FROM credit.application")
    assert traces[hashed] == 1, "one trace in the file, however often it was asked"
    assert len(world.own(asked, "SELECT 1 FROM credit.bureau_report")) == 1
    world.and_nothing_is_odd()


def test_down_then_up_is_waited_for(world: World) -> None:
    world.bureau.control(down=True)
    try:
        asked = world.apply()
        until = monotonic() + 10
        while world.own(asked, "SELECT tries FROM credit.bureau_inquiry") != [(1,)]:
            assert monotonic() < until
            sleep(0.05)
        assert world.show(asked)["status"] == "inquiring"
    finally:
        world.bureau.control(down=False)

    assert world.outcome(asked)["status"] == "approved"
    world.and_nothing_is_odd()


def test_the_same_key_applies_once_and_another_key_cannot_apply_twice(world: World) -> None:
    body = application(world.now(), Behavior.SLOW)

    first = world.shop.post("/applications", body, key="once")
    again = world.shop.post("/applications", body, key="once")
    other = world.shop.post("/applications", body, key="twice")

    assert (first.status, again.raw) == (202, first.raw)
    assert (other.status, other.code) == (409, "conflict")
    world.outcome(first.body["application_id"])
    after = world.shop.post("/applications", body, key="thrice")
    assert (after.status, "a line already" in after.body["detail"]) == (409, True)
    reference = body["reference"]
    joined = world.rows("SELECT 1 FROM credit.customer WHERE reference = %s", reference)
    assert len(joined) == 1
    assert len(world.own(first.body["application_id"], "SELECT 1 FROM credit.application")) == 1


def test_who_was_declined_may_apply_again_and_stays_the_same_customer(world: World) -> None:
    body = application(world.now(), Behavior.ARREARS)
    first = world.shop.post("/applications", body).body
    world.outcome(first["application_id"])

    second = world.shop.post("/applications", body).body

    assert second["customer_id"] == first["customer_id"]
    assert second["application_id"] != first["application_id"]
    assert world.outcome(second["application_id"])["status"] == "declined"
    world.and_nothing_is_odd()


def test_a_refused_automated_decision_is_taken_by_a_person_another_one(world: World) -> None:
    asked = world.apply(automate=False)
    found = world.outcome(asked)

    assert (found["status"], found["reasons"], found["line_id"]) == ("referred", [], None)
    assert "人工" in found["notice"]["zh"]
    approve = {"limit_minor": 300_000}
    mine = world.shop.post(f"/applications/{asked}/review", approve)
    assert (mine.status, mine.code) == (403, "not_allowed")
    clerk = world.book.caller("applications:read")
    assert clerk.post(f"/applications/{asked}/review", approve).code == "not_allowed"

    reviewer = world.book.caller("applications:review")
    too_much = reviewer.post(f"/applications/{asked}/review", {"limit_minor": 500_001})
    assert (too_much.status, too_much.body["where"]) == (422, "limit_minor")
    done = reviewer.post(f"/applications/{asked}/review", approve)
    assert (done.status, done.body["status"], done.body["limit_minor"]) == (
        201,
        "approved",
        300_000,
    )
    assert world.show(asked)["line_id"] == done.body["line_id"]
    assert reviewer.post(f"/applications/{asked}/review", approve).code == "conflict"
    assert world.steps(asked) == ["received", "inquiring", "referred", "approved"]
    world.and_nothing_is_odd()


def test_an_unfavorable_automated_decision_is_not_taken_against_their_will(world: World) -> None:
    asked = world.apply(Behavior.ARREARS, automate=False)

    assert world.outcome(asked)["status"] == "referred"
    reviewer = world.book.caller("applications:review")
    nothing = reviewer.post(f"/applications/{asked}/review", {})
    assert (nothing.status, nothing.body["where"]) == (422, "reasons")
    done = reviewer.post(f"/applications/{asked}/review", {"reasons": ["EXT-01", "CAP-04"]})
    assert done.body["status"] == "declined"
    codes = [reason["code"] for reason in world.show(asked)["reasons"]]
    assert codes == ["EXT-01", "CAP-04"]
    world.and_nothing_is_odd()


def test_without_consent_nobody_is_asked_and_the_way_out_is_said(world: World) -> None:
    before = world.bureau.seen()["tries"]
    found = world.outcome(asked := world.apply(inquire=False))

    assert found["status"] == "declined"
    assert [reason["code"] for reason in found["reasons"]] == ["CON-01"]
    assert world.steps(asked) == ["received", "declined"]
    assert world.bureau.seen()["tries"] == before
    assert world.own(asked, "SELECT 1 FROM credit.bureau_inquiry") == []


def test_what_cannot_be_right_is_said_where(world: World) -> None:
    good = application(world.now())
    wrong: list[tuple[dict[str, Any], str]] = [
        (
            {"identity": {**good["identity"], "id_number": "110101199003079000"}},
            "identity.id_number",
        ),
        ({"identity": {**good["identity"], "birth_on": "1990-03-08"}}, "identity.id_number"),
        ({"requested_limit_minor": 49_999}, "requested_limit_minor"),
        ({"requested_limit_minor": 20_000_001}, "requested_limit_minor"),
        ({"consents": good["consents"][:1] * 2}, "consents"),
        (
            {"consents": [{**one, "said_at": "2020-01-01T00:00:00Z"} for one in good["consents"]]},
            "consents",
        ),
        ({"monthly_income_minor": -1}, "monthly_income_minor"),
    ]
    for changed, where in wrong:
        answer = world.shop.post("/applications", {**good, **changed})
        assert (answer.status, answer.body["where"]) == (422, where), answer.body
        assert good["identity"]["id_number"] not in answer.raw.decode()
    reference = good["reference"]
    assert world.rows("SELECT 1 FROM credit.customer WHERE reference = %s", reference) == []
    assert world.shop.post("/applications", {**good, "product": "gold"}).status == 404
    nobody = world.book.caller("customers:write")
    assert nobody.post("/applications", good).code == "not_allowed"
    assert world.shop.get("/applications/app_1_999999").status == 404


def test_the_identity_number_is_stored_nowhere(world: World) -> None:
    body = application(world.now())
    number = body["identity"]["id_number"]
    asked = world.shop.post("/applications", body).body["application_id"]
    world.outcome(asked)
    tables = world.rows(
        "SELECT schemaname || '.' || tablename FROM pg_tables"
        " WHERE schemaname IN ('infra', 'money', 'decisioning', 'credit', 'risk', 'care')"
    )
    for (table,) in tables:
        held = world.rows(
            f"SELECT 1 FROM {table} AS t WHERE t::text LIKE '%%' || %s::text || '%%'", number
        )
        assert held == [], table
