"""Messages are queued with their notice, for their own person only, and taken by one worker at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import resources

import pytest
from tests.builders import Book, founded
from tests.care.messages.people import flag, messages, opt, reachable, rows, tell, told

from whiteslip.care.contacts.model import Channel
from whiteslip.care.messages.model import Move, Outcome, Status
from whiteslip.care.messages.store import move_messages, patience
from whiteslip.flows.deliver_messages import Taken, keep_answers, take_due_messages
from whiteslip.gateways.messages.model import Accepted, Delivered, Failed, Failure
from whiteslip.infra.database import Connection, Database

NIGHT = datetime(2026, 1, 4, 16, 30, tzinfo=UTC)
"""Half past midnight in Shanghai."""
MORNING = datetime(2026, 1, 5, 0, 0, tzinfo=UTC)
NOON = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)


@pytest.fixture
def book(database: Database) -> Book:
    """A founded book."""
    return founded(database)


def take(book: Book, at: datetime = NOON, *, most: int = 100) -> Taken:
    """Take what is due."""
    return book.write(lambda db: take_due_messages(db, most=most, at=at))


def test_a_notice_at_night_waits_for_the_morning_by_phone_and_goes_at_once_by_mail(
    book: Book,
) -> None:
    person = book.customer()
    phone = reachable(book, person)
    mail = reachable(book, person, "li.lei@example.com", channel=Channel.EMAIL)

    told(book, person, at=NIGHT)

    query = "SELECT contact_id, klass, status, not_before FROM care.message ORDER BY contact_id"
    assert rows(book, query) == [
        (phone, "protective", "queued", MORNING),
        (mail, "protective", "queued", NIGHT),
    ]


def test_nothing_is_queued_where_nobody_can_be_reached(book: Book) -> None:
    nobody, unverified, unwilling = (book.customer() for _ in range(3))
    reachable(book, unverified, is_verified=False)
    reachable(book, unwilling)
    opt(book, unwilling)

    book.write(lambda db: tell(db, [nobody, unverified, unwilling], book=book, at=NOON))

    assert messages(book) == []
    assert rows(book, "SELECT count(*) FROM care.notice") == [(3,)]


def test_a_message_goes_to_its_own_person_only(book: Book) -> None:
    ours, other = book.customer(), book.customer()
    mine = reachable(book, ours, "13800000001")
    reachable(book, other, "13800000002")

    told(book, ours, at=NOON)

    assert rows(book, "SELECT customer_id, contact_id FROM care.message") == [(ours, mine)]
    (sending,) = take(book).sending
    assert sending.letter.to == "13800000001"


def test_an_early_warning_stays_in_the_app(book: Book) -> None:
    person = book.customer()
    reachable(book, person)

    numbers = book.write(lambda db: tell(db, [person], "warned", book=book, at=NOON))

    assert messages(book) == []
    assert rows(book, "SELECT notice_id FROM care.notice") == [(numbers[0],)]


def test_no_notice_no_message(book: Book) -> None:
    person = book.customer()
    reachable(book, person)

    with pytest.raises(RuntimeError):
        book.write(lambda db: (tell(db, [person], book=book, at=NOON), _fail()))

    assert messages(book) == []


def _fail() -> None:
    raise RuntimeError("the journey goes wrong after it has told")


def test_many_ways_and_classes_are_queued_in_one_go(book: Book) -> None:
    zones = ("Asia/Shanghai", "Asia/Kathmandu", "America/New_York")
    people = [book.customer() for _ in zones]
    for person, zone in zip(people, zones, strict=True):
        reachable(book, person, zone=zone)
    flag(book, people[0])

    for kind in ("suspended", "due_soon", "restored"):
        book.write(lambda db, kind=kind: tell(db, people, kind, book=book, at=NOON))

    found = rows(
        book,
        "SELECT message.customer_id, klass, status, why, not_before FROM care.message ORDER BY notice_id",
    )
    in_new_york = datetime(2026, 1, 5, 13, 0, tzinfo=UTC)
    firsts = dict(zip(people, (NOON, NOON, in_new_york), strict=True))
    for klass in ("protective", "reminder", "service"):
        for person in people:
            is_dropped = klass == "reminder" and person == people[0]
            status, why = ("dropped", "flagged") if is_dropped else ("queued", None)
            assert (person, klass, status, why, firsts[person]) in found
    assert len(found) == 9


def test_the_policy_is_asked_again_when_it_is_sent(book: Book) -> None:
    people = [book.customer() for _ in range(4)]
    for person in people:
        reachable(book, person)
    book.write(lambda db: tell(db, people, "due_soon", book=book, at=NOON))
    flag(book, people[1])
    opt(book, people[2])
    opt(book, people[3])
    opt(book, people[3], out=False)

    taken = take(book)

    assert [one.due.customer_id for one in taken.sending] == [people[0], people[3]]
    sending = ("sending", None, 1)
    assert messages(book) == [
        sending,
        ("dropped", "flagged", 0),
        ("dropped", "opted_out", 0),
        sending,
    ]


def test_what_comes_due_in_the_night_is_put_off_and_what_is_old_dropped(book: Book) -> None:
    person = book.customer()
    reachable(book, person)
    told(book, person, "restored", at=NOON)

    assert take(book, datetime(2026, 1, 5, 14, 1, tzinfo=UTC)) == ([], 1)
    morning = datetime(2026, 1, 6, 0, 0, tzinfo=UTC)
    assert rows(book, "SELECT status, not_before FROM care.message") == [("queued", morning)]
    assert take(book, NOON + timedelta(hours=73)) == ([], 1)
    assert messages(book) == [("dropped", "stale", 0)]


def test_the_cap_counts_attempts_that_may_have_reached_somebody(book: Book) -> None:
    person = book.customer()
    reachable(book, person)
    for _ in range(9):
        told(book, person, at=NOON)

    first = take(book, most=4)
    assert len(first.sending) == 4
    answers = (
        Delivered(),
        Accepted(),
        Failed(Failure.UNKNOWN, ""),
        Failed(Failure.UNAVAILABLE, ""),
    )
    answered = list(zip(first.sending, answers, strict=True))
    book.write(lambda db: keep_answers(db, answered, at=NOON))
    rest = take(book)

    assert len(rest.sending) == 3, "three of four may have arrived, so three more may be sent"
    assert rest.others == 2
    tomorrow = datetime(2026, 1, 6, 0, 0, tzinfo=UTC)
    put_off = rows(
        book,
        "SELECT count(*) FROM care.message WHERE status = 'queued' AND not_before = %s",
        tomorrow,
    )
    assert put_off == [(2,)]


def test_two_workers_never_hold_one_message_nor_count_one_phone_at_once(
    book: Book, connections: Callable[[], Connection]
) -> None:
    ours, other = book.customer(), book.customer()
    reachable(book, ours)
    reachable(book, other)
    for _ in range(7):
        told(book, ours, at=NOON)
    told(book, other, at=NOON)
    one, two = connections(), connections()

    held = take_due_messages(one, most=3, at=NOON)
    beside = take_due_messages(two, most=100, at=NOON)
    two.commit()
    one.commit()

    assert {sending.due.customer_id for sending in held.sending} == {ours}
    assert [sending.due.customer_id for sending in beside.sending] == [other]
    later = take(book)
    assert len(later.sending) == 3
    assert rows(book, "SELECT count(*) FROM care.message_attempt WHERE customer_id = %s", ours) == [
        (6,)
    ]


def test_a_lapsed_lease_is_taken_again_under_the_same_name_and_its_attempt_counts(
    book: Book,
) -> None:
    person = book.customer()
    reachable(book, person)
    told(book, person, at=NOON)

    first = take(book).sending
    assert take(book, NOON + timedelta(seconds=patience().lease_s - 1)).sending == []
    again = take(book, NOON + timedelta(seconds=patience().lease_s)).sending

    assert [one.letter.reference for one in again] == [one.letter.reference for one in first]
    assert rows(book, "SELECT attempt FROM care.message_attempt ORDER BY 1") == [(1,), (2,)]
    late = [(first[0], Delivered())]
    book.write(lambda db: keep_answers(db, late, at=NOON + timedelta(minutes=2)))
    assert messages(book) == [("sending", None, 2)], "the second attempt is under way"


def test_an_answer_that_comes_twice_counts_once(book: Book) -> None:
    person = book.customer()
    reachable(book, person)
    told(book, person, at=NOON)
    (sending,) = take(book).sending

    for answer in (Delivered(), Failed(Failure.REJECTED, "")):
        book.write(lambda db, answer=answer: keep_answers(db, [(sending, answer)], at=NOON))

    assert messages(book) == [("sent", None, 1)]
    assert rows(book, "SELECT attempt, outcome FROM care.message_answer") == [(1, "delivered")]
    assert rows(book, "SELECT topic FROM infra.outbox WHERE topic LIKE %s", "care.message%") == [
        ("care.message-sent",)
    ]


@pytest.mark.parametrize("final", [Status.SENT, Status.FAILED, Status.DROPPED])
def test_what_is_final_is_moved_by_nothing(book: Book, final: Status) -> None:
    person = book.customer()
    reachable(book, person)
    told(book, person, at=NOON)
    (sending,) = take(book).sending
    end = Move(sending.due.key, Status.SENDING, 1, final, None, None if final == "sent" else "why")
    assert book.write(lambda db: move_messages(db, [end], at=NOON)) == {sending.due.key}

    before = messages(book)
    for seen in (Status.QUEUED, Status.SENDING):
        for after in Status:
            move = Move(sending.due.key, seen, 1, after, NOON, None)
            assert (
                book.write(lambda db, move=move: move_messages(db, [move], at=NOON)) == frozenset()
            )
    late = [(sending, Failed(Failure.UNAVAILABLE, ""))]
    book.write(lambda db: keep_answers(db, late, at=NOON))
    assert take(book, NOON + timedelta(hours=1)) == ([], 0)
    assert messages(book) == before


def test_the_stopping_rule_is_one_condition_everywhere() -> None:
    files = {
        "messages": ("find_manners", "queue_messages", "take_due_messages"),
        "reminders": ("insert_reminders",),
    }
    condition = (
        "AND contact_flag.since_on <= %(on)s::date"
        " AND (contact_flag.until_on IS NULL OR contact_flag.until_on > %(on)s::date)"
    )
    for package, names in files.items():
        folder = resources.files(f"whiteslip.care.{package}") / "sql"
        for name in names:
            text = " ".join((folder / f"{name}.sql").read_text("utf-8").split())
            assert text.count("FROM care.contact_flag") == text.count(condition) == 1, name


def test_outcomes_and_failures_have_the_same_names() -> None:
    assert {failure.value for failure in Failure} < {outcome.value for outcome in Outcome}
