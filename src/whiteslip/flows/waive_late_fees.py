"""Waive late fees: what is owed of them falls away, what was paid becomes credit; above a sum two people decide."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.care.causes.model import CauseKey
from whiteslip.care.causes.store import find_episodes
from whiteslip.care.cures.store import cure, in_trouble
from whiteslip.care.notices.model import Kind, NewNotice
from whiteslip.care.notices.store import insert_notices
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import Conflict, NotFound, WhiteslipError
from whiteslip.kernel.money import decimal_text
from whiteslip.kernel.reason import Fact
from whiteslip.money.arrears import store, waiving
from whiteslip.money.arrears.waiving import LateFee, Taken, Waiver, WaiverState
from whiteslip.money.ledger.model import Journal, MovementKind
from whiteslip.money.ledger.store import post, take_numbers
from whiteslip.money.lines.model import CHARGED_OFF, Change, LineKey
from whiteslip.money.lines.store import change_balances, take_turns
from whiteslip.money.schedules.store import read_owed
from whiteslip.money.schedules.store import waive_late_fees as lower_late_fees

__all__ = [
    "CauseKey",
    "ChargeWaiver",
    "Waiver",
    "WaiverDecision",
    "WaiverRequest",
    "WaiverState",
    "decide_waivers",
    "waive_charges",
    "waive_episodes",
    "waive_late_fees",
]


class NothingToTake(Conflict):
    """No late fee was charged on the days, or a waiver has taken all of them back."""


class WaiverRequest(NamedTuple):
    """A person of the staff asks to take back the late fees charged to a line on some days, both included."""

    customer_id: int
    line_id: int
    first_on: date
    last_on: date
    note: str
    actor: str
    movement_id: int | None = None


class ChargeWaiver(NamedTuple):
    """A person takes one charge of a late fee back, named by its movement."""

    customer_id: int
    movement_id: int
    note: str
    actor: str


class WaiverDecision(NamedTuple):
    """Another person approves or refuses a waiver."""

    customer_id: int
    waiver_id: int
    approved: bool
    actor: str


def waive_late_fees(
    db: Connection, requests: Sequence[WaiverRequest], *, at: datetime
) -> list[Waiver | WhiteslipError]:
    """Take late fees back, in order: at once up to the sum one person may decide, above it once another approves."""
    turns = take_turns(db, (LineKey(one.customer_id, one.line_id) for one in requests))
    numbers = take_numbers(db, len(requests))
    answers: list[Waiver | WhiteslipError] = []
    for request, number in zip(requests, numbers, strict=True):
        line = turns.get(LineKey(request.customer_id, request.line_id))
        if line and line.status == CHARGED_OFF:
            answers.append(Conflict("the line is charged off: its late fees are a claim"))
        elif line:
            answers.append(_ask(db, request, number, at=at))
        else:
            text = f"customer {request.customer_id} has no line {request.line_id}"
            answers.append(NotFound(text))
    return answers


def waive_charges(
    db: Connection, charges: Sequence[ChargeWaiver], *, at: datetime
) -> list[Waiver | WhiteslipError | None]:
    """Take single charges back, in order; None where a waiver has done so before.

    A charge is a conflict where it is no late fee, or so large that two people decide: they do that first.
    """
    found = store.find_fee_charges(db, ((one.customer_id, one.movement_id) for one in charges))
    answers: list[Waiver | WhiteslipError | None] = []
    for one in charges:
        charge = found.get((one.customer_id, one.movement_id))
        if charge is None or charge.kind != "late_fee":
            answers.append(Conflict("only a late fee is taken back; other fees shrink by refunds"))
        elif charge.is_taken_back:
            answers.append(None)
        else:
            on = charge.charged_on
            days = WaiverRequest(one.customer_id, charge.line_id, on, on, one.note, one.actor)
            asked = days._replace(movement_id=one.movement_id)
            (done,) = waive_late_fees(db, [asked], at=at)
            answers.append(_alone(done))
    return answers


def waive_episodes(
    db: Connection, causes: Collection[CauseKey], *, actor: str, note: str, at: datetime
) -> list[Waiver | WhiteslipError]:
    """Take back the late fees charged since the missed dues that some causes explain; none where none was charged.

    Above the sum one person may decide they are asked for, and another person approves.
    """
    on = business_day.today(db).current_on
    requests = [
        WaiverRequest(one.customer_id, one.line_id, one.since_on, on, note, actor)
        for one in find_episodes(db, causes)
    ]
    answers = waive_late_fees(db, requests, at=at)
    return [one for one in answers if not isinstance(one, NothingToTake)]


def _alone(done: Waiver | WhiteslipError) -> Waiver | WhiteslipError:
    if isinstance(done, Waiver) and done.state is WaiverState.ASKED:
        return Conflict(
            "so large a late fee takes two people: let another approve its waiver first"
        )
    return done


def decide_waivers(
    db: Connection, decisions: Sequence[WaiverDecision], *, at: datetime
) -> list[Waiver | WhiteslipError]:
    """Let other people approve or refuse waivers, in order; what is approved is done in this transaction."""
    answers: list[Waiver | WhiteslipError] = []
    for decision in decisions:
        try:
            key = store.find_waiver_line(db, decision.customer_id, decision.waiver_id)
        except NotFound as error:
            answers.append(error)
            continue
        take_turns(db, [key])
        answers.append(_decide(db, decision, at=at))
    return answers


def _ask(
    db: Connection, request: WaiverRequest, number: int, *, at: datetime
) -> Waiver | WhiteslipError:
    on, terms = business_day.today(db).current_on, store.waiver_terms()
    days = request.first_on, request.last_on
    if error := waiving.check_asked(*days, request.note, terms, on=on):
        return error
    waiver = Waiver(
        request.customer_id,
        number,
        request.line_id,
        request.movement_id,
        *days,
        asked_minor=0,
        needs_two=False,
        state=WaiverState.ASKED,
        asked_by=actor_of(request.actor),
        note=request.note,
    )
    fees = store.find_late_fees(db, waiver)
    if not fees:
        return NothingToTake("there is no late fee of these days to take back")
    asked = sum(fee.amount_minor for fee in fees)
    waiver = waiver._replace(asked_minor=asked, needs_two=asked > terms.alone_up_to_minor)
    store.insert_waiver(db, waiver, at=at)
    if waiver.needs_two:
        _announce(db, "money.fee-waiver-asked", waiver, at=at)
        return waiver
    return _do(db, waiver, fees, by=waiver.asked_by, at=at)


def _decide(db: Connection, decision: WaiverDecision, *, at: datetime) -> Waiver | WhiteslipError:
    waiver = store.take_waiver(db, decision.customer_id, decision.waiver_id)
    by = actor_of(decision.actor)
    if error := waiving.check_decided(waiver, by=by):
        return error
    if not decision.approved:
        on = business_day.today(db).current_on
        return store.end_waiver(db, waiver, None, by=by, on=on, at=at)
    fees = store.find_late_fees(db, waiver)
    if not fees:
        return Conflict("its late fees were taken back meanwhile: refuse it")
    return _do(db, waiver, fees, by=by, at=at)


def _do(
    db: Connection, waiver: Waiver, fees: Sequence[LateFee], *, by: str, at: datetime
) -> Waiver:
    """Take the fees back in the ledger and off what is owed, tell the owner, and judge the line again."""
    key = LineKey(waiver.customer_id, waiver.line_id)
    day = business_day.today(db)
    reached = business_day.days_reached(db, day, [key.customer_id])
    on = reached[key.customer_id]
    owed = read_owed(db, [key], reached)
    troubled = in_trouble(take_turns(db, [key]).values(), owed, reached)
    taken = waiving.take_back(fees, owed)
    lower_late_fees(db, [(key.customer_id, number, amount) for number, amount in taken.waived])
    change_balances(db, [_change(key, taken)])
    post(db, _journal(waiver, taken, on=on), at=at)
    store.note_waived_fees(db, waiver, fees)
    done = store.end_waiver(db, waiver, taken, by=by, on=on, at=at)
    (number,) = take_numbers(db, 1)
    insert_notices(db, [_notice(done, number, on=on)], at=at)
    _announce(db, "money.late-fee-waived", done, at=at)
    if troubled:
        cure(db, troubled, reached, at=at)
    return done


def _change(key: LineKey, taken: Taken) -> Change:
    """Count all that is taken back as credited, so that the next statement shows it."""
    returned = taken.returned_minor
    return Change(*key, credit_minor=returned, credited_minor=taken.waived_minor + returned)


def _journal(waiver: Waiver, taken: Taken, *, on: date) -> Journal:
    journal = Journal()
    for kind, amount in (
        (MovementKind.LATE_FEE_WAIVED, taken.waived_minor),
        (MovementKind.LATE_FEE_RETURNED, taken.returned_minor),
    ):
        journal.add(
            kind,
            customer_id=waiver.customer_id,
            line_id=waiver.line_id,
            source_id=waiver.waiver_id,
            amount_minor=amount,
            on=on,
        )
    return journal


def _notice(done: Waiver, number: int, *, on: date) -> NewNotice:
    facts: dict[str, Fact] = {"amount": decimal_text(done.waived_minor + done.returned_minor)}
    if done.returned_minor:
        facts["returned"] = decimal_text(done.returned_minor)
    return NewNotice(
        customer_id=done.customer_id,
        notice_id=number,
        line_id=done.line_id,
        kind=Kind.LATE_FEE_WAIVED,
        reasons=(),
        noticed_on=on,
        facts=facts,
    )


def _announce(db: Connection, topic: str, waiver: Waiver, *, at: datetime) -> None:
    outbox.append(
        db, topic, customer_ids=[waiver.customer_id], subject_ids=[waiver.waiver_id], at=at
    )
