"""The bank refuses Han Mei's account three times; within seconds her line is restricted, and paying restores it."""

from __future__ import annotations

from time import monotonic, sleep
from typing import Any

import pytest
from tests.api.conftest import Book, served

from whiteslip.infra.settings import load


def usability(book: Book, line_id: str) -> dict[str, Any]:
    return book.operator.get(f"/lines/{line_id}/usability").body


def wait_until(book: Book, line_id: str, *, level: int) -> dict[str, Any]:
    began = monotonic()
    while monotonic() - began < 10:
        seen = usability(book, line_id)
        if seen["level"] == level:
            return seen
        sleep(0.05)
    raise AssertionError(usability(book, line_id))


def test_three_refusals_and_the_way_back(
    module_dsn: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("home")
    with served(load(dsn=module_dsn, home=home, sandbox=True)) as book:
        line_id = book.line()
        body = {
            "amount_minor": 5_000,
            "due_on": book.operator.get("/clock").body["current_on"],
            "failure": "insufficient_funds",
        }
        bank = book.caller("repayments:write")
        path = f"/lines/{line_id}/failed-debits"
        for number in range(3):
            body["reference"] = f"bank-{number}"
            kept = bank.post(path, body)
            assert kept.status == 201
            assert kept.body["line_id"] == line_id
            assert bank.post(path, body).body == kept.body, "the bank's reference names it once"
        assert bank.post(path, {**body, "amount_minor": 1}).status == 409
        assert book.caller("lines:read").post(path, body).status == 403

        seen = wait_until(book, line_id, level=3)
        assert [reason["code"] for reason in seen["reasons"]] == ["DLQ-03"]
        assert seen["way_back"]["steps"] == [
            {"does": "pay", "amount_minor": 5_000, "until_on": None}
        ]
        assert seen["way_back"]["advised"] == ["new_source"]
        assert seen["way_back"]["is_proven"]

        book.operator.post("/repayments", {"line_id": line_id, "amount_minor": 5_000})
        restored = usability(book, line_id)
        assert restored["can_buy"]
