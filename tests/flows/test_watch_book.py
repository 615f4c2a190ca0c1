"""A watch book over features on a simulated book: judged alike everywhere, by shares, beside a shadow, on record."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import count
from typing import Any, TypeVar

import numpy as np
import psycopg
import pytest
from numpy.typing import NDArray
from psycopg.conninfo import make_conninfo
from tests.builders import Book, noon

from whiteslip.decisioning.features.model import OutsideFact
from whiteslip.decisioning.features.store import Columns, compute, record_outside_facts
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.rulebooks.chunks import Column
from whiteslip.decisioning.rulebooks.experiment import WHOLE, is_challenged
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.rules import Verdicts, judge_columns
from whiteslip.flows import publish_book as publishing
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.ids import OwnedId
from whiteslip.kernel.verdict import Outcome
from whiteslip.money.lines.model import LineKey
from whiteslip.risk.watching.rules import LEVELS
from whiteslip.views import backtest, restrictions
from whiteslip.views.decisions import DecisionView, explain
from whiteslip.world.simulate import simulate

T = TypeVar("T")
FOUNDED_ON = date(2026, 1, 1)
DAYS = 75
SHOPPERS = 60
JOBS = ("employed", "unemployed", "student")
FEATURES_BOOK = """
name        = "watch"
version     = 2
kind        = "watch"
description = "Over features of every type."
default     = "clear"

[inputs]
days_past_due         = { type = "int" }
utilization           = { type = "ratio" }
times_late_12m        = { type = "int" }
months_since_late     = { type = "int" }
longest_late_days_12m = { type = "int" }
spend_trend_90d       = { type = "ratio" }
billed_minor          = { type = "money" }
paid_in_full          = { type = "bool" }
employment            = { type = "text" }

[[rule]]
id      = "overdue"
when    = "days_past_due >= 1"
outcome = "watch"
reasons = ["DLQ-01"]

[[rule]]
id      = "overdue-15"
when    = "days_past_due >= 10"
outcome = "restrict"
reasons = ["DLQ-01"]

[[rule]]
id      = "late-of-late"
when    = "times_late_12m >= 1 and months_since_late < 2 and longest_late_days_12m > 3"
outcome = "restrict"
reasons = ["DLQ-02"]

[[rule]]
id      = "spends-otherwise"
when    = "spend_trend_90d < 0.8 or utilization > 0.6 and billed_minor > 200_000"
outcome = "watch"
reasons = ["CAP-02"]
unknown = "no_match"

[[rule]]
id      = "not-in-full"
when    = "not paid_in_full"
outcome = "watch"
reasons = ["CAP-02"]
unknown = "no_match"

