"""What may happen to a plan, each on its day; a plan's life is its terms and these, in order."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple, TypeAlias

from whiteslip.kernel.money import Minor
from whiteslip.kernel.rate import Ppm
from whiteslip.money.plans.model import Component, Every, Kind


class Drawn(NamedTuple):
    """Principal is drawn, the first time or once more: what is left is spread over the rows still to come.

    A down payment that the terms make at once is made with it, unless it was taken back.
    """

    on: date
    amount_minor: Minor
    pays_down: bool = True


class Charged(NamedTuple):
    """A fee or a penalty of some amount, owed with the row whose period holds `due_on`, or alone after the last."""

    on: date
    due_on: date
    component: Component
    amount_minor: Minor


class Paid(NamedTuple):
    """Money for the plan; what nothing is owed for is the payer's credit."""

    on: date
    amount_minor: Minor
    kind: Kind = Kind.REPAYMENT


class PaidOff(NamedTuple):
    """Everything is paid that would end the plan on this day."""

    on: date


class ChargedBack(NamedTuple):
    """A bank takes a payment back, or a part of it: credit goes first, the rest is owed again with the next row."""

    on: date
    amount_minor: Minor


class CreditRefunded(NamedTuple):
    """Credit goes back to the payer."""

    on: date
    amount_minor: Minor


class ReAged(NamedTuple):
    """All that is open moves to new rows, the first due on `first_due_on`; fees and penalties only `with_fees`."""

    on: date
    first_due_on: date
    every: Every
    installments: int
    with_fees: bool = True


class ReAmortized(NamedTuple):
    """What is due is spread evenly over the rows to come; fees and penalties only `with_fees`."""

    on: date
    with_fees: bool = True


class Extended(NamedTuple):
    """From the row due on a day, so many rows more carry what is left."""

    on: date
    from_due_on: date
    extra: int


class Graced(NamedTuple):
    """From the row due on a day, so many rows owe no principal, and so many are added; so many bear no interest.

    Interest that a row does not bear is due with the first row after them.
    """

    on: date
    from_due_on: date
    principal: int = 0
    interest: int = 0


class DueMoved(NamedTuple):
    """The row due on a day is due on another, and those after it in its rhythm."""

    on: date
    from_due_on: date
    to_due_on: date


class RateChanged(NamedTuple):
    """Another rate from the row due on a day."""

    on: date
    from_due_on: date
    annual_ppm: Ppm


class Waived(NamedTuple):
    """What is open of a component is forgiven up to an amount, oldest first."""

    on: date
    component: Component
    amount_minor: Minor


class ChargedOff(NamedTuple):
    """The claim is charged off: nothing more is charged."""

    on: date


Event: TypeAlias = (
    Drawn
    | Charged
    | Paid
    | PaidOff
    | ChargedBack
    | CreditRefunded
    | ReAged
    | ReAmortized
    | Extended
    | Graced
    | DueMoved
    | RateChanged
    | Waived
    | ChargedOff
)
