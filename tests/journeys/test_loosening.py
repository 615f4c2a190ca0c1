"""Ann reads that the self-employed pay better than they used to; she and the operator give the good ones room."""

from __future__ import annotations

from pathlib import Path

from tests.api.conftest import served
from tests.builders import Book
from tests.flows.segment_worlds import NAME, World

from whiteslip.flows.judge_segments import judge_segments
from whiteslip.infra.settings import load
from whiteslip.risk.segments import store


def test_a_segment_is_given_room_and_it_is_taken_back_over_the_api(
    module_dsn: str, tmp_path: Path
) -> None:
    with served(load(dsn=module_dsn, home=tmp_path, sandbox=True)) as api:
        ann, operator = api.caller("reviews:read", "reviews:write"), api.operator
        shop_app = api.caller("care:read")
        world = World(api.database, people=250, book=Book(api.database))
        world.pay_on_time()
        world.months([60, 58, 61, 59, 60, 58, 60, 61, 2, 1, 1])
        world.macro(51, of_on=world.last_end)
        judge_segments(api.database, at=world.book.at, chosen=store.catalog())

        found = {one["segment"]: one for one in ann.get("/segments").body["segments"]}[NAME]
        assert (found["asks"], found["tightening_id"]) == ("loosen", None)
        number = found["loosening_id"]
        shown = ann.get(f"/loosenings/{number}").body
        assert (shown["missing_people"], shown["room_minor"]) == (2, 0)
        expected = shown["loosening"]["expected"]
        assert expected["room_minor"] == expected["touched"] * 100_000 > 0
        assert expected["income_minor"] is None  # nothing was bought lately
        assert ann.get(f"/tightenings/{number}").status == 404
        assert ann.post(f"/tightenings/{number}/release", {"note": "x"}).status == 404

        said = {"note": "looked at the months"}
        assert shop_app.get("/loosenings").status == 403
        assert shop_app.post(f"/loosenings/{number}/release", said).status == 403
        first = ann.post(f"/loosenings/{number}/release", said)
        assert (first.body["state"], first.body["missing_people"]) == ("proposed", 1)
        assert ann.post(f"/loosenings/{number}/release", said).status == 409
        done = operator.post(f"/loosenings/{number}/release", said)
        assert (done.body["state"], done.body["missing_people"]) == ("released", 0)
        shown = ann.get(f"/loosenings/{number}").body
        assert shown["lines"] == done.body["moved"] > 20
        assert shown["room_minor"] == shown["lines"] * 100_000

        query = (
            "SELECT customer_id, line_id FROM money.line WHERE temporary_limit_minor > 0 LIMIT 1"
        )
        ((owner, line),) = world.rows(query)
        text = operator.get(f"/lines/lin_{owner}_{line}").body
        assert text["temporary_limit_minor"] == 100_000
        ((told,),) = world.rows(
            f"SELECT text_en FROM care.notice WHERE kind = 'temporary_limit_granted' AND customer_id = {owner}"
        )
        assert "we tell you at least 3 days ahead" in str(told)

        assert ann.post(f"/loosenings/{number}/lift", said).status == 409
        assert ann.post(f"/loosenings/{number}/ask-end", said).body["state"] == "lifting"
        undone = ann.post(f"/loosenings/{number}/undo", {"note": "the months were wrong"})
        assert (undone.body["state"], undone.body["moved"]) == ("undone", done.body["moved"])
        ((told,),) = world.rows(
            f"SELECT text_zh FROM care.notice WHERE kind = 'temporary_limit_shortened' AND customer_id = {owner}"
        )
        assert "不会因此超出额度" in str(told)
        steps = [one["command"] for one in ann.get(f"/loosenings/{number}").body["steps"]]
        assert steps == ["propose", "release", "release", "roll_out", "ask_end", "undo"]
        assert ann.post("/loosenings", {"segment": "new_lines", "note": "x"}).status == 409
        asked = ann.post("/loosenings", {"segment": NAME, "note": "once more"})
        assert asked.status == 201
        second = asked.body["loosening_id"]
        assert operator.post(f"/loosenings/{second}/dismiss", said).body["state"] == "dismissed"
        assert operator.get("/loosenings/999").status == 404
        states = [one["state"] for one in operator.get("/loosenings").body["loosenings"]]
        assert states == ["dismissed", "undone"]
