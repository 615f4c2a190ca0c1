"""A server before a book, a bureau beside it, and short words for what applicants do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from time import monotonic, sleep
from typing import Any, NamedTuple

from tests.api.conftest import Book, Caller
from tests.credit.applications.people import application
from tests.gateways.bureau.processes import BureauProcess
from tests.simulation.invariants import broken

from whiteslip.gateways.bureau.people import Behavior

LASTING = {"received", "inquiring"}


class World(NamedTuple):
    """A server, a bureau, and short words for what people do."""

    book: Book
    bureau: BureauProcess
    now: Callable[[], datetime]

    @property
    def shop(self) -> Caller:
        """Who takes applications in."""
        return self.book.operator

    def apply(self, behavior: Behavior = Behavior.NORMAL, **more: Any) -> str:
        """Apply; it must be taken in."""
        answer = self.shop.post("/applications", application(self.now(), behavior, **more))
        assert (answer.status, answer.body["status"]) == (202, "received"), answer.body
        return str(answer.body["application_id"])

    def show(self, application_id: str) -> dict[str, Any]:
        """Look at an application."""
        answer = self.shop.get(f"/applications/{application_id}")
        assert answer.status == 200, answer.body
        return dict(answer.body)

    def outcome(self, application_id: str, *, within_s: float = 15) -> dict[str, Any]:
        """Wait until the machine has done its part."""
        until = monotonic() + within_s
        while (found := self.show(application_id))["status"] in LASTING:
            assert monotonic() < until, found
            sleep(0.05)
        return found

    def rows(self, query: str, *params: Any) -> list[tuple[Any, ...]]:
        """Read rows."""
        return self.book.database.read(lambda db: db.execute(query.encode(), params).fetchall())

    def own(self, application_id: str, query: str) -> list[tuple[Any, ...]]:
        """Read rows of the customer who applied, from a table that has them."""
        customer_id = int(application_id.split("_")[1])
        return self.rows(f"{query} WHERE customer_id = %s", customer_id)

    def decided(self, application_id: str, columns: str) -> tuple[Any, ...]:
        """Read some columns of the machine's decision."""
        query = f"SELECT {columns} FROM decisioning.decision WHERE decision_id = %s"
        (row,) = self.rows(query, int(application_id.rpartition("_")[2]))
        return row

    def steps(self, application_id: str) -> list[str]:
        """The statuses an application went through."""
        query = (
            "SELECT to_status FROM credit.application_event WHERE application_id = %s ORDER BY step"
        )
        return [row[0] for row in self.rows(query, int(application_id.rpartition("_")[2]))]

    def and_nothing_is_odd(self) -> None:
        """Hold the book and the applications against what must always be true."""
        assert self.book.database.read(broken) == []
        assert self.rows(ODD) == []


ODD = """
SELECT application.application_id, 'approved without a line' FROM credit.application
LEFT JOIN money.line ON (line.customer_id, line.line_id) = (application.customer_id, application.line_id)
WHERE application.status = 'approved' AND line.fixed_limit_minor IS DISTINCT FROM application.limit_minor
UNION ALL
SELECT application_id, 'ended without exactly one notice of it' FROM credit.application
WHERE application.status IN ('approved', 'declined', 'referred', 'expired') AND 1 <> (
    SELECT count(*) FROM care.notice
    WHERE (notice.customer_id, notice.application_id) = (application.customer_id, application.application_id)
        AND notice.kind = 'application_' || application.status)
UNION ALL
SELECT application_id, 'decided other than once' FROM credit.application
WHERE application.status IN ('approved', 'declined', 'referred', 'expired') AND 1 <> (
    SELECT count(*) FROM decisioning.decision
    WHERE (decision.customer_id, decision.decision_id) = (application.customer_id, application.application_id))
UNION ALL
SELECT application_id, 'events do not lead to the status' FROM credit.application
WHERE application.status IS DISTINCT FROM (
    SELECT to_status FROM credit.application_event AS event
    WHERE (event.customer_id, event.application_id) = (application.customer_id, application.application_id)
    ORDER BY step DESC LIMIT 1)
"""
