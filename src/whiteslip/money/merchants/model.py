"""A merchant as checkout and capture need to know it."""

from __future__ import annotations

from typing import NamedTuple


class Merchant(NamedTuple):
    """A shop; `fee_ppm` of each capture is ours."""

    merchant_id: int
    name: str
    fee_ppm: int
    status: str

    @property
    def is_open(self) -> bool:
        """Tell whether it may take new purchases."""
        return self.status == "open"
