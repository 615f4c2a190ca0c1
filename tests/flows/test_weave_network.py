"""Weaving the network on a real book: links of closed days, rings once, erased people never again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.builders import Book, done, founded

from whiteslip.api.acts import BY_OUTCOME
from whiteslip.flows import checkout as checking_out
from whiteslip.flows.erase import erase
from whiteslip.flows.review_cases import (
    CaseRequest,
    Kind,
    NewCase,
    Ruling,
    SubjectType,
    decide,
    open_cases,
    take,
)
from whiteslip.flows.weave_network import WeaveReport, weave_network
from whiteslip.infra.database import Connection, Database
from whiteslip.money.lines.model import LineKey
from whiteslip.money.purchases.model import Authorized

DEVICE, OTHER, DORMITORY = 901, 902, 903


@pytest.fixture
def book(database: Database) -> Book:
    book = founded(database)
    book.grant_all()
    return book


def buy(book: Book, line: LineKey, shop: int, *, device: int = 0, address: int = 0) -> None:
    asked = checking_out.PurchaseRequest(
        *line, shop, 1_000, 0, "order", device=device, address=address
    )
    at = book.at
    answer = done(book.write(lambda db: checking_out.checkout(db, [asked], at=at))[0])
    assert isinstance(answer, Authorized)


def group(book: Book, count: int, **told: int) -> list[LineKey]:
    """So many people who each buy once, with the same things told."""
    shop, lines = book.shop(), [book.line() for _ in range(count)]
    for line in lines:
        buy(book, line, shop, **told)
    return lines


def woven(book: Book) -> WeaveReport | None:
    at = book.at
    return book.write(lambda db: weave_network(db, at=at))


def rows(book: Book, query: str) -> list[tuple[Any, ...]]:
    return book.database.read(lambda db: db.execute(query.encode()).fetchall())


def cases(book: Book) -> list[tuple[Any, ...]]:
    return rows(
        book,
        "SELECT customer_id, case_id, state, pieces FROM risk.review_case WHERE kind = 'ring'"
        " ORDER BY case_id",
    )


def rule(book: Book, kind: Kind, key: tuple[int, int], outcome: str) -> None:
    """Let a reviewer take a case and decide it."""
    at = book.at

    def work(db: Connection) -> None:
        done(take(db, [CaseRequest(*key, "Ann")], at=at)[0])
        ruling = Ruling(*key, "Ann", outcome, "seen")
        done(decide(db, [ruling], at=at, acts=BY_OUTCOME)[0])

    book.write(work)


def confirm_fraud(book: Book, line: LineKey) -> None:
    """Let a person confirm a fraud of somebody."""
    at = book.at
    new = NewCase(*line[:1], Kind.FRAUD, SubjectType.CUSTOMER, line.customer_id, {}, "staff")
    opened = book.write(lambda db: open_cases(db, [new], at=at))[0]
    rule(book, Kind.FRAUD, opened[:2], "confirm")


def test_people_in_step_over_one_device_lie_before_a_person(book: Book) -> None:
    lines = group(book, 5, device=DEVICE)
    book.close_day()
    report = woven(book)

    assert report is not None
    assert (report.gathered, report.accounts, report.communities, report.rings) == (5, 5, 1, 1)
    first = lines[0].customer_id
    ((customer_id, _case_id, state, pieces),) = cases(book)
    assert (customer_id, state, pieces) == (first, "open", 1)
    ((evidence,),) = rows(book, "SELECT evidence FROM risk.review_evidence")
    assert [one["customer_id"] for one in evidence["members"]] == [one[0] for one in lines]
    assert evidence["finding"]["signs"] == ["synchrony"]
    assert str(DEVICE) not in str(evidence["shared"])
    assert rows(book, "SELECT * FROM risk.restriction") == []
    assert rows(book, "SELECT * FROM care.notice") == []


def test_a_day_is_woven_once(book: Book) -> None:
    group(book, 5, device=DEVICE)
    book.close_day()

    assert woven(book) is not None
    assert woven(book) is None
    assert rows(book, "SELECT DISTINCT times FROM risk.network_link") == [(1,)]


def test_two_at_once_weave_once(book: Book) -> None:
    group(book, 5, device=DEVICE)
    book.close_day()
    with ThreadPoolExecutor(2) as both:
        reports = list(both.map(woven, [book, book]))

    assert sorted(report is None for report in reports) == [False, True]
    assert len(cases(book)) == 1
    assert rows(book, "SELECT DISTINCT times FROM risk.network_link") == [(1,)]


def test_the_day_that_still_runs_is_not_gathered_and_later_days_add_up(book: Book) -> None:
    group(book, 5, device=DEVICE)
    report = woven(book)
    assert report is not None
    assert report.gathered == 0

    book.close_day()
    assert woven(book) is not None
    (line, *_) = group(book, 1, device=OTHER)
    buy(book, line, book.shop(), device=OTHER)
    book.close_day()
    report = woven(book)

    assert report is not None
    assert (report.gathered, report.links, report.rings) == (1, 6, 0)
    found = rows(book, f"SELECT times FROM risk.network_link WHERE entity = {OTHER}")
    assert found == [(2,)]


def test_a_dormitory_and_a_family_are_nobodys_business(book: Book) -> None:
    group(book, 24, address=DORMITORY)
    group(book, 3, device=DEVICE, address=77)
    book.close_day()
    report = woven(book)

    assert report is not None
    assert (report.accounts, report.rings) == (3, 0)
    assert cases(book) == []


def test_a_ring_is_shown_again_only_with_more_against_it(book: Book) -> None:
    lines = group(book, 5, device=DEVICE)
    book.close_day()
    woven(book)
    ((customer_id, case_id, _, _),) = cases(book)

    def again() -> int:
        book.close_day()
        report = woven(book)
        assert report is not None
        return report.rings

    # While the case is open, and once it is dismissed, the same ring is not raised.
    assert again() == 0
    rule(book, Kind.RING, (customer_id, case_id), "dismiss")
    assert again() == 0
    found = rows(book, "SELECT label FROM risk.review_case WHERE kind = 'ring'")
    assert found == [("false_positive",)]

    # Frauds of two members are confirmed: that is news.
    for line in lines[1:3]:
        confirm_fraud(book, line)
    assert again() == 1
    assert [row[2] for row in cases(book)] == ["decided", "open"]
    assert again() == 0


def apply_all(book: Book, count: int) -> list[int]:
    """So many people without a line who applied by one phone, in vain."""
    people, on = [book.customer() for _ in range(count)], book.today
    book.write(
        lambda db: db.cursor().executemany(
            "INSERT INTO credit.application (customer_id, application_id, requested_minor, income_minor,"
            " obligations_minor, rent_minor, received_at, finished_at, received_on, expires_on, birth_on,"
            " statement_day, may_inquire, may_automate, status, product, name, id_hash, id_last4, received_from,"
            " phone_hash) VALUES (%s, 1, 1, 0, 0, 0, %s, %s, %s, %s, '1990-01-01', 5, false, true, 'withdrawn',"
            " 'pay-later', 'x', sha256('x'), '1234', 'app', 'one number')",
            [(one, book.at, book.at, on, on.replace(day=28)) for one in people],
        )
    )
    return people


def test_phones_of_applications_link_as_well(book: Book) -> None:
    apply_all(book, 5)
    book.close_day()
    report = woven(book)

    assert report is not None
    assert (report.gathered, report.accounts, report.rings) == (5, 5, 1)


def test_who_is_erased_leaves_the_network_and_does_not_come_back(book: Book) -> None:
    gone, *others = apply_all(book, 5)
    book.close_day()
    woven(book)
    at = book.at
    erased = done(book.write(lambda db: erase(db, [gone], actor="staff", at=at))[0])
    query = "SELECT customer_id FROM risk.network_link ORDER BY 1"

    assert erased.done, erased
    assert rows(book, query) == [(one,) for one in others]

    # Even a network woven from the beginning finds nothing of them, not even in what was bought before.
    book.write(lambda db: db.execute("TRUNCATE risk.weave, risk.network_link"))
    book.write(
        lambda db: db.execute(
            "UPDATE credit.application SET phone_hash = 'one number' WHERE customer_id = %s", [gone]
        )
    )
    woven(book)
    assert rows(book, query) == [(one,) for one in others]
