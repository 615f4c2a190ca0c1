"""The collector collects each due once, whatever the bank and whoever kills it does."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from time import sleep

import pytest
from tests.flows.banked_worlds import TRIED_ON, Banked
from tests.gateways.bank.processes import BankProcess, bank_process

from whiteslip.flows.collect_dues import take_due_tries
from whiteslip.gateways.bank.client import HttpRail
from whiteslip.gateways.bank.model import Answer, Debit, Failed, Outcome, Page, Result, Taken
from whiteslip.infra import metrics
from whiteslip.infra.clock import FixedClock
from whiteslip.infra.database import Database
from whiteslip.money.collections.store import terms
from whiteslip.worker.book_clock import BookClock
from whiteslip.worker.collector import Collector, Turn

AT = datetime(2026, 2, 2, 2, tzinfo=UTC)
LATER = datetime(2026, 2, 2, 3, tzinfo=UTC)
LINES = 5


class FakeRail:
    """A bank in memory: it takes each reference once, and pays it."""

    address = "memory"

    def __init__(self) -> None:
        self.taken: dict[str, Debit] = {}
        self.handings: list[str] = []
        self.says: Answer = Taken()
        self.keeps = True

    def collect(self, debits: Sequence[Debit]) -> Answer:
        """Take what is new."""
        self.handings += [one.reference for one in debits]
        if self.keeps:
            for one in debits:
                assert self.taken.setdefault(one.reference, one) == one, "it came again otherwise"
        return self.says

    def results(self, after: str) -> Page:
        """Say that everything was paid, two at a time."""
        begin = int(after or 0)
        told = [
            Result(
                f"r-{one.reference}",
                one.reference,
                Outcome.PAID,
                one.amount_minor,
                "CNY",
                None,
                one.due_on,
            )
            for one in list(self.taken.values())[begin : begin + 2]
        ]
        return Page(tuple(told), str(begin + len(told)) if told else after)

    def knock(self) -> None:
        """Somebody listens."""


@pytest.fixture
def book(database: Database) -> Banked:
    book = Banked.founded(database)
    for _ in range(LINES):
        book.owing()
    book.close_until(TRIED_ON)
    return book


@pytest.fixture
def bank() -> Iterator[BankProcess]:
    with bank_process() as running:
        yield running


def run(collector: Collector) -> None:
    for _ in range(50):
        if not any(collector.turn()):
            return
    raise AssertionError("it never comes to rest")


def repaid(book: Banked) -> list[int]:
    return [row[0] for row in book.rows("SELECT amount_minor FROM money.repayment")]


def test_all_is_collected_page_by_page(book: Banked) -> None:
    rail = FakeRail()
    collector = Collector(book.database, FixedClock(AT), rail)

    assert collector.turn() == Turn(LINES, 2)
    run(collector)
    assert repaid(book) == [5_000] * LINES
    assert len(rail.handings) == LINES
    again = Collector(book.database, FixedClock(LATER), rail)
    assert again.turn() == Turn(0, 0), "a restarted one reads on where the last one was"
    book.check()


def test_without_a_bank_nothing_is_asked(book: Banked) -> None:
    assert Collector(book.database, FixedClock(AT), None).turn() == Turn(0, 0)
    assert book.rows("SELECT 1 FROM money.collection_try WHERE state <> 'planned'") == []


def test_killed_after_the_bank_had_it_it_is_handed_in_again_and_repaid_once(book: Banked) -> None:
    rail = FakeRail()
    at = book.moment()
    handing = book.write(lambda db: take_due_tries(db, at=at))
    rail.collect(handing.debits)  # and here the process dies

    run(Collector(book.database, FixedClock(LATER), rail))
    assert sorted(rail.handings) == sorted([one.reference for one in handing.debits] * 2)
    assert repaid(book) == [5_000] * LINES
    book.check()


def test_what_the_bank_may_have_is_handed_in_again(book: Banked) -> None:
    rail = FakeRail()
    rail.says = Failed(may_have=True, detail="no answer")
    run(Collector(book.database, FixedClock(AT), rail))
    assert repaid(book) == [5_000] * LINES, "it had it"

    rail.says = Taken()
    run(Collector(book.database, FixedClock(LATER), rail))
    assert len(rail.handings) == LINES, "what was answered is not asked again"
    book.check()


def test_what_the_bank_does_not_have_is_planned_anew(book: Banked) -> None:
    rail = FakeRail()
    rail.says, rail.keeps = Failed(may_have=False, detail="refused"), False
    Collector(book.database, FixedClock(AT), rail).turn()
    assert repaid(book) == []

    rail.says, rail.keeps = Taken(), True
    run(Collector(book.database, FixedClock(AT), rail))
    assert repaid(book) == [5_000] * LINES
    book.check()


def test_two_collectors_at_once_collect_once(book: Banked) -> None:
    rail = FakeRail()
    workers = [
        threading.Thread(target=run, args=(Collector(book.database, FixedClock(AT), rail),))
        for _ in range(3)
    ]
    for one in workers:
        one.start()
    for one in workers:
        one.join(30)

    run(Collector(book.database, FixedClock(AT), rail))
    assert len(rail.handings) == LINES
    assert repaid(book) == [5_000] * LINES
    book.check()


def test_a_real_bank_that_dies_in_between_is_asked_again(book: Banked, bank: BankProcess) -> None:
    bank.stop()
    collector = Collector(book.database, FixedClock(AT), HttpRail(bank.url))
    assert collector.turn() == Turn(LINES, 0)
    assert repaid(book) == []

    bank.start()
    run(collector)
    assert repaid(book) == [5_000] * LINES
    book.check()


@pytest.mark.parametrize("code", range(800, 818))
def test_whatever_an_account_does_the_books_agree(
    database: Database, bank: BankProcess, code: int
) -> None:
    book = Banked.founded(database)
    book.owing(sources=2)
    book.write(
        lambda db: db.execute(
            f"UPDATE money.payment_source SET account = 'acct-{code}' WHERE place = 1".encode()
        )
    )
    book.close_until(TRIED_ON)
    rail = HttpRail(bank.url)
    for days in range(6):
        for hour in (2, 11):
            clock = FixedClock(datetime(2026, 2, 2 + days, hour, tzinfo=UTC))
            run(Collector(book.database, clock, rail))
        bank.control(on=f"2026-02-{3 + days:02}")
        book.check()
        book.close_day()
    run(Collector(book.database, FixedClock(datetime(2026, 2, 9, 2, tzinfo=UTC)), rail))

    assert len(repaid(book)) <= 1
    book.check()


def test_while_a_sandboxs_clock_is_moved_dues_are_collected_before_they_are_due(
    book: Banked, bank: BankProcess
) -> None:
    collector = Collector(book.database, FixedClock(AT), HttpRail(bank.url))
    moved = BookClock(book.database, FixedClock(AT))
    moved.before_end(collector.finish_day)

    moved.move(40)
    while moved.moving.to is not None:
        sleep(0.02)

    assert not moved.moving.failed
    first, second = repaid(book)[:LINES], repaid(book)[LINES:]
    assert first == [5_000] * LINES, "the minimum of the one statement, and then of the next"
    assert len(second) == LINES
    paid = "SELECT due_on, repaid_on FROM money.collection_try JOIN money.repayment USING (customer_id, repayment_id)"
    assert all(day < due for due, day in book.rows(paid))
    assert book.value("SELECT count(*) FROM money.arrears") == 0


def test_now_and_then_people_are_asked_about_what_the_bank_never_answers_for(book: Banked) -> None:
    rail = FakeRail()
    rail.says, rail.keeps = Failed(may_have=True, detail="no answer"), False
    Collector(book.database, FixedClock(AT), rail).hand_in()
    book.close_until(TRIED_ON + timedelta(days=terms().answer_days))
    clock = FixedClock(AT)
    collector = Collector(book.database, clock, rail)
    collector.work()

    asked = "SELECT count(*) FROM money.suspense_item WHERE kind = 'unanswered'"
    assert book.value(asked) == LINES
    assert b"whiteslip_debits_unanswered 5.0" in metrics.page()

    rail.says, rail.keeps = Taken(), True
    clock.move_to(LATER)
    run(collector)
    clock.move_to(LATER + timedelta(minutes=2))
    collector.work()
    assert b"whiteslip_debits_unanswered 0.0" in metrics.page()
    assert book.value(asked) == LINES
    book.check()
