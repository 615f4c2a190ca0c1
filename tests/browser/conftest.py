"""A real browser before a served demonstration world: anybody in one line, on a phone or a desk, in any light."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, sync_playwright
from tests.browser.eyes import DESK, LOOKS, PHONE, Look, Sitting
from tests.web.worlds import Served, served_world


@pytest.fixture(scope="session")
def world(
    server_dsn: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A demonstration world and a server before it."""
    home = tmp_path_factory.mktemp("browser")
    with served_world(server_dsn, template, f"{template}_browser", home) as served:
        yield served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; a module long, as its driver keeps a loop running that no other test may meet."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("Chromium is missing: apt install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A click ends when all of the page it led to is there.

    Playwright waits for the first of it, and would count rows of a page that are still to come.
    """
    click = Locator.click

    def clicked(self: Locator, **options: Any) -> None:
        click(self, **options)
        self.page.wait_for_load_state("domcontentloaded")

    monkeypatch.setattr(Locator, "click", clicked)


@pytest.fixture(params=list(LOOKS))
def look(request: Any) -> Look:
    """Each screen, language and light a page is looked at in."""
    return LOOKS[request.param]


@pytest.fixture
def sit(browser: Browser, world: Served) -> Iterator[Any]:
    """Sit down as somebody: `sit("risk")`, `sit("shopper", phone=True, language="en", dark=True, scripts=False)`.

    At the end of the test what the browser complained of fails it.
    """
    sittings: list[Sitting] = []

    def down(
        who: str = "",
        *,
        phone: bool = False,
        language: str = "zh",
        dark: bool = False,
        scripts: bool = True,
    ) -> Sitting:
        look = Look(PHONE if phone else DESK, language, dark=dark, scripts=scripts)
        sittings.append(Sitting(browser, world, who, look))
        return sittings[-1]

    yield down
    for sitting in sittings:
        sitting.close()
