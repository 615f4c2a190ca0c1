"""A merchant as checkout and capture need to know it."""

from __future__ import annotations

from typing import Final, NamedTuple

from whiteslip.kernel import rate
from whiteslip.kernel.money import Minor

OTHER: Final = "other"
"""What a shop sells that names no category."""


class Category(NamedTuple):
    """What a shop mainly sells; number 0 is no category, of which nothing is usual or unusual."""

    name: str
    number: int
    resells_easily: bool

    @property
    def bit(self) -> int:
        """The bit it is kept as among others; none for no category."""
        return 1 << self.number if self.number else 0


UNTOLD: Final = Category(OTHER, 0, resells_easily=False)


class Merchant(NamedTuple):
    """A shop; `fee_ppm` of each capture is ours, and what a plan costs it beside."""

    merchant_id: int
    name: str
    fee_ppm: int
    status: str
    category: str = OTHER

    @property
    def is_open(self) -> bool:
        """Tell whether it may take new purchases."""
        return self.status == "open"

    def fee_between(self, before_minor: Minor, after_minor: Minor, *, plan_ppm: int = 0) -> Minor:
        """Return the fee of a part: that of all up to its end less that of all before, half even.

        So parts of a capture pay what the whole would, and refunds never return more than was paid. `plan_ppm` is what
        the shop pays for the purchase's plan.
        """
        fee_ppm = self.fee_ppm + plan_ppm
        return rate.of(after_minor, fee_ppm) - rate.of(before_minor, fee_ppm)
