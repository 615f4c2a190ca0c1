"""Purchases referred to a person: which are, what may become of them, and what stands in the way of granting one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final, NamedTuple

from msgspec import Meta, Struct

from whiteslip.kernel.errors import Conflict
from whiteslip.kernel.money import decimal_text
from whiteslip.kernel.parameters import read_parameters
from whiteslip.kernel.reason import Reason
from whiteslip.kernel.verdict import Outcome
from whiteslip.money.lines import rules as line_rules
from whiteslip.money.lines.model import SUSPENDED_LEVEL, Line, LineKey

_FILE: Final = "referrals.toml"


class Word(StrEnum):
    """What becomes of a referred purchase: two by a person, two by time."""

    GRANTED = "granted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    SUPERSEDED = "superseded"


RULINGS: Mapping[tuple[str, Word], str] = MappingProxyType(
    {
        ("referred", Word.GRANTED): "authorized",
        ("referred", Word.DECLINED): "declined",
        ("referred", Word.LAPSED): "declined",
        ("referred", Word.SUPERSEDED): "declined",
    }
)
"""The legal pairs of a status and a ruling, and the status they lead to: nothing but what is referred is ruled on."""


class Terms(Struct, frozen=True, forbid_unknown_fields=True):
    """How long a purchase waits for a person, in business days, and how far back is looked for what waited longer."""

    lapse_days: Annotated[int, Meta(ge=1, le=60)]
    look_back_days: Annotated[int, Meta(ge=0, le=400)]

    def lapsing(self, on: date) -> tuple[date, date]:
        """Return the first and the last day of asking whose purchases are over on a business date."""
        last = on - timedelta(days=self.lapse_days)
        return last - timedelta(days=self.look_back_days), last


class Waiting(NamedTuple):
    """A purchase as who rules on it sees it.

    `outcome` is what the checkout book said, None where no decision is kept; `later_id` a later purchase of the same
    order that was granted or waits for a person in its turn.
    """

    customer_id: int
    purchase_id: int
    line_id: int
    merchant_id: int
    amount_minor: int
    plan_months: int
    order_ref: str
    status: str
    asked_on: date
    asked_at: datetime
    shop: str
    shop_status: str
    outcome: int | None
    later_id: int | None
    reasons: tuple[Reason, ...]

    @property
    def line(self) -> LineKey:
        """The line that is to pay."""
        return LineKey(self.customer_id, self.line_id)

    @property
    def is_for_a_person(self) -> bool:
        """Tell whether it waits, and for a person's look and not only for a second factor; the twin of `Batch`."""
        return self.status == "referred" and (self.outcome or 0) > Outcome.STEP_UP


class Ruled(NamedTuple):
    """A purchase that was ruled on: by whom, for what, in which case, and until when its hold stands."""

    waiting: Waiting
    word: Word
    actor: str
    note: str
    case_id: int | None
    expires_on: date

    @property
    def status(self) -> str:
        """The status it is in from now on."""
        return RULINGS[self.waiting.status, self.word]


def refusal(waiting: Waiting, word: Word) -> Conflict | None:
    """Say why a purchase cannot be ruled on so as it stands."""
    if (waiting.status, word) not in RULINGS:
        return Conflict(f"the purchase is {waiting.status}: it cannot be {word}")
    if word is not Word.SUPERSEDED and not waiting.is_for_a_person:
        return Conflict(f"the purchase waits for a second factor: it cannot be {word}")
    return None


def hindrance(waiting: Waiting, line: Line, *, taken_minor: int) -> Conflict | None:
    """Say why a line cannot take a purchase now, with what was granted on it just before; None where it can.

    A level that asks for a second factor does not hinder: a person's look is more than one. Twin: place_holds.sql.
    """
    if waiting.shop_status != "open":
        return Conflict("the shop is closed: it sells nothing any more")
    seen = line._replace(held_minor=line.held_minor + taken_minor)
    in_plan = waiting.plan_months > 0
    if line_rules.may_hold(seen, waiting.amount_minor, in_plan=in_plan):
        return None
    if line.status != "open":
        return Conflict("the line is closed")
    if line.credit_barred:
        return Conflict("the line takes no new purchase while what was agreed on repaying it runs")
    if line.restriction_level >= SUSPENDED_LEVEL:
        return Conflict("the line is suspended for new purchases")
    if in_plan and line.plans_barred:
        return Conflict("the line takes no new plans")
    left = decimal_text(max(0, seen.available_minor))
    return Conflict(f"the line has no room: {left} is left at its restriction level")


def read(text: str) -> Terms:
    """Read the parameters from TOML; what is missing, unknown or out of bounds is named and refused."""
    return read_parameters(text, Terms, file=_FILE)
