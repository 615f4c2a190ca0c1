"""The pages in a real browser: both languages, a phone and a desk, light and dark; quiet and self-contained."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from tests.web.worlds import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}


class Look(NamedTuple):
    """A screen and what its owner prefers."""

    name: str
    size: ViewportSize
    scheme: Literal["light", "dark"]


LOOKS = (
    Look("phone", PHONE, "light"),
    Look("phone in the dark", PHONE, "dark"),
    Look("desk", DESK, "light"),
    Look("desk in the dark", DESK, "dark"),
)
PATHS = ("/", "/customers", "/customers/{story}", "/customers/{story}/journal")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("Chromium is missing: apt install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.mark.parametrize("look", LOOKS, ids=[look.name for look in LOOKS])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_quiet_and_fits(
    browser: Browser, world: Served, look: Look, language: str, path: str
) -> None:
    context = browser.new_context(viewport=look.size, color_scheme=look.scheme)
    page = context.new_page()
    complaints, hosts = _listen(page)
    page.goto(f"{world.url}{path.format(story=world.story)}?lang={language}")

    assert complaints == []
    assert hosts == {urlsplit(world.url).netloc}
    assert page.evaluate("document.documentElement.scrollWidth") <= look.size["width"]
    assert page.locator("h1").is_visible()
    assert _contrast(page) >= 4.5
    context.close()


def test_the_way_from_the_book_to_one_cent(browser: Browser, world: Served) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(world.url)
    page.get_by_text("一个人的故事").click()
    page.get_by_text("每一分的去向").first.click()

    assert page.locator("details[open] table").first.is_visible()

    page.locator("li.repayment a.amount").first.click()
    assert "/journal?source=" in page.url
    assert page.get_by_text("合计为零").is_visible()

    page.get_by_role("link", name="English").click()
    assert page.get_by_text("Together zero").is_visible()
    context.close()


def test_a_search_finds_by_name(browser: Browser, world: Served) -> None:
    page = browser.new_page(locale="zh-CN")
    page.goto(world.url)
    page.get_by_role("searchbox").fill("林小满")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="林小满").click()

    assert page.url.endswith(world.story)
    page.close()


def _listen(page: Page) -> tuple[list[str], set[str]]:
    complaints: list[str] = []
    hosts: set[str] = set()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    return complaints, hosts


def _contrast(page: Page) -> float:
    """Measure the faintest text of the page against the page."""
    return float(
        page.evaluate(
            """() => {
                const luminance = ([r, g, b]) => [r, g, b]
                    .map(v => v / 255)
                    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
                    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
                const color = (element, name) =>
                    luminance(getComputedStyle(element)[name].match(/[\\d.]+/g).map(Number));
                const one = color(document.querySelector("footer"), "color") + 0.05;
                const other = color(document.body, "backgroundColor") + 0.05;
                return Math.max(one, other) / Math.min(one, other);
            }"""
        )
    )
