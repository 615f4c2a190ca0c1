"""The registry: two persons, one live version, no changed body; and scores that never look ahead."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import psycopg
import pytest
from tests.decisioning.models.learned import learned, sample_of

from whiteslip.decisioning.models import scoring
from whiteslip.decisioning.models.model import Absence, Boosted, Entry, NoModel, Scores, Status
from whiteslip.decisioning.models.store import (
    approve,
    draft,
    entries,
    entry,
    history,
    latest_scores,
    live,
    live_or_none,
    load,
    record_scores,
    release,
    retire,
    roll_back,
)
from whiteslip.decisioning.scorecards import fitting
from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
ON = date(2026, 3, 1)
Db = psycopg.Connection[Any]


def version(number: int) -> Boosted:
    return replace(learned(), version=number)


def drafted(db: Db, number: int = 1) -> Entry:
    figures = {"auc": 0.78}
    return draft(db, version(number), fitted_on=ON, figures=figures, by="ana", at=AT)


def released(db: Db, number: int) -> Entry:
    drafted(db, number)
    approve(db, "test", number, by="bo", at=AT)
    return release(db, "test", number, by="bo", at=AT)


def statuses(db: Db) -> list[tuple[int, str]]:
    return [(each.version, each.status.value) for each in entries(db, name="test")]


def test_a_draft_is_registered_with_its_figures_and_once(db: Db) -> None:
    first = drafted(db)

    assert (first.status, first.figures, first.drafted_by) == (Status.DRAFT, {"auc": 0.78}, "ana")
    assert drafted(db) == first == entry(db, "test", 1)
    assert [step.command for step in history(db, "test")] == ["draft"]


def test_a_body_never_changes(db: Db) -> None:
    drafted(db)
    other = replace(version(1), description="another")

    with pytest.raises(Conflict, match="version 1 of test is registered with another body"):
        draft(db, other, fitted_on=ON, figures={}, by="ana", at=AT)


def test_who_drafted_a_model_does_not_approve_it(db: Db) -> None:
    drafted(db)

    for same in ("ana", " Ana "):
        with pytest.raises(NotAllowed, match="another person"):
            approve(db, "test", 1, by=same, at=AT)
    with pytest.raises(Conflict, match="not approved"):
        release(db, "test", 1, by="bo", at=AT)
    assert approve(db, "test", 1, by="bo", at=AT).approved_by == "bo"
    with pytest.raises(Conflict, match="approved by bo"):
        approve(db, "test", 1, by="cy", at=AT)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE decisioning.model SET approved_by = drafted_by, approved_at = drafted_at",
        "UPDATE decisioning.model SET status = 'live'",
    ],
)
def test_the_table_itself_wants_two_persons(db: Db, change: str) -> None:
    drafted(db)

    with pytest.raises(psycopg.errors.CheckViolation):
        db.execute(change.encode())


def test_a_release_retires_the_version_before_and_a_rollback_brings_it_back(db: Db) -> None:
    released(db, 1)
    released(db, 2)
    assert statuses(db) == [(2, "live"), (1, "retired")]

    assert roll_back(db, "test", by="cy", at=AT).version == 1

    assert statuses(db) == [(2, "retired"), (1, "live")]
    assert live(db, "test").version == 1
    steps = [(each.version, each.command, each.actor) for each in history(db, "test")]
    assert steps == [
        (1, "draft", "ana"),
        (1, "approve", "bo"),
        (1, "release", "bo"),
        (1, "supersede", "bo"),
        (1, "roll_back", "cy"),
        (2, "draft", "ana"),
        (2, "approve", "bo"),
        (2, "release", "bo"),
        (2, "supersede", "cy"),
    ]


def test_a_rollback_leads_only_to_what_was_live(db: Db) -> None:
    with pytest.raises(NotFound, match="nothing to go back from"):
        roll_back(db, "test", by="cy", at=AT)
    drafted(db, 1)
    retire(db, "test", 1, by="ana", at=AT)
    released(db, 2)

    with pytest.raises(NotFound, match="no version of test before 2"):
        roll_back(db, "test", by="cy", at=AT)


def test_releasing_the_live_version_again_changes_nothing(db: Db) -> None:
    first = released(db, 1)

    assert release(db, "test", 1, by="cy", at=AT) == first
    assert len(history(db, "test")) == 3


def test_without_a_live_version_there_is_a_named_absence(db: Db) -> None:
    released(db, 1)
    retire(db, "test", 1, by="bo", at=AT)

    with pytest.raises(NoModel, match="no model 'test' is live") as caught:
        live(db, "test")
    assert caught.value.absence is Absence.MISSING
    found = live_or_none(db, "test")
    assert found.model is None
    assert found.fault is not None
    assert found.fault.absence is Absence.MISSING


def test_the_live_model_is_read_once_and_scores(db: Db) -> None:
    released(db, 1)

    model = live(db, "test")

    assert live_or_none(db, "test") == (model, None)
    assert live(db, "test") is model
    assert model == learned()


def tampered(db: Db, number: int, change: str) -> NoModel:
    """A version no process has read yet, changed behind the registry's back."""
    released(db, number)
    db.execute(change.encode())
    found = live_or_none(db, "test")
    assert found.model is None
    assert found.fault is not None
    with pytest.raises(NoModel):
        load(db, "test", number)
    return found.fault


