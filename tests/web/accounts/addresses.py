"""What stands in the addresses of the desk of accounts."""

from __future__ import annotations

from tests.web.worlds import Served

from whiteslip.infra.accounts.model import Account


def _another(world: Served, account: Account) -> str:
    """An account nobody in the matrix signs in with."""
    return str(world.account("other merchant").account_id)


MAKERS = {"account": _another}
