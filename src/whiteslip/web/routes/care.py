"""The desk of care: who waits for an answer, and one customer whole, with how to reach them."""

from __future__ import annotations

from datetime import date
from typing import Literal

from whiteslip.flows import keep_contacts as keeping
from whiteslip.flows.dispute import Command as DisputeCommand
from whiteslip.flows.dispute import DisputeAnswer, answer_disputes
from whiteslip.flows.ease_repayment import (
    Command,
    Message,
    ReliefAnswer,
    ReliefRequest,
    Side,
    answer_reliefs,
    ask_relief,
    write_messages,
)
from whiteslip.flows.grant_goodwill import (
    GoodwillDecision,
    GoodwillRequest,
    State,
    Why,
    decide_goodwill,
    grant_goodwill,
)
from whiteslip.flows.keep_contacts import Channel, Flag
from whiteslip.kernel import ids
from whiteslip.kernel.errors import InvalidInput, NotFound, WhiteslipError, only
from whiteslip.money.lines.model import LineKey
from whiteslip.views import appeals, contacts, desks, goodwill, lines, relief, restrictions
from whiteslip.views import customers_api as people
from whiteslip.web import mine, reliefs
from whiteslip.web.acting import Acting, Done
from whiteslip.web.forms import Form, Note, Nothing, Yuan
from whiteslip.web.reliefs import Wanted
from whiteslip.web.rights import Owner, Role, staff
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("care")
CARE = staff(Role.CARE)
PAGE = "/desk/care"
PERSON = f"{PAGE}/customers/{{cus}}"
ROWS = 50


class Ending(Form, frozen=True):
    """What is decided on a relief that waits."""

    command: Literal["approve", "refuse"]


class Reply(Form, frozen=True):
    """Something said to a customer."""

    text: Note


class Ruling(Form, frozen=True):
    """What is decided on a dispute, and in what words."""

    command: Literal["accept", "reject"]
    words: Note


class Flagged(Form, frozen=True):
    """A person is in difficulty: reminders stop."""

    flag: Literal["hardship", "dispute", "bereavement", "illness"]
    ends_on: date | None = None


class Granted(Form, frozen=True):
    """An amount at our expense, and why."""

    granted: Yuan
    why: Literal["our_mistake", "poor_service", "hardship", "complaint", "other"]
    note: Note


@routes.page(PAGE, sees=CARE, nav="care", order=40)
def show_care(visit: Visit) -> Answer:
    """List reliefs and disputes that wait for somebody."""
    return visit.show(
        "care/list.html",
        reliefs=desks.open_reliefs(visit.db, visit.ring, most=ROWS),
        disputes=desks.open_disputes(visit.db, visit.ring, most=ROWS),
    )


@routes.page(PERSON, sees=CARE, owner=Owner.NOBODY)
def show_person(visit: Visit) -> Answer:
    """Show one customer whole."""
    customer_id = visit.number("cus")
    person = people.find_customer(visit.db, customer_id, visit.ring)
    if person is None:
        raise NotFound("there is no such customer")
    key = LineKey(customer_id, person.line_ids[0]) if person.line_ids else None
    speak = visit.speak
    line = None if key is None else lines.show(visit.db, *key)
    dues = [] if key is None or line is None else reliefs.billed(visit.db, key, line.current_on)
    found = [] if key is None else relief.of_line(visit.db, *key)
    return visit.show(
        "care/person.html",
        customer=person,
        line=line,
        dues=dues,
        returns=[] if line is None else mine.returns_of(visit.db, line),
        reliefs=found,
        foreseen={} if key is None else reliefs.foreseen(visit.db, key, found),
        goodwill=[] if key is None else goodwill.of_line(visit.db, *key),
        whys=[(one.value, speak.name("goodwill_why", one.value)) for one in Why],
        disputes=[] if key is None else relief.disputes_of_line(visit.db, *key),
        causes=[] if key is None else relief.causes_of_line(visit.db, *key),
        standing=[] if key is None else restrictions.of_line(visit.db, *key),
        appeals=appeals.of_customer(visit.db, customer_id),
        contacts=[
            (one, keeping.hidden(Channel(one.channel), one.address))
            for one in contacts.list_contacts(visit.db, customer_id)
        ],
        flags=contacts.list_flags(visit.db, customer_id),
        messages=contacts.list_messages(visit.db, customer_id)[:20],
        kinds=[(one.value, speak.name("flag", one.value)) for one in Flag],
        ways=reliefs.ways(speak),
        dues_choices=reliefs.choices(speak, dues),
    )


