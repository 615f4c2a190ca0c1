"""What stands in the addresses of the desks of book and risk."""

from __future__ import annotations

from tests.web.addresses import Maker
from tests.web.worlds import Served

from whiteslip.flows import publish_book
from whiteslip.flows.review_cases import Kind, NewCase, SubjectType, open_cases
from whiteslip.infra.accounts.model import Account
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Connection
from whiteslip.kernel import ids
from whiteslip.views import rule_books
from whiteslip.web import rule_text

RING = b"SELECT customer_id, ring_id FROM risk.ring LIMIT 1"
MEMBERS = '{"members": [{"customer_id": 1, "joined_on": "2026-06-01", "first_on": "2026-06-01", "is_bad": true}], '
SHARED = '"shared": [{"kind": "device", "members": [1], "weight": 0.5}], "finding": {"signs": ["burst"]}}'


def _version(world: Served, _: Account) -> str:
    """A draft of the watch book, so that its rules can be edited."""

    def draft(db: Connection) -> int:
        found = rule_books.versions(db, "watch")
        drafts = [one.version for one in found if one.status == "validated"]
        if drafts:
            return drafts[0]
        number = max(one.version for one in found) + 1
        body = rule_text.renumber(rule_books.kept(db, "watch", None), number)
        at = MachineClock().now()
        publish_book.draft(db, body, file="watch.toml", by="test", at=at)
        return number

    return str(world.database.write(draft))


def _ring(world: Served, _: Account) -> str:
    """The first ring, planted where the small world has none."""
    row = world.database.read(lambda db: db.execute(RING).fetchone())
    if row is not None:
        return ids.write("rng", *row)

    def plant(db: Connection) -> None:
        at = MachineClock().now()
        new = NewCase(1, Kind.RING, SubjectType.RING, 1, {"members": 1}, "test")
        (opened,) = open_cases(db, [new], at=at)
        found = [opened.case_id, at, at.date(), MEMBERS + SHARED]
        db.execute(b"INSERT INTO risk.ring VALUES (1, 1, %s, %s, %s, 0.5, %s)", found)

    world.database.write(plant)
    return ids.write("rng", 1, 1)


def _word(text: str) -> Maker:
    def make(_world: Served, _account: Account) -> str:
        return text

    return make


MAKERS = {
    "book": _word("watch"),
    "version": _version,
    "rule": _word("overdue"),
    "rng": _ring,
    "indicator": _word("first_payment"),
    "segment": _word("self_employed"),
    "number": _word("1"),
    "valve": _word("1"),
}
