"""Open merchants: shops that may sell on credit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.money.merchants import store


class NewMerchant(NamedTuple):
    """A shop; of each capture we keep `fee_ppm`."""

    name: str
    fee_ppm: int


def open_merchants(db: Connection, shops: Sequence[NewMerchant], *, at: datetime) -> list[int]:
    """Open merchants and return their ids, in order."""
    return store.open_merchants(
        db, [shop.name for shop in shops], [shop.fee_ppm for shop in shops], at=at
    )
