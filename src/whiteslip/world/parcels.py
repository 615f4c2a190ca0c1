"""What becomes of purchases after checkout: captured at once, later or in parts, voided, left, and sent back."""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from whiteslip.flows.checkout import Authorized, Declined, Referred
from whiteslip.flows.refund import RefundRequest
from whiteslip.flows.void import VoidRequest
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.world.shoppers import Ints, Terms

_FATES = ("captured_at_once", "captured_later", "captured_in_parts", "voided")
_AT_ONCE, _LATER, _IN_PARTS, _VOIDED = range(4)
_LATER_DAYS = (1, 6)
_PART_SENT_BACK = (0.1, 0.9)


class Parcel(NamedTuple):
    """A purchase on its way: what is to be captured, and which share is sent back after how many days."""

    customer_id: int
    purchase_id: int
    amount_minor: int | None
    final: bool
    refund_share: float
    refund_in_days: int


@dataclass(slots=True)
class Parcels:
    """What is to be done with parcels on which day."""

    terms: Terms
    rng: np.random.Generator
    captures: dict[date, list[Parcel]] = field(
        default_factory=lambda: defaultdict[date, list[Parcel]](list)
    )
    voids: dict[date, list[VoidRequest]] = field(
        default_factory=lambda: defaultdict[date, list[VoidRequest]](list)
    )
    refunds: dict[date, list[RefundRequest]] = field(
        default_factory=lambda: defaultdict[date, list[RefundRequest]](list)
    )

    def ship(
        self,
        answers: Sequence[Authorized | Declined | Referred | WhiteslipError],
        categories: Ints,
        *,
        on: date,
    ) -> int:
        """Draw the fate of each authorized purchase; returns how many there are."""
        fates = self.terms.tables["fates"]
        edges = list(accumulate(float(fates[name]) for name in _FATES))
        drawn = self.rng.random((4, len(answers)))
        low, high = fates["refund_days"]
        later = self.rng.integers(_LATER_DAYS[0], _LATER_DAYS[1] + 1, len(answers))
        back = self.rng.integers(low, high + 1, len(answers))
        shipped = 0
        for index, answer in enumerate(answers):
            if not isinstance(answer, Authorized):
                continue
            shipped += 1
            sent_back = drawn[1, index] < self.terms.categories[int(categories[index])].refunds
            whole = drawn[2, index] < fates["refund_in_full"]
            share = self._share(float(drawn[3, index]), whole=bool(whole)) if sent_back else 0.0
            parcel = Parcel(
                *answer[:2], None, final=True, refund_share=share, refund_in_days=int(back[index])
            )
            fate = bisect(edges, float(drawn[0, index]))
            self._plan(parcel, answer.amount_minor, fate, on, int(later[index]))
        return shipped

    def to_capture(self, on: date) -> list[Parcel]:
        """Take the parcels to be captured on a day."""
        return self.captures.pop(on, [])

    def took(self, parcels: Sequence[Parcel], captured_minor: Sequence[int], *, on: date) -> None:
        """Learn how much was captured, and plan what is sent back of it."""
        for parcel, captured in zip(parcels, captured_minor, strict=True):
            amount = int(captured * parcel.refund_share)
            if amount > 0:
                back_on = on + timedelta(days=parcel.refund_in_days)
                self.refunds[back_on].append(RefundRequest(*parcel[:2], None, amount))

    def to_void(self, on: date) -> list[VoidRequest]:
        """Take what is to be voided on a day."""
        return self.voids.pop(on, [])

    def to_refund(self, on: date) -> list[RefundRequest]:
        """Take what is to be refunded on a day."""
        return self.refunds.pop(on, [])

    def _share(self, drawn: float, *, whole: bool) -> float:
        low, high = _PART_SENT_BACK
        return 1.0 if whole else low + (high - low) * drawn

    def _plan(self, parcel: Parcel, amount: int, fate: int, on: date, days: int) -> None:
        later = on + timedelta(days=days)
        if fate == _AT_ONCE:
            self.captures[on].append(parcel)
        elif fate == _LATER:
            self.captures[later].append(parcel)
        elif fate == _IN_PARTS and amount > 1:
            first = parcel._replace(amount_minor=amount // 2, final=False, refund_share=0.0)
            self.captures[on].append(first)
            self.captures[later].append(parcel)
        elif fate == _VOIDED:
            self.voids[later].append(VoidRequest(*parcel[:2], None))
