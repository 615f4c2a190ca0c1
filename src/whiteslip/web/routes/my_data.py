"""What is held on a customer, whom it may be given to, where they can be reached, and what they were told."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from whiteslip.flows import keep_contacts as keeping
from whiteslip.flows.correct_data import Correction, correct_own
from whiteslip.flows.keep_contacts import Channel
from whiteslip.flows.say_consents import ConsentCommand, ConsentRequest, say_consents
from whiteslip.kernel.errors import NotFound, WhiteslipError, only
from whiteslip.views import contacts, customers, privacy
from whiteslip.views import customers_api as people
from whiteslip.web.acting import Acting, Done
from whiteslip.web.forms import Form, Line, Name, Nothing, Tick
from whiteslip.web.rights import Owner, shopper
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, File, Visit

routes = Routes("my")
PAGE = "/my/data"
ZONE = "Asia/Shanghai"
_Word = Annotated[str, Meta(max_length=60, pattern="^[a-z0-9_-]+$")]


class Consent(Form, frozen=True):
    """A consent that is given or withdrawn."""

    purpose: _Word
    recipient: _Word
    given: Tick = False


class Contact(Form, frozen=True):
    """Where a customer can be reached."""

    channel: Literal["sms", "email"]
    address: Line
    at_night: Tick = False


class OwnName(Form, frozen=True):
    """The right name."""

    name: Name


@routes.page("/my/notices", sees=shopper(), nav="notices", order=17)
def list_notices(visit: Visit) -> Answer:
    """Show everything the customer was told, the newest first."""
    story = customers.tell(visit.db, visit.customer_id, visit.ring)
    notices = [] if story is None else sorted(story.notices, key=lambda one: -one.notice_id)
    return visit.show("my/notices.html", notices=notices[:100])


@routes.page(PAGE, sees=shopper(), nav="data", order=18)
def show_data(visit: Visit) -> Answer:
    """Show consents, contacts and corrections."""
    rows = privacy.consents(visit.db, visit.customer_id)
    person = people.find_customer(visit.db, visit.customer_id, visit.ring)
    if rows is None or person is None:
        raise NotFound("there is no such customer")
    reached = contacts.list_contacts(visit.db, visit.customer_id)
    return visit.show(
        "my/data.html",
        customer=person,
        consents=rows,
        contacts=[(one, keeping.hidden(Channel(one.channel), one.address)) for one in reached],
        channels=[(one.value, visit.speak.name("channel", one.value)) for one in Channel],
        corrections=privacy.bureau_requests(visit.db, visit.customer_id),
    )


@routes.page("/my/data/export", sees=shopper(), is_file=True)
def export(visit: Visit) -> Answer:
    """Hand out everything held on the customer, as JSON."""
    held = privacy.export(visit.db, visit.customer_id, visit.ring)
    if held is None:
        raise NotFound("there is no such customer")
    body = msgspec.json.format(msgspec.json.encode(held._asdict(), enc_hook=str), indent=1)
    return File("whiteslip-data.json", "application/json", body)


@routes.form(PAGE, Consent, sees=shopper(), again=show_data)
def say_consent(act: Acting, form: Consent) -> Done:
    """Give or withdraw a consent; what was said before stays on record."""
    command = ConsentCommand.GIVE if form.given else ConsentCommand.WITHDRAW
    request = ConsentRequest(act.customer_id, form.purpose, form.recipient, command, act.at)
    said = only(say_consents(act.db, [request], actor=act.actor, at=act.at))
    return Done(PAGE, "my.consent_restricts" if said.restricts else "my.consent_kept")


@routes.form("/my/data/contacts", Contact, sees=shopper(), again=show_data)
def add_contact(act: Acting, form: Contact) -> Done:
    """Add a contact point; nothing is sent to it before it is verified."""
    request = keeping.ContactRequest(
        act.customer_id, Channel(form.channel), form.address, ZONE, form.at_night, act.actor
    )
    only(keeping.add_contacts(act.db, [request], at=act.at))
    return Done(PAGE, "my.contact_added")


@routes.form(
    "/my/data/contacts/{con}/night", Nothing, sees=shopper(), owner=Owner.CUSTOMER, again=show_data
)
def turn_night(act: Acting, _: Nothing) -> Done:
    """Turn writing at night off or on for a contact point."""
    owned = act.owned("con")
    found = [
        one
        for one in contacts.list_contacts(act.db, act.customer_id)
        if one.contact_id == owned.number
    ]
    if not found:
        raise NotFound("there is no such contact")
    request = keeping.HoursRequest(*owned, found[0].zone, not found[0].may_at_night, act.actor)
    only(keeping.set_hours(act.db, [request], at=act.at))
    return Done(PAGE, "my.contact_kept")


@routes.form("/my/data/name", OwnName, sees=shopper(), again=show_data)
def correct_name(act: Acting, form: OwnName) -> Done:
    """Correct the name that is held."""
    request = Correction(act.customer_id, form.name, None)
    done = correct_own(act.db, request, act.ring, actor=act.actor, at=act.at)
    if isinstance(done, WhiteslipError):
        raise done
    return Done(PAGE, "my.name_corrected")
