"""A segment turns well: room by two people in stages to good lines, measured, ended, or undone as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from tests.flows.segment_worlds import LAST_END, NAME, Command, World, end_before

from whiteslip.flows.check_books import check_books
from whiteslip.flows.judge_segments import Proposal, propose_tightenings
from whiteslip.flows.tighten_segments import Direction, Done, Saying, say_of_tightenings
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Conflict, InvariantBroken, NotAllowed, NotFound, WhiteslipError
from whiteslip.money.lines.model import LineKey
from whiteslip.risk.loosenings import store as loosenings
from whiteslip.risk.loosenings.model import Grant
from whiteslip.risk.segments.model import Level
from whiteslip.risk.segments.rules import Asks
from whiteslip.risk.tightenings.life import MOVES
from whiteslip.risk.tightenings.model import State, Tightening
from whiteslip.risk.tightenings.store import list_tightenings

USUAL = [30, 28, 31, 29, 30, 28, 30, 31]
BETTER = [*USUAL, 2, 1, 1]
GREEN, YELLOW = 51, 49
FIXED, ROOM = 500_000, 100_000


class Better(World):
    """People of a segment that pays better than it used to, whose lines have dues paid on time."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, people=100)
        self.pay_on_time()

    def speak(
        self, command: Command, by: str, number: int = 1, *, note: str = "seen"
    ) -> Done | WhiteslipError:
        """Say something of a loosening."""
        asked, at = [Saying(number, command, by, note, Direction.LOOSEN)], self.book.at
        return self.book.write(
            lambda db: say_of_tightenings(db, asked, at=at, chosen=self.catalog)
        )[0]

    def both(self, command: Command) -> Done:
        """Let two people say it."""
        self.speak(command, "Anna")
        done = self.speak(command, "Bo")
        assert isinstance(done, Done), done
        return done

    def loosening(self) -> Tightening:
        """The latest loosening."""
        return self.book.database.read(
            lambda db: list_tightenings(db, direction=Direction.LOOSEN, most=1)
        )[0]

    def roomy(self) -> set[LineKey]:
        """The lines that have a temporary limit."""
        query = "SELECT customer_id, line_id FROM money.line WHERE temporary_limit_minor > 0"
        return {LineKey(*row) for row in self.rows(query)}  # pyright: ignore

    def told(self, kind: str) -> set[object]:
        """Who was told something."""
        query = f"SELECT customer_id FROM care.notice WHERE kind = '{kind}'"
        return {row[0] for row in self.rows(query)}

    def change(self, query: str, *given: object) -> None:
        """Change the records by hand."""
        self.book.write(lambda db: db.execute(query.encode(), list(given)).rowcount)

    def later(self, months: Sequence[int], *, index: int = GREEN) -> None:
        """Let months pass, of which the days are closed and the month ends are as given."""
        for count in months:
            end = end_before(self.book.today, 0)
            self.book.close_until(end + timedelta(days=1))
            self.tell_employment(end - timedelta(days=40))
            self.macro(index, of_on=end)
            self.month(end, count)
            self.judge()

    def problems(self) -> list[str]:
        """What breaks the books, but for month ends that were kept by hand."""
        found = self.book.database.read(check_books).problems
        return [one for one in found if "month end is what its sums say" not in one]


@pytest.fixture
def world(database: Database) -> Better:
    made = Better(database)
    made.macro(GREEN)
    made.months(BETTER)
    return made


@pytest.fixture
def released(world: Better) -> Better:
    world.judge()
    world.both(Command.RELEASE)
    return world


def test_months_that_turn_well_are_proposed_once_and_give_nobody_anything(world: Better) -> None:
    report = world.judge()

    assert report.spoken[NAME].asks is Asks.LOOSEN
    assert report.judged[NAME][0].level is Level.LOW
    (proposed,) = report.proposed
    assert (proposed.direction, proposed.state) == (Direction.LOOSEN, State.PROPOSED)
    expected = proposed.evidence["expected"]
    assert expected["members"] == 100 == expected["touched"] + expected["held_out"]
    assert expected["room_minor"] == expected["touched"] * ROOM == expected["stages_minor"][-1]
    assert world.judge().proposed == ()
    assert world.advance().granted == 0
    assert world.roomy() == set()


@pytest.mark.parametrize("index", [None, YELLOW, 47])
def test_an_environment_not_known_to_be_green_loosens_nothing(
    database: Database, index: int | None
) -> None:
    world = Better(database)
    if index is not None:
        world.macro(index)
    world.months(BETTER)

    report = world.judge()

    assert report.spoken[NAME].asks in {Asks.UNKNOWN, Asks.WATCH}
    assert report.proposed == ()


