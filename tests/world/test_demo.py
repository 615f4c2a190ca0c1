"""The demonstration tells one person's whole story by the same flows as everyone's."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from whiteslip.flows.check_books import check_books
from whiteslip.infra import business_day, keys
from whiteslip.infra.database import Database
from whiteslip.views import customers
from whiteslip.views.book import find_story
from whiteslip.world import demo

PEPPER = b"p" * 32


@pytest.mark.slow
@pytest.mark.parametrize("today", [date(2026, 11, 21), date(2027, 3, 1)])
def test_the_story_is_told_to_its_end(database: Database, today: date) -> None:
    at = datetime(today.year, today.month, today.day, 4, tzinfo=UTC)
    told: list[str] = []

    built = demo.fill(database, at=at, progress=told.append, pepper=PEPPER, shoppers=3)

    assert built is not None
    assert len(told) == demo.DAYS
    assert database.read(business_day.read).current_on == today
    story = database.read(lambda db: customers.tell(db, built.story_customer))
    assert story is not None
    assert [notice.kind for notice in story.notices] == [
        "relief_offered",
        "warned",
        "restricted",
        "suspended",
        "restored",
    ]
    assert [each.status for each in story.purchases].count("declined") == 1
    assert any(each.plan_months for each in story.purchases)
    assert len(story.refunds) == 1
    assert story.arrears[0].ended_on is not None
    assert story.line is not None
    assert story.line.overdue_minor == 0
    assert database.read(check_books).problems == []


@pytest.mark.slow
def test_keys_work_and_a_second_build_changes_nothing(database: Database) -> None:
    at = datetime(2026, 11, 21, tzinfo=UTC)

    def build() -> demo.Demo | None:
        return demo.fill(database, at=at, progress=lambda _: None, pepper=PEPPER, shoppers=1)

    built = build()
    assert built is not None
    operator, shop = built.keys[:2]
    found = database.read(lambda db: keys.find(db, shop.key.encode(), pepper=PEPPER))

    assert operator.merchant_id is None
    assert found is not None
    assert found.merchant_id == 1
    assert build() is None
    assert database.read(find_story) is not None
