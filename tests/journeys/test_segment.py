"""Ann reads that the self-employed pay late; she and the operator restrict the segment, and take it back."""

from __future__ import annotations

from pathlib import Path

from tests.api.conftest import served
from tests.builders import Book
from tests.flows.segment_worlds import NAME, World

from whiteslip.flows.judge_segments import judge_segments
from whiteslip.infra.settings import load
from whiteslip.risk.segments import store


def test_a_segment_is_tightened_and_freed_over_the_api(module_dsn: str, tmp_path: Path) -> None:
    with served(load(dsn=module_dsn, home=tmp_path, sandbox=True)) as api:
        ann, operator = api.caller("reviews:read", "reviews:write"), api.operator
        shop_app = api.caller("care:read")
        world = World(api.database, people=160, book=Book(api.database))
        world.months([6, 5, 7, 6, 5, 6, 7, 6, 9, 30])
        assert shop_app.get("/segments").status == 403
        before = {one["segment"]: one for one in ann.get("/segments").body["segments"]}
        assert before[NAME]["asks"] == "unknown"

        index = {
            "of_on": "2025-12-31",
            "value": "47.9",
            "learned_on": "2025-12-31",
            "source": "NBS",
        }
        kept = ann.post("/macro/services_index", index)
        assert (kept.status, kept.body["revision"]) == (201, 1)
        assert ann.post("/macro/services_index", index).body["revision"] is None
        assert ann.post("/macro/gdp", index).status == 422
        series = {one["series"]: one for one in ann.get("/macro").body["series"]}
        assert series["services_index"]["color"] == "red"
        assert series["unemployment_rate"]["why"] == "absent"
        earlier = {"known_on": "2025-12-30"}
        assert ann.get("/macro/services_index", **earlier).body["values"] == []
        assert ann.get("/macro/services_index").body["values"][0]["value"] == "47.9"

        judge_segments(api.database, at=world.book.at, chosen=store.catalog())

        after = {one["segment"]: one for one in ann.get("/segments").body["segments"]}
        assert (after[NAME]["asks"], after[NAME]["macro_color"]) == ("tighten", "red")
        history = ann.get(f"/segments/{NAME}", limit=1).body["judged"]
        assert {one["level"] for one in history if one["measure"] == "roll_to_overdue"} == {"out"}
        number = after[NAME]["tightening_id"]
        shown = ann.get(f"/tightenings/{number}").body
        assert shown["missing_people"] == 2
        assert shown["tightening"]["expected"]["touched"] > 100

        said = {"note": "looked at the months"}
        assert shop_app.post(f"/tightenings/{number}/release", said).status == 403
        first = ann.post(f"/tightenings/{number}/release", said)
        assert (first.body["state"], first.body["missing_people"]) == ("proposed", 1)
        assert ann.post(f"/tightenings/{number}/release", said).status == 409
        done = operator.post(f"/tightenings/{number}/release", said)
        assert (done.body["state"], done.body["missing_people"]) == ("released", 0)
        assert done.body["moved"] == len(world.restricted()) > 20

        person = min(world.restricted())
        line = operator.get(f"/lines/lin_{person.customer_id}_{person.line_id}").body
        assert line["restriction_level"] == 3
        assert ann.post(f"/tightenings/{number}/lift", said).status == 409
        undone = ann.post(f"/tightenings/{number}/undo", {"note": "the months were wrong"})
        assert (undone.body["state"], undone.body["moved"]) == ("undone", done.body["moved"])
        assert world.restricted() == set()
        shown = operator.get(f"/tightenings/{number}").body
        assert [one["command"] for one in shown["steps"]] == [
            "propose", "release", "release", "roll_out", "undo",
        ]  # fmt: skip
        assert shown["restrictions"] == 0
        assert operator.get("/tightenings/999").status == 404
        assert [one["state"] for one in operator.get("/tightenings").body["tightenings"]] == [
            "undone"
        ]
