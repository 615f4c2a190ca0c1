"""When a month does not work out: saying why, another way to pay, and the talk about it."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlencode

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
from whiteslip.flows.foresee_relief import Foreseen, foresee_relief
from whiteslip.kernel.errors import only
from whiteslip.kernel.money import decimal_text
from whiteslip.money.lines.model import LineKey
from whiteslip.views import relief
from whiteslip.web import mine, reliefs
from whiteslip.web.acting import Acting, Done
from whiteslip.web.forms import Form, Note, Nothing, Tick, decode
from whiteslip.web.reliefs import Wanted
from whiteslip.web.rights import Owner, shopper
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("my")
PAGE = "/my/help"
PLAN = "/my/help/plan"
FIELDS = ("form", "due_on", "days", "parts", "amount", "until_on", "drops_fees")
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


class Wished(Wanted, frozen=True):
    """Another way to pay: first shown what it changes, then agreed to."""

    agreed: Tick = False


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
    found = relief.of_line(visit.db, *key)
    return visit.show(
        "my/help.html",
        line=line,
        dues=dues,
        dues_choices=reliefs.choices(speak, dues),
        reliefs=found,
        foreseen=reliefs.foreseen(visit.db, key, found),
        open=OPEN,
        causes=[(one, speak.name("cause", one)) for one in CAUSES],
        told=relief.causes_of_line(visit.db, *key),
        ways=reliefs.ways(speak),
    )


@routes.page(PLAN, sees=shopper())
def show_plan(visit: Visit) -> Answer:
    """Show exactly what a wish would change, before it is agreed to."""
    given = {name: [text] for name in FIELDS if (text := visit.visitor.query.get(name))}
    wanted = decode(Wanted, given)
    seen = None
    if isinstance(wanted, Wanted):
        key = mine.key_of(visit.db, visit.customer_id)
        worked = foresee_relief(visit.db, key, wanted.terms())
        seen = worked if isinstance(worked, Foreseen) else None
    return visit.show("my/help_plan.html", wanted=wanted, given=given, seen=seen)


@routes.form(PAGE, Wished, sees=shopper(), again=show_help)
def ask(act: Acting, form: Wished) -> Done:
    """Show what another way to pay changes; agreed to, it begins at once within the table, else a person looks."""
    key = mine.key_of(act.db, act.customer_id)
    if not form.agreed:
        only([foresee_relief(act.db, key, form.terms())])
        return Done(f"{PLAN}?{urlencode(_typed(form))}")
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


def _typed(form: Wished) -> list[tuple[str, str]]:
    """Write a wish as it is typed."""
    amount = None if form.amount is None else decimal_text(form.amount)
    typed = (form.form, form.due_on, form.days, form.parts, amount, form.until_on)
    pairs = [(name, str(value)) for name, value in zip(FIELDS, typed, strict=False) if value]
    return pairs + ([(FIELDS[-1], "on")] if form.drops_fees else [])


def _answer(act: Acting, command: Command) -> Done:
    request = ReliefAnswer(*act.owned("rlf"), command, Side.CUSTOMER, act.actor)
    done = only(answer_reliefs(act.db, [request], at=act.at))
    return Done(PAGE, f"my.relief_{done.status}")
