"""What stands in the addresses of the desks of reviews and care."""

from __future__ import annotations

from tests.web.addresses import customer_of
from tests.web.worlds import Served

from whiteslip.flows.review_cases import Kind, NewCase, SubjectType, open_cases
from whiteslip.infra.accounts.model import Account
from whiteslip.infra.clock import MachineClock
from whiteslip.kernel import ids

CASE = b"SELECT customer_id, case_id FROM risk.review_case WHERE state = 'open' AND kind = 'identity' LIMIT 1"


def _case(world: Served, account: Account) -> str:
    """An open case about the person of the story."""
    row = world.database.read(lambda db: db.execute(CASE).fetchone())
    if row is not None:
        return ids.write("cas", *row)
    customer_id = customer_of(world, account)
    new = NewCase(
        customer_id,
        Kind.IDENTITY,
        SubjectType.CUSTOMER,
        customer_id,
        {"facts": {"age": 30, "names": ["a", "b"]}},
        "test",
    )
    at = MachineClock().now()
    (opened,) = world.database.write(lambda db: open_cases(db, [new], at=at))
    return ids.write("cas", opened.customer_id, opened.case_id)


def _act(world: Served, account: Account) -> str:
    return ids.write("act", customer_of(world, account), 1)


def _flag(world: Served, account: Account) -> str:
    return ids.write("flg", customer_of(world, account), 1)


MAKERS = {"cas": _case, "act": _act, "flg": _flag}