def test_a_body_that_was_tampered_with_is_no_model(db: Db) -> None:
    change = "UPDATE decisioning.model SET body = replace(body, '\"slope\": ', '\"slope\": 1')"
    fault = tampered(db, 71, change)

    assert fault.absence is Absence.CHANGED
    assert "test 71 is not as it was registered" in str(fault)


def test_a_body_that_cannot_be_read_is_no_model(db: Db) -> None:
    change = (
        "UPDATE decisioning.model SET body = '{}', checksum = encode(sha256('{}'::bytea), 'hex')"
    )
    fault = tampered(db, 72, change)

    assert fault.absence is Absence.UNREADABLE
    assert "test 72 cannot be read: test 72: Object missing" in str(fault)


def test_a_body_of_another_version_is_no_model(db: Db) -> None:
    change = (
        "WITH other AS (SELECT replace(body, '\"version\": 73', '\"version\": 1') AS body"
        " FROM decisioning.model) UPDATE decisioning.model SET body = other.body,"
        " checksum = encode(sha256(convert_to(other.body, 'UTF8')), 'hex') FROM other"
    )
    fault = tampered(db, 73, change)

    assert fault.absence is Absence.UNREADABLE
    assert "calls itself test 1" in str(fault)


def test_a_scorecard_is_registered_and_scores_alike(db: Db) -> None:
    sample = sample_of()
    card = fitting.fit(sample, name="card", version=3).scorecard
    draft(db, card, fitted_on=ON, figures={}, by="ana", at=AT)
    approve(db, "card", 3, by="bo", at=AT)
    release(db, "card", 3, by="bo", at=AT)

    found = live(db, "card")

    assert found == card
    scores = scoring.score(found, sample.columns)
    assert scores.points is not None
    assert scores.probability.mean() == pytest.approx(sample.is_bad.mean(), abs=0.02)
    assert scoring.score(learned(), sample.columns).points is None
    with pytest.raises(InvalidInput, match="card 3 needs the columns"):
        scoring.score(found, sample.columns[:1])


def test_figures_must_be_plain_and_persons_named(db: Db) -> None:
    with pytest.raises(InvalidInput, match="plain JSON"):
        draft(db, version(1), fitted_on=ON, figures={"auc": float("nan")}, by="ana", at=AT)
    with pytest.raises(InvalidInput, match="has to be named"):
        draft(db, version(1), fitted_on=ON, figures={}, by=" ", at=AT)
    with pytest.raises(NotFound, match="no version 9"):
        approve(db, "test", 9, by="bo", at=AT)
    with pytest.raises(NoModel, match="no version 9"):
        load(db, "test", 9)


def test_two_releases_at_once_leave_one_live_version(connections: Callable[[], Db]) -> None:
    first, second = connections(), connections()
    for number in (1, 2):
        drafted(first, number)
        approve(first, "test", number, by="bo", at=AT)
    first.commit()
    release(first, "test", 1, by="bo", at=AT)

    with ThreadPoolExecutor(1) as pool:
        later = pool.submit(release, second, "test", 2, by="bo", at=AT)
        with pytest.raises(TimeoutError):
            later.result(timeout=0.3)
        first.commit()
        later.result(timeout=10)
    second.commit()

    assert statuses(first) == [(2, "live"), (1, "retired")]


