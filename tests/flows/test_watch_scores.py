"""Scores as facts of the watch book: judged alike everywhere, as of the morning, as the checkout counts them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from tests.builders import Book, founded
from tests.decisioning.features.storybook import CARD

from whiteslip.decisioning.features.store import Columns, compute, declarations, statement
from whiteslip.decisioning.habits.model import Asking
from whiteslip.decisioning.habits.rules import SCORE_DAYS
from whiteslip.decisioning.habits.store import read_backgrounds
from whiteslip.decisioning.models import store as models
from whiteslip.decisioning.models.model import Scores
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.rulebooks.analysis import accept
from whiteslip.decisioning.rulebooks.chunks import Column
from whiteslip.decisioning.rulebooks.model import BookKind, RuleBook
from whiteslip.decisioning.rulebooks.rules import judge, judge_columns
from whiteslip.decisioning.scorecards.model import Scorecard
from whiteslip.flows import publish_book as publishing
from whiteslip.flows.score_lines import check_inputs
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.lines.model import LineKey
from whiteslip.views import backtest
from whiteslip.views.samples import book_sample
from whiteslip.world.simulate import simulate

NAMES = tuple(declarations().scores)
BODY = """
name        = "watch"
version     = 2
kind        = "watch"
description = "Over what the model said."
default     = "clear"

[inputs]
default_probability = { type = "ratio" }
expected_loss_minor = { type = "money" }
possible_loss_minor = { type = "money" }
days_past_due       = { type = "int" }
repaid_90d_minor    = { type = "money" }

[[rule]]
id      = "likely"
when    = "default_probability >= 0.6"
outcome = "suspend"
reasons = ["CAP-01"]

[[rule]]
id      = "dear"
when    = "default_probability >= 0.3 and expected_loss_minor >= 5_000"
outcome = "restrict"
reasons = ["CAP-01"]

[[rule]]
id      = "could-be-dear"
when    = "possible_loss_minor >= 200_000 and repaid_90d_minor = 0"
outcome = "watch"
reasons = ["CAP-02"]
unknown = "no_match"

