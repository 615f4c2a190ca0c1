"""What stands in the addresses of the checkout page."""

from __future__ import annotations

from tests.web.addresses import customer_of, first
from tests.web.worlds import Served

from whiteslip.flows.host_checkout import NewSession, Opened, open_sessions
from whiteslip.infra.accounts.model import Account
from whiteslip.infra.clock import MachineClock


def open_checkout(
    world: Served,
    customer_id: int,
    line_id: int,
    *,
    amount_minor: int = 1_000,
    return_url: str | None = None,
) -> str:
    """Open a session as shop 1 and return its token."""
    wanted = NewSession(customer_id, line_id, 1, 1, amount_minor, "T-1", "tea", return_url)
    at = MachineClock().now()
    (opened,) = world.database.write(lambda db: open_sessions(db, [wanted], at=at))
    assert isinstance(opened, Opened)
    return opened.token


def _session(world: Served, account: Account) -> str:
    line_id = first(world, "money.line", "line_id", account)
    return open_checkout(world, customer_of(world, account), line_id)


MAKERS = {"chk": _session}
