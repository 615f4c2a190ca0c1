"""Published versions never change, acceptances are only added, and no line is opened without one."""

from __future__ import annotations

from datetime import date, timedelta
from threading import Thread

import psycopg
import pytest
from tests.builders import Book, founded
from tests.credit.agreements.versions import replaced, text_of, version
from tests.tidy import tree

from whiteslip.care.notices.rules import citable
from whiteslip.credit.agreements import store
from whiteslip.credit.agreements.model import (
    Acceptance,
    Agreement,
    Announcement,
    How,
    Name,
    Subject,
)
from whiteslip.flows.check_books import check_books
from whiteslip.flows.found_book import complete_book
from whiteslip.infra.database import Connection, Database, connect
from whiteslip.kernel.errors import Conflict, InvalidInput, InvariantBroken, NotFound
from whiteslip.money.lines.model import Line, LineKey
from whiteslip.money.lines.store import insert_lines

UNAGREED = "every line was agreed to"


@pytest.fixture
def book(database: Database) -> Book:
    return founded(database)


def publish(book: Book, text: str) -> Agreement:
    on, at = book.today, book.at
    return book.write(lambda db: store.publish(db, text, citable=citable(), by="Ann", on=on, at=at))


def line_of(number: int) -> Line:
    opened_on = date(2026, 1, 1)
    return Line(1, number, 1, "open", 0, 5, 1000, 0, 0, 0, 0, opened_on, False, False, 500_000)


def accepted(book: Book, key: LineKey, agreement_id: int, how: How = How.LATER) -> Acceptance:
    return Acceptance(*key, Subject.LINE, agreement_id, book.today, book.at, how, "app")


def test_the_same_text_again_changes_nothing_and_another_is_refused(book: Book) -> None:
    before = book.write(store.published)

    assert publish(book, text_of()) == before[0].agreement
    assert book.write(store.published) == before
    with pytest.raises(Conflict, match="version 1 of the credit-agreement is published as it was"):
        publish(book, replaced(text_of(), "账户只供您本人使用。", "账户只供您使用。"))


def test_versions_follow_one_another_and_must_cite(book: Book) -> None:
    with pytest.raises(Conflict, match="next version of the credit-agreement is 2"):
        publish(book, version(3, needs_acceptance=False))
    bare = replaced(
        version(2, needs_acceptance=False), 'cites = ["limit_cut", "limit_upheld"]', "cites = []"
    )
    with pytest.raises(InvalidInput, match="no clause is cited for limit_cut"):
        publish(book, bare)

    second = publish(book, version(2, needs_acceptance=False))

    assert book.write(lambda db: store.live(db, Name.CREDIT)) == second
    assert book.write(lambda db: store.version_of(db, "credit-agreement", 1)).agreement.version == 1
    with pytest.raises(NotFound, match="no version 9"):
        book.write(lambda db: store.version_of(db, "credit-agreement", 9))


def test_control_a_text_changed_in_the_database_does_not_fit_its_checksum(book: Book) -> None:
    change = b"UPDATE credit.agreement SET terms = terms || ' ' WHERE version = 1"
    with pytest.raises(psycopg.errors.CheckViolation, match="agreement_check"):
        book.write(lambda db: db.execute(change))


def test_two_who_publish_at_once_take_turns(book: Book, dsn: str) -> None:
    on, at = book.today, book.at
    answers: list[str] = []

    def second() -> None:
        with connect(dsn) as other:
            try:
                text = version(2, needs_acceptance=True)
                store.publish(other, text, citable=citable(), by="Bo", on=on, at=at)
            except Conflict as error:
                answers.append(str(error))

    with connect(dsn) as db:
        text = version(2, needs_acceptance=False)
        store.publish(db, text, citable=citable(), by="Ann", on=on, at=at)
        rival = Thread(target=second)
        rival.start()
        rival.join(0.3)
        assert rival.is_alive(), "who comes second waits"
        db.commit()
        rival.join(10)

    assert answers == ["version 2 of the credit-agreement is published as it was"]


def test_a_line_is_not_opened_without_its_acceptance(book: Book) -> None:
    line = line_of(900)
    other = accepted(book, LineKey(1, 901), 1)

    for wrong in ([], [other], [other, other]):
        with pytest.raises(InvariantBroken, match="opened under an agreement"):
            book.write(lambda db, wrong=wrong: store.open_lines(db, [line], wrong))


def test_nothing_else_in_the_program_opens_lines() -> None:
    callers = [
        source.path
        for source in tree.texts()
        if source.path.startswith("src/") and "insert_lines" in source.text
    ]

    assert sorted(callers) == [
        "src/whiteslip/credit/agreements/store.py",
        "src/whiteslip/money/lines/store.py",
    ]


def test_control_a_line_nobody_agreed_to_is_found(book: Book) -> None:
    book.line()
    assert book.database.read(check_books).clean

    book.write(lambda db: insert_lines(db, [line_of(900)]))

    (problem,) = book.database.read(check_books).problems
    assert problem.startswith(f"{UNAGREED}: customer_id 1, line_id 900")


def test_what_was_said_first_stays(book: Book) -> None:
    key = book.line()
    again = accepted(book, key, 1)._replace(accepted_at=book.at + timedelta(days=1))

    assert book.write(lambda db: store.insert_acceptances(db, [again])) == 0

    (kept,) = book.write(lambda db: store.read_acceptances(db, [key]))[key]
    assert (kept.how, kept.accepted_at) == (How.OPENING, book.at)


def bound_on(book: Book, key: LineKey, on: date) -> int | None:
    found = book.write(lambda db: store.read_binding(db, [key], on=on))
    return found[key].version if key in found else None


def test_a_version_binds_from_its_day_on_and_never_before(book: Book) -> None:
    key = book.line()
    publish(book, version(2, needs_acceptance=False))
    third = publish(book, version(3, needs_acceptance=True))
    on = book.today
    second = book.write(lambda db: store.version_of(db, "credit-agreement", 2)).agreement
    day = on + timedelta(days=30)
    announced = Announcement(*key, second.agreement_id, 5, day)
    waiting = Announcement(*key, third.agreement_id, 6, None)

    told = book.write(lambda db: store.insert_announcements(db, [announced, waiting], on=on))

    assert told == {key}
    assert book.write(lambda db: store.insert_announcements(db, [announced], on=on)) == set()
    assert bound_on(book, key, on - timedelta(days=1)) is None
    assert bound_on(book, key, on) == 1
    assert bound_on(book, key, day - timedelta(days=1)) == 1
    assert bound_on(book, key, day) == 2
    late = accepted(book, key, third.agreement_id)._replace(accepted_on=day)
    book.write(lambda db: store.insert_acceptances(db, [late]))
    assert (bound_on(book, key, day - timedelta(days=1)), bound_on(book, key, day)) == (1, 3)


def test_a_book_from_before_agreements_is_completed_once(book: Book) -> None:
    keys = [book.line() for _ in range(3)]

    def forget(db: Connection) -> None:
        db.execute("DELETE FROM credit.acceptance")
        db.execute("DELETE FROM credit.agreement")

    book.write(forget)
    assert not book.database.read(check_books).clean
    on, at = book.today, book.at

    added = book.write(lambda db: complete_book(db, on=on, at=at))

    assert added == ("credit-agreement", "plan-agreement")
    assert book.database.read(check_books).clean
    kept = book.write(lambda db: store.read_acceptances(db, keys))
    assert {one.how for said in kept.values() for one in said} == {How.BOOK}
    assert book.write(lambda db: complete_book(db, on=on, at=at)) == ()
