"""What a bank says acts once; what failed is tried on, what is not understood waits for people, and the books agree."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.flows.banked_worlds import DUE_ON, EVENING, MORNING, TRIED_ON, Banked

from whiteslip.flows.correct_repayments import Reversal, reverse
from whiteslip.flows.take_bank_results import take_bank_results
from whiteslip.gateways.bank.model import Debit, Outcome, Result
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.worker.bank import ACTS, BANK

PAID, FAILED, RETURNED = Outcome.PAID, Outcome.FAILED, Outcome.RETURNED
TOLD = ("source_stopped", "collection_failed")


@pytest.fixture
def book(database: Database) -> Banked:
    return Banked.founded(database)


def collected(book: Banked, *, sources: int = 1) -> Debit:
    """A debit the bank has, on the first day of its schedule."""
    book.owing(sources=sources)
    book.close_until(TRIED_ON)
    return book.collect_one()


def queue(book: Banked) -> list[tuple[str, int]]:
    """The kinds on the manual queue with what they hold."""
    return [tuple(row) for row in book.rows("SELECT kind, held_minor FROM money.suspense_item")]


def repaid(book: Banked) -> list[int]:
    return [row[0] for row in book.rows("SELECT amount_minor FROM money.repayment ORDER BY 1")]


# Failures and the schedule


def test_insufficient_funds_ask_the_next_source_at_once(book: Banked) -> None:
    debit = collected(book, sources=2)
    book.fails(debit)

    other = book.collect_one()
    assert (other.mandate, other.amount_minor) == ("M-2", 5_000)
    assert other.reference != debit.reference
    book.tell(book.result(other))
    assert book.collection() == ("paid", ["failed", "paid"])
    assert book.value("SELECT failure FROM money.failed_debit") == "insufficient_funds"
    book.check()


def test_after_the_last_source_the_first_is_asked_by_the_schedule(book: Banked) -> None:
    book.fails(collected(book, sources=2))
    book.fails(book.collect_one())
    assert book.collect(MORNING) == []

    again = book.collect_one(EVENING)
    assert (again.mandate, again.due_on) == ("M-1", TRIED_ON)
    book.fails(again, hour=EVENING)
    book.fails(book.collect_one(EVENING), hour=EVENING)
    assert book.collect(EVENING) == []
    book.close_day()
    assert book.collect_one().due_on == DUE_ON
    book.check()


def test_when_all_tries_failed_there_is_one_reminder(book: Banked) -> None:
    book.fails(collected(book))
    book.fails(book.collect_one(EVENING), hour=EVENING)
    book.close_until(DUE_ON)
    book.fails(book.collect_one())
    book.close_until(DUE_ON + timedelta(days=2))
    last = book.collect_one()
    assert last.amount_minor > 5_000, "a late fee came on top, and what revolves did not"
    assert last.amount_minor < 5_100
    assert book.notices(*TOLD) == []
    book.fails(last)

    assert book.notices(*TOLD) == ["collection_failed"]
    assert book.collection() == ("given_up", ["failed"] * 4)
    book.tell(book.result(last, FAILED, "AM04"))
    book.close_until(DUE_ON + timedelta(days=5))
    assert book.collect() == []
    assert book.notices(*TOLD) == ["collection_failed"]
    events = book.rows("SELECT topic FROM infra.outbox WHERE topic LIKE 'money.collection%'")
    assert events == [("money.collection-given-up",)]
    book.check()


def test_a_closed_account_is_stopped_its_owner_told_and_the_next_one_asked(book: Banked) -> None:
    book.fails(collected(book, sources=2), "AC04")

    assert book.notices(*TOLD) == ["source_stopped"]
    text = book.value("SELECT text_zh FROM care.notice WHERE kind = 'source_stopped'")
    assert "招商 •••• 0001" in text
    stopped = book.rows("SELECT mandate, stop_reason FROM money.payment_source ORDER BY place")
    assert stopped == [("M-1", "account_closed"), ("M-2", None)]
    assert book.collect_one().mandate == "M-2"
    book.check()


def test_without_another_source_a_missing_mandate_ends_it(book: Banked) -> None:
    book.fails(collected(book), "MD01")

    assert book.notices(*TOLD) == ["source_stopped", "collection_failed"]
    assert book.collection() == ("given_up", ["failed"])
    assert book.value("SELECT failure FROM money.failed_debit") == "mandate_revoked"
    book.check()


def test_our_own_mistake_goes_to_people_and_costs_nobody_a_late_fee(book: Banked) -> None:
    debit = collected(book)
    book.fails(debit, "FF01")
    assert queue(book) == [("ours", 0)]
    assert book.collect(MORNING) == [], "by the schedule, not at once"
    book.fails(book.collect_one(EVENING), "RC01", hour=EVENING)

    book.close_until(DUE_ON + timedelta(days=6))
    assert book.value("SELECT count(*) FROM money.arrears") == 1, "it is overdue"
    assert book.value("SELECT coalesce(sum(late_fee_minor), 0) FROM money.installment") == 0
    assert book.value("SELECT cause FROM care.cause") == "technical_debit_failure"
    book.check()


def test_control_a_failure_for_lack_of_funds_bears_a_late_fee(book: Banked) -> None:
    book.fails(collected(book))
    book.close_until(DUE_ON + timedelta(days=6))

    assert book.value("SELECT coalesce(sum(late_fee_minor), 0) FROM money.installment") > 0


def test_an_account_we_had_wrong_is_stopped_and_costs_nobody_a_late_fee(book: Banked) -> None:
    book.fails(collected(book, sources=2), "AC01")

    assert queue(book) == [("ours", 0)]
    assert book.notices(*TOLD) == ["source_stopped"]
    assert book.value("SELECT failure FROM money.failed_debit") == "technical"
    assert book.rows("SELECT 1 FROM money.fee_pause") != []
    assert book.collect_one().mandate == "M-2"
    book.check()


def test_what_a_person_judges_stops_no_source_and_writes_to_nobody(book: Banked) -> None:
    book.fails(collected(book, sources=2), "MD07")

    assert queue(book) == [("unknown_reason", 0)]
    assert book.notices(*TOLD) == []
    assert book.rows("SELECT 1 FROM money.payment_source WHERE stopped_at IS NOT NULL") == []


def test_a_code_nobody_knows_stops_the_tries_and_is_looked_at(book: Banked) -> None:
    book.fails(collected(book, sources=2), "ZZ99")

    assert queue(book) == [("unknown_reason", 0)]
    assert book.collection() == ("waiting", ["failed"])
    assert book.collect(EVENING) == []
    assert book.rows("SELECT 1 FROM money.failed_debit") == [], "it counts against nobody"
    book.check()


# Once, in any order


def test_the_same_number_with_other_contents_is_for_people(book: Banked) -> None:
    debit = collected(book)
    told = book.result(debit)
    book.tell(told)
    again = book.tell(told._replace(amount_minor=4_999))

    assert [(one.did, one.again) for one in again] == [("paid", True)]
    book.tell(told._replace(amount_minor=4_999))
    assert queue(book) == [("changed", 0)]
    assert repaid(book) == [5_000]
    book.check()


def test_twice_in_one_batch_is_once(book: Banked) -> None:
    told = book.result(collected(book))

    assert [one.again for one in book.tell(told, told)] == [False, True]
    assert repaid(book) == [5_000]


@pytest.mark.parametrize(
    ("first", "then", "stands", "kinds"),
    [
        (PAID, FAILED, "paid", ["contradiction"]),
        (PAID, PAID, "paid", ["contradiction"]),
        (FAILED, PAID, "failed", ["contradiction"]),
        (FAILED, FAILED, "failed", []),
        (FAILED, RETURNED, "failed", ["contradiction"]),
        (PAID, RETURNED, "returned", []),
        (RETURNED, PAID, "returned", ["contradiction", "contradiction"]),
        (RETURNED, RETURNED, "returned", ["contradiction", "contradiction"]),
        (RETURNED, FAILED, "returned", ["contradiction", "contradiction"]),
    ],
)
@pytest.mark.parametrize("together", [False, True])
def test_what_contradicts_does_nothing(
    book: Banked,
    first: Outcome,
    then: Outcome,
    stands: str,
    kinds: list[str],
    *,
    together: bool,
) -> None:
    debit = collected(book)
    told = [book.result(debit, one, None if one is PAID else "AM04") for one in (first, then)]
    for batch in [told] if together else [[one] for one in told]:
        book.tell(*batch)

    tried = f"SELECT state FROM money.collection_try WHERE try_id = {debit.reference.split('_')[2]}"
    assert book.value(tried) == stands
    assert [kind for kind, _ in queue(book)] == kinds
    assert repaid(book) == [5_000] * (first is PAID)
    book.check()


def test_a_returned_payment_is_reversed(book: Banked) -> None:
    debit = collected(book)
    before = book.value("SELECT principal_minor FROM money.line")
    book.tell(book.result(debit))
    book.tell(book.result(debit, RETURNED, "MD06"))

    assert book.collection() == ("returned", ["returned"])
    assert queue(book) == []
    assert book.value("SELECT principal_minor FROM money.line") == before
    (kept,) = book.rows(
        "SELECT try.repayment_id, try.paid_minor, try.reason, correction.reason, correction.actor"
        " FROM money.collection_try AS try JOIN money.correction USING (customer_id, repayment_id)"
    )
    repayment_id = book.value("SELECT repayment_id FROM money.repayment")
    assert kept == (repayment_id, 5_000, "MD06", "MD06", "whiteslip")
    events = book.rows(
        "SELECT count(*) FROM infra.outbox"
        " WHERE topic IN ('money.collection-returned', 'money.repayment-reversed')"
    )
    assert events == [(2,)]
    assert book.notices("payment_reversed") == ["payment_reversed"]
    book.check()


def test_another_amount_returned_than_came_is_for_people(book: Banked) -> None:
    debit = collected(book)
    book.tell(book.result(debit))
    book.tell(book.result(debit, RETURNED, "MD06", amount_minor=4_000))

    assert [kind for kind, _ in queue(book)] == ["reversal"]
    assert book.value("SELECT count(*) FROM money.correction") == 0
    (repayment,) = book.rows("SELECT customer_id, repayment_id FROM money.repayment")
    asked = Reversal(repayment[0], repayment[1], "MD06", "the bank was asked", "anna")
    at = book.at
    (reversed_,) = book.write(lambda db: reverse(db, [asked], at=at))
    assert not isinstance(reversed_, WhiteslipError)
    assert book.rows("SELECT state, way FROM money.suspense_item") == [("closed", "reversed")]
    book.check()


def test_another_amount_than_asked_counts_as_it_came(book: Banked) -> None:
    debit = collected(book)
    book.tell(book.result(debit, amount_minor=6_000))

    assert repaid(book) == [6_000]
    assert book.rows("SELECT amount_minor, paid_minor FROM money.collection_try") == [
        (5_000, 6_000)
    ]
    book.check()


def test_a_reference_with_something_unseen_in_it_is_nobodys(book: Banked) -> None:
    debit = collected(book)
    book.tell(book.result(debit._replace(reference=debit.reference + "\u200b")))

    assert (queue(book), repaid(book)) == ([("unknown_reference", 5_000)], [])


# What is not understood


def test_money_under_a_reference_of_nobody_lies_in_suspense(book: Banked) -> None:
    debit = collected(book)
    strange = [
        debit._replace(reference="col_1_999999", amount_minor=100),
        debit._replace(reference="invoice 7", amount_minor=20),
        debit._replace(reference="col_01_2", amount_minor=3),
    ]
    did = book.tell(*(book.result(one) for one in strange))

    assert [one.did for one in did] == ["suspended"] * 3
    assert queue(book) == [
        ("unknown_reference", 100),
        ("unknown_reference", 20),
        ("unknown_reference", 3),
    ]
    book.tell(book.result(strange[0], FAILED, "AM04"))
    assert queue(book)[3] == ("unknown_reference", 0), "no money came with it"
    assert repaid(book) == []
    book.check()


@pytest.mark.parametrize(
    ("change", "kind", "held"),
    [
        ({"currency": "USD"}, "wrong_currency", 0),
        ({"currency": "\ud800" * 9}, "wrong_currency", 0),
        ({"amount_minor": 0}, "unreadable", 0),
        ({"amount_minor": -1}, "unreadable", 0),
        ({"amount_minor": 10**19}, "unreadable", 0),
        ({"reference": ""}, "unreadable", 5_000),
        ({"reference": "x" * 500}, "unreadable", 5_000),
        ({"reference": "a\x00b"}, "unknown_reference", 5_000),
    ],
)
def test_nonsense_is_queued_and_stops_nothing(
    book: Banked, change: dict[str, object], kind: str, held: int
) -> None:
    debit = collected(book)
    good = book.result(debit)
    bad = book.result(debit)._replace(**change)

    did = book.tell(bad, good)
    assert [one.did for one in did] == ["suspended" if held else "queued", "paid"]
    assert queue(book) == [(kind, held)]
    assert repaid(book) == [5_000]
    book.check()


def test_takers_of_the_same_results_at_once_repay_once(
    book: Banked, connections: Callable[[], Connection]
) -> None:
    for _ in range(6):
        book.owing()
    book.close_until(TRIED_ON)
    told = [book.result(one) for one in book.collect()]
    barrier = threading.Barrier(3)
    taken: list[int] = []
    at = book.moment()

    def take(batch: list[Result]) -> None:
        db = connections()
        barrier.wait()
        done = take_bank_results(db, batch, bank=BANK, source="rail", acts=ACTS, at=at)
        db.commit()
        taken.extend(not one.again for one in done)

    takers = [
        threading.Thread(target=take, args=(batch,)) for batch in (told, told[::-1], told[2:])
    ]
    for one in takers:
        one.start()
    for one in takers:
        one.join(20)

    assert (sum(taken), len(taken)) == (6, 16)
    assert repaid(book) == [5_000] * 6
    book.check()


def test_killed_before_it_committed_a_result_acts_when_told_again(
    book: Banked, connections: Callable[[], Connection]
) -> None:
    told = book.result(collected(book))
    db = connections()
    take_bank_results(db, [told], bank=BANK, source="rail", acts=ACTS, at=book.moment())
    db.close()

    assert [one.again for one in book.tell(told)] == [False]
    assert repaid(book) == [5_000]
    book.check()
