"""The people a sandbox offers to be: staff of each role, two where four eyes are needed, shops, and shoppers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from whiteslip.flows.keep_accounts import make_accounts
from whiteslip.flows.sign_in import customer_account
from whiteslip.infra.accounts.model import Kind, NewAccount, Role
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.kernel.ids import MAX_ID
from whiteslip.views import book

BY: Final = "demo"
STAFF: Final = (
    ("何敏", Role.BOOK),
    ("周远", Role.RISK),
    ("许棠", Role.RISK),
    ("林岚", Role.REVIEWS),
    ("罗可", Role.REVIEWS),
    ("沈宁", Role.CARE),
    ("叶舟", Role.CARE),
    ("高捷", Role.MONEY),
    ("唐越", Role.OPERATIONS),
    ("方圆", Role.ADMIN),
)
SHOPS: Final = 2
SHOPPERS: Final = 3
"""How many of each standing, besides the person of the story."""


def make_cast(db: Connection, shops: Sequence[str], story_customer: int, *, at: datetime) -> None:
    """Make the accounts; none has a password, so a server that is no sandbox lets none of them in."""
    wanted = [NewAccount(Kind.STAFF, name, frozenset({role})) for name, role in STAFF]
    wanted += [
        NewAccount(Kind.MERCHANT, name, merchant_id=merchant_id)
        for merchant_id, name in enumerate(shops[:SHOPS], start=1)
    ]
    for made in make_accounts(db, wanted, by=BY, at=at):
        if isinstance(made, WhiteslipError):
            raise made
    for customer_id in _shoppers(db, story_customer):
        customer_account(db, customer_id, by=BY, at=at)


def _shoppers(db: Connection, story_customer: int) -> list[int]:
    found = {story_customer: None}
    for standing in ("restricted", "overdue", "all"):
        rows = book.list_people(db, wanted="", standing=standing, before=MAX_ID, limit=SHOPPERS)
        found |= {row.customer_id: None for row in rows}
    return list(found)
