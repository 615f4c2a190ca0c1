"""Every cause the requirements name and every reason of the catalog, each lived by one person to its end."""

from __future__ import annotations

from pathlib import Path

import pytest

from whiteslip.web.reports.causes import CauseRow, causes_report
from whiteslip.world.causes.living import Lived
from whiteslip.world.causes.model import CAUSES, Cause, Row, Story
from whiteslip.world.causes.table import Language, cells, head, markdown, missing_codes
from whiteslip.world.causes.telling import STORIES

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "cause-matrix.md"
ASCII_WORDS = {"618"}


def test_every_cause_has_a_story_and_every_story_a_person_of_its_own() -> None:
    assert {cause for story in STORIES for cause in story.causes} == set(Cause) == set(CAUSES)
    assert len({story.key for story in STORIES}) == len(STORIES)
    assert len({story.name for story in STORIES}) == len(STORIES)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.key)
def test_the_platform_keeps_what_it_promises(lived: Lived, story: Story) -> None:
    row = row_of(lived, story.key)

    assert row.faults == []
    assert set(story.promise.codes) <= set(row.codes)
    assert row.effect is story.promise.effect
    assert story.promise.treatment in row.treatments
    assert (row.notice is None) == (story.promise.notice is None)
    if row.notice is not None:
        assert row.notice.kind == story.promise.notice
        assert row.since_on is not None
        assert row.notice.on <= row.since_on
        assert "还款" in row.notice.text_zh or "申诉" in row.notice.text_zh


def test_every_reason_of_the_catalog_is_reached(lived: Lived) -> None:
    assert missing_codes(lived.rows) == []


def test_control_a_reason_nobody_reaches_is_named(lived: Lived) -> None:
    without = [row for row in lived.rows if "LEG-01" not in row.seen]

    assert missing_codes(without) == ["LEG-01"]


def test_the_books_balance_after_all_of_it(lived: Lived) -> None:
    assert lived.problems == ()
    assert lived.is_good


def test_what_stops_a_line_leaves_repaying_and_appealing(lived: Lived) -> None:
    stopped = [row for row in lived.rows if row.effect in ("restricted", "suspended", "closed")]

    assert len(stopped) >= 15
    for row in stopped:
        assert {"statements", "appeal"} <= set(row.worked), row.story.key


def test_a_fault_of_ours_is_never_a_risk_afterward(lived: Lived) -> None:
    row = row_of(lived, "fault")

    assert row.codes == ("SYS-01",)
    assert row.seen == {"SYS-01"}
    assert row.days_back == 0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_table_is_said_in_each_language(lived: Lived, language: Language) -> None:
    for row in lived.rows:
        said = cells(row, language)
        if language == "zh":
            words = f"{said.notice}{said.treatment}{said.way_back}{said.came}{said.noticed}"
            assert not any("a" <= letter.lower() <= "z" for letter in words), words
        else:
            assert all(ord(letter) < 0x4E00 for letter in said.happened), said.happened


def test_the_page_holds_every_notice_and_escapes(lived: Lived) -> None:
    rows = [CauseRow(*cells(row, "zh"), notice_text="<b>", faults=()) for row in lived.rows]

    page = causes_report(rows, [], head=head("zh"), language="zh")

    assert '<html lang="zh">' in page
    assert "<b>" not in page
    assert page.count("&lt;b&gt;") == len(rows)
    assert all(row.story.name.zh in page for row in lived.rows)


def test_the_page_of_the_documentation_is_what_happens(lived: Lived) -> None:
    text = PAGE.read_text(encoding="utf-8")

    assert markdown(lived.rows, "en") in text, "whiteslip causes --markdown writes the table"


def row_of(lived: Lived, key: str) -> Row:
    """The row of a story."""
    return next(row for row in lived.rows if row.story.key == key)