[[rule]]
id      = "overdue"
when    = "days_past_due >= 1"
outcome = "watch"
reasons = ["DLQ-01"]
"""


@pytest.fixture
def book(database: Database) -> Book:
    return founded(database)


def release(db: Connection, at: Book) -> None:
    """Register a model under the name books go by; what it says is written by hand."""
    models.draft(db, CARD, fitted_on=at.today, figures={}, by="ann", at=at.at)
    models.approve(db, CARD.name, 1, by="bob", at=at.at)
    models.release(db, CARD.name, 1, by="bob", at=at.at)


def watching(book: Book, body: str = BODY) -> RuleBook:
    made = accept(body, file="watch.toml", explained=tuple(ReasonCode))
    book.write(lambda db: rulebooks.publish(db, made, at=book.at))
    return made


def say(book: Book, told: dict[LineKey, float], *, on: date) -> None:
    """Record what the model says of lines as of a day."""
    customers, lines = np.array([*told]).T
    scores = Scores(None, np.array([*told.values()]))
    book.write(
        lambda db: models.record_scores(
            db, scores, model=CARD.name, version=1, customer_ids=customers, line_ids=lines, on=on
        )
    )


def active(db: Connection) -> dict[int, set[str]]:
    rows = db.execute(
        "SELECT line_id, rule_id FROM risk.restriction WHERE state = 'active' AND book = 'watch'"
    ).fetchall()
    found: dict[int, set[str]] = {}
    for line, rule in rows:
        found.setdefault(line, set()).add(rule)
    return found


def facts(db: Connection, on: date) -> Columns:
    return compute(db, None, as_of=on, features=NAMES)


def test_a_likely_default_is_stopped_and_a_missing_score_changes_nothing(book: Book) -> None:
    shop, likely, unlikely = book.shop(), book.line(), book.line()
    for line in (likely, unlikely):
        book.buy(line, 30_000, at_shop=shop)
    watching(book)
    book.write(lambda db: release(db, book))
    say(book, {likely: 0.7, unlikely: 0.1}, on=book.today)
    book.close_day()
    assert book.write(active) == {likely.line_id: {"likely", "dear", "could-be-dear"}}

    known = book.write(active)
    book.write(lambda db: models.retire(db, CARD.name, 1, by="ann", at=book.at))
    newcomer = book.line()
    book.close_day()
    assert np.isnan(book.write(lambda db: facts(db, book.today))["default_probability"]).all()
    kept = {rule for rule in known[likely.line_id] if rule != "could-be-dear"}
    assert book.write(active)[likely.line_id] >= kept
    assert newcomer.line_id not in book.write(active)


def test_better_news_restores_and_an_old_score_does_not(book: Book) -> None:
    line = book.line()
    watching(book)
    book.write(lambda db: release(db, book))
    say(book, {line: 0.7}, on=book.today)
    scored_on = book.today
    book.close_until(scored_on + timedelta(days=SCORE_DAYS + 3))
    assert "likely" in book.write(active)[line.line_id]

    say(book, {line: 0.2}, on=book.today)
    book.close_day()
    assert line.line_id not in book.write(active)


def test_a_score_counts_here_as_long_as_at_checkout(book: Book) -> None:
    shop = book.shop()
    ages = (0, 1, SCORE_DAYS - 1, SCORE_DAYS, SCORE_DAYS + 1, SCORE_DAYS + 40)
    lines = {book.line(): age for age in ages}
    book.write(lambda db: release(db, book))
    book.close_until(book.today + timedelta(days=SCORE_DAYS + 41))
    for line, age in lines.items():
        say(book, {line: 0.3 + age / 1000}, on=book.today - timedelta(days=age))

    asked = [Asking(100, shop, 0, 0)] * len(lines)
    at_checkout = book.write(lambda db: read_backgrounds(db, [*lines], asked, at=book.at))
    here = book.write(lambda db: facts(db, book.today))["default_probability"].tolist()

    assert [None if each != each else each for each in here] == [  # noqa: PLR0124 - NaN
        each.default_probability for each in at_checkout
    ]
    assert sum(each == each for each in here) == 4  # noqa: PLR0124
    book.write(lambda db: models.retire(db, CARD.name, 1, by="ann", at=book.at))
    assert np.isnan(book.write(lambda db: facts(db, book.today))["default_probability"]).all()


def test_three_evaluators_agree_on_scores_in_a_simulated_book(database: Database) -> None:
    simulate(database, shoppers=60, days=50, seed=3, start=date(2026, 1, 1))
    book = Book(database)
    by = watching(book)
    book.write(lambda db: release(db, book))
    rows = book.write(
        lambda db: db.execute("SELECT customer_id, line_id FROM money.line ORDER BY 1")
    ).fetchall()
    rng = np.random.default_rng(4)
    told = {LineKey(*row): float(rng.random()) for row in rows if rng.random() < 0.7}
    say(book, told, on=book.today)
    book.close_day()

    names = [source.name for source in by.inputs]
    known = book.write(lambda db: compute(db, None, as_of=book.today, features=names))
    verdicts = judge_columns(by, {name: Column(known[name]) for name in names}, rows=len(rows))
    wanted: dict[int, set[str]] = {}
    for place, line in enumerate(known["line_id"].tolist()):
        row = {name: whole(known[name][place]) for name in names}
        one = judge(by, row)
        assert (one.fired, one.unknown) == (verdicts.fired[place], verdicts.unknown[place])
        if mine := {rule.id for n, rule in enumerate(by.rules) if one.fired >> n & 1}:
            wanted[line] = mine
    assert book.write(active) == wanted
    assert {rule for mine in wanted.values() for rule in mine} == {rule.id for rule in by.rules}
    owed = book.write(lambda db: compute(db, None, as_of=book.today, features=["principal_minor"]))
    loss = np.rint(known["default_probability"] * owed["principal_minor"])
    assert np.array_equal(loss, known["expected_loss_minor"], equal_nan=True)
    assert np.nanmax(loss) > 0


def whole(value: float) -> object:
    """A number as the scalar evaluator reads it: NaN is missing, a whole one is an int."""
    return None if np.isnan(value) else int(value) if float(value).is_integer() else float(value)


def test_rules_check_knows_the_scores_and_their_types(book: Book) -> None:
    right = book.write(
        lambda db: publishing.draft(db, BODY, file="watch.toml", by="ann", at=book.at)
    )
    assert right.problems == ()
    wrong = BODY.replace(
        'expected_loss_minor = { type = "money" }', 'expected_loss_minor = { type = "ratio" }'
    )
    told = book.write(
        lambda db: publishing.draft(
            db,
            wrong.replace("version     = 2", "version     = 3"),
            file="watch.toml",
            by="ann",
            at=book.at,
        )
    )
    assert (
        "input 'expected_loss_minor' is ratio, but the fact supplied by that name is money"
        in str(told.problems[0])
    )
    assert set(NAMES) <= set(rulebooks.supplied(BookKind.LIMITS) or ())
    assert "score" in statement(NAMES)


def test_no_model_learns_from_scores(book: Book) -> None:
    book.line()
    with pytest.raises(InvalidInput, match="reads default_probability: no such features"):
        check_inputs(card_over("default_probability"))
    on = book.today
    book.close_until(on + timedelta(days=5))
    with pytest.raises(InvalidInput, match="no such feature: default_probability"):
        book.write(
            lambda db: book_sample(
                db, [on], ending=backtest.Ending(1, 1), names=["default_probability"]
            )
        )


def card_over(name: str) -> Scorecard:
    return replace(CARD, variables=(replace(CARD.variables[0], name=name),))


def test_a_back_test_needs_scores_of_its_day(book: Book) -> None:
    line, other = book.line(), book.line()
    first = book.today
    book.close_until(first + timedelta(days=40))
    draft = accept(BODY, file="watch.toml", explained=tuple(ReasonCode))

    def tried(on: date) -> backtest.BacktestView:
        return book.write(
            lambda db: backtest.of_panel(
                db, draft, against=draft, as_of=on, ending=backtest.Ending(1, 1)
            )
        )

    without = tried(book.today)
    assert any("no model 'behavior' is live" in each for each in without.warnings)
    assert [one.fired.cases for one in without.found.rules[:2]] == [0, 0]
    book.write(lambda db: release(db, book))
    say(book, {line: 0.7}, on=book.today)
    with pytest.raises(InvalidInput, match=f"no line was scored in the 35 days before {first}"):
        tried(first)
    view = tried(book.today)
    assert "1 of 2 lines had no score: it is MISSING there" in view.warnings
    assert view.found.rules[0].fired.cases == 1
    assert view.found.rules[0].unknown.cases == 1
    say(book, {other: 0.1}, on=book.today)
    assert not any("no score" in each for each in tried(book.today).warnings)
