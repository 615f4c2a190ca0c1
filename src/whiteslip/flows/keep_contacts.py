"""Keep contacts: where people can be reached, when, and flags that stop reminders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.care.contacts import rules, store
from whiteslip.care.contacts.model import (
    Change,
    Channel,
    Contact,
    Deed,
    Flag,
    NewContact,
    NewFlag,
    Policy,
)
from whiteslip.care.contacts.rules import hidden
from whiteslip.credit.customers.store import existing
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound, WhiteslipError
from whiteslip.kernel.ids import OwnedId
from whiteslip.money.ledger.store import take_numbers

__all__ = [
    "Channel",
    "Contact",
    "ContactRequest",
    "Flag",
    "FlagRequest",
    "HoursRequest",
    "OptRequest",
    "OwnedRequest",
    "add_contacts",
    "end_flags",
    "hidden",
    "opt_out",
    "set_flags",
    "set_hours",
    "shipped_policy",
    "verify_contacts",
]


class ContactRequest(NamedTuple):
    """Somebody can be reached here; it is not written to before it is verified."""

    customer_id: int
    channel: Channel
    address: str
    zone: str
    may_at_night: bool
    actor: str


class OwnedRequest(NamedTuple):
    """Something is done with a contact point or a flag."""

    customer_id: int
    number: int
    actor: str


class HoursRequest(NamedTuple):
    """The person says in which zone they live and whether they may be written to at night."""

    customer_id: int
    number: int
    zone: str
    may_at_night: bool
    actor: str


class OptRequest(NamedTuple):
    """The person does not want a channel, or wants it again."""

    customer_id: int
    channel: Channel
    is_opted_out: bool
    actor: str


class FlagRequest(NamedTuple):
    """A person is in difficulty; None since: from today, None until: until it is ended."""

    customer_id: int
    flag: Flag
    since_on: date | None
    until_on: date | None
    actor: str


def shipped_policy() -> Policy:
    """Return the policy everything is sent by."""
    return store.policy()


def add_contacts(
    db: Connection, requests: Sequence[ContactRequest], *, at: datetime
) -> list[Contact | WhiteslipError]:
    """Keep contact points, in order; a channel its person opted out of stays so for a new address."""
    kept = _barred(db, requests)
    numbers = take_numbers(db, len(requests))
    answers: list[Contact | WhiteslipError] = []
    added: list[NewContact] = []
    for request, number in zip(requests, numbers, strict=True):
        mine = kept.get(request.customer_id)
        if mine is None:
            answers.append(_nobody(request.customer_id))
        elif wrong := _wrong(request, mine):
            answers.append(wrong)
        else:
            is_out = any(one.opted_out_at and one.channel is request.channel for one in mine)
            new = NewContact(request.customer_id, number, *request[1:5], is_out, request.actor)
            contact = Contact(*new[:6], None, at if is_out else None)
            mine.append(contact)
            added.append(new)
            answers.append(contact)
    store.insert_contacts(db, added, at=at)
    keys = [(one.customer_id, one.contact_id) for one in added]
    _announce(db, "care.contact-added", keys, at=at)
    return answers


def verify_contacts(
    db: Connection, requests: Sequence[OwnedRequest], *, at: datetime
) -> list[Contact | WhiteslipError]:
    """Note that contact points are the person's own, as the caller has checked."""
    kept = _barred(db, requests)
    changes: list[Change] = []
    answers: list[Contact | WhiteslipError] = []
    for request in requests:
        contact = _find(kept, request)
        if isinstance(contact, Contact) and contact.verified_at is not None:
            contact = Conflict(f"contact {request.number} is verified already")
        if isinstance(contact, Contact):
            changes.append(Change(*contact[:2], Deed.VERIFIED, request.actor))
            contact = _put(kept, contact._replace(verified_at=at))
        answers.append(contact)
    _change(db, changes, at=at)
    return answers


def set_hours(
    db: Connection, requests: Sequence[HoursRequest], *, at: datetime
) -> list[Contact | WhiteslipError]:
    """Note zones and consents to be written to at night, or their end; of one contact point the last one holds."""
    kept = _barred(db, requests)
    changes: dict[OwnedId, Change] = {}
    answers: list[Contact | WhiteslipError] = []
    for request in requests:
        contact = rules.check_zone(request.zone) or _find(kept, request)
        if isinstance(contact, Contact):
            hours = request.zone, request.may_at_night
            change = Change(*contact[:2], Deed.HOURS_SET, request.actor, *hours)
            changes[OwnedId(*contact[:2])] = change
            contact = _put(kept, contact._replace(zone=hours[0], may_at_night=hours[1]))
        answers.append(contact)
    _change(db, list(changes.values()), at=at)
    return answers


