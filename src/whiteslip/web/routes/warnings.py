"""Early warnings: how the indicators of the book stand, how one came there, and who knows of it."""

from __future__ import annotations

from functools import partial

from whiteslip.flows.warn_early import Acknowledgment, acknowledge_warnings
from whiteslip.kernel.errors import only
from whiteslip.risk.signals.model import Unit
from whiteslip.views import warnings
from whiteslip.views.signs import last_look
from whiteslip.web import pictures
from whiteslip.web.acting import Acting, Done
from whiteslip.web.forms import Form, Note
from whiteslip.web.rendering import Speaker
from whiteslip.web.rights import Owner, Role, staff
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("book")
WATCHING = staff(Role.BOOK, Role.RISK)
PAGE = "/desk/book/warnings"
TONES = {"red": "bad", "orange": "bad", "yellow": "warn", "unknown": "", "green": "good"}
LATEST = 90
WHOLE = 1_000_000


class Known(Form, frozen=True):
    """What is done about a warning."""

    note: Note


@routes.page(PAGE, sees=WATCHING, nav="warnings", order=14)
def show_warnings(visit: Visit) -> Answer:
    """Show every indicator, the worst first."""
    found = warnings.standing(visit.db, at=visit.at)
    rows = [(view, written(visit.speak, view)) for view in found]
    return visit.show("book/warnings.html", rows=rows, tones=TONES, look=last_look(visit.db))


@routes.page(f"{PAGE}/{{indicator}}", sees=WATCHING, owner=Owner.NOBODY)
def show_warning(visit: Visit) -> Answer:
    """Show one indicator, its history, and who acknowledged it."""
    name = visit.text("indicator")
    past = warnings.history(visit.db, name, most=LATEST)
    view = next(one for one in warnings.standing(visit.db, at=visit.at) if one.indicator.id == name)
    known = [one for one in reversed(past) if one.value_ppm is not None]
    speak = visit.speak
    drawn = None
    if len(known) > 1:
        drawn = pictures.lines(
            speak.pick(view.indicator.name),
            [speak.short_day(one.evaluated_on) for one in known],
            {speak.say("warnings.value"): [(one.value_ppm or 0) / WHOLE for one in known]},
        )
    return visit.show(
        "book/warning.html",
        view=view,
        value=written(speak, view),
        past=past[:20],
        tones=TONES,
        drawn=drawn,
        write=partial(told, speak, view.indicator.unit),
    )


@routes.form(f"{PAGE}/{{indicator}}", Known, sees=WATCHING, owner=Owner.NOBODY, again=show_warning)
def acknowledge(act: Acting, form: Known) -> Done:
    """Say that one knows of a warning, and what is done."""
    name = act.text("indicator")
    request = Acknowledgment(name, act.actor, form.note)
    only(acknowledge_warnings(act.db, [request], at=act.at))
    return Done(f"{PAGE}/{name}", "warnings.known")


def written(speak: Speaker, view: warnings.WarningView) -> str:
    """Write the value of an indicator in its unit; a dash where there is none."""
    last = view.last
    if last is None or last.value_ppm is None:
        return "–"
    return told(speak, view.indicator.unit, last.value_ppm)


def told(speak: Speaker, unit: Unit, ppm: int) -> str:
    """Write a value in ppm as its unit wants it told."""
    match unit:
        case Unit.SHARE:
            return speak.small_percent(ppm / WHOLE)
        case Unit.PER_THOUSAND:
            return f"{ppm / 1000:.2f} ‰"
        case Unit.TIMES:
            return f"{ppm / WHOLE:.2f} ×"
        case Unit.INDEX:
            return f"{ppm / WHOLE:.3f}"