def test_two_months_are_too_few_and_so_are_too_few_lines(database: Database) -> None:
    world = Better(database)
    world.macro(GREEN)
    world.months([*USUAL, 30, 2, 1])
    assert world.judge().spoken[NAME].asks is not Asks.LOOSEN

    few = world.catalog.segments[NAME]._replace(least_count=500)
    world.catalog = world.catalog._replace(version=9, segments={NAME: few})
    assert world.judge().spoken[NAME].asks is Asks.UNKNOWN


def test_a_segment_without_an_offer_is_never_loosened(world: Better) -> None:
    plain = world.catalog.segments[NAME]._replace(offer=None, loosens_by=())
    world.catalog = world.catalog._replace(segments={NAME: plain})
    asked = [Proposal(NAME, "Anna", "they pay well", Direction.LOOSEN)]

    assert world.judge().spoken[NAME].asks is Asks.NOTHING
    at = world.book.at
    (answer,) = world.book.write(
        lambda db: propose_tightenings(db, asked, at=at, chosen=world.catalog)
    )
    assert isinstance(answer, Conflict)


def test_two_people_release_it_stage_by_stage_and_the_hold_out_gets_nothing(world: Better) -> None:
    world.judge()
    first = world.speak(Command.RELEASE, "Anna")
    assert isinstance(first, Done)
    assert (first.missing, first.moved) == (1, 0)
    assert isinstance(world.speak(Command.RELEASE, "ANNA"), Conflict)
    assert isinstance(world.say(Command.RELEASE, "Bo"), NotFound)  # it is no tightening
    done = world.speak(Command.RELEASE, "Bo")
    assert isinstance(done, Done)

    early = world.roomy()
    assert len(early) == done.moved > 0
    assert world.advance().granted == 0
    world.book.close_until(world.book.today + timedelta(days=14))
    assert world.advance().granted > 0

    every = world.roomy()
    assert early < every == world.arm("loosened")
    assert every.isdisjoint(world.arm("held_out"))
    assert world.told("temporary_limit_granted") == {key.customer_id for key in every}
    ends = world.rows("SELECT DISTINCT amount_minor, ends_on FROM money.temporary_limit")
    assert ends == [(ROOM, world.loosening().review_on)]
    assert world.rows("SELECT DISTINCT fixed_limit_minor FROM money.line") == [(FIXED,)]
    assert world.problems() == []


UNFIT = {
    "late": "INSERT INTO money.arrears VALUES (%s, %s, '2026-03-01', '2026-03-01', 9, '2026-03-10')",
    "restricted": "UPDATE money.line SET restriction_level = 2 WHERE customer_id = %s AND line_id = %s",
    "relieved": "UPDATE money.line SET credit_barred = TRUE WHERE customer_id = %s AND line_id = %s",
    "new": "UPDATE money.line SET opened_on = '2026-03-20' WHERE customer_id = %s AND line_id = %s",
    "flagged": (
        "INSERT INTO care.contact_flag (customer_id, flag_id, set_at, since_on, flag, set_by) "
        "VALUES (%s, %s, now(), '2026-07-01', 'hardship', 'mia')"
    ),
    "in dispute": (
        "INSERT INTO care.dispute (customer_id, line_id, dispute_id, amount_minor, opened_at, opened_on, answer_by, "
        "due_on, status, ground, words, opened_by) "
        "VALUES (%s, %s, 1, 100, now(), '2026-07-01', '2026-08-01', '2026-07-01', 'open', 'faulty', 'x', 'mia')"
    ),
}


@pytest.mark.parametrize("why", UNFIT)
def test_who_is_not_good_is_given_nothing_before_or_after_the_proposal(
    world: Better, why: str
) -> None:
    one, other = world.segment[0], world.segment[1]
    world.change(UNFIT[why], *one)
    if why == "new":
        world.catalog = world.catalog._replace(
            segments={NAME: world.catalog.segments[NAME]._replace(when="line_age_days >= 30")}
        )
    asked, at = [Proposal(NAME, "Mia", "they pay well", Direction.LOOSEN)], world.book.at
    world.judge()
    if not world.book.database.read(list_tightenings):
        world.book.write(lambda db: propose_tightenings(db, asked, at=at, chosen=world.catalog))
    world.change(UNFIT[why], *other)
    world.both(Command.RELEASE)
    world.book.close_until(world.book.today + timedelta(days=14))
    world.advance()

    assert one not in world.roomy()
    assert other not in world.roomy()
    assert len(world.roomy()) > 50


