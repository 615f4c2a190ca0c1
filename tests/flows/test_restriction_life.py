"""Restrictions over their life: stopped runs, four eyes, overrides, locks, verification, probation, and at random."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest
from tests.builders import Book, done, founded, noon
from tests.decisioning.rulebooks.random_books import body_of, rule_of
from tests.simulation.invariants import broken

from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.rulebooks.reading import read
from whiteslip.flows.govern_runs import Run, release_run, undo_run
from whiteslip.flows.lock_line import LockRequest, lock_lines
from whiteslip.flows.override_restriction import ask_to_close, ask_to_override, decide_act
from whiteslip.flows.restrict import LiftRequest, RestrictionRequest, Scope, lift, restrict
from whiteslip.flows.verify_identity import Verification, verify_identity
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound, WhiteslipError
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.lines.model import LineKey
from whiteslip.risk.reviews import rules as reviewing
from whiteslip.risk.reviews import store as reviews
from whiteslip.risk.reviews.model import Kind
from whiteslip.risk.suspensions import store
from whiteslip.risk.suspensions.life import OVER, Command, State
from whiteslip.risk.suspensions.model import Standing, Step
from whiteslip.views.runs import waiting

FOUNDED_ON = date(2026, 1, 1)
EVERYBODY = rule_of("utilization >= 0.5", "half-full", "suspend").replace("DLQ-01", "CAP-02")


@pytest.fixture
def book(database: Database) -> Book:
    return founded(database, on=FOUNDED_ON)


def publish(book: Book, *rules: str, number: int = 2) -> None:
    body = body_of(*rules, inputs={"utilization": "ratio"}).replace(
        "name = 'test'", "name = 'watch'"
    )
    made, problems = read(body.replace("version = 1", f"version = {number}"), file="watch.toml")
    assert made is not None, problems
    at = book.at
    book.write(lambda db: rulebooks.publish(db, made, at=at))


def level(book: Book, key: LineKey) -> int:
    query = "SELECT restriction_level FROM money.line WHERE customer_id = %s AND line_id = %s"
    return book.write(lambda db: db.execute(query, key).fetchall())[0][0]


def states(book: Book) -> Counter[str]:
    rows = book.write(lambda db: db.execute("SELECT state FROM risk.restriction").fetchall())
    return Counter(state for (state,) in rows)


def told(book: Book, key: LineKey) -> list[str]:
    query = "SELECT kind FROM care.notice WHERE customer_id = %s ORDER BY notice_id"
    return [kind for (kind,) in book.write(lambda db: db.execute(query, key[:1]).fetchall())]


def cases(book: Book) -> list[tuple[str, int]]:
    query = "SELECT kind, customer_id FROM risk.review_case WHERE state = 'open' ORDER BY case_id"
    return book.write(lambda db: db.execute(query).fetchall())


def by_hand(book: Book, key: LineKey, code: ReasonCode, to: int = 4) -> int:
    at = book.at
    asked = RestrictionRequest(*key, to, code, "anna")
    return done(book.write(lambda db: restrict(db, [asked], at=at))[0]).restriction_id


def full_lines(book: Book, count: int) -> list[LineKey]:
    shop = book.shop()
    lines = [book.line(100_000) for _ in range(count)]
    for line in lines:
        book.buy(line, 60_000, at_shop=shop)
    return lines


def test_a_run_that_moves_too_many_stops_until_two_people_release_it(book: Book) -> None:
    book.close_day()
    lines = full_lines(book, 11)
    publish(book, EVERYBODY)

    book.close_day(released=False)
    assert states(book) == {"proposed": 11}
    assert {level(book, line) for line in lines} == {0}
    assert told(book, lines[0]) == []
    (run,) = book.write(waiting)
    assert (run.restrictions, run.lines, run.released_by) == (11, 11, [])
    assert "11 of 11" in run.note
    at, named = book.at, Run(run.book, run.version, run.on)
    first = book.write(lambda db: release_run(db, named, by="Anna", note="", at=at))
    assert (first.missing, first.moved) == (1, 0)
    for again in ("anna", " ANNA ", "Ａｎｎａ"):
        with pytest.raises(Conflict, match="another person"):
            book.write(lambda db, by=again: release_run(db, named, by=by, note="", at=at))
    second = book.write(lambda db: release_run(db, named, by="Bo", note="", at=at))

    assert (second.missing, second.moved) == (0, 11)
    assert {level(book, line) for line in lines} == {4}
    assert told(book, lines[0]) == ["suspended"]
    assert book.write(waiting) == []
    with pytest.raises(Conflict):
        book.write(lambda db: release_run(db, named, by="Cy", note="", at=at))
    assert book.write(broken) == []


def test_the_first_run_of_a_book_always_waits(book: Book) -> None:
    (line,) = full_lines(book, 1)
    publish(book, EVERYBODY)

    book.close_day(released=False)
    assert (states(book), level(book, line)) == ({"proposed": 1}, 0)
    book.close_day(released=False)

    assert (states(book), level(book, line)) == ({"proposed": 1}, 0)


def test_a_few_accounts_need_nobody(book: Book) -> None:
    book.line()
    book.close_day()
    lines = full_lines(book, 10)
    publish(book, EVERYBODY)

    book.close_day(released=False)

    assert {level(book, line) for line in lines} == {4}
    assert book.write(waiting) == []


def test_who_pays_while_a_run_waits_is_never_restricted(book: Book) -> None:
    book.close_day()
    lines = full_lines(book, 11)
    publish(book, EVERYBODY)
    book.close_day(released=False)
    book.pay(lines[0], 60_000)

    book.close_day(released=False)
    assert states(book) == {"proposed": 10, "dismissed": 1}
    book.release_runs()

    assert [level(book, line) for line in lines] == [0] + [4] * 10
    assert told(book, lines[0]) == []


def test_a_run_is_undone_as_a_whole(book: Book) -> None:
    book.close_day()
    lines = full_lines(book, 12)
    publish(book, EVERYBODY)
    book.close_day()
    run, at = Run("watch", 2, book.today), book.at
    mine = by_hand(book, lines[3], ReasonCode.LEGAL_ORDER)

    with pytest.raises(InvalidInput):
        book.write(lambda db: undo_run(db, run, by="Cy", note=" ", at=at))
    undone = book.write(lambda db: undo_run(db, run, by="Cy", note="a wrong column", at=at))

    assert undone.moved == 12
    assert [level(book, line) for line in lines] == [4 if n == 3 else 0 for n in range(12)]
    assert told(book, lines[0]) == ["suspended", "restored"]
    assert book.write(lambda db: store.read(db, [(lines[3].customer_id, mine)]))
    unknown = Run("watch", 9, book.today)
    with pytest.raises(NotFound):
        book.write(lambda db: release_run(db, unknown, by="Cy", note="", at=at))
    assert book.write(broken) == []


def test_an_override_takes_another_person_and_ends_by_itself(book: Book) -> None:
    line = book.line()
    number, at = by_hand(book, line, ReasonCode.FRAUD_SUSPECTED), book.at
    until = book.today + timedelta(days=3)

    def ask(until_on: date) -> int:
        asked = book.write(
            lambda db: ask_to_override(
                db, line.customer_id, number, until_on=until_on, note="travels", by="Anna", at=at
            )
        )
        return asked.act_id

    def decide(act: int, by: str, *, approved: bool = True) -> None:
        book.write(
            lambda db: decide_act(db, line.customer_id, act, approved=approved, by=by, at=at)
        )

    with pytest.raises(InvalidInput):
        ask(book.today)
    act = ask(until)
    for same in ("anna", "ANNA", "an\u200bna"):
        with pytest.raises(NotAllowed):
            decide(act, same)
    assert level(book, line) == 4
    decide(act, "Bo")
    assert level(book, line) == 0
    with pytest.raises(Conflict):
        decide(act, "Cy")
    book.close_until(until - timedelta(days=1))
    assert level(book, line) == 0
    book.close_until(until)

    assert (states(book), level(book, line)) == ({"active": 1}, 4)
    assert told(book, line) == ["suspended", "restored", "suspended"]
    refused = ask(book.today + timedelta(days=9))
    decide(refused, "Bo", approved=False)
    assert level(book, line) == 4
    assert book.write(broken) == []


def test_closing_a_line_takes_two_people(book: Book) -> None:
    line, at = book.line(), book.at
    asked = book.write(
        lambda db: ask_to_close(
            db, line, reason=ReasonCode.FRAUD_RING, note="a ring", by="Anna", at=at
        )
    )
    assert level(book, line) == 0
    with pytest.raises(NotAllowed):
        book.write(lambda db: decide_act(db, *asked[:2], approved=True, by=" anna", at=at))

    book.write(lambda db: decide_act(db, *asked[:2], approved=True, by="Bo", at=at))

    assert (level(book, line), told(book, line)) == (5, ["suspended"])


def test_a_person_locks_their_line_and_unlocks_it_by_showing_who_they_are(book: Book) -> None:
    line, at = book.line(), book.at

    def lock(*, locked: bool, is_verified: bool = False) -> object:
        asked = LockRequest(*line, locked, is_verified, "app")
        return book.write(lambda db: lock_lines(db, [asked], at=at))[0]

    lock(locked=True)
    lock(locked=True)
    assert (level(book, line), told(book, line)) == (4, ["suspended"])
    assert isinstance(lock(locked=False), NotAllowed)
    assert level(book, line) == 4
    lock(locked=False, is_verified=True)
    lock(locked=False, is_verified=True)

    assert (level(book, line), told(book, line)) == (0, ["suspended", "restored"])


def test_showing_who_one_is_cures_doubt_but_fraud_waits_for_a_person(book: Book) -> None:
    odd, fraud = book.line(), book.line()
    by_hand(book, odd, ReasonCode.UNLIKE_HISTORY)
    by_hand(book, fraud, ReasonCode.TAKEOVER)
    at = book.at
    both = [Verification(key.customer_id, "code", "app") for key in (odd, fraud)]

    answers = book.write(lambda db: verify_identity(db, both, at=at))

    assert [answer[1:] for answer in answers] == [(1, 0), (0, 1)]
    assert (level(book, odd), level(book, fraud)) == (3, 4)
    assert states(book) == {"probation": 1, "curing": 1}
    assert cases(book) == [("fraud", fraud.customer_id)]
    book.close_until(book.today + timedelta(days=13))
    assert level(book, odd) == 3
    book.close_day()
    assert (level(book, odd), level(book, fraud)) == (0, 4)


def test_fraud_and_orders_of_a_court_never_end_by_themselves(book: Book) -> None:
    lines = [book.line() for _ in range(2)]
    by_hand(book, lines[0], ReasonCode.FRAUD_SUSPECTED)
    by_hand(book, lines[1], ReasonCode.LEGAL_ORDER)

    book.close_until(book.today + timedelta(days=200))

    assert [level(book, line) for line in lines] == [4, 4]
    assert states(book) == {"in_review": 2}
    assert cases(book) == [
        ("fraud", lines[0].customer_id),
        ("suspension", lines[1].customer_id),
    ]


def test_on_probation_the_rule_brings_a_restriction_back(book: Book) -> None:
    book.close_day()
    rule = rule_of("utilization >= 0.5", "half-full", "restrict").replace("DLQ-01", "DLQ-03")
    (line,) = full_lines(book, 1)
    publish(book, rule)
    book.close_day()
    assert level(book, line) == 3

    book.pay(line, 60_000)
    assert (states(book), level(book, line)) == ({"probation": 1}, 3)
    book.grant_all()
    book.buy(line, 50_000, at_shop=book.shop())
    book.close_day()

    assert (states(book), level(book, line)) == ({"active": 1}, 3)
    assert told(book, line) == ["restricted", "restricted"]
    assert book.write(broken) == []


@pytest.mark.slow
def test_ten_thousand_random_steps_keep_every_invariant(book: Book) -> None:
    random = Random(7)
    lines = [book.line() for _ in range(30)]
    lines += [book.line(customer_id=key.customer_id) for key in lines[::3]]
    codes = [code for code in ReasonCode if not code.startswith("SYS")]
    count = 0
    while count < 10_000:
        count += book.write(lambda db: storm(db, random, lines, codes, book))
        book.close_day()
        assert book.write(broken) == []
    legal, illegal = Counter[Command](), Counter[Command]()
    for command, was_legal in TRIED:
        (legal if was_legal else illegal)[command] += 1

    assert set(legal) == set(Command) - {Command.RELEASE, Command.REFER, Command.DISMISS}
    assert set(illegal) == set(Command) - {Command.LIFT}  # which is legal from every standing state


TRIED: list[tuple[Command, bool]] = []


def storm(
    db: Connection, random: Random, lines: list[LineKey], codes: list[ReasonCode], book: Book
) -> int:
    """Impose and move restrictions at random for a day; what is refused must leave everything as it was."""
    on, at = business_day.read(db).current_on, book.at
    count = 0
    for _ in range(25):
        key = random.choice(lines)
        scope = random.choice(list(Scope))
        asked = RestrictionRequest(*key, random.randint(1, 4), random.choice(codes), "anna", scope)
        restrict(db, [asked], at=at)
        count += 1
    standing = [one for key in lines for one in store.standing_on(db, key)]
    for one in random.sample(standing, min(len(standing), 150)):
        command = random.choice(list(Command))
        until = on + timedelta(days=random.randint(1, 5)) if command is Command.OVERRIDE else None
        to_level = random.randint(1, 3) if command is Command.EASE else None
        step = Step(one.customer_id, one.restriction_id, command, "bo", "n", until, to_level)
        before = store.read(db, [(one.customer_id, one.restriction_id)])
        if before.popitem()[1].state in OVER:  # with another row of the same restriction
            continue
        before = store.read(db, [(one.customer_id, one.restriction_id)])
        (answer,) = store.take_steps(db, [step], on=on, at=at).answers
        TRIED.append((command, isinstance(answer, Standing)))
        if isinstance(answer, WhiteslipError):
            assert store.read(db, [(one.customer_id, one.restriction_id)]) == before
        count += 1
    return count


@pytest.mark.parametrize(
    ("bug", "fact"),
    [
        ("UPDATE money.line SET restriction_level = 0", "a line's level"),
        ("UPDATE risk.restriction SET in_force = 1 WHERE in_force = 4", "a line's level"),
        ("DELETE FROM care.notice", "a restriction has one to four"),
        ("DELETE FROM risk.restriction_event", "every step"),
        ("UPDATE risk.restriction_event SET from_state = 'lifted'", "a restriction moves"),
    ],
)
def test_control_each_invariant_is_broken_by_a_bug(book: Book, bug: str, fact: str) -> None:
    by_hand(book, book.line(), ReasonCode.FRAUD_SUSPECTED)
    assert book.write(broken) == []

    book.write(lambda db: db.execute(bug.encode()))

    assert [one for one in book.write(broken) if one.fact.startswith(fact)]


def test_lifting_twice_is_a_conflict(book: Book) -> None:
    line, at = book.line(), book.at
    asked = LiftRequest(line.customer_id, by_hand(book, line, ReasonCode.SEGMENT), "bo")
    book.write(lambda db: lift(db, [asked], at=at))

    (again,) = book.write(lambda db: lift(db, [asked], at=at))

    assert isinstance(again, Conflict)
    assert State.LIFTED in states(book)


def run_cases(book: Book) -> list[tuple[str, int]]:
    query = "SELECT state, pieces FROM risk.review_case WHERE kind = 'run' ORDER BY case_id"
    return book.write(lambda db: db.execute(query).fetchall())


def stopped(book: Book) -> Run:
    """A run of eleven lines that stopped as a proposal."""
    book.close_day()
    full_lines(book, 11)
    publish(book, EVERYBODY)
    book.close_day(released=False)
    (run,) = book.write(waiting)
    return Run(run.book, run.version, run.on)


def test_a_run_that_waits_for_people_is_in_their_queue_and_due_within_the_working_day(
    book: Book,
) -> None:
    run = stopped(book)

    assert run_cases(book) == [("open", 1)]
    query = """
        SELECT review_case.due_at, kept.evidence
        FROM risk.review_case JOIN risk.review_evidence AS kept USING (customer_id, case_id)
    """
    ((due_at, evidence),) = book.write(lambda db: db.execute(query).fetchall())
    desk = reviews.desk()
    opened_at = noon(book.today - timedelta(days=1))
    assert due_at == reviewing.due_at(desk.queues[Kind.RUN], desk, at=opened_at)
    assert desk.queues[Kind.RUN].due_hours == desk.closes_hour - desk.opens_hour - 1
    assert evidence["run"]["lines"] == 11
    assert "11 of 11" in evidence["run"]["why"]
    at = book.at
    book.write(lambda db: release_run(db, run, by="Anna", note="", at=at))
    assert run_cases(book) == [("open", 1)], "one is not enough"
    book.write(lambda db: release_run(db, run, by="Bo", note="", at=at))
    assert run_cases(book) == [("withdrawn", 1)]


def test_a_run_that_is_undone_waits_no_more(book: Book) -> None:
    run = stopped(book)

    book.write(lambda db: undo_run(db, run, by="Anna", note="a wrong threshold", at=book.at))

    assert run_cases(book) == [("withdrawn", 1)]


def test_runs_that_wait_lie_in_one_case_until_none_waits(book: Book) -> None:
    first = stopped(book)
    full_lines(book, 40)
    book.close_day(released=False)
    second = book.write(waiting)[-1]
    assert run_cases(book) == [("open", 2)]

    book.write(lambda db: undo_run(db, first, by="Anna", note="no", at=book.at))
    assert run_cases(book) == [("open", 2)], "the other one waits"
    named = Run(second.book, second.version, second.on)
    book.write(lambda db: undo_run(db, named, by="Anna", note="no", at=book.at))
    assert run_cases(book) == [("withdrawn", 2)]


def test_a_run_whose_every_reason_went_away_leaves_the_queue_by_itself(book: Book) -> None:
    stopped(book)
    query = "SELECT customer_id, line_id FROM money.line"
    for key in book.write(lambda db: db.execute(query).fetchall()):
        book.pay(LineKey(*key), 60_000)

    book.close_day(released=False)

    assert run_cases(book)[0] == ("withdrawn", 1)


def test_control_what_the_guard_allows_opens_no_case(book: Book) -> None:
    book.close_day()
    publish(book, EVERYBODY)
    book.close_day(released=False)

    assert run_cases(book) == []
