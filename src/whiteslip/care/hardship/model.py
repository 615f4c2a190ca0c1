"""Reliefs, their terms and what happens to them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct, field

from whiteslip.kernel.money import Minor
from whiteslip.money.schedules.model import Part, Piece, Settlement


class Form(StrEnum):
    """The forms of relief; the docs say what each changes."""

    PROMISE = "promise"
    DEFERRAL = "deferral"
    EXTENSION = "extension"
    INSTALLMENTS = "installments"
    SEASONAL = "seasonal"
    HOLIDAY = "holiday"
    DUE_DAY = "due_day"
    RE_AGE = "re_age"
    RE_AMORTIZE = "re_amortize"
    NEW_TERMS = "new_terms"


class Status(StrEnum):
    """Where a relief stands: countered waits for staff, offered for the customer, agreed for an approval."""

    COUNTERED = "countered"
    OFFERED = "offered"
    AGREED = "agreed"
    RUNNING = "running"
    KEPT = "kept"
    BROKEN = "broken"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    LAPSED = "lapsed"


class Command(StrEnum):
    """What may be asked of a relief."""

    OFFER = "offer"
    COUNTER = "counter"
    ACCEPT = "accept"
    APPROVE = "approve"
    DECLINE = "decline"
    REFUSE = "refuse"
    CANCEL = "cancel"
    START = "start"
    LAPSE = "lapse"
    KEEP = "keep"
    BREAK = "break"


class Side(StrEnum):
    """Who speaks."""

    CUSTOMER = "customer"
    STAFF = "staff"
    PROGRAM = "program"


class Terms(NamedTuple):
    """What a relief would change; which fields are used depends on the form.

    `due_on` and `days` are a deferral's (a due day's `days` is the day of the month), `parts` of installments, seasons,
    re-aging and new terms (months of an extension, statements of a holiday; re-amortizing, 0: the months that remain),
    `amount_minor` and `until_on` a promise's, `small_months` (1 to 12) the season's lean months.
    `fee_minor` None: the fee of the table. `drops_fees`: the fees of plans not billed yet fall away.
    """

    form: Form
    due_on: date | None = None
    days: int = 0
    parts: int = 0
    amount_minor: Minor = 0
    until_on: date | None = None
    small_months: tuple[int, ...] = ()
    fee_minor: Minor | None = None
    drops_fees: bool = False


class FormTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """What the table says of one form; days past due and a year's count bound what needs no person's look.

    `parts`, `days` are what the program offers by itself; the bounds hold for everybody.
    """

    least_days_past_due: Annotated[int, Meta(ge=0, le=3650)]
    most_days_past_due: Annotated[int, Meta(ge=0, le=3650)]
    most_a_year: Annotated[int, Meta(ge=0, le=100)]
    fewest: Annotated[int, Meta(ge=1, le=60)]
    most: Annotated[int, Meta(ge=1, le=60)]
    usual: Annotated[int, Meta(ge=1, le=60)]
    fee_ppm: Annotated[int, Meta(ge=0, le=20_000)]
    stops_fees: bool
    pauses_reminders: bool
    bars_credit: bool


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters of relief."""

    grace_days: Annotated[int, Meta(ge=0, le=30)]
    lapse_days: Annotated[int, Meta(ge=1, le=90)]
    approve_above_minor: Annotated[Minor, Meta(ge=0, le=10**12)]
    approve_above_parts: Annotated[int, Meta(ge=1, le=60)]
    approve_waivers: bool
    small_weight: Annotated[int, Meta(ge=0, le=100)]
    large_weight: Annotated[int, Meta(ge=1, le=100)]
    forms: dict[Form, FormTerms] = field(name="form")


class Plan(NamedTuple):
    """What terms come to on a line as it stands: pieces of its installments, parts to be paid, a fee, an end.

    `drops` are fees not billed yet that fall away first; `keeps_all` tells that even what no statement has shown must
    be paid by the dates agreed, or the plan is broken.
    """

    pieces: tuple[Piece, ...]
    parts: tuple[Part, ...]
    amount_minor: Minor
    fee_minor: Minor
    ends_on: date
    is_waiver: bool = False
    drops: tuple[Settlement, ...] = ()
    keeps_all: bool = False

    @property
    def dropped_minor(self) -> Minor:
        """Fees to come that fall away."""
        return sum(one.fee_dropped_minor for one in self.drops)


class ReliefKey(NamedTuple):
    """A relief and its owner."""

    customer_id: int
    relief_id: int


class Relief(NamedTuple):
    """A relief as journeys see it."""

    customer_id: int
    relief_id: int
    line_id: int
    status: Status
    terms: Terms
    amount_minor: Minor
    fee_minor: Minor
    ends_on: date
    needs_approval: bool
    stops_fees: bool
    pauses_reminders: bool
    bars_credit: bool
    proposed_by: str
    offered_by: str | None
    expires_on: date

    @property
    def key(self) -> ReliefKey:
        """The relief's key."""
        return ReliefKey(self.customer_id, self.relief_id)


class Move(NamedTuple):
    """A change of status of a relief, which is given as it is afterward."""

    relief: Relief
    before: Status
    actor: str


class Progress(NamedTuple):
    """How a running relief stands at the end of a day; the oldest unpaid due of its own, None when all is paid."""

    customer_id: int
    relief_id: int
    form: Form
    amount_minor: Minor
    ends_on: date
    oldest_unpaid_on: date | None
    repaid_minor: Minor


class Message(NamedTuple):
    """Something said in the thread of a relief."""

    customer_id: int
    relief_id: int
    side: Side
    author: str
    text: str


class OnRelief(NamedTuple):
    """What a running relief means for others who act on its line, and when its last due is."""

    stops_fees: bool
    pauses_reminders: bool
    bars_credit: bool
    ends_on: date
