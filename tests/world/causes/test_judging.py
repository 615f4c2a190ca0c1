"""Controls: a story fails whose notice is missing, whose way back does not restore, or that takes too long."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from whiteslip.kernel.ids import read_one
from whiteslip.kernel.reason import ReasonCode
from whiteslip.world.causes.life import Life
from whiteslip.world.causes.living import live
from whiteslip.world.causes.model import Effect, Play, Row, Said, Story, Told, Within, judge
from whiteslip.world.causes.sandbox import Sandbox
from whiteslip.world.causes.stories import own
from whiteslip.world.causes.stories.own import loses_the_phone

LOCK = next(story for story in own.STORIES if story.key == "phone-lost")


def played(town: Sandbox, key: str, play: Play) -> Row:
    """Live the story of the lock otherwise than it is told."""
    story = replace(LOCK, key=key, play=play, begins_on_day=0)
    return live(town, [story]).rows[0]


def loses_the_notice(life: Life) -> Generator[date]:
    """As told, but what was written to him is gone before anybody reads it."""
    life.joins(500_000)
    life.buys(20_000)
    life.first_sign()
    life.town.app.post(f"/lines/{life.line_id}/lock", {"locked": True})
    owner = (read_one(life.customer_id, "cus"),)
    life.town.database.write(
        lambda db: db.execute("DELETE FROM care.notice WHERE customer_id = %s", owner)
    )
    life.meets_restriction(ReasonCode.OWN_LOCK)
    yield life.today + timedelta(days=2)
    yield from life.comes_back(20_000)
    life.treated("unlocked by its owner")


def is_locked_out(life: Life) -> Generator[date]:
    """As told, but whenever he unlocks, something locks the line again."""
    unlock = life.unlocks

    def unlock_in_vain() -> None:
        unlock()
        life.town.app.post(f"/lines/{life.line_id}/lock", {"locked": True})

    life.unlocks = unlock_in_vain
    yield from loses_the_phone(life)


def comes_late(life: Life) -> Generator[date]:
    """As told, but he finds his phone only after a week."""
    for on in loses_the_phone(life):
        yield on + timedelta(days=5)


def test_told_rightly_the_story_is_good(town: Sandbox) -> None:
    assert played(town, "as-told", loses_the_phone).faults == []


def test_control_a_missing_notice_fails_the_story(town: Sandbox) -> None:
    row = played(town, "no-notice", loses_the_notice)

    assert "no notice of kind suspended" in row.faults


def test_control_a_way_back_that_does_not_restore_fails_the_story(town: Sandbox) -> None:
    row = played(town, "locked-out", is_locked_out)

    assert any("a purchase of 20000 was declined" in fault for fault in row.faults)
    assert "never until a purchase again" in row.faults


def test_control_a_way_back_that_takes_too_long_fails_the_story(town: Sandbox) -> None:
    row = played(town, "too-late", comes_late)

    assert row.faults == ["7 days until a purchase again, promised 2 to 2"]


def test_control_a_story_that_breaks_does_not_end_the_others(town: Sandbox) -> None:
    def breaks(life: Life) -> Generator[date]:
        life.joins()
        yield life.today
        life.buys(900_000)

    broken = replace(LOCK, key="breaks", play=breaks, begins_on_day=0)
    good = replace(LOCK, key="goes-on", begins_on_day=1)

    lived = live(town, [broken, good])

    assert not lived.is_good
    assert lived.rows[0].faults[0].startswith("broke on ")
    assert lived.rows[1].faults == []


TOLD = Told("suspended", date(2026, 1, 3), ("CUS-01",), "……", "…")


def kept() -> Row:
    """A row that keeps what the story of the lock promises."""
    row = Row(story=LOCK)
    row.sign_on = row.since_on = date(2026, 1, 3)
    row.back_on = date(2026, 1, 5)
    row.effect, row.codes, row.notice = Effect.SUSPENDED, ("CUS-01",), TOLD
    row.treatments.append("unlocked by its owner")
    return row


def test_a_row_that_keeps_everything_has_no_fault() -> None:
    assert judge(kept()) == []


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("codes", ("DLQ-01",), "not told of CUS-01, but of DLQ-01"),
        ("codes", (), "not told of CUS-01, but of nothing"),
        ("effect", Effect.WARNED, "suspended was promised, warned came"),
        ("notice", TOLD._replace(kind="warned"), "a notice of kind warned, not suspended"),
        (
            "notice",
            TOLD._replace(on=date(2026, 1, 4)),
            "told on 2026-01-04, in force since 2026-01-03",
        ),
        ("treatments", [], "no treatment 'unlocked by its owner'"),
        ("sign_on", date(2026, 1, 1), "2 days until in force, promised 0 to 0"),
        ("back_on", None, "never until a purchase again"),
    ],
)
def test_control_each_promise_that_is_not_kept_is_named(
    field: str, value: object, fault: str
) -> None:
    row = kept()
    setattr(row, field, value)

    assert judge(row) == [fault]


def test_a_way_back_where_there_is_none_is_a_fault() -> None:
    row = kept()
    row.story = replace(LOCK, promise=replace(LOCK.promise, days_back=None))

    assert judge(row) == ["back, where there is no way back"]


def test_bounds_hold_at_both_ends() -> None:
    row = kept()
    row.story = replace(LOCK, promise=replace(LOCK.promise, days_back=Within(3, 9)))

    assert judge(row) == ["2 days until a purchase again, promised 3 to 9"]
    assert isinstance(row.story, Story)
    assert row.story.name == Said("姜波", "Jiang Bo")
