"""Builders with defaults: a founded book, people with lines, a shop, and what they do with each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import TypeVar

from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.rulebooks.reading import read
from whiteslip.flows import capture as capturing
from whiteslip.flows import checkout as checking_out
from whiteslip.flows import refund as refunding
from whiteslip.flows import repay as repaying
from whiteslip.flows.end_of_day import DayReport, end_of_day
from whiteslip.flows.found_book import found_book
from whiteslip.flows.open_lines import NewCustomer, NewLine, join, open_lines
from whiteslip.flows.open_merchants import NewMerchant, open_merchants
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.money.lines.model import LineKey
from whiteslip.money.purchases.model import Authorized, Declined, Referred
from whiteslip.world.staff import release_runs

T = TypeVar("T")
FOUNDED_ON = date(2026, 1, 1)


def noon(day: date) -> datetime:
    """The middle of a day."""
    return datetime.combine(day, time(12), UTC)


def done(answer: T | WhiteslipError) -> T:
    """Return an answer, or raise the mistake it is."""
    if isinstance(answer, WhiteslipError):
        raise answer
    return answer


class Book:
    """A founded book in a database, with short words for what people do; amounts in minor units."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._references = count(1)

    @property
    def today(self) -> date:
        """The business date."""
        return self.database.read(business_day.read).current_on

    @property
    def at(self) -> datetime:
        """A moment of the business date."""
        return noon(self.today)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run work in one transaction."""
        return self.database.write(work)

    def grant_all(self) -> None:
        """Make a checkout book live that has nothing against anybody, where lines alone are to decide."""
        at = self.at
        self.write(lambda db: grant_all(db, at=at))

    def shop(self, name: str = "Corner shop", *, fee_ppm: int = 10_000) -> int:
        """Open a shop."""
        at = self.at
        return self.write(lambda db: open_merchants(db, [NewMerchant(name, fee_ppm)], at=at))[0]

    def customer(self, name: str = "李雷", *, language: str = "zh") -> int:
        """Let somebody join."""
        at = self.at
        person = NewCustomer(f"r{next(self._references)}", name, language)
        return self.write(lambda db: join(db, [person], at=at))[0]

    def line(
        self,
        limit_minor: int = 500_000,
        *,
        statement_day: int = 5,
        customer_id: int | None = None,
        product: str = "pay-later",
    ) -> LineKey:
        """Open a line, for somebody new unless told for whom."""
        at = self.at
        owner = self.customer() if customer_id is None else customer_id
        asked = NewLine(owner, limit_minor, statement_day, product)
        opened = done(self.write(lambda db: open_lines(db, [asked], at=at))[0])
        return LineKey(opened.customer_id, opened.line_id)

    def ask(
        self, line: LineKey, amount_minor: int, *, at_shop: int, plan_months: int = 0
    ) -> Authorized | Declined | Referred:
        """Ask to buy on credit, with a second factor checked."""
        at = self.at
        asked = checking_out.PurchaseRequest(
            *line, at_shop, amount_minor, plan_months, "order", is_verified=True
        )
        return done(self.write(lambda db: checking_out.checkout(db, [asked], at=at))[0])

    def hold(
        self, line: LineKey, amount_minor: int, *, at_shop: int, plan_months: int = 0
    ) -> Authorized:
        """Buy on credit; it must be approved."""
        answer = self.ask(line, amount_minor, at_shop=at_shop, plan_months=plan_months)
        assert isinstance(answer, Authorized), answer
        return answer

    def buy(self, line: LineKey, amount_minor: int, *, at_shop: int, plan_months: int = 0) -> int:
        """Buy on credit and capture at once; returns the purchase id."""
        held = self.hold(line, amount_minor, at_shop=at_shop, plan_months=plan_months)
        self.capture(line.customer_id, held.purchase_id)
        return held.purchase_id

    def capture(
        self, customer_id: int, purchase_id: int, amount_minor: int | None = None
    ) -> capturing.Captured:
        """Capture an amount, or all."""
        at = self.at
        asked = capturing.CaptureRequest(customer_id, purchase_id, None, amount_minor, final=False)
        return done(self.write(lambda db: capturing.capture(db, [asked], at=at))[0])

    def refund(self, customer_id: int, purchase_id: int, amount_minor: int) -> refunding.Refunded:
        """Give money back."""
        at = self.at
        asked = refunding.RefundRequest(customer_id, purchase_id, None, amount_minor)
        return done(self.write(lambda db: refunding.refund(db, [asked], at=at))[0])

    def pay(self, line: LineKey, amount_minor: int) -> repaying.Repaid:
        """Pay on a line."""
        at = self.at
        asked = repaying.RepaymentRequest(*line, amount_minor, "wallet")
        return done(self.write(lambda db: repaying.repay(db, [asked], at=at))[0])

    def close_day(self, *, workers: int = 1, released: bool = True) -> DayReport:
        """Run end of day once; two people release what the blast guard stopped, unless told not to."""
        report = end_of_day(self.database, at=self.at, workers=workers)
        if released:
            self.release_runs()
        return report

    def release_runs(self) -> None:
        """Let Anna and Bo release every run that waits."""
        release_runs(self.database, at=self.at)

    def close_until(self, day: date) -> None:
        """Run end of day until it is that day."""
        while self.today < day:
            self.close_day()


GRANT_ALL = """
name = "checkout"
version = 1001
kind = "checkout"
description = "Nothing against anybody."
default = "clear"

[inputs]
amount = { type = "money" }

[[rule]]
id = "never"
when = "amount < 0"
outcome = "review"
reasons = ["SYS-02"]
why = "No request is below zero."
"""


def grant_all(db: Connection, *, at: datetime) -> None:
    """Publish a checkout book that grants whatever a line allows."""
    book, problems = read(GRANT_ALL, file="checkout.toml")
    assert book is not None, problems
    rulebooks.publish(db, book, at=at)


def founded(database: Database, *, on: date = FOUNDED_ON, range_size: int = 10_000) -> Book:
    """Found a book."""
    database.write(lambda db: found_book(db, on=on, at=noon(on), range_size=range_size))
    return Book(database)


def next_day(day: date) -> date:
    """The day after."""
    return day + timedelta(days=1)


def only(answers: Sequence[T | WhiteslipError]) -> T | WhiteslipError:
    """The answer of a batch of one."""
    (answer,) = answers
    return answer
