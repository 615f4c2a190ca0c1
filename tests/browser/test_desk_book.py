"""The desk of the book in a real browser: portfolio, liquidity with its valve, and warnings."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from tests.browser.desks import (
    OTHER_WAYS,
    WAYS,
    amount_in,
    change,
    colleagues,
    one,
    refused,
    rows,
    send,
    sit_as,
    texts,
)
from tests.browser.eyes import Sitting
from tests.web.worlds import Served

from whiteslip.flows.guard_liquidity import forecast_liquidity
from whiteslip.infra import business_day
from whiteslip.infra.accounts.model import Role
from whiteslip.infra.clock import MachineClock

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def share_in(text: str) -> float:
    return 0.0 if text == "–" else float(text.rstrip("% "))


@pytest.mark.parametrize(("language", "phone"), OTHER_WAYS)
def test_the_portfolio_is_drawn_and_its_parts_are_the_whole(
    sit: Any, world: Served, language: str, phone: bool
) -> None:
    sitting: Sitting = sit("book", language=language, phone=phone)
    page = sitting.open("/desk/book/portfolio")
    assert page.locator("figure.picture").count() == 3
    assert page.locator("figure.picture svg path, figure.picture svg rect").count() > 3
    for row in page.locator("table.heat tbody tr").all():
        assert sum(map(share_in, texts(row.locator("td")))) == pytest.approx(100, abs=0.3)
    owed, expected, worst, lines = texts(page.locator(".figure .big"))
    until = b"SELECT max(month_end) FROM risk.month_class"
    kept_lines, kept_owed = rows(
        world,
        b"SELECT sum(lines)::bigint, sum(owed_minor)::bigint FROM risk.month_class WHERE month_end = %s",
        one(world, until),
    )[0]
    assert int(lines) == kept_lines
    assert abs(amount_in(owed) - kept_owed) < 100
    classes, stages, losses = page.locator("section.card table.folds tbody").all()[-3:]
    for table in (classes, stages):
        parts = [texts(row.locator("td")) for row in table.locator("tr").all()]
        assert sum(int(part[0]) for part in parts) == kept_lines
        assert sum(amount_in(part[1]) for part in parts) == pytest.approx(kept_owed, abs=500)
    scenarios = [texts(row.locator("td"))[-2] for row in losses.locator("tr").all()]
    assert scenarios[0] == expected
    assert max(scenarios, key=amount_in) == worst
    if language == "zh":
        names = texts(page.locator("section.card table.folds tbody th"))
        assert [name for name in names if re.search("base|stage", name)] == []


@pytest.mark.parametrize(("language", "phone"), WAYS)
def test_cash_is_entered_forecast_and_a_valve_released_by_two(
    sit: Any, world: Served, language: str, phone: bool
) -> None:
    day = world.database.read(business_day.read)
    (first,), (second,) = colleagues(world, Role.BOOK), colleagues(world, Role.MONEY)
    sitting = sit_as(sit, first, language=language, phone=phone)
    page = sitting.open("/desk/book/liquidity")
    entries = b"SELECT count(*) FROM money.funding_entry"
    before = one(world, entries)
    cash = {"kind": "cash", "note": "as the bank says", "from_on": day.current_on.isoformat()}
    send(page, "/liquidity", amount="a lot", **cash)
    assert refused(page, "amount")
    send(page, "/liquidity", amount="812,345.67", **cash)
    assert refused(page, "from_on"), "cash is of a closed day"
    assert one(world, entries) == before
    assert sitting.faults() == []
    for kind, amount in (("cash", "812,345.67"), ("floor", "60000")):
        send(
            page,
            "/liquidity",
            kind=kind,
            amount=amount,
            note="as the bank says",
            from_on=day.closed_on.isoformat(),
        )
    told = texts(page.locator("ul.plain li").filter(has_text=first.actor))
    assert "¥60,000" in told[0]
    assert "¥812,346" in told[1]
    forecast_liquidity(world.database, at=MachineClock().now())
    page.goto("/desk/book/liquidity")
    assert page.locator("figure.picture svg path").count() >= 3
    assert page.locator(".figure .big").count() == 4
    assert sitting.faults() == []

    send(page, "/propose", stage="smaller")
    assert refused(page, "why")
    assert page.locator("#fault-note").count() == 0, "the form beside it is not at fault"
    send(page, "/propose", stage="smaller", why="a bank holiday")
    number = one(world, b"SELECT max(valve_id) FROM risk.valve")
    state = b"SELECT state FROM risk.valve WHERE valve_id = %s"
    valve = f"/valves/{number}"
    other = sit_as(sit, second, language=language, phone=phone)
    seeing = other.open("/desk/book/liquidity")
    for command, after in (("release", "acting"), ("end", "ended")):
        standing = one(world, state, number)
        send(page, valve, command=command, note="I say so")
        send(page, valve, command=command, note="I say so twice")
        assert refused(page)
        assert one(world, state, number) == standing, "one person alone changes nothing"
        send(seeing, valve, command=command, note="so do I")
        assert one(world, state, number) == after
        page.goto("/desk/book/liquidity")
    assert page.locator(f"form[action$='{valve}']").count() == 0
    assert sitting.faults() == []


EVALUATED = b"""
INSERT INTO risk.signal_evaluation (
    indicator, evaluated_on, attempt, version, evaluated_at, from_on, to_on, hits, out_of, value_ppm, color
)
VALUES (%s, %s, 77, 1, %s, %s, %s, %s, 400, %s, %s)
"""
OVER = b"UPDATE risk.signal_warning SET state = 'ended', ended_on = raised_on WHERE indicator = %s AND state <> 'ended'"
RAISED = b"""
INSERT INTO risk.signal_warning (warning_id, indicator, raised_at, due_at, raised_on, steps, color, state)
VALUES (%s, %s, %s, %s, %s, 1, 'orange', 'raised')
"""


@pytest.mark.parametrize(
    ("language", "phone", "indicator"),
    [("zh", True, "failed_debits"), ("en", False, "thirty_plus")],
)
def test_a_warning_is_drawn_and_acknowledged(
    sit: Any, world: Served, language: str, phone: bool, indicator: str
) -> None:
    at, closed_on = MachineClock().now(), world.database.read(business_day.read).closed_on
    for back, hits, color in ((2, 4, "green"), (1, 12, "yellow"), (0, 38, "orange")):
        on = closed_on - timedelta(days=back)
        value = hits * 1_000_000 // 400
        change(world, EVALUATED, indicator, on, at, on, on + timedelta(days=1), hits, value, color)
    number = 7_000_000 + len(indicator)
    change(world, OVER, indicator)
    change(world, RAISED, number, indicator, at, at + timedelta(hours=4), closed_on)
    who = "book" if phone else "risk"
    sitting: Sitting = sit(who, language=language, phone=phone)
    page = sitting.open("/desk/book/warnings")
    line = page.locator("tbody tr", has=page.locator(f"a[href$='/{indicator}']"))
    assert "38 / 400" in (line.text_content() or "")
    assert line.locator(".badge.bad").is_visible()
    line.locator("a").click()

    assert page.locator("figure.picture svg path").count() >= 1
    past = texts(page.locator("section.card").last.locator("td.n:last-child"))
    assert past[:3] == ["38 / 400", "12 / 400", "4 / 400"]
    assert sitting.faults() == []
    send(page, f"/warnings/{indicator}")
    assert refused(page, "note")
    send(page, f"/warnings/{indicator}", note="the bank was down; debits run again tonight")
    state = b"SELECT state, acknowledged_by FROM risk.signal_warning WHERE warning_id = %s"
    assert rows(world, state, number) == [("acknowledged", world.account(who).actor)]
    assert page.get_by_text("the bank was down").is_visible()
    assert page.locator("main form[method=post]").count() == 0
    assert sitting.faults() == []
