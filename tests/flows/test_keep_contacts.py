"""Contact points and flags: what may be done in which state, and what is kept of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.builders import Book, done, founded, only
from tests.care.messages.people import ACTOR, flag, opt, reachable, rows

from whiteslip.care.contacts.model import Channel, Flag
from whiteslip.flows import keep_contacts as keeping
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound, WhiteslipError


@pytest.fixture
def book(database: Database) -> Book:
    """A founded book."""
    return founded(database)


def add(book: Book, customer_id: int, *addresses: str, zone: str = "Asia/Shanghai") -> list[object]:
    asked = [
        keeping.ContactRequest(customer_id, Channel.SMS, address, zone, False, ACTOR)
        for address in addresses
    ]
    return list(book.write(lambda db: keeping.add_contacts(db, asked, at=book.at)))


def verify(book: Book, customer_id: int, number: int, *, times: int = 1) -> list[object]:
    asked = [keeping.OwnedRequest(customer_id, number, ACTOR)] * times
    return list(book.write(lambda db: keeping.verify_contacts(db, asked, at=book.at)))


def kinds(answers: list[object]) -> list[str]:
    return [type(answer).__name__ for answer in answers]


def test_a_batch_sees_what_it_did_itself(book: Book) -> None:
    person = book.customer()

    answers = add(book, person, "13800000001", "13800000001", "no number", "13800000002")

    assert kinds(answers) == ["Contact", "Conflict", "InvalidInput", "Contact"]
    number = rows(book, "SELECT min(contact_id) FROM care.contact")[0][0]
    assert kinds(verify(book, person, number, times=2)) == ["Contact", "Conflict"]
    assert kinds(verify(book, person, number)) == ["Conflict"]
    assert kinds(verify(book, person, 999)) == ["NotFound"]
    assert kinds(add(book, 999, "13800000001")) == ["NotFound"]


def test_a_person_has_few_contacts_in_zones_that_exist(book: Book) -> None:
    person = book.customer()
    numbers = [f"1380000000{index}" for index in range(5)]

    assert kinds(add(book, person, numbers[0], zone="Asia/Atlantis")) == ["InvalidInput"]
    assert kinds(add(book, person, *numbers)) == ["Contact"] * 4 + ["Conflict"]


def test_nobody_else_can_verify_a_contact(book: Book) -> None:
    ours, other = book.customer(), book.customer()
    contact_id = reachable(book, ours, is_verified=False)

    assert kinds(verify(book, other, contact_id)) == ["NotFound"]


def test_opting_out_takes_a_whole_channel_and_new_addresses_too(book: Book) -> None:
    person = book.customer()
    first = reachable(book, person, "13800000001")
    reachable(book, person, "li@example.com", channel=Channel.EMAIL)
    opt(book, person)

    second = reachable(book, person, "13800000002")

    query = "SELECT contact_id FROM care.contact WHERE opted_out_at IS NOT NULL ORDER BY 1"
    assert rows(book, query) == [(first,), (second,)]
    with pytest.raises(Conflict, match="can be opted_out"):
        opt(book, person)
    opt(book, person, out=False)
    assert rows(book, query) == []
    with pytest.raises(Conflict, match="can be opted_in"):
        opt(book, person, out=False)
    with pytest.raises(NotFound):
        opt(book, 999)


def test_every_deed_is_kept_with_who_did_it(book: Book) -> None:
    person = book.customer()
    contact_id = reachable(book, person)
    hours = keeping.HoursRequest(person, contact_id, "Asia/Urumqi", True, "anna")
    done(book.write(lambda db: keeping.set_hours(db, [hours], at=book.at))[0])
    opt(book, person)

    query = "SELECT step, deed, zone, may_at_night, actor FROM care.contact_event ORDER BY step"
    assert rows(book, query) == [
        (1, "added", "Asia/Shanghai", False, ACTOR),
        (2, "verified", "Asia/Shanghai", False, ACTOR),
        (3, "hours_set", "Asia/Urumqi", True, "anna"),
        (4, "opted_out", "Asia/Urumqi", True, ACTOR),
    ]
    kept = rows(book, "SELECT zone, may_at_night, verified_at IS NOT NULL, steps FROM care.contact")
    assert kept == [("Asia/Urumqi", True, True, 4)]


@pytest.mark.parametrize(
    ("zone", "error"), [("Asia/Atlantis", InvalidInput), ("Asia/Tokyo", NotFound)]
)
def test_hours_of_nobody_or_nowhere_are_refused(
    book: Book, zone: str, error: type[WhiteslipError]
) -> None:
    asked = keeping.HoursRequest(book.customer(), 999, zone, True, ACTOR)

    assert isinstance(
        only(book.write(lambda db: keeping.set_hours(db, [asked], at=book.at))), error
    )


def test_a_flag_stands_until_it_is_ended_once(book: Book) -> None:
    person = book.customer()
    flag_id = flag(book, person, Flag.BEREAVEMENT)
    asked = [keeping.OwnedRequest(person, flag_id, ACTOR)] * 2

    answers = list(book.write(lambda db: keeping.end_flags(db, asked, at=book.at)))

    assert kinds(list(answers)) == ["OwnedId", "Conflict"]
    unknown = [keeping.OwnedRequest(person, 999, ACTOR)]
    missing = book.write(lambda db: keeping.end_flags(db, unknown, at=book.at))
    assert kinds(list(missing)) == ["NotFound"]
    found = rows(book, "SELECT since_on, until_on, set_by, ended_by FROM care.contact_flag")
    assert found == [(book.today, book.today, ACTOR, ACTOR)]


@pytest.mark.parametrize(
    ("since", "until", "is_right"),
    [
        (None, None, True),
        (None, 1, True),
        (None, 0, False),
        (3, 5, True),
        (3, 3, False),
        (-9, -3, False),
    ],
)
def test_a_flag_ends_after_it_begins(
    book: Book, since: int | None, until: int | None, is_right: bool
) -> None:
    def day(offset: int | None) -> date | None:
        return None if offset is None else book.today + timedelta(days=offset)

    asked = keeping.FlagRequest(book.customer(), Flag.DISPUTE, day(since), day(until), ACTOR)
    answer = only(book.write(lambda db: keeping.set_flags(db, [asked], at=book.at)))

    assert isinstance(answer, InvalidInput) is not is_right
