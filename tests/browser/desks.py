"""Sitting at the desks of staff: who, in which language and width, and what the book says meanwhile."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page
from tests.browser.eyes import Sitting
from tests.web.visitors import COOKIE
from tests.web.worlds import Served

from whiteslip.flows.sign_in import sign_in_as
from whiteslip.infra.accounts import keeping
from whiteslip.infra.accounts.model import Account, Role
from whiteslip.infra.clock import MachineClock

WITHIN_S = 120
WAYS = [("zh", True), ("en", False)]
"""Language, phone."""
OTHER_WAYS = [("en", True), ("zh", False)]


def rows(world: Served, query: bytes, *values: object) -> list[Any]:
    """Ask the database itself."""
    return world.database.read(lambda db: db.execute(query, values).fetchall())


def one(world: Served, query: bytes, *values: object) -> Any:
    """Ask the database for one value."""
    ((value,),) = rows(world, query, *values)
    return value


def change(world: Served, query: bytes, *values: object) -> None:
    """Put something into the database that the small world lacks."""
    world.database.write(lambda db: db.execute(query, values))


def colleagues(world: Served, role: Role) -> list[Account]:
    """Everybody of the cast with a role."""
    found = world.database.read(lambda db: keeping.list_ready_accounts(db, limit=100))
    return [account for account in found if role in account.roles]


def sit_as(
    sit: Any, account: Account, *, language: str, phone: bool, scripts: bool = True
) -> Sitting:
    """Sit down as a certain person, where a role has two."""
    sitting: Sitting = sit("", language=language, phone=phone, scripts=scripts)
    at = MachineClock().now()
    opened = sitting.world.database.write(
        lambda db: sign_in_as(db, account.account_id, address="test", replacing=None, at=at)
    )
    cookie: Any = {"name": COOKIE, "value": opened.token, "url": sitting.world.url}
    sitting.page.context.add_cookies([cookie])
    return sitting


def path_of(page: Page) -> str:
    return urlsplit(page.url).path


def refused(page: Page, field: str = "") -> bool:
    """Tell whether the page says that something is wrong, at the field if one is named."""
    told = page.locator("#alert").is_visible()
    return told and (not field or page.locator(f"#fault-{field}").is_visible())


def send(page: Page, action: str, **fields: str) -> None:
    """Fill in the form that goes to an address, and press its button."""
    form = page.locator(f"form[method=post][action$='{action}']").first
    for name, value in fields.items():
        field = form.locator(f"[name={name}]")
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    form.locator("button").first.click()


def amount_in(text: str) -> int:
    """Read an amount in minor units off a page."""
    sign = -1 if "−" in text else 1
    return sign * round(float(re.sub(r"[^\d.]", "", text)) * 100)


def texts(cells: Locator) -> list[str]:
    return [text.strip() for text in cells.all_text_contents()]
