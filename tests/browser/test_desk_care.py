"""The desk of care in a real browser: a person in difficulty is marked, another way to pay is offered and approved."""

from __future__ import annotations

from time import monotonic, sleep
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.browser.desks import (
    OTHER_WAYS,
    WAYS,
    WITHIN_S,
    amount_in,
    colleagues,
    one,
    path_of,
    refused,
    rows,
    send,
    sit_as,
    texts,
)
from tests.browser.eyes import Sitting
from tests.web.visitors import COOKIE
from tests.web.worlds import Served

from whiteslip.flows.sign_in import find_person
from whiteslip.infra.accounts.model import Role
from whiteslip.infra.clock import MachineClock
from whiteslip.kernel import ids

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def arrive(page: Page) -> None:
    """Wait for the clock of the sandbox to stand."""
    until = monotonic() + WITHIN_S
    while page.locator(".sandbox [role=status]").count():
        assert monotonic() < until, "the clock did not arrive"
        sleep(0.3)
        page.goto("/my")


def customer_with_a_bill(sit: Any, language: str) -> tuple[Sitting, int]:
    """Be a newcomer who bought something and has got the bill; return also their number."""
    sitting: Sitting = sit("", language=language, phone=True)
    page = sitting.page
    page.goto("/")
    page.locator("main form[action='/sandbox/begin'] button").click()
    page.goto("/my/try")
    page.locator("input[value=headphones] ~ button").click()
    page.locator("form.confirm input[type=checkbox]").check()
    page.locator("form.confirm button").click()
    for _ in ("it is sent", "the bill"):
        page.goto("/my")
        page.locator(".guide form button").first.click()
        arrive(page)
    cookies = {each.get("name"): each.get("value") for each in page.context.cookies()}
    at = MachineClock().now()
    seen = sitting.world.database.read(lambda db: find_person(db, cookies[COOKIE] or "", at=at))
    assert seen is not None
    assert seen.account.customer_id is not None
    return sitting, seen.account.customer_id


@pytest.mark.parametrize(("language", "phone"), OTHER_WAYS)
def test_who_is_in_difficulty_is_marked_until_it_is_over(
    sit: Any, world: Served, language: str, phone: bool
) -> None:
    me = world.account("care")
    customer = one(world, b"SELECT max(customer_id) FROM money.line")
    sitting = sit_as(sit, me, language=language, phone=phone)
    page = sitting.open(f"/desk/care/customers/{ids.write('cus', customer)}")
    for wrong in ("2020-01-01", "2099-01-01"):
        send(page, "/flags", flag="hardship", ends_on=wrong)
        assert refused(page, "ends_on")
        assert page.locator(".fault").count() == 1, (
            "it is said where it was typed, and nowhere else"
        )
    send(page, "/flags", flag="hardship", ends_on="")
    flag = b"SELECT set_by FROM care.contact_flag WHERE customer_id = %s AND ended_at IS NULL"
    assert one(world, flag, customer) == me.actor
    page.locator("form[action*='/flags/'] button").first.click()
    assert rows(world, flag, customer) == []
    assert page.locator("form[action*='/flags/']").count() == 0


