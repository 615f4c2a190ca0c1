"""Dues are collected from the customer's own sources, once each, and the bank is never asked twice for one thing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.builders import noon
from tests.care.messages.people import flag
from tests.flows.banked_worlds import DUE_ON, EVENING, MORNING, TRIED_ON, Banked

from whiteslip.care.contacts.model import Flag
from whiteslip.credit.customers.model import SEALED_MARK
from whiteslip.flows.change_sources import Order, SourceKey, order_sources, stop_sources
from whiteslip.flows.collect_dues import ask_for_answers
from whiteslip.gateways.bank.model import Failed, Outcome, Taken
from whiteslip.infra.database import Database
from whiteslip.money.collections.store import plan_collections, terms
from whiteslip.money.mandates.store import erase_sources
from whiteslip.views import autopay
from whiteslip.worker.bank import BANK


@pytest.fixture
def book(database: Database) -> Banked:
    return Banked.founded(database)


def test_what_is_due_tomorrow_is_collected_and_repaid_once(book: Banked) -> None:
    line = book.owing(50_000)
    book.close_until(TRIED_ON - timedelta(days=1))
    assert book.collect(EVENING) == [], "the schedule has not begun"
    book.close_day()

    debit = book.collect_one()
    assert (debit.amount_minor, debit.currency, debit.due_on) == (5_000, "CNY", TRIED_ON)
    assert (debit.mandate, debit.account) == ("M-1", "tok-1")
    assert len(debit.reference) <= 35
    assert book.collect() == [], "the bank has it"

    told = book.result(debit)
    assert [(one.did, one.again) for one in book.tell(told)] == [("paid", False)]
    assert [(one.did, one.again) for one in book.tell(told)] == [("paid", True)]

    found = book.rows("SELECT line_id, amount_minor, method FROM money.repayment")
    assert found == [(line.line_id, 5_000, "card")]
    assert book.collection() == ("paid", ["paid"])
    book.close_until(DUE_ON + timedelta(days=2))
    assert book.rows("SELECT 1 FROM money.arrears") == [], "the minimum came in time"
    assert book.value("SELECT count(*) FROM money.collection") == 1
    book.check()


def test_a_plan_is_collected_whole_and_a_credit_balance_pays_first(book: Banked) -> None:
    line = book.line()
    book.pay(line, 1_000)
    book.buy(line, 30_000, at_shop=book.shop(), plan_months=3)
    book.source(line)
    book.close_until(DUE_ON - timedelta(days=1))

    (owed,) = book.rows(
        "SELECT principal_minor + fee_minor - paid_principal_minor - paid_fee_minor"
        " FROM money.installment WHERE number = 1"
    )
    assert book.collect_one().amount_minor == owed[0]
    book.pay(line, owed[0])
    book.check()


def test_nothing_is_planned_without_a_source_or_a_due_or_against_a_flag(book: Banked) -> None:
    without = book.line()
    book.buy(without, 50_000, at_shop=book.shop())
    paid = book.owing()
    flagged = book.owing()
    stopped = book.owing()
    flag(book, flagged.customer_id, Flag.HARDSHIP)
    book.pay(paid, 50_000)
    (source_id,) = book.rows(
        f"SELECT source_id FROM money.payment_source WHERE customer_id = {stopped.customer_id}"
    )[0]
    key = SourceKey(stopped.customer_id, source_id)
    book.write(lambda db: stop_sources(db, [key], at=book.at))

    book.close_until(TRIED_ON)

    assert book.rows("SELECT 1 FROM money.collection") == []


def test_a_day_planned_twice_is_planned_once(book: Banked) -> None:
    book.owing()
    book.close_until(TRIED_ON)
    before = TRIED_ON - timedelta(days=1)

    again = book.write(
        lambda db: plan_collections(db, first=0, last=10_000, business_date=before, at=noon(before))
    )

    assert again == 0
    assert book.collection() == ("open", ["planned"])


def test_what_was_paid_by_hand_meanwhile_is_not_collected(book: Banked) -> None:
    line = book.owing(50_000, sources=1)
    part = book.owing(50_000, sources=1)
    book.close_until(TRIED_ON)
    book.pay(line, 5_000)
    book.pay(part, 2_000)

    assert [one.amount_minor for one in book.collect()] == [3_000]
    assert sorted(book.rows("SELECT state FROM money.collection")) == [("dropped",), ("open",)]
    book.check()


def test_a_flag_set_after_planning_is_heeded(book: Banked) -> None:
    line = book.owing()
    book.close_until(TRIED_ON)
    flag(book, line.customer_id, Flag.DISPUTE)

    assert book.collect() == []
    assert book.collection() == ("dropped", ["dropped"])


def test_sources_are_asked_in_the_order_of_their_owner(book: Banked) -> None:
    line = book.owing(sources=2)
    ids = [row[0] for row in book.rows("SELECT source_id FROM money.payment_source ORDER BY 1")]
    book.write(lambda db: order_sources(db, [Order(*line, (ids[1], ids[0]))]))
    book.close_until(TRIED_ON)

    assert book.collect_one().mandate == "M-2"


def test_a_source_stopped_after_planning_is_not_asked(book: Banked) -> None:
    line = book.owing(sources=2)
    book.close_until(TRIED_ON)
    (first,) = book.rows("SELECT min(source_id) FROM money.payment_source")[0]
    key = SourceKey(line.customer_id, first)
    book.write(lambda db: stop_sources(db, [key], at=book.at))

    assert book.collect_one().mandate == "M-2"


def test_killed_before_its_answer_was_kept_it_is_sent_again_as_it_was(book: Banked) -> None:
    book.owing()
    book.close_until(TRIED_ON)
    (sent,) = book.hand(MORNING)
    assert book.hand(MORNING) == [], "it is leased"

    (again,) = book.hand(EVENING)
    assert again == sent, "the same reference, and nothing else about it changed"
    book.tell(book.result(sent), book.result(again, result_id="r-1"))
    book.tell(book.result(sent, result_id="r-1"))
    assert book.value("SELECT count(*) FROM money.repayment") == 1
    book.check()


def test_what_a_bank_may_have_is_sent_again_and_what_it_has_not_is_planned_anew(
    book: Banked,
) -> None:
    line = book.owing()
    book.close_until(TRIED_ON)
    (sent,) = book.hand()
    book.answer([sent], Failed(may_have=True, detail="no answer"))
    assert book.hand() == []
    book.pay(line, 1_000)
    (again,) = book.hand(EVENING)
    assert again == sent, "the bank may have it as it was"
    book.answer([again], Failed(may_have=False, detail="refused"), EVENING)
    assert book.hand(EVENING) == [], "its first handing may have arrived all the same"

    book.answer([again], Taken(), EVENING)
    book.tell(book.result(again))
    assert book.collection() == ("paid", ["paid"])
    book.check()


def test_what_never_reached_a_bank_is_for_what_is_due_then(book: Banked) -> None:
    line = book.owing()
    book.close_until(TRIED_ON)
    (sent,) = book.hand()
    book.answer([sent], Failed(may_have=False, detail="refused"))
    book.pay(line, 1_000)

    (anew,) = book.hand()
    assert (anew.reference, anew.amount_minor) == (sent.reference, 4_000)


def test_of_a_line_one_debit_is_under_way_at_a_time(book: Banked) -> None:
    line = book.owing()
    book.close_until(TRIED_ON)
    first = book.collect_one()
    book.write(
        lambda db: db.execute(
            b"WITH planned AS (INSERT INTO money.collection (customer_id, collection_id, line_id,"
            b" planned_minor, due_on, planned_on) SELECT customer_id, 900001, line_id, 5000,"
            b" due_on + 1, planned_on FROM money.collection RETURNING *)"
            b" INSERT INTO money.collection_try (customer_id, try_id, collection_id, line_id,"
            b" source_id, amount_minor, due_on, try_on, try_from, number, slot)"
            b" SELECT customer_id, 900002, collection_id, line_id, (SELECT min(source_id)"
            b" FROM money.payment_source), 5000, due_on, planned_on, '06:00', 1, 0 FROM planned"
        )
    )
    assert book.collect() == [], "what the first brings is not known yet"

    book.tell(book.result(first, Outcome.PAID))
    assert book.collect() == [], "and now nothing is due any more"
    assert (
        book.value(
            f"SELECT state FROM money.collection WHERE customer_id = {line.customer_id}"
            " AND collection_id = 900001"
        )
        == "dropped"
    )


def test_while_a_day_is_closed_nothing_is_taken(book: Banked) -> None:
    book.owing()
    book.close_until(TRIED_ON)
    book.write(lambda db: db.execute(b"UPDATE infra.business_day SET current_on = current_on + 1"))

    assert book.hand(EVENING) == []


# What is never answered


def missed(book: Banked) -> int:
    """Look for what the bank did not answer for; returns how many."""
    at = book.moment()
    return book.write(lambda db: ask_for_answers(db, bank=BANK, at=at))


def asked(book: Banked) -> list[tuple[str, str, int, int]]:
    """What people are asked, for which debit."""
    query = "SELECT kind, reference, amount_minor, held_minor FROM money.suspense_item"
    return [tuple(row) for row in book.rows(query)]


def test_of_a_debit_never_answered_people_are_asked_once_after_some_days(book: Banked) -> None:
    line = book.owing()
    book.owing()
    book.close_until(TRIED_ON)
    silent, answered = book.collect()
    book.tell(book.result(answered))
    book.close_until(TRIED_ON + timedelta(days=terms().answer_days - 1))
    assert (missed(book), asked(book)) == (0, [])

    book.close_day()
    assert [missed(book), missed(book)] == [1, 1]
    assert asked(book) == [("unanswered", silent.reference, 5_000, 0)]
    owner = book.rows("SELECT payer_id, line_id FROM money.suspense_item")
    assert owner == [tuple(line)]
    book.tell(book.result(silent))
    assert (missed(book), len(asked(book))) == (0, 1), "whoever was asked says so"
    book.check()


def test_of_a_debit_no_bank_says_it_has_people_are_asked_too(book: Banked) -> None:
    book.owing()
    book.close_until(TRIED_ON)
    (debit,) = book.hand()
    book.answer([debit], Failed(may_have=True, detail="no answer"))
    book.close_until(TRIED_ON + timedelta(days=terms().answer_days))

    assert missed(book) == 1
    assert asked(book) == [("unanswered", debit.reference, 5_000, 0)]


def test_an_item_is_found_by_its_number_and_by_no_other(book: Banked) -> None:
    book.owing()
    book.close_until(TRIED_ON)
    strange = book.collect_one()._replace(reference="invoice 7")
    book.tell(book.result(strange))
    number = int(book.value("SELECT item_id FROM money.suspense_item"))

    found = [
        book.database.read(lambda db, one=one: autopay.item(db, one))
        for one in (0, number, number + 1)
    ]
    assert [one and one.reference for one in found] == [None, "invoice 7", None]


# Erasure


def test_who_is_erased_is_asked_nothing_more_and_their_account_is_nobodys(book: Banked) -> None:
    gone, stays = book.owing(), book.owing()
    book.close_until(TRIED_ON)
    at = book.at
    ids = [gone.customer_id]
    book.write(lambda db: erase_sources(db, ids, mark=SEALED_MARK, on=book.today, at=at))

    rows = "SELECT label, account, holder, mandate, stop_reason FROM money.payment_source ORDER BY customer_id"
    erased, kept = map(tuple, book.rows(rows))
    assert erased == (SEALED_MARK, SEALED_MARK, SEALED_MARK, "M-1", "erased"), (
        "the mandate is proof"
    )
    assert kept == ("招商 •••• 0002", "tok-2", "李雷", "M-2", None)
    debit = book.collect_one()
    assert debit.reference.startswith(f"col_{stays.customer_id}_"), "what was planned falls away"
    book.check()
