"""Publishing: refused, once, again, over the old version, and back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from tests.decisioning.rulebooks.random_books import book_of, rule_of

from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.reading import read
from whiteslip.decisioning.rulebooks.store import live, publish, shipped
from whiteslip.kernel.errors import Conflict, InvalidInput, InvariantBroken, NotFound
from whiteslip.kernel.reason import ReasonCode
from whiteslip.kernel.verdict import Outcome

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
Db = psycopg.Connection[Any]


def version(number: int, when: str = "n1 > 1") -> RuleBook:
    body = book_of(rule_of(when)).body.replace("version = 1", f"version = {number}")
    book, problems = read(body, file="test.toml")
    assert book is not None, problems
    return book


def statuses(db: Db) -> list[tuple[int, str]]:
    query = "SELECT version, status FROM decisioning.rule_book WHERE name = 'test' ORDER BY version"
    return db.execute(query).fetchall()


def test_the_live_book_is_parsed_once(db: Db) -> None:
    publish(db, version(1), at=AT)

    book = live(db, "test")

    assert (book.name, book.version, book.rules[0].outcome) == ("test", 1, Outcome.WATCH)
    assert live(db, "test") is book


def test_a_new_version_retires_the_old_and_rollback_is_one_step(db: Db) -> None:
    publish(db, version(1), at=AT)
    publish(db, version(2, "n1 > 2"), at=AT)
    assert statuses(db) == [(1, "retired"), (2, "live")]
    assert live(db, "test").version == 2

    publish(db, version(1), at=AT)

    assert statuses(db) == [(1, "live"), (2, "retired")]
    assert live(db, "test").version == 1


def test_publishing_the_live_version_again_changes_nothing(db: Db) -> None:
    publish(db, version(1), at=AT)
    publish(db, version(1), at=AT.replace(year=2027))

    found = db.execute("SELECT published_at FROM decisioning.rule_book").fetchall()
    assert found == [(AT,)]


def test_other_rules_under_a_used_version_are_a_conflict(db: Db) -> None:
    publish(db, version(1), at=AT)

    with pytest.raises(Conflict, match="version 1 of test"):
        publish(db, version(1, "n1 > 2"), at=AT)


def test_a_book_that_is_refused_is_not_written(db: Db) -> None:
    with pytest.raises(InvalidInput, match=r"test\.toml, rule r: unreachable"):
        publish(db, version(1, "n1 > 2 and n1 < 1"), at=AT)
    with pytest.raises(InvalidInput, match="rule r: reason DLQ-01 has no text"):
        publish(db, version(1), at=AT, explained={ReasonCode.DATA_MISSING})
    assert statuses(db) == []


def test_no_live_book_is_not_found(db: Db) -> None:
    with pytest.raises(NotFound, match="'test' is live"):
        live(db, "test")


def test_a_body_that_was_tampered_with_is_not_used(db: Db) -> None:
    publish(db, version(7), at=AT)
    db.execute("UPDATE decisioning.rule_book SET body = replace(body, '> 1', '> 9')")

    with pytest.raises(InvariantBroken, match="test 7"):
        live(db, "test")


@pytest.mark.parametrize("name", ["watch", "checkout"])
def test_the_shipped_books_can_be_published(db: Db, name: str) -> None:
    book, _ = read(shipped(name), file=name)
    assert book is not None

    publish(db, book, at=AT)

    assert live(db, name).body == book.body


@pytest.mark.parametrize("name", ["nothing", "../store", ""])
def test_a_book_that_is_not_shipped_is_not_found(name: str) -> None:
    with pytest.raises(NotFound, match="comes with the program"):
        shipped(name)


def test_two_publishers_at_once_leave_one_live_book(connections: Callable[[], Db]) -> None:
    first, second = connections(), connections()
    publish(first, version(1), at=AT)

    with ThreadPoolExecutor(1) as pool:
        later = pool.submit(publish, second, version(2), at=AT)
        with pytest.raises(TimeoutError):
            later.result(timeout=0.3)
        first.commit()
        later.result(timeout=10)
    second.commit()

    assert statuses(first) == [(1, "retired"), (2, "live")]
