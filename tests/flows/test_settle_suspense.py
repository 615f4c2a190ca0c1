"""Money that nobody understands is all there, and leaves suspense once, by people who say so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.builders import done, only
from tests.flows.banked_worlds import TRIED_ON, Banked

from whiteslip.flows.settle_suspense import (
    Closing,
    Item,
    Owning,
    Ruling,
    Way,
    close_items,
    own_items,
    rule_on_items,
)
from whiteslip.gateways.bank.model import Outcome
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound, WhiteslipError
from whiteslip.money.funding.store import sum_cash_days
from whiteslip.money.lines.model import LineKey
from whiteslip.money.suspense.model import RepaymentKey
from whiteslip.money.suspense.store import note_reversed
from whiteslip.worker.bank import ACTS

SMALL, LARGE = 70_000, 100_001


@pytest.fixture
def book(database: Database) -> Banked:
    return Banked.founded(database)


def arrived(book: Banked, amount_minor: int = SMALL) -> tuple[LineKey, int]:
    """A line that owes, and an item that holds money of nobody."""
    line = book.owing(500_000)
    book.close_until(TRIED_ON)
    debit = book.collect_one()._replace(reference="invoice 7", amount_minor=amount_minor)
    book.tell(book.result(debit))
    return line, int(book.value("SELECT item_id FROM money.suspense_item"))


def close(
    book: Banked, number: int, way: Way, line: LineKey | None = None, by: str = "Anna"
) -> Item | WhiteslipError:
    asked = Closing(number, way, line, by, "as the bank said")
    return only(book.write(lambda db: close_items(db, [asked], ACTS.repay, at=book.at)))


def rule(book: Banked, number: int, *, approved: bool, by: str) -> Item | WhiteslipError:
    ruling = Ruling(number, approved, by, "seen")
    return only(book.write(lambda db: rule_on_items(db, [ruling], ACTS.repay, at=book.at)))


def balance(book: Banked, account: str = "suspense") -> int:
    return int(
        book.value(
            f"SELECT coalesce(sum(CASE WHEN debit = '{account}' THEN amount_minor ELSE -amount_minor END), 0)"
            " FROM (SELECT debit, credit, amount_minor FROM money.movement UNION ALL"
            " SELECT debit, credit, amount_minor FROM money.suspense_entry) AS leg"
            f" WHERE debit = '{account}' OR credit = '{account}'"
        )
    )


def cash(book: Banked) -> list[int]:
    """What went through the bank account on the day."""
    days = book.database.read(
        lambda db: sum_cash_days(db, after=TRIED_ON - timedelta(days=1), until=TRIED_ON)
    )
    return [one.bank_minor for one in days]


def test_what_open_items_hold_is_the_balance_of_the_account(book: Banked) -> None:
    _, number = arrived(book)
    assert (balance(book), balance(book, "bank")) == (-SMALL, SMALL)
    assert cash(book) == [SMALL]
    book.check()

    done(close(book, number, Way.SENT_BACK))
    assert (balance(book), balance(book, "bank")) == (0, 0)
    assert cash(book) == [0]
    assert book.rows("SELECT 1 FROM money.repayment") == []
    book.check()


def test_assigned_it_is_a_repayment_of_the_line(book: Banked) -> None:
    line, number = arrived(book)
    item = done(close(book, number, Way.ASSIGNED, line))

    assert item.line == line
    found = book.rows("SELECT repayment_id, amount_minor, method FROM money.repayment")
    assert found == [(item.repayment_id, SMALL, "bank")]
    assert (balance(book), balance(book, "bank")) == (0, SMALL)
    assert cash(book) == [SMALL], "it came in once"
    book.check()


def test_nobody_closes_an_item_twice_or_another_way(book: Banked) -> None:
    line, number = arrived(book)
    assert isinstance(close(book, number, Way.NOTED), InvalidInput)
    assert isinstance(close(book, number, Way.ASSIGNED), InvalidInput)
    assert isinstance(close(book, number, Way.SENT_BACK, line), InvalidInput)
    assert isinstance(close(book, number, Way.ASSIGNED, LineKey(line[0], 999)), NotFound)
    assert isinstance(close(book, 999, Way.NOTED), NotFound)
    done(close(book, number, Way.ASSIGNED, line))
    for way, where in ((Way.ASSIGNED, line), (Way.SENT_BACK, None)):
        assert isinstance(close(book, number, way, where), Conflict)

    assert book.value("SELECT count(*) FROM money.repayment") == 1
    book.check()


def test_above_the_sum_a_second_person_decides(book: Banked) -> None:
    line, number = arrived(book, LARGE)
    assert done(close(book, number, Way.ASSIGNED, line)).state == "asked"
    assert balance(book) == -LARGE
    assert isinstance(rule(book, number, approved=True, by=" ANNA "), NotAllowed)
    assert isinstance(close(book, number, Way.SENT_BACK, by="Bo"), Conflict)

    refused = done(rule(book, number, approved=False, by="Bo"))
    assert (refused.state, refused.line, balance(book)) == ("open", None, -LARGE)
    done(close(book, number, Way.ASSIGNED, line))
    assert done(rule(book, number, approved=True, by="Bo")).state == "closed"
    assert isinstance(rule(book, number, approved=True, by="Cy"), Conflict)
    deeds = book.rows("SELECT deed, way, actor FROM money.suspense_event ORDER BY step")
    assert deeds == [
        ("opened", None, "whiteslip"),
        ("asked", "assigned", "anna"),
        ("refused", "assigned", "bo"),
        ("asked", "assigned", "anna"),
        ("closed", "assigned", "bo"),
    ]
    assert (balance(book), book.value("SELECT sum(amount_minor) FROM money.repayment")) == (
        0,
        LARGE,
    )
    book.check()


def test_control_just_the_sum_is_for_one_person(book: Banked) -> None:
    _, number = arrived(book, LARGE - 1)

    assert done(close(book, number, Way.SENT_BACK)).state == "closed"


def test_an_item_without_money_is_noted(book: Banked) -> None:
    book.owing()
    book.close_until(TRIED_ON)
    debit = book.collect_one()
    book.tell(book.result(debit, Outcome.FAILED, "FF01"))
    number = int(book.value("SELECT item_id FROM money.suspense_item"))
    assert isinstance(close(book, number, Way.SENT_BACK), InvalidInput)
    owning = Owning(number, "Anna", "looking")
    assert done(book.write(lambda db: own_items(db, [owning], at=book.at))[0]).owned_by == "anna"

    assert done(close(book, number, Way.NOTED)).state == "closed"
    again = book.write(lambda db: own_items(db, [owning], at=book.at))[0]
    assert isinstance(again, Conflict)
    book.check()


@pytest.mark.parametrize(
    "wrong",
    [
        "DELETE FROM money.suspense_entry",
        "UPDATE money.suspense_entry SET amount_minor = amount_minor + 1",
        "UPDATE money.suspense_item SET held_minor = held_minor - 1",
        (
            "UPDATE money.suspense_item SET state = 'closed', way = 'sent_back',"
            " closed_on = opened_on"
        ),
        "UPDATE money.suspense_entry SET kind = 'suspense_assigned'",
        "UPDATE money.suspense_entry SET debit = 'suspense', credit = 'bank'",
    ],
)
def test_control_a_wrong_cent_in_suspense_is_found(book: Banked, wrong: str) -> None:
    arrived(book)
    book.write(lambda db: db.execute(wrong.encode()))

    with pytest.raises(AssertionError):
        book.check()


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE money.collection SET state = 'open'",
        "UPDATE money.collection SET state = 'given_up'",
        "UPDATE money.collection_try SET paid_minor = paid_minor + 1",
        "UPDATE money.collection_try SET repayment_id = repayment_id + 1",
        "UPDATE money.bank_result SET did = 'noted'",
        "UPDATE money.bank_result SET amount_minor = amount_minor - 1",
        ("UPDATE money.collection_try SET state = 'sent', paid_minor = NULL, repayment_id = NULL"),
    ],
)
def test_control_a_payment_that_does_not_agree_is_found(book: Banked, wrong: str) -> None:
    book.owing()
    book.close_until(TRIED_ON)
    book.tell(book.result(book.collect_one()))
    book.check()
    book.write(lambda db: db.execute(wrong.encode()))

    with pytest.raises(AssertionError):
        book.check()


# What was taken back, once its repayment is reversed


def returned(book: Banked) -> RepaymentKey:
    """A payment of which a bank took another amount back; its repayment stands until people reverse it."""
    book.owing()
    book.close_until(TRIED_ON)
    debit = book.collect_one()
    book.tell(book.result(debit))
    book.tell(book.result(debit, Outcome.RETURNED, "MD06", amount_minor=4_000))
    (row,) = book.rows("SELECT customer_id, repayment_id FROM money.collection_try")
    return RepaymentKey(*row)


def reversed_(book: Banked, *repayments: RepaymentKey) -> int:
    """Note that repayments were reversed."""
    on, at = book.today, book.at
    return book.write(
        lambda db: note_reversed(db, repayments, actor="whiteslip", note="MD06", on=on, at=at)
    )


def test_the_reversal_of_what_a_bank_took_back_closes_its_item_once(book: Banked) -> None:
    repayment = returned(book)
    other = repayment._replace(repayment_id=repayment.repayment_id + 1)
    stranger = repayment._replace(customer_id=repayment.customer_id + 1)
    assert reversed_(book, other, stranger) == 0
    assert book.value("SELECT state FROM money.suspense_item") == "open"

    assert [reversed_(book, repayment, other), reversed_(book, repayment)] == [1, 0]

    item = book.rows("SELECT kind, state, way, closed_on, steps FROM money.suspense_item")
    assert item == [("reversal", "closed", "reversed", TRIED_ON, 2)]
    deeds = book.rows("SELECT deed, way, actor, note FROM money.suspense_event ORDER BY step")
    assert deeds == [("opened", None, "whiteslip", ""), ("closed", "reversed", "whiteslip", "MD06")]
    (kept,) = book.rows("SELECT state, repayment_id FROM money.collection_try")
    assert kept == ("returned", repayment.repayment_id), "the try says what was reversed"
    book.check()


def test_a_reversal_leaves_what_a_person_noted_and_other_kinds(book: Banked) -> None:
    repayment = returned(book)
    done(close(book, int(book.value("SELECT item_id FROM money.suspense_item")), Way.NOTED))
    assert reversed_(book, repayment) == 0
    assert book.value("SELECT way FROM money.suspense_item") == "noted"

    book.write(
        lambda db: db.execute(
            b"UPDATE money.suspense_item SET kind = 'contradiction', state = 'open', way = NULL,"
            b" closed_on = NULL"
        )
    )
    assert reversed_(book, repayment) == 0


def test_nobody_closes_an_item_as_reversed_by_hand(book: Banked) -> None:
    returned(book)
    number = int(book.value("SELECT item_id FROM money.suspense_item"))

    assert isinstance(close(book, number, Way.REVERSED), InvalidInput)
