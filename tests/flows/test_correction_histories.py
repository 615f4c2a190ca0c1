"""Random lives with every kind of relief, waivers and gifts, in which payments turn up late and are taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.builders import only
from tests.flows.test_relief_histories import Lives
from tests.simulation.explained import unexplained
from tests.simulation.replayed import unlike_lines

from whiteslip.flows.correct_repayments import (
    BackDating,
    CorrectionDone,
    Reversal,
    back_date,
    reverse,
)
from whiteslip.flows.grant_goodwill import GoodwillRequest, Why, grant_goodwill
from whiteslip.flows.pay_out_credit import PayoutRequest, pay_out_credit
from whiteslip.flows.refund import RefundRequest, refund
from whiteslip.flows.settle_early import Scope, SettleRequest, Wish, quote_payoff, settle_early
from whiteslip.flows.split_statement import SplitRequest, quote_split, split_statements
from whiteslip.flows.waive_late_fees import WaiverRequest, waive_late_fees
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import Conflict, NotFound, WhiteslipError
from whiteslip.money.lines.model import LineKey

DAYS = 60
OWED = b"""
    SELECT to_jsonb(installment) - 'installment_id' FROM money.installment
    WHERE (customer_id, line_id) = (%s, %s) AND status = 'open'
"""
KEPT_OF = """
    SELECT to_jsonb(kept) - 'turn' - 'credited_total_minor' - 'undone_by'
    FROM money.{} AS kept WHERE (customer_id, line_id) = (%s, %s)
"""
KEPT = (
    "line",
    "statement",
    "statement_split",
    "payoff",
    "refund",
    "refund_return",
    "fee_waiver",
    "goodwill",
)


class CorrectedLives(Lives):
    """People whose debts may also be given, waived, split, settled and refunded; and whose payments are corrected."""

    def __init__(self, database: Database, seed: int) -> None:
        super().__init__(database, seed)
        self.done: Counter[str] = Counter()

    def day(self) -> None:
        """Something of every kind happens to somebody; then the day goes on."""
        for line in self.rng.sample(self.lines, 4):
            what = self.rng.choice([self._give, self._waive, self._split, self._settle])
            self._count(what.__name__, what(line))
        for line in self.rng.sample(self.lines, 2):
            what = self.rng.choice([self._refund, self._pay_out])
            self._count(what.__name__, what(line))
        for line in self.rng.sample(self.lines, 2):
            self._come_late(line)
            self._take_back(line)
        super().day()

    def _count(self, name: str, answer: object) -> None:
        self.done[name] += not (answer is None or isinstance(answer, WhiteslipError))

    def _do(self, work: Callable[[Connection], Any]) -> Any:
        return only(self.book.write(work))

    def _give(self, line: LineKey) -> object:
        asked = GoodwillRequest(*line, self.rng.randint(1, 3_000), Why.POOR_SERVICE, "late", "Ann")
        return self._do(lambda db: grant_goodwill(db, [asked], at=self.book.at))

    def _waive(self, line: LineKey) -> object:
        days = self.book.today - timedelta(self.rng.randint(1, 30)), self.book.today
        asked = WaiverRequest(*line, *days, "ours", "Ann")
        return self._do(lambda db: waive_late_fees(db, [asked], at=self.book.at))

    def _split(self, line: LineKey) -> object:
        try:
            seen = self.book.database.read(lambda db: quote_split(db, line, months=3))
        except (Conflict, NotFound):
            return None
        asked = SplitRequest(*line, 3, seen.version)
        return self._do(lambda db: split_statements(db, [asked], at=self.book.at))

    def _settle(self, line: LineKey) -> object:
        wish = Wish(self.rng.choice([Scope.STATEMENT, Scope.EVERYTHING]))
        try:
            seen = self.book.database.read(lambda db: quote_payoff(db, line, wish))
        except Conflict:
            return None
        asked = SettleRequest(*line, wish, seen.total_minor, seen.version, "bank")
        return self._do(lambda db: settle_early(db, [asked], at=self.book.at))

    def _refund(self, line: LineKey) -> object:
        query = b"SELECT purchase_id FROM money.purchase WHERE (customer_id, line_id) = (%s, %s)"
        bought = self._read(query, line)
        if not bought:
            return None
        one = self.rng.choice(bought)
        asked = RefundRequest(line.customer_id, one, None, self.rng.randint(1, 9_000))
        return self._do(lambda db: refund(db, [asked], at=self.book.at))

    def _pay_out(self, line: LineKey) -> object:
        asked = PayoutRequest(*line, None)
        return self._do(lambda db: pay_out_credit(db, [asked], at=self.book.at))

    def _come_late(self, line: LineKey) -> None:
        """Money turns up that counts from an earlier day; taken back at once, it changes nothing."""
        before = self._everything(line)
        back = timedelta(self.rng.choice([1, 3, 12, 40]))
        amount = self.rng.randint(1, 40_000)
        asked = BackDating(
            *line, amount, "bank", self.book.today - back, "late file", "", "staff:Ann"
        )
        came = self._correct(lambda db: back_date(db, [asked], at=self.book.at))
        if came and self.rng.random() < 0.6:
            said = Reversal(line.customer_id, came.repayment_id, "MD06", "", "staff:Ann")
            assert self._correct(lambda db: reverse(db, [said], at=self.book.at))
            assert self._everything(line) == before

    def _take_back(self, line: LineKey) -> None:
        query = b"SELECT repayment_id FROM money.repayment WHERE (customer_id, line_id) = (%s, %s)"
        paid = self._read(query, line)
        if paid:
            said = Reversal(line.customer_id, self.rng.choice(paid), "MD06", "", "staff:Ann")
            self._correct(lambda db: reverse(db, [said], at=self.book.at))

    def _correct(self, work: Callable[[Connection], Any]) -> CorrectionDone | None:
        answer = self._do(work)
        assert self.book.database.read(unlike_lines) == []
        assert self.problems() == []
        if isinstance(answer, WhiteslipError):
            assert "replay" not in str(answer), answer
            return None
        self.done["correct"] += 1
        return answer

    def _read(self, query: bytes, line: LineKey) -> list[Any]:
        rows = self.book.database.read(lambda db: db.execute(query, line).fetchall())
        return [one for (one,) in rows]

    def _everything(self, line: LineKey) -> dict[str, list[Any]]:
        """All the book keeps of a line and what happened to it, but for the payments themselves."""
        kept = {name: self._read(KEPT_OF.format(name).encode(), line) for name in KEPT}
        kept["owed"] = self._read(OWED, line)
        return {name: sorted(rows, key=str) for name, rows in kept.items()}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [7])
def test_what_comes_late_and_is_taken_back_changes_nothing(database: Database, seed: int) -> None:
    lives = CorrectedLives(database, seed)
    for _ in range(DAYS):
        lives.day()
    assert lives.problems() == []
    assert lives.book.database.read(unexplained) == []
    assert lives.begun > 2
    assert lives.done["correct"] > 60
    for name in ("_give", "_split", "_settle", "_refund", "_pay_out"):
        assert lives.done[name] > 0, name
