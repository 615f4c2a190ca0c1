"""The cash of the next weeks, what people entered of it, and the valve that slows new purchases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from whiteslip.flows.enter_funds import EntryKind, NewEntry, enter_funds
from whiteslip.flows.govern_valve import Command, Proposal, ValveStep, govern_valve, propose_stage
from whiteslip.kernel.errors import NotFound, WhiteslipError, only
from whiteslip.views import liquidity
from whiteslip.web import pictures
from whiteslip.web.acting import Acting, Done
from whiteslip.web.forms import Form, Line, Note, Yuan
from whiteslip.web.rights import Owner, Role, staff
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("book")
BOOK = staff(Role.BOOK, Role.MONEY)
PAGE = "/desk/book/liquidity"
LATEST = 12


class Funds(Form, frozen=True):
    """What is entered: cash at hand, the floor, or a commitment that may be drawn."""

    kind: Literal["cash", "commitment", "floor"]
    amount: Yuan
    from_on: date
    note: Note
    name: Line | None = None
    until_on: date | None = None


class Proposed(Form, frozen=True):
    """A stage proposed by hand."""

    stage: Line
    why: Note


class Said(Form, frozen=True):
    """What is done with a valve, and why."""

    command: Literal["rehearse", "release", "dismiss", "end"]
    note: Note


@routes.page(PAGE, sees=BOOK, nav="liquidity", order=13)
def show_liquidity(visit: Visit) -> Answer:
    """Show the forecast, what was entered, and the valves."""
    view = liquidity.show_liquidity(visit.db)
    valves = liquidity.valves(visit.db, most=LATEST)
    speak, drawn = visit.speak, None
    last = view.last
    if last is not None and last.days is not None:
        days = last.days
        on = [
            last.forecast_on + timedelta(days=place + 1) for place in range(len(days.inflow_minor))
        ]
        drawn = pictures.lines(
            speak.say("liquidity.axis"),
            [speak.short_day(day) for day in on],
            {
                speak.say("liquidity.expected"): [each / 100 for each in days.liquidity_minor],
                speak.say("liquidity.low"): [each / 100 for each in days.low_minor],
                speak.say("liquidity.floor"): [(last.floor_minor or 0) / 100] * len(on),
            },
        )
    return visit.show(
        "book/liquidity.html",
        view=view,
        last=last,
        drawn=drawn,
        least=min(last.days.low_minor) if last is not None and last.days is not None else None,
        valves=valves,
        kinds=[(one.value, speak.name("fund", one.value)) for one in EntryKind],
        stages=[(one.name, one.name) for one in liquidity.valve_terms().stages],
    )


@routes.form(PAGE, Funds, sees=BOOK, again=show_liquidity)
def enter(act: Acting, form: Funds) -> Done:
    """Enter cash, a floor or a commitment."""
    entry = NewEntry(
        EntryKind(form.kind),
        form.amount,
        form.from_on,
        act.actor,
        form.note,
        form.name or "",
        form.until_on,
    )
    only(enter_funds(act.db, [entry], at=act.at))
    return Done(PAGE, "liquidity.entered")


@routes.form(f"{PAGE}/propose", Proposed, sees=BOOK, again=show_liquidity)
def propose(act: Acting, form: Proposed) -> Done:
    """Propose a stage of the valve; two people release it."""
    done = propose_stage(act.db, Proposal(form.stage, act.actor, form.why), at=act.at)
    if isinstance(done, WhiteslipError):
        raise done
    return Done(PAGE, "liquidity.proposed")


@routes.form(f"{PAGE}/valves/{{valve}}", Said, sees=BOOK, owner=Owner.NOBODY, again=show_liquidity)
def govern(act: Acting, form: Said) -> Done:
    """Rehearse, release, dismiss or end a valve."""
    text = act.text("valve")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFound("there is no such valve")
    step = ValveStep(int(text), Command(form.command), act.actor, form.note)
    done = govern_valve(act.db, step, at=act.at)
    if isinstance(done, WhiteslipError):
        raise done
    if done.missing:
        return Done(PAGE, "liquidity.one_more", {"missing": str(done.missing)})
    return Done(PAGE, "liquidity.moved")
