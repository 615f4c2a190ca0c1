"""What a panel says happened: who came with what, what was paid and what was bought each month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from whiteslip.world.panel import Ints, Panel
from whiteslip.world.profiles import Profile


@dataclass(frozen=True, slots=True)
class PanelFacts:
    """The panel as acts: `(customers, months - 1)` arrays, in minor units.

    A bill is what was left of the bill before, plus what was bought: so a purchase, or with a
    negative sign a refund, is bill − (bill before − payment).
    """

    limits_minor: Ints
    opening_minor: Ints
    payments_minor: Ints
    purchases_minor: Ints

    @property
    def customers(self) -> int:
        """How many customers there are."""
        return len(self.limits_minor)


def facts_of(panel: Panel) -> PanelFacts:
    """Turn bills and payments into opening balances, repayments, purchases and refunds."""
    bills, payments = panel.bills_minor, panel.payments_minor[:, 1:]
    return PanelFacts(
        limits_minor=panel.limits_minor,
        opening_minor=bills[:, 0],
        payments_minor=payments,
        purchases_minor=bills[:, 1:] - bills[:, :-1] + payments,
    )


def act_dates(profile: Profile) -> tuple[tuple[date, date], ...]:
    """The payment day and the purchase day of each month after the first."""
    return tuple(
        (
            month.first_on.replace(day=profile.payment_day),
            month.first_on.replace(day=profile.purchase_day),
        )
        for month in profile.months[1:]
    )


def refunds_beyond_purchases(facts: PanelFacts) -> int:
    """Count the customer-months whose refund is larger than all purchases since the opening."""
    bought = np.cumsum(np.maximum(facts.purchases_minor, 0), axis=1)
    refunded = np.maximum(-facts.purchases_minor, 0)
    return int(((refunded > 0) & (refunded > bought)).sum())


def purchases_above_limit(facts: PanelFacts, panel: Panel) -> int:
    """Count the customer-months in which a purchase leaves a bill above the limit."""
    above = panel.bills_minor[:, 1:] > panel.limits_minor[:, None]
    return int((above & (facts.purchases_minor > 0)).sum())
