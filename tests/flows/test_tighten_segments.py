"""A segment leaves its limits: tightened by two people in stages, measured, lifted or undone as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest
from tests.flows.segment_worlds import LAST_END, NAME, Command, World, end_before

from whiteslip.flows.check_books import check_books
from whiteslip.flows.govern_runs import Run, release_run
from whiteslip.flows.judge_segments import Proposal, propose_tightenings
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Conflict, NotAllowed
from whiteslip.money.lines.model import LineKey
from whiteslip.risk.segments.model import Level, Measure
from whiteslip.risk.segments.rules import Asks
from whiteslip.risk.tightenings.life import MOVES
from whiteslip.risk.tightenings.model import State
from whiteslip.risk.tightenings.rules import arms

CALM = [3, 2, 3, 4, 3, 2, 3, 3]
RISEN = [*CALM, 4, 14]


@pytest.fixture
def world(database: Database) -> World:
    return World(database, macro=None)


def released(world: World) -> World:
    world.months(RISEN)
    world.judge()
    world.say(Command.RELEASE, "Anna")
    world.say(Command.RELEASE, "Bo")
    return world


def test_calm_months_propose_nothing(world: World) -> None:
    world.months([*CALM, 3, 4])

    report = world.judge()

    assert report.month_end == LAST_END
    assert report.spoken[NAME].asks is Asks.NOTHING
    (one,) = report.judged[NAME]
    assert (one.measure, one.level, one.hits, one.out_of) == (
        Measure.ROLL_TO_OVERDUE, Level.CALM, 4, 60 - 3,
    )  # fmt: skip
    assert report.proposed == ()


def test_a_rate_that_leaves_its_limits_is_proposed_once_and_restricts_nobody(world: World) -> None:
    world.months(RISEN)

    report = world.judge()

    assert report.spoken[NAME].asks is Asks.TIGHTEN
    (proposed,) = report.proposed
    assert proposed.state is State.PROPOSED
    expected = proposed.evidence["expected"]
    assert isinstance(expected, dict)
    assert expected["members"] == 60 == expected["touched"] + expected["held_out"]
    assert 0 < expected["held_out"] < 25
    assert world.judge().proposed == ()
    assert world.restricted() == set()
    assert world.advance().restricted == 0
    (case,) = world.rows("SELECT kind, state FROM risk.review_case")
    assert case == ("run", "open")


def test_two_people_release_it_stage_by_stage_and_the_hold_out_is_never_touched(
    world: World,
) -> None:
    world.months(RISEN)
    world.judge()

    first = world.say(Command.RELEASE, "Anna")
    assert not isinstance(first, Exception)
    assert (first.missing, first.moved, first.tightening.state) == (1, 0, State.PROPOSED)
    assert isinstance(world.say(Command.RELEASE, " ANNA "), Conflict)
    done = world.say(Command.RELEASE, "Bo")
    assert not isinstance(done, Exception)
    assert (done.missing, done.tightening.state) == (0, State.RELEASED)

    early = world.restricted()
    assert len(early) == done.moved > 0
    assert world.advance().restricted == 0
    world.book.close_until(world.book.today + timedelta(days=14))
    assert world.advance().restricted > 0

    every = world.restricted()
    assert early < every == world.arm("tightened")
    assert every.isdisjoint(world.arm("held_out"))
    assert world.arm("held_out") | every == set(world.segment)
    assert world.advance().restricted == 0


def test_whoever_is_restricted_is_told_why_and_until_when(world: World) -> None:
    released(world)
    review_on = world.tightening().review_on
    rows = world.rows("SELECT kind, text_en, clause FROM care.notice WHERE kind = 'restricted'")

    assert len(rows) == len(world.restricted())
    assert review_on is not None
    for _, text, clause in rows:
        assert f"by {review_on} at the latest" in str(text)
        assert "not a judgment about you" in str(text)
        assert clause == 9
    found = world.rows("SELECT DISTINCT level, reasons, review_on FROM risk.restriction")
    assert found == [(3, [{"code": "POL-01", "facts": {"date": str(review_on)}}], review_on)]


def test_it_is_undone_as_a_whole_by_one(world: World) -> None:
    released(world)
    assert world.restricted()

    done = world.say(Command.UNDO, "Cleo", note="the rate was an error")

    assert not isinstance(done, Exception)
    assert done.tightening.state is State.UNDONE
    assert done.moved > 0
    assert world.restricted() == set()
    told = world.rows("SELECT count(*) FROM care.notice WHERE kind = 'restored'")
    assert told == [(done.moved,)]
    assert isinstance(world.say(Command.UNDO, "Cleo"), Conflict)
    assert world.judge().proposed == ()  # people said no: not again for a while


def test_who_proposed_does_not_release(world: World) -> None:
    at = world.book.at
    asked = [Proposal(NAME, "Anna", "shops of the trade close"), Proposal(NAME, "Bo", "me too")]
    first, second = world.book.write(
        lambda db: propose_tightenings(db, asked, at=at, chosen=world.catalog)
    )
    assert not isinstance(first, Exception)
    assert isinstance(second, Conflict)
    assert isinstance(world.say(Command.RELEASE, "anna"), NotAllowed)


def later(world: World, months: Sequence[int]) -> None:
    """Let months pass, of which the days are closed and the month ends are as given."""
    for count in months:
        end = end_before(world.book.today, 0)
        world.book.close_until(end + timedelta(days=1))
        world.tell_employment(end - timedelta(days=40))
        world.month(end, count)
        world.judge()


def test_it_ends_when_the_trouble_passed_with_its_effect_and_two_people(world: World) -> None:
    released(world)
    later(world, [12])
    assert world.advance().endings == ()

    later(world, [3, 2])
    assert world.advance().endings == (1,)

    assert world.tightening().state is State.LIFTING
    ((facts,),) = world.rows("SELECT facts FROM risk.tightening_step WHERE command = 'ask_end'")
    assert isinstance(facts, dict)
    assert facts["why"] == "passed"
    assert facts["effect"]["held_out"]["lines"] == len(world.arm("held_out"))
    assert world.restricted()
    first, second = world.say(Command.LIFT, "Anna"), world.say(Command.LIFT, "Bo")
    assert not isinstance(first, Exception)
    assert not isinstance(second, Exception)
    assert (first.missing, first.tightening.state) == (1, State.LIFTING)
    assert (second.missing, second.tightening.state) == (0, State.LIFTED)
    assert world.restricted() == set()
    assert (
        world.rows("SELECT state FROM risk.review_case WHERE kind = 'run'") == [("withdrawn",)] * 2
    )


def test_near_its_review_date_people_are_asked_though_nothing_passed(world: World) -> None:
    released(world)
    later(world, [15, 16])
    world.book.close_until(world.book.today + timedelta(days=15))

    assert world.advance().endings == (1,)
    ((why,),) = world.rows("SELECT note FROM risk.tightening_step WHERE command = 'ask_end'")
    assert why == "review"
    for by in ("Anna", "Bo"):
        done = world.say(Command.KEEP, by, note="not over")
        assert not isinstance(done, Exception)
    assert world.tightening().state is State.RELEASED
    review_on = world.book.today + timedelta(days=90)
    assert world.tightening().review_on == review_on
    assert world.rows("SELECT DISTINCT review_on FROM risk.restriction") == [(review_on,)]
    assert world.advance().endings == ()


def bar(world: World, key: LineKey) -> None:
    """Let a line be one whose owner keeps to a relief."""
    given = list(key)
    query = b"UPDATE money.line SET credit_barred = TRUE WHERE customer_id = %s AND line_id = %s"
    world.book.write(lambda db: db.execute(query, given).rowcount)


def test_whoever_keeps_to_a_relief_is_spared_and_freed(world: World) -> None:
    world.months(RISEN)
    proposed = world.judge().proposed[0]
    held_out, stage = arms(
        np.array([key.customer_id for key in world.segment]),
        NAME,
        holdout_ppm=proposed.holdout_ppm,
        stages=proposed.stages,
        drawn_on=proposed.proposed_on,
    )
    first = [world.segment[place] for place in np.flatnonzero(~held_out & (stage == 0))]
    bar(world, first[0])

    for by in ("Anna", "Bo"):
        world.say(Command.RELEASE, by)
    assert world.restricted() == set(first[1:])

    bar(world, first[1])
    assert world.advance().freed == 1
    assert world.restricted() == set(first[2:])


def test_a_segment_that_grew_beyond_what_was_proposed_is_not_released(world: World) -> None:
    world.months(RISEN)
    world.judge()
    world.segment, world.others = world.segment + world.others, []
    world.tell_employment(LAST_END)

    assert not isinstance(world.say(Command.RELEASE, "Anna"), Exception)
    assert isinstance(world.say(Command.RELEASE, "Bo"), Conflict)
    assert world.tightening().state is State.PROPOSED
    assert world.restricted() == set()


def test_ones_own_proposal_is_not_released_as_a_run_either(world: World) -> None:
    at, asked = world.book.at, [Proposal(NAME, "Anna", "shops of the trade close")]
    world.book.write(lambda db: propose_tightenings(db, asked, at=at, chosen=world.catalog))
    run = Run("segments", 1, world.book.today)

    def released_by(by: str) -> None:
        world.book.write(lambda db: release_run(db, run, by=by, note="seen", at=at))

    released_by("Anna")
    released_by("Bo")
    assert world.advance().restricted == 0  # of one's own proposal one's word does not count
    assert world.tightening().state is State.PROPOSED

    released_by_run = world.rows("SELECT count(*) FROM risk.run_step WHERE command = 'release'")
    assert released_by_run == [(2,)]
    last = world.say(Command.RELEASE, "Cleo")
    assert not isinstance(last, Exception)
    assert last.tightening.state is State.RELEASED


def test_what_two_others_released_as_a_run_begins_the_next_night(world: World) -> None:
    world.months(RISEN)
    world.judge()
    run, at = Run("segments", 1, world.book.today), world.book.at
    for by in ("Anna", "Bo"):
        world.book.write(lambda db, by=by: release_run(db, run, by=by, note="seen", at=at))

    assert world.advance().restricted > 0
    assert world.tightening().state is State.RELEASED
    assert world.restricted()


def test_a_later_stage_that_grew_waits_for_two_people(world: World) -> None:
    released(world)
    before = world.restricted()
    world.segment, world.others = world.segment + world.others, []
    world.tell_employment(LAST_END)
    world.book.close_until(world.book.today + timedelta(days=14))

    report = world.advance()

    assert (report.restricted, report.waiting > 0) == (0, True)
    assert world.restricted() == before
    world.book.release_runs()
    assert world.restricted() == world.arm("tightened")


def test_control_a_hold_out_that_is_restricted_breaks_the_books(world: World) -> None:
    released(world)
    name = "nobody spared is restricted with a segment"
    clean = {one.name: one.problems for one in world.book.database.read(check_books).checks}
    assert clean[name] == ()

    world.book.write(
        lambda db: (
            db.execute(
                b"UPDATE risk.tightening_member SET restriction_id = NULL, arm = 'held_out'"
            ).rowcount
        )
    )

    found = {one.name: one.problems for one in world.book.database.read(check_books).checks}
    assert len(found[name]) == len(world.restricted())


def test_every_pair_that_is_not_legal_changes_nothing(world: World) -> None:
    world.months(RISEN)
    world.judge()
    reached = {
        State.PROPOSED: lambda: None,
        State.RELEASED: lambda: [world.say(Command.RELEASE, by) for by in ("Anna", "Bo")],
        State.LIFTING: lambda: [later(world, [3, 2]), world.advance()],
        State.LIFTED: lambda: [world.say(Command.LIFT, by) for by in ("Anna", "Bo")],
    }
    for state, reach in reached.items():
        reach()
        before = world.tightening()
        assert before.state is state
        illegal = [one for one in Command if (state, one) not in MOVES]
        programs = [Command.PROPOSE, Command.ROLL_OUT, Command.ASK_END]
        for command in {*illegal, *programs}:
            assert isinstance(world.say(command, "Cleo"), Conflict), (state, command)
        assert world.tightening() == before
