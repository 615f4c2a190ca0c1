"""Appeals on PostgreSQL: what the tables hold whatever the program does."""

from __future__ import annotations

import re
from importlib import resources

import psycopg
import pytest
from tests.care.appeals.test_rules import new
from tests.risk.reviews.cases import AT, ON

from whiteslip.care.appeals import rules, store
from whiteslip.care.appeals.model import (
    AppealKey,
    Kept,
    Move,
    Outcome,
    State,
    Subject,
    SubjectKey,
)
from whiteslip.infra.database import Connection
from whiteslip.risk.reviews.model import SubjectType

BY_ANNA = Subject(71, None, ("anna", "watch book"), by_machine=False, frozen={})
DECIDED = Move(7, 9, State.IN_REVIEW, State.DECIDED, "bo", "seen", Outcome.UPHELD, "合理。", ON)


def insert(db: Connection, *numbers: int) -> set[AppealKey]:
    due_at = rules.due_at(new(), store.terms(), at=AT)
    kept = [Kept(AppealKey(7, number), new(), BY_ANNA, due_at) for number in numbers]
    return store.insert_appeals(db, kept, on=ON, at=AT)


def in_review(db: Connection) -> None:
    insert(db, 9)
    store.move_appeals(db, [Move(7, 9, State.RECEIVED, State.IN_REVIEW, "bo")], at=AT)


def test_a_decision_is_under_one_appeal_at_a_time(db: Connection) -> None:
    assert insert(db, 1, 2) == {(7, 1)}
    assert insert(db, 3) == set()
    store.move_appeals(db, [Move(7, 1, State.RECEIVED, State.WITHDRAWN, "app")], at=AT)
    assert insert(db, 4) == {(7, 4)}


def test_the_table_refuses_who_decided_before(db: Connection) -> None:
    in_review(db)
    with pytest.raises(psycopg.errors.CheckViolation), db.transaction():
        store.move_appeals(db, [DECIDED._replace(actor="anna")], at=AT)

    store.move_appeals(db, [DECIDED], at=AT)

    row = db.execute("SELECT state, outcome, answer, decided_by FROM care.appeal").fetchone()
    assert row == ("decided", "upheld", "合理。", "bo")


@pytest.mark.parametrize(
    "wrong",
    [
        DECIDED._replace(answer=None),
        DECIDED._replace(answer=""),
        DECIDED._replace(answer="x" * 4001),
        DECIDED._replace(outcome=None, answer=None, decided_on=None),
    ],
)
def test_the_table_asks_for_an_outcome_and_an_answer(db: Connection, wrong: Move) -> None:
    in_review(db)

    with pytest.raises(psycopg.errors.CheckViolation):
        store.move_appeals(db, [wrong], at=AT)


def test_history_only_grows(db: Connection) -> None:
    in_review(db)
    store.move_appeals(db, [DECIDED], at=AT)

    rows = db.execute(
        "SELECT step, from_state, to_state, actor, note FROM care.appeal_event ORDER BY step"
    ).fetchall()
    assert rows == [
        (1, "none", "received", "app", ""),
        (2, "received", "in_review", "bo", ""),
        (3, "in_review", "decided", "bo", "seen"),
    ]
    for package in ("appeals", "complaints"):
        for file in (resources.files(f"whiteslip.care.{package}") / "sql").iterdir():
            text = file.read_text("utf-8")
            assert not re.search(r"(UPDATE|DELETE FROM)\s+care\.\w+_event", text), file.name


def test_what_is_not_there_is_not_found(db: Connection) -> None:
    keys = [SubjectKey(7, type_, 1) for type_ in store.terms().dues]

    assert store.find_subjects(db, keys) == {}


def test_earlier_reviewers_count_as_having_had_a_hand_in_it(db: Connection) -> None:
    in_review(db)
    store.move_appeals(db, [DECIDED], at=AT)
    db.execute(
        "INSERT INTO risk.restriction (customer_id, restriction_id, line_id, level, state, book, book_version,"
        " rule_id, reasons, way_out, appeal_route, notice_id, since_on, in_force, cure, probation_days)"
        " VALUES (7, 70, 71, 4, 'active', 'manual', 1, 'BEH-01', '[1]', 'wait', 'appeal', 1, %s, 4, 'verify', 14)",
        (ON,),
    )
    db.execute(
        "INSERT INTO risk.restriction_event VALUES"
        " (7, 70, 1, 'none', 'active', 'Anna (caller 3)', %s, %s, NULL, 4)",
        (ON, AT),
    )
    key = SubjectKey(7, SubjectType.RESTRICTION, 70)

    subject = store.find_subjects(db, [key])[key]

    assert (subject.actors, subject.by_machine, subject.line_id) == (("anna", "bo"), False, 71)
    assert subject.frozen["restriction"]["state"] == "active"
    assert [event["actor"] for event in subject.frozen["events"]] == ["Anna (caller 3)"]
