"""What a book teaches comes back to it: sample, fit, release, nightly scores, and a refusal that can be explained."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from tests.builders import done, noon

from whiteslip.cli.main import app
from whiteslip.decisioning.features.store import declarations
from whiteslip.flows.checkout import PurchaseRequest, checkout
from whiteslip.infra import business_day
from whiteslip.infra.database import Database
from whiteslip.kernel import ids
from whiteslip.money.purchases.model import Declined
from whiteslip.world.simulate import simulate

PEOPLE, DAYS, BEGAN = 240, 170, date(2026, 1, 1)
AS_OF = ("2026-04-05", "2026-05-01")
SHOP = 1


class Desk:
    """Types commands against one book and keeps what they said."""

    def __init__(self, dsn: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.dsn = dsn
        self.complained = ""
        self._capsys = capsys

    def types(self, *words: object, ends: int = 0) -> str:
        """Run a command of the book; returns what it printed."""
        return self.runs(*words, "--dsn", self.dsn, ends=ends)

    def runs(self, *words: object, ends: int = 0) -> str:
        """Run a command."""
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            app([str(word) for word in words])
        told = self._capsys.readouterr()
        assert int(ended.value.code or 0) == ends, told
        self.complained = told.err
        return told.out


@pytest.fixture
def desk(dsn: str, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(dsn, capsys)


def riskiest(database: Database) -> list[tuple[int, int]]:
    """Lines with room even where they are restricted, by what the latest score says of them."""
    query = b"""
        SELECT line.customer_id, line.line_id FROM decisioning.score
        JOIN money.line USING (customer_id, line_id)
        WHERE score.probability >= 0.35 AND line.restriction_level < 4
            AND line.fixed_limit_minor / 2 - line.principal_minor - line.held_minor >= 30000
        ORDER BY score.probability DESC
    """
    rows = database.read(lambda db: db.execute(query).fetchall())
    return [(customer_id, line_id) for customer_id, line_id in rows]


def refused(database: Database) -> Declined:
    """Let risky people buy until one is refused."""
    today = database.read(business_day.read).current_on
    for customer_id, line_id in riskiest(database):
        asked = PurchaseRequest(customer_id, line_id, SHOP, 25_000, 0, "order", is_verified=True)
        answers = database.write(lambda db, asked=asked: checkout(db, [asked], at=noon(today)))
        if isinstance(answer := done(answers[0]), Declined):
            return answer
    raise AssertionError("nobody was refused")


@pytest.mark.slow
def test_a_book_learns_from_itself_and_can_say_why(
    desk: Desk, database: Database, tmp_path: Path
) -> None:
    simulate(database, shoppers=PEOPLE, days=DAYS, seed=1, start=BEGAN)
    table, schema = tmp_path / "book.csv", tmp_path / "book.schema.toml"
    days = [word for day in AS_OF for word in ("--as-of", day)]
    bad = ("--bad-days", 10, "--within-days", 45)

    told = json.loads(desk.types("model", "sample", *days, *bad, "--out", table, "--json"))
    assert told["rows"] > 300
    assert told["bads"] > 20
    header = table.read_text("utf-8").splitlines()[0].replace('"', "").split(",")
    assert header == ["id", "as_of", *declarations().features, "is_bad"]
    as_parquet = tmp_path / "book.parquet"
    assert "rows" in desk.types("model", "sample", *days, *bad, "--out", as_parquet)

    fit = ("model", "fit", "--out", tmp_path / "out", "--folds", 3, "--json")
    plain = json.loads(desk.runs(*fit, table, "--target", "is_bad"))
    assert plain["columns"]["id"]["fate"] == "numbers the rows"
    assert plain["columns"]["as_of"]["fate"] == "date"
    parquet = json.loads(desk.runs(*fit, as_parquet, "--schema", schema, "--name", "behavior"))
    fitted = json.loads(desk.runs(*fit, table, "--schema", schema, "--name", "behavior"))
    assert fitted["models"] == parquet["models"]
    assert fitted["models"]["scorecard"]["auc"] > 0.6
    used = {name for name, each in fitted["columns"].items() if each["fate"] == "used"}
    assert used <= set(declarations().features)

    assert "behavior" not in desk.types("end-of-day")
    assert "scored" not in desk.complained
    desk.types("model", "run", "behavior", ends=1)
    assert "nothing was scored: no model 'behavior' is live" in desk.complained
    desk.types("model", "publish", tmp_path / "out" / "model.json", "--by", "ann")
    desk.types("model", "approve", "behavior", 1, "--by", "bob")
    desk.types("model", "release", "behavior", 1, "--by", "bob")
    closed_on = database.read(business_day.read).current_on
    scored = f"{PEOPLE} lines scored by behavior 1 as of {closed_on}"
    assert scored in desk.types("end-of-day")
    assert scored in desk.types("model", "run", "behavior")

    answer = refused(database)
    variables = json.loads((tmp_path / "out" / "model.json").read_text("utf-8"))["learned"][0]
    told_of = {each.get("reason") for each in json.loads(variables["body"])["variables"]}
    assert {str(reason.code) for reason in answer.reasons} <= told_of | {"SYS-02"}
    purchase = ids.write("pur", answer.customer_id, answer.purchase_id)
    explained = desk.types("explain", "decision", purchase)
    assert "score behavior 1" in explained
    assert "AGREES" in explained


def test_a_night_whose_scores_fail_is_closed_and_says_so(desk: Desk, database: Database) -> None:
    simulate(database, shoppers=3, days=2, seed=1, start=BEGAN)
    database.write(
        lambda db: db.execute(
            "INSERT INTO decisioning.model (name, version, kind, body, checksum, status, fitted_on,"
            " figures, drafted_by, drafted_at, approved_by, approved_at) VALUES ('behavior', 1,"
            " 'scorecard', '{}', repeat('0', 64), 'live', '2026-01-01', '{}', 'ann', '2026-01-01',"
            " 'bob', '2026-01-01')"
        )
    )
    before = database.read(business_day.read).current_on

    desk.types("end-of-day", "--json")

    assert "not scored: model behavior 1 is not as it was registered" in desk.complained
    assert database.read(business_day.read).current_on > before