@pytest.mark.parametrize(("language", "phone"), WAYS)
def test_another_way_to_pay_is_offered_accepted_and_approved_by_another(
    sit: Any, world: Served, language: str, phone: bool
) -> None:
    theirs, customer = customer_with_a_bill(sit, language)
    me, other = colleagues(world, Role.CARE)[:2]
    named = ids.write("cus", customer)
    sitting = sit_as(sit, me, language=language, phone=phone)
    page = sitting.open("/desk/care")
    page.locator("main .links a").click()
    page.get_by_role("searchbox").fill(named)
    page.locator("form[role=search] button").click()
    assert path_of(page) == f"/desk/book/customers/{named}"
    assert page.locator("a[href='/desk/book']").count() == 0, "the book is not for this desk"
    page.locator(f"main a[href='/desk/care/customers/{named}']").click()
    assert path_of(page) == f"/desk/care/customers/{named}"
    assert sitting.faults() == []

    send(page, "/offer", form="installments", parts="99")
    assert refused(page, "parts")
    assert page.locator("[name=parts]").input_value() == "99"
    assert sitting.faults() == []
    send(page, "/offer", form="installments", parts="13")
    status = b"SELECT status FROM care.relief WHERE customer_id = %s"
    assert one(world, status, customer) == "offered"
    page.goto("/desk/care")
    assert page.locator(f"a[href='/desk/care/customers/{named}']").is_visible()

    theirs.page.goto("/my/help")
    theirs.page.locator("form[action$='/accept'] button").click()
    assert one(world, status, customer) == "agreed", "thirteen parts need another's look"
    page.goto(f"/desk/care/customers/{named}")
    approving = "form.inline:has([name=command][value=approve]) button"
    page.locator(approving).click()
    assert refused(page)
    assert one(world, status, customer) == "agreed", "who offered it does not approve it"

    second = sit_as(sit, other, language=language, phone=phone)
    seeing = second.open(f"/desk/care/customers/{named}")
    seeing.locator(approving).click()
    assert one(world, status, customer) == "running"
    card = seeing.locator("section.card", has=seeing.locator("form[action$='/reply']"))
    assert card.locator("li").count() == 13
    owed = b"SELECT amount_minor FROM care.relief WHERE customer_id = %s"
    parts = [amount_in(text.rsplit("¥")[-1]) for text in texts(card.locator("li"))]
    assert sum(parts) == one(world, owed, customer), "no cent is lost in parts"
    send(seeing, "/reply", text="第一期下月再还即可 🙂")
    assert card.locator(".said-by.staff").is_visible()
    assert second.faults() == []

    theirs.page.goto("/my/help")
    assert theirs.page.get_by_text("第一期下月再还即可 🙂").is_visible()
    assert theirs.page.locator("main table").first.locator("tbody tr").count() == 13


@pytest.mark.parametrize(("language", "phone"), WAYS)
def test_a_plan_is_seen_before_it_is_agreed_to_and_goodwill_takes_two_above_a_sum(
    sit: Any, world: Served, language: str, phone: bool
) -> None:
    theirs, customer = customer_with_a_bill(sit, language)
    my = theirs.page
    my.goto("/my/help")
    my.locator("#field-form").select_option("holiday")
    my.locator("#field-parts").fill("2")
    my.locator("form[action='/my/help'] button").click()
    assert path_of(my) == "/my/help/plan"
    status = b"SELECT status FROM care.relief WHERE customer_id = %s"
    assert rows(world, status, customer) == [], "nothing changes before it is agreed to"
    now, then = (amount_in(text) for text in texts(my.locator("tfoot td")))
    assert now <= then
    assert theirs.faults() == []
    my.locator("form[action='/my/help'] button").click()
    assert one(world, status, customer) == "running"

    me, other = colleagues(world, Role.CARE)[:2]
    named = ids.write("cus", customer)
    sitting = sit_as(sit, me, language=language, phone=phone)
    page = sitting.open(f"/desk/care/customers/{named}")
    send(page, "/goodwill", granted="6000", why="other", note="sorry")
    assert refused(page, "granted")
    assert page.locator(".fault").count() == 1
    send(page, "/goodwill", granted="120.50", why="our_mistake", note="we were slow")
    state = b"SELECT state FROM money.goodwill WHERE customer_id = %s"
    assert one(world, state, customer) == "asked"
    assert sitting.faults() == []
    page.locator("form[action*='/goodwill/'] button").first.click()
    assert one(world, state, customer) == "asked", "who asked does not approve"
    page = sit_as(sit, other, language=language, phone=phone).open(f"/desk/care/customers/{named}")
    page.locator("form[action*='/goodwill/'] button").first.click()
    assert one(world, state, customer) == "done"
    my.goto("/my/notices")
    assert "120.50" in my.locator("main").inner_text()
