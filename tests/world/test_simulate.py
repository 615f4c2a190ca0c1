"""A simulated world is the same for the same seed, and its book balances."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from whiteslip.cli import simulate as command
from whiteslip.flows.check_books import check_books
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.migrations import migrate
from whiteslip.kernel.errors import Conflict
from whiteslip.world.fingerprint import digest, fingerprint
from whiteslip.world.simulate import Result, simulate

START = date(2026, 6, 1)


def _world(database: Database, *, seed: int, days: int = 70) -> Result:
    return simulate(database, shoppers=60, days=days, seed=seed, start=START)


def _told(dsn: str, *, seed: int) -> tuple[Result, dict[str, str]]:
    with Database(dsn) as database:
        return _world(database, seed=seed), database.read(fingerprint)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_book(dsn: str, dsn_to_fill: str) -> None:
    migrate(dsn_to_fill)
    first, facts = _told(dsn, seed=11)
    again, same_facts = _told(dsn_to_fill, seed=11)

    assert facts == same_facts
    assert _counts(first) == _counts(again)
    assert {"purchase", "statement", "repayment", "allocation", "movement", "notice"} <= set(facts)


@pytest.mark.slow
def test_another_seed_gives_another_book(dsn: str, dsn_to_fill: str) -> None:
    migrate(dsn_to_fill)

    assert _told(dsn, seed=11)[1] != _told(dsn_to_fill, seed=12)[1]


@pytest.mark.slow
def test_a_world_lives_and_its_books_balance(database: Database) -> None:
    days: list[tuple[int, int]] = []
    result = simulate(
        database,
        shoppers=80,
        days=75,
        seed=4,
        start=START,
        progress=lambda done, of: days.append((done, of)),
    )

    assert days[-1] == (75, 75)
    assert result.purchases > 200
    assert result.repayments > 50
    assert result.statements > 100
    assert result.temporary_limits > 0
    assert result.refunds > 0
    assert database.read(business_day.read).current_on == date(2026, 8, 15)
    assert database.read(check_books).problems == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE money.statement SET minimum_minor = minimum_minor + 1",
        "UPDATE care.notice SET text_zh = text_zh || '!'",
        "UPDATE money.line SET restriction_level = restriction_level + 1",
        "DELETE FROM money.movement WHERE movement_id = (SELECT max(movement_id) FROM money.movement)",
    ],
)
@pytest.mark.slow
def test_control_one_changed_fact_changes_the_fingerprint(database: Database, change: str) -> None:
    simulate(database, shoppers=40, days=62, seed=3, start=START)

    def before_and_after(db: Connection) -> tuple[str, str, int]:
        before = digest(db)
        touched = db.execute(change.encode()).rowcount
        return before, digest(db), touched

    before, after, touched = database.write(before_and_after)

    assert touched > 0
    assert before != after


def test_a_founded_book_is_left_alone(database: Database) -> None:
    simulate(database, shoppers=2, days=1, seed=1, start=START)

    with pytest.raises(Conflict):
        simulate(database, shoppers=2, days=1, seed=1, start=START)


def test_the_command_tells_figures_and_refuses_a_book_in_use(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHITESLIP_HOME", str(tmp_path))
    options = ["simulate", "--shoppers", "5", "--days", "3", "--seed", "2", "--json", "--dsn", dsn]

    told = CliRunner().invoke(command.app, options)
    again = CliRunner().invoke(command.app, options)

    assert told.exit_code == 0, told.output
    figures = json.loads(told.stdout)
    assert (figures["shoppers"], figures["days"]) == (5, 3)
    assert len(figures["fingerprint"]) == 16
    assert isinstance(again.exception, Conflict)
    assert "not empty" in str(again.exception)


def _counts(result: Result) -> dict[str, object]:
    timed: tuple[str, ...] = ("seconds", "seconds_by_phase")
    keep: Callable[[str], bool] = lambda name: name not in timed  # noqa: E731
    return {name: value for name, value in result._asdict().items() if keep(name)}
