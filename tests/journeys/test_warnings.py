"""Ann opens the warnings in the morning: what nobody evaluated is unknown, and a shop's key does not show them."""

from __future__ import annotations

import pytest
from tests.api.conftest import AT, served

from whiteslip.flows.warn_early import warn_early
from whiteslip.infra.database import Database
from whiteslip.infra.settings import load

RAISED = b"""
    INSERT INTO risk.signal_warning (warning_id, indicator, raised_at, due_at, raised_on, steps, color, state)
    VALUES (1, 'complaints', '2026-01-01', '2026-01-02', '2026-01-01', 1, 'red', 'raised')
"""


def test_the_warnings_of_a_morning(
    module_dsn: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("home")
    with served(load(dsn=module_dsn, home=home, sandbox=True)) as book:
        ann = book.caller("reviews:read")
        assert book.caller("care:read").get("/warnings").status == 403
        found = ann.get("/warnings").body["warnings"]
        before = [one for one in found if one["window_minutes"] is None]
        assert len(found) > len(before), "the fast ones stand beside them"
        assert {(one["color"], one["why"]) for one in before} == {("unknown", "never")}

        with Database(module_dsn, max_size=1) as database:
            warn_early(database, at=AT)

        after = {one["indicator"]: one for one in ann.get("/warnings").body["warnings"]}
        assert after["first_payment"]["why"] == "too_few"
        assert after["failed_debits"]["why"] == "absent"
        assert after["first_payment"]["name"]["zh"] == "首期违约率"
        assert ann.get("/warnings", color="green").body["warnings"] == []
        assert len(ann.get("/warnings", color="unknown").body["warnings"]) == len(after)

        told = ann.get("/warnings/first_payment").body
        assert [one["why"] for one in told["evaluations"]] == ["too_few"]
        assert ann.get("/warnings/nothing").status == 404

        note = {"note": "nothing to acknowledge"}
        assert ann.post("/warnings/complaints/acknowledge", note).status == 403
        reviewer = book.caller("reviews:write")
        assert reviewer.post("/warnings/complaints/acknowledge", note).status == 404
        with Database(module_dsn, max_size=1) as database:
            database.write(lambda db: db.execute(RAISED).rowcount)
        done = reviewer.post("/warnings/complaints/acknowledge", {"note": "we read them all"})
        assert (done.status, done.body["state"]) == (201, "acknowledged")
        assert reviewer.post("/warnings/complaints/acknowledge", note).status == 409
        seen = {one["indicator"]: one for one in ann.get("/warnings").body["warnings"]}
        assert seen["complaints"]["warning"]["note"] == "we read them all"
        assert seen["complaints"]["warning"]["state"] == "acknowledged"
        assert seen["first_payment"]["warning"] is None
