"""Over HTTP and at the console somebody watches the book roll from month end to month end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.api.conftest import Answer, Book, served
from typer.testing import CliRunner

from whiteslip.cli.main import app
from whiteslip.infra.settings import load


@pytest.fixture(scope="module")
def book(module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """One server for all."""
    home = tmp_path_factory.mktemp("home")
    with served(load(dsn=module_dsn, home=home, sandbox=True)) as running:
        yield running


def seen(book: Book, *words: str) -> str:
    result = CliRunner().invoke(app, ["portfolio", *words, "--dsn", book.database.dsn])
    assert result.exit_code == 0, (result.output, result.exception)
    return " ".join(result.output.split())


def pairs(answer: Answer) -> dict[tuple[str, str], float]:
    return {(rate["before"], rate["after"]): rate["share"] for rate in answer.body["rates"]}


def test_a_line_rolls_and_another_pays(book: Book, tmp_path: Path) -> None:
    watcher = book.caller("reviews:read")
    assert watcher.get("/portfolio/rolls").body["rates"] == []
    assert watcher.get("/portfolio/vintages").body == {"until": None, "vintages": []}
    assert "before two month ends" in seen(book, "rolls")
    assert "No month end is closed yet." in seen(book, "vintages")
    assert watcher.get("/portfolio/losses").body["scenarios"] == []
    assert "No month end is closed yet." in seen(book, "losses")
    assert book.caller("lines:read").get("/portfolio/rolls").code == "not_allowed"

    late, prompt = book.line(), book.line()
    for line_id in (late, prompt):
        bought = book.buy(line_id, 50_000, is_verified=True).body
        assert (
            book.shop.post(f"/purchases/{bought['purchase_id']}/capture", {"final": True}).status
            == 201
        )
    book.operator.post("/clock/advance", {"to": "2026-02-02"})
    paid = {"line_id": prompt, "amount_minor": 50_000, "method": "bank"}
    assert book.operator.post("/repayments", paid).status == 201
    book.operator.post("/clock/advance", {"to": "2026-03-16"})
    told = {"of_on": "2026-02-28", "value": "5.2", "learned_on": "2026-03-16", "source": "NBS"}
    assert book.operator.post("/macro/unemployment_rate", told).status == 201
    assert book.operator.post("/clock/advance", {"to": "2026-04-01"}).status == 200

    february = watcher.get("/portfolio/rolls", until="2026-02-28")
    assert pairs(february) == {("current", "nothing-owed"): 0.5, ("current", "1-30"): 0.5}
    both = watcher.get("/portfolio/rolls", months=2)
    assert pairs(both)["1-30", "31-60"] == 1.0
    (there,) = (flow for flow in both.body["flows"] if flow["bucket"] == "31-60")
    assert (there["opening"], there["came"], there["closing"]) == (0, 1, 1)

    over_30, *_ = watcher.get("/portfolio/vintages").body["vintages"]
    assert (over_30["opened_in"], over_30["over_days"]) == ("2026-01-01", 30)
    assert [point["share"] for point in over_30["points"]] == [0.0, 0.0, 0.5]

    classed = watcher.get("/portfolio/classes").body
    assert [(each["name"], each["lines"]) for each in classed["classes"]] == [
        ("special-mention", 1)
    ]
    assert (classed["cells"][0]["stage"], classed["cells"][0]["stage_why"]) == (2, "days")
    assert classed["stages"][0]["served_chance"] is None
    assert "special-mention" in seen(book, "classes")
    assert json.loads(seen(book, "classes", "--json"))["until"] == "2026-03-31"

    lost = watcher.get("/portfolio/losses").body
    assert lost["economy"]["unknown"] == "", lost["economy"]
    by_name = {one["scenario"]: one for one in lost["scenarios"]}
    base, downturn, economy = (by_name[name] for name in ("base", "downturn", "economy"))
    assert lost["economy"]["series"] == "unemployment_rate"
    assert (lost["economy"]["unknown"], economy["total"]) == ("", base["total"]), "as it was"
    assert (lost["until"], base["stages"][0]["name"]) == ("2026-03-31", "stage 2")
    assert 0 < base["total"]["loss_minor"] < downturn["total"]["loss_minor"]
    assert base["total"]["loss_minor"] == sum(cell["loss_minor"] for cell in base["cells"])

    assert "downturn" in seen(book, "losses")
    assert json.loads(seen(book, "losses", "--json"))["scenarios"][0]["total"] == base["total"]
    assert "31-60" in seen(book, "rolls")
    assert "3 month ends were counted again, 0 sums differ." in seen(book, "recount")
    one_product = watcher.get("/portfolio/rolls", months=2, product="pay-later")
    assert one_product.body == both.body
    assert watcher.get("/portfolio/vintages", product="gold").code == "not_found"
    assert "MOB 2" in seen(book, "vintages")
    told = json.loads(seen(book, "rolls", "--months", "2", "--json"))
    assert told["flows"][3]["standing"] == "31-60"

    stopped = watcher.get("/portfolio/effect", policy="reason:DLQ-01").body["effect"]
    people = {figure["name"]: figure["value"] for figure in stopped["people"]}
    assert people["people stopped"] == people["still stopped"] == 1
    assert {figure["basis"] for figure in stopped["platform"]} == {"measured", "expected"}
    beside = watcher.get("/portfolio/effect", policy="reason:DLQ-01", against="reason:POL-01").body
    assert beside["difference"][0]["value"] == 1
    assert watcher.get("/portfolio/effect", policy="campaign:7").code == "not_found"
    assert watcher.get("/portfolio/effect", policy="everything").status == 422
    assert "lines stopped" in seen(book, "effect", "reason:DLQ-01", "--against", "reason:POL-01")
    told = json.loads(seen(book, "effect", "reason:DLQ-01", "--json"))
    assert told["effect"]["people"] == stopped["people"]

    for words in (["rolls"], ["vintages"], ["classes"], ["losses"], ["effect", "reason:DLQ-01"]):
        seen(book, *words, "--html", str(tmp_path / "page.html"), "--language", "zh")
        assert "组合" in (tmp_path / "page.html").read_text("utf-8")

    future = watcher.get("/portfolio/vintages", until="2027-01-31")
    assert future.code == "not_found"
    assert "the last is 2026-03-31" in future.body["detail"]
