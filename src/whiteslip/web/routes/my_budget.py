"""The next 60 days in a picture, what is safe to spend, and caps a customer sets themselves."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from whiteslip.flows.advise import Answers, Told, forget_answers, keep_answers
from whiteslip.flows.set_caps import CapKind, CapRequest, set_caps
from whiteslip.kernel.errors import NotFound, only
from whiteslip.kernel.money import MAX_MINOR
from whiteslip.views import budgets
from whiteslip.web import forms, pictures
from whiteslip.web.acting import Acting, Done
from whiteslip.web.axes import Unit
from whiteslip.web.forms import Form, Nothing, Yuan
from whiteslip.web.rights import shopper
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("my")
PAGE = "/my/budget"
_Monthly = Annotated[int, Meta(ge=0, le=MAX_MINOR, extra={"typed": "yuan"})]
_Signed = Annotated[int, Meta(ge=-MAX_MINOR, le=MAX_MINOR, extra={"typed": "yuan"})]


class Asked(Struct, frozen=True):
    """What was typed as money in hand now, for the picture only."""

    hand: Annotated[str, Meta(max_length=20)] = ""


class Hand(Form, frozen=True):
    """Money in hand."""

    hand: _Monthly = 0


class Month(Form, frozen=True):
    """A month in the customer's own words, kept because they want to be advised by it."""

    income: Yuan
    income_day: Annotated[int, Meta(ge=1, le=31)] = 1
    rent: _Monthly = 0
    debts: _Monthly = 0
    fixed: _Monthly = 0
    change: _Signed = 0
    cushion: _Monthly = 0


class CapForm(Form, frozen=True):
    """A cap for oneself; without an amount it ends."""

    kind: Literal["purchase", "day", "week", "month", "cooling_off"]
    amount: Yuan | None = None
    hours: Annotated[int, Meta(ge=0, le=720)] = 0


@routes.page(PAGE, sees=shopper(), nav="budget", order=16)
def show_budget(visit: Visit) -> Answer:
    """Draw the days to come: what comes in, what is due, what stays free."""
    typed = visit.asked(Asked).hand.strip()
    hand = forms.decode(Hand, {"hand": [typed]})
    in_hand = hand.hand if typed and isinstance(hand, Hand) else None
    view = budgets.budget(visit.db, visit.customer_id, in_hand_minor=in_hand, at=visit.at)
    caps = budgets.caps(visit.db, visit.customer_id, at=visit.at)
    if view is None or caps is None:
        raise NotFound("there is no such customer")
    speak = visit.speak
    drawn = None
    if view.picture is not None:
        days = view.picture.days
        drawn = pictures.lines(
            speak.say("my.picture"),
            [speak.short_day(day.on) for day in days],
            {speak.say("my.free"): [day.free_minor / 100 for day in days]},
            unit=Unit.NUMBER,
        )
    lesson = budgets.lesson(visit.db, visit.customer_id)
    return visit.show(
        "my/budget.html",
        view=view,
        hand=typed,
        hand_fault=None if isinstance(hand, Hand) else hand["hand"],
        drawn=drawn,
        caps=caps,
        lesson=lesson,
        kinds=[(one.value, speak.name("cap", one.value)) for one in CapKind],
    )


@routes.form(PAGE, Month, sees=shopper(), again=show_budget)
def keep_month(act: Acting, form: Month) -> Done:
    """Keep what a month is like."""
    answers = Answers(
        form.income, form.income_day, form.rent, form.debts, form.fixed, form.change, form.cushion
    )
    only(keep_answers(act.db, [Told(act.customer_id, answers)], at=act.at))
    return Done(PAGE, "my.month_kept")


@routes.form("/my/budget/forget", Nothing, sees=shopper(), again=show_budget)
def forget_month(act: Acting, _: Nothing) -> Done:
    """Forget what was told."""
    forget_answers(act.db, [act.customer_id])
    return Done(PAGE, "my.month_forgotten")


@routes.form("/my/budget/caps", CapForm, sees=shopper(), again=show_budget)
def set_cap(act: Acting, form: CapForm) -> Done:
    """Set a cap for oneself: tightening counts at once, loosening after a delay."""
    request = CapRequest(act.customer_id, CapKind(form.kind), form.amount, form.hours)
    done = only(set_caps(act.db, [request], actor=act.actor, at=act.at))
    key = "my.cap_now" if done.at_once else "my.cap_later"
    return Done(PAGE, key, {"when": act.speak.instant(done.change.effective_at)})
