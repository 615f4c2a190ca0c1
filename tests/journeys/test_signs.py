"""Han Mei's debit fails and nothing is overdue: she is offered help, the care desk knows, and she can still buy."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from tests.api.conftest import Book, served

from whiteslip.flows.look_ahead import look_ahead
from whiteslip.infra import business_day
from whiteslip.infra.settings import load


def close_until(book: Book, day: date) -> None:
    assert book.operator.post("/clock/advance", {"to": day.isoformat()}).status == 200


def noon_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(12), UTC)


def test_help_before_anything_is_overdue(
    module_dsn: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("home")
    with served(load(dsn=module_dsn, home=home, sandbox=True)) as book:
        line_id = book.line()
        ann, care = book.caller("reviews:read"), book.caller("reviews:write")
        assert book.caller("care:read").get("/signs").status == 403
        look = ann.get("/signs").body["look"]
        assert (look["is_stale"], look["lines"]) == (True, None), "nobody looked yet"
        assert ann.get(f"/lines/{line_id}/signs").body["signs"] == []
        note = {"note": "called her: a move of her pay day"}
        assert care.post(f"/lines/{line_id}/signs/acknowledge", note).status == 404

        close_until(book, date(2026, 3, 10))
        day = book.operator.get("/clock").body["current_on"]
        body = {
            "amount_minor": 5_000,
            "due_on": day,
            "failure": "insufficient_funds",
            "reference": "bank-1",
        }
        bank = book.caller("repayments:write")
        assert bank.post(f"/lines/{line_id}/failed-debits", body).status == 201
        close_until(book, date(2026, 3, 11))
        closed = book.database.read(business_day.read)
        report = look_ahead(book.database, at=noon_after(closed.closed_on))
        assert report.run is not None

        page = ann.get("/signs", color="yellow").body
        (sight,) = page["signs"]
        assert not page["look"]["is_stale"]
        assert (sight["line_id"], sight["color"]) == (line_id, "yellow")
        assert [sign["id"] for sign in sight["signs"]] == ["failed_debit"]
        assert sight["facts"] == {"failed_debits_60d": 1}
        assert sight["offered_on"] == "2026-03-11"
        assert ann.get("/signs", color="yellow", after=line_id).body["signs"] == []
        assert ann.get("/signs", color="green").status == 422
        assert ann.get("/signs", after="nothing").status == 422

        path = f"/lines/{line_id}/signs/acknowledge"
        assert ann.post(path, note).status == 403
        assert care.post(path, note).body == {"line_id": line_id}
        assert care.post(path, {"note": "me too"}).code == "conflict"
        (told,) = ann.get(f"/lines/{line_id}/signs").body["signs"]
        assert (told["answered_by"], told["note"]) == ("tested", note["note"])

        assert book.buy(line_id, 2_000).body["status"] == "authorized", "no sign stops anybody"
