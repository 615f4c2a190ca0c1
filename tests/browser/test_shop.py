"""A shop's ways through its pages in a real browser: a key, a sale by it, sent, given back in part, and paid out."""

from __future__ import annotations

from time import monotonic, sleep
from typing import Any, NamedTuple

import httpx
import pytest
from playwright.sync_api import Locator, Page
from tests.web.newcomers import join
from tests.web.worlds import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WAYS = [("zh", True, True), ("en", False, False)]
"""Language, phone, scripts."""
FORGOTTEN_WITHIN_S = 15
ZERO = "¥0.00"


class Day(NamedTuple):
    """A day's row of the settlement, in minor units; what is taken off is negative."""

    sold: int = 0
    given_back: int = 0
    fee: int = 0
    paid_out: int = 0


def minor(text: str) -> int:
    """Read an amount as pages write it."""
    return round(float(text.replace("¥", "").replace(",", "").replace("−", "-")) * 100)


def today(page: Page) -> Day:
    """Read the latest day that is still expected."""
    page.goto("/shop/settlement")
    row = page.locator("tbody tr", has=page.locator(".badge")).first
    if row.count() == 0:
        return Day()
    return Day(*(minor(text) for text in row.locator("td.n").all_text_contents()))


def calling(world: Served, key: str) -> httpx.Client:
    """Call the HTTP API with a key."""
    return httpx.Client(
        base_url=f"{world.url}/v1", headers={"authorization": f"Bearer {key}"}, timeout=30
    )


def sell(world: Served, key: str, line_id: str, order: str, amount_minor: int) -> httpx.Response:
    """Sell through the HTTP API, as a shop's till would."""
    body = {"line_id": line_id, "amount_minor": amount_minor, "order_ref": order}
    with calling(world, key) as http:
        return http.post("/purchases", json=body, headers={"idempotency-key": order})


def make_key(page: Page, label: str) -> str:
    page.goto("/shop/keys")
    page.locator("#field-label").fill(label)
    page.locator("form.stacked button").click()
    key = page.locator(".banner.good .key").text_content()
    assert key is not None
    assert key.startswith("wsk_")
    return key


def row_of(page: Page, text: str) -> Locator:
    return page.locator("tbody tr", has_text=text)


@pytest.mark.parametrize(("language", "phone", "scripts"), WAYS)
def test_from_a_sale_to_what_is_paid_out_for_it(
    sit: Any, language: str, phone: bool, scripts: bool
) -> None:
    sitting = sit("merchant", phone=phone, language=language, scripts=scripts)
    page, order = sitting.open("/shop"), f"TILL-{language}"
    key = make_key(page, f"till {language}")
    line_id = join(sitting.world).line
    assert sell(sitting.world, key, line_id, order, 100_00).json()["status"] == "authorized"
    before = today(page)

    page.goto("/shop/sales")
    page.get_by_role("searchbox").fill(order)
    page.locator("form.search button").click()
    assert page.locator("tbody tr").count() == 1
    assert row_of(page, order).locator("td.n").all_text_contents() == ["¥100.00", ZERO, ZERO]
    assert sitting.faults() == []

    page.get_by_role("link", name=order).click()
    assert page.locator("form[action$='/refund']").count() == 0, "nothing is there to give back"
    page.locator("form[action$='/capture'] #field-amount").fill("120")
    page.locator("form[action$='/capture'] button").click()
    assert page.get_by_role("alert").is_visible(), "more than is held is not captured"
    assert sitting.faults() == []
    page.locator("form[action$='/capture'] #field-amount").fill("80")
    page.locator("form[action$='/capture'] input[name=final]").check()
    page.locator("form[action$='/capture'] button").click()
    assert page.get_by_role("status").first.is_visible()
    assert page.locator("form[action$='/capture']").count() == 0, "the rest was released"
    assert sitting.faults() == []

    refunds = page.locator("form[action$='/refund']")
    assert refunds.locator("#field-amount").input_value() == "80.00", "all that can be given back"
    refunds.locator("#field-amount").fill("30")
    refunds.locator("button").click()
    assert page.get_by_role("status").first.is_visible()
    assert page.locator(".figure .big").all_text_contents()[:3] == ["¥100.00", "¥80.00", "¥30.00"]
    assert refunds.locator("#field-amount").input_value() == "50.00"
    assert sitting.faults() == []

    after = today(page)
    assert after.sold - before.sold == 80_00
    assert after.given_back - before.given_back == -30_00
    assert after.fee - before.fee == -20, "0.4 percent of what stays sold"
    assert after.paid_out - before.paid_out == 80_00 - 30_00 - 20
    assert after.paid_out == after.sold + after.given_back + after.fee
    assert sitting.faults() == []

    page.goto("/shop/events")
    happened = row_of(page, order).locator("td.n").all_text_contents()
    assert happened == ["¥30.00", "¥80.00", "¥100.00"], "the newest first"
    assert sitting.faults() == []


