"""Publishing: refused, once, again, over the old version, and back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from tests.decisioning.rulebooks.random_books import book_of, rule_of

from whiteslip.decisioning.rulebooks.life import Change, Command, Status, Version
from whiteslip.decisioning.rulebooks.model import BookKind, RuleBook
from whiteslip.decisioning.rulebooks.reading import read
from whiteslip.decisioning.rulebooks.shadowing import Differences, OutcomePair, RulePair
from whiteslip.decisioning.rulebooks.store import (
    checksum_of,
    compare_versions,
    count_run,
    count_shadow,
    keep,
    live,
    publish,
    running,
    shipped,
    standing,
    supplied,
    trailing_moves,
)
from whiteslip.infra.database import connect
from whiteslip.infra.migrations import migrate
from whiteslip.infra.migrations import shipped as migrations
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
    with pytest.raises(InvalidInput, match=r"test\.toml:18, rule r: unreachable"):
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


@pytest.mark.parametrize("name", ["watch", "checkout", "application", "limits"])
def test_the_shipped_books_can_be_published(db: Db, name: str) -> None:
    book, _ = read(shipped(name), file=name)
    assert book is not None

    publish(db, book, at=AT)

    assert live(db, name).body == book.body


@pytest.mark.parametrize("name", ["nothing", "../store", "", "blast-guard"])
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


def moved(db: Db, number: int, status: Status, **more: Any) -> None:
    """Put a version where its life could have brought it."""
    book = version(number, f"n1 > {number}")
    assert not problems_of(book)
    now = standing(db, "test")
    after = Version(number, status, checksum_of(book.body), ("anna",), replaced_version=None)
    keep(
        db,
        now,
        (Change(Command.DRAFT, None, replace(after, **more), "anna"),),
        at=AT,
        body=book.body,
    )


def problems_of(book: RuleBook) -> tuple[object, ...]:
    return read(book.body, file="test.toml")[1]


def test_running_is_all_that_judges_now_and_one_object(db: Db) -> None:
    publish(db, version(1), at=AT)
    alone = running(db, "test")
    assert (alone.live.version, alone.challenger, alone.share_ppm, alone.shadow) == (
        1,
        None,
        0,
        None,
    )
    assert running(db, "test") is alone
    assert alone.live is live(db, "test")

    moved(db, 2, Status.CHALLENGER, share_ppm=70_000)
    moved(db, 3, Status.SHADOW)
    moved(db, 4, Status.APPROVED)
    found = running(db, "test")

    assert found.challenger is not None
    assert found.shadow is not None
    versions = (found.live.version, found.challenger.version, found.share_ppm, found.shadow.version)
    assert versions == (1, 2, 70_000, 3)
    assert running(db, "test") is found


def test_a_new_share_is_seen_at_once(db: Db) -> None:
    publish(db, version(1), at=AT)
    moved(db, 2, Status.CHALLENGER, share_ppm=70_000)
    assert running(db, "test").share_ppm == 70_000

    db.execute("UPDATE decisioning.rule_book SET share_ppm = 80000 WHERE version = 2")

    assert running(db, "test").share_ppm == 80_000


def test_nothing_runs_without_a_live_version(db: Db) -> None:
    moved(db, 1, Status.APPROVED)

    with pytest.raises(NotFound, match="'test' is live"):
        running(db, "test")


@pytest.mark.parametrize("status", [Status.LIVE, Status.CHALLENGER, Status.SHADOW])
def test_the_database_itself_holds_one_version_of_a_kind(db: Db, status: Status) -> None:
    share = 5 if status is Status.CHALLENGER else None
    moved(db, 1, status, share_ppm=share)

    with pytest.raises(psycopg.errors.UniqueViolation):
        moved(db, 2, status, share_ppm=share)


@pytest.mark.parametrize(
    "more",
    [
        {"approved_by": "anna"},
        {"released_by": ("bo", "anna")},
        {"share_ppm": 5},
        {"proposed_ppm": 0},
    ],
)
def test_the_database_itself_keeps_four_eyes_and_shares(db: Db, more: dict[str, Any]) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        moved(db, 1, Status.APPROVED, **more)


def test_founding_is_recorded_as_the_programs_act(db: Db) -> None:
    publish(db, version(1), at=AT)
    publish(db, version(2, "n1 > 2"), at=AT)
    publish(db, version(1), at=AT)

    query = (
        "SELECT version, step, command, from_status, to_status, actor, happened_at"
        " FROM decisioning.rule_book_event ORDER BY happened_at, version, step"
    )
    assert db.execute(query).fetchall() == [
        (1, 1, "found", "none", "live", "whiteslip", AT),
        (1, 2, "replace", "live", "retired", "whiteslip", AT),
        (1, 3, "restore", "retired", "live", "whiteslip", AT),
        (2, 1, "found", "none", "live", "whiteslip", AT),
        (2, 2, "replace", "live", "retired", "whiteslip", AT),
    ]


@pytest.mark.parametrize("status", [Status.DRAFT, Status.APPROVED, Status.SHADOW])
def test_the_program_does_not_publish_what_people_are_at_work_on(db: Db, status: Status) -> None:
    publish(db, version(1), at=AT)
    moved(db, 2, status)

    with pytest.raises(Conflict, match="version 2 of test is"):
        publish(db, version(2, "n1 > 2"), at=AT)
    assert statuses(db) == [(1, "live"), (2, status)]


def test_a_step_decided_on_what_is_past_is_a_conflict(db: Db) -> None:
    publish(db, version(1), at=AT)
    now = standing(db, "test")
    (shadow,) = [replace(now.versions[0], status=Status.RETIRED)]

    with pytest.raises(Conflict, match="version 1 of test is not shadow any more"):
        keep(db, now, (Change(Command.RETIRE, Status.SHADOW, shadow, "anna"),), at=AT)


def test_shadow_counts_are_kept_a_row_a_batch(db: Db) -> None:
    one = Differences(
        1,
        2,
        (
            OutcomePair(Outcome.CLEAR, Outcome.CLEAR, 7),
            OutcomePair(Outcome.CLEAR, Outcome.REVIEW, 2),
        ),
        (RulePair("r", 1, 0, 2),),
    )
    for differences in (one, one, Differences(1, 2, (), ())):
        count_shadow(db, "test", differences, on=AT.date())

    found = db.execute(
        "SELECT live_outcomes, shadow_outcomes, outcome_rows, rule_ids, fired_both, fired_live,"
        " fired_shadow FROM decisioning.shadow_count ORDER BY count_id"
    ).fetchall()
    assert found[:2] == [([0, 0], [0, 4], [7, 2], ["r"], [1], [0], [2])] * 2
    assert found[2] == ([], [], [], [], [], [], [])


def test_the_latest_runs_are_summed_over_their_parts(db: Db) -> None:
    book = version(1)
    for day, moves in ((1, 4), (2, 1), (2, 2), (3, 9)):
        count_run(db, book, on=AT.date().replace(day=day), accounts=50, moved=moves)

    assert trailing_moves(db, "test", runs=2) == [9, 3]
    assert trailing_moves(db, "other", runs=2) == []


@pytest.mark.parametrize("kind", [BookKind.WATCH, BookKind.LIMITS])
def test_the_shipped_books_read_what_is_supplied(db: Db, kind: BookKind) -> None:
    book, _ = read(shipped(kind.value), file="")
    assert book is not None

    facts = supplied(kind)

    assert facts is not None
    assert {source.name: source.type for source in book.inputs}.items() <= facts.items()
    assert supplied(BookKind.CHECKOUT) is None
    assert compare_versions(db, book, book, on=AT.date()) == []


def test_books_published_before_there_was_a_life_are_the_programs(empty_dsn: str) -> None:
    before = [each for each in migrations() if int(each.name[:4]) < 4]
    migrate(empty_dsn, before)
    body = version(1).body
    with connect(empty_dsn) as old:
        old.execute(
            "INSERT INTO decisioning.rule_book VALUES ('test', 1, %s, %s, 'live', %s)",
            (body, checksum_of(body), AT),
        )

    migrate(empty_dsn)

    with connect(empty_dsn) as db:
        assert live(db, "test").version == 1
        assert standing(db, "test").versions[0].authors == ("whiteslip",)
        query = "SELECT command, to_status, actor, happened_at FROM decisioning.rule_book_event"
        assert db.execute(query).fetchall() == [("found", "live", "whiteslip", AT)]
