"""Why the line can or cannot be used, the way back, appealing, and the customer's own lock."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from whiteslip.flows.appeal import Form as Kind
from whiteslip.flows.appeal import (
    NewAppeal,
    SubjectKey,
    SubjectType,
    WithdrawRequest,
    appeal,
    withdraw_appeals,
)
from whiteslip.flows.lock_line import LockRequest, lock_lines
from whiteslip.flows.verify_identity import Verification, verify_identity
from whiteslip.kernel.errors import NotAllowed, NotFound, only
from whiteslip.money.lines.model import LineKey
from whiteslip.views import appeals, reasons, restrictions, usability
from whiteslip.web import mine
from whiteslip.web.acting import Acting, Done
from whiteslip.web.forms import Form, Note, Nothing
from whiteslip.web.rights import Owner, shopper
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("my")
PAGE = "/my/why"
_Few = Annotated[str, Meta(max_length=500, pattern="^[^\\u0000]*$")]


class Appealing(Form, frozen=True):
    """What is wrong with a decision, what is wanted, and what can be shown."""

    text: Note
    wants: _Few = ""
    shows: _Few = ""


@routes.page(PAGE, sees=shopper(), nav="why", order=14)
def show_why(visit: Visit) -> Answer:
    """Say of every gate whether it is open, what still works, and the smallest proven way back."""
    line = mine.line_of(visit.db, visit.customer_id)
    key = LineKey(visit.customer_id, line.line_id)
    found = usability.usability(visit.db, key, usability.Asked(), at=visit.at)
    if found is None:
        raise NotFound("there is no line")
    past = restrictions.of_line(visit.db, *key)
    standing = [one for one in past if one.lifted_on is None and one.state != "lifted"]
    return visit.show(
        "my/why.html",
        line=line,
        usable=found,
        against=[reasons.explain(one) for one in found.reasons],
        works=reasons.still_works(found.level),
        standing=[(one, _causes(one)) for one in standing],
        past=[one for one in past if one.lifted_on is not None],
        is_locked=any(_is_own_lock(one) for one in standing),
        appeals=appeals.of_customer(visit.db, visit.customer_id),
    )


def _causes(one: restrictions.RestrictionView) -> list[reasons.ReasonText]:
    """Say a restriction's own reasons: the notice that told of it may have told of others too."""
    return [reasons.explain(reason) for reason in reasons.stored(one.reasons)]


@routes.page("/my/appeal/{res}", sees=shopper(), owner=Owner.CUSTOMER)
def show_appeal(visit: Visit) -> Answer:
    """Offer to appeal against a restriction."""
    owned = visit.owned("res")
    line = mine.key_of(visit.db, visit.customer_id)
    found = [
        one for one in restrictions.of_line(visit.db, *line) if one.restriction_id == owned.number
    ]
    if not found:
        raise NotFound("there is no such restriction")
    explained = [reasons.explain(one) for one in reasons.stored(found[0].reasons)]
    return visit.show("my/appeal.html", one=found[0], against=explained)


@routes.form("/my/appeal/{res}", Appealing, sees=shopper(), owner=Owner.CUSTOMER, again=show_appeal)
def take_appeal(act: Acting, form: Appealing) -> Done:
    """Take an appeal in; somebody who had no hand in it looks at it."""
    return _appeal(act, Kind.APPEAL, form)


@routes.form(
    "/my/appeal/{res}/person", Nothing, sees=shopper(), owner=Owner.CUSTOMER, again=show_appeal
)
def ask_for_person(act: Acting, _: Nothing) -> Done:
    """Ask that a person decides what a machine decided."""
    return _appeal(act, Kind.HUMAN_DECISION, None)


@routes.form(
    "/my/why/appeals/{apl}/withdraw", Nothing, sees=shopper(), owner=Owner.CUSTOMER, again=show_why
)
def withdraw_appeal(act: Acting, _: Nothing) -> Done:
    """Withdraw an appeal that is not decided."""
    only(withdraw_appeals(act.db, [WithdrawRequest(*act.owned("apl"), act.actor)], at=act.at))
    return Done(PAGE, "my.appeal_withdrawn")


@routes.form("/my/why/lock", Nothing, sees=shopper(), again=show_why)
def lock(act: Acting, _: Nothing) -> Done:
    """Lock the line for its owner: nothing can be bought until they unlock it."""
    return _lock(act, locked=True)


@routes.form("/my/why/unlock", Nothing, sees=shopper(), again=show_why)
def unlock(act: Acting, _: Nothing) -> Done:
    """Unlock the line; a customer comes by a link of the shop's app, which has just shown who they are."""
    return _lock(act, locked=False)


@routes.form("/my/why/verify", Nothing, sees=shopper(), again=show_why)
def verify(act: Acting, _: Nothing) -> Done:
    """Show who one is; in a sandbox the check is passed at once, elsewhere the shop's app makes it."""
    if not act.settings.sandbox:
        raise NotAllowed("the shop's app checks who somebody is")
    wanted = Verification(act.customer_id, "sandbox", act.actor)
    verify_identity(act.db, [wanted], at=act.at)
    return Done(PAGE, "my.verified")


def _appeal(act: Acting, kind: Kind, form: Appealing | None) -> Done:
    owned = act.owned("res")
    subject = SubjectKey(owned.customer_id, SubjectType.RESTRICTION, owned.number)
    said = ("", "", "") if form is None else (form.text, form.wants, form.shows)
    only(appeal(act.db, [NewAppeal(subject, kind, act.actor, *said)], at=act.at))
    return Done(PAGE, "my.appealed")


def _lock(act: Acting, *, locked: bool) -> Done:
    key = mine.key_of(act.db, act.customer_id)
    wanted = LockRequest(*key, locked, is_verified=True, actor=act.actor)
    only(lock_lines(act.db, [wanted], at=act.at))
    return Done(PAGE, "my.was_locked" if locked else "my.was_unlocked")


def _is_own_lock(one: restrictions.RestrictionView) -> bool:
    return any(reason.get("code") == "CUS-01" for reason in one.reasons)
