"""Autopay in a real browser: a customer says where from, the bank says what came, the money desk settles the rest."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.browser.customers import LOOKS
from tests.browser.desks import WAYS, path_of, refused, send
from tests.gateways.bank.odd_files import odd_files
from tests.web.worlds import Served

from whiteslip.flows.take_bank_results import take_bank_results
from whiteslip.gateways.bank.model import Outcome, Result
from whiteslip.infra.clock import MachineClock
from whiteslip.worker.bank import ACTS, BANK

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize(("language", "phone", "scripts"), LOOKS)
def test_sources_are_added_ordered_and_stopped(
    sit: Any, language: str, phone: bool, scripts: bool
) -> None:
    sitting = sit("other shopper", phone=phone, language=language, scripts=scripts)
    page = sitting.open("/my/repay")
    page.locator("a[href*='/my/repay/autopay']").first.click()
    before = page.locator("section.card").first.locator("tbody tr").count()
    send(page, "/my/repay/autopay", kind="card", account="12", holder="林")
    assert refused(page, "account"), "a number that short is none"
    send(page, "/my/repay/autopay", kind="card", account="6222020200001111", holder="林")
    send(page, "/my/repay/autopay", kind="bank_account", account="110000002222", holder="林")
    sources = page.locator("section.card").first.locator("tbody tr")
    assert sources.count() == before + 2
    assert "6222020200001111" not in page.content(), "only the end of a number is shown"
    assert "•••• 2222" in (sources.last.text_content() or "")
    assert sitting.faults() == []

    sources.last.locator("form[action$='/first'] button").click()
    assert "•••• 2222" in (sources.first.text_content() or "")
    for ending in ("2222", "1111"):
        mine = sources.filter(has_text=ending).first
        mine.locator("form[action$='/stop'] button").click()
    assert page.locator("section.card").first.locator("tbody tr").count() == before
    assert page.locator("main details").count() == 1
    assert sitting.faults() == []


@pytest.mark.parametrize(("language", "phone"), WAYS)
def test_money_nobody_knows_is_assigned_and_a_large_sum_takes_two(
    sit: Any, world: Served, language: str, phone: bool
) -> None:
    tag = f"{language}{phone}"
    small, large = _stray(world, f"small-{tag}", 1_250), _stray(world, f"large-{tag}", 90_000_000)
    sitting = sit("money", language=language, phone=phone)
    page = sitting.open("/desk/money/queue")
    page.get_by_role("link", name=small).click()
    send(page, "/close", way="sent_back", note="谁也不认识")
    assert path_of(page) == f"/desk/money/queue/{small}"
    assert page.locator("form[action$='/close']").count() == 0, "it is closed"
    page.goto(f"/desk/money/queue/{large}")
    send(page, "/close", way="sent_back", note="large")
    send(page, "/decide", command="approve", note="I approve myself")
    assert refused(page), "who asked does not decide"
    assert page.locator("form[action$='/decide']").count() == 1
    assert sitting.faults() == []


@pytest.mark.parametrize(("language", "phone"), WAYS)
def test_a_bank_file_is_taken_once_and_a_bad_one_refused_whole(
    sit: Any, language: str, phone: bool, tmp_path: Path
) -> None:
    sitting = sit("money", language=language, phone=phone)
    page = sitting.open("/desk/money/files")
    known = page.locator("section.card").last.locator("tbody tr").count()
    good = next(one for one in odd_files(seed=7 + phone) if _reads(one))
    for name, body, more in (
        ("good.xml", good.body, 1),
        ("good.xml", good.body, 1),
        ("bad.xml", good.body[:60], 1),
    ):
        file = tmp_path / name
        file.write_bytes(body)
        page.locator("input[type=file]").set_input_files(file)
        page.locator("form[action$='/files'] button").click()
        if name == "bad.xml":
            assert refused(page)
        page.goto("/desk/money/files")
        assert page.locator("section.card").last.locator("tbody tr").count() == known + more
    assert sitting.faults() == []


def _reads(file: Any) -> bool:
    return re.search("Reads", type(file.expected).__name__) is not None and bool(
        file.expected.results
    )


def _stray(world: Served, name: str, amount_minor: int) -> str:
    """Let the bank pay under a reference of nobody; returns the item it becomes."""
    at = MachineClock().now()
    stray = Result(name, name, Outcome.PAID, amount_minor, "CNY", None, at.date())
    world.database.write(
        lambda db: take_bank_results(db, [stray], bank=BANK, source="test", acts=ACTS, at=at)
    )
    query = b"SELECT item_id FROM money.suspense_item WHERE result_id = %s"
    row = world.database.read(lambda db: db.execute(query, (name,)).fetchone())
    assert row is not None
    return f"sus_{row[0]}"
