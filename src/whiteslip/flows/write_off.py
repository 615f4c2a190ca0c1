"""Write off: the last step ends a claim; one person proposes it, and another approves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.care.notices import ends
from whiteslip.care.notices.store import tell
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import NotFound, WhiteslipError
from whiteslip.money.arrears.store import age_lines
from whiteslip.money.chargeoffs import rules, store
from whiteslip.money.chargeoffs.model import Claim, State
from whiteslip.money.lines.store import take_turns

__all__ = [
    "Claim",
    "WriteOffDecision",
    "WriteOffRequest",
    "decide_write_offs",
    "propose_write_offs",
]


class WriteOffRequest(NamedTuple):
    """A person proposes that a claim be written off."""

    customer_id: int
    charge_off_id: int
    actor: str


class WriteOffDecision(NamedTuple):
    """Another person approves or refuses it."""

    customer_id: int
    charge_off_id: int
    approved: bool
    actor: str


def propose_write_offs(
    db: Connection,
    requests: Sequence[WriteOffRequest],
    *,
    at: datetime,  # noqa: ARG001 - the shape of every journey
) -> list[Claim | WhiteslipError]:
    """Propose the end of claims, in order; they stand until another person approves."""

    def propose(claim: Claim, actor: str, _: date) -> Claim | WhiteslipError:
        if error := rules.check_ending(claim):
            return error
        ending = claim._replace(state=State.ENDING, ending_by=actor)
        store.move_ending(db, ending)
        return ending

    return [_with(db, one.customer_id, one.charge_off_id, one.actor, propose) for one in requests]


def decide_write_offs(
    db: Connection, decisions: Sequence[WriteOffDecision], *, at: datetime
) -> list[Claim | WhiteslipError]:
    """Approve or refuse write-offs that others proposed, in order; what is approved ends the claim."""
    return [_decide(db, decision, at=at) for decision in decisions]


def _decide(db: Connection, decision: WriteOffDecision, *, at: datetime) -> Claim | WhiteslipError:
    def decide(claim: Claim, actor: str, on: date) -> Claim | WhiteslipError:
        asked_by = claim.ending_by or ""
        if error := rules.check_decided(claim.state, State.ENDING, by=actor, asked_by=asked_by):
            return error
        if not decision.approved:
            standing = claim._replace(state=State.CHARGED_OFF, ending_by=None)
            store.move_ending(db, standing)
            return standing
        store.write_off(db, claim, by=actor, on=on, at=at)
        age_lines(db, [claim.customer_id], on=on)
        tell(db, [ends.of_write_off(claim, on=on)], at=at)
        customers, subjects = [claim.customer_id], [claim.charge_off_id]
        outbox.append(
            db, "money.claim-written-off", customer_ids=customers, subject_ids=subjects, at=at
        )
        return claim._replace(state=State.WRITTEN_OFF, written_off_minor=claim.left_minor)

    return _with(db, decision.customer_id, decision.charge_off_id, decision.actor, decide)


def _with(
    db: Connection,
    customer_id: int,
    charge_off_id: int,
    actor: str,
    act: Callable[[Claim, str, date], Claim | WhiteslipError],
) -> Claim | WhiteslipError:
    """Lock the line, then the claim, and act on it by the day the line has reached."""
    try:
        key = store.find_claim_line(db, customer_id, charge_off_id)
    except NotFound as error:
        return error
    day = business_day.today(db)
    take_turns(db, [key])
    on = business_day.days_reached(db, day, [customer_id])[customer_id]
    return act(store.take_claim(db, customer_id, charge_off_id), actor_of(actor), on)