[[rule]]
id      = "no-work"
when    = "employment in ('unemployed', 'student') and utilization > 0.1"
outcome = "restrict"
reasons = ["CAP-03"]
"""
_numbers = count(1)


@pytest.fixture(scope="module")
def lived(server_dsn: str, template: str) -> Iterator[Callable[[], Any]]:
    """A simulated book, some of whose people told what they do for a living; opened as a fresh copy."""
    source = f"{template}_lived_{next(_numbers)}"

    @contextmanager
    def copy() -> Generator[Book]:
        name = f"{source}_{next(_numbers)}"
        with made(server_dsn, name, source) as database:
            yield Book(database)

    with made(server_dsn, source, template) as database:
        simulate(database, shoppers=SHOPPERS, days=DAYS, seed=5, start=FOUNDED_ON)
        database.write(tell_jobs)
        database.close()
        yield copy


@contextmanager
def made(server_dsn: str, name: str, source: str) -> Generator[Database]:
    with psycopg.connect(server_dsn, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY file_copy".encode())
        try:
            with Database(make_conninfo(server_dsn, dbname=name), max_size=6) as database:
                yield database
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def book(lived: Callable[[], Any]) -> Iterator[Book]:
    with lived() as copied:
        yield copied


def tell_jobs(db: Connection) -> None:
    """Two of three people say what they do."""
    ids = [row[0] for row in db.execute("SELECT customer_id FROM money.line ORDER BY 1").fetchall()]
    record_outside_facts(
        db,
        [
            OutsideFact(each, "employment", JOBS[n % 3], FOUNDED_ON, FOUNDED_ON, "form")
            for n, each in enumerate(ids)
            if n % 3 != 1 or n % 2
        ],
    )


def go_live(book: Book, body: str = FEATURES_BOOK, *, share_ppm: int = WHOLE) -> RuleBook:
    """Lead a version through its whole life, released by two people where the guard asks for it."""
    version = in_shadow(book, body)
    at = book.at
    found = book.write(
        lambda db: publishing.go_live(db, "watch", version, by="cy", at=at, share_ppm=share_ppm)
    )
    if found.proposed:
        for person in ("bo", "cy"):
            book.write(lambda db, by=person: publishing.release(db, "watch", version, by=by, at=at))
    return book.write(lambda db: rulebooks.version_of(db, "watch", version))


def in_shadow(book: Book, body: str) -> int:
    at = book.at

    def work(db: Connection) -> int:
        found = publishing.draft(db, body, file="watch.toml", by="anna", at=at)
        assert found.problems == ()
        publishing.record_backtest(
            db, "watch", found.version, by="anna", evidence={"cases": 1}, at=at
        )
        publishing.approve(db, "watch", found.version, by="bo", at=at)
        publishing.start_shadow(db, "watch", found.version, by="anna", at=at)
        return found.version

    return book.write(work)


def judged(db: Connection, by: RuleBook, on: date) -> tuple[Columns, Verdicts]:
    """Judge every line outside of the database, from features computed by themselves."""
    names = [source.name for source in by.inputs]
    known = compute(db, None, as_of=on, features=names)
    columns = {name: Column(known[name]) for name in names}
    return known, judge_columns(by, columns, rows=len(known["line_id"]))


def active(db: Connection) -> dict[tuple[int, int], set[str]]:
    rows = db.execute(
        "SELECT line.customer_id, line.line_id,"
        " array_agg(r.rule_id) FILTER (WHERE r.rule_id IS NOT NULL)"
        " FROM money.line LEFT JOIN risk.restriction AS r ON r.customer_id = line.customer_id"
        " AND r.line_id = line.line_id AND r.state = 'active' AND r.book = 'watch' GROUP BY 1, 2"
    ).fetchall()
    return {(row[0], row[1]): set(row[2] or ()) for row in rows}


def called_for(by: RuleBook, known: Columns, verdicts: Verdicts) -> dict[tuple[int, int], set[str]]:
    """The rules that fire and restrict, by line; what cannot be known restricts nobody new."""
    fired = verdicts.fired.tolist()
    return {
        (customer, line): {
            rule.id
            for n, rule in enumerate(by.rules)
            if fired[k] >> n & 1 and rule.outcome in LEVELS
        }
        for k, (customer, line) in enumerate(
            zip(known["customer_id"].tolist(), known["line_id"].tolist(), strict=True)
        )
    }


def decisions(db: Connection) -> list[DecisionView]:
    rows = db.execute(
        "SELECT customer_id, decision_id FROM decisioning.decision WHERE book = 'watch' ORDER BY 1, 2"
    ).fetchall()
    return [explain(db, OwnedId(*row)) for row in rows]


def test_features_are_judged_alike_in_sql_in_numpy_and_in_a_back_test(book: Book) -> None:
    before = book.write(lambda db: rulebooks.live(db, "watch"))
    by = go_live(book)

    book.close_day()

    on = book.today
    known, verdicts = book.write(lambda db: judged(db, by, on))
    found = book.write(active)
    assert found == called_for(by, known, verdicts)
    for rule in by.rules:
        fires = sum(rule.id in mine for mine in found.values())
        assert 0 < fires < len(found), f"{rule.id} was not put to the test"
    groups = book.write(lambda db: rulebooks.compare_versions(db, before, by, on=on))
    by_outcome: NDArray[np.int64] = np.zeros(len(Outcome), np.int64)
    for group in groups:
        by_outcome[group.shadow_outcome] += group.rows
    assert by_outcome.tolist() == np.bincount(verdicts.outcome, minlength=len(Outcome)).tolist()
    panel = book.write(
        lambda db: backtest.of_panel(
            db, by, against=before, as_of=on, ending=backtest.Ending(), sensitivity=False
        )
    )
    assert [cell.cases for cell in panel.found.after] == by_outcome.tolist()


def test_a_payment_is_judged_by_the_same_book_as_the_day(book: Book) -> None:
    by = go_live(book)
    book.close_day()
    on = book.today
    query = (
        "SELECT DISTINCT customer_id, line_id FROM risk.restriction"
        " WHERE state = 'active' AND rule_id IN ('overdue', 'not-in-full') ORDER BY 1 LIMIT 6"
    )
    lines = [LineKey(*row) for row in book.write(lambda db: db.execute(query).fetchall())]
    before = book.write(active)

    for line in lines:
        book.pay(line, 10_000_000)

    known, verdicts = book.write(lambda db: judged(db, by, on))
    after = book.write(active)
    assert after == called_for(by, known, verdicts)
    assert sum(before[line] != after[line] for line in lines) > 1


def test_every_change_has_a_decision_that_comes_out_again(book: Book) -> None:
    by = go_live(book)
    known, verdicts = book.write(lambda db: judged(db, by, book.today))
    book.write(lambda db: db.execute("DELETE FROM decisioning.decision WHERE book = 'watch'"))
    book.close_day()
    on = book.today

    steps = book.write(
        lambda db: db.execute(
            "SELECT e.customer_id, r.line_id, e.decision_id, e.to_state, r.decision_id, r.rule_id"
            " FROM risk.restriction_event AS e"
            " JOIN risk.restriction AS r USING (customer_id, restriction_id)"
            " WHERE e.happened_on = %s AND r.book = 'watch'",
            (on,),
        ).fetchall()
    )
    views = book.write(decisions)
    known, verdicts = book.write(lambda db: judged(db, by, on))

    assert {(row[0], row[2]) for row in steps} == {view.decision[:2] for view in views}
    assert len({row[1] for row in steps}) == len(views) > 10
    assert all(row[4] == row[2] for row in steps if row[3] == "active")
    assert [view.disagreements for view in views if not view.agrees] == []
    places = {line: place for place, line in enumerate(known["line_id"].tolist())}
    line_of = {row[2]: row[1] for row in steps}
    for view in views:
        place = places[line_of[view.decision.decision_id]]
        assert view.decision.fired == verdicts.fired[place]
        assert view.decision.unknown == verdicts.unknown[place]
        assert view.decision.outcome == verdicts.outcome[place]
        seen = tuple(plain(known[source.name][place]) for source in by.inputs)
        assert tuple(map(plain, view.decision.facts)) == seen
    kinds = {type(fact) for view in views for fact in view.decision.facts}
    assert kinds == {int, float, bool, str, type(None)}
    shown = book.write(lambda db: restrictions.of_line(db, steps[0][0], steps[0][1]))
    assert steps[0][2] in {view.decision_id for view in shown}


def test_a_challenger_judges_its_share_and_nobody_else(book: Book) -> None:
    live = book.write(lambda db: rulebooks.live(db, "watch"))
    by = go_live(book, share_ppm=400_000)

    report = book.close_day()

    on = book.today
    mine = book.write(lambda db: called_for(live, *judged(db, live, on)))
    theirs = book.write(lambda db: called_for(by, *judged(db, by, on)))
    customers = [customer for customer, _ in mine]
    share = is_challenged(customers, name="watch", version=2, share_ppm=400_000).tolist()
    wanted = {
        line: theirs[line] if challenged else mine[line]
        for line, challenged in zip(mine, share, strict=True)
    }
    assert book.write(active) == wanted
    assert wanted not in (mine, theirs)
    runs = book.write(
        lambda db: db.execute(
            "SELECT version, accounts, moved FROM decisioning.rule_book_run WHERE run_on = %s"
            " ORDER BY version",
            (on,),
        ).fetchall()
    )
    assert [row[:2] for row in runs] == [(1, len(share) - sum(share)), (2, sum(share))]
    assert 0 < runs[1][2] <= report.rows["judge lines"]
    assert {view.decision.book_version for view in book.write(decisions)} == {1, 2}


def test_rolling_a_challenger_back_lifts_what_only_it_imposed(book: Book) -> None:
    live = book.write(lambda db: rulebooks.live(db, "watch"))
    go_live(book, share_ppm=400_000)
    book.close_day()
    at = book.at
    book.write(lambda db: publishing.roll_back(db, "watch", by="dee", at=at))

    book.close_day()

    on = book.today
    assert book.write(active) == book.write(lambda db: called_for(live, *judged(db, live, on)))
    assert all(view.agrees for view in book.write(decisions))


def test_a_shadow_is_counted_by_the_day_and_changes_nothing(book: Book) -> None:
    live = book.write(lambda db: rulebooks.live(db, "watch"))
    version = in_shadow(book, FEATURES_BOOK)
    by = book.write(lambda db: rulebooks.version_of(db, "watch", version))

    book.close_day()

    on = book.today
    known, shadow = book.write(lambda db: judged(db, by, on))
    _, mine = book.write(lambda db: judged(db, live, on))
    assert book.write(active) == called_for(live, known, mine)
    rows = book.write(
        lambda db: db.execute(
            "SELECT live_outcomes, shadow_outcomes, outcome_rows FROM decisioning.shadow_count"
            " WHERE name = 'watch' AND counted_on = %s",
            (on,),
        ).fetchall()
    )
    counted = {
        (here, there): lines for row in rows for here, there, lines in zip(*row, strict=True)
    }
    pairs = list(zip(mine.outcome.tolist(), shadow.outcome.tolist(), strict=True))
    assert counted == {pair: pairs.count(pair) for pair in set(pairs)}


def test_a_day_without_experiments_leaves_only_its_run(book: Book) -> None:
    on = book.today + timedelta(days=1)

    book.close_day()

    query = "SELECT version, accounts FROM decisioning.rule_book_run WHERE run_on = %s"
    assert book.write(lambda db: db.execute(query, (on,)).fetchall()) == [(1, SHOPPERS)]
    assert (
        book.write(lambda db: db.execute("SELECT 1 FROM decisioning.shadow_count").fetchall()) == []
    )


def test_only_features_are_supplied_and_only_as_what_they_are(book: Book) -> None:
    body = (
        FEATURES_BOOK.replace("spend_trend_90d", "spend_trend_9d")
        .replace('employment            = { type = "text" }', 'employment = { type = "bool" }')
        .replace("employment in ('unemployed', 'student')", "employment")
    )
    at = noon(book.today)

    found = book.write(lambda db: publishing.draft(db, body, file="w.toml", by="anna", at=at))

    assert [str(each) for each in found.problems] == [
        (
            "w.toml:14: no fact 'spend_trend_9d' is supplied to a watch book; it is given the 85 declared"
            " features and scores; did you mean 'spend_trend_90d'?"
        ),
        "w.toml:17: input 'employment' is bool, but the fact supplied by that name is text",
    ]


def plain(value: object) -> object:
    """None and NaN are missing; numbers compare as such."""
    return None if value is None or value != value else value  # noqa: PLR0124 - only NaN differs
