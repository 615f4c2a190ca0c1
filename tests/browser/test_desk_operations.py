"""The desk of operations in a real browser: who did what, what failed, and what is behind."""

from __future__ import annotations

from typing import Any

import pytest
from tests.browser.desks import (
    OTHER_WAYS,
    WAYS,
    change,
    one,
    path_of,
    refused,
    send,
    texts,
)
from tests.browser.eyes import Sitting
from tests.web.worlds import Served

from whiteslip.infra import business_day
from whiteslip.infra.clock import MachineClock
from whiteslip.views import desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize(("language", "phone"), WAYS)
def test_the_audit_tells_who_did_what(sit: Any, world: Served, language: str, phone: bool) -> None:
    acting: Sitting = sit("care", language=language, phone=phone)
    page = acting.open(f"/desk/care/customers/{world.story}")
    send(page, "/flags", flag="illness")
    acts = b"SELECT count(*) FROM infra.account_event WHERE kind = 'acted'"
    done = one(world, acts)
    send(page, "/flags", flag="")
    assert refused(page)
    assert one(world, acts) == done, "what is refused was not done"
    page.goto(f"/desk/care/customers/{world.story}")
    page.locator("form[action*='/flags/'] button").first.click()
    assert one(world, acts) == done + 1

    sitting: Sitting = sit("operations", language=language, phone=phone)
    seeing = sitting.open("/desk/operations/audit")
    told = [texts(row.locator("td")) for row in seeing.locator("tbody tr").all()]
    newest = [row for row in told if row[0] == world.account("care").actor][:3]
    assert "/flags/" in newest[0][2]
    assert newest[1][2].endswith("/flags")
    assert newest[0][3] == "127.0.0.1"
    assert newest[2][3] == "test", "and when they came in"
    count = one(world, b"SELECT count(*) FROM infra.account_event")
    assert len(told) == min(count, 200)


FAIL = b"""
UPDATE care.message SET status = 'failed', why = 'no such number', finished_at = %s
WHERE (customer_id, notice_id, contact_id) IN (
    SELECT customer_id, notice_id, contact_id FROM care.message WHERE status = 'sent' ORDER BY notice_id LIMIT 1
)
"""
MEND = b"UPDATE care.message SET status = 'sent', why = NULL WHERE why = 'no such number'"


@pytest.mark.parametrize(("language", "phone"), OTHER_WAYS)
def test_what_failed_and_what_is_behind_is_seen(
    sit: Any, world: Served, language: str, phone: bool
) -> None:
    sitting: Sitting = sit("operations", language=language, phone=phone)
    page = sitting.open("/desk/operations")
    failed = page.locator(".figure .big").nth(3)
    before = int(failed.text_content() or "?")
    change(world, FAIL, MachineClock().now())
    page.goto("/desk/operations")
    assert int(failed.text_content() or "?") == before + 1
    assert failed.evaluate("each => each.classList.contains('bad')")
    failed.locator("a").click()
    assert path_of(page) == "/desk/operations/failed"
    first = page.locator("tbody tr").first
    assert texts(first.locator("td"))[-1] == "no such number"
    assert sitting.faults() == []
    change(world, MEND)
    page.goto("/desk/operations")
    assert int(failed.text_content() or "?") == before

    day = world.database.read(business_day.read)
    found = world.database.read(desks.plumbing)
    ran = (found.woven_on, found.seen_on, found.evaluated_on, found.forecast_on)
    late = ["warn" if on is None or on < day.closed_on else "good" for on in ran]
    jobs = page.locator("section.card").last.locator("tbody .badge")
    assert [
        "warn" if badge.evaluate("each => each.classList.contains('warn')") else "good"
        for badge in jobs.all()
    ] == ["good", *late]
    lanes = page.locator("section.card").nth(1).locator("tbody .badge.good")
    assert lanes.count() == 4, "nothing is full"
