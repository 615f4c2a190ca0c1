"""The desk of money in a real browser, and the way from a figure of the book down to one cent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.browser.desks import (
    OTHER_WAYS,
    WAYS,
    amount_in,
    one,
    path_of,
    rows,
    texts,
)
from tests.browser.eyes import Sitting
from tests.web.worlds import Served

from whiteslip.infra import business_day
from whiteslip.views import closings

pytestmark = [pytest.mark.browser, pytest.mark.slow]


POSTED = (
    b"SELECT sum(amount_minor)::bigint FROM money.movement WHERE business_date BETWEEN %s AND %s"
)
SIDES = b"""
SELECT
    coalesce(sum(amount_minor) FILTER (WHERE debit = account), 0)::bigint,
    coalesce(sum(amount_minor) FILTER (WHERE credit = account), 0)::bigint
FROM money.movement
CROSS JOIN unnest(enum_range(NULL::money.account)) AS account
WHERE business_date BETWEEN %s AND %s AND account IN (debit, credit)
GROUP BY account
"""


@pytest.mark.parametrize(("language", "phone"), WAYS)
def test_the_trial_balance_of_some_days_balances_and_is_what_was_posted(
    sit: Any, world: Served, language: str, phone: bool
) -> None:
    day = world.database.read(business_day.read)
    since, until = day.closed_on - timedelta(days=20), day.closed_on
    sitting: Sitting = sit("money", language=language, phone=phone)
    page = sitting.open("/desk/money")
    page.locator("#since").fill(since.isoformat())
    page.locator("#until").fill(until.isoformat())
    page.locator("form.row-of button").click()
    page.wait_for_url("**since=*")

    posted = one(world, POSTED, since, until)
    by_account, by_kind = page.locator("section.card tbody").all()
    accounts = [texts(row.locator("td")) for row in by_account.locator("tr").all()]
    *single, together = accounts
    sides = [(amount_in(row[0]), amount_in(row[1])) for row in single]
    assert sorted(sides) == sorted(rows(world, SIDES, since, until))
    assert [amount_in(row[2]) for row in single] == [debit - credit for debit, credit in sides]
    assert [amount_in(together[place]) for place in (0, 1)] == [posted, posted]
    assert together[2] in ("相等", "equal")
    kinds = [texts(row.locator("td")) for row in by_kind.locator("tr").all()]
    assert sum(amount_in(row[2]) for row in kinds) == posted
    postings, entries = (
        sum(int(row[3].replace(",", "")) for row in each) for each in (single, kinds)
    )
    assert entries * 2 == postings
    assert amount_in(page.locator(".figure .big").nth(2).text_content() or "?") == 0
    assert sitting.faults() == []

    page.locator("#since").fill("2020-01-01")
    page.locator("#until").fill("2020-01-02")
    page.locator("form.row-of button").click()
    page.wait_for_url("**since=2020-01-01*")
    assert page.locator(".nothing").count() == 2
    page.goto("/desk/money?since=yesterday")
    assert page.locator("main table").count() == 0


@pytest.mark.parametrize(("language", "phone"), OTHER_WAYS)
def test_closed_days_are_told_with_their_steps(
    sit: Any, world: Served, language: str, phone: bool
) -> None:
    sitting: Sitting = sit("money", language=language, phone=phone)
    page = sitting.open("/desk/money/days")
    days, steps = page.locator("section.card tbody").all()
    first = texts(days.locator("tr").first.locator("td"))
    closing = world.database.read(lambda db: closings.latest(db, most=1))[0]
    assert first[1] == f"{closing.seconds:.2f} s"
    assert first[2] == str(sum(closing.rows.values()))
    assert steps.locator("tr").count() == len(closing.step_ms)
    spent = [
        float(text.split()[0].replace(",", ""))
        for text in texts(steps.locator("tr td:nth-child(2)"))
    ]
    assert spent == sorted(spent, reverse=True), "the slowest first"
    assert page.locator("figure.picture svg path").count() >= 1


def amounts_of(page: Page) -> list[int]:
    """Read the amounts of a page of a journal."""
    return [amount_in(text) for text in texts(page.locator(".journal tbody td.n:not(.wide)"))]


@pytest.mark.parametrize(("language", "phone"), WAYS)
def test_a_figure_of_the_book_opens_down_to_its_movements(
    sit: Any, world: Served, language: str, phone: bool
) -> None:
    sitting: Sitting = sit("book", language=language, phone=phone)
    page = sitting.open("/desk/book")
    page.locator("a.story").click()
    assert path_of(page) == f"/desk/book/customers/{world.story}"
    event = page.locator("li.repayment").first
    paid = amount_in(event.locator("a.amount").text_content() or "?")
    event.locator("summary").click()
    cells = texts(event.locator("details tbody td.n"))
    assert sum(amount_in(text) for text in cells if text not in ("–", "")) == paid
    event.locator("a.amount").click()

    source = page.url.split("source=")[1].split("&")[0]
    moved = rows(
        world,
        b"SELECT amount_minor FROM money.movement WHERE source_id = %s AND debit = 'bank'",
        int(source),
    )
    assert sum(amount for (amount,) in moved) == paid
    assert sorted(amount for (amount,) in moved) == sorted(amounts_of(page))
    assert amount_in(page.locator("tfoot td").text_content() or "?") == 0
    assert sitting.faults() == []

    page.locator("p.banner a").click()
    listed = page.locator("table.journal tbody tr")
    customer = int(world.story.removeprefix("cus_"))
    count = one(world, b"SELECT count(*) FROM money.movement WHERE customer_id = %s", customer)
    assert listed.count() == min(count, 100)
    page.goto(f"/desk/book/customers/{world.story}/journal?kind=late_fee")
    late = b"SELECT amount_minor FROM money.movement WHERE customer_id = %s AND kind = 'late_fee'"
    expected = sorted(amount for (amount,) in rows(world, late, customer))
    together = [amount_in(text) for text in texts(page.locator("tbody td.n:only-of-type"))]
    assert sum(map(abs, together)) == 2 * sum(expected), "the sums are of all, not of this page"
    shown = amounts_of(page)
    while (earlier := page.locator("p.links a[href*='before=']")).count():
        earlier.click()
        shown += amounts_of(page)
    assert sorted(shown) == expected, "page by page nothing is lost and nothing is shown twice"
