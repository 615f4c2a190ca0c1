"""A merchant as checkout and capture need to know it."""

from __future__ import annotations

from typing import NamedTuple

from whiteslip.kernel import rate
from whiteslip.kernel.money import Minor


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

    def fee_between(self, before_minor: Minor, after_minor: Minor) -> Minor:
        """Return the fee of a part: that of all up to its end less that of all before, half even.

        So parts of a capture pay what the whole would, and refunds never return more than was paid.
        """
        return rate.of(after_minor, self.fee_ppm) - rate.of(before_minor, self.fee_ppm)
