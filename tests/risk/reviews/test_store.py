"""Cases on PostgreSQL: one open case of a kind, evidence that stays, history that only grows."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from importlib import resources
from threading import Barrier

import psycopg
import pytest
from tests.risk.reviews.cases import AT, ON, new_case

from whiteslip.infra.database import Connection, Database
from whiteslip.risk.reviews import rules, store
from whiteslip.risk.reviews.model import (
    Case,
    CaseKey,
    Kind,
    Label,
    Labeled,
    Move,
    OpenedOrAttached,
    Ruling,
)

OWNED = ("risk.review_evidence", "risk.review_event")


def opened(db: Connection, *new: object, **more: object) -> list[OpenedOrAttached]:
    return store.open_cases(db, [new_case(**more)] if not new else list(new), on=ON, at=AT)  # pyright: ignore[reportArgumentType]


def pieces(db: Connection) -> list[tuple[object, ...]]:
    return db.execute(
        "SELECT case_id, piece, subject_id, evidence, checksum FROM risk.review_evidence ORDER BY 1, 2"
    ).fetchall()


def lock(db: Connection, key: OpenedOrAttached | CaseKey) -> Case:
    wanted = CaseKey(key.customer_id, key.case_id)
    return store.lock_cases(db, [wanted])[wanted]


def move(db: Connection, made: object) -> None:
    assert isinstance(made, Move), made
    store.move_cases(db, [made], at=AT)


def decide(db: Connection, key: OpenedOrAttached, label: Label | None, *, on: date = ON) -> None:
    move(db, rules.take(lock(db, key), "Bo", store.desk(), at=AT))
    decide_held(db, key, label, on=on)


def decide_held(
    db: Connection,
    key: OpenedOrAttached | CaseKey,
    label: Label | None = None,
    *,
    on: date = ON,
) -> None:
    case = lock(db, key)
    ruling = Ruling(*case.key, "Bo", "uphold", "as it should be", label)
    move(db, rules.decide(case, ruling, store.desk(), on=on, at=AT))


def test_one_open_case_for_a_customer_and_kind(db: Connection) -> None:
    batch = [
        new_case(subject_id=1),
        new_case(8),
        new_case(subject_id=2),
        new_case(kind=Kind.FRAUD),
        new_case(subject_id=3),
    ]

    first, other, second, fraud, third = store.open_cases(db, batch, on=ON, at=AT)

    assert [one.piece for one in (first, other, second, fraud, third)] == [1, 1, 2, 1, 3]
    assert len({first[:2], second[:2], third[:2]}) == 1
    assert len({first.case_id, other.case_id, fraud.case_id}) == 3
    (fourth,) = opened(db, subject_id=4)
    assert (fourth.case_id, fourth.piece, fourth.is_opened) == (first.case_id, 4, False)
    assert [row[2] for row in pieces(db) if row[0] == first.case_id] == [1, 2, 3, 4]
    assert lock(db, first).pieces == 4
    assert store.find_altered(db) == []


def test_a_case_that_ended_makes_room_for_the_next(db: Connection) -> None:
    (first,) = opened(db)
    decide(db, first, None)

    (second,) = opened(db)

    assert second.is_opened
    assert second.case_id != first.case_id


def test_the_table_itself_keeps_a_second_open_case_out(db: Connection) -> None:
    (first,) = opened(db)
    decide(db, first, None)
    opened(db)

    with pytest.raises(psycopg.errors.UniqueViolation):
        db.execute(
            "UPDATE risk.review_case SET state = 'open', decided_at = NULL, decided_on = NULL,"
            " decided_by = NULL, outcome = NULL"
        )


def test_under_a_race_one_case_opens_and_the_rest_is_attached(database: Database) -> None:
    together = Barrier(6)

    def one(number: int) -> list[OpenedOrAttached]:
        together.wait()
        batch = [new_case(customer, subject_id=number) for customer in (9, 7, 8)]
        return database.write(lambda db: store.open_cases(db, batch, on=ON, at=AT))

    with ThreadPoolExecutor(6) as pool:
        answers = [answer for found in pool.map(one, range(6)) for answer in found]

    for customer in (7, 8, 9):
        these = [answer for answer in answers if answer.customer_id == customer]
        assert sorted(answer.piece for answer in these) == [1, 2, 3, 4, 5, 6]
        assert len({answer.case_id for answer in these}) == 1
    assert database.read(store.find_altered) == []


def test_what_is_opened_while_others_decide_is_never_lost(database: Database) -> None:
    def opening(number: int) -> list[OpenedOrAttached]:
        batch = [new_case(subject_id=number)]
        return database.write(lambda db: store.open_cases(db, batch, on=ON, at=AT))

    def deciding(_: int) -> None:
        def work(db: Connection) -> None:
            for key in store.find_free(db, [Kind.SUSPENSION], "bo", most=1, at=AT):
                found = store.lock_free(db, key, at=AT)
                if found is not None:
                    move(db, rules.take(found, "Bo", store.desk(), at=AT))
                    decide_held(db, key)

        database.write(work)

    with ThreadPoolExecutor(6) as pool:
        decided = [pool.submit(deciding, number) for number in range(60)]
        found = [one for batch in pool.map(opening, range(60)) for one in batch]
        assert [one.result() for one in decided] == [None] * 60

    assert len(set(found)) == 60
    kept = database.read(pieces)
    assert sorted((row[0], row[1]) for row in kept) == sorted(one[1:] for one in found)
    assert sorted(row[2] for row in kept) == list(range(60))  # pyright: ignore[reportArgumentType]
    assert database.read(store.find_altered) == []


def test_evidence_does_not_change_while_the_case_lives(db: Connection) -> None:
    (key,) = opened(db)
    before = pieces(db)

    move(db, rules.take(lock(db, key), "Bo", store.desk(), at=AT))
    move(db, rules.release(lock(db, key), "Bo", "", at=AT))
    opened(db, subject_id=2)
    decide(db, key, Label.UNCLEAR)

    assert pieces(db)[:1] == before
    assert before[0][3] == {"utilization": 0.97, "words": "消费异常 🙁"}
    assert store.find_altered(db) == []


def test_control_evidence_that_is_changed_is_refused_or_found(db: Connection) -> None:
    opened(db)
    with pytest.raises(psycopg.errors.CheckViolation), db.transaction():
        db.execute("""UPDATE risk.review_evidence SET evidence = '{"utilization": 0.1}'""")
    db.execute("DELETE FROM risk.review_evidence")

    assert len(store.find_altered(db)) == 1

    (key,) = opened(db, kind=Kind.FRAUD)
    db.execute("ALTER TABLE risk.review_evidence DROP CONSTRAINT review_evidence_check")
    db.execute("UPDATE risk.review_evidence SET evidence = '{}' WHERE case_id = %s", (key.case_id,))
    assert CaseKey(*key[:2]) in store.find_altered(db)


def rewrites(text: str) -> bool:
    """Tell whether a statement changes or deletes rows of an append-only table."""
    tables = "|".join(re.escape(table) for table in OWNED)
    return re.search(rf"(UPDATE|DELETE FROM|TRUNCATE)\s+({tables})\b", text) is not None


def test_no_statement_of_ours_rewrites_evidence_or_history() -> None:
    files = [
        entry
        for entry in (resources.files("whiteslip.risk.reviews") / "sql").iterdir()
        if entry.name.endswith(".sql")
    ]

    assert len(files) > 5
    assert [file.name for file in files if rewrites(file.read_text("utf-8"))] == []


def test_control_a_statement_that_rewrites_is_found() -> None:
    assert rewrites("UPDATE risk.review_evidence\nSET evidence = '{}'")
    assert rewrites("DELETE FROM risk.review_event WHERE TRUE")


def test_every_step_is_kept_with_who_took_it(db: Connection) -> None:
    (key,) = opened(db)
    decide(db, key, Label.TRUE_POSITIVE)

    rows = db.execute(
        "SELECT step, command, from_state, to_state, actor, note FROM risk.review_event ORDER BY step"
    ).fetchall()

    assert rows == [
        (1, "open", "none", "open", "watch book", ""),
        (2, "take", "open", "taken", "bo", ""),
        (3, "decide", "taken", "decided", "bo", "as it should be"),
    ]


def test_the_table_keeps_a_barred_person_from_holding(db: Connection) -> None:
    opened(db, barred=("Anna",))

    with pytest.raises(psycopg.errors.CheckViolation):
        db.execute(
            "UPDATE risk.review_case SET state = 'taken', holder = 'anna', leased_until = due_at"
        )


def test_labels_are_known_from_the_day_they_were_given(db: Connection) -> None:
    keys = store.open_cases(db, [new_case(customer) for customer in (1, 2, 3)], on=ON, at=AT)
    decide(db, keys[0], Label.FALSE_POSITIVE)
    decide(db, keys[1], Label.TRUE_POSITIVE, on=ON + timedelta(days=1))
    decide(db, keys[2], None)

    assert store.labeled(db, as_of=ON - timedelta(days=1)) == []
    assert store.labeled(db, as_of=ON) == [Labeled(1, 71, "suspension", "false_positive", ON, ON)]
    assert [row.customer_id for row in store.labeled(db, as_of=date(2026, 12, 31))] == [1, 2]


def test_nothing_to_open_opens_nothing(db: Connection) -> None:
    assert store.open_cases(db, [], on=ON, at=AT) == []
    assert store.lock_cases(db, []) == {}
