"""One scripted person among the simulated ones: what she does on which day, by the same flows."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from importlib import resources
from typing import Any, TypeVar

from whiteslip.care.contacts.model import Channel
from whiteslip.credit.applications.identity import identify
from whiteslip.flows.appeal import (
    Appealed,
    Decision,
    Form,
    NewAppeal,
    Outcome,
    SubjectKey,
    SubjectType,
    appeal,
    decide_appeals,
)
from whiteslip.flows.apply import Consent, Purpose, Request, apply
from whiteslip.flows.capture import CaptureRequest, capture
from whiteslip.flows.checkout import Authorized, PurchaseRequest, checkout
from whiteslip.flows.keep_contacts import (
    ContactRequest,
    OwnedRequest,
    add_contacts,
    verify_contacts,
)
from whiteslip.flows.open_lines import OpenedLine
from whiteslip.flows.refund import RefundRequest, refund
from whiteslip.flows.repay import RepaymentRequest, repay
from whiteslip.flows.review_cases import CaseRequest, take
from whiteslip.infra.clock import FixedClock
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.calendar import ZONE
from whiteslip.kernel.errors import InvariantBroken, WhiteslipError
from whiteslip.views import applications, lines, restrictions, statements
from whiteslip.views.book import STORY_REFERENCE
from whiteslip.world.outsiders import Outsiders
from whiteslip.world.shoppers import terms
from whiteslip.world.staff import PEOPLE

T = TypeVar("T")
_LATEST_STATEMENT_DAY = 28
APP = "the shop's app"
PRODUCT = "pay-later"
REVIEWER = PEOPLE[0]


def story_script() -> dict[str, Any]:
    """Read the script that comes with the program."""
    text = (resources.files("whiteslip.world") / "data" / "story.toml").read_text("utf-8")
    return tomllib.loads(text)


@dataclass(slots=True)
class Story:
    """The script and how far it has come; call it once a day."""

    begins_on: date
    outsiders: Outsiders
    identity_key: bytes
    script: dict[str, Any] = field(default_factory=story_script)
    statement_day: int = field(init=False)
    line: OpenedLine | None = None
    last_purchase: int | None = None
    orders: int = 0
    appealed: Appealed | None = None

    def __post_init__(self) -> None:
        first_bill = self.begins_on + timedelta(days=self.script["person"]["joins_on_day"] + 18)
        self.statement_day = min(first_bill.day, _LATEST_STATEMENT_DAY)

    def __call__(self, database: Database, on: date, clock: FixedClock) -> None:
        """Do what the script says for a day."""
        if on == self.begins_on + timedelta(days=self.script["person"]["joins_on_day"]):
            self._join(database, clock)
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

    def _join(self, database: Database, clock: FixedClock) -> None:
        """Apply, let the bureau be asked and the application decided, and say where she can be reached."""
        at = clock.now()
        asked = self._application(at)
        applied = _fine(database.write(lambda db: apply(db, [asked], at=at)))
        self.outsiders.decide_applications(database, at=at)
        key = applied.customer_id, applied.application_id
        found = database.read(lambda db: applications.find(db, *key))
        if found is None or found.line_id is None:
            status = None if found is None else found.status
            raise InvariantBroken(f"the story's application led to no line: it is {status}")
        self.line = OpenedLine(applied.customer_id, found.line_id)
        self._act(database, clock, self._give_phone)

    def _application(self, at: datetime) -> Request:
        person = self.script["person"]
        key = self.identity_key
        return Request(
            reference=STORY_REFERENCE,
            display_name=person["name"],
            language=person["language"],
            applicant=identify(person["name"], person["id_number"], person["birth_on"], key=key),
            income_minor=person["monthly_income_minor"],
            obligations_minor=0,
            rent_minor=person["rent_minor"],
            requested_minor=person["requested_limit_minor"],
            statement_day=self.statement_day,
            product=PRODUCT,
            consents=tuple(Consent(purpose, is_given=True, said_at=at) for purpose in Purpose),
            actor=APP,
        )

    def _give_phone(self, db: Connection, **at: Any) -> None:
        customer_id = self._known().customer_id
        phone = ContactRequest(
            customer_id=customer_id,
            channel=Channel.SMS,
            address=self.script["person"]["phone"],
            zone=str(ZONE),
            may_at_night=False,
            actor=APP,
        )
        contact = _fine(add_contacts(db, [phone], **at))
        named = OwnedRequest(customer_id, contact.contact_id, APP)
        _fine(verify_contacts(db, [named], **at))

    def _appeal(self, step: dict[str, Any], db: Connection, **at: Any) -> None:
        """Question the hardest thing that was done to her."""
        line = self._known()
        worst = max(restrictions.of_line(db, *line), key=lambda each: each.level)
        about = SubjectKey(line.customer_id, SubjectType.RESTRICTION, worst.restriction_id)
        new = NewAppeal(about, Form.APPEAL, APP, step["text"], step["wants"])
        self.appealed = _fine(appeal(db, [new], **at))

    def _answer(self, step: dict[str, Any], db: Connection, **at: Any) -> None:
        if self.appealed is None:
            raise InvariantBroken("the story has no appeal to answer")
        customer_id, appeal_id, case_id, _ = self.appealed
        _fine(take(db, [CaseRequest(customer_id, case_id, REVIEWER)], **at))
        said = step["answer"], step["note"]
        decision = Decision(customer_id, appeal_id, REVIEWER, Outcome.UPHELD, *said)
        _fine(decide_appeals(db, [decision], acts={}, **at))

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
        return {
            "buy": self._buy,
            "pay": self._pay,
            "refund": self._refund,
            "appeal": self._appeal,
            "answer": self._answer,
        }

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
