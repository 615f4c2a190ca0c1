"""When a month does not work out: saying why, another way to pay, and the talk about it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from whiteslip.flows.attribute_causes import Cause, CauseTold, Source, tell_causes
from whiteslip.flows.ease_repayment import (
    Command,
    Message,
    ReliefAnswer,
    ReliefRequest,
    Side,
    Terms,
    answer_reliefs,
    ask_relief,
    write_messages,
)
from whiteslip.flows.ease_repayment import (
    Form as Way,
)
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.views import lines, relief
from whiteslip.web import mine
from whiteslip.web.acting import Acting, Done
from whiteslip.web.forms import Form, Note, Nothing, Yuan
from whiteslip.web.rights import Owner, shopper
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("my")
PAGE = "/my/help"
CAUSES = (
    "income_shock",
    "seasonal_income",
    "over_spending",
    "forgot",
    "technical_debit_failure",
    "dispute",
    "unknown",
)
WAYS = ("deferral", "promise", "installments", "extension")
OPEN = frozenset({"offered", "countered", "agreed", "running"})


class Told(Form, frozen=True):
    """Why the line is overdue."""

    cause: Literal[
        "income_shock",
        "seasonal_income",
        "over_spending",
        "forgot",
        "technical_debit_failure",
        "dispute",
        "unknown",
    ]
    words: Note | None = None


class Asked(Form, frozen=True):
    """Another way to pay; which fields count depends on the form."""

    form: Literal["deferral", "promise", "installments", "extension"]
    due_on: date | None = None
    days: Annotated[int, Meta(ge=1, le=60)] | None = None
    parts: Annotated[int, Meta(ge=2, le=60)] | None = None
    amount: Yuan | None = None
    until_on: date | None = None


class Said(Form, frozen=True):
    """Something said in the thread of a relief."""

    text: Note


@routes.page(PAGE, sees=shopper(), nav="help", order=15)
def show_help(visit: Visit) -> Answer:
    """Show what is arranged, and offer to ask for another way to pay."""
    line = mine.line_of(visit.db, visit.customer_id)
    rows = lines.open_installments(visit.db, visit.customer_id, line.line_id)
    reliefs = relief.of_line(visit.db, visit.customer_id, line.line_id)
    speak = visit.speak
    billed = [row for row in rows if row.statement_on <= line.current_on]
    dues = mine.dues(billed, line.current_on)
    return visit.show(
        "my/help.html",
        line=line,
        dues=dues,
        dues_choices=[
            (due.due_on, f"{speak.day(due.due_on)} · {speak.amount(due.owed_minor)}")
            for due in dues
        ],
        reliefs=reliefs,
        open=OPEN,
        causes=[(one, speak.name("cause", one)) for one in CAUSES],
        told=relief.causes_of_line(visit.db, visit.customer_id, line.line_id),
        ways=[(one, speak.name("relief", one)) for one in WAYS],
    )


@routes.form(PAGE, Asked, sees=shopper(), again=show_help)
def ask(act: Acting, form: Asked) -> Done:
    """Ask for another way to pay; within the table it begins at once, else a person looks."""
    terms = Terms(
        Way(form.form),
        due_on=form.due_on,
        days=form.days or 0,
        parts=form.parts or 0,
        amount_minor=form.amount or 0,
        until_on=form.until_on,
    )
    key = mine.key_of(act.db, act.customer_id)
    wanted = ReliefRequest(*key, terms, Side.CUSTOMER, act.actor)
    (done,) = ask_relief(act.db, [wanted], at=act.at)
    if isinstance(done, WhiteslipError):
        raise done
    return Done(PAGE, f"my.relief_{done.status}")


@routes.form("/my/help/cause", Told, sees=shopper(), again=show_help)
def tell_cause(act: Acting, form: Told) -> Done:
    """Say why a due was missed; what answers it may be offered at once."""
    key = mine.key_of(act.db, act.customer_id)
    told = CauseTold(*key, Cause(form.cause), Source.ASKED, act.actor, form.words)
    (kept,) = tell_causes(act.db, [told], at=act.at)
    if isinstance(kept, WhiteslipError):
        raise kept
    return Done(PAGE, "my.cause_offered" if kept.offered_relief_id else "my.cause_kept")


@routes.form(
    "/my/help/{rlf}/accept", Nothing, sees=shopper(), owner=Owner.CUSTOMER, again=show_help
)
def accept(act: Acting, _: Nothing) -> Done:
    """Accept an offer."""
    return _answer(act, Command.ACCEPT)


@routes.form(
    "/my/help/{rlf}/decline", Nothing, sees=shopper(), owner=Owner.CUSTOMER, again=show_help
)
def decline(act: Acting, _: Nothing) -> Done:
    """Decline an offer."""
    return _answer(act, Command.DECLINE)


@routes.form(
    "/my/help/{rlf}/cancel", Nothing, sees=shopper(), owner=Owner.CUSTOMER, again=show_help
)
def cancel(act: Acting, _: Nothing) -> Done:
    """End a relief that runs; dates that were moved stay."""
    return _answer(act, Command.CANCEL)


@routes.form("/my/help/{rlf}/say", Said, sees=shopper(), owner=Owner.CUSTOMER, again=show_help)
def say(act: Acting, form: Said) -> Done:
    """Write in the thread of a relief."""
    message = Message(*act.owned("rlf"), Side.CUSTOMER, act.actor, form.text)
    (number,) = write_messages(act.db, [message], at=act.at)
    if isinstance(number, WhiteslipError):
        raise number
    return Done(PAGE, "my.said")


def _answer(act: Acting, command: Command) -> Done:
    request = ReliefAnswer(*act.owned("rlf"), command, Side.CUSTOMER, act.actor)
    (done,) = answer_reliefs(act.db, [request], at=act.at)
    if isinstance(done, WhiteslipError):
        raise done
    return Done(PAGE, f"my.relief_{done.status}")