@pytest.mark.parametrize(("language", "phone", "scripts"), WAYS)
def test_a_key_is_shown_once_serves_its_shop_and_is_refused_when_revoked(
    sit: Any, language: str, phone: bool, scripts: bool
) -> None:
    sitting = sit("merchant", phone=phone, language=language, scripts=scripts)
    page, label = sitting.open("/shop/keys"), f"kiosk {language}"
    page.locator("form.stacked button").click()
    assert page.locator(".fault").is_visible(), "a key without a name is not made"
    key = make_key(page, label)
    assert sitting.faults() == []
    page.goto("/shop/keys")
    assert row_of(page, label).count() == 1
    assert key not in page.content(), "it is shown once"

    world: Served = sitting.world
    merchant_id = world.account("merchant").merchant_id
    with calling(world, key) as http:
        seen = http.get("/purchases", params={"limit": 50})
        assert seen.status_code == 200
        sold = seen.json()["purchases"]
        assert sold
        assert {one["merchant_id"] for one in sold} == {f"mer_{merchant_id}"}
        other = {"line_id": "lin_1_1", "amount_minor": 1, "order_ref": "x", "merchant_id": "mer_9"}
        refused = http.post("/purchases", json=other, headers={"idempotency-key": label})
        assert refused.status_code == 403

    row_of(page, label).get_by_role("link").click()
    assert key not in page.content()
    assert sitting.faults() == []
    page.locator("main form button.danger").click()
    assert page.get_by_role("status").get_by_text(label).is_visible()
    assert row_of(page, label).locator(".badge.bad").is_visible()
    row_of(page, label).get_by_role("link").click()
    assert page.locator("main button.danger").count() == 0, "it is ended already"

    until = monotonic() + FORGOTTEN_WITHIN_S
    with calling(world, key) as http:
        while (status := http.get("/purchases").status_code) == 200:
            assert monotonic() < until, "a revoked key still works"
            sleep(0.5)
    assert status == 401


@pytest.mark.parametrize(("language", "phone", "scripts"), WAYS)
def test_what_is_not_sent_is_called_off_and_the_customer_owes_nothing(
    sit: Any, language: str, phone: bool, scripts: bool
) -> None:
    sitting = sit("merchant", phone=phone, language=language, scripts=scripts)
    newcomer = join(sitting.world)
    purchase_id = newcomer.buy("coffee")
    page = sitting.open(f"/shop/sales/{purchase_id}")
    page.locator("form[action$='/void'] button").click()

    assert page.get_by_role("status").first.is_visible()
    assert page.locator("main form").count() == 0, "nothing is left to do"
    assert sitting.faults() == []
    assert "¥5,000.00" in newcomer.visitor.get("/my").text
    page.goto("/shop/sales?status=voided")
    assert page.locator(f"a[href*='{purchase_id}']").count() == 1
    page.goto("/shop/sales?status=authorized")
    assert page.locator(f"a[href*='{purchase_id}']").count() == 0


def test_another_shop_sees_nothing_of_a_sale(sit: Any) -> None:
    sitting = sit("other merchant", language="en")
    purchase_id = join(sitting.world).buy("coffee")

    sitting.open(f"/shop/sales/{purchase_id}", status=404)
    page = sitting.open("/shop/sales")
    assert page.locator("tbody tr").count() > 0
    assert page.locator(f"a[href*='{purchase_id}']").count() == 0
    page = sitting.open("/shop/events")
    assert page.locator(f"a[href*='{purchase_id}']").count() == 0
