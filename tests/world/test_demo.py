"""The demonstration tells one person's whole story by the same flows as everyone's."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.builders import founded
from tests.web.worlds import SECRETS, outsiders

from whiteslip.flows.check_books import check_books
from whiteslip.infra import business_day, keys
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.settings import Settings
from whiteslip.kernel.errors import NotAllowed, NotFound
from whiteslip.views import customers
from whiteslip.views.book import find_story
from whiteslip.world import demo
from whiteslip.world.telling import Told, tell

_REMINDERS = {"due_soon", "overdue_reminder"}


@pytest.mark.slow
@pytest.mark.parametrize("today", [date(2026, 11, 21), date(2027, 3, 1)])
def test_the_story_is_told_to_its_end(database: Database, today: date) -> None:
    at = datetime(today.year, today.month, today.day, 4, tzinfo=UTC)
    told: list[str] = []

    with outsiders() as parties:
        built = demo.fill(database, parties, SECRETS, at=at, progress=told.append, shoppers=3)

    assert built is not None
    assert len(told) == demo.DAYS
    assert database.read(business_day.read).current_on == today
    story = database.read(lambda db: customers.tell(db, built.story_customer))
    assert story is not None
    kinds = [notice.kind for notice in story.notices]
    assert [kind for kind in kinds if kind not in _REMINDERS] == [
        "application_approved",
        "relief_offered",
        "warned",
        "restricted",
        "suspended",
        "restored",
        "appeal_received",
        "appeal_decided",
    ]
    assert set(kinds) > _REMINDERS
    assert [each.status for each in story.purchases].count("declined") == 1
    assert any(each.plan_months for each in story.purchases)
    assert len(story.refunds) == 1
    assert story.arrears[0].ended_on is not None
    assert story.line is not None
    assert story.line.overdue_minor == 0
    assert database.read(check_books).problems == []
    _tells_the_main_job_in_order(database.read(lambda db: tell(db, built.story_customer)))
    sent = database.read(_messages)
    assert sent["sent", None] >= 10
    assert set(sent) <= {("sent", None), ("dropped", "moot")}, "nothing failed or was forgotten"


_MAIN = (
    "applies for a limit of 8000.00; the credit bureau is asked and has answered",
    "the application is approved: a line of 8000.00 opens",
    "buys for 2999.00 at 启明数码 in 3 installments",
    "a statement: ",
    "is reminded of a due date in the app and by text message",
    "is missed",
    "is warned in the app: A payment of yours is overdue by 1 day.",
    "is reminded of what is overdue in the app and by text message",
    "is told that the line is restricted in the app and by text message: A payment of yours is",
    "is told that the line is suspended in the app and by text message: A payment of yours is",
    "a purchase is declined: A payment of yours is overdue by",
    "by bank transfer: nothing is overdue",
    "is told that buying works again",
    "buys for ",
    "appeals against the restriction: ",
    "somebody else decides: upheld. ",
)


def _tells_the_main_job_in_order(told: list[Told]) -> None:
    assert [each.on for each in told] == sorted(each.on for each in told)
    rest = iter(told)
    for words in _MAIN:
        assert any(words in each.text for each in rest), f"{words!r} is missing, or out of order"
    assert all(
        "The way back: pay overdue." in each.text
        for each in told
        if "told that the line" in each.text
    )


def _messages(db: Connection) -> dict[tuple[str, str | None], int]:
    rows = db.execute("SELECT status, why, count(*) FROM care.message GROUP BY 1, 2").fetchall()
    return {(status, why): many for status, why, many in rows}


def test_outside_a_sandbox_no_world_is_built(tmp_path: Path) -> None:
    real = Settings(
        home=tmp_path,
        dsn="dbname=real",
        sandbox=False,
        bureau_url="http://b.example",
        messages_url="http://m.example",
    )

    with pytest.raises(NotAllowed, match="in a sandbox"):
        demo.build(real, progress=lambda _: None)


def test_a_book_without_the_story_has_nothing_to_tell(database: Database) -> None:
    book = founded(database)
    customer_id = book.customer()

    with pytest.raises(NotFound, match="no line"):
        database.read(lambda db: tell(db, customer_id))


@pytest.mark.slow
def test_keys_work_and_a_second_build_changes_nothing(database: Database) -> None:
    at = datetime(2026, 11, 21, tzinfo=UTC)

    def build() -> demo.Demo | None:
        with outsiders() as parties:
            return demo.fill(database, parties, SECRETS, at=at, progress=lambda _: None, shoppers=1)

    built = build()
    assert built is not None
    operator, shop = built.keys[:2]
    found = database.read(lambda db: keys.find(db, shop.key.encode(), pepper=SECRETS.pepper))

    assert operator.merchant_id is None
    assert found is not None
    assert found.merchant_id == 1
    assert build() is None
    assert database.read(find_story) is not None
