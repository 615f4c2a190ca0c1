"""The page that shows every part that pages are made of."""

from __future__ import annotations

from datetime import date

from whiteslip.web import pictures
from whiteslip.web.acting import Acting, Done
from whiteslip.web.axes import Unit
from whiteslip.web.forms import Form, Name, Note, Tick, Yuan
from whiteslip.web.rights import Role, staff
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("style")
STAFF = staff(*Role)
PAGE = "/desk/style"
COLORS = (
    "paper",
    "card",
    "ink",
    "soft",
    "faint",
    "line",
    "track",
    "accent",
    "accent-soft",
    "good",
    "good-soft",
    "warn",
    "warn-soft",
    "bad",
    "bad-soft",
)
ON = date(2026, 6, 18)
MONTHS = ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06")
BOUGHT, REPAID = (
    (120.0, 90.0, 150.0, 170.0, 160.0, 240.0),
    (80.0, 100.0, 110.0, 150.0, 155.0, 170.0),
)


class Tried(Form, frozen=True):
    """A form to try the parts with; nothing is kept of it."""

    name: Name
    amount: Yuan
    on: date
    kind: Name
    note: Note | None = None
    agreed: Tick = False


@routes.page(PAGE, sees=STAFF, nav="style", order=99)
def show_style(visit: Visit) -> Answer:
    """Show every part once."""
    speak = visit.speak
    bought, repaid = speak.say("style.bought"), speak.say("style.repaid")
    parts = [(bought, 81_200), (repaid, 23_400), (speak.say("style.bad"), 4_100)]
    matrix = [("C", [0.93, 0.07, 0.0]), ("M1", [0.41, 0.2, 0.39]), ("M2", [0.12, None, 0.88])]
    return visit.show(
        "style/style.html",
        colors=COLORS,
        on=ON,
        line=pictures.lines(
            speak.say("style.chart_line"), MONTHS, {"M1+": (2.1, 2.4, 2.2, 2.9, 2.6, 2.5)}
        ),
        bars=pictures.bars(speak.say("style.chart_bars"), MONTHS, {bought: BOUGHT, repaid: REPAID}),
        stack=pictures.stack(
            speak.say("style.chart_stack"), parts, [speak.whole(size) for _, size in parts]
        ),
        heat=pictures.heat(
            speak.say("style.chart_heat"), ("C", "M1", "M2"), matrix, unit=Unit.SHARE
        ),
        progress=pictures.progress(speak.say("style.chart_progress"), 0.62),
    )


@routes.form(PAGE, Tried, sees=STAFF, again=show_style)
def try_form(act: Acting, form: Tried) -> Done:
    """Say what was received."""
    return Done(PAGE, "style.sent", {"name": form.name, "amount": act.speak.amount(form.amount)})
