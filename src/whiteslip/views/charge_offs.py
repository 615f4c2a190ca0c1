"""Charge-offs: what was given up, what came in since, who decided, and what may be proposed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.money.chargeoffs.model import Claim, State
from whiteslip.money.chargeoffs.store import terms

sql = Sql(__package__)
WAITING = (State.PROPOSED, State.ENDING)
"""Another person has to decide."""
STANDING = (State.CHARGED_OFF,)
ENDED = (State.RECOVERED, State.WRITTEN_OFF, State.REFUSED)


class ClaimView(NamedTuple):
    """A claim, with the days on which something was decided of it, and who ended it."""

    claim: Claim
    proposed_on: date
    decided_on: date | None
    ended_on: date | None
    ended_by: str | None


class RecoveryView(NamedTuple):
    """What came in for a claim, minor units; a refund that was set off names its purchase."""

    recovery_id: int
    recovered_on: date
    cost_minor: int
    claim_minor: int
    method: str | None
    purchase_id: int | None


class RipeLine(NamedTuple):
    """A line that may be proposed for charging off."""

    customer_id: int
    line_id: int
    oldest_due_on: date
    days_past_due: int
    principal_minor: int


def of_line(db: Connection, customer_id: int, line_id: int) -> list[Claim]:
    """List the charge-offs of a line, the latest first."""
    rows = sql.many(db, "list_charge_offs", customer_id=customer_id, line_id=line_id)
    return [Claim(*row)._replace(state=State(row.state)) for row in rows]


def in_states(
    db: Connection, states: Iterable[State], *, customer_id: int | None = None, most: int
) -> list[ClaimView]:
    """List claims in some states, of everybody or of one customer, the latest first."""
    return _claims(db, states, customer_id, None, most)


def find(db: Connection, customer_id: int, charge_off_id: int) -> ClaimView | None:
    """Find a claim."""
    found = _claims(db, State, customer_id, charge_off_id, 1)
    return found[0] if found else None


def recoveries(
    db: Connection, customer_id: int, charge_off_id: int, *, most: int
) -> list[RecoveryView]:
    """List what came in for a claim, the latest first."""
    wanted = {"customer_id": customer_id, "charge_off_id": charge_off_id, "most": most}
    return [RecoveryView(*row) for row in sql.many(db, "list_recoveries", **wanted)]


def ripe_lines(db: Connection, *, most: int) -> list[RipeLine]:
    """List lines that may be proposed for charging off, the longest overdue first."""
    rows = sql.many(db, "list_ripe_lines", after_days=ripe_after_days(), most=most)
    return [RipeLine(*row) for row in rows]


def ripe_after_days() -> int:
    """Say how many days past due a line must be before it may be proposed."""
    return terms().propose_after_days


def _claims(
    db: Connection,
    states: Iterable[State],
    customer_id: int | None,
    charge_off_id: int | None,
    most: int,
) -> list[ClaimView]:
    rows = sql.many(
        db,
        "list_claims",
        states=[str(state) for state in states],
        customer_id=customer_id,
        charge_off_id=charge_off_id,
        most=most,
    )
    return [ClaimView(Claim(*row[:15])._replace(state=State(row.state)), *row[15:]) for row in rows]
