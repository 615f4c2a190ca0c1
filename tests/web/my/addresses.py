"""What stands in the addresses of a customer's own pages."""

from __future__ import annotations

from datetime import date

from tests.web.addresses import Maker, customer_of, first
from tests.web.worlds import Served

from whiteslip.flows.restrict import RestrictionRequest, Scope, restrict
from whiteslip.infra.accounts.model import Account
from whiteslip.infra.clock import MachineClock
from whiteslip.kernel import ids
from whiteslip.kernel.reason import ReasonCode

FIND_BILL = b"SELECT max(statement_on) FROM money.statement WHERE customer_id = %s"
FIND_RESTRICTION = b"SELECT min(restriction_id) FROM risk.restriction WHERE customer_id = %s"


def _bill(world: Served, account: Account) -> str:
    customer_id = customer_of(world, account)
    row = world.database.read(lambda db: db.execute(FIND_BILL, (customer_id,)).fetchone())
    assert row is not None
    return str(row[0] or date(2026, 6, 1))


def _restriction(world: Served, account: Account) -> str:
    """A restriction of the customer, imposed by hand where they have none."""
    customer_id = customer_of(world, account)
    row = world.database.read(lambda db: db.execute(FIND_RESTRICTION, (customer_id,)).fetchone())
    if row is None or row[0] is None:
        line_id = first(world, "money.line", "line_id", account)
        request = RestrictionRequest(
            customer_id, line_id, 1, ReasonCode.OVERDUE, "test", Scope.LINE
        )
        at = MachineClock().now()
        world.database.write(lambda db: restrict(db, [request], at=at))
        return _restriction(world, account)
    return ids.write("res", customer_id, int(row[0]))


def _of(prefix: str) -> Maker:
    """A thing of the customer that need not exist: its forms are refused before it is looked for."""

    def make(world: Served, account: Account) -> str:
        return ids.write(prefix, customer_of(world, account), 1)

    return make


MAKERS = {
    "day": _bill,
    "res": _restriction,
    **{prefix: _of(prefix) for prefix in ("apl", "rlf", "dsp", "con", "gwl")},
}