def test_who_proposed_does_not_release(world: Better) -> None:
    at, asked = world.book.at, [Proposal(NAME, "Anna", "they pay well", Direction.LOOSEN)]
    world.book.write(lambda db: propose_tightenings(db, asked, at=at, chosen=world.catalog))

    assert isinstance(world.speak(Command.RELEASE, "anna"), NotAllowed)


def test_trouble_before_the_release_refuses_it(world: Better) -> None:
    world.judge()
    world.macro(YELLOW, of_on=LAST_END + timedelta(days=1))
    world.book.close_day()

    world.speak(Command.RELEASE, "Anna")
    assert isinstance(world.speak(Command.RELEASE, "Bo"), Conflict)
    assert world.roomy() == set()


def test_trouble_stops_the_stages_and_asks_for_the_end(released: Better) -> None:
    before = released.roomy()
    released.macro(YELLOW, of_on=released.book.today)
    released.book.close_until(released.book.today + timedelta(days=14))

    report = released.advance()

    assert (report.granted, report.endings) == (0, (1,))
    assert released.roomy() == before
    ((note,),) = released.rows("SELECT note FROM risk.tightening_step WHERE command = 'ask_end'")
    assert note == "trouble"
    assert released.both(Command.LIFT).tightening.state is State.LIFTED
    assert released.roomy() == before  # promised is promised
    assert released.judge().proposed == ()


def test_a_flow_that_turns_is_trouble_and_a_tightening_is_proposed_beside_it(
    released: Better,
) -> None:
    released.later([90])
    report = released.judge()

    assert report.spoken[NAME].asks is Asks.TIGHTEN
    standing = {one.direction: one.state for one in released.book.database.read(list_tightenings)}
    assert standing == {Direction.TIGHTEN: State.PROPOSED, Direction.LOOSEN: State.RELEASED}
    assert released.advance().endings == (1,)


def test_a_month_as_usual_is_the_end_of_what_the_room_was_given_for(released: Better) -> None:
    released.later([45])

    (judged,) = released.judge().judged[NAME]
    assert judged.level is Level.LOW  # the average remembers better months
    assert released.advance().endings == (1,)


def test_undone_what_is_not_in_use_ends_when_announced_and_the_rest_as_promised(
    released: Better,
) -> None:
    shop, first = released.book.shop(), min(released.roomy())
    promised_on = released.loosening().review_on
    released.book.buy(first, FIXED + 40_000, at_shop=shop)
    owed = released.rows("SELECT * FROM money.installment ORDER BY 2")
    fixed = released.rows("SELECT customer_id, fixed_limit_minor FROM money.line ORDER BY 1")

    done = released.speak(Command.UNDO, "Cleo", note="the months were wrong")

    assert isinstance(done, Done)
    assert (done.tightening.state, done.moved) == (State.UNDONE, len(released.roomy()))
    assert released.told("temporary_limit_shortened") == {
        one.customer_id for one in released.roomy()
    }
    assert released.advance().shortened == 0  # announced, and not to be found out at the till
    released.book.close_until(released.book.today + timedelta(days=3))
    assert released.advance().shortened == done.moved
    assert released.advance().shortened == 0
    assert released.roomy() == {first}
    kept = "SELECT temporary_limit_minor, principal_minor + held_minor FROM money.line WHERE customer_id = %s"
    assert released.rows(kept.replace("%s", str(first.customer_id))) == [(40_000, FIXED + 40_000)]
    assert released.rows("SELECT * FROM money.installment ORDER BY 2") == owed
    assert (
        released.rows("SELECT customer_id, fixed_limit_minor FROM money.line ORDER BY 1") == fixed
    )
    assert released.problems() == []

    assert promised_on is not None
    released.book.pay(first, FIXED + 40_000)
    released.book.close_until(promised_on - timedelta(days=3))
    released.advance()
    assert released.told("temporary_limit_ending") == {first.customer_id}
    released.book.close_until(promised_on)
    assert released.roomy() == set()
    assert released.problems() == []


def test_a_book_undone_has_the_limits_and_ledger_of_one_that_was_never_loosened(
    released: Better,
) -> None:
    ledger = "SELECT count(*), coalesce(sum(amount_minor), 0) FROM money.movement"
    before = released.rows(ledger)
    released.speak(Command.UNDO, "Cleo")
    released.book.close_until(released.book.today + timedelta(days=3))
    released.advance()

    query = (
        "SELECT DISTINCT fixed_limit_minor, temporary_limit_minor, principal_minor FROM money.line"
    )
    assert released.rows(query) == [(FIXED, 0, 0)]
    assert released.rows(ledger) == before
    assert released.rows("SELECT count(*) FROM money.limit_change") == [(0,)]
    assert released.judge().proposed == ()


