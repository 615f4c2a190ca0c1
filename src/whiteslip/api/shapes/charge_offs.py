"""What charging off, recovering and writing off take and give."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from whiteslip.api.bodies import Amount, Body, Currency, Method
from whiteslip.api.shapes.reviews import Note
from whiteslip.flows.charge_off import Claim
from whiteslip.flows.recover import Recovered
from whiteslip.kernel import ids
from whiteslip.kernel.money import MAX_MINOR

PREFIX = "cof"


class ChargeOffBody(Body, frozen=True):
    """Propose that a line be charged off, and say why."""

    note: Note


class ChargeOffDecisionBody(Body, frozen=True):
    """Approve or refuse what another person proposed."""

    approved: bool


class RecoveryBody(Body, frozen=True):
    """Money that came in for a claim, and what of it enforcing cost."""

    amount_minor: Amount
    method: Method
    cost_minor: Annotated[int, Meta(ge=0, le=MAX_MINOR)] = 0
    currency: Currency = "CNY"


class ChargeOff(Struct, frozen=True):
    """A claim: what left the assets, what came in since, what was written off, and what still stands; minor units."""

    id: str
    line_id: str
    state: str
    principal_minor: int
    fee_minor: int
    late_fee_minor: int
    recovered_minor: int
    written_off_minor: int
    left_minor: int
    oldest_due_on: date
    days_past_due: int
    proposed_by: str
    decided_by: str | None
    ending_by: str | None
    note: str
    currency: Currency = "CNY"


class ChargeOffs(Struct, frozen=True):
    """The charge-offs of a line, the latest first."""

    charge_offs: list[ChargeOff]


class RecoveryDone(Struct, frozen=True):
    """Where the money went: the cost of enforcing, the claim, and an excess, which is the customer's credit balance."""

    id: str
    line_id: str
    amount_minor: int
    cost_minor: int
    recovered_minor: int
    credit_minor: int
    currency: Currency = "CNY"


def shown(claim: Claim) -> ChargeOff:
    """Show a claim."""
    return ChargeOff(
        ids.write(PREFIX, claim.customer_id, claim.charge_off_id),
        ids.write("lin", claim.customer_id, claim.line_id),
        claim.state,
        claim.principal_minor,
        claim.fee_minor,
        claim.late_fee_minor,
        claim.recovered_minor,
        claim.written_off_minor,
        claim.left_minor,
        claim.oldest_due_on,
        claim.days_past_due,
        claim.proposed_by,
        claim.decided_by,
        claim.ending_by,
        claim.note,
    )


def recovered(done: Recovered) -> RecoveryDone:
    """Show a recovery."""
    return RecoveryDone(
        ids.write("rep", done.customer_id, done.recovery_id),
        ids.write("lin", done.customer_id, done.line_id),
        done.amount_minor,
        done.recovery.cost_minor,
        done.recovery.recovered_minor,
        done.recovery.credit_minor,
    )