def opt_out(
    db: Connection, requests: Sequence[OptRequest], *, at: datetime
) -> list[list[Contact] | WhiteslipError]:
    """Note that people do not want a channel, or want it again: all of their contact points of it.

    What is queued for it is not sent. In the app everything is told as before.
    """
    kept = _barred(db, requests)
    changes: dict[OwnedId, Change] = {}
    answers: list[list[Contact] | WhiteslipError] = []
    for request in requests:
        mine = [one for one in kept.get(request.customer_id, []) if one.channel is request.channel]
        turned = [one for one in mine if (one.opted_out_at is None) is request.is_opted_out]
        deed = Deed.OPTED_OUT if request.is_opted_out else Deed.OPTED_IN
        if request.customer_id not in kept:
            answers.append(_nobody(request.customer_id))
        elif not turned or any(OwnedId(*one[:2]) in changes for one in turned):
            answers.append(Conflict(f"no contact on the channel {request.channel} can be {deed}"))
        else:
            changes |= {OwnedId(*one[:2]): Change(*one[:2], deed, request.actor) for one in turned}
            since = at if request.is_opted_out else None
            answers.append([_put(kept, one._replace(opted_out_at=since)) for one in turned])
    _change(db, list(changes.values()), at=at)
    return answers


def set_flags(
    db: Connection, requests: Sequence[FlagRequest], *, at: datetime
) -> list[NewFlag | WhiteslipError]:
    """Set flags: while one stands, its person gets no reminders."""
    on = business_day.today(db).current_on
    known = existing(db, (request.customer_id for request in requests))
    numbers = take_numbers(db, len(requests))
    answers: list[NewFlag | WhiteslipError] = []
    for request, number in zip(requests, numbers, strict=True):
        since_on = request.since_on or on
        if request.customer_id not in known:
            answers.append(_nobody(request.customer_id))
        elif request.until_on is not None and request.until_on <= max(since_on, on):
            answers.append(InvalidInput("a flag ends after it begins", where="until_on"))
        else:
            terms = request.flag, since_on, request.until_on, request.actor
            answers.append(NewFlag(request.customer_id, number, *terms))
    flags = [one for one in answers if isinstance(one, NewFlag)]
    store.insert_flags(db, flags, at=at)
    keys = [(one.customer_id, one.flag_id) for one in flags]
    _announce(db, "care.contact-flag-set", keys, at=at)
    return answers


def end_flags(
    db: Connection, requests: Sequence[OwnedRequest], *, at: datetime
) -> list[OwnedId | WhiteslipError]:
    """End flags from today on."""
    on = business_day.today(db).current_on
    asked = {OwnedId(*request[:2]): request.actor for request in requests}
    known = store.find_flags(db, asked)
    ended = set(store.end_flags(db, sorted(asked.items()), on=on, at=at))
    answers: list[OwnedId | WhiteslipError] = []
    for request in requests:
        key = OwnedId(*request[:2])
        if key not in known:
            answers.append(NotFound(f"customer {key.customer_id} has no flag {key.number}"))
        elif key not in ended:
            answers.append(Conflict(f"flag {key.number} has ended"))
        else:
            ended.discard(key)  # named twice, it is ended once
            answers.append(key)
    done = [one for one in answers if isinstance(one, OwnedId)]
    _announce(db, "care.contact-flag-ended", done, at=at)
    return answers


def _barred(
    db: Connection,
    requests: Sequence[ContactRequest | OwnedRequest | HoursRequest | OptRequest],
) -> dict[int, list[Contact]]:
    """Bar the people of a batch and read what they have; who does not exist is not in it."""
    people = {request.customer_id for request in requests}
    store.bar_people(db, people)
    found = store.find_contacts(db, people)
    return {customer_id: found.get(customer_id, []) for customer_id in existing(db, people)}


def _wrong(request: ContactRequest, mine: Sequence[Contact]) -> WhiteslipError | None:
    if wrong := rules.check_address(request.channel, request.address):
        return wrong
    if wrong := rules.check_zone(request.zone):
        return wrong
    if any((one.channel, one.address) == request[1:3] for one in mine):
        return Conflict("this person has this contact already")
    if len(mine) >= store.policy().most_contacts:
        return Conflict(f"a person has at most {store.policy().most_contacts} contacts")
    return None


def _find(
    kept: dict[int, list[Contact]], request: OwnedRequest | HoursRequest
) -> Contact | NotFound:
    for contact in kept.get(request.customer_id, []):
        if contact.contact_id == request.number:
            return contact
    return NotFound(f"customer {request.customer_id} has no contact {request.number}")


def _put(kept: dict[int, list[Contact]], contact: Contact) -> Contact:
    """Let later requests of the batch see a contact point as it is now."""
    mine = kept[contact.customer_id]
    place = [one.contact_id for one in mine].index(contact.contact_id)
    mine[place] = contact
    return contact


def _change(db: Connection, changes: Sequence[Change], *, at: datetime) -> None:
    store.change_contacts(db, changes, at=at)
    _announce(db, "care.contact-changed", [change[:2] for change in changes], at=at)


def _nobody(customer_id: int) -> NotFound:
    return NotFound(f"there is no customer {customer_id}")


def _announce(db: Connection, topic: str, keys: Sequence[tuple[int, int]], *, at: datetime) -> None:
    if keys:
        customer_ids, subject_ids = zip(*keys, strict=True)
        outbox.append(db, topic, customer_ids=customer_ids, subject_ids=subject_ids, at=at)