def test_near_its_review_people_keep_it_and_who_is_still_good_is_given_it_anew(
    released: Better,
) -> None:
    released.later([1, 1])
    assert released.advance().granted > 0
    promised_on = released.loosening().review_on
    assert promised_on is not None
    released.book.close_until(promised_on - timedelta(days=10))
    assert released.advance().endings == (1,)
    released.both(Command.KEEP)
    assert released.advance().endings == ()
    before = released.roomy()

    released.macro(GREEN, of_on=released.book.today)
    released.book.close_until(promised_on - timedelta(days=3))
    released.advance()
    released.book.close_until(promised_on)
    assert released.roomy() == set()
    released.tell_employment(promised_on - timedelta(days=40))
    assert released.advance().granted == len(before)
    assert released.roomy() == before
    assert released.told("temporary_limit_ending") >= {key.customer_id for key in before}
    ends = released.rows(
        "SELECT DISTINCT ends_on FROM money.temporary_limit WHERE status = 'active'"
    )
    assert ends == [(released.loosening().review_on,)]


def test_a_later_stage_that_grew_is_held_until_two_people_keep_it(released: Better) -> None:
    before = released.roomy()
    fewer = {"expected": {**released.loosening().evidence["expected"], "touched": len(before)}}
    released.change(
        "UPDATE risk.tightening SET evidence = jsonb_set(evidence, '{expected,touched}', %s::jsonb)",
        str(fewer["expected"]["touched"]),
    )
    released.book.close_until(released.book.today + timedelta(days=14))

    report = released.advance()

    assert (report.granted, report.endings) == (0, (1,))
    assert report.waiting > len(before)
    assert released.roomy() == before
    released.both(Command.KEEP)
    assert released.advance().granted == report.waiting - len(before)


def test_people_ask_for_the_end_themselves(released: Better) -> None:
    asked = released.speak(Command.ASK_END, "Anna", note="a new rule comes")
    assert isinstance(asked, Done)
    assert (asked.tightening.state, asked.missing) == (State.LIFTING, 2)
    topics = {str(row[0]) for row in released.rows("SELECT DISTINCT topic FROM infra.outbox")}
    assert {"risk.loosening-proposed", "risk.loosening-end-asked"} <= topics
    released.book.close_until(released.book.today + timedelta(days=14))
    assert released.advance().granted == 0
    assert released.both(Command.LIFT).tightening.state is State.LIFTED


def test_its_effect_is_measured_against_the_hold_out(released: Better) -> None:
    shop, (key,) = released.book.shop(), sorted(released.roomy())[:1]
    released.book.buy(key, 30_000, at_shop=shop)
    released.later([1])
    released.speak(Command.ASK_END, "Anna")

    ((facts,),) = released.rows("SELECT facts FROM risk.tightening_step WHERE command = 'ask_end'")
    assert isinstance(facts, dict)
    assert facts["effect"]["held_out"]["lines"] == len(released.arm("held_out"))
    assert facts["effect"]["touched"]["lines"] == len(released.roomy())


def test_control_the_books_tell_of_room_for_a_line_held_out_or_late(released: Better) -> None:
    assert released.problems() == []
    one, other = sorted(released.roomy())[:2]
    released.change(
        "UPDATE risk.tightening_member SET arm = 'held_out' WHERE customer_id = %s", one.customer_id
    )
    late = "INSERT INTO money.arrears VALUES (%s, %s, '2026-07-01', '2026-07-01', 30, NULL)"
    released.change(late, *other)

    found = {one.name: one.problems for one in released.book.database.read(check_books).checks}
    assert len(found["room was given to good lines alone"]) == 2


def test_control_nobody_held_out_can_be_granted_by_mistake(released: Better) -> None:
    (key,) = sorted(released.arm("held_out"))[:1]
    grant, on = [Grant(*key, 1, 100, date(2026, 12, 1))], released.book.today
    with pytest.raises(InvariantBroken):
        released.book.write(lambda db: loosenings.insert_grants(db, 1, grant, on=on))


def test_every_pair_that_is_not_legal_changes_nothing(world: Better) -> None:
    world.judge()
    reached = {
        State.PROPOSED: lambda: None,
        State.RELEASED: lambda: world.both(Command.RELEASE),
        State.LIFTING: lambda: world.speak(Command.ASK_END, "Dora"),
        State.UNDONE: lambda: world.speak(Command.UNDO, "Dora"),
    }
    for state, reach in reached.items():
        reach()
        before = world.loosening()
        assert before.state is state
        illegal = {one for one in Command if (state, one) not in MOVES}
        for command in illegal | {Command.PROPOSE, Command.ROLL_OUT}:
            assert isinstance(world.speak(command, "Cleo"), Conflict), (state, command)
        assert world.loosening() == before
