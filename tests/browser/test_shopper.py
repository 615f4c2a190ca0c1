"""A customer's ways through the pages in a real browser: from buying to being back, and what they may ask for."""

from __future__ import annotations

from time import monotonic, sleep
from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WITHIN_S = 120
WAYS = [("zh", True, False), ("en", False, True)]
"""Language, phone, scripts."""


def arrive(page: Page) -> None:
    """Wait for the clock of the sandbox to stand."""
    until = monotonic() + WITHIN_S
    while page.locator(".sandbox [role=status]").count():
        assert monotonic() < until, "the clock did not arrive"
        sleep(0.3)
        page.goto("/my")


@pytest.mark.parametrize(("language", "phone", "scripts"), WAYS)
def test_a_newcomer_buys_is_stopped_pays_and_is_back(
    sit: Any, language: str, phone: bool, scripts: bool
) -> None:
    sitting = sit("", phone=phone, language=language, scripts=scripts)
    page = sitting.open("/")
    page.locator("main form[action='/sandbox/begin'] button").click()
    page.locator(".guide a.button").click()
    page.locator("input[value=headphones] ~ button").click()
    page.locator("input[name=plan][value='3']").check()
    if scripts:
        page.wait_for_url("**plan=3*")
    else:
        page.locator(".ways button").click()
    total = page.locator("#terms tfoot td").last.text_content()
    assert total == "¥1,318.50", "1,299.00 and three times half a percent of it"

    page.locator("#fits summary").click()
    page.locator("#field-income").fill("9000")
    page.locator("#fits form button").click()
    assert page.locator("#fits .banner").is_visible()
    assert sitting.faults() == []

    page.locator("form.confirm button").click()
    assert page.get_by_role("alert").is_visible(), "what was not read is not confirmed"
    page.locator("form.confirm input[type=checkbox]").check()
    page.locator("form.confirm button").click()
    assert page.locator(".ended-bought").is_visible()
    assert sitting.faults() == []

    page.goto("/my")
    page.locator(".guide form button").click()
    for _ in ("the bill", "the missed due"):
        page.locator(".guide form button").first.click()
        arrive(page)
    page.goto("/my/why")
    assert page.locator("p.state.level-4").is_visible()
    assert page.locator("ol.way li").count() == 1
    assert sitting.faults() == []

    page.goto("/my/repay")
    page.locator(".pay-ways button").first.click()
    assert page.get_by_role("status").first.is_visible()
    page.goto("/my/why")
    assert page.locator(".fine p.state").is_visible()
    page.goto("/my/bills")
    assert page.locator("main tbody tr").count() >= 2
    page.goto("/my/notices")
    assert page.locator(".notice-restored").first.is_visible()
    assert sitting.faults() == []


def newcomer(sit: Any) -> Any:
    sitting = sit("", language="en", phone=True, scripts=False)
    sitting.open("/").locator("main form[action='/sandbox/begin'] button").click()
    return sitting


def test_a_lock_of_ones_own_and_caps_hold_at_checkout(sit: Any) -> None:
    page = newcomer(sit).page
    page.goto("/my/why")
    page.locator("form[action='/my/why/lock'] button").click()
    assert page.get_by_text("It cannot be used for new purchases now").is_visible()
    page.goto("/my/try")
    page.locator("input[value=coffee] ~ button").click()
    assert page.get_by_role("heading", name="This cannot be paid with Whiteslip now").is_visible()
    assert page.locator("form.confirm").count() == 0
    page.goto("/my/why")
    page.locator("form[action='/my/why/unlock'] button").click()
    assert page.locator(".fine").is_visible()

    page.goto("/my/budget")
    page.get_by_label("Cap", exact=True).select_option("purchase")
    page.get_by_label("At most").fill("100")
    page.get_by_role("button", name="Set it").click()
    page.goto("/my/try")
    page.locator("input[value=shoes] ~ button").click()
    page.locator("form.confirm input[type=checkbox]").check()
    page.locator("form.confirm button").click()
    assert page.get_by_role("heading", name="This was not approved").is_visible()


def test_a_month_is_drawn_consents_are_said_and_all_data_handed_out(sit: Any) -> None:
    sitting = newcomer(sit)
    page = sitting.page
    page.goto("/my/budget")
    page.get_by_label("Income", exact=True).fill("8000")
    page.get_by_role("button", name="Keep it").click()
    assert page.locator("figure.picture svg").first.is_visible()
    assert sitting.faults() == []

    page.goto("/my/data")
    page.get_by_role("button", name="Allow").or_(
        page.get_by_role("button", name="Give")
    ).first.click()
    assert page.get_by_text("Kept.").is_visible()
    page.get_by_label("Channel").select_option("sms")
    page.get_by_label("Number or mail address").fill("+8613800000000")
    page.get_by_role("button", name="Add it").click()
    assert page.get_by_text("Not verified").is_visible()
    with page.expect_download() as kept:
        page.get_by_role("link", name="Download it all").click()
    text = kept.value.path().read_text("utf-8")
    assert '"customer_id"' in text


def test_an_appeal_and_another_way_to_pay_are_asked_for(sit: Any) -> None:
    sitting = sit("shopper", language="en")
    page = sitting.open("/my/bills")
    page.locator("main table a").first.click()
    with page.expect_download() as kept:
        page.get_by_role("link", name="PDF").click()
    assert kept.value.path().read_bytes().startswith(b"%PDF-")

    page.goto("/my/purchases")
    page.locator("main table a").first.click()
    page.locator("summary", has_text="Contest").click()
    page.get_by_label("Ground").select_option("faulty")
    page.get_by_label("In your words").fill("It does not switch on 🔌")
    page.get_by_role("button", name="Contest it").click()
    told = page.get_by_role("status").or_(page.get_by_role("alert"))
    assert told.first.is_visible()
