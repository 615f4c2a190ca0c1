"""Every page of the table in a real browser, as somebody who may see it: it fits, is quiet, and can be used."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from tests.browser.eyes import DESK, PHONE, Look, Sitting
from tests.web.addresses import address
from tests.web.matrix import CAST
from tests.web.worlds import Served

from whiteslip.web import pages
from whiteslip.web.rights import admits
from whiteslip.web.table import Route

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def shown(world: Served) -> Iterator[tuple[Route, str]]:
    """List every page with somebody who may see it."""
    cast = {who: world.account(who) if who else None for who in CAST}
    for route in pages.load():
        if route.method == "GET" and not route.is_file:
            admitted = [who for who, account in cast.items() if admits(route.sees, account)]
            yield route, "" if route.sees.public else admitted[0]


def test_every_page_fits_and_is_quiet(browser: Browser, world: Served, look: Look) -> None:
    faults: list[str] = []
    for route, who in shown(world):
        sitting = Sitting(browser, world, who, look)
        path = address(route, world, world.account(who or "shopper"))
        sitting.page.goto(path)
        faults += [f"{path}: {fault}" for fault in sitting.faults()]
        sitting.close()

    assert faults == []


@pytest.mark.parametrize(
    ("planted", "fault"),
    [
        (
            "document.body.append(Object.assign(new Image, {src: 'https://example.org/x.png'}))",
            "asked",
        ),
        ("console.error('broken')", "broken"),
        ("document.querySelector('main').style.width = '3000px'", "pixels wide"),
        ("document.querySelector('h1').style.color = '#ddd'", "color-contrast"),
        ("document.querySelector('main').append(document.createElement('input'))", "label"),
    ],
)
def test_control_what_is_wrong_is_seen(
    browser: Browser, world: Served, planted: str, fault: str
) -> None:
    sitting = Sitting(browser, world, "", Look(PHONE, "en"))
    sitting.open("/")
    sitting.page.evaluate(planted)
    sitting.page.wait_for_timeout(100)

    assert any(fault in each for each in sitting.faults())
    sitting.complaints.clear()
    sitting.hosts.clear()
    sitting.close()


def test_a_page_with_everything_open(browser: Browser, world: Served) -> None:
    sitting = Sitting(browser, world, "admin", Look(DESK, "en"))
    page = sitting.open("/desk/admin/accounts")
    page.locator("details.me summary").click()

    assert sitting.faults() == []
    sitting.close()
