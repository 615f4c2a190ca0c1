"""Words for what the shipped watch book goes by: debits, agreements, scores, news and odd purchases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
import numpy as np
from tests.builders import Book, done, founded

from whiteslip.care.hardship.model import Form, Terms
from whiteslip.decisioning.features.model import OutsideFact
from whiteslip.decisioning.models import store as models
from whiteslip.decisioning.models.model import Model, Scores
from whiteslip.flows.checkout import Authorized, Declined, PurchaseRequest, Referred, checkout
from whiteslip.flows.ease_repayment import Eased, ReliefRequest, Side, ask_relief
from whiteslip.flows.record_failed_debits import (
    DebitReport,
    FailedDebit,
    Failure,
    record_failed_debits,
)
from whiteslip.flows.record_outside_facts import record_outside_facts
from whiteslip.flows.verify_identity import Verification, verify_identity
from whiteslip.infra.clock import FixedClock
from whiteslip.infra.database import Database
from whiteslip.money.lines.model import LineKey
from whiteslip.worker.relay import Relay
from whiteslip.worker.watcher import Watcher

DEVICE = 4711
"""The device of those who are known."""


class Watched(Book):
    """A book judged by the watch book that ships."""

    @classmethod
    def founded(cls, database: Database) -> Watched:
        return cls(founded(database).database)

    def settle(self) -> int:
        """Deliver what waits in the outbox to the watcher; returns how many events there were."""
        relay = Relay(self.database, Watcher(self.database, FixedClock(self.at)))
        count = 0
        while delivered := relay.deliver_once():
            count += delivered
        return count

    def rows(self, query: str, *params: object) -> list[Any]:
        return self.database.read(lambda db: db.execute(query.encode(), params).fetchall())

    def standing(self, line: LineKey) -> dict[str, tuple[str, int, list[str]]]:
        """The rules that stand on a line: state, level in force and the codes its owner is told."""
        found = self.rows(
            "SELECT rule_id, state, in_force, reasons FROM risk.restriction"
            " WHERE (customer_id, line_id) = (%s, %s) AND state NOT IN ('lifted', 'dismissed')",
            *line,
        )
        return {
            rule: (state, level, [reason["code"] for reason in reasons])
            for rule, state, level, reasons in found
        }

    def level(self, line: LineKey) -> int:
        ((level,),) = self.rows(
            "SELECT restriction_level FROM money.line WHERE (customer_id, line_id) = (%s, %s)",
            *line,
        )
        return int(level)

    def fail(
        self,
        line: LineKey,
        times: int = 1,
        *,
        amount_minor: int = 10_000,
        failure: Failure = Failure.INSUFFICIENT_FUNDS,
    ) -> list[FailedDebit]:
        """Let the bank refuse so many debits of today."""
        at, on = self.at, self.today
        known = self.rows("SELECT count(*) FROM money.failed_debit")[0][0]
        reports = [
            DebitReport(*line, amount_minor, on, failure, f"b{known + number}")
            for number in range(times)
        ]
        kept = self.write(lambda db: record_failed_debits(db, reports, at=at))
        return [done(one) for one in kept]

    def tell(self, line: LineKey, *, months_ago: int = 0, **facts: float) -> None:
        """Let the bureau tell of somebody."""
        at, on = self.at, self.today
        about = on - timedelta(days=30 * months_ago)
        told = [
            OutsideFact(line.customer_id, name, value, about, on, "bureau")
            for name, value in facts.items()
        ]
        self.write(lambda db: record_outside_facts(db, told, at=at))

    def release(self, model: Model) -> None:
        """Make a model live."""
        at, on = self.at, self.today
        self.write(lambda db: models.draft(db, model, fitted_on=on, figures={}, by="ann", at=at))
        self.write(lambda db: models.approve(db, model.name, model.version, by="bob", at=at))
        self.write(lambda db: models.release(db, model.name, model.version, by="bob", at=at))

    def score(
        self, line: LineKey, probability: float, facts: Mapping[str, Any] | None = None
    ) -> None:
        """Let the model say it of a line today, by what it saw."""
        seen = None if facts is None else msgspec.json.encode(facts)
        customers, lines = np.array([line[0]]), np.array([line[1]])
        on = self.today
        self.write(
            lambda db: models.record_scores(
                db,
                Scores(None, np.array([probability])),
                model="behavior",
                version=1,
                customer_ids=customers,
                line_ids=lines,
                on=on,
                facts=[seen],
            )
        )

    def promise(self, line: LineKey, amount_minor: int, *, days: int) -> Eased:
        """Agree that the owner pays an amount within days."""
        at, on = self.at, self.today
        terms = Terms(Form.PROMISE, amount_minor=amount_minor, until_on=on + timedelta(days=days))
        asked = ReliefRequest(*line, terms, Side.CUSTOMER, "app")
        return done(self.write(lambda db: ask_relief(db, [asked], at=at))[0])

    def attempt(
        self,
        line: LineKey,
        amount_minor: int,
        *,
        at_shop: int,
        device: int = DEVICE,
        is_verified: bool = False,
    ) -> Authorized | Declined | Referred:
        """Ask to buy from a device, with or without a second factor."""
        at = self.at
        asked = PurchaseRequest(
            *line, at_shop, amount_minor, 0, "o", device=device, is_verified=is_verified
        )
        return done(self.write(lambda db: checkout(db, [asked], at=at))[0])

    def shopper(self, shop: int) -> LineKey:
        """Somebody with habits: four usual purchases on as many days, from a known device."""
        line = self.line(5_000_000)
        for _ in range(4):
            bought = self.attempt(line, 8_000, at_shop=shop, is_verified=True)
            assert isinstance(bought, Authorized)
            self.close_day()
        return line

    def verify(self, line: LineKey) -> None:
        """Let the owner show who they are."""
        at = self.at
        shown = Verification(line.customer_id, "code", "app")
        self.write(lambda db: verify_identity(db, [shown], at=at))
