"""Contacts: where a person can be reached and when, what stops reminders, and what was sent."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from fastapi import Response as HttpResponse

from whiteslip.api import bodies, callers, present, problems, reading
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post, Posted
from whiteslip.api.reading import ContactPath, CustomerPath, FlagPath, Read
from whiteslip.api.shapes import contacts as shapes
from whiteslip.flows import keep_contacts as keeping
from whiteslip.flows.keep_contacts import Channel, Contact, Flag
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import InvalidInput, WhiteslipError
from whiteslip.views import contacts, customers_api
from whiteslip.views.contacts import ContactView

router = APIRouter(tags=["contacts"])
PREFIX, FLAG_PREFIX = "con", "flg"
LATEST_YEAR = 2200
_WRONG = ("not_found", "conflict")


@router.post(
    "/customers/{customer_id}/contacts", **posts(shapes.ContactBody, shapes.Contact, *_WRONG)
)
async def add_contact(customer_id: CustomerPath, posted: Post) -> HttpResponse:
    """Add a contact point of the person's own; nothing is sent to it before it is verified."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(shapes.ContactBody)
    request = keeping.ContactRequest(
        ids.read_one(customer_id, "cus"),
        Channel(body.channel),
        body.address,
        body.zone,
        body.may_at_night,
        posted.caller.label,
    )

    def act(db: Connection, at: datetime) -> Response:
        return _changed(keeping.add_contacts(db, [request], at=at)[0])

    return await posted.manage(body, act)


@router.get("/customers/{customer_id}/contacts", **gives(shapes.Contacts, "not_found"))
async def list_contacts(customer_id: CustomerPath, read: Read) -> HttpResponse:
    """List a person's contact points and the flags that stand or are going to."""
    read.needs("care:read")
    person = ids.read_one(customer_id, "cus")

    def look(db: Connection) -> shapes.Contacts | None:
        if customers_api.find_customer(db, person) is None:
            return None
        flags = [
            shapes.StandingFlag(ids.write(FLAG_PREFIX, *row[:2]), *row[2:])
            for row in contacts.list_flags(db, person)
        ]
        return shapes.Contacts([_shown(row) for row in contacts.list_contacts(db, person)], flags)

    found = await read.view(look)
    return reading.show(reading.found(found, f"customer {customer_id}"))


@router.get("/customers/{customer_id}/messages", **gives(shapes.Messages, "not_found"))
async def list_messages(customer_id: CustomerPath, read: Read) -> HttpResponse:
    """List what was sent to a person or is going to be, the newest hundred, with why something was not."""
    read.needs("care:read")
    person = ids.read_one(customer_id, "cus")

    def look(db: Connection) -> shapes.Messages | None:
        if customers_api.find_customer(db, person) is None:
            return None
        rows = contacts.list_messages(db, person)
        return shapes.Messages(
            [
                shapes.Message(row.notice_id, ids.write(PREFIX, person, row.contact_id), *row[3:])
                for row in rows
            ]
        )

    found = await read.view(look)
    return reading.show(reading.found(found, f"customer {customer_id}"))


@router.post("/contacts/{contact_id}/verify", **posts(shapes.VerifyBody, shapes.Contact, *_WRONG))
async def verify_contact(contact_id: ContactPath, posted: Post) -> HttpResponse:
    """Say that the shop has checked that a contact point is the person's own."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(shapes.VerifyBody)
    request = _owned(contact_id, PREFIX, posted)

    def act(db: Connection, at: datetime) -> Response:
        return _changed(keeping.verify_contacts(db, [request], at=at)[0])

    return await posted.manage(body, act)


@router.post("/contacts/{contact_id}/hours", **posts(shapes.HoursBody, shapes.Contact, *_WRONG))
async def set_hours(contact_id: ContactPath, posted: Post) -> HttpResponse:
    """Set the person's time zone, and whether they may be written to at night."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(shapes.HoursBody)
    owned = ids.read_owned(contact_id, PREFIX)
    request = keeping.HoursRequest(*owned, body.zone, body.may_at_night, posted.caller.label)

    def act(db: Connection, at: datetime) -> Response:
        return _changed(keeping.set_hours(db, [request], at=at)[0])

    return await posted.manage(body, act)


@router.post(
    "/customers/{customer_id}/contact-channels", **posts(shapes.OptBody, shapes.Opted, *_WRONG)
)
async def opt_out(customer_id: CustomerPath, posted: Post) -> HttpResponse:
    """Turn a channel off or on: all of the person's contact points of it; what is queued is not sent."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(shapes.OptBody)
    person, channel = ids.read_one(customer_id, "cus"), Channel(body.channel)
    request = keeping.OptRequest(person, channel, body.is_opted_out, posted.caller.label)

    def act(db: Connection, at: datetime) -> Response:
        (turned,) = keeping.opt_out(db, [request], at=at)
        if isinstance(turned, WhiteslipError):
            return problems.of_error(turned)
        return present.answer(shapes.Opted([_shown(one) for one in turned]))

    return await posted.manage(body, act)


@router.post(
    "/customers/{customer_id}/contact-flags", **posts(shapes.FlagBody, shapes.FlagSet, *_WRONG)
)
async def set_flag(customer_id: CustomerPath, posted: Post) -> HttpResponse:
    """Flag a person as in difficulty: reminders stop, what the law requires to be told is told."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(shapes.FlagBody)
    for name in ("since_on", "until_on"):
        day = getattr(body, name)
        if day is not None and day.year > LATEST_YEAR:
            raise InvalidInput("a flag does not last for centuries", where=name)
    person, flag = ids.read_one(customer_id, "cus"), Flag(body.flag)
    dates = body.since_on, body.until_on
    request = keeping.FlagRequest(person, flag, *dates, posted.caller.label)

    def act(db: Connection, at: datetime) -> Response:
        (flagged,) = keeping.set_flags(db, [request], at=at)
        if isinstance(flagged, WhiteslipError):
            return problems.of_error(flagged)
        return present.answer(shapes.FlagSet(ids.write(FLAG_PREFIX, *flagged[:2])))

    return await posted.manage(body, act)


@router.post("/contact-flags/{flag_id}/end", **posts(bodies.NoWords, shapes.FlagSet, *_WRONG))
async def end_flag(flag_id: FlagPath, posted: Post) -> HttpResponse:
    """End a flag from today on."""
    callers.needs(posted.caller, "care:write")
    body = posted.read(bodies.NoWords)
    request = _owned(flag_id, FLAG_PREFIX, posted)

    def act(db: Connection, at: datetime) -> Response:
        (ended,) = keeping.end_flags(db, [request], at=at)
        if isinstance(ended, WhiteslipError):
            return problems.of_error(ended)
        return present.answer(shapes.FlagSet(ids.write(FLAG_PREFIX, *ended)))

    return await posted.manage(body, act)


def _owned(text: str, prefix: str, posted: Posted) -> keeping.OwnedRequest:
    return keeping.OwnedRequest(*ids.read_owned(text, prefix), posted.caller.label)


def _changed(outcome: Contact | WhiteslipError) -> Response:
    if isinstance(outcome, WhiteslipError):
        return problems.of_error(outcome)
    return present.answer(_shown(outcome))


def _shown(row: Contact | ContactView) -> shapes.Contact:
    channel = Channel(row.channel)
    return shapes.Contact(
        id=ids.write(PREFIX, row.customer_id, row.contact_id),
        channel=channel.value,
        address=keeping.hidden(channel, row.address),
        zone=row.zone,
        may_at_night=row.may_at_night,
        is_verified=row.verified_at is not None,
        is_opted_out=row.opted_out_at is not None,
    )
