"""Over HTTP a lender says how much risk it bears, a run goes beyond it, and two people let it pass with a reason."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from tests.api.conftest import AT, Book, Caller, served
from tests.risk.appetite.words import body
from typer.testing import CliRunner

from whiteslip.cli.main import app
from whiteslip.infra import keys
from whiteslip.infra.settings import load


@pytest.fixture(scope="module")
def book(module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    home = tmp_path_factory.mktemp("home")
    with served(load(dsn=module_dsn, home=home, sandbox=True)) as running:
        yield running


def person(book: Book, name: str) -> Caller:
    """Somebody of the staff with a key of their own."""
    scopes = ["restrictions:write", "reviews:read"]
    key = book.database.write(
        lambda db: keys.issue(
            db, label=name, merchant_id=None, scopes=scopes, at=AT, pepper=book.pepper
        )
    )
    caller = Caller(book.url, key)
    book.callers.enter_context(caller.http)
    return caller


def seen(book: Book, *words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["appetite", *words, "--dsn", book.database.dsn])
    assert result.exit_code == code, (result.output, result.exception)
    return " ".join(result.output.split())


def test_a_run_beyond_what_the_lender_bears_waits_for_two_people_and_a_reason(book: Book) -> None:
    ann, bo = person(book, "Ann"), person(book, "Bo")
    assert ann.get("/appetite").body["version"] is None
    assert "no appetite is in force" in seen(book, "check", code=1)
    assert "No appetite is in force" in seen(book, "show")
    assert book.caller("lines:read").get("/appetite").code == "not_allowed"

    # Ann writes it, and cannot bring it into force herself.
    text = {"body": body(suspended_a_day=500_000, suspended=900_000), "note": "agreed"}
    assert ann.post("/appetite/versions", text).body == {"version": 1, "state": "drafted"}
    assert ann.post("/appetite/versions", text).code == "conflict"
    wrong = text | {"body": text["body"].replace("most_ppm = 500_000", "most_ppm = 1.5")}
    refused = ann.post("/appetite/versions", wrong)
    assert refused.code in {"invalid_input", "conflict"}
    why = {"note": "the board agreed on 3 January"}
    assert ann.post("/appetite/versions/1/publish", why).code == "conflict"
    assert bo.post("/appetite/versions/1/publish", why).body["state"] == "in_force"
    shown = ann.get("/appetite").body
    assert (shown["version"], len(shown["limits"])) == (1, 9)

    # Twelve of sixteen people stop paying.
    held = [book.line(statement_day=5) for _ in range(16)]
    for line in held:
        bought = book.buy(line, 50_000, is_verified=True).body
        captured = book.shop.post(f"/purchases/{bought['purchase_id']}/capture", {"final": True})
        assert captured.status == 201
    for line in held[12:]:
        paid = {"line_id": line, "amount_minor": 50_000, "method": "bank"}
        assert book.operator.post("/repayments", paid).status == 201
    book.operator.post("/clock/advance", {"to": "2026-03-07"})
    runs = [
        one for one in ann.get("/appetite").body["checked"] if one["subject"].startswith("run:")
    ]
    beyond = next(one for one in runs if any(each["refuses"] for each in one["findings"]))
    finding = next(each for each in beyond["findings"] if each["refuses"])
    assert (finding["measure"], finding["held"]) == ("suspended_a_day", "beyond")
    assert (finding["value_ppm"], finding["limit_ppm"]) == (750_000, 500_000)
    assert "suspended_a_day" in seen(book, "check", code=1)

    # The desk cannot release it; the answer names the limit and both figures.
    _, name, version, on = beyond["subject"].split(":")
    release = f"/runs/{name}/{version}/{on}/release"
    answer = ann.post(release, {"note": "seen"})
    assert answer.code == "conflict"
    assert "suspended_a_day is 75 %, most 50 % is allowed" in answer.body["detail"]

    asked = {
        "book": name,
        "version": int(version),
        "on": on,
        "measure": "suspended_a_day",
        "note": "one firm closed and its people are called",
    }
    assert ann.post("/appetite/passes", asked).body["missing"] == 1
    assert ann.post("/appetite/passes", asked).code == "conflict"
    assert bo.post("/appetite/passes", asked).body == {
        "subject": beyond["subject"],
        "measure": "suspended_a_day",
        "value_ppm": 750_000,
        "limit_ppm": 500_000,
        "missing": 0,
    }
    assert ann.post(release, {"note": "seen"}).body["missing"] == 1
    assert bo.post(release, {"note": "seen"}).body["moved"] >= 12

    told = json.loads(seen(book, "check", "--json", code=1))
    suspended = next(each for each in told[0]["findings"] if each["measure"] == "suspended")
    assert (suspended["held"], suspended["value_ppm"]) == ("within", 750_000)
    assert "version 1: in_force, drafted by ann" in seen(book, "show")


def test_the_console_leads_a_version_and_passes_a_limit(book: Book) -> None:
    assert "appetite publish" in seen(book, "draft", str(_file(book)), "--by", "cy")
    assert "is in force" in seen(book, "publish", "2", "--by", "dee", "--note", "less")
    told = seen(book, "check", "--draft", "watch", "--version", "1")
    assert "unknown: no_backtest" in told
    run = seen(book, "check", "--run", "watch", "--version", "1", "--on", "2026-03-06", "--json")
    assert json.loads(run)[0]["appetite"] == 2


def _file(book: Book) -> str:
    from pathlib import Path
    from tempfile import mkdtemp

    path = Path(mkdtemp()) / "appetite.toml"
    path.write_text(body(2, suspended=900_000), "utf-8")
    return str(path)
