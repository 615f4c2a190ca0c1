"""What happens later does not change what was known on a day; each guard that sees to it is shown to bite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import numpy as np
import pytest
from tests.decisioning.features.storybook import THE_DAY, Story

from whiteslip.decisioning.features import store
from whiteslip.decisioning.features.store import GROUPS, Columns, compute
from whiteslip.infra.database import Connection, Database

GUARD = re.compile(r"(?:<=|<|>|,) (%\(as_of\)s::date|point\.on_day)(?! -)")
"""Where a statement compares with the day, or caps by it; `- 30` is the far end of a window."""

HARMLESS = {
    "compute_arrears: WHERE installment.due_on < %(as_of)s::date": (
        "what is not due yet is not unpaid beyond its due date"
    ),
    "compute_arrears: CROSS JOIN LATERAL (SELECT least(coalesce(arrears.ended_on, %(as_of)s::date": (
        "the cap beside it is the day again"
    ),
    "compute_use: WHEN movement.business_date >= (date_trunc('month', %(as_of)s::date": (
        "where a month of the past begins, not where the past ends"
    ),
}
"""Comparisons whose loosening lets nothing of the future in, each with its reason."""


def differences(before: Columns, after: Columns) -> list[str]:
    """Name the columns that differ; NaN equals NaN."""
    return [name for name in before if not _same(before[name], after[name])]


def _same(left: np.ndarray, right: np.ndarray) -> bool:
    if len(left) != len(right):
        return False
    if left.dtype == object:
        return left.tolist() == right.tolist()
    return np.array_equal(left, right, equal_nan=True)


def loosened(text: str) -> Iterator[tuple[str, str]]:
    """Return each guard's line and the statement in which it lets the next 400 days in."""
    for match in GUARD.finditer(text):
        start = text.rfind("\n", 0, match.start()) + 1
        yield text[start : match.end()].strip(), f"{text[: match.end()]} + 400{text[match.end() :]}"


class Planted:
    """Stands for the package's statements: each is the planted one."""

    def __init__(self, planted: str) -> None:
        self.planted = planted

    def text(self, _: str) -> str:
        return self.planted


def of(db: Connection) -> Columns:
    return everything(db, THE_DAY)


def everything(db: Connection, on: date) -> Columns:
    """Compute every feature and every score."""
    return compute(db, None, as_of=on, features=store.declarations().facts)


def test_the_future_does_not_leak_into_the_past(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = Story(database)
    story.before()
    known = database.read(of)
    assert len(known["line_id"]) == 5

    story.after()

    assert differences(known, database.read(of)) == []
    today = database.read(lambda db: everything(db, story.book.today))
    assert len(today["line_id"]) == 6
    changed = {store.declarations().facts[name].group for name in _moved(known, today)}
    assert changed == set(GROUPS)
    _each_guard_bites(database, known, monkeypatch)


def _moved(known: Columns, today: Columns) -> list[str]:
    kept = np.isin(today["line_id"], known["line_id"])
    return differences(known, {name: values[kept] for name, values in today.items()})


def _each_guard_bites(database: Database, known: Columns, monkeypatch: pytest.MonkeyPatch) -> None:
    idle: set[str] = set()
    for group, name in GROUPS.items():
        features = [each.name for each in store.declarations().groups[group]]
        for line, text in loosened(store.sql.text(name)):
            with monkeypatch.context() as patch:
                patch.setattr(store, "sql", Planted(text))
                found = database.read(
                    lambda db, features=features: compute(
                        db, None, as_of=THE_DAY, features=features
                    )
                )
            if not differences({key: known[key] for key in found}, found):
                idle.add(f"{name}: {line}")
    assert idle == set(HARMLESS)
