"""Open merchants: shops that may sell on credit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import InvalidInput
from whiteslip.money.merchants import store
from whiteslip.money.merchants.model import OTHER


class NewMerchant(NamedTuple):
    """A shop; of each capture we keep `fee_ppm`, and `category` is what it mainly sells."""

    name: str
    fee_ppm: int
    category: str = OTHER


def open_merchants(db: Connection, shops: Sequence[NewMerchant], *, at: datetime) -> list[int]:
    """Open merchants and return their ids, in order; a category that is not on the list is `InvalidInput`."""
    known = store.categories()
    for shop in shops:
        if shop.category not in known:
            raise InvalidInput(f"a category is one of {', '.join(known)}", where="category")
    return store.open_merchants(
        db,
        [shop.name for shop in shops],
        [shop.fee_ppm for shop in shops],
        [shop.category for shop in shops],
        at=at,
    )
