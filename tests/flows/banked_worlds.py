"""A book whose lines have payment sources, and a bank that remembers what it was asked and says what it is told to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from tests.builders import Book, done, founded

from whiteslip.flows.change_sources import NewSource, Source, SourceKind, add_sources
from whiteslip.flows.check_books import check_books
from whiteslip.flows.collect_dues import keep_answer, take_due_tries
from whiteslip.flows.take_bank_results import Taken as ResultTaken
from whiteslip.flows.take_bank_results import take_bank_results
from whiteslip.gateways.bank.model import Answer, Debit, Outcome, Result, Taken
from whiteslip.infra.database import Database
from whiteslip.money.lines.model import LineKey
from whiteslip.worker.bank import ACTS, BANK

DUE_ON = date(2026, 2, 3)
"""What is bought before the statement of January 5 is due 29 days after it."""
TRIED_ON = DUE_ON - timedelta(days=1)
ZONE = ZoneInfo("Asia/Shanghai")
MORNING, EVENING = time(9), time(19)


class Banked(Book):
    """A founded book in which lines alone decide, with short words for what the bank is asked and says."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._numbers = count(1)

    @classmethod
    def founded(cls, database: Database, *, range_size: int = 10_000) -> Banked:
        """Found it."""
        founded(database, range_size=range_size).grant_all()
        return cls(database)

    def source(
        self, line: LineKey, kind: SourceKind = SourceKind.CARD, *, code: str = ""
    ) -> Source:
        """Add a source to a line, after those it has; its account ends in `code`."""
        number = next(self._numbers)
        account = f"tok-{number}{code and '-'}{code}"
        label = f"招商 •••• {number:04}"
        new = NewSource(*line, kind, label, account, "李雷", f"M-{number}", self.at)
        return done(self.write(lambda db: add_sources(db, [new], at=self.at))[0])

    def owing(self, amount_minor: int = 50_000, *, sources: int = 1) -> LineKey:
        """Somebody who bought on the first day, and pays by autopay."""
        line = self.line()
        self.buy(line, amount_minor, at_shop=self.shop())
        for _ in range(sources):
            self.source(line)
        return line

    def moment(self, hour: time = MORNING) -> datetime:
        """An hour of the business date, where the schedule counts it."""
        return datetime.combine(self.today, hour, ZONE)

    def hand(self, hour: time = MORNING) -> list[Debit]:
        """Take what is due to the bank, and do not say yet what it answered."""
        at = self.moment(hour)
        return list(self.write(lambda db: take_due_tries(db, at=at)).debits)

    def answer(self, debits: Sequence[Debit], answer: Answer, hour: time = MORNING) -> None:
        """Keep what the bank answered."""
        at = self.moment(hour)
        self.write(lambda db: keep_answer(db, debits, answer, at=at))

    def collect(self, hour: time = MORNING) -> list[Debit]:
        """Take what is due to the bank, which takes it."""
        debits = self.hand(hour)
        self.answer(debits, Taken(), hour)
        return debits

    def collect_one(self, hour: time = MORNING) -> Debit:
        """Take the only debit that is due."""
        (debit,) = self.collect(hour)
        return debit

    def result(
        self,
        debit: Debit,
        outcome: Outcome = Outcome.PAID,
        reason: str | None = None,
        *,
        amount_minor: int | None = None,
        result_id: str | None = None,
    ) -> Result:
        """What the bank says of a debit."""
        return Result(
            result_id or f"r-{next(self._numbers)}",
            debit.reference,
            outcome,
            debit.amount_minor if amount_minor is None else amount_minor,
            debit.currency,
            reason,
            self.today,
        )

    def tell(self, *told: Result, hour: time = MORNING) -> list[ResultTaken]:
        """Let the bank tell results."""
        at = self.moment(hour)
        return self.write(
            lambda db: take_bank_results(db, told, bank=BANK, source="rail", acts=ACTS, at=at)
        )

    def fails(self, debit: Debit, reason: str = "AM04", *, hour: time = MORNING) -> None:
        """Let the bank say that a debit failed."""
        self.tell(self.result(debit, Outcome.FAILED, reason), hour=hour)

    def rows(self, query: str) -> list[Any]:
        """Look into the tables."""
        return self.database.read(lambda db: db.execute(query.encode()).fetchall())

    def value(self, query: str) -> Any:
        """Look at one value."""
        return self.rows(query)[0][0]

    def check(self) -> None:
        """Insist that the books balance and agree."""
        report = self.database.read(check_books)
        assert report.problems == []

    def notices(self, *kinds: str) -> list[str]:
        """List the notices of some kinds, the first first."""
        found = self.rows("SELECT kind FROM care.notice ORDER BY notice_id")
        return [row[0] for row in found if row[0] in kinds]

    def collection(self) -> tuple[str, list[str]]:
        """Where the only collection stands, and its tries."""
        tries = self.rows("SELECT state FROM money.collection_try ORDER BY number")
        return self.value("SELECT state FROM money.collection"), [row[0] for row in tries]
