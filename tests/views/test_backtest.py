"""Back-tests over a real database: decisions with their facts, a panel as of a day, and how lines ended."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from tests.world.panels import MIXED, panel_text, write_panel

from whiteslip.decisioning.decisions.model import Decision
from whiteslip.decisioning.decisions.store import record
from whiteslip.decisioning.rulebooks.analysis import accept
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.rules import judge
from whiteslip.decisioning.rulebooks.store import publish, shipped
from whiteslip.infra import arrays, business_day
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import InvalidInput, NotFound
from whiteslip.kernel.reason import ReasonCode
from whiteslip.kernel.verdict import Outcome
from whiteslip.views import backtest
from whiteslip.views.backtest import BacktestView
from whiteslip.views.endings import Ending
from whiteslip.world import panel, profiles
from whiteslip.world.replay import replay

TODAY = date(2026, 9, 1)
AT = datetime(2026, 9, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TAIWAN = profiles.load("taiwan")


def book(version: int, *rules: str, inputs: str = "score = { type = 'int' }") -> RuleBook:
    head = f"name = 'trial'\nversion = {version}\nkind = 'checkout'\ndescription = ''"
    listed = "".join(
        f"\n[[rule]]\nid = 'r{number}'\nwhen = '''{when}'''\noutcome = 'review'\nreasons = ['CAP-01']"
        for number, when in enumerate(rules)
    )
    body = f"{head}\ndefault = 'clear'\n[inputs]\n{inputs}{listed}"
    return accept(body, file="trial.toml", explained=tuple(ReasonCode))


def decided(by: RuleBook, number: int, facts: tuple[int | None, ...], on: date) -> Decision:
    named = {source.name: fact for source, fact in zip(by.inputs, facts, strict=True)}
    verdict = judge(by, named)
    return Decision(
        customer_id=number,
        decision_id=number,
        book=by.name,
        book_version=by.version,
        outcome=verdict.outcome,
        fired=verdict.fired,
        unknown=verdict.unknown,
        facts=facts,
        reasons=verdict.reasons,
        scores=(),
        decided_on=on,
        decided_at=AT,
    )


def late(db: Connection, customer: int, since: date, ended: date | None, worst: int) -> None:
    db.execute(
        "INSERT INTO money.arrears (customer_id, line_id, since_on, oldest_due_on, worst_days, ended_on)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        (customer, customer, since, since, worst, ended),
    )


def bought(db: Connection, customer: int, amount_minor: int) -> None:
    db.execute(
        "INSERT INTO money.purchase (customer_id, purchase_id, line_id, merchant_id, authorized_minor,"
        " authorized_at, authorized_on, expires_on, plan_months, status, order_ref)"
        " VALUES (%s, %s, %s, 1, %s, %s, %s, %s, 0, 'authorized', 'x')",
        (customer, customer, customer, amount_minor, AT, TODAY, TODAY + DAY),
    )


@pytest.fixture
def begun(db: Connection) -> Connection:
    business_day.begin(db, on=TODAY, range_size=1_000)
    return db


def try_decisions(db: Connection, draft: RuleBook, against: RuleBook | None) -> BacktestView:
    return backtest.of_decisions(
        db, draft, against=against, first_on=date.min, last_on=date.max, ending=Ending(30, 90)
    )


def test_a_draft_is_tried_on_what_was_decided(begun: Connection) -> None:
    old, draft = book(1, "score >= 50"), book(2, "score >= 30")
    publish(begun, old, at=AT)
    long_ago, lately = TODAY - 120 * DAY, TODAY - 10 * DAY
    scores = ((1, 60, long_ago), (2, 40, long_ago), (3, 40, lately), (4, 10, long_ago))
    record(begun, [decided(old, number, (score,), on) for number, score, on in scores])
    for number in (1, 2, 4):
        bought(begun, number, number * 100)
    late(begun, 2, long_ago + 20 * DAY, long_ago + 70 * DAY, 50)

    view = try_decisions(begun, draft, None)

    found = view.found
    assert view.source == "decisions of trial"
    assert (view.first_on, view.last_on) == (long_ago, lately)
    assert found.moved == 2
    assert found.swap[Outcome.CLEAR][Outcome.REVIEW] == (2, 200, 1, 1, 200)
    assert found.swap[Outcome.REVIEW][Outcome.REVIEW] == (1, 100, 1, 0, 0)
    assert found.swap[Outcome.CLEAR][Outcome.CLEAR] == (1, 400, 1, 0, 0)
    assert found.rules[0].decisive.cases == 3
    assert view.warnings == (
        "1 of 4 judgments are younger than 90 days: they count, but not toward bad rates",
    )
    assert try_decisions(begun, draft, old).found == found
    assert try_decisions(begun, draft, backtest.live(begun, "trial")).against == "trial 1"


def test_an_input_that_was_not_recorded_is_missing_and_said_so(begun: Connection) -> None:
    both = "score = { type = 'int' }\nincome = { type = 'money' }"
    old, newer = book(1, "score >= 50"), book(2, "score >= 50", inputs=both)
    draft = book(
        3, "score >= 50", "income < 1000", "age < 18", inputs=f"{both}\nage = {{ type = 'int' }}"
    )
    publish(begun, old, at=AT)
    publish(begun, newer, at=AT)
    decisions = [decided(old, 1, (10,), TODAY), decided(newer, 2, (10, 500), TODAY)]
    record(begun, [*decisions, decided(newer, 3, (10, 5_000), TODAY)])

    view = try_decisions(begun, draft, None)

    assert view.warnings[:2] == (
        "input 'income' was recorded in 2 of 3 rows: it is MISSING in the others",
        "input 'age' was never recorded: it is MISSING in every row",
    )
    _, income, age = view.found.rules
    assert (income.fired.cases, income.unknown.cases) == (1, 1)
    assert (age.fired.cases, age.unknown.cases) == (0, 3)
    assert view.found.after[Outcome.REVIEW].cases == 3


def test_a_fact_recorded_as_something_else_is_missing(begun: Connection) -> None:
    old = book(1, "score", inputs="score = { type = 'bool' }")
    draft = book(2, "score >= 1")
    publish(begun, old, at=AT)
    record(begun, [decided(old, 1, (True,), TODAY)])

    view = try_decisions(begun, draft, None)

    assert view.warnings[0] == "input 'score' was never recorded: it is MISSING in every row"
    assert view.found.rules[0].unknown.cases == 1


def test_what_cannot_be_tried_is_refused(begun: Connection) -> None:
    draft = book(1, "score >= 50")
    with pytest.raises(InvalidInput, match="decided nothing"):
        try_decisions(begun, draft, None)
    with pytest.raises(NotFound, match="live"):
        backtest.live(begun, "trial")
    publish(begun, draft, at=AT)
    record(begun, [decided(draft, 1, (10,), TODAY)])
    other = book(2, "score", inputs="score = { type = 'bool' }")
    with pytest.raises(InvalidInput, match="'score' is int in the draft and bool"):
        try_decisions(begun, draft, other)
    with pytest.raises(InvalidInput, match="at least 1 day"):
        backtest.of_decisions(
            begun, draft, against=None, first_on=TODAY, last_on=TODAY, ending=Ending(0, 90)
        )


def test_how_lines_ended_is_what_a_day_by_day_look_says(begun: Connection) -> None:
    """An episode whose oldest due never moved: on day d it is d - since days past due."""
    random = Random(1)
    episodes: dict[int, list[tuple[date, date | None]]] = {}
    for customer in range(1, 300):
        since = TODAY - random.randint(2, 250) * DAY
        length = random.randint(1, 80)
        ended = since + length * DAY if since + length * DAY < TODAY else None
        episodes[customer] = [(since, ended)]
        worst = length - 1 if ended else random.choice([0, (TODAY - since).days // 2])
        late(begun, customer, since, ended, worst)
    ending = Ending(random.choice([10, 30]), 45)
    judged = {customer: TODAY - random.randint(60, 200) * DAY for customer in range(1, 310)}
    for customer, ((since, ended),) in list(episodes.items())[::2]:
        edge = random.choice([ended or since, since + (ending.days - ending.within_days) * DAY])
        judged[customer] = edge + random.randint(-2, 2) * DAY

    found = backtest.sql.columns(
        begun,
        "follow_lines",
        customer_ids=arrays.bigints(list(judged)),
        line_ids=arrays.bigints([customer if customer % 2 else 0 for customer in judged]),
        judged_on=arrays.dates(list(judged.values())),
        days=ending.days,
        within_days=ending.within_days,
        current_on=TODAY,
    )["is_bad"].tolist()

    expected = [
        any(
            (day := on + offset * DAY) < (ended or TODAY + DAY)
            and (day - since).days >= ending.days
            for offset in range(1, ending.within_days + 1)
            for since, ended in episodes.get(customer, [])
        )
        for customer, on in judged.items()
    ]
    assert found == expected
    assert 20 < sum(expected) < 250


def silent(_phase: str, _done: int, _total: int) -> None:
    pass


@pytest.fixture
def replayed(database: Database, tmp_path: Path) -> Database:
    file = write_panel(tmp_path, panel_text(MIXED))
    replay(database, panel.read(file, TAIWAN), TAIWAN, tell=silent)
    return database


def test_the_watch_book_is_tried_on_a_replayed_book(replayed: Database) -> None:
    def tried(db: Connection) -> BacktestView:
        return backtest.of_panel(
            db,
            accept(
                shipped("watch").replace("days_past_due >= 30", "days_past_due >= 20"),
                file="watch.toml",
                explained=tuple(ReasonCode),
            ),
            against=backtest.live(db, "watch"),
            as_of=backtest.default_day(db, Ending(30, 45)),
            ending=Ending(30, 45),
        )

    view = replayed.read(tried)

    assert view.warnings == (
        "default_probability: no model 'behavior' is live, so it is MISSING everywhere",
    )
    assert view.found.whole.cases == view.found.whole.mature == len(MIXED)
    assert view.found.whole.bad > 0
    assert sum(each.fired.cases for each in view.found.rules) > 0
    assert {one.threshold for one in view.found.shifts} >= {"days_past_due >= 20"}
