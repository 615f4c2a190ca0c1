"""When a month does not work out: saying why, another way to pay, and the talk about it."""

from __future__ import annotations

from typing import Literal

from whiteslip.flows.attribute_causes import Cause, CauseTold, Source, tell_causes
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
from whiteslip.kernel.errors import only
from whiteslip.money.lines.model import LineKey
from whiteslip.views import relief
from whiteslip.web import mine, reliefs
from whiteslip.web.acting import Acting, Done
from whiteslip.web.forms import Form, Note, Nothing
from whiteslip.web.reliefs import Wanted
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


class Said(Form, frozen=True):
    """Something said in the thread of a relief."""

    text: Note


@routes.page(PAGE, sees=shopper(), nav="help", order=15)
def show_help(visit: Visit) -> Answer:
    """Show what is arranged, and offer to ask for another way to pay."""
    line = mine.line_of(visit.db, visit.customer_id)
    key = LineKey(visit.customer_id, line.line_id)
    speak, dues = visit.speak, reliefs.billed(visit.db, key, line.current_on)
    return visit.show(
        "my/help.html",
        line=line,
        dues=dues,
        dues_choices=reliefs.choices(speak, dues),
        reliefs=relief.of_line(visit.db, *key),
        open=OPEN,
        causes=[(one, speak.name("cause", one)) for one in CAUSES],
        told=relief.causes_of_line(visit.db, *key),
        ways=reliefs.ways(speak),
    )


@routes.form(PAGE, Wanted, sees=shopper(), again=show_help)
def ask(act: Acting, form: Wanted) -> Done:
    """Ask for another way to pay; within the table it begins at once, else a person looks."""
    key = mine.key_of(act.db, act.customer_id)
    wanted = ReliefRequest(*key, form.terms(), Side.CUSTOMER, act.actor)
    done = only(ask_relief(act.db, [wanted], at=act.at))
    return Done(PAGE, f"my.relief_{done.status}")


@routes.form("/my/help/cause", Told, sees=shopper(), again=show_help)
def tell_cause(act: Acting, form: Told) -> Done:
    """Say why a due was missed; what answers it may be offered at once."""
    key = mine.key_of(act.db, act.customer_id)
    told = CauseTold(*key, Cause(form.cause), Source.ASKED, act.actor, form.words)
    kept = only(tell_causes(act.db, [told], at=act.at))
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
    only(write_messages(act.db, [message], at=act.at))
    return Done(PAGE, "my.said")


def _answer(act: Acting, command: Command) -> Done:
    request = ReliefAnswer(*act.owned("rlf"), command, Side.CUSTOMER, act.actor)
    done = only(answer_reliefs(act.db, [request], at=act.at))
    return Done(PAGE, f"my.relief_{done.status}")
