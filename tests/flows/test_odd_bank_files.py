"""A thousand odd files and their sequels, taken in by a real book whose dues were collected: each acts as it must."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

from tests.builders import done
from tests.flows.bank_expectations import Expectations, Item, Report
from tests.flows.banked_worlds import TRIED_ON, Banked
from tests.gateways.bank.odd_files import (
    COUNT,
    SEQUELS,
    OddFile,
    Reads,
    Refused,
    odd_files,
    of_debits,
)
from tests.simulation.invariants import fingerprint

from whiteslip.flows.capture import CaptureRequest, capture
from whiteslip.flows.change_sources import NewSource, SourceKind, add_sources
from whiteslip.flows.checkout import checkout
from whiteslip.flows.open_lines import NewCustomer, NewLine, join, open_lines
from whiteslip.flows.settle_suspense import Closing, Way, close_items
from whiteslip.flows.take_bank_results import take_bank_file
from whiteslip.gateways.bank.files import reader
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import InvalidInput
from whiteslip.money.ledger.model import Account
from whiteslip.money.ledger.store import trial_balance
from whiteslip.money.lines.model import LineKey
from whiteslip.money.purchases.model import Authorized, PurchaseRequest
from whiteslip.worker.bank import ACTS, BANK

SEED = 35
OWN = range(1, 850)
"""The numbers of debits of ours; files speak of numbers up to 899, and of the others nobody knows."""
AT_ONCE = 60
"""Files taken in a row before the books are looked at."""


def minor(number: int) -> int:
    """What the debit of a number is for, as files say it."""
    return 100 * number + number % 100


def indebted(book: Banked, numbers: Sequence[int]) -> dict[int, LineKey]:
    """Let people buy ten times what their first minimum payment is to be, with a card each to pay by."""
    at, shop = book.at, book.shop()
    people = [NewCustomer(f"n{number}", "李雷", "zh") for number in numbers]
    owners = book.write(lambda db: join(db, people, at=at))
    wanted = [NewLine(owner, 10_000_000, 5, "pay-later") for owner in owners]
    opened = book.write(lambda db: open_lines(db, wanted, at=at))
    lines = [LineKey(*done(one)) for one in opened]
    asked = [
        PurchaseRequest(*line, shop, 10 * minor(number), 0, "order", is_verified=True)
        for number, line in zip(numbers, lines, strict=True)
    ]
    held = [done(one) for one in book.write(lambda db: checkout(db, asked, at=at))]
    taking = [
        CaptureRequest(one.customer_id, one.purchase_id, None, None, final=True)
        for one in held
        if isinstance(one, Authorized)
    ]
    assert len(taking) == len(numbers)
    for one in book.write(lambda db: capture(db, taking, at=at)):
        done(one)
    cards = [
        NewSource(*line, SourceKind.CARD, "•••• 1", f"tok-{line.line_id}", "李雷", "M", at)
        for line in lines
    ]
    for one in book.write(lambda db: add_sources(db, cards, at=at)):
        done(one)
    return dict(zip(numbers, lines, strict=True))


def sent(book: Banked, lines: dict[int, LineKey]) -> dict[int, str]:
    """Hand all debits of the first day to the bank; returns their references by the numbers of files."""
    numbers = {line: number for number, line in lines.items()}
    references: dict[int, str] = {}
    while debits := book.collect():
        for debit in debits:
            owner, _ = map(int, debit.reference.split("_")[1:])
            number = next(numbers[line] for line in numbers if line.customer_id == owner)
            assert debit.amount_minor == minor(number)
            references[number] = debit.reference
    return references


class Fed(NamedTuple):
    """A file as it was taken in, what came of it, and what must have."""

    kind: str
    found: Report | Refused
    expected: Report | Reads | Refused

    @property
    def is_right(self) -> bool:
        """Whether it came out as it must; a refusal must say why."""
        if isinstance(self.expected, Refused):
            return isinstance(self.found, Refused) and self.expected.why in self.found.why
        return self.found == self.expected


def feed(book: Banked, file: OddFile, expecting: Expectations) -> Fed:
    """Take a file in as the API does: read, and then taken in one transaction."""
    try:
        read = reader.read(file.body)
    except InvalidInput as refused:
        return Fed(file.kind, Refused(str(refused)), file.expected)
    assert isinstance(file.expected, Reads), file
    at = book.moment()
    taken = book.write(lambda db: take_bank_file(db, file.body, read, bank=BANK, acts=ACTS, at=at))
    found = Report(taken.did, taken.again, taken.unread, taken.pending)
    return Fed(file.kind, found, expecting.take(file, read.message_id))


def shuffled(references: dict[int, str]) -> Iterator[tuple[list[OddFile], list[OddFile]]]:
    """All files in an order of their own, some at a time: those that can be read, and those that are refused."""
    draw = Random(SEED)
    files = [*odd_files(SEED), *odd_files(SEED, kinds=SEQUELS)]
    assert len(files) == COUNT + sum(count for _, count in SEQUELS.values())
    drawn = list(of_debits(files, references))
    draw.shuffle(drawn)
    for begin in range(0, len(drawn), AT_ONCE):
        some = drawn[begin : begin + AT_ONCE]
        refused = [one for one in some if isinstance(one.expected, Refused)]
        yield [one for one in some if one not in refused], refused


def stands(book: Banked, references: dict[int, str]) -> dict[str, str]:
    """Where the debits stand that files may speak of."""
    rows = book.rows(
        "SELECT 'col_' || customer_id || '_' || try_id, state FROM money.collection_try WHERE handings > 0"
    )
    found = dict(map(tuple, rows))
    return {one: found[one] for one in references.values()}


def repaid(book: Banked) -> dict[str, int]:
    """What was repaid, by the debit that says so; every repayment must have one."""
    rows = book.rows(
        "SELECT 'col_' || try.customer_id || '_' || try.try_id, repayment.amount_minor FROM money.repayment"
        " FULL JOIN (SELECT * FROM money.collection_try WHERE repayment_id IS NOT NULL) AS try"
        " USING (customer_id, repayment_id)"
    )
    found = dict(map(tuple, rows))
    assert len(found) == len(rows), "no debit repays twice"
    return found


def reversed_debits(book: Banked) -> set[str]:
    """The debits whose repayments were reversed."""
    rows = book.rows(
        "SELECT 'col_' || try.customer_id || '_' || try.try_id FROM money.collection_try AS try"
        " INNER JOIN money.correction USING (customer_id, repayment_id)"
    )
    return {row[0] for row in rows}


def queue(book: Banked) -> Counter[Item]:
    rows = book.rows("SELECT kind, reference, held_minor FROM money.suspense_item")
    return Counter(Item(*row) for row in rows)


def in_suspense(book: Banked) -> int:
    balance = book.database.read(trial_balance)
    return -balance.get(Account.SUSPENSE, 0)


def test_a_thousand_odd_files_and_their_sequels_act_as_they_must(database: Database) -> None:
    book = Banked.founded(database)
    lines = indebted(book, OWN)
    book.close_until(TRIED_ON)
    references = sent(book, lines)
    assert references.keys() == set(OWN)
    expecting = Expectations.of(references.values())

    wrong: list[Fed] = []
    for readable, refused in shuffled(references):
        wrong += [fed for one in readable if not (fed := feed(book, one, expecting)).is_right]
        before = database.read(fingerprint)
        wrong += [fed for one in refused if not (fed := feed(book, one, expecting)).is_right]
        assert database.read(fingerprint) == before, "a file that is refused changes nothing"
        assert in_suspense(book) == expecting.held_minor

    assert wrong == []
    assert stands(book, references) == expecting.stands
    assert repaid(book) == expecting.paid
    assert queue(book) == +expecting.queue
    announced = "SELECT count(*) FROM infra.outbox WHERE topic = 'money.collection-returned'"
    reversals = [one for one in expecting.queue.elements() if one.kind == "reversal"]
    assert len(reversals) == len({one.reference for one in reversals})
    assert book.value(announced) == len(reversals) + len(expecting.reversed)
    assert len(expecting.reversed) > 10
    assert reversed_debits(book) == expecting.reversed
    met = Counter(expecting.stands.values())
    assert min(met[name] for name in ("sent", "paid", "failed", "returned")) > 10, met
    book.check()

    # Every cent in suspense has its item: once all are sent back, nothing is left.
    held = book.rows("SELECT item_id FROM money.suspense_item WHERE held_minor > 0")
    closings = [Closing(row[0], Way.SENT_BACK, None, "anna", "nobody's") for row in held]
    at = book.at
    for one in book.write(lambda db: close_items(db, closings, ACTS.repay, at=at)):
        assert done(one).state == "closed"
    assert in_suspense(book) == 0
    book.check()
