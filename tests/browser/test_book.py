"""The desk of the book in a real browser: from the whole to one cent, without scripts."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_way_from_the_book_to_one_cent(sit: Any) -> None:
    page = sit("book", phone=True, scripts=False).open("/desk/book")
    page.get_by_text("一个人的故事").click()
    page.get_by_text("每一分的去向").first.click()

    assert page.locator("details[open] table").first.is_visible()

    page.locator("li.repayment a.amount").first.click()
    assert "/journal?source=" in page.url
    assert page.get_by_text("合计为零").is_visible()

    page.get_by_role("link", name="English").click()
    assert page.get_by_text("Together zero").is_visible()


def test_a_search_finds_by_name(sit: Any) -> None:
    sitting = sit("book")
    page = sitting.open("/desk/book")
    page.get_by_role("searchbox").fill("林小满")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="林小满").click()

    assert page.url.endswith(sitting.world.story)


def test_one_click_in_the_sandbox_and_out_again(sit: Any) -> None:
    page = sit(scripts=False, phone=True).open("/desk/book")
    assert "/sign-in" in page.url
    page.get_by_role("button", name="何敏").click()
    assert page.url.endswith("/desk/book")

    page.locator("details.me summary").click()
    page.get_by_role("button", name="退出登录").click()
    page.goto("/desk/book")
    assert "/sign-in" in page.url


def test_a_form_is_shown_again_with_what_was_typed(sit: Any) -> None:
    sitting = sit("risk", language="en")
    page = sitting.open("/desk/style")
    page.get_by_label("Name").fill("阿米娜 🌙")
    page.get_by_label("Amount").fill("twelve")
    page.get_by_role("button", name="Send").click()

    assert page.get_by_text("Enter an amount, such as 128.50.").is_visible()
    assert page.get_by_label("Name").input_value() == "阿米娜 🌙"
    assert sitting.faults() == []

    page.get_by_label("Amount").fill("12.50")
    page.get_by_label("Date").fill("2026-06-18")
    page.get_by_label("Kind").select_option("good")
    page.get_by_role("button", name="Send").click()
    assert page.get_by_role("status").get_by_text("阿米娜 🌙, ¥12.50").is_visible()
    page.reload()
    assert not page.get_by_text("阿米娜 🌙, ¥12.50").is_visible()


def test_a_theme_that_is_chosen_stays(sit: Any) -> None:
    page = sit("risk", language="en").open("/desk/style")
    page.get_by_role("link", name="Dark").click()
    page.goto("/desk/book/customers")

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 23, 22)"