LINES = np.array([[2, 20], [1, 11], [1, 10]])


def record(db: Db, *probability: float, on: date = ON, number: int = 1, points: bool = True) -> int:
    told = np.array(probability)
    scores = Scores(600 - 100 * told if points else None, told)
    keys = LINES[: len(told)]
    return record_scores(
        db,
        scores,
        model="test",
        version=number,
        customer_ids=keys[:, 0],
        line_ids=keys[:, 1],
        on=on,
    )


def latest(db: Db, *, on: date, most_age_days: int = 30) -> list[tuple[int, float, float, str]]:
    keys = LINES[::-1]
    found = latest_scores(
        db,
        customer_ids=keys[:, 0],
        line_ids=keys[:, 1],
        model="test",
        on=on,
        most_age_days=most_age_days,
    )
    columns = (found.versions, found.probability, found.points)
    told = [column.tolist() for column in columns]
    return list(zip(*told, [str(day) for day in found.scored_on], strict=True))


def test_scores_come_back_in_the_order_asked(db: Db) -> None:
    assert record(db, 0.1, 0.2, 0.3) == 3

    assert latest(db, on=ON) == [
        (1, 0.3, 570.0, "2026-03-01"),
        (1, 0.2, 580.0, "2026-03-01"),
        (1, 0.1, 590.0, "2026-03-01"),
    ]


def test_no_score_is_seen_before_its_day_nor_when_it_is_too_old(db: Db) -> None:
    record(db, 0.1, 0.2)
    record(db, 0.5, on=ON + timedelta(days=2), number=2, points=False)

    def of_first(on: date, days: int = 30) -> tuple[int, float]:
        return latest(db, on=on, most_age_days=days)[2][:2]

    assert of_first(ON - timedelta(days=1)) == (0, pytest.approx(np.nan, nan_ok=True))
    assert of_first(ON + timedelta(days=1)) == (1, 0.1)
    assert of_first(ON + timedelta(days=2)) == (2, 0.5)
    assert of_first(ON + timedelta(days=32)) == (2, 0.5)
    assert of_first(ON + timedelta(days=33))[0] == 0
    assert of_first(ON + timedelta(days=2), days=0) == (2, 0.5)
    assert of_first(ON + timedelta(days=3), days=0)[0] == 0
    never, *_ = latest(db, on=ON)
    assert (never[0], np.isnan(never[1:3]).all(), never[3]) == (0, True, "NaT")


def test_a_second_run_of_the_day_replaces_the_first_and_the_same_changes_nothing(db: Db) -> None:
    record(db, 0.1, 0.2)

    assert record(db, 0.1, 0.2) == 0
    assert record(db, 0.1, 0.4) == 1
    assert latest(db, on=ON)[1][1] == 0.4


def test_of_no_lines_there_are_no_scores(db: Db) -> None:
    none = np.empty(0, dtype=np.int64)
    found = latest_scores(
        db, customer_ids=none, line_ids=none, model="test", on=ON, most_age_days=30
    )

    assert [len(column) for column in found] == [0, 0, 0, 0]
    empty = Scores(None, np.empty(0))
    new = record_scores(db, empty, model="test", version=1, customer_ids=none, line_ids=none, on=ON)
    assert new == 0


@pytest.mark.parametrize(
    ("probability", "points", "message"),
    [
        ([0.1, np.nan], None, "no probability"),
        ([0.1, 1.5], None, "no probability"),
        ([0.1], None, "one score a line"),
        ([0.1, 0.2], [1.0, np.nan], "points are missing"),
    ],
)
def test_what_is_no_score_is_refused(
    db: Db, probability: list[float], points: list[float] | None, message: str
) -> None:
    scores = Scores(None if points is None else np.array(points), np.array(probability))

    with pytest.raises(InvalidInput, match=message):
        record_scores(
            db,
            scores,
            model="test",
            version=1,
            on=ON,
            customer_ids=LINES[:2, 0],
            line_ids=LINES[:2, 1],
        )


def test_a_line_is_scored_once_a_run(db: Db) -> None:
    customers, lines = np.array([1, 1]), np.array([5, 5])
    scores = Scores(None, np.array([0.1, 0.2]))

    with pytest.raises(InvalidInput, match="stands twice"):
        record_scores(
            db, scores, model="test", version=1, on=ON, customer_ids=customers, line_ids=lines
        )
