"""Looking at a page as people do: does it fit, is it quiet, does it ask only us, can everybody read and use it."""

from __future__ import annotations

from typing import Any, Final, NamedTuple, cast
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response, ViewportSize
from tests.web.visitors import COOKIE
from tests.web.worlds import Served

PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
DESK: Final[ViewportSize] = {"width": 1280, "height": 900}
SERIOUS: Final = frozenset({"serious", "critical"})


class Look(NamedTuple):
    """A screen and what its owner prefers."""

    size: ViewportSize
    language: str
    dark: bool = False
    scripts: bool = True

    @property
    def name(self) -> str:
        """A name for files."""
        screen = "phone" if self.size is PHONE else "desk"
        return f"{screen}-{self.language}-{'dark' if self.dark else 'light'}"


LOOKS: Final = {
    look.name + ("" if look.scripts else "-plain"): look
    for look in (
        Look(PHONE, "zh"),
        Look(PHONE, "en", dark=True, scripts=False),
        Look(DESK, "zh", dark=True),
        Look(DESK, "en", scripts=False),
    )
}
"""Each screen, language, light, and with and without scripts, in as few looks as show each beside each."""
EVERY_LOOK: Final = tuple(
    Look(size, language, dark)
    for size in (PHONE, DESK)
    for language in ("zh", "en")
    for dark in (False, True)
)


class Sitting:
    """Somebody at a browser; `open` looks at a page and fails on whatever is wrong with it."""

    def __init__(self, browser: Browser, world: Served, who: str, look: Look) -> None:
        self.world = world
        self.look = look
        self._context = browser.new_context(
            viewport=look.size,
            color_scheme="dark" if look.dark else "light",
            locale="zh-CN" if look.language == "zh" else "en-US",
            java_script_enabled=look.scripts,
            base_url=world.url,
        )
        if who:
            cookie: Any = {"name": COOKIE, "value": world.token(who), "url": world.url}
            self._context.add_cookies([cookie])
        self.page = self._context.new_page()
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))

    def open(self, path: str, *, status: int = 200) -> Page:
        """Open a page, look at it, and return it to go on with."""
        response: Response | None = self.page.goto(path)
        assert response is not None
        assert response.status == status, f"{path}: {response.status}"
        faults = self.faults()
        assert faults == [], f"{path}: {faults}"
        return self.page

    def faults(self) -> list[str]:
        """Name everything that is wrong with the page as it stands."""
        return [*self._quiet(), *self._fits(), *self._usable()]

    def close(self) -> None:
        """Stand up; complaints of the browser that nobody looked at fail."""
        self._context.close()
        assert self._quiet() == []

    def _quiet(self) -> list[str]:
        own = urlsplit(self.world.url).netloc
        outside = [f"asked {host}" for host in sorted(self.hosts - {own})]
        expected = "the server responded with a status of 4"
        return [text for text in self.complaints if expected not in text] + outside

    def _fits(self) -> list[str]:
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        return [] if wide <= self.look.size["width"] else [f"is {wide} pixels wide"]

    def _usable(self) -> list[str]:
        """Judge access in the browser; that takes scripts, so a page without them is judged beside."""
        if not self.look.scripts:
            return []
        found = cast("dict[str, Any]", Axe().run(self.page).response)  # pyright: ignore[reportUnknownMemberType]
        return [
            f"{each['id']}: {node['target']} {node['html'][:160]}"
            for each in found["violations"]
            if each["impact"] in SERIOUS
            for node in each["nodes"][:3]
        ]
