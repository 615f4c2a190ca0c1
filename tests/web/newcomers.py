"""A newcomer to a sandbox, as pages make one by a click: somebody of one's own, whose changes disturb no other test."""

from __future__ import annotations

import re
from time import monotonic, sleep
from typing import NamedTuple

from tests.web.visitors import Visitor
from tests.web.worlds import Served

from whiteslip.flows.sign_in import find_person
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Database
from whiteslip.kernel import ids
from whiteslip.views import customers_api as people

WITHIN_S = 60
TOLD = re.compile(r'name="(total|version|shown)" value="([^"]+)"')
GUIDED_DAYS = re.compile(r'value="/my"><button name="days" value="(\d+)">')
PURCHASE = re.compile(r'<p class="id">(pur_\d+_\d+)</p>')


class Newcomer(NamedTuple):
    """Somebody with a line of 5,000.00 and nothing bought yet."""

    visitor: Visitor
    customer_id: int
    line_id: int

    @property
    def line(self) -> str:
        """The line as pages and the API name it."""
        return ids.write("lin", self.customer_id, self.line_id)

    def buy(self, goods: str, months: int = 0) -> str:
        """Buy something that the sandbox offers, on the checkout page, and return the purchase's id."""
        page = self.visitor.post("/my/try", {"goods": goods}).headers["location"]
        told = dict(TOLD.findall(self.visitor.get(f"{page}?plan={months}").text))
        assert "total" in told, "this way to pay is not open"
        sent = {"plan": str(months), **told, "read": "on"}
        assert self.visitor.post(f"{page}/confirm", sent).status_code == 303
        bought = PURCHASE.search(self.visitor.get(page).text)
        assert bought is not None, "it was not approved"
        return bought[1]

    def get_sent(self, purchase_id: str) -> None:
        """Let the shop send what was bought: from then on it is owed."""
        assert self.visitor.post(f"/my/try/{purchase_id}/send").status_code == 303

    def wait_for(self, days: int) -> None:
        """Move the clock of the sandbox and wait until it stands again."""
        self.visitor.post("/sandbox/clock", {"days": str(days), "back": "/my"})
        until = monotonic() + WITHIN_S
        while 'role="status"' in _sandbox(self.visitor.get("/my").text):
            assert monotonic() < until, "the clock did not arrive"
            sleep(0.2)

    def fall_behind(self) -> str:
        """Buy in three installments and miss the first until the line is stopped; return the purchase's id."""
        purchase_id = self.buy("headphones", 3)
        self.get_sent(purchase_id)
        for _ in ("the bill", "the missed due"):
            self.wait_as_guided()
        return purchase_id

    def wait_as_guided(self) -> None:
        """Move the clock by as many days as the guide proposes."""
        days = GUIDED_DAYS.search(self.visitor.get("/my").text)
        assert days is not None, "the guide moves no clock here"
        self.wait_for(int(days[1]))


def join(world: Served, *, language: str = "en") -> Newcomer:
    """Be a newcomer to a world."""
    return join_at(world.visitor(language=language), world.database)


def join_at(visitor: Visitor, database: Database) -> Newcomer:
    """Be a newcomer where a visitor stands, signed out."""
    visitor.post("/sandbox/begin", {}, token=visitor.seal_on("/"))
    return known(visitor, database)


def known(visitor: Visitor, database: Database) -> Newcomer:
    """Say who is signed in."""
    at = MachineClock().now()
    seen = database.read(lambda db: find_person(db, visitor.token, at=at))
    assert seen is not None
    customer_id = seen.account.customer_id
    assert customer_id is not None
    person = database.read(lambda db: people.find_customer(db, customer_id))
    assert person is not None
    return Newcomer(visitor, customer_id, person.line_ids[0])


def _sandbox(page: str) -> str:
    return page.partition('<div class="sandbox">')[2].partition("<header")[0]
