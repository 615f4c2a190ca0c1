"""Charge off: one person proposes a line long overdue, another approves; the claim goes on, the asset does not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from whiteslip.care.notices import ends
from whiteslip.care.notices.store import tell
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import Conflict, NotFound, WhiteslipError
from whiteslip.money.chargeoffs import rules, store
from whiteslip.money.chargeoffs.model import Claim, State
from whiteslip.money.ledger.model import Journal, MovementKind
from whiteslip.money.ledger.store import post, take_numbers
from whiteslip.money.lines.model import CHARGED_OFF, Change, LineKey
from whiteslip.money.lines.store import change_balances, set_statuses, take_turns
from whiteslip.money.schedules.store import read_owed

__all__ = [
    "ChargeOffDecision",
    "ChargeOffRequest",
    "Claim",
    "State",
    "decide_charge_offs",
    "propose_charge_offs",
]


class ChargeOffRequest(NamedTuple):
    """A person proposes that a line be charged off, and says why."""

    customer_id: int
    line_id: int
    note: str
    actor: str


class ChargeOffDecision(NamedTuple):
    """Another person approves or refuses it."""

    customer_id: int
    charge_off_id: int
    approved: bool
    actor: str


def propose_charge_offs(
    db: Connection, requests: Sequence[ChargeOffRequest], *, at: datetime
) -> list[Claim | WhiteslipError]:
    """Propose charge-offs, in order; nothing changes but that a proposal lies there."""
    turns = take_turns(db, (LineKey(one.customer_id, one.line_id) for one in requests))
    day = business_day.today(db)
    reached = business_day.days_reached(db, day, (key.customer_id for key in turns))
    owed = read_owed(db, turns, reached)
    answers: list[Claim | WhiteslipError] = []
    for request, number in zip(requests, take_numbers(db, len(requests)), strict=True):
        key = LineKey(request.customer_id, request.line_id)
        line = turns.get(key)
        if line is None:
            answers.append(NotFound(f"customer {key.customer_id} has no line {key.line_id}"))
            continue
        on = reached[key.customer_id]
        rows = [row for row in owed if (row.customer_id, row.line_id) == key]
        if error := rules.check_chargeable(line, rows, request.note, store.terms(), on=on):
            answers.append(error)
            continue
        oldest_on = rules.oldest_due(rows, on=on)
        claim = Claim(
            key.customer_id,
            number,
            key.line_id,
            State.PROPOSED,
            principal_minor=0,
            fee_minor=0,
            late_fee_minor=0,
            recovered_minor=0,
            written_off_minor=0,
            oldest_due_on=oldest_on,
            days_past_due=(on - oldest_on).days,
            proposed_by=actor_of(request.actor),
            decided_by=None,
            ending_by=None,
            note=request.note,
        )
        if store.insert_claim(db, claim, on=on, at=at):
            _announce(db, "money.charge-off-proposed", claim, at=at)
            answers.append(claim)
        else:
            answers.append(Conflict("a charge-off of the line is proposed already"))
    return answers


def decide_charge_offs(
    db: Connection, decisions: Sequence[ChargeOffDecision], *, at: datetime
) -> list[Claim | WhiteslipError]:
    """Approve or refuse charge-offs that others proposed, in order; what is approved is done in this transaction."""
    answers: list[Claim | WhiteslipError] = []
    for decision in decisions:
        try:
            key = store.find_claim_line(db, decision.customer_id, decision.charge_off_id)
        except NotFound as error:
            answers.append(error)
            continue
        answers.append(_decide(db, key, decision, at=at))
    return answers


def _decide(
    db: Connection, key: LineKey, decision: ChargeOffDecision, *, at: datetime
) -> Claim | WhiteslipError:
    day = business_day.today(db)
    line = take_turns(db, [key])[key]
    reached = business_day.days_reached(db, day, [key.customer_id])
    on = reached[key.customer_id]
    claim = store.take_claim(db, decision.customer_id, decision.charge_off_id)
    by = actor_of(decision.actor)
    asked_by = claim.proposed_by
    if error := rules.check_decided(claim.state, State.PROPOSED, by=by, asked_by=asked_by):
        return error
    if not decision.approved:
        refused = claim._replace(state=State.REFUSED, decided_by=by)
        store.decide_claim(db, refused, on=on, at=at)
        return refused
    owed = read_owed(db, [key], reached)
    if error := rules.check_chargeable(line, owed, claim.note, store.terms(), on=on):
        return error
    principal, fee, late_fee = store.charge_off_rows(db, key, reached=on)
    done = claim._replace(
        state=State.CHARGED_OFF,
        principal_minor=principal,
        fee_minor=fee,
        late_fee_minor=late_fee,
        oldest_due_on=rules.oldest_due(owed, on=on),
        decided_by=by,
    )
    store.decide_claim(db, done, on=on, at=at)
    set_statuses(db, [(key, CHARGED_OFF)])
    total = done.charged_off_minor
    change_balances(db, [Change(*key, principal_minor=-principal, credited_minor=total)])
    journal = Journal()
    for kind, amount in (
        (MovementKind.PRINCIPAL_CHARGED_OFF, principal),
        (MovementKind.FEE_CHARGED_OFF, fee),
        (MovementKind.LATE_FEE_CHARGED_OFF, late_fee),
    ):
        journal.add(
            kind,
            customer_id=key.customer_id,
            line_id=key.line_id,
            source_id=claim.charge_off_id,
            amount_minor=amount,
            on=on,
        )
    post(db, journal, at=at)
    tell(db, [ends.of_charge_off(done, on=on)], at=at)
    _announce(db, "money.line-charged-off", done, at=at)
    return done


def _announce(db: Connection, topic: str, claim: Claim, *, at: datetime) -> None:
    customers, subjects = [claim.customer_id], [claim.charge_off_id]
    outbox.append(db, topic, customer_ids=customers, subject_ids=subjects, at=at)
