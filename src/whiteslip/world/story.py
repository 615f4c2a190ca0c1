"""One scripted person among the simulated ones: what she does on which day, by the same flows."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib import resources
from typing import Any, TypeVar

from whiteslip.flows.capture import CaptureRequest, capture
from whiteslip.flows.checkout import Authorized, PurchaseRequest, checkout
from whiteslip.flows.open_lines import NewCustomer, NewLine, OpenedLine, join, open_lines
from whiteslip.flows.refund import RefundRequest, refund
from whiteslip.flows.repay import RepaymentRequest, repay
from whiteslip.infra.clock import FixedClock
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import InvariantBroken, WhiteslipError
from whiteslip.views import lines, statements
from whiteslip.views.book import STORY_REFERENCE
from whiteslip.world.shoppers import terms

T = TypeVar("T")
_LATEST_STATEMENT_DAY = 28


def story_script() -> dict[str, Any]:
    """Read the script that comes with the program."""
    text = (resources.files("whiteslip.world") / "data" / "story.toml").read_text("utf-8")
    return tomllib.loads(text)


@dataclass(slots=True)
class Story:
    """The script and how far it has come; call it once a day."""

    begins_on: date
    script: dict[str, Any] = field(default_factory=story_script)
    statement_day: int = field(init=False)
    line: OpenedLine | None = None
    last_purchase: int | None = None
    orders: int = 0

    def __post_init__(self) -> None:
        first_bill = self.begins_on + timedelta(days=self.script["person"]["joins_on_day"] + 18)
        self.statement_day = min(first_bill.day, _LATEST_STATEMENT_DAY)

    def __call__(self, database: Database, on: date, clock: FixedClock) -> None:
        """Do what the script says for a day."""
        if on == self.begins_on + timedelta(days=self.script["person"]["joins_on_day"]):
            self._act(database, clock, self._join)
        if self.line is None:
            return
        for step in self.script["step"]:
            if self._day_of(step) == on:
                self._act(database, clock, self._verbs()[step["does"]], step)

    def _act(
        self, database: Database, clock: FixedClock, act: Callable[..., None], *more: Any
    ) -> None:
        at = clock.now()
        database.write(lambda db: act(*more, db, at=at))

    def _day_of(self, step: dict[str, Any]) -> date:
        if "day" in step:
            return self.begins_on + timedelta(days=step["day"])
        bill = self._first_statement()
        for _ in range(step["statement"] - 1):
            bill = (bill.replace(day=1) + timedelta(days=32)).replace(day=self.statement_day)
        return bill + timedelta(days=step["days"])

    def _first_statement(self) -> date:
        opened = self.begins_on + timedelta(days=self.script["person"]["joins_on_day"])
        bill = opened.replace(day=self.statement_day)
        if bill > opened:
            return bill
        return (opened.replace(day=1) + timedelta(days=32)).replace(day=self.statement_day)

    def _join(self, db: Connection, **at: Any) -> None:
        person = self.script["person"]
        new = NewCustomer(STORY_REFERENCE, person["name"], person["language"])
        (customer_id,) = join(db, [new], **at)
        asked = NewLine(customer_id, person["fixed_limit_minor"], self.statement_day)
        self.line = _fine(open_lines(db, [asked], **at))

    def _buy(self, step: dict[str, Any], db: Connection, **at: Any) -> None:
        self.orders += 1
        number = 1 + [shop.name for shop in terms().shops].index(step["shop"])
        asked = PurchaseRequest(
            *self._known(),
            number,
            step["amount_minor"],
            step.get("months", 0),
            f"S{self.orders:03d}",
        )
        answer = _fine(checkout(db, [asked], **at))
        if isinstance(answer, Authorized):
            self.last_purchase = answer.purchase_id
            took = CaptureRequest(*answer[:2], None, None, final=True)
            _fine(capture(db, [took], **at))

    def _pay(self, step: dict[str, Any], db: Connection, **at: Any) -> None:
        line = self._known()
        amount = _billed(db, line) if step["what"] == "billed" else _minimum(db, line)
        if amount > 0:
            _fine(repay(db, [RepaymentRequest(*line, amount, step["method"])], **at))

    def _refund(self, step: dict[str, Any], db: Connection, **at: Any) -> None:
        if self.last_purchase is not None:
            asked = RefundRequest(self._known()[0], self.last_purchase, None, step["amount_minor"])
            _fine(refund(db, [asked], **at))

    def _verbs(self) -> dict[str, Callable[..., None]]:
        return {"buy": self._buy, "pay": self._pay, "refund": self._refund}

    def _known(self) -> OpenedLine:
        if self.line is None:
            raise InvariantBroken("the story's person has not joined yet")
        return self.line


def _billed(db: Connection, line: OpenedLine) -> int:
    found = lines.show(db, *line)
    today = None if found is None else found.current_on
    rows = lines.open_installments(db, *line)
    return sum(row.owed_minor for row in rows if today and row.statement_on <= today)


def _minimum(db: Connection, line: OpenedLine) -> int:
    bills = statements.of_line(db, *line, before=date.max, limit=1)
    return bills[0].minimum_minor if bills else 0


def _fine(answers: list[T | WhiteslipError]) -> T:
    (answer,) = answers
    if isinstance(answer, WhiteslipError):
        raise InvariantBroken(f"the story asked for what cannot be: {answer}") from answer
    return answer
