"""Correct data: a person's own at once, a bureau's by asking for it with a day it is to be answered by."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from whiteslip.care.privacy import store
from whiteslip.care.privacy.model import Person
from whiteslip.credit.customers.store import existing, hide_names
from whiteslip.infra import business_day, outbox
from whiteslip.infra.crypto import Keyring
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound, WhiteslipError
from whiteslip.money.ledger.store import take_numbers


class Correction(NamedTuple):
    """What a person's own data should be; None leaves a field as it is."""

    customer_id: int
    name: str | None
    contact: str | None


class BureauRequest(NamedTuple):
    """A person says that what a bureau holds on them is wrong."""

    customer_id: int
    subject: str


class BureauAsked(NamedTuple):
    """The request, and the day it is to be answered by."""

    customer_id: int
    request_id: int
    subject: str
    due_on: date


def correct_own(
    db: Connection, request: Correction, ring: Keyring, *, actor: str, at: datetime
) -> tuple[str, ...] | WhiteslipError:
    """Correct a person's name or contact; returns which fields. From then on the name lies sealed only."""
    who = request.customer_id
    if who not in existing(db, [who]):
        return NotFound(f"there is no customer {who}")
    fields = [
        field
        for field, value in (("name", request.name), ("contact", request.contact))
        if value is not None
    ]
    if not fields:
        return InvalidInput("say what to correct: name or contact", where="name")
    store.bar_people(db, [who])
    now = store.read_people(db, [who], ring).get(who, Person(None, None))
    if now is None:
        return Conflict("this person was erased")
    person = Person(request.name or now.name, request.contact or now.contact)
    store.seal_people(db, {who: person}, ring, at=at)
    if person.name is not None:
        hide_names(db, [who])
    store.append_corrections(
        db,
        [(who, field) for field in fields],
        take_numbers(db, len(fields)),
        actor=actor,
        at=at,
    )
    outbox.append(db, "care.person-corrected", customer_ids=[who], subject_ids=[who], at=at)
    return tuple(fields)


def ask_bureau(
    db: Connection, request: BureauRequest, *, actor: str, at: datetime
) -> BureauAsked | WhiteslipError:
    """Keep a request that the bureau's data be corrected; it is due after the days the parameters say."""
    if request.customer_id not in existing(db, [request.customer_id]):
        return NotFound(f"there is no customer {request.customer_id}")
    on = business_day.today(db).current_on
    due_on = on + timedelta(days=store.terms().bureau_answer_days)
    (number,) = take_numbers(db, 1)
    store.ask_bureau(
        db, *request[:1], number, subject=request.subject, on=on, due_on=due_on, actor=actor, at=at
    )
    outbox.append(
        db,
        "care.bureau-correction-requested",
        customer_ids=[request.customer_id],
        subject_ids=[number],
        at=at,
    )
    return BureauAsked(request.customer_id, number, request.subject, due_on)
