"""A decision is shown in words and run again; what was changed since, in the record or the rules, is found."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import pytest
from tests.builders import founded
from tests.decisioning.scorecards.random_cards import random_card, random_value
from tests.views.test_backtest import book
from typer.testing import CliRunner

from whiteslip.cli.explain import commands
from whiteslip.decisioning.decisions.model import Decision, ScoreSeen
from whiteslip.decisioning.decisions.store import record
from whiteslip.decisioning.models import store as models
from whiteslip.decisioning.rulebooks.analysis import accept
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.rules import judge
from whiteslip.decisioning.rulebooks.store import publish, shipped
from whiteslip.decisioning.scorecards.rules import score
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import NotFound
from whiteslip.kernel.ids import OwnedId
from whiteslip.kernel.reason import ReasonCode
from whiteslip.views.backtest import of_decisions
from whiteslip.views.decisions import DecisionView, explain, read_id
from whiteslip.views.endings import Ending

AT = datetime(2026, 9, 1, 12, tzinfo=UTC)
ON = date(2026, 9, 1)
ONE = OwnedId(7, 42)
BODY = """
name = "trial"
version = 3
kind = "watch"
description = ""
default = "clear"
[inputs]
days_past_due = { type = "int" }
utilization = { type = "ratio" }
is_on_plan = { type = "bool" }
[[rule]]
id = "overdue"
when = "days_past_due >= 30"
outcome = "suspend"
reasons = ["DLQ-01"]
why = "A second due is missed."
[[rule]]
id = "full"
when = "utilization > 0.9"
outcome = "watch"
reasons = ["CAP-02"]
[[rule]]
id = "plan"
when = "is_on_plan"
outcome = "watch"
reasons = ["DLQ-04"]
unknown = "no_match"
"""
FACTS = (45, None, False)


def trial() -> RuleBook:
    return accept(BODY, file="trial.toml", explained=tuple(ReasonCode))


def taken(**changed: Any) -> Decision:
    by = trial()
    names = [source.name for source in by.inputs]
    verdict = judge(by, dict(zip(names, FACTS, strict=True)))
    decision = Decision(
        customer_id=ONE.customer_id,
        decision_id=ONE.number,
        book=by.name,
        book_version=by.version,
        outcome=verdict.outcome,
        fired=verdict.fired,
        unknown=verdict.unknown,
        facts=FACTS,
        reasons=verdict.reasons,
        scores=(),
        decided_on=ON,
        decided_at=AT,
    )
    return decision._replace(**changed)


def shown(db: Connection, **changed: Any) -> DecisionView:
    publish(db, trial(), at=AT)
    record(db, [taken(**changed)])
    return explain(db, ONE)


def test_a_decision_is_shown_with_its_facts_rules_and_words(db: Connection) -> None:
    view = shown(db)

    assert view.agrees
    assert [(fact.name, fact.value) for fact in view.facts] == [
        ("days_past_due", 45),
        ("utilization", None),
        ("is_on_plan", False),
    ]
    assert [(rule.rule, rule.state) for rule in view.rules] == [
        ("overdue", "fired"),
        ("full", "unknown"),
    ]
    assert view.rules[0].when == "days_past_due >= 30"
    assert [text.code for text in view.reasons] == [ReasonCode.OVERDUE, ReasonCode.DATA_MISSING]
    assert "45" in view.reasons[0].says.zh
    assert "45" in view.reasons[0].says.en


def test_it_is_run_again_by_the_version_that_took_it(db: Connection) -> None:
    publish(db, trial(), at=AT)
    record(db, [taken()])
    newer = BODY.replace("version = 3", "version = 4").replace(">= 30", ">= 60")
    publish(db, accept(newer, file="newer.toml", explained=tuple(ReasonCode)), at=AT)

    assert explain(db, ONE).agrees


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"outcome": 1}, "the outcome was watch, and now suspend"),
        ({"facts": (3, None, False)}, "the outcome was suspend, and now review"),
        ({"facts": (45, 0.2, False)}, "unknown were full, and now none"),
        ({"fired": 5}, "fired were overdue, plan, and now overdue"),
        ({"fired": 1 << 40 | 1}, "fired were overdue, bit 40, and now overdue"),
        ({"unknown": 0}, "unknown were none, and now full"),
        ({"reasons": (ReasonCode.OVERDUE,)}, "the reasons were DLQ-01, and now DLQ-01 SYS-02"),
        ({"facts": (45, None)}, "it cannot be run again"),
        ({"facts": ("45", None, False)}, "it cannot be run again: input 'days_past_due' is int"),
    ],
)
def test_what_does_not_come_out_the_same_is_said(
    db: Connection, changed: dict[str, Any], said: str
) -> None:
    view = shown(db, **changed)

    assert not view.agrees
    assert any(said in each for each in view.disagreements), view.disagreements


def test_ids_of_what_it_was_about_are_understood(db: Connection) -> None:
    assert read_id("dec_7_42") == read_id("pur_7_42") == read_id("app_7_42") == ONE
    for text in ("cus_7", "7_42", "dec_7"):
        with pytest.raises(NotFound, match="dec_"):
            read_id(text)
    with pytest.raises(NotFound, match="no decision dec_7_42"):
        explain(db, ONE)


@pytest.fixture
def kept(dsn: str) -> str:
    def keep(db: Connection) -> None:
        publish(db, trial(), at=AT)
        wrong = taken(decision_id=43, fired=0)
        record(db, [taken(), wrong])

    with Database(dsn, max_size=1) as database:
        database.write(keep)
    return dsn


def test_the_command_agrees_or_ends_with_1(kept: str) -> None:
    right = CliRunner().invoke(commands, ["decision", "dec_7_42", "--dsn", kept])
    wrong = CliRunner().invoke(commands, ["decision", "dec_7_43", "--dsn", kept])
    told = CliRunner().invoke(commands, ["decision", "dec_7_43", "--dsn", kept, "--json"])

    assert right.exit_code == 0
    for part in (
        "suspend by trial 3",
        "missing",
        "overdue fired",
        "full could not be known",
        "AGREES",
    ):
        assert part in right.stdout
    assert "A second due is missed." in right.stdout
    assert (wrong.exit_code, told.exit_code) == (1, 1)
    assert "DISAGREES: fired were none, and now overdue" in wrong.stdout
    assert json.loads(told.stdout)["agrees"] is False
    assert json.loads(told.stdout)["facts"] == {
        "days_past_due": 45,
        "utilization": None,
        "is_on_plan": False,
    }


def test_the_command_names_mistakes(kept: str) -> None:
    none = CliRunner().invoke(commands, ["decision", "dec_9_9", "--dsn", kept])

    assert isinstance(none.exception, NotFound)


def test_a_book_of_another_kind_is_no_obstacle(db: Connection) -> None:
    checkout = book(1, "score >= 50")
    publish(db, checkout, at=AT)
    verdict = judge(checkout, {"score": 60})
    record(
        db,
        [
            taken(
                book="trial",
                book_version=1,
                outcome=verdict.outcome,
                fired=verdict.fired,
                unknown=verdict.unknown,
                facts=(60,),
                reasons=verdict.reasons,
            )
        ],
    )

    assert explain(db, ONE).agrees


CARD = random_card(3)
SEEN = {
    variable.name: random_value(Random(number), variable)
    for number, variable in enumerate(CARD.variables)
}


def scored(points: float) -> ScoreSeen:
    return ScoreSeen(CARD.name, CARD.version, points, SEEN)


def registered(db: Connection) -> None:
    models.draft(db, CARD, fitted_on=ON, figures={}, by="ann", at=AT)


def test_scores_are_run_again_by_the_card_they_came_from(db: Connection) -> None:
    registered(db)
    points = score(CARD, SEEN).points

    view = shown(db, scores=(scored(points),))

    assert view.agrees
    assert view.scores[0].again == pytest.approx(points, abs=1e-9)


def test_a_score_that_comes_out_otherwise_is_said(db: Connection) -> None:
    registered(db)

    view = shown(db, scores=(scored(score(CARD, SEEN).points + 1),))

    assert f"{CARD.name} {CARD.version} gave" in view.disagreements[0]


def test_a_score_whose_card_is_not_kept_is_shown_and_not_run(db: Connection) -> None:
    view = shown(db, scores=(scored(612.5),))

    assert view.agrees
    assert [(each.seen.value, each.again) for each in view.scores] == [(612.5, None)]


def test_every_decision_of_real_checkouts_agrees_and_can_be_tried_by_a_draft(
    database: Database,
) -> None:
    lived = founded(database)
    shop = lived.shop()
    lines = [lived.line(limit) for limit in (100_000, 500_000, 2_000_000)]
    amounts = (5_000, 60_000, 90_000, 1_000_000)
    asked = [lived.ask(line, amount, at_shop=shop) for line in lines for amount in amounts]

    views = [
        database.read(lambda db, one=one: explain(db, OwnedId(one.customer_id, one.purchase_id)))
        for one in asked
    ]
    assert [view.disagreements for view in views] == [()] * len(asked)
    assert {view.decision.book for view in views} == {"checkout"}
    assert views[0].as_json()["facts"]["amount"] == 5_000

    draft = shipped("checkout").replace("version     = 1\n", "version     = 2\n")
    tried = accept(draft, file="checkout.toml", explained=tuple(ReasonCode))
    today = lived.today
    found = database.read(
        lambda db: of_decisions(
            db, tried, against=None, first_on=today, last_on=today, ending=Ending()
        )
    )
    assert found.found.moved == 0
    assert found.found.whole.cases == len(asked)
    assert found.found.whole.amount_minor == sum(amounts) * len(lines)
