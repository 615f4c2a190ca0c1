"""The life of a version: every command in every state, four eyes, releases, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import pytest

from whiteslip.decisioning.rulebooks import life
from whiteslip.decisioning.rulebooks.blast import HARMLESS, Blast
from whiteslip.decisioning.rulebooks.experiment import WHOLE
from whiteslip.decisioning.rulebooks.life import (
    MOVES,
    Change,
    Changes,
    Command,
    Standing,
    Status,
    Version,
)
from whiteslip.decisioning.rulebooks.store import blast_guard
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound

S, C = Status, Command
Act: TypeAlias = Callable[[Standing], Changes]
LARGE = Blast(accounts=1000, moved=100, limit=5)
GUARD = blast_guard()


def version(number: int, status: Status | None, **more: Any) -> Version:
    made = Version(number, status, f"sum{number}", ("anna",))
    return replace(made, **more)


def standing(*versions: Version) -> Standing:
    return Standing("watch", versions)


LIVE = version(1, S.LIVE)

ACTS: dict[Command, Act] = {
    C.DRAFT: lambda now: life.draft(now, 2, "another", by="anna"),
    C.VALIDATE: lambda now: life.validate(now, 2, by="anna", evidence={}),
    C.BACKTEST: lambda now: life.backtest(now, 2, by="anna", evidence={"moved": 3}),
    C.APPROVE: lambda now: life.approve(now, 2, by="bo"),
    C.SHADOW: lambda now: life.shadow(now, 2, by="anna"),
    C.CHALLENGE: lambda now: life.go_live(now, 2, by="anna", blast=HARMLESS, share_ppm=100_000),
    C.LIVE: lambda now: life.go_live(now, 2, by="anna", blast=HARMLESS),
    C.PROPOSE: lambda now: life.go_live(now, 2, by="anna", blast=LARGE),
    C.RELEASE: lambda now: life.release(now, 2, by="bo", blast=LARGE, guard=GUARD),
    C.RETIRE: lambda now: life.retire(now, 2, by="anna"),
    C.ROLL_BACK: lambda now: life.roll_back(now, by="anna"),
    C.FOUND: lambda now: life.found(now, 2, "sum2"),
}
LEGAL: dict[Status | None, dict[Command, Status]] = {
    None: {C.DRAFT: S.DRAFT, C.FOUND: S.LIVE},
    S.DRAFT: {C.DRAFT: S.DRAFT, C.VALIDATE: S.VALIDATED, C.RETIRE: S.RETIRED},
    S.VALIDATED: {C.DRAFT: S.DRAFT, C.BACKTEST: S.BACKTESTED, C.RETIRE: S.RETIRED},
    S.BACKTESTED: {
        C.DRAFT: S.DRAFT,
        C.BACKTEST: S.BACKTESTED,
        C.APPROVE: S.APPROVED,
        C.RETIRE: S.RETIRED,
    },
    S.APPROVED: {C.SHADOW: S.SHADOW, C.RELEASE: S.APPROVED, C.RETIRE: S.RETIRED},
    S.SHADOW: {
        C.CHALLENGE: S.CHALLENGER,
        C.LIVE: S.LIVE,
        C.PROPOSE: S.SHADOW,
        C.RELEASE: S.SHADOW,
        C.RETIRE: S.RETIRED,
    },
    S.CHALLENGER: {
        C.CHALLENGE: S.CHALLENGER,
        C.LIVE: S.LIVE,
        C.PROPOSE: S.CHALLENGER,
        C.RELEASE: S.CHALLENGER,
        C.RETIRE: S.RETIRED,
        C.ROLL_BACK: S.RETIRED,
    },
    S.LIVE: {C.ROLL_BACK: S.RETIRED, C.FOUND: S.LIVE},
    S.RETIRED: {C.FOUND: S.LIVE},
}
"""Written out by hand, beside another version that is live; founding the live version again changes nothing."""


def beside_live(status: Status | None) -> Standing:
    """Version 2 in a status, proposed where it can be, beside the live version 1."""
    if status is None:
        return standing(LIVE)
    if status is S.LIVE:
        return standing(version(1, S.RETIRED), version(2, S.LIVE, replaced_version=1))
    more: dict[str, Any] = {}
    if status in (S.APPROVED, S.SHADOW, S.CHALLENGER):
        more = {"proposed_ppm": WHOLE, "proposed_moved": 100}
    if status is S.CHALLENGER:
        more["share_ppm"] = 50_000
    return standing(LIVE, version(2, status, **more))


@pytest.mark.parametrize("status", [None, *Status])
@pytest.mark.parametrize("command", ACTS)
def test_every_command_in_every_state(status: Status | None, command: Command) -> None:
    now, expected = beside_live(status), LEGAL[status].get(command)
    if expected is None:
        with pytest.raises((Conflict, NotFound)):
            ACTS[command](now)
        return

    changes = ACTS[command](now)

    if (status, command) == (S.LIVE, C.FOUND):
        assert changes == ()
        return
    (mine,) = [change for change in changes if change.after.version == 2]
    assert (mine.before, mine.after.status) == (status, expected)


def test_the_table_names_no_state_without_a_way_on() -> None:
    reached = {target for moves in MOVES.values() for target in moves.values()}

    assert reached == set(Status)
    assert set(MOVES) == {None, *Status}
    assert {command for moves in MOVES.values() for command in moves} == set(Command)


def test_going_live_retires_the_version_before_and_remembers_it() -> None:
    retired, live = life.go_live(standing(LIVE, version(2, S.SHADOW)), 2, by="Bo", blast=HARMLESS)

    assert (retired.after.version, retired.after.status) == (1, S.RETIRED)
    assert (live.after.status, live.after.replaced_version, live.actor) == (S.LIVE, 1, "bo")


def test_the_first_version_needs_no_shadow_and_another_does() -> None:
    first = standing(version(1, S.APPROVED))

    assert life.go_live(first, 1, by="bo", blast=HARMLESS)[-1].after.status is S.LIVE
    with pytest.raises(Conflict, match="goes live from shadow"):
        life.go_live(standing(LIVE, version(2, S.APPROVED)), 2, by="bo", blast=HARMLESS)
    with pytest.raises(Conflict, match="nothing to compare with"):
        life.shadow(first, 1, by="bo")


@pytest.mark.parametrize(
    "name",
    ["anna", " Anna ", "ANNA", "Ａｎｎａ", "an\u200bna", "a\u00adnna", "anna\u3164", "\ufeffanna"],
)
def test_no_spelling_makes_another_person(name: str) -> None:
    now = standing(LIVE, version(2, S.BACKTESTED))

    with pytest.raises(Conflict, match="anna wrote version 2 of watch; another person"):
        life.approve(now, 2, by=name)


def test_whoever_changed_a_draft_may_not_approve_it_later() -> None:
    now = standing(LIVE, version(2, S.VALIDATED))
    (changed,) = life.draft(now, 2, "better", by="Bo")
    now = standing(LIVE, replace(changed.after, status=S.BACKTESTED))

    assert changed.after.authors == ("anna", "bo")
    for author in ("anna", "bo"):
        with pytest.raises(Conflict, match="another person approves"):
            life.approve(now, 2, by=author)
    assert life.approve(now, 2, by="cy")[0].after.approved_by == "cy"


def test_the_same_text_again_changes_nothing_and_a_new_text_starts_over() -> None:
    now = standing(LIVE, version(2, S.BACKTESTED))

    assert life.draft(now, 2, "sum2", by="bo") == ()
    (change,) = life.draft(now, 2, "other", by="bo")
    assert (change.before, change.after.status) == (S.BACKTESTED, S.DRAFT)


def test_versions_are_numbered_upward() -> None:
    now = standing(LIVE, version(5, S.RETIRED))

    with pytest.raises(Conflict, match="the next version of watch is 6, not 3"):
        life.draft(now, 3, "x", by="bo")
    assert life.draft(now, 9, "x", by="bo")


def test_an_approval_can_be_bound_to_the_text_that_was_read() -> None:
    now = standing(LIVE, version(2, S.BACKTESTED))

    assert life.approve(now, 2, by="bo", checksum="sum")
    for other in ("sum3", ""):
        with pytest.raises(Conflict, match="not the text that was read"):
            life.approve(now, 2, by="bo", checksum=other)


def released(now: Standing, *people: str, moved: int = 100) -> Changes:
    changes: tuple[Change, ...] = ()
    for person in people:
        blast = Blast(1000, moved, 5)
        changes = life.release(now, 2, by=person, blast=blast, guard=GUARD)
        kept = tuple(
            next((c.after for c in reversed(changes) if c.after.version == each.version), each)
            for each in now.versions
        )
        now = Standing(now.name, kept)
    return changes


def test_what_moves_too_many_waits_for_two_people_who_did_not_write_it() -> None:
    (proposed,) = life.go_live(
        standing(LIVE, version(2, S.SHADOW)), 2, by="anna", blast=LARGE, share_ppm=WHOLE
    )
    now = standing(LIVE, proposed.after)

    assert (proposed.command, proposed.after.status) == (C.PROPOSE, S.SHADOW)
    assert [change.command for change in released(now, "bo")] == [C.RELEASE]
    assert [c.command for c in released(now, "bo", "cy")] == [C.RELEASE, C.REPLACE, C.LIVE]
    with pytest.raises(Conflict, match="bo has released"):
        released(now, "bo", " BO ")
    with pytest.raises(Conflict, match="anna wrote"):
        released(now, "bo", "anna")


def test_a_release_holds_for_a_tenth_more_and_not_beyond() -> None:
    now = standing(LIVE, version(2, S.SHADOW, proposed_ppm=100_000, proposed_moved=100))

    assert released(now, "bo", "cy", moved=110)[-1].after.share_ppm == 100_000
    with pytest.raises(Conflict, match="would now move 111 accounts, not 100 as proposed"):
        released(now, "bo", moved=111)


def test_proposing_again_forgets_the_releases() -> None:
    now = standing(LIVE, version(2, S.SHADOW, proposed_ppm=WHOLE, released_by=("bo",)))

    (again,) = life.go_live(now, 2, by="anna", blast=LARGE)

    assert again.after.released_by == ()


def test_a_first_version_always_needs_release() -> None:
    assert Blast(accounts=0, moved=0, limit=None).needs_release
    assert not Blast(accounts=1000, moved=5, limit=5).needs_release
    assert Blast(accounts=1000, moved=6, limit=5).needs_release


def test_rollback_goes_back_one_version_at_a_time() -> None:
    now = standing(
        version(1, S.RETIRED),
        version(2, S.RETIRED, replaced_version=1),
        version(3, S.LIVE, replaced_version=2),
    )

    gone, back = life.roll_back(now, by="bo")

    assert (gone.after.version, gone.after.status) == (3, S.RETIRED)
    assert (back.after.version, back.after.status, back.after.replaced_version) == (2, S.LIVE, 1)


def test_rollback_stops_a_challenger_first() -> None:
    now = standing(
        version(1, S.RETIRED),
        version(2, S.LIVE, replaced_version=1),
        version(3, S.CHALLENGER, share_ppm=1000),
    )

    (stopped,) = life.roll_back(now, by="bo")

    assert (stopped.after.version, stopped.after.status, stopped.after.share_ppm) == (
        3,
        S.RETIRED,
        None,
    )
    with pytest.raises(Conflict, match="none to go back to"):
        life.roll_back(standing(LIVE), by="bo")


@pytest.mark.parametrize("status", [S.SHADOW, S.CHALLENGER])
def test_one_shadow_and_one_challenger_at_a_time(status: Status) -> None:
    other = version(3, S.APPROVED if status is S.SHADOW else S.SHADOW)
    now = standing(LIVE, version(2, status, share_ppm=1 if status is S.CHALLENGER else None), other)

    command = C.SHADOW if status is S.SHADOW else C.LIVE
    acts: dict[Command, Act] = {
        C.SHADOW: lambda now: life.shadow(now, 3, by="bo"),
        C.LIVE: lambda now: life.go_live(now, 3, by="bo", blast=HARMLESS),
    }

    with pytest.raises(Conflict, match=r"version 2 of watch is .*; retire it first"):
        acts[command](now)


@pytest.mark.parametrize("share_ppm", [0, -1, WHOLE + 1])
def test_a_share_is_more_than_nothing_and_at_most_all(share_ppm: int) -> None:
    with pytest.raises(InvalidInput, match="a share is from 1"):
        life.go_live(
            standing(LIVE, version(2, S.SHADOW)), 2, by="bo", blast=HARMLESS, share_ppm=share_ppm
        )
