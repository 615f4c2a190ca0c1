"""`make shots`: a screenshot of every page, on a phone and a desk, in both languages, light and dark, into `shots/`."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.browser.eyes import EVERY_LOOK, Sitting
from tests.browser.test_every_page import shown
from tests.web.addresses import address
from tests.web.worlds import Served

FOLDER = Path("shots")


@pytest.mark.parametrize("look", EVERY_LOOK, ids=[look.name for look in EVERY_LOOK])
def test_take(browser: Browser, world: Served, look: object) -> None:
    chosen = next(each for each in EVERY_LOOK if each == look)
    folder = FOLDER / chosen.name
    folder.mkdir(parents=True, exist_ok=True)
    for route, who in shown(world):
        sitting = Sitting(browser, world, who, chosen)
        sitting.page.goto(address(route, world, world.account(who or "shopper")))
        sitting.page.screenshot(path=folder / f"{route.name}.png", full_page=True)
        sitting.close()
