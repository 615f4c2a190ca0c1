"""What happened to a line from outside, each with its day and number; everything else follows from it by rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple, TypeAlias

from whiteslip.kernel.money import Minor
from whiteslip.money.chargeoffs.model import Part
from whiteslip.money.payoffs.model import Wish
from whiteslip.money.products.model import PaymentKind, Product
from whiteslip.money.schedules.model import Owed, Piece, Settlement


class Capture(NamedTuple):
    """A purchase was captured, or bought elsewhere and brought in; `months` 0: to be paid later."""

    purchase_id: int
    amount_minor: Minor
    months: int
    captured_on: date


class Payment(NamedTuple):
    """Money came in; an imported refund of the whole line is taken as one."""

    amount_minor: Minor
    kind: PaymentKind = PaymentKind.REPAYMENT
    is_imported_refund: bool = False


class Recovery(NamedTuple):
    """Money came in for a claim, and what of it enforcing cost."""

    amount_minor: Minor
    cost_minor: Minor


class Settling(NamedTuple):
    """Money that settled early what somebody wished to."""

    amount_minor: Minor
    wish: Wish


class Refund(NamedTuple):
    """A shop gave something back."""

    purchase_id: int
    amount_minor: Minor


class TakingBack(NamedTuple):
    """Money that had come was taken back, and is owed with the next due instead of at its old ones."""

    amount_minor: Minor


class Granting(NamedTuple):
    """An amount was granted at our expense."""

    amount_minor: Minor


class Payout(NamedTuple):
    """Credit went out to its owner."""

    amount_minor: Minor


class Opening(NamedTuple):
    """The line began with money of its owner."""

    amount_minor: Minor


class Splitting(NamedTuple):
    """The latest statement was turned into a plan."""

    months: int


class Waiving(NamedTuple):
    """Late fees were taken back: those of some days, both included, or the one charged to an installment on a day."""

    first_on: date
    last_on: date
    installment_id: int | None


class ChargingOff(NamedTuple):
    """Everything owed was given up as an asset."""


class WritingOff(NamedTuple):
    """What was left of a claim was given up."""


class Redated(NamedTuple):
    """What an agreement makes of rows: fees that fall away, pieces with other due dates, and a fee for it.

    `keeps_all` tells that what no statement has shown is agreed to as well, not only what was billed.
    """

    pieces: tuple[Piece, ...]
    fee_minor: Minor
    drops: tuple[Settlement, ...] = ()
    keeps_all: bool = False


class Redating(NamedTuple):
    """Other due dates were agreed; `work` makes them of what is owed on a day, None where there is nothing to move."""

    work: Callable[[Sequence[Owed], date], Redated | None]


What: TypeAlias = (
    Capture
    | Payment
    | Recovery
    | Settling
    | Refund
    | TakingBack
    | Granting
    | Payout
    | Opening
    | Splitting
    | Waiving
    | ChargingOff
    | WritingOff
    | Redating
)


class Fact(NamedTuple):
    """Something that happened on a day of the line, known by its number.

    `acted` was drawn under the line's lock when it acted, so these are in order; of most it is the number, of what was
    decided later than asked one drawn then. What is back-dated is put in place by its day.
    """

    on: date
    acted: int
    number: int
    what: What
    is_back_dated: bool = False


class Pause(NamedTuple):
    """Late fees of the line, or of one purchase, stand still from a day up to but without another."""

    purchase_id: int | None
    starts_on: date
    ends_on: date | None


class Terms(NamedTuple):
    """What a line is computed with."""

    customer_id: int
    line_id: int
    product: Product
    statement_day: int
    opened_on: date
    recovery_order: tuple[Part, ...]
    pauses: tuple[Pause, ...] = ()


def in_order(facts: Sequence[Fact]) -> list[Fact]:
    """Put facts in the order in which they acted, each on the day its line was on.

    A purchase captured while the line's day before was not closed yet acts on that day, though it is of the next.
    """
    ordered: list[Fact] = []
    reached = date.max
    acted = [fact for fact in facts if not fact.is_back_dated]
    for fact in sorted(acted, key=lambda fact: fact.acted, reverse=True):
        reached = min(reached, fact.on)
        ordered.append(fact._replace(on=reached))
    ordered.reverse()
    dated = [fact for fact in facts if fact.is_back_dated]
    for fact in sorted(dated, key=lambda fact: fact.number):
        is_later = [other.on > fact.on for other in ordered]
        ordered.insert(is_later.index(True) if True in is_later else len(ordered), fact)
    return ordered
