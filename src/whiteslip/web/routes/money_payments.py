"""Payments at the desk: what came in on a line, one taken back, and money that counts from an earlier day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from whiteslip.flows.correct_repayments import (
    BackDating,
    CorrectionDone,
    Reversal,
    back_date,
    reverse,
)
from whiteslip.kernel import ids
from whiteslip.kernel.errors import NotFound, only
from whiteslip.views import corrections, lines, repayments
from whiteslip.web.acting import Acting, Done
from whiteslip.web.forms import Form, Note, Yuan
from whiteslip.web.rights import Owner, Role, staff
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("money")
MONEY = staff(Role.MONEY)
FIND: Final = "/desk/money/payments"
PAGE: Final = "/desk/money/lines/{lin}/payments"
ROWS: Final = 50
METHODS: Final = ("bank", "card", "wallet")
_NEWEST: Final = 2**62
_Reason = Annotated[str, Meta(min_length=1, max_length=40, pattern="^[^\\u0000-\\u001f]+$")]


class Search(Struct, frozen=True):
    """Whose lines to find: a number of the customer, or of anything of theirs."""

    q: str = ""


class TakenBack(Form, frozen=True):
    """Which payment was taken back, and why."""

    repayment: Annotated[str, Meta(pattern="^rep_[0-9]{1,19}_[0-9]{1,19}$")]
    reason: _Reason
    note: Note


class Late(Form, frozen=True):
    """Money that is booked only now, and the day it counts from."""

    amount: Yuan
    method: Literal["bank", "card", "wallet"]
    value_on: date
    why: _Reason


@routes.page(FIND, sees=MONEY, nav="payments", order=55)
def find_lines(visit: Visit) -> Answer:
    """Find the lines of a customer by any number of theirs, to look at what came in on them."""
    wanted = visit.asked(Search).q.strip()
    customer_id = _owner(wanted)
    found = [] if customer_id is None else lines.of_customer(visit.db, customer_id)
    return visit.show("money/find.html", wanted=wanted, found=found)


def _owner(wanted: str) -> int | None:
    """Whose number it is; None where it is nobody's."""
    prefix = wanted.partition("_")[0]
    try:
        if prefix == "cus":
            return ids.read_one(wanted, prefix)
        return ids.read_owned(wanted, prefix).customer_id if prefix else None
    except NotFound:
        return None


@routes.page(PAGE, sees=MONEY, owner=Owner.NOBODY)
def show_payments(visit: Visit) -> Answer:
    """List the payments of a line and what was corrected, and let one be taken back or counted from its day."""
    key = visit.owned("lin")
    line = lines.show(visit.db, *key)
    if line is None:
        raise NotFound("there is no such line")
    rows = repayments.of_line(visit.db, *key, before=_NEWEST, limit=ROWS)
    done = corrections.of_line(visit.db, *key)
    return visit.show(
        "money/payments.html",
        line=line,
        id=visit.text("lin"),
        rows=rows,
        done=done,
        choices=[
            (
                ids.write("rep", one.customer_id, one.repayment_id),
                f"{visit.speak.day(one.repaid_on)} · {visit.speak.amount(one.amount_minor)}",
            )
            for one in rows
            if one.reversed_on is None
        ],
        methods=[(one, visit.speak.name("method", one)) for one in METHODS],
    )


@routes.form(f"{PAGE}/reverse", TakenBack, sees=MONEY, owner=Owner.NOBODY, again=show_payments)
def take_back(act: Acting, form: TakenBack) -> Done:
    """Reverse a payment: the line is as if the money had never come."""
    owned = ids.read_owned(form.repayment, "rep")
    if owned.customer_id != act.owned("lin").customer_id:
        raise NotFound("the customer has no such payment")
    wanted = Reversal(*owned, form.reason, form.note, act.actor)
    return _told(act, only(reverse(act.db, [wanted], at=act.at)), "money.payment_reversed")


@routes.form(f"{PAGE}/back-date", Late, sees=MONEY, owner=Owner.NOBODY, again=show_payments)
def count_from(act: Acting, form: Late) -> Done:
    """Record money that counts from an earlier day."""
    wanted = BackDating(
        *act.owned("lin"), form.amount, form.method, form.value_on, form.why, "", act.actor
    )
    return _told(act, only(back_date(act.db, [wanted], at=act.at)), "money.payment_back_dated")


def _told(act: Acting, done: CorrectionDone, says: str) -> Done:
    facts = {
        "amount": act.speak.amount(done.amount_minor),
        "movements": str(done.done.undone + done.done.booked),
    }
    return Done(PAGE.replace("{lin}", act.text("lin")), says, facts)
