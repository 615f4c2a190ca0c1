"""A short story in which everything a feature reads happens before a day, and again after it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
from tests.builders import Book, done, founded, noon

from whiteslip.care.hardship.model import Command, Form, Terms
from whiteslip.decisioning.decisions.model import Decision
from whiteslip.decisioning.decisions.store import record
from whiteslip.decisioning.features.model import OutsideFact
from whiteslip.decisioning.features.store import record_outside_facts
from whiteslip.decisioning.models import store as models
from whiteslip.decisioning.models.model import Scores
from whiteslip.decisioning.scorecards.model import Bin, NumberVariable, Scorecard
from whiteslip.flows import review_cases
from whiteslip.flows.change_limits import (
    LimitChange,
    TemporaryLimit,
    change_limits,
    grant_temporary_limits,
)
from whiteslip.flows.correct_repayments import Reversal, reverse
from whiteslip.flows.ease_repayment import (
    ReliefAnswer,
    ReliefRequest,
    Side,
    answer_reliefs,
    ask_relief,
)
from whiteslip.flows.import_facts import Fact, import_facts
from whiteslip.flows.open_book import BookedLine, open_book
from whiteslip.flows.record_failed_debits import DebitReport, Failure, record_failed_debits
from whiteslip.flows.restrict import LiftRequest, RestrictionRequest, lift, restrict
from whiteslip.flows.verify_identity import Verification, verify_identity
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.ids import OwnedId
from whiteslip.kernel.reason import ReasonCode
from whiteslip.kernel.verdict import Outcome
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import LineKey
from whiteslip.money.purchases.model import PurchaseRequest
from whiteslip.money.purchases.referrals import Ruled, Word
from whiteslip.money.purchases.store import read_waiting, refuse_purchases, rule_purchases
from whiteslip.risk.reviews.model import Kind, Label, NewCase, SubjectType
from whiteslip.risk.suspensions.store import reasons_json

FOUNDED_ON = date(2026, 1, 1)
THE_DAY = date(2026, 3, 3)
"""The statements of 5 January and 5 February are closed: due on 3 February, and on 6 March after the day."""


_NEUTRAL = Bin(0.0, 0.0, 1, 0)
CARD = Scorecard(
    "behavior", 1, "", 600, 20, 50, 3.0,
    (NumberVariable("utilization", (0.5,), (_NEUTRAL, _NEUTRAL), (), _NEUTRAL, 1.0),),
)  # fmt: skip
"""Stands for the live model; what it says is written by hand."""


def ends_nothing(_db: Connection, _ruled: Sequence[review_cases.Ruled], _at: datetime) -> None:
    """What a case of nothing but purchases ends."""


class Story:
    """One who pays, one who is late, one whose limits change, one late only after the day, and one who moved in."""

    def __init__(self, database: Database) -> None:
        self.book: Book = founded(database, on=FOUNDED_ON)
        self.shop = self.book.shop()
        self.payer = self.book.line()
        self.debtor = self.book.line()
        self.changer = self.book.line()
        self.forgetter = self.book.line()
        moved = BookedLine("m", "M", "zh", 900_000, 5, 300_000, "pay-later")
        opened = self.book.write(lambda db: open_book(db, [moved], at=self.book.at))[0]
        self.mover = LineKey(opened.customer_id, opened.line_id)
        self.manual = 0
        self.forgotten = 0

    def before(self) -> None:
        """Live up to, and on, the day."""
        book = self.book
        book.write(
            lambda db: models.draft(db, CARD, fitted_on=THE_DAY, figures={}, by="ann", at=book.at)
        )
        book.write(lambda db: models.approve(db, "behavior", 1, by="bob", at=book.at))
        book.write(lambda db: models.release(db, "behavior", 1, by="bob", at=book.at))
        book.close_until(date(2026, 1, 3))
        bought = book.buy(self.payer, 120_000, at_shop=self.shop)
        book.buy(self.payer, 90_000, at_shop=book.shop("Other"), plan_months=3)
        book.buy(self.debtor, 80_000, at_shop=self.shop)
        book.refund(self.payer.customer_id, bought, 20_000)
        book.hold(self.changer, 45_000, at_shop=self.shop)
        book.ask(self.changer, 900_000_000, at_shop=self.shop)
        book.close_until(date(2026, 1, 9))
        self.forgotten = book.buy(self.forgetter, 30_000, at_shop=self.shop)
        self._import("purchase", 50_000)
        book.close_until(date(2026, 2, 2))
        book.pay(self.payer, 60_000)
        self._limits(self.changer, 400_000, date(2026, 4, 1))
        book.close_until(date(2026, 2, 20))
        book.pay(self.debtor, 3_000)
        self.promise(self.debtor, 20_000, days=3)
        self._restrict(self.payer, ReasonCode("POL-01"))
        self.tell("income_monthly_minor", 900_000, about=date(2026, 1, 31), on=date(2026, 2, 2))
        self.tell("employment", "employed", about=date(2026, 1, 31), on=date(2026, 2, 2))
        self.tell("debts_elsewhere_minor", 70_000, about=date(2026, 1, 31), on=date(2026, 2, 2))
        self.tell("status_late_months", 0, about=date(2026, 1, 31), on=date(2026, 2, 2))
        book.close_until(THE_DAY)
        book.buy(self.payer, 11_000, at_shop=self.shop)
        book.hold(self.payer, 5_000, at_shop=self.shop)
        book.pay(self.payer, 2_000)
        self.tell("income_monthly_minor", 880_000, about=date(2026, 2, 28), on=THE_DAY)
        for line, probability in ((self.payer, 0.2), (self.debtor, 0.9), (self.changer, 0.4)):
            self.score(line, probability, on=THE_DAY - timedelta(days=1))
        self.fail(self.payer, 5_000)
        self.bounced = book.pay(self.payer, 1_000)
        self.fail(self.forgetter, 500)
        for line in (self.payer, self.changer, self.forgetter):
            self.refer(line, 20_000, "BEH-01")
            self.refer(line, 21_000, "FRD-03")
        self.to_decline = self.refer(self.debtor, 22_000, "FRD-03")
        self.refer(self.debtor, 23_000, "BEH-01")
        self.to_grant = self.refer(self.debtor, 23_000, "BEH-01")

    def after(self) -> None:
        """Live on for a few days: everything again, and an end of what was under way."""
        book, late = self.book, THE_DAY + timedelta(days=1)
        book.close_day()
        shop = book.shop("New shop")
        self.tell("income_monthly_minor", 100, about=date(2026, 1, 31), on=late)
        self.tell("employment", "unemployed", about=date(2026, 1, 31), on=late)
        self.tell("debts_elsewhere_minor", 9_000_000, about=date(2025, 12, 31), on=late)
        self.tell("debts_elsewhere_minor", 8_000_000, about=date(2026, 2, 28), on=late)
        self.tell("status_late_months", 7, about=date(2026, 1, 31), on=late)
        self.tell("status_late_months", 8, about=date(2026, 2, 28), on=late)
        for line, probability in ((self.payer, 0.1), (self.debtor, 0.6), (self.mover, 0.5)):
            self.score(line, probability, on=late)
        self.fail(self.debtor, 9_000)
        self.take_back()
        self.promise(self.debtor, 200, days=3)
        self.refer(self.debtor, 30_000, "BEH-02")
        self.rule(self.debtor, self.to_decline, Word.DECLINED)
        self.rule(self.debtor, self.to_grant, Word.GRANTED)
        self.rule(self.debtor, self.refer(self.debtor, 31_000, "BEH-02"), Word.LAPSED)
        self.verify(self.payer)
        self.clear(self.changer)
        book.buy(self.forgetter, 20_000, at_shop=self.shop)
        book.buy(self.forgetter, 21_000, at_shop=self.shop)
        book.write(lambda db: lift(db, [self._lifting()], at=book.at))
        self._restrict(self.changer, ReasonCode("POL-01"))
        book.pay(self.debtor, 2_000)
        bought = book.buy(self.payer, 70_000, at_shop=shop, plan_months=3)
        book.refund(self.payer.customer_id, bought, 10_000)
        book.refund(self.forgetter.customer_id, self.forgotten, 500)
        book.hold(self.payer, 9_000, at_shop=shop)
        book.ask(self.payer, 900_000_000, at_shop=shop)
        book.pay(self.payer, 400_000)
        self._limits(self.changer, 100_000, date(2026, 5, 1))
        self._import("purchase", 60_000)
        self._import("repayment", 900_000)
        book.line()
        book.close_until(date(2026, 3, 7))
        book.pay(self.debtor, 300_000)
        book.close_day()

    def take_back(self) -> None:
        """Let the bank take a payment back."""
        asked = Reversal(self.bounced.customer_id, self.bounced.repayment_id, "MD06", "", "Ann")
        done(self.book.write(lambda db: reverse(db, [asked], at=self.book.at))[0])

    def tell(self, name: str, value: float | str, *, about: date, on: date) -> None:
        """Record a fact of the payer's."""
        fact = OutsideFact(self.payer.customer_id, name, value, about, on, "bureau")
        self.book.write(lambda db: record_outside_facts(db, [fact]))

    def score(self, line: LineKey, probability: float, *, on: date) -> None:
        """Record what the model said of a line as of a day."""
        said = Scores(None, np.array([probability]))
        customers, lines = np.array([line[0]]), np.array([line[1]])
        self.book.write(
            lambda db: models.record_scores(
                db, said, model="behavior", version=1, on=on, customer_ids=customers, line_ids=lines
            )
        )

    def fail(self, line: LineKey, amount_minor: int) -> None:
        """Let the bank refuse a debit of today."""
        book = self.book
        told = DebitReport(
            *line, amount_minor, book.today, Failure.INSUFFICIENT_FUNDS, f"f{line}{book.today}"
        )
        book.write(lambda db: done(record_failed_debits(db, [told], at=book.at)[0]))

    def promise(self, line: LineKey, amount_minor: int, *, days: int) -> None:
        """Agree on a payment within days."""
        book = self.book
        terms = Terms(
            Form.PROMISE, amount_minor=amount_minor, until_on=book.today + timedelta(days)
        )
        asked = ReliefRequest(*line, terms, Side.STAFF, "desk")
        made = book.write(lambda db: done(ask_relief(db, [asked], at=book.at)[0]))
        agreed = ReliefAnswer(*made[:2], Command.ACCEPT, Side.CUSTOMER, "app")
        book.write(lambda db: done(answer_reliefs(db, [agreed], at=book.at)[0]))

    def refer(self, line: LineKey, amount_minor: int, code: str) -> int:
        """Let the checkout refer a purchase of today, by a decision of a book that is not in force here."""
        book = self.book
        (number,) = book.write(lambda db: take_numbers(db, 1))
        asked = PurchaseRequest(*line, self.shop, amount_minor, 0, "o")
        reasons = f'[{{"code":"{code}","facts":{{}}}}]'
        book.write(
            lambda db: refuse_purchases(
                db, [asked], [number], ["referred"], [reasons], on=book.today, at=book.at
            )
        )
        found, on, at = (ReasonCode(code),), book.today, book.at
        said = Decision(
            line.customer_id, number, "checkout", 1, Outcome.REVIEW, 0, 0, (), found, (), on, at
        )
        book.write(lambda db: record(db, [said]))
        return number

    def rule(self, line: LineKey, number: int, word: Word) -> None:
        """Let today become of a referred purchase what it may; a hold that is never looked at is left out."""
        book = self.book
        key = OwnedId(line.customer_id, number)
        waiting = book.database.read(lambda db: read_waiting(db, [key]))[key]
        ruled = Ruled(waiting, word, "cy", "", 1, book.today + timedelta(days=99))
        reasons = [reasons_json(waiting.reasons)]
        book.write(lambda db: rule_purchases(db, [ruled], reasons, on=book.today, at=book.at))

    def verify(self, line: LineKey) -> None:
        """Let somebody show who they are."""
        shown = Verification(line.customer_id, "code", "app")
        self.book.write(lambda db: verify_identity(db, [shown], at=self.book.at))

    def clear(self, line: LineKey) -> None:
        """Let a person look whether it is fraud, and say that it is not."""
        book = self.book
        case = NewCase(line.customer_id, Kind.FRAUD, SubjectType.LINE, line.line_id, {}, "tester")
        book.write(lambda db: review_cases.open_cases(db, [case], at=book.at))
        (opened,) = book.write(
            lambda db: review_cases.take_next(
                db, [review_cases.NextRequest("cy", (Kind.FRAUD,))], at=book.at
            )
        )
        assert opened is not None
        ruling = review_cases.Ruling(*opened.key, "cy", "dismiss", "a gift", Label.FALSE_POSITIVE)
        acts: review_cases.Acts = {(Kind.FRAUD, "dismiss"): ends_nothing}
        book.write(lambda db: done(review_cases.decide(db, [ruling], at=book.at, acts=acts)[0]))

    def _limits(self, line: LineKey, fixed_minor: int, ends_on: date) -> None:
        reason = ReasonCode("LIM-01")
        cut = LimitChange(*line, fixed_minor, reason, "tester")
        granted = TemporaryLimit(*line, 50_000, ends_on)
        at = noon(self.book.today)
        self.book.write(lambda db: done(change_limits(db, [cut], at=at)[0]))
        self.book.write(lambda db: done(grant_temporary_limits(db, [granted], at=at)[0]))

    def _restrict(self, line: LineKey, reason: ReasonCode) -> None:
        asked = RestrictionRequest(*line, 2, reason, "tester")
        made = self.book.write(lambda db: done(restrict(db, [asked], at=self.book.at)[0]))
        self.manual = self.manual or made.restriction_id

    def _lifting(self) -> LiftRequest:
        return LiftRequest(self.payer.customer_id, self.manual, "tester")

    def _import(self, kind: str, amount_minor: int) -> None:
        fact = Fact(*self.mover, kind, amount_minor)  # type: ignore[arg-type]
        self.book.write(lambda db: import_facts(db, [fact], at=self.book.at))
