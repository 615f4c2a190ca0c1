"""What stands in the addresses of a shop's pages."""

from __future__ import annotations

from tests.web.worlds import Served

from whiteslip.infra import keys
from whiteslip.infra.accounts.model import Account


def _key(world: Served, account: Account) -> str:
    found = world.database.read(keys.listed)
    return str(next(one.caller_id for one in found if one.merchant_id == account.merchant_id))


MAKERS = {"key": _key}
