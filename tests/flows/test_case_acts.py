"""What deciding a case does: every outcome of every kind has its act, or a written reason why it has none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from tests.builders import Book, done, founded
from tests.flows.limit_worlds import CUT, CUT_AT_ONCE, limit_of, obey, reviewed, rows, state_of

from whiteslip.api.acts import BY_OUTCOME
from whiteslip.api.routes.reviews import NOTHING
from whiteslip.flows import review_cases as flow
from whiteslip.flows.restrict import RestrictionRequest, restrict
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Conflict
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.lines.model import LineKey
from whiteslip.risk.reviews.model import (
    CaseKey,
    Desk,
    Kind,
    Label,
    NewCase,
    Queue,
    Ruling,
    SubjectType,
)
from whiteslip.risk.reviews.store import desk, labeled
from whiteslip.risk.suspensions import store as suspensions
from whiteslip.risk.suspensions.life import Command, State
from whiteslip.risk.suspensions.model import Step

Pair = tuple[Kind, str]


def unanswered(of: Desk, acts: Mapping[Pair, Any], reasons: Mapping[Pair, str]) -> set[Pair]:
    """The outcomes nobody thought of, and those of which the queue says otherwise than the table of acts."""
    pairs = {(kind, word) for kind, queue in of.queues.items() for word in queue.outcomes}
    ends = {(kind, word) for kind, queue in of.queues.items() for word in queue.ends}
    known = set(acts) ^ set(reasons)
    return (pairs ^ known) | (ends ^ set(acts))


def test_every_outcome_has_an_act_or_a_written_reason() -> None:
    assert unanswered(desk(), BY_OUTCOME, NOTHING) == set()
    assert all(len(why) > 10 for why in NOTHING.values())


def test_control_a_new_outcome_without_an_act_is_found() -> None:
    queue = desk().queues[Kind.FRAUD]
    more = Queue(2, None, 5, (*queue.outcomes, "freeze"), queue.ends | {"freeze"})
    grown = desk()._replace(queues={**desk().queues, Kind.FRAUD: more})

    assert unanswered(grown, BY_OUTCOME, NOTHING) == {(Kind.FRAUD, "freeze")}
    fewer = {pair: act for pair, act in BY_OUTCOME.items() if pair[1] != "lift"}
    assert unanswered(desk(), fewer, NOTHING) == {(Kind.SUSPENSION, "lift")}


@pytest.fixture
def book(database: Database) -> Book:
    founded_book = founded(database)
    obey(founded_book)
    return founded_book


def restricted(book: Book, line: LineKey, code: ReasonCode = ReasonCode.FRAUD_SUSPECTED) -> int:
    at, asked = book.at, RestrictionRequest(*line, 4, code, "anna")
    return done(book.write(lambda db: restrict(db, [asked], at=at))[0]).restriction_id


def waiting(book: Book, line: LineKey, code: ReasonCode = ReasonCode.FRAUD_SUSPECTED) -> int:
    """A restriction that waits for a person before anybody is told."""
    number = restricted(book, line, code)
    query = "UPDATE risk.restriction SET state = 'proposed', in_force = 0 WHERE restriction_id = %s"
    book.write(lambda db: db.execute(query, (number,)))
    book.write(lambda db: db.execute("DELETE FROM care.notice"))
    book.write(lambda db: suspensions.project(db, [line]))
    step(book, line, number, Command.REFER)
    return number


def step(book: Book, line: LineKey, number: int, command: Command) -> None:
    taken = Step(line.customer_id, number, command, "calendar")
    on, at = book.today, book.at
    book.write(lambda db: suspensions.take_steps(db, [taken], on=on, at=at))


def state(book: Book, number: int) -> str:
    query = "SELECT state FROM risk.restriction WHERE restriction_id = %s"
    return str(rows(book, query, number)[0][0])


def case_of(book: Book, line: LineKey) -> CaseKey:
    query = "SELECT case_id FROM risk.review_case WHERE customer_id = %s AND state = 'open'"
    ((number,),) = rows(book, query, line.customer_id)
    return CaseKey(line.customer_id, number)


def opened(book: Book, line: LineKey, kind: Kind, type_: SubjectType, number: int) -> CaseKey:
    new = NewCase(line.customer_id, kind, type_, number, {"seen": True}, "watch book", line.line_id)
    (made,) = book.write(lambda db: flow.open_cases(db, [new], at=book.at))
    return CaseKey(*made[:2])


def decide(book: Book, key: CaseKey, outcome: str, label: Label | None = None) -> flow.Case:
    request = flow.CaseRequest(*key, "Bo")
    done(book.write(lambda db: flow.take(db, [request], at=book.at))[0])
    ruling = Ruling(*key, "Bo", outcome, "seen", label)
    return done(book.write(lambda db: flow.decide(db, [ruling], at=book.at, acts=BY_OUTCOME))[0])


def level(book: Book, line: LineKey) -> int:
    query = "SELECT restriction_level FROM money.line WHERE line_id = %s"
    return int(rows(book, query, line.line_id)[0][0])


def told(book: Book, line: LineKey) -> list[str]:
    query = "SELECT kind FROM care.notice WHERE customer_id = %s ORDER BY notice_id"
    return [row[0] for row in rows(book, query, line.customer_id)]


NOBODY_TOLD: list[str] = []
FRAUD, UNLIKE = ReasonCode.FRAUD_SUSPECTED, ReasonCode.UNLIKE_HISTORY


@pytest.mark.parametrize(
    ("code", "outcome", "expected"),
    [
        (FRAUD, "confirm", (State.ACTIVE, "true_positive", 4, ["suspended"])),
        (FRAUD, "dismiss", (State.DISMISSED, "false_positive", 0, NOBODY_TOLD)),
        (UNLIKE, "uphold", (State.ACTIVE, None, 4, ["suspended"])),
        (UNLIKE, "dismiss", (State.DISMISSED, "false_positive", 0, NOBODY_TOLD)),
        (UNLIKE, "lift", (State.DISMISSED, None, 0, NOBODY_TOLD)),
    ],
)
def test_what_waited_comes_into_force_or_is_dismissed(
    book: Book, code: ReasonCode, outcome: str, expected: tuple[Any, ...]
) -> None:
    line = book.line()
    number = waiting(book, line, code)
    after, label, now, notices = expected

    decided = decide(book, case_of(book, line), outcome)

    assert (state(book, number), level(book, line), decided.label) == (after, now, label)
    assert told(book, line) == notices
    learned = book.database.read(lambda db: labeled(db, as_of=book.today))
    assert [one.label for one in learned] == ([label] if label else [])


@pytest.mark.parametrize("command", [Command.REVIEW, Command.BEGIN_CURE])
@pytest.mark.parametrize(
    ("outcome", "after", "now"), [("confirm", "active", 4), ("dismiss", "lifted", 0)]
)
def test_what_is_looked_at_again_stays_or_is_lifted(
    book: Book, command: Command, outcome: str, after: str, now: int
) -> None:
    line = book.line()
    number = restricted(book, line)
    step(book, line, number, command)

    decide(book, case_of(book, line), outcome)

    assert (state(book, number), level(book, line)) == (after, now)
    assert told(book, line) == ["suspended", "restored"][: 1 if now else 2]


def test_what_is_looked_at_again_may_be_eased_by_a_level(book: Book) -> None:
    line = book.line()
    number = restricted(book, line, UNLIKE)
    step(book, line, number, Command.REVIEW)

    decide(book, case_of(book, line), "ease")

    assert (state(book, number), level(book, line)) == ("active", 3)
    assert told(book, line) == ["suspended", "eased"]


def test_all_that_lies_in_a_case_is_decided_with_it(book: Book) -> None:
    one = book.line()
    other = book.line(customer_id=one.customer_id)
    numbers = [waiting(book, one), waiting(book, other)]

    decide(book, case_of(book, one), "dismiss")

    assert [state(book, number) for number in numbers] == ["dismissed"] * 2


def test_what_ended_meanwhile_stays_ended_and_the_case_closes(book: Book) -> None:
    line = book.line()
    number = restricted(book, line, UNLIKE)
    step(book, line, number, Command.REVIEW)
    step(book, line, number, Command.LIFT)

    assert decide(book, case_of(book, line), "uphold").state == "decided"
    assert state(book, number) == "lifted"


def test_a_reviewers_own_label_is_kept(book: Book) -> None:
    line = book.line()
    waiting(book, line)

    assert decide(book, case_of(book, line), "dismiss", Label.UNCLEAR).label is Label.UNCLEAR


@pytest.mark.parametrize(("what", "after"), [(CUT, "withdrawn"), (CUT_AT_ONCE, "reversed")])
def test_a_limit_is_reversed_where_it_stands(book: Book, what: int, after: str) -> None:
    line = book.line(500_000)
    number = reviewed(book, line, what)

    key = opened(book, line, Kind.LIMIT, SubjectType.LIMIT_REVIEW, number)
    decide(book, key, "reverse")

    assert (state_of(book, number), limit_of(book, line)) == (after, 500_000)


def test_an_identity_a_person_has_seen_cures_what_doubted_it(book: Book) -> None:
    line = book.line()
    number = restricted(book, line, UNLIKE)

    key = opened(book, line, Kind.IDENTITY, SubjectType.CUSTOMER, line.customer_id)
    decide(book, key, "verified")

    assert state(book, number) == "probation"


def test_an_act_with_nothing_to_act_on_decides_nothing(book: Book) -> None:
    line = book.line()
    key = opened(book, line, Kind.LIMIT, SubjectType.LINE, line.line_id)

    with pytest.raises(Conflict, match="no change of a limit"):
        decide(book, key, "reverse")

    query = "SELECT state FROM risk.review_case WHERE case_id = %s"
    assert rows(book, query, key.case_id) == [("taken",)]
