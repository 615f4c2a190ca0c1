"""The caps people set themselves, held against what they ask for; who set none costs one look-up a batch."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.care.budgeting import rules, store
from whiteslip.care.budgeting.model import Attempt, Cap, CapKind, Spent
from whiteslip.care.budgeting.store import Asking
from whiteslip.infra.database import Connection
from whiteslip.kernel.money import Minor
from whiteslip.kernel.reason import Reason
from whiteslip.money.purchases.model import PurchaseRequest

_NOTHING = Spent()


class OwnCaps(NamedTuple):
    """The caps in force, what was bought in their windows, and by place when who must wait first asked."""

    caps: Mapping[int, Collection[Cap]]
    spent: Mapping[int, Spent]
    first_asked: Mapping[int, datetime]

    def joined(self, later: OwnCaps) -> OwnCaps:
        """Return these with what was read later; when somebody first asked is of that reading alone."""
        if not self.caps:
            return later
        return OwnCaps(
            {**self.caps, **later.caps}, {**self.spent, **later.spent}, later.first_asked
        )

    def against(
        self, place: int, request: PurchaseRequest, *, taken_minor: Minor, at: datetime
    ) -> Reason | None:
        """Return the reason of the caps a request is over, with what its person was granted earlier in the batch."""
        if request.customer_id not in self.caps:
            return None
        before = self.spent.get(request.customer_id, _NOTHING)
        attempt = Attempt(
            request.customer_id,
            request.amount_minor,
            at,
            Spent(*(window + taken_minor for window in before)),
            self.first_asked.get(place),
        )
        over = rules.against_caps([attempt], self.caps, store.terms().caps)
        return over[0].reason if over else None


NO_CAPS = OwnCaps({}, {}, {})


def read_own_caps(
    db: Connection, requests: Sequence[PurchaseRequest], *, on: date, at: datetime
) -> OwnCaps:
    """Read the caps of those who ask, and only if somebody has one, what they are held against."""
    caps = store.caps_of(db, {one.customer_id for one in requests}, at=at)
    if not caps:
        return NO_CAPS
    waiting = [
        (place, cap)
        for place, one in enumerate(requests)
        for cap in caps.get(one.customer_id, ())
        if cap.kind is CapKind.COOLING_OFF and one.amount_minor > cap.amount_minor
    ]
    asking = [
        Asking(
            requests[place].customer_id,
            requests[place].merchant_id,
            requests[place].amount_minor,
            cap.amount_minor,
            cap.wait_hours,
        )
        for place, cap in waiting
    ]
    found = store.first_asked(db, asking, at=at)
    first_asked = {waiting[index][0]: asked_at for index, asked_at in found.items()}
    return OwnCaps(caps, store.spent_of(db, caps, on=on), first_asked)
