"""The sandbox the stories live in: a served book, its clock, the people who work there, and its nights."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from time import monotonic, sleep
from typing import Any
from urllib.request import Request, urlopen

from whiteslip.decisioning.features.model import OutsideFact
from whiteslip.flows.record_outside_facts import record_outside_facts
from whiteslip.flows.review_limits import Trigger, review_limits
from whiteslip.flows.run_campaigns import run_campaigns
from whiteslip.flows.score_lines import score_lines
from whiteslip.infra import business_day, keys, outage
from whiteslip.infra.clock import FixedClock
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.calendar import ZONE
from whiteslip.kernel.ids import read_one, read_owned
from whiteslip.money.lines.model import LineKey
from whiteslip.world.causes.calling import Caller, StoryBroken

NIGHT, MORNING = time(0, 10), time(10)
BETWEEN_ACTS = timedelta(minutes=2)
BEHAVIOR = "behavior"
_PATIENCE_S = 20
_APP = ("care:read", "care:write", "lines:read", "applications:read", "applications:write")
_STAFF = (
    *("reviews:read", "reviews:write", "restrictions:write", "lines:read", "lines:write"),
    *("care:read", "applications:read", "applications:review", "campaigns:write"),
)
_LIVE_BOOK = outage.Cell("decisioning", "rule_book", "status", "name", "checkout")


@dataclass(slots=True)
class Sandbox:
    """A server before a book, and everybody who has to do with the stories' people.

    `operator` is the book's own program, `app` speaks for its customers, `anna`, `bo` and `cai` are staff; `shop` and
    `other_shop` sell.
    """

    url: str
    database: Database
    clock: FixedClock
    pepper: bytes
    bureau_url: str | None = None
    callers: ExitStack = field(default_factory=ExitStack)
    numbers: Any = field(default_factory=lambda: count(1))
    operator: Caller = field(init=False)
    app: Caller = field(init=False)
    anna: Caller = field(init=False)
    bo: Caller = field(init=False)
    cai: Caller = field(init=False)
    shop: Caller = field(init=False)
    other_shop: Caller = field(init=False)
    today: date = field(init=False)

    def __post_init__(self) -> None:
        self.today = self.database.read(business_day.read).current_on
        self.operator = self.caller("the operator", keys.OPERATOR)
        self.app = self.caller("the shop's app", *_APP)
        self.anna, self.bo, self.cai = (
            self.caller(name, *_STAFF) for name in ("Anna", "Bo", "Cai")
        )
        self.shop = self._sells("百货小店")
        self.other_shop = self._sells("数码城")
        self._wake()

    def caller(self, name: str, *scopes: str, merchant_id: int | None = None) -> Caller:
        """Give somebody a key."""

        def issue(db: Connection) -> str:
            return keys.issue(
                db,
                label=name,
                merchant_id=merchant_id,
                scopes=scopes,
                at=self.clock.now(),
                pepper=self.pepper,
            )

        made = Caller(self.url, self.database.write(issue), name.replace(" ", "-"))
        self.callers.callback(made.close)
        return made

    def _sells(self, name: str) -> Caller:
        made = self.operator.post("/merchants", {"name": name})
        merchant_id = read_one(made["id"], "mer")
        return self.caller(f"shop {merchant_id}", *keys.MERCHANT_SCOPES, merchant_id=merchant_id)

    def _wake(self) -> None:
        self.clock.move_to(datetime.combine(self.today, MORNING, ZONE))

    def minutes_pass(self) -> None:
        """Let a little time pass between two acts of a day."""
        self.clock.move_to(self.clock.now() + BETWEEN_ACTS)

    def clock_strikes(self, hour: int) -> None:
        """Let it be a later hour of the same day, if it is not yet."""
        at = datetime.combine(self.today, time(hour), ZONE)
        self.clock.move_to(max(at, self.clock.now()))

    def live_until(self, day: date) -> None:
        """Close every day before a day, and then do what the night does besides."""
        if self.today >= day:
            return
        while self.today < day:
            following = self.today + timedelta(days=1)
            self.clock.move_to(datetime.combine(following, NIGHT, ZONE))
            self.operator.post("/clock/advance", {"to": following.isoformat()})
            self.today = following
        self._night()
        self._wake()

    def _night(self) -> None:
        """Do what the command `whiteslip end-of-day` does after the day is closed."""
        at = self.clock.now()
        score_lines(self.database, model=BEHAVIOR)
        for trigger in (Trigger.LADDER, Trigger.PERIODIC):
            review_limits(self.database, at=at, trigger=trigger)
        run_campaigns(self.database, at=at)

    def review_limit(self, line_id: str, *, by: str) -> None:
        """Review a line for an event, as the command `whiteslip review-limits --line` does."""
        line = LineKey(*read_owned(line_id, "lin"))
        at = self.clock.now()
        review_limits(self.database, at=at, trigger=Trigger.EVENT, lines=[line], requested_by=by)

    def is_told(self, customer_id: str, source: str, **facts: float | str) -> date:
        """Take in what a bureau or an employer tells of a person, as of yesterday; returns the day it speaks of."""
        owner, on = read_one(customer_id, "cus"), self.today - timedelta(days=1)
        told = [OutsideFact(owner, name, value, on, on, source) for name, value in facts.items()]
        at = self.clock.now()
        self.database.write(lambda db: record_outside_facts(db, told, at=at))
        return on

    def wait_until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait for what happens beside the requests: a desk, a relay."""
        until = monotonic() + _PATIENCE_S
        while not holds():
            if monotonic() > until:
                raise StoryBroken(f"waited in vain until {what}")
            sleep(0.05)

    def bureau_does(self, **said: Any) -> None:
        """Tell the simulated bureau how to behave."""
        request = Request(  # noqa: S310 - the simulator on the loopback interface
            f"{self.bureau_url}/control", json.dumps(said).encode(), method="PUT"
        )
        with urlopen(request, timeout=10):  # noqa: S310
            pass

    @contextmanager
    def without_database(self) -> Generator[None]:
        """Let the database refuse every connection until the block ends, and be back after it."""
        with outage.refusing_connections(self.database.dsn):
            yield
        self.wait_until(self._answers, "the database answers again")

    def without_checkout_book(self) -> AbstractContextManager[None]:
        """Let no checkout book be live until the block ends."""
        return outage.replaced(self.database.dsn, _LIVE_BOOK, was="live", put="retired")

    def _answers(self) -> bool:
        return self.operator.ask("GET", "/clock").is_fine
