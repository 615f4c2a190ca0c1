"""`whiteslip segments`, `tighten` and `macro`: shown, said by two people, and refused in one line."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from tests.flows.segment_worlds import NAME, World
from typer.testing import CliRunner

from whiteslip.cli.main import app
from whiteslip.cli.segments import tighten_tonight
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound


@pytest.fixture
def world(database: Database) -> World:
    made = World(database, people=160)
    made.months([6, 5, 7, 6, 5, 6, 7, 6, 9, 30])
    return made


@pytest.fixture
def better(database: Database) -> World:
    made = World(database, people=250)
    made.pay_on_time()
    made.macro(51)
    made.months([60, 58, 61, 59, 60, 58, 60, 61, 2, 1, 1])
    return made


def run(world: World, *words: str) -> str:
    result = CliRunner().invoke(app, [*words, "--dsn", world.book.database.dsn])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def test_a_segment_is_judged_and_tightened_by_two(world: World) -> None:
    assert "no month end is judged yet" in run(world, "segments")
    judged = json.loads(run(world, "segments", "--evaluate", "--json"))
    (one,) = (each for each in judged if each["segment"] == NAME)
    assert (one["asks"], one["tightening"]) == ("tighten", 1)
    assert "out" in run(world, "segments")
    assert "proposed" in run(world, "tighten", "list")

    assert "1 more must say so" in run(
        world, "tighten", "release", "1", "--by", "Anna", "--note", "x"
    )
    with pytest.raises(Conflict):
        run(world, "tighten", "release", "1", "--by", "anna", "--note", "x")
    assert "is released" in run(world, "tighten", "release", "1", "--by", "Bo", "--note", "x")
    shown = json.loads(run(world, "tighten", "show", "1"))
    assert (shown["state"], shown["restrictions"]) == ("released", len(world.restricted()))
    assert "is undone" in run(world, "tighten", "undo", "1", "--by", "Cleo", "--note", "wrong")
    assert "Proposed as 2" in run(world, "tighten", "propose", NAME, "--by", "Anna", "--note", "x")
    assert "is dismissed" in run(world, "tighten", "dismiss", "2", "--by", "Anna", "--note", "no")


def test_the_night_judges_and_says_what_it_proposes(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    tighten_tonight(world.book.database, quiet=False)

    assert "Tightening 1 is proposed: self_employed, limit_share" in capsys.readouterr().out


def test_what_goes_wrong_at_night_is_said_and_no_more(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    query = b"ALTER TABLE risk.segment_month RENAME TO gone"
    world.book.write(lambda db: db.execute(query).rowcount)

    tighten_tonight(world.book.database, quiet=False)

    assert "segments were not judged" in capsys.readouterr().err


def test_values_are_imported_kept_and_shown_as_they_were_known(
    world: World, tmp_path: Path
) -> None:
    file = tmp_path / "index.csv"
    file.write_text(
        "series,date,value,learned_on\nservices_index,2026-06-30,50.2,2026-06-30\n", "utf-8"
    )

    assert "1 values kept, 0 of them revisions; 0 were known." in run(
        world, "macro", "import", str(file), "--by", "Mia"
    )
    set_words = ("macro", "set", "services_index", "2026-06-30", "47.5", "--learned", "2026-07-31")
    assert "1 of them revisions" in run(world, *set_words, "--source", "NBS", "--by", "Mia")
    now = json.loads(run(world, "macro", "show", "--json"))
    assert {one["series"]: one["color"] for one in now}["services_index"] == "red"
    then = json.loads(run(world, "macro", "show", "--json", "--known-on", "2026-07-30"))
    assert {one["series"]: one["color"] for one in then}["services_index"] == "green"
    assert "47.5" in run(world, "macro", "history", "services_index")
    assert "unknown: absent" in run(world, "macro", "show")

    file.write_text(
        "series,date,value,learned_on\nservices_index,2026-06-31,1,2026-06-30\n", "utf-8"
    )
    with pytest.raises(InvalidInput, match="row 2, column date"):
        run(world, "macro", "import", str(file), "--by", "Mia")
    with pytest.raises(InvalidInput, match="cannot be read"):
        run(world, "macro", "import", str(tmp_path / "none.csv"), "--by", "Mia")


def test_a_segment_is_given_room_by_two_and_it_is_taken_back(better: World) -> None:
    judged = json.loads(run(better, "segments", "--evaluate", "--json"))
    (one,) = (each for each in judged if each["segment"] == NAME)
    assert (one["asks"], one["tightening"], one["loosening"]) == ("loosen", None, 1)
    said = ("--by", "Anna", "--note", "a quarter below")
    assert "1 more must say so" in run(better, "loosen", "release", "1", *said)
    with pytest.raises(Conflict):
        run(better, "loosen", "release", "1", *said)
    with pytest.raises(NotFound):
        run(better, "tighten", "release", "1", *said)
    assert "is released" in run(better, "loosen", "release", "1", "--by", "Bo", "--note", "x")

    shown = json.loads(run(better, "loosen", "show", "1"))
    assert (shown["state"], shown["offer"]["share_ppm"]) == ("released", 200_000)
    assert shown["room_minor"] == shown["lines"] * 100_000 > 0
    assert "released" in run(better, "loosen", "list")
    assert "2 more must say so" in run(better, "loosen", "ask-end", "1", *said)
    assert "1 more must say so" in run(better, "loosen", "keep", "1", *said)
    assert "is released" in run(better, "loosen", "keep", "1", "--by", "Bo", "--note", "x")
    assert f"undone; {shown['lines']} limits moved" in run(better, "loosen", "undo", "1", *said)
    assert "Proposed as 2" in run(better, "loosen", "propose", NAME, *said)
    assert "is dismissed" in run(better, "loosen", "dismiss", "2", *said)
    with pytest.raises(Conflict):
        run(better, "loosen", "lift", "2", *said)
    with pytest.raises(Conflict, match="nothing is offered"):
        run(better, "loosen", "propose", "new_lines", *said)


def test_the_night_says_what_room_it_proposes_and_gives(
    better: World, capsys: pytest.CaptureFixture[str]
) -> None:
    tighten_tonight(better.book.database, quiet=False)
    assert "Loosening 1 is proposed: self_employed, room" in capsys.readouterr().out

    for by in ("Anna", "Bo"):
        run(better, "loosen", "release", "1", "--by", by, "--note", "x")
    better.book.close_until(better.book.today + timedelta(days=14))
    tighten_tonight(better.book.database, quiet=False)
    assert "Loosenings: room for" in capsys.readouterr().out
