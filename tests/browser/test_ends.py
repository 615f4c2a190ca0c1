"""How debts end in a real browser: settled early, divided, refunded to who paid, charged off and paid after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Page
from tests.browser.customers import LOOKS, minor, sit_down
from tests.browser.desks import WAYS, change, path_of, refused, send
from tests.web.newcomers import Newcomer
from tests.web.worlds import Served

from whiteslip.flows.refund import RefundRequest, refund
from whiteslip.flows.repay import RepaymentRequest, repay
from whiteslip.infra.business_day import read
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Connection
from whiteslip.kernel import ids
from whiteslip.money.arrears.store import age_lines

pytestmark = [pytest.mark.browser, pytest.mark.slow]
T = TypeVar("T")
BACKDATE = (
    b"UPDATE money.installment SET due_on = due_on - 400, statement_on = statement_on - 400"
    b" WHERE customer_id = %s"
)


@pytest.mark.parametrize(("language", "phone", "scripts"), LOOKS)
def test_a_plan_is_settled_as_quoted_and_a_changed_quote_buys_nothing(
    sit: Any, language: str, phone: bool, scripts: bool
) -> None:
    sitting, somebody = sit_down(sit, phone=phone, language=language, scripts=scripts)
    plan = somebody.buy("headphones", 3)
    somebody.get_sent(plan)
    somebody.get_sent(somebody.buy("shoes"))
    page = sitting.open("/my/repay/early")
    assert page.locator("main tbody tr").count() == 2, "the plan, and everything"
    page.locator("main tbody th a").last.click()
    assert sitting.faults() == []
    everything = minor(page.locator("main form button").text_content())
    version = page.locator("main form [name=version]").input_value()
    paid(sitting.world, somebody, 1_000)
    page.locator("main form button").click()
    assert refused(page)
    assert page.locator("main form [name=version]").input_value() != version, "it quotes anew"
    assert minor(page.locator("main form button").text_content()) == everything - 1_000
    assert sitting.faults() == []

    page = sitting.open(f"/my/purchases/{plan}")
    page.locator("a[href*='/my/repay/early']").click()
    saved = minor(page.locator(".banner.good").text_content())
    assert saved > 0
    principal = minor(page.locator("main form button").text_content())
    page.locator("main form button").click()
    assert path_of(page) == "/my/repay"
    said = page.get_by_role("status").first.inner_text()
    assert f"{principal / 100:,.2f}" in said
    page = sitting.open(f"/my/purchases/{plan}")
    assert page.locator("a[href*='/my/repay/early']").count() == 0, "nothing of it is owed"
    page = sitting.open(f"/my/repay/early?of={plan}")
    assert page.locator("main form").count() == 0
    assert owed(sitting.world, somebody) == everything - 1_000 - principal


def test_what_is_another_persons_is_not_settled(sit: Any) -> None:
    sitting, _ = sit_down(sit)
    _, other = sit_down(sit)
    plan = other.buy("headphones", 3)
    other.get_sent(plan)

    sitting.open(f"/my/repay/early?of={plan}", status=404)
    sitting.open("/my/repay/early?of=nonsense", status=404)


@pytest.mark.parametrize(("language", "phone", "scripts"), LOOKS)
def test_a_statement_is_paid_in_installments_as_shown(
    sit: Any, language: str, phone: bool, scripts: bool
) -> None:
    sitting, somebody = sit_down(sit, phone=phone, language=language, scripts=scripts)
    page = sitting.open("/my/repay/installments")
    assert page.locator("main form").count() == 0, "there is no statement yet"
    somebody.get_sent(somebody.buy("shoes"))
    somebody.wait_as_guided()
    page = sitting.open("/my/bills")
    page.locator("main a[href*='/my/bills/2']").first.click()
    page.locator("a[href*='/my/repay/installments']").click()
    choices = page.locator("main table").first.locator("tbody tr")
    assert choices.count() >= 2
    choices.nth(1).locator("a").click()
    assert sitting.faults() == []
    terms = page.locator("#terms tbody tr")
    months = terms.count()
    assert months >= 6
    whole = [minor(text) for text in page.locator("#terms tfoot td").all_text_contents()]
    each = [minor(text) for text in terms.locator("td:last-child").all_text_contents()]
    assert sum(each) == whole[2] == whole[0] + whole[1]
    page.locator("main form button").click()
    assert path_of(page) == "/my/repay"
    assert str(months) in page.get_by_role("status").first.inner_text()
    page = sitting.open("/my/repay/installments")
    assert page.locator("main form").count() == 0, "it is divided already"
    page = sitting.open("/my/repay/early")
    assert page.locator("main tbody th a[href*='spl_']").count() == 1


@pytest.mark.parametrize(("language", "phone", "scripts"), LOOKS)
def test_a_refund_is_seen_on_its_way_to_who_paid(
    sit: Any, language: str, phone: bool, scripts: bool
) -> None:
    sitting, somebody = sit_down(sit, phone=phone, language=language, scripts=scripts)
    bought = somebody.buy("shoes")
    somebody.get_sent(bought)
    paid(sitting.world, somebody, 60_000, "wallet")
    paid(sitting.world, somebody, 8_000, "card")
    number = ids.read_owned(bought, "pur").number
    asked = RefundRequest(somebody.customer_id, number, None, 20_000)
    acting(sitting.world, lambda db: refund(db, [asked], at=MachineClock().now()))

    page = sitting.open(f"/my/purchases/{bought}")
    back = page.locator("table", has=page.locator("th .faint")).last.locator("tbody tr")
    amounts = [minor(text) for text in back.locator("td:nth-child(3)").all_text_contents()]
    assert amounts == [8_000, 12_000], "the latest payment first"
    page = sitting.open("/my/repay")
    page.locator("form[action='/my/payout'] button").click()
    assert minor(page.get_by_role("status").first.inner_text()) == 20_000
    assert sitting.faults() == []
    back = page.locator("main section.card").last.locator("tbody tr")
    sent = [minor(text) for text in back.locator("td:nth-child(4)").all_text_contents()]
    assert sent == [8_000, 12_000]
    page = sitting.open("/my/notices")
    assert page.get_by_text("80.00").count() >= 1


@pytest.mark.parametrize(("language", "phone"), WAYS)
def test_a_line_is_charged_off_by_two_people_and_its_owner_is_told_and_pays(
    sit: Any, language: str, phone: bool
) -> None:
    sitting, somebody = sit_down(sit, phone=phone, language=language)
    long_late(sitting.world, somebody)
    care = sit("care", phone=phone, language=language)
    desk = care.open(f"/desk/money/lines/{somebody.line}")
    send(desk, "/propose", note="gone abroad; every letter came back")
    claim = path_of(desk)
    assert claim.startswith("/desk/money/claims/cof_")
    assert desk.locator("form[action$='/decide']").count() == 0, "care does not decide"
    assert care.faults() == []
    money = sit("money", phone=phone, language=language)
    decider = money.open("/desk/money/claims")
    decider.locator(f"a[href*='{claim}']").first.click()
    decider.locator("form[action$='/decide'] button").first.click()
    assert decider.locator("form[action$='/recover']").count() == 1
    assert money.faults() == []

    page = sitting.open("/my")
    page.locator(".card.against a[href*='/my/repay']").click()
    left = minor(page.locator(".card.against header b").text_content())
    assert left == 68_000
    pay_part(page, "180")
    assert minor(page.locator(".card.against header b").text_content()) == left - 18_000
    assert page.locator("form[action='/my/payout']").count() == 0
    assert sitting.faults() == []

    send(decider, "/recover", amount="100", method="court", cost="30")
    decider.goto(claim)
    rows = decider.locator("section.card").last.locator("tbody tr")
    assert [minor(text) for text in rows.locator("td:last-child").all_text_contents()] == [
        7_000,
        18_000,
    ]
    send(decider, "/end")
    assert decider.locator("form[action$='/end/decide']").count() == 0, "who asked does not decide"
    assert money.faults() == []

    desk.goto(claim)
    assert desk.locator("form[action$='/end/decide']").count() == 0
    page = sitting.open("/my/notices")
    assert page.get_by_text("430.00").count() >= 1, "the owner is told what is left"


def pay_part(page: Page, amount: str) -> None:
    """Pay a part of a claim on the page that shows it."""
    page.locator("main details summary").first.click()
    page.locator("#field-amount").fill(amount)
    page.locator("#field-method").select_option("bank")
    page.locator("main details button").first.click()


def long_late(world: Served, somebody: Newcomer) -> None:
    """Let somebody have missed 680.00 for more than half a year."""
    somebody.get_sent(somebody.buy("shoes"))
    change(world, BACKDATE, somebody.customer_id)
    acting(world, lambda db: age_lines(db, [somebody.customer_id], on=read(db).current_on))


def paid(world: Served, somebody: Newcomer, amount_minor: int, method: str = "bank") -> None:
    """Let money come in for somebody, beside any page."""
    asked = RepaymentRequest(somebody.customer_id, somebody.line_id, amount_minor, method)
    acting(world, lambda db: repay(db, [asked], at=MachineClock().now()))


def acting(world: Served, act: Callable[[Connection], T]) -> T:
    """Act beside any page."""
    return world.database.write(act)


def owed(world: Served, somebody: Newcomer) -> int:
    """Ask the database for the principal somebody owes."""
    query = b"SELECT principal_minor FROM money.line WHERE customer_id = %s"
    values = (somebody.customer_id,)
    row = world.database.read(lambda db: db.execute(query, values).fetchone())
    assert row is not None
    return int(row[0])