@routes.form(f"{PERSON}/offer", Wanted, sees=CARE, owner=Owner.NOBODY, again=show_person)
def offer(act: Acting, form: Wanted) -> Done:
    """Offer a relief; the customer accepts it or proposes other terms."""
    customer_id = act.number("cus")
    key = mine.key_of(act.db, customer_id)
    only(ask_relief(act.db, [ReliefRequest(*key, form.terms(), Side.STAFF, act.actor)], at=act.at))
    return _back(act, "care.offered")


@routes.form(f"{PERSON}/reliefs/{{rlf}}", Ending, sees=CARE, owner=Owner.NOBODY, again=show_person)
def answer_relief(act: Acting, form: Ending) -> Done:
    """Approve or refuse what waits; who offered it above a threshold does not approve it."""
    owned = _of_person(act, "rlf")
    request = ReliefAnswer(*owned, Command(form.command), Side.STAFF, act.actor)
    only(answer_reliefs(act.db, [request], at=act.at))
    return _back(act, f"care.did_{form.command}")


@routes.form(
    f"{PERSON}/reliefs/{{rlf}}/reply", Reply, sees=CARE, owner=Owner.NOBODY, again=show_person
)
def reply(act: Acting, form: Reply) -> Done:
    """Write in the thread of a relief."""
    owned = _of_person(act, "rlf")
    message = Message(*owned, Side.STAFF, act.actor, form.text)
    only(write_messages(act.db, [message], at=act.at))
    return _back(act, "care.replied")


@routes.form(f"{PERSON}/disputes/{{dsp}}", Ruling, sees=CARE, owner=Owner.NOBODY, again=show_person)
def rule_dispute(act: Acting, form: Ruling) -> Done:
    """Find for or against the customer; another person than the one who took the dispute in."""
    owned = _of_person(act, "dsp")
    request = DisputeAnswer(*owned, DisputeCommand(form.command), form.words, act.actor)
    only(answer_disputes(act.db, [request], at=act.at))
    return _back(act, f"care.did_{form.command}")


@routes.form(f"{PERSON}/flags", Flagged, sees=CARE, owner=Owner.NOBODY, again=show_person)
def flag(act: Acting, form: Flagged) -> Done:
    """Flag a person as in difficulty: reminders stop, what the law requires is told."""
    if form.ends_on is not None and form.ends_on.year > act.at.year + 10:
        raise InvalidInput("a flag does not last for decades", where="ends_on")
    wanted = keeping.FlagRequest(act.number("cus"), Flag(form.flag), None, form.ends_on, act.actor)
    (done,) = keeping.set_flags(act.db, [wanted], at=act.at)
    if isinstance(done, InvalidInput) and done.where == "until_on":
        raise InvalidInput(str(done), where="ends_on")
    if isinstance(done, WhiteslipError):
        raise done
    return _back(act, "care.flagged")


@routes.form(
    f"{PERSON}/flags/{{flg}}/end", Nothing, sees=CARE, owner=Owner.NOBODY, again=show_person
)
def end_flag(act: Acting, _: Nothing) -> Done:
    """End a flag from today on."""
    owned = _of_person(act, "flg")
    only(keeping.end_flags(act.db, [keeping.OwnedRequest(*owned, act.actor)], at=act.at))
    return _back(act, "care.flag_ended")


@routes.form(f"{PERSON}/goodwill", Granted, sees=CARE, owner=Owner.NOBODY, again=show_person)
def grant(act: Acting, form: Granted) -> Done:
    """Grant an amount at our expense; above a sum another person approves it first."""
    key = mine.key_of(act.db, act.number("cus"))
    request = GoodwillRequest(*key, form.granted, Why(form.why), form.note, act.actor)
    (done,) = grant_goodwill(act.db, [request], at=act.at)
    if isinstance(done, InvalidInput) and done.where == "amount_minor":
        raise InvalidInput(str(done), where="granted")
    if isinstance(done, WhiteslipError):
        raise done
    return _back(act, "care.granted" if done.state is State.DONE else "care.goodwill_waits")


@routes.form(f"{PERSON}/goodwill/{{gwl}}", Ending, sees=CARE, owner=Owner.NOBODY, again=show_person)
def decide_grant(act: Acting, form: Ending) -> Done:
    """Approve or refuse what another person asked to grant."""
    owned = _of_person(act, "gwl")
    decision = GoodwillDecision(*owned, form.command == "approve", act.actor)
    only(decide_goodwill(act.db, [decision], at=act.at))
    return _back(act, f"care.did_{form.command}")


def _of_person(act: Acting, prefix: str) -> ids.OwnedId:
    """Read an id of the person whose page it is; another person's is not found here."""
    owned = act.owned(prefix)
    if owned.customer_id != act.number("cus"):
        raise NotFound("there is no such thing of this customer")
    return owned


def _back(act: Acting, key: str) -> Done:
    return Done(f"{PAGE}/customers/{ids.write('cus', act.number('cus'))}", key)
