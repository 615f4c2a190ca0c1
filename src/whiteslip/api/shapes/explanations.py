"""Why an installment is what it is, and the life of a purchase: what the API gives."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from whiteslip.api.answers import Words
from whiteslip.api.bodies import Currency
from whiteslip.api.said import in_both
from whiteslip.kernel import ids
from whiteslip.money.replays.explained import Accrual, Entry
from whiteslip.views.explanations import Event, ExplanationView, LineSaid, TimelineView

_What = Annotated[
    str,
    Meta(
        examples=["part_odd", "plan_fee", "late_fee", "paid"],
        description="What happened, by name; `says` has it in words.",
    ),
]
_Fault = Annotated[str, Meta(examples=["the credit is 100, lived 0"])]


class Movement(Struct, frozen=True):
    """A movement of the ledger; one that a correction booked later counts from `value_on`."""

    movement_id: Annotated[int, Meta(examples=[55])]
    kind: Annotated[str, Meta(examples=["late_fee"])]
    amount_minor: Annotated[int, Meta(examples=[17])]
    value_on: date
    booked_on: date


class DailyFee(Struct, frozen=True):
    """base × rate × days + carried in = charged + carried out; what is carried is in millionths of a minor unit."""

    installment_id: Annotated[str, Meta(examples=["ins_7_49"])]
    base_minor: Annotated[int, Meta(examples=[33_833])]
    rate_ppm: Annotated[int, Meta(examples=[500])]
    days: Annotated[int, Meta(examples=[12])]
    carried_in_micro: Annotated[int, Meta(examples=[0])]
    charged_minor: Annotated[int, Meta(examples=[202])]
    carried_out_micro: Annotated[int, Meta(examples=[998_000])]


class ExplainedLine(Struct, frozen=True):
    """One thing that happened to an installment, and what each part changed by; a payment is negative."""

    on: date
    until: date
    what: _What
    says: Words
    principal_minor: Annotated[int, Meta(examples=[33_334])]
    fee_minor: Annotated[int, Meta(examples=[500])]
    late_fee_minor: Annotated[int, Meta(examples=[0])]
    owed_minor: Annotated[int, Meta(examples=[33_834])]
    is_payment: bool
    source_id: Annotated[int | None, Meta(examples=[54])]
    terms: Annotated[
        dict[str, int],
        Meta(
            examples=[{"total_minor": 100_000, "parts": 3, "number": 3}],
            description="The numbers of the formula.",
        ),
    ]
    daily_fees: list[DailyFee]
    movements: list[Movement]


class Explanation(Struct, frozen=True):
    """Why an installment is what it is: its lines sum to it; where there are none, `faults` say why."""

    installment_id: Annotated[str, Meta(examples=["ins_7_49"])]
    line_id: Annotated[str, Meta(examples=["lin_7_12"])]
    purchase_id: Annotated[str | None, Meta(examples=["pur_7_42"])]
    kind: Annotated[str, Meta(examples=["plan"])]
    number: Annotated[int, Meta(examples=[3])]
    parts: Annotated[int, Meta(examples=[3], description="Of how many parts; 0 where it is whole.")]
    status: Annotated[str, Meta(examples=["open"])]
    due_on: date
    principal_minor: Annotated[int, Meta(examples=[33_334])]
    fee_minor: Annotated[int, Meta(examples=[500])]
    late_fee_minor: Annotated[int, Meta(examples=[0])]
    paid_minor: Annotated[int, Meta(examples=[0])]
    owed_minor: Annotated[int, Meta(examples=[33_834])]
    is_explained: bool
    lines: list[ExplainedLine]
    faults: list[_Fault]
    currency: Currency = "CNY"


class PurchaseEvent(Struct, frozen=True):
    """Something in the life of a purchase; the parts say by how much what is owed changed, a payment is negative."""

    on: date
    until: date
    what: _What
    says: Words
    amount_minor: Annotated[int, Meta(examples=[100_000])]
    principal_minor: Annotated[int, Meta(examples=[100_000])]
    fee_minor: Annotated[int, Meta(examples=[0])]
    late_fee_minor: Annotated[int, Meta(examples=[0])]
    source_id: Annotated[int | None, Meta(examples=[54])]
    method: Annotated[str, Meta(examples=["bank"])]
    installments: Annotated[list[str], Meta(examples=[["ins_7_47", "ins_7_48"]])]
    movements: list[Movement]


class Timeline(Struct, frozen=True):
    """The life of a purchase from its hold to its last cent. Where it cannot be worked out, `faults` say why."""

    purchase_id: Annotated[str, Meta(examples=["pur_7_42"])]
    line_id: Annotated[str, Meta(examples=["lin_7_12"])]
    is_explained: bool
    events: list[PurchaseEvent]
    faults: list[_Fault]
    currency: Currency = "CNY"


def explanation(view: ExplanationView) -> Explanation:
    """Show an explanation."""
    row, customer_id = view.row, view.customer_id
    told = view.explanation
    paid = row.paid_principal_minor + row.paid_fee_minor + row.paid_late_fee_minor
    owner = None if row.purchase_id is None else ids.write("pur", customer_id, row.purchase_id)
    return Explanation(
        ids.write("ins", customer_id, row.installment_id),
        ids.write("lin", customer_id, view.line_id),
        owner,
        row.kind,
        row.number if told is None else told.number,
        0 if told is None else told.parts,
        row.status,
        row.due_on,
        row.principal_minor,
        row.fee_minor,
        row.late_fee_minor,
        paid,
        row.principal_minor + row.fee_minor + row.late_fee_minor - paid,
        told is not None,
        [_line(one, customer_id) for one in view.lines],
        list(view.faults),
    )


def timeline(view: TimelineView) -> Timeline:
    """Show the life of a purchase."""
    customer_id = view.purchase.customer_id
    return Timeline(
        ids.write("pur", customer_id, view.purchase.purchase_id),
        ids.write("lin", customer_id, view.purchase.line_id),
        not view.faults,
        [_event(one, customer_id) for one in view.events],
        list(view.faults),
    )


def _line(one: LineSaid, customer_id: int) -> ExplainedLine:
    line = one.line
    return ExplainedLine(
        line.on,
        line.until,
        line.what,
        in_both(one.says),
        line.principal_minor,
        line.fee_minor,
        line.late_fee_minor,
        line.owed_minor,
        line.is_payment,
        line.source_id,
        dict(line.terms),
        [_daily(fee, customer_id) for fee in line.accruals],
        [_movement(entry) for entry in line.journal],
    )


def _event(one: Event, customer_id: int) -> PurchaseEvent:
    return PurchaseEvent(
        one.on,
        one.until,
        one.what,
        in_both(one.says),
        one.amount_minor,
        one.principal_minor,
        one.fee_minor,
        one.late_fee_minor,
        one.source_id,
        one.method,
        [ids.write("ins", customer_id, number) for number in one.installment_ids],
        [_movement(entry) for entry in one.journal],
    )


def _daily(fee: Accrual, customer_id: int) -> DailyFee:
    return DailyFee(ids.write("ins", customer_id, fee.installment_id), *fee[1:])


def _movement(entry: Entry) -> Movement:
    return Movement(*entry)
