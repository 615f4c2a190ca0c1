"""The desk of risk in a real browser: a rule from draft to rollback, rings, segments, models, and runs that stopped."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from psycopg.types.json import Jsonb
from tests.browser.desks import (
    OTHER_WAYS,
    WAYS,
    change,
    colleagues,
    one,
    path_of,
    refused,
    send,
    sit_as,
    texts,
)
from tests.browser.eyes import Sitting
from tests.web.worlds import Served

from whiteslip.decisioning.models import store as models
from whiteslip.flows import publish_model
from whiteslip.flows.review_cases import Kind, NewCase, SubjectType, open_cases
from whiteslip.infra import business_day
from whiteslip.infra.accounts.model import Role
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Connection
from whiteslip.kernel import ids
from whiteslip.views import rule_books

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def version_of(world: Served, book: str, number: int) -> rule_books.VersionView:
    found = world.database.read(lambda db: rule_books.versions(db, book))
    return next(version for version in found if version.version == number)


def kept(world: Served, book: str, number: int) -> str:
    return world.database.read(lambda db: rule_books.kept(db, book, number))


def edit_wrongly_then_rightly(sitting: Sitting, wrong: str, right: str) -> str:
    """Edit the condition of a rule that is open, and return what it was."""
    page = sitting.page
    book, number = path_of(page).split("/")[4:6]
    before = kept(sitting.world, book, int(number))
    was = page.locator("#field-when").input_value()
    send(page, path_of(page), when=wrong)
    assert refused(page, "when")
    assert page.locator("#field-when").get_attribute("aria-invalid") == "true"
    assert page.locator("#field-when").input_value() == wrong, "what was typed stays"
    assert sitting.faults() == []
    send(page, path_of(page), when=right, reasons="XX-99")
    assert refused(page, "reasons")
    assert page.locator("#fault-when").count() == 0
    assert kept(sitting.world, book, int(number)) == before, "what is refused is not kept"
    page.goto(path_of(page))
    send(page, path_of(page), when=right)
    assert f'"{right}"' in kept(sitting.world, book, int(number))
    return was


def try_and_approve_ones_own(writing: Sitting) -> None:
    """Back-test the version that is open, and be refused to approve it oneself, before and after."""
    world, page, path = writing.world, writing.page, path_of(writing.page)
    book, number = path.split("/")[4:6]
    send(page, path, step="approve", note="before it was tried")
    assert refused(page)
    send(page, path, step="backtest")
    assert page.locator("figure.picture svg").first.is_visible()
    assert version_of(world, book, int(number)).status == "backtested"
    assert writing.faults() == []
    send(page, path, step="approve", note="my own")
    assert refused(page), "who wrote it does not approve it"
    assert version_of(world, book, int(number)).status == "backtested"


@pytest.mark.parametrize(
    ("language", "phone", "book", "rule", "wrong", "right", "share"),
    [
        ("zh", True, "watch", "overdue-15", "days_past_due >", "days_past_due >= 17", 100),
        ("en", False, "checkout", "pace-hour-stop", "requests_1h >= many", "requests_1h >= 19", 25),
    ],
)
def test_a_rule_is_changed_by_one_person_approved_by_another_and_rolled_back(
    sit: Any,
    world: Served,
    *,
    language: str,
    phone: bool,
    book: str,
    rule: str,
    wrong: str,
    right: str,
    share: int,
) -> None:
    author, other = colleagues(world, Role.RISK)[:2]
    writing = sit_as(sit, author, language=language, phone=phone)
    page = writing.page
    writing.open("/desk/risk").locator(f"tbody th a[href^='/desk/risk/books/{book}']").click()
    send(page, "/draft")
    path = path_of(page)
    number = int(path.rsplit("/", 1)[1])
    live = next(
        each.version
        for each in world.database.read(lambda db: rule_books.versions(db, book))
        if each.status == "live"
    )
    page.get_by_role("link", name=rule, exact=True).click()
    was = edit_wrongly_then_rightly(writing, wrong, right)

    assert path_of(page) == path
    assert page.locator("tr.changed").count() == 1
    assert page.locator("tr.changed th").text_content() == rule
    assert texts(page.locator("tr.changed del")) == [was]
    assert writing.faults() == []
    try_and_approve_ones_own(writing)
    second = sit_as(sit, other, language=language, phone=phone)
    seeing = second.open(path)
    send(seeing, path, step="approve", note="read and tried")
    assert version_of(world, book, number).approved_by == other.actor
    send(seeing, path, step="shadow")
    assert seeing.locator("[aria-current=step]").count() == 1
    assert version_of(world, book, number).status == "shadow"
    send(seeing, path, step="live", share=str(share))
    ended = version_of(world, book, number)
    assert ended.status == ("live" if share == 100 else "challenger")
    assert ended.share_ppm == (None if share == 100 else 250_000)
    assert version_of(world, book, live).status == ("retired" if share == 100 else "live")

    page.goto(f"/desk/risk/books/{book}")
    newest = page.locator("section.card").first.locator("tbody tr").first
    assert texts(newest.locator("td"))[1:3] == [author.actor, other.actor]
    send(page, "/rollback")
    assert refused(page, "note")
    send(page, "/rollback", note="it was only a trial")
    assert version_of(world, book, number).status == "retired"
    assert version_of(world, book, live).status == "live"
    last = page.locator("section.card").last.locator("tbody tr").first
    assert author.actor in texts(last.locator("td"))
    assert writing.faults() == []


RING = {
    "members": [
        {
            "customer_id": who,
            "joined_on": "2026-06-01",
            "first_on": "2026-06-01",
            "is_bad": who == 2,
        }
        for who in (1, 2, 3)
    ],
    "shared": [
        {"kind": "device", "members": [1, 2], "weight": 0.9},
        {"kind": "address", "members": [1, 2, 3], "weight": 0.3},
    ],
    "finding": {"signs": ["burst"]},
}


def plant_ring(world: Served) -> str:
    """Raise a ring of three, one of them known as bad, once for every test of the session."""
    number = 4_000_000

    def plant(db: Connection) -> None:
        if db.execute(b"SELECT 1 FROM risk.ring WHERE ring_id = %s", [number]).fetchone():
            return
        at = MachineClock().now()
        new = NewCase(1, Kind.RING, SubjectType.RING, number, {"members": 3}, "test")
        (opened,) = open_cases(db, [new], at=at)
        found = [number, opened.case_id, at, at.date(), Jsonb(RING)]
        db.execute(b"INSERT INTO risk.ring VALUES (1, %s, %s, %s, %s, 0.5, %s)", found)

    world.database.write(plant)
    return ids.write("rng", 1, number)


@pytest.mark.parametrize(("language", "phone"), WAYS)
def test_a_ring_is_drawn_with_whom_it_is_about(
    sit: Any, world: Served, language: str, phone: bool
) -> None:
    named = plant_ring(world)
    sitting: Sitting = sit("risk", language=language, phone=phone)
    page = sitting.open("/desk/risk/rings")
    page.get_by_role("link", name=named).click()

    drawn = page.locator("svg.ring")
    assert drawn.locator("circle").count() == 3
    assert drawn.locator("circle.bad").count() == 1
    assert drawn.locator("rect.thing").count() == 2
    assert drawn.locator("line").count() == 5, "two share the device, three the address"
    assert "cus_2" in (drawn.locator("desc").text_content() or "")
    box = drawn.bounding_box()
    assert box is not None
    assert box["width"] > 200
    assert texts(page.locator("tbody th")) == ["cus_1", "cus_2", "cus_3"]
    assert sitting.faults() == []
    assert page.locator("a[href^='/desk/reviews']").count() == 0, "a case is not for this desk"

    reviewing: Sitting = sit("reviews", language=language, phone=phone)
    reviewing.open(f"/desk/risk/rings/{named}").locator("main a[href^='/desk/reviews/']").click()
    assert path_of(reviewing.page).startswith("/desk/reviews/cas_1_")
    assert reviewing.page.locator("dl.evidence").first.is_visible()


@pytest.mark.parametrize(
    ("language", "phone", "segment"), [("zh", True, "heavy_users"), ("en", False, "new_lines")]
)
def test_a_segment_is_proposed_by_one_and_dismissed_by_another(
    sit: Any, world: Served, language: str, phone: bool, segment: str
) -> None:
    first, other = colleagues(world, Role.RISK)[:2]
    sitting = sit_as(sit, first, language=language, phone=phone)
    page = sitting.open("/desk/risk/segments")
    card = page.locator("section.card", has=page.locator(f"form[action$='/{segment}']"))
    card.locator("summary").click()
    send(page, f"/segments/{segment}", direction="tighten")
    assert refused(page)
    proposed = b"SELECT count(*) FROM risk.tightening WHERE segment = %s"
    before = one(world, proposed, segment)
    page.goto("/desk/risk/segments")
    card.locator("summary").click()
    send(page, f"/segments/{segment}", direction="tighten", note="what the month showed")
    assert not refused(page)
    assert one(world, proposed, segment) == before + 1
    assert sitting.faults() == []

    newest = b"SELECT max(tightening_id) FROM risk.tightening"
    number = one(world, newest)
    send(page, f"/segments/said/{number}", command="release", note="I stand by it")
    state = b"SELECT state FROM risk.tightening WHERE tightening_id = %s"
    assert one(world, state, number) == "proposed", "one person alone moves nobody"
    second = sit_as(sit, other, language=language, phone=phone)
    send(
        second.open("/desk/risk/segments"),
        f"/segments/said/{number}",
        command="dismiss",
        note="one month is too few",
    )
    assert one(world, state, number) == "dismissed"
    assert second.page.locator(f"form[action$='/said/{number}']").count() == 0


@pytest.mark.parametrize(("language", "phone"), OTHER_WAYS)
def test_a_model_is_approved_by_another_than_its_author_and_goes_live(
    sit: Any, world: Served, language: str, phone: bool
) -> None:
    author, other = colleagues(world, Role.RISK)[:2]
    at = MachineClock().now()

    def draft(db: Connection) -> int:
        before = models.live(db, "application")
        number = 1 + max(
            each.version for each in publish_model.entries(db) if each.name == "application"
        )
        copy = replace(before, version=number)
        figures = {"rows": 7, "auc": 0.71}
        publish_model.draft_model(db, copy, figures=figures, on=at.date(), by=author.actor, at=at)
        return number

    number = world.database.write(draft)
    named = f"application {number}"

    def status() -> tuple[str, str | None]:
        entries = world.database.read(publish_model.entries)
        entry = next(
            each for each in entries if (each.name, each.version) == ("application", number)
        )
        return entry.status.value, entry.approved_by

    sitting = sit_as(sit, author, language=language, phone=phone)
    page = sitting.open("/desk/risk/models")
    line = page.locator("tbody tr", has_text=named)
    assert "auc 0.710" in (line.text_content() or "")
    line.locator("button").click()
    assert refused(page)
    assert status() == ("draft", None)

    second = sit_as(sit, other, language=language, phone=phone)
    seeing = second.open("/desk/risk/models")
    line = seeing.locator("tbody tr", has_text=named)
    line.locator("button").click()
    assert status()[1] == other.actor
    line.locator("button").click()
    assert status() == ("live", other.actor)
    assert line.locator("button").count() == 0
    assert second.faults() == []
    world.database.write(lambda db: publish_model.roll_back(db, "application", by="test", at=at))


PROPOSED = b"""
INSERT INTO risk.restriction
SELECT (jsonb_populate_record(known, %s || jsonb_build_object('restriction_id', nextval('money.movement_number')))).*
FROM risk.restriction AS known WHERE known.line_id IS NOT NULL ORDER BY known.restriction_id LIMIT 1
"""
STOPPED = b"INSERT INTO risk.run_step VALUES ('watch', %s, %s, 1, 'propose', 'whiteslip', 'it would stop too many', %s)"


@pytest.mark.parametrize(("language", "phone", "version"), [("zh", True, 901), ("en", False, 902)])
def test_a_run_that_stopped_waits_and_is_undone_as_a_whole(
    sit: Any, world: Served, language: str, phone: bool, version: int
) -> None:
    on = world.database.read(business_day.read).current_on
    state = b"SELECT state FROM risk.restriction WHERE book_version = %s"
    wanted = {
        "state": "proposed", "book": "watch", "book_version": version, "rule_id": f"test-{version}",
        "since_on": on.isoformat(), "lifted_on": None, "in_force": 0, "until_on": None, "steps": 1,
    }  # fmt: skip
    change(world, PROPOSED, Jsonb(wanted))
    change(world, STOPPED, version, on, MachineClock().now())
    sitting: Sitting = sit("risk", language=language, phone=phone)
    page = sitting.open("/desk/risk/runs")
    run = page.locator("section.card", has=page.locator(f"[name=version][value='{version}']"))
    assert run.locator("p", has_text="it would stop too many").is_visible()

    run.locator("[name=note]").fill("not on one day's data")
    run.locator("[name=command]").select_option("release")
    run.locator("button").click()
    assert one(world, state, version) == "proposed", "one release is not enough"
    run.locator("[name=note]").fill("not on one day's data")
    run.locator("[name=command]").select_option("undo")
    run.locator("button").click()
    assert one(world, state, version) == "dismissed"
    assert page.locator("[role=status]").is_visible()
    assert sitting.faults() == []
