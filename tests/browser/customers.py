"""What journeys of customers share: sitting down as somebody of one's own, reading amounts, paying."""

from __future__ import annotations

from typing import Any, Final

from playwright.sync_api import Locator, Page
from tests.browser.eyes import Sitting
from tests.web.newcomers import Newcomer, join
from tests.web.visitors import COOKIE

LOOKS: Final = [("zh", False, True), ("en", True, True)]
"""Language, phone, scripts."""


def sit_down(sit: Any, **look: Any) -> tuple[Sitting, Newcomer]:
    """Sit down as a newcomer, somebody whose line no other test touches."""
    sitting: Sitting = sit("", **look)
    somebody = join(sitting.world, language=sitting.look.language)
    cookie: Any = {"name": COOKIE, "value": somebody.visitor.token, "url": sitting.world.url}
    sitting.page.context.add_cookies([cookie])
    return sitting, somebody


def minor(text: str | None) -> int:
    """Read the amount in a text, such as "Pay ¥433.00"."""
    written = (text or "").partition("¥")[2].split(" ")[0].replace(",", "")
    return round(float(written.rstrip(".,，。")) * 100)


def card(page: Page, title: str) -> Locator:
    """Find the section under a heading."""
    return page.locator("section.card", has=page.get_by_role("heading", name=title, exact=True))


def pay(page: Page, amount: str, method: str = "bank") -> None:
    """Pay an amount of one's own choosing."""
    page.goto("/my/repay")
    page.locator("main details summary").click()
    page.locator("#field-amount").fill(amount)
    page.locator("#field-method").select_option(method)
    page.locator("main details button").click()
