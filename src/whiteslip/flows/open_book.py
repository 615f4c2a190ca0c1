"""Open book: an existing book moves in, each line with its limit and its balance as of today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.credit.agreements import store as agreements
from whiteslip.credit.agreements.model import BOOK_OWNER, Acceptance, How, Name, Subject
from whiteslip.credit.customers.model import NewCustomer
from whiteslip.credit.customers.store import insert_customers
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import InvalidInput
from whiteslip.money.ledger.model import Journal, MovementKind
from whiteslip.money.ledger.store import post, take_numbers
from whiteslip.money.lines import rules as line_rules
from whiteslip.money.lines.model import Change, Line, NewLine
from whiteslip.money.lines.store import change_balances, use
from whiteslip.money.merchants.model import OTHER
from whiteslip.money.merchants.store import open_merchants
from whiteslip.money.products import store as products
from whiteslip.money.products.model import Product
from whiteslip.money.purchases.model import Imported
from whiteslip.money.purchases.store import import_purchases
from whiteslip.money.schedules.rules import pay_later
from whiteslip.money.schedules.store import NewInstallments, insert_installments

ORDER_REF = "opening balance"


class BookedLine(NamedTuple):
    """A line of another book; a positive balance is owed, a negative one the customer's own money."""

    reference: str
    display_name: str
    language: str
    fixed_limit_minor: int
    statement_day: int
    balance_minor: int
    product: str


class MovedIn(NamedTuple):
    """A line that moved in; `over_limit` tells that it came with more owed than its limit."""

    customer_id: int
    line_id: int
    over_limit: bool


def open_book(db: Connection, lines: Sequence[BookedLine], *, at: datetime) -> list[MovedIn]:
    """Move lines in, all or none: a line that cannot be right is an error that names it.

    What is owed becomes due on the next statement. A line may start above its limit; from there it can only fall.
    """
    on = business_day.today(db).current_on
    terms = {name: products.live(db, name) for name in {line.product for line in lines}}
    people = [NewCustomer(line.reference, line.display_name, line.language) for line in lines]
    customer_ids = insert_customers(db, people, on=on)
    numbers = take_numbers(db, 2 * len(lines))
    book = _Book(on, open_merchants(db, ["Imported book"], [0], [OTHER], at=at)[0])
    for index, booked in enumerate(lines):
        line_id, purchase_id = numbers[2 * index : 2 * index + 2]
        product = terms[booked.product]
        request = NewLine(
            customer_ids[index], booked.fixed_limit_minor, booked.statement_day, booked.product
        )
        if error := line_rules.check_new(request, product):
            raise InvalidInput(f"{booked.reference}: {error}", where=booked.reference)
        line = line_rules.opened(request, product, use(), line_id=line_id, on=on)
        book.lines.append(line)
        if booked.balance_minor > 0:
            book.owe(line, product, booked.balance_minor, purchase_id)
        elif booked.balance_minor < 0:
            book.credit(line, -booked.balance_minor)
    book.write(db, at=at)
    return [
        MovedIn(line.customer_id, line.line_id, booked.balance_minor > booked.fixed_limit_minor)
        for line, booked in zip(book.lines, lines, strict=True)
    ]


class _Book:
    """Everything that moving in writes, as columns."""

    def __init__(self, on: date, merchant_id: int) -> None:
        self.on = on
        self.merchant_id = merchant_id
        self.lines: list[Line] = []
        self.purchases: list[Imported] = []
        self.installments = NewInstallments()
        self.changes: list[Change] = []
        self.journal = Journal()

    def owe(self, line: Line, product: Product, amount_minor: int, purchase_id: int) -> None:
        """Let a line owe an amount on its next statement."""
        self.purchases.append(Imported(line.customer_id, purchase_id, line.line_id, amount_minor))
        rows = pay_later(amount_minor, product, statement_day=line.statement_day, on=self.on)
        self.installments.add(
            rows,
            customer_id=line.customer_id,
            line_id=line.line_id,
            purchase_id=purchase_id,
            kind="pay_later",
            captured_on=self.on,
        )
        self.changes.append(Change(*line.key, principal_minor=amount_minor))
        self._post(MovementKind.OPENING_PRINCIPAL, line, purchase_id, amount_minor)

    def credit(self, line: Line, amount_minor: int) -> None:
        """Let a line start with money of its owner."""
        self.changes.append(
            Change(*line.key, credit_minor=amount_minor, credited_minor=amount_minor)
        )
        self._post(MovementKind.OPENING_CREDIT, line, line.line_id, amount_minor)

    def _post(self, kind: MovementKind, line: Line, source_id: int, amount_minor: int) -> None:
        self.journal.add(
            kind,
            customer_id=line.customer_id,
            line_id=line.line_id,
            source_id=source_id,
            amount_minor=amount_minor,
            on=self.on,
        )

    def write(self, db: Connection, *, at: datetime) -> None:
        """Write everything at once; the owner of the book answers for the agreement of its lines."""
        agreement_id = agreements.live(db, Name.CREDIT).agreement_id
        accepted = [
            Acceptance(*line.key, Subject.LINE, agreement_id, self.on, at, How.BOOK, BOOK_OWNER)
            for line in self.lines
        ]
        agreements.open_lines(db, self.lines, accepted)
        import_purchases(
            db,
            self.purchases,
            merchant_id=self.merchant_id,
            order_ref=ORDER_REF,
            on=self.on,
            at=at,
        )
        insert_installments(db, self.installments)
        change_balances(db, self.changes)
        post(db, self.journal, at=at)
