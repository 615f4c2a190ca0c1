"""The desk of the book, looking over all of it: roll rates, vintages, classes, expected losses and stress."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from whiteslip.infra.database import Connection
from whiteslip.risk.portfolio.loss import BASE
from whiteslip.views import portfolio
from whiteslip.web import pictures
from whiteslip.web.axes import Unit
from whiteslip.web.rendering import Speaker
from whiteslip.web.rights import Role, staff
from whiteslip.web.sheet import Figure, Section
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("book")
BOOK = staff(Role.BOOK)
POOLED, SHOWN_VINTAGES, OVER_DAYS = 6, 12, 30


@routes.page("/desk/book/portfolio", sees=BOOK, nav="portfolio", order=12)
def show_portfolio(visit: Visit) -> Answer:
    """Show how lines move between buckets, how each month of opening turns out, and what is expected to be lost."""
    speak, db = visit.speak, visit.db
    ends = portfolio.month_ends(db)
    classes = portfolio.show_classes(db)
    losses = portfolio.show_losses(db)
    sections = [
        *_rolls(db, speak),
        _vintages(db, speak),
        _sums(speak, "portfolio.classes", "class", classes.classes),
        _sums(speak, "portfolio.stages", "stage", classes.stages),
        _losses(speak, losses.losses),
    ]
    return visit.show(
        "desk/sheet.html",
        title=speak.say("portfolio.title"),
        lead=speak.say("portfolio.lead"),
        note=speak.say("portfolio.until", date=speak.day(ends[-1])) if ends else "",
        figures=_figures(speak, losses.losses),
        sections=sections,
    )


def _figures(speak: Speaker, losses: Sequence[Any]) -> list[Figure]:
    if not losses:
        return []
    total = losses[0].total
    share = total.loss_minor / total.owed_minor if total.owed_minor else 0.0
    worst = max(losses, key=lambda one: one.total.loss_minor)
    return [
        Figure(speak.say("portfolio.owed"), speak.whole(total.owed_minor)),
        Figure(
            speak.say("portfolio.expected"), speak.whole(total.loss_minor), speak.percent(share)
        ),
        Figure(
            speak.say("portfolio.worst"),
            speak.whole(worst.total.loss_minor),
            _word(speak, "scenario", worst.scenario),
        ),
        Figure(speak.say("portfolio.lines"), speak.number(total.lines)),
    ]


def _rolls(db: Connection, speak: Speaker) -> list[Section]:
    view = portfolio.show_rolls(db, months=POOLED)
    names = list(dict.fromkeys(rate.after for rate in view.rates))
    befores = list(dict.fromkeys(rate.before for rate in view.rates))
    shares = {(rate.before, rate.after): rate.share for rate in view.rates}
    matrix = [
        (speak.name("standing", before), [shares.get((before, after)) for after in names])
        for before in befores
    ]
    heads = [speak.name("standing", after) for after in names]
    drawn = pictures.heat(speak.say("portfolio.rolls_note"), heads, matrix) if matrix else None
    flows = [
        [
            speak.name("standing", flow.standing),
            *(
                speak.number(count)
                for count in (
                    flow.opening,
                    flow.stayed,
                    flow.worsened,
                    flow.improved,
                    flow.came,
                    flow.closing,
                )
            ),
        ]
        for flow in view.flows
    ]
    head = [
        speak.say(f"portfolio.{key}")
        for key in ("bucket", "opening", "stayed", "worsened", "improved", "came", "closing")
    ]
    months = speak.say("portfolio.pooled", months=len(view.months))
    nothing = speak.say("portfolio.too_young")
    return [
        Section(speak.say("portfolio.rolls"), note=months, picture=drawn, nothing=nothing),
        Section(speak.say("portfolio.flows"), head, flows, numbers=range(1, 7), nothing=nothing),
    ]


def _vintages(db: Connection, speak: Speaker) -> Section:
    view = portfolio.show_vintages(db)
    shown = [one for one in view.vintages if one.over_days == OVER_DAYS][-SHOWN_VINTAGES:]
    longest = max((len(one.points) for one in shown), default=0)
    drawn: Markup | None = None
    if longest:
        labels = [str(month) for month in range(longest)]
        series = {
            speak.month(one.opened_in): _padded([point.share for point in one.points], longest)
            for one in shown
        }
        drawn = pictures.lines(
            speak.say("portfolio.vintages_axis", days=OVER_DAYS), labels, series, unit=Unit.SHARE
        )
    rows = [
        [
            speak.month(one.opened_in),
            speak.number(one.lines),
            speak.number(len(one.points)),
            speak.small_percent(one.points[-1].share) if one.points else "–",
        ]
        for one in reversed(shown)
    ]
    head = [
        speak.say(f"portfolio.{key}") for key in ("opened_in", "lines", "months_on_book", "reached")
    ]
    return Section(
        speak.say("portfolio.vintages"),
        head,
        rows,
        numbers=(1, 2, 3),
        picture=drawn,
        nothing=speak.say("portfolio.too_young"),
    )


def _sums(speak: Speaker, title: str, group: str, sums: Sequence[Any]) -> Section:
    rows = [
        [_word(speak, group, one.name), speak.number(one.lines), speak.whole(one.owed_minor)]
        for one in sums
    ]
    head = [speak.say(f"portfolio.{key}") for key in ("name", "lines", "owed")]
    return Section(
        speak.say(title),
        head,
        rows,
        numbers=(1, 2),
        nothing=speak.say("portfolio.too_young"),
    )


def _losses(speak: Speaker, losses: Sequence[Any]) -> Section:
    rows = [
        [
            _word(speak, "scenario", one.scenario),
            *(speak.whole(each.loss_minor) for each in one.stages),
            speak.whole(one.total.loss_minor),
            speak.percent(
                one.total.loss_minor / one.total.owed_minor if one.total.owed_minor else 0
            ),
        ]
        for one in losses
    ]
    stages = [_word(speak, "stage", each.name) for each in losses[0].stages] if losses else []
    head = [speak.say("portfolio.scenario"), *stages, speak.say("portfolio.total"), "%"]
    drawn = None
    if losses:
        drawn = pictures.bars(
            speak.say("portfolio.loss_by_scenario"),
            [_word(speak, "scenario", one.scenario) for one in losses],
            {speak.say("portfolio.total"): [one.total.loss_minor / 100 for one in losses]},
        )
    return Section(
        speak.say("portfolio.stress"),
        head,
        rows,
        numbers=range(1, len(head)),
        picture=drawn,
        nothing=speak.say("portfolio.too_young"),
    )


def _word(speak: Speaker, group: str, name: str) -> str:
    """Name a class, stage or scenario; the words know a stage by its number, and the base as what is expected."""
    known = "expected" if name == BASE else name.removeprefix("stage ")
    return speak.name(group, known)


def _padded(shares: list[float], longest: int) -> list[float]:
    return [*shares, *([float("nan")] * (longest - len(shares)))]
