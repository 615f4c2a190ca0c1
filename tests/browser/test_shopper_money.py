"""What a customer follows, pays and plans in a real browser: plans, refunds, repayments, relief, the next 60 days."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.browser.customers import LOOKS, card, minor, pay, sit_down

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize(("language", "phone", "scripts"), LOOKS)
def test_a_plan_is_followed_from_what_was_bought_to_each_payment(
    sit: Any, language: str, phone: bool, scripts: bool
) -> None:
    sitting = sit("shopper", phone=phone, language=language, scripts=scripts)
    page = sitting.open("/my/purchases")
    page.get_by_role("link", name="启明数码").click()
    plan = card(page, "分期与还款" if language == "zh" else "Installments")
    parts = plan.locator("tbody tr")
    assert parts.count() == 3
    principal = [minor(text) for text in parts.locator("td.n:nth-child(3)").all_text_contents()]
    assert sum(principal) == 2_999_00
    assert set(parts.locator("td.n:nth-child(6)").all_text_contents()) == {"¥0.00"}

    trace = card(page, "还款去向" if language == "zh" else "What was paid of it").locator("tbody")
    paid = [minor(text) for text in trace.locator("td.n:nth-child(3)").all_text_contents()]
    assert sum(paid) == 2_999_00, "every cent of it was paid by something"
    fees = [minor(text) for text in trace.locator("td.n:nth-child(n+4)").all_text_contents()]
    owed = [minor(text) for text in parts.locator("td.n:nth-child(4)").all_text_contents()]
    assert sum(fees) == sum(owed)
    plan.locator("summary").click()
    assert plan.locator(".letter-text").is_visible(), "the agreement it was made under"
    assert sitting.faults() == []


@pytest.mark.parametrize(("language", "phone", "scripts"), LOOKS)
def test_a_refund_is_seen_where_it_went(
    sit: Any, language: str, phone: bool, scripts: bool
) -> None:
    sitting = sit("shopper", phone=phone, language=language, scripts=scripts)
    page = sitting.open("/my/purchases")
    page.get_by_role("link", name="山行户外").click()

    assert page.locator(".figure .big").all_text_contents() == ["¥569.00", "¥569.00", "¥199.00"]
    refund = card(page, "退款" if language == "zh" else "Refunds").locator("tbody tr")
    assert refund.count() == 1
    against, credit, whole = [minor(text) for text in refund.locator("td").all_text_contents()]
    assert against + credit == whole == 199_00
    assert sitting.faults() == []


@pytest.mark.parametrize(
    ("language", "phone", "scripts"), [("zh", False, False), ("en", True, True)]
)
def test_a_repayment_counts_at_once_and_too_much_of_it_is_paid_out(
    sit: Any, language: str, phone: bool, scripts: bool
) -> None:
    sitting, somebody = sit_down(sit, phone=phone, language=language, scripts=scripts)
    somebody.get_sent(somebody.buy("shoes"))
    sitting.open("/my/repay")
    page = sitting.page
    pay(page, "abc")
    assert page.locator("#fault-amount").is_visible()
    assert page.locator("#field-amount").input_value() == "abc"
    assert sitting.faults() == []

    pay(page, "80", "wallet")
    assert "¥80.00" in page.get_by_role("status").first.inner_text()
    past = page.locator("section.card table tbody tr")
    assert past.count() == 1
    assert ("钱包" if language == "zh" else "wallet") in past.inner_text()
    whole = page.locator(".pay-ways button").last
    assert minor(whole.text_content()) == 680_00 - 80_00
    assert sitting.faults() == []

    pay(page, "650")
    assert page.locator(".pay-ways").count() == 0, "nothing is owed"
    payout = page.locator("form[action='/my/payout']")
    assert payout.locator("input[name=amount]").get_attribute("value") == "50.00"
    payout.locator("button").click()
    assert "¥50.00" in page.get_by_role("status").first.inner_text()
    assert payout.count() == 0
    page.goto("/my")
    assert page.locator(".figure.main .big").text_content() == "¥5,000.00"
    assert sitting.faults() == []


@pytest.mark.parametrize(("language", "phone", "scripts"), LOOKS)
def test_another_way_to_pay_is_asked_for_agreed_and_ended(
    sit: Any, language: str, phone: bool, scripts: bool
) -> None:
    sitting, somebody = sit_down(sit, phone=phone, language=language, scripts=scripts)
    somebody.get_sent(somebody.buy("shoes"))
    somebody.wait_as_guided()
    page = sitting.open("/my/help")
    page.locator("#field-form").select_option("deferral")
    page.locator("#field-days").fill("15")
    page.locator("form[action='/my/help'] button").click()
    assert page.get_by_role("alert").is_visible(), "a deferral is of one due"
    assert page.locator("#field-days").input_value() == "15"
    assert sitting.faults() == []

    due = page.locator("#field-due_on option").nth(1).get_attribute("value")
    page.locator("#field-due_on").select_option(due)
    page.locator("form[action='/my/help'] button").click()
    assert page.locator("tbody tr").count() >= 2, "it is shown what changes"
    assert sitting.faults() == []
    page.locator("form[action='/my/help'] button").click()
    assert page.get_by_role("status").first.is_visible()
    asked = page.locator("section.card", has=page.locator("form[action$='/cancel']"))
    assert asked.locator(".badge.good").is_visible()
    moved = page.locator("#field-due_on option").nth(1).get_attribute("value")
    assert moved is not None
    assert due is not None
    assert (date.fromisoformat(moved) - date.fromisoformat(due)).days == 15
    asked.locator("textarea").fill("谢谢 🙏")
    asked.locator("form.talk button").click()
    assert "谢谢 🙏" in asked.locator(".said-by.customer").inner_text()
    assert sitting.faults() == []

    page.goto("/my/why")
    assert page.locator(".gates .shut").count() == 1, "nothing is bought while it runs"
    page.goto("/my/help")
    page.locator("form[action$='/cancel'] button").click()
    assert page.locator("form[action$='/cancel']").count() == 0
    page.goto("/my/why")
    assert page.locator(".fine").is_visible()


@pytest.mark.parametrize(("language", "phone", "scripts"), LOOKS)
def test_the_next_sixty_days_follow_what_is_told_and_what_is_in_hand(
    sit: Any, language: str, phone: bool, scripts: bool
) -> None:
    sitting, somebody = sit_down(sit, phone=phone, language=language, scripts=scripts)
    somebody.get_sent(somebody.buy("shoes"))
    page = sitting.open("/my/budget")
    assert page.locator("figure.picture").count() == 0
    page.locator("#field-income").fill("8,000")
    page.locator("#field-rent").fill("2500.50")
    page.locator("form[action='/my/budget'][method=post] button").click()
    assert page.locator("figure.picture svg").first.is_visible()
    assert page.locator("#field-rent").input_value() == "2500.50"
    safe, dues = page.locator(".figure .big").first, page.locator(".figure .big").nth(1)
    assert dues.text_content() == "¥680.00"

    left: list[int] = []
    for hand in ("20000", "22,000.50"):
        page.locator("#hand").fill(hand)
        page.locator("form[method=get] button.quiet").click()
        left.append(minor(safe.text_content()))
    assert left[1] - left[0] == 2_000_50
    assert sitting.faults() == []
    page.locator("#hand").fill("a lot")
    page.locator("form[method=get] button.quiet").click()
    assert page.locator("#fault-hand").is_visible()
    assert page.locator("#hand").input_value() == "a lot"
    assert sitting.faults() == []

    page.locator("form[action='/my/budget/forget'] button").click()
    assert page.locator("figure.picture").count() == 0
    assert page.locator("#field-income").input_value() == ""
