"""The safety valve at checkout: the last gate, which says nothing of a person; a rehearsed one beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from whiteslip.decisioning.habits.facts import CheckoutFacts
from whiteslip.infra.database import Connection
from whiteslip.kernel.money import Minor
from whiteslip.kernel.reason import Reason
from whiteslip.money.purchases.model import PurchaseRequest
from whiteslip.risk.liquidity import gate, store
from whiteslip.risk.liquidity.gate import Asked
from whiteslip.risk.liquidity.model import Acting, Counted, Gated

OPEN = Gated(None, None)


@dataclass(slots=True)
class ValveGate:
    """The valves of a batch: places the one that acts `refused`, and those the rehearsed one would have."""

    gated: Gated
    on: date = date.min
    asked: dict[int, Minor] = field(default_factory=dict[int, Minor])
    refused: set[int] = field(default_factory=set[int])
    rehearsed: set[int] = field(default_factory=set[int])

    def against(
        self, place: int, request: PurchaseRequest, facts: CheckoutFacts | None
    ) -> Reason | None:
        """Return the reason of the valve that refuses a purchase which nothing else is in the way of."""
        if self.gated == OPEN:
            return None
        asked = _asked(request, facts)
        self.asked[place] = asked.amount_minor
        if gate.refuses(self.gated.rehearsed, asked, on=self.on):
            self.rehearsed.add(place)
        if self.gated.acting is None or not gate.refuses(self.gated.acting, asked, on=self.on):
            return None
        self.refused.add(place)
        return gate.reason_of(self.gated.acting)

    def forget(self, places: Sequence[int]) -> None:
        """Take back what was counted of places that are judged again."""
        for place in places:
            self.asked.pop(place, None)
            self.refused.discard(place)
            self.rehearsed.discard(place)

    def lets(self, request: PurchaseRequest, facts: CheckoutFacts | None) -> bool:
        """Tell whether a purchase, made after this batch, would be let through."""
        return not gate.refuses(self.gated.acting, _asked(request, facts), on=self.on)

    def count(self, db: Connection) -> None:
        """Keep what came to the valves, and what of it they refused or would have refused."""
        valves = (
            (self.gated.acting, True, self.refused),
            (self.gated.rehearsed, False, self.rehearsed),
        )
        counted = [
            self._counted(valve, refused, acted=acted)
            for valve, acted, refused in valves
            if valve is not None and gate.is_shut(valve, on=self.on)
        ]
        store.count_gated(db, counted, on=self.on)

    def _counted(self, valve: Acting, refused: set[int], *, acted: bool) -> Counted:
        counts = gate.count([self.asked[one] for one in refused], list(self.asked.values()))
        return Counted(valve.valve_id, self.on, acted, *counts)


def _asked(request: PurchaseRequest, facts: CheckoutFacts | None) -> Asked:
    return Asked(request.customer_id, request.amount_minor, request.plan_months, facts)


def read_valve(db: Connection) -> ValveGate:
    """Read the valve, in the transaction of the checkout; one that cannot be read is `Unavailable`, never open."""
    return ValveGate(store.read_gate(db))
