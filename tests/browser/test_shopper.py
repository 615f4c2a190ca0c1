"""A customer's ways through the pages in a real browser: from buying to being back, and what they may ask for."""

from __future__ import annotations

from time import monotonic, sleep
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.browser.customers import LOOKS, minor, pay, sit_down

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
    page.locator("input[type=radio][name=plan][value='3']").click()
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


def newcomer(sit: Any, **look: Any) -> Any:
    sitting = sit("", **look)
    sitting.open("/").locator("main form[action='/sandbox/begin'] button").click()
    return sitting


@pytest.mark.parametrize(
    ("language", "phone", "scripts"), [("zh", False, True), ("en", True, False)]
)
def test_a_lock_of_ones_own_and_caps_hold_at_checkout(
    sit: Any, language: str, phone: bool, scripts: bool
) -> None:
    sitting = newcomer(sit, language=language, phone=phone, scripts=scripts)
    page = sitting.page
    page.goto("/my/why")
    page.locator("form[action='/my/why/lock'] button").click()
    assert page.locator(".against p.state.level-4").is_visible()
    assert sitting.faults() == []
    page.goto("/my/try")
    page.locator("input[value=coffee] ~ button").click()
    assert page.locator(".against .reasons li").count() > 0
    assert page.locator("ol.way li").count() == 1, "undo your own lock"
    assert sitting.faults() == []
    assert page.locator("form.confirm").count() == 0
    page.goto("/my/why")
    page.locator("form[action='/my/why/unlock'] button").click()
    assert page.locator(".fine").is_visible()

    page.goto("/my/budget")
    page.locator("#field-kind").select_option("purchase")
    page.locator("#field-amount").fill("100")
    page.locator("form[action='/my/budget/caps'] button").click()
    assert page.get_by_role("cell", name="¥100.00").is_visible()
    page.goto("/my/try")
    page.locator("input[value=shoes] ~ button").click()
    page.locator("form.confirm input[type=checkbox]").check()
    page.locator("form.confirm button").click()
    assert page.locator(".against[role=alert] .reasons li").is_visible()
    assert sitting.faults() == []
    page.goto("/my/try")
    page.locator("input[value=coffee] ~ button").click()
    page.locator("form.confirm input[type=checkbox]").check()
    page.locator("form.confirm button").click()
    assert page.locator(".ended-bought").is_visible(), "what is below the cap is bought"


def test_a_month_is_drawn_consents_are_said_and_all_data_handed_out(sit: Any) -> None:
    sitting = newcomer(sit, language="en", phone=True, scripts=False)
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


@pytest.mark.parametrize(
    ("language", "phone", "scripts"), [("zh", True, True), ("en", False, False)]
)
def test_a_statement_is_kept_and_a_purchase_contested(
    sit: Any, language: str, phone: bool, scripts: bool
) -> None:
    sitting, somebody = sit_down(sit, language=language, phone=phone, scripts=scripts)
    somebody.get_sent(somebody.buy("shoes"))
    somebody.wait_as_guided()
    page = sitting.open("/my/bills")
    page.locator("main table a").first.click()
    with page.expect_download() as kept:
        page.locator("main a[href$='/paper']").click()
    assert kept.value.path().read_bytes().startswith(b"%PDF-")

    page.goto("/my/purchases")
    page.locator("main table a").first.click()
    page.locator("main details summary").last.click()
    page.locator("#field-ground").select_option("faulty")
    page.locator("#field-words").fill("It does not switch on 🔌")
    page.locator("form[action$='/contest'] button").click()
    assert page.get_by_role("status").first.is_visible()
    assert page.get_by_text("It does not switch on 🔌").is_visible()
    assert page.locator("form[action$='/contest']").count() == 0, "it is contested once"
    assert sitting.faults() == []
    page.locator("form[action$='/withdraw'] button").click()
    assert page.locator("form[action$='/withdraw']").count() == 0


@pytest.mark.parametrize(("language", "phone", "scripts"), LOOKS)
def test_every_notice_is_kept_in_both_languages(
    sit: Any, language: str, phone: bool, scripts: bool
) -> None:
    sitting = sit("shopper", phone=phone, language=language, scripts=scripts)
    page = sitting.open("/my/notices")
    for kind in ("suspended", "restored", "appeal_received", "appeal_decided"):
        assert page.locator(f".notice-{kind}").first.is_visible(), kind

    stopped = page.locator(".letter-card", has=page.locator(".notice-suspended")).last
    assert ("逾期" if language == "zh" else "overdue") in stopped.inner_text()
    page.locator("footer, header").get_by_role(
        "link", name="English" if language == "zh" else "中文"
    ).first.click()
    assert ("overdue" if language == "zh" else "逾期") in stopped.inner_text()
    assert sitting.faults() == []


@pytest.mark.parametrize(("language", "phone", "scripts"), LOOKS)
def test_who_is_stopped_appeals_pays_a_part_and_sees_the_way_back_shorten(
    sit: Any, language: str, phone: bool, scripts: bool
) -> None:
    sitting, somebody = sit_down(sit, phone=phone, language=language, scripts=scripts)
    somebody.fall_behind()
    page = sitting.open("/my/why")
    assert page.locator("p.state.level-4").is_visible()
    assert page.locator(".gates .shut").count() > 0
    step = minor(page.locator("ol.way li").first.text_content())
    assert step > 0

    page.locator("a[href*='/my/appeal/']").first.click()
    assert page.locator(".reasons li").count() > 0, "it says what is appealed against"
    assert sitting.faults() == []
    page.locator("form.stacked button").click()
    assert page.locator("#fault-text").is_visible()
    page.locator("#field-text").fill("我在住院 🏥 <b>")
    page.locator("#field-wants").fill("解除")
    page.locator("form.stacked button").click()
    assert page.url.endswith("/my/why")
    assert page.get_by_role("status").first.is_visible()
    appeal = page.locator(".case")
    assert appeal.count() == 1
    assert "我在住院 🏥 <b>" in appeal.inner_text()
    assert ("已收到" if language == "zh" else "Received") in appeal.inner_text()
    assert page.locator("p.state.level-4").is_visible(), "until it is answered the decision stands"
    assert sitting.faults() == []

    pay(page, "100")
    page.goto("/my/why")
    assert minor(page.locator("ol.way li").first.text_content()) == step - 100_00
    page.locator(".case form button").click()
    assert ("已撤回" if language == "zh" else "Withdrawn") in appeal.inner_text()
    assert page.locator(".case form").count() == 0

    page.goto("/my/help")
    page.locator("#field-cause").select_option("income_shock")
    page.locator("#field-words").fill("店关了")
    page.locator("form[action='/my/help/cause'] button").click()
    assert page.get_by_role("status").first.is_visible()
    assert ("收入突然减少" if language == "zh" else "Income fell") in page.locator(
        "form[action='/my/help/cause'] ~ ul"
    ).inner_text()
    assert sitting.faults() == []

    page.goto("/my/repay")
    page.locator(".pay-ways button").first.click()
    page.goto("/my/why")
    assert page.locator("p.state.level-4").count() == 0
    page.goto("/my/notices")
    assert page.locator(".notice-appeal_received").is_visible()
