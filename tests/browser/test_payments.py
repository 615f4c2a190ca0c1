"""Payments at the money desk in a real browser: one is taken back, another counts from its day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.browser.customers import minor, sit_down
from tests.browser.desks import WAYS, refused, send
from tests.browser.test_ends import owed, paid

from whiteslip.infra.business_day import read

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize(("language", "phone"), WAYS)
def test_a_payment_is_taken_back_and_another_counts_from_its_day(
    sit: Any, language: str, phone: bool
) -> None:
    sitting, somebody = sit_down(sit, phone=phone, language=language)
    somebody.get_sent(somebody.buy("shoes"))
    before = owed(sitting.world, somebody)
    paid(sitting.world, somebody, 1_000)
    money = sit("money", phone=phone, language=language)
    desk = money.open("/desk/money/payments")
    desk.locator("input[name=q]").fill("rep_0_x")
    desk.locator("form[role=search] button").click()
    assert desk.locator("main table").count() == 0
    desk.locator("input[name=q]").fill(f"cus_{somebody.customer_id}")
    desk.locator("form[role=search] button").click()
    desk.locator("main table a").first.click()
    assert money.faults() == []
    rows = desk.locator("section.card").first.locator("tbody tr")
    assert minor(rows.first.locator("td").first.text_content()) == 1_000

    desk.locator("form[action$='/reverse'] select[name=repayment]").select_option(index=1)
    send(desk, "/reverse", reason="MD06", note="the account holder objected")

    assert "10.00" in desk.get_by_role("status").first.inner_text()
    assert desk.locator("form[action$='/reverse']").count() == 0, "nothing is left to take back"
    done = desk.locator("section.card").last.locator("tbody tr")
    assert done.count() == 1
    assert "MD06" in done.inner_text()
    assert money.faults() == []
    assert owed(sitting.world, somebody) == before
    assert sitting.open("/my/notices").get_by_text("10.00").count() >= 1
    assert sitting.faults() == []

    today = sitting.world.database.read(read).current_on
    send(desk, "/back-date", amount="5", method="bank", value_on=f"{today}", why="late file")
    assert refused(desk), "money of today is no back-dated money"
    never = f"{today - timedelta(days=4_000)}"
    send(desk, "/back-date", amount="5", method="bank", value_on=never, why="late file")
    assert refused(desk), "nothing was before the line"
    assert money.faults() == []
