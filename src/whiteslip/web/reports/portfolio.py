"""Reports of the portfolio in Chinese and English: rolls, vintages, classes, losses and the effect of a policy."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Literal, TypeAlias

import msgspec

from whiteslip.kernel.money import Minor
from whiteslip.risk.portfolio.effect import Effect, Figure
from whiteslip.risk.portfolio.loss import Losses
from whiteslip.risk.portfolio.model import ClassSum, Flow, Rate, Rolls, Standing, Vintage
from whiteslip.views.effects import EffectView
from whiteslip.views.portfolio import ClassView, LossView, RollView, VintageView
from whiteslip.web import plots
from whiteslip.web.axes import DASH, Unit, figure
from whiteslip.web.plots import Axis, Bar, Cell, Html, Line

Language: TypeAlias = Literal["zh", "en"]
MOST_DRAWN = 6
"""So many vintages are told apart by color."""


def rolls_report(view: RollView, *, language: Language = "en") -> str:
    """Return the matrix, how much got worse month by month, and the flows of the last month."""
    say = Words(language)
    if not view.months:
        return say.page(say("portfolio"), [], lead=say("no two month ends"))
    first, last = view.months[0].before_on, view.months[-1].after_on
    flows = say("flows", first=view.months[-1].before_on, last=last)
    blocks = [
        plots.section(say("matrix"), [_matrix(say, view.rates)]),
        plots.section(say("worsening"), [_worsening(say, view.months)]),
        plots.section(flows, [_flows(say, view.flows)]),
    ]
    lead = say("rolls lead", months=len(view.months))
    return say.page(say("rolls title", first=first, last=last), blocks, lead=lead)


def vintages_report(view: VintageView, *, language: Language = "en") -> str:
    """Return for each threshold how the openings of a month turned out."""
    say = Words(language)
    if view.until is None:
        return say.page(say("portfolio"), [], lead=say("no month end"))
    blocks = [
        plots.section(
            say("ever over", days=over),
            _vintages(say, [one for one in view.vintages if one.over_days == over]),
        )
        for over in dict.fromkeys(one.over_days for one in view.vintages)
    ]
    return say.page(say("vintages title", until=view.until), blocks, lead=say("vintages lead"))


def classes_report(view: ClassView, *, language: Language = "en") -> str:
    """Return what is owed by class and by stage, and why."""
    say = Words(language)
    if view.until is None:
        return say.page(say("portfolio"), [], lead=say("no month end"))
    title = say("classes title", until=view.until)
    if not view.cells:
        return say.page(title, [], lead=say("not classed", until=view.until))
    blocks = [
        plots.section(say("by class"), [_owed_bars(say, view.classes), _sums(say, view.classes)]),
        plots.section(say("by cause"), [_sums(say, view.causes)]),
    ]
    return say.page(title, blocks, lead=say("classes lead", version=view.terms_version))


def losses_report(view: LossView, *, language: Language = "en") -> str:
    """Return what is expected to be lost, by scenario, stage and product."""
    say = Words(language)
    if view.until is None:
        return say.page(say("portfolio"), [], lead=say("no month end"))
    parts: list[Html | str] = [_scenarios(say, view.losses), _scenario_table(say, view.losses)]
    if view.economy is not None and view.economy.unknown:
        parts.append(say(f"economy {view.economy.why}", series=view.economy.series))
    blocks = [
        plots.section(say("by scenario"), parts),
        plots.section(say("by product"), [_by_product(say, view.losses)]),
    ]
    lead = say("losses lead", months=view.months)
    return say.page(say("losses title", until=view.until), blocks, lead=lead)


def effect_report(view: EffectView, *, language: Language = "en") -> str:
    """Return the three layers of a policy's effect, those of another beside it, and the difference."""
    say = Words(language)
    blocks = list(_layers(say, view.effect))
    if view.against is not None:
        names = {"one": view.effect.policy, "other": view.against.policy}
        blocks.append(plots.section(say("difference", **names), [_figures(say, view.difference)]))
        blocks += _layers(say, view.against, named=True)
    title = say("effect title", policy=view.effect.policy)
    return say.page(title, blocks, lead=say("effect lead", on=view.effect.on))


class Words:
    """What the reports say in one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language

    def __call__(self, key: str, **facts: object) -> str:
        """Say a text of data/portfolio.toml, with its facts filled in."""
        return words()[key][("zh", "en").index(self.language)].format(**facts)

    def known(self, name: str) -> str:
        """Say a name that others may have given; one without words is said as it is."""
        return self(name) if name in words() else name

    def standing(self, where: Standing) -> str:
        """Name a bucket."""
        return self(where) if where in words() else self("days", bucket=where)

    def money(self, amount_minor: Minor) -> str:
        """Write an amount in whole currency units."""
        return f"{amount_minor / 100:,.0f}"

    def page(self, title: str, blocks: Iterable[str], *, lead: str) -> str:
        """Write the whole page."""
        language = "zh-CN" if self.language == "zh" else "en"
        return plots.page(title, blocks, lead=lead, over=self("portfolio"), language=language)


@cache
def words() -> Mapping[str, tuple[str, str]]:
    """Read what the reports say, once: for each key Chinese and English."""
    text = (resources.files("whiteslip.web") / "data" / "portfolio.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, tuple[str, str]])


def _matrix(say: Words, rates: Sequence[Rate]) -> Html:
    shares = {(rate.before, rate.after): rate.share for rate in rates}
    columns = [each for each in Standing if any(rate.after == each for rate in rates)]
    rows: list[list[Cell]] = []
    for place, before in enumerate(Standing):
        total = sum(rate.lines for rate in rates if rate.before == before)
        if total:
            cells = [_cell(shares.get((before, after)), place, after) for after in columns]
            rows.append([say.standing(before), *cells, total])
    head = [say("from to"), *(say.standing(each) for each in columns), say("lines")]
    return plots.table(head, rows)


def _cell(share: float | None, before: int, after: Standing) -> Cell:
    """Shade a share by its size: what got worse in one color, what did not in another."""
    if share is None:
        return ""
    order = tuple(Standing)
    worse = order.index(after) > max(before, order.index(Standing.CURRENT))
    return Bar(text=figure(share, Unit.SHARE), share=share, tone=1 if worse else 2)


def _worsening(say: Words, months: Sequence[Rolls]) -> Html:
    order = tuple(Standing)
    labels = [f"{month.after_on:%Y-%m}" for month in months]
    series: list[Line] = []
    for where in (Standing.CURRENT, Standing.DAYS_1_30, Standing.DAYS_31_60, Standing.DAYS_61_90):
        ys: list[float] = []
        for month in months:
            out = [move for move in month.moves if move.before == where]
            worse = sum(m.lines for m in out if order.index(m.after) > order.index(where))
            ys.append(worse / sum(m.lines for m in out) if out else math.nan)
        xs = list(range(len(months)))
        series.append(Line(label=say.standing(where), xs=xs, ys=ys, dots=True))
    return plots.lines(
        say("got worse"),
        series,
        x=Axis(label=say("month end"), labels=labels),
        y=Axis(label=say("got worse"), unit=Unit.SHARE, least=0),
        about=say("worsening about"),
    )


def _flows(say: Words, flows: Sequence[Flow]) -> Html:
    heads = ("bucket", "opening", "came", "worsened", "improved", "closing", "owed", "owed after")
    rows: list[list[Cell]] = [
        [
            say.standing(flow.standing),
            flow.opening,
            flow.came,
            flow.worsened,
            flow.improved,
            flow.closing,
            say.money(flow.opening_minor),
            say.money(flow.closing_minor),
        ]
        for flow in flows
    ]
    return plots.table([say(head) for head in heads], rows)


def _vintages(say: Words, vintages: Sequence[Vintage]) -> Iterator[Html]:
    every = max(1, math.ceil(len(vintages) / MOST_DRAWN))
    drawn = vintages[::every]
    yield plots.lines(
        say("by months on book"),
        [
            Line(
                label=f"{one.opened_in:%Y-%m}",
                xs=[point.months_on_book for point in one.points],
                ys=[point.share for point in one.points],
                dots=len(one.points) == 1,
            )
            for one in drawn
        ],
        x=Axis(label=say("months on book"), unit=Unit.COUNT, least=0),
        y=Axis(label=say("share"), unit=Unit.SHARE, least=0),
        about=say("ever about", shown=len(drawn)),
    )
    months = sorted({point.months_on_book for one in vintages for point in one.points})
    rows: list[list[Cell]] = []
    for one in vintages:
        shares = {point.months_on_book: point.share for point in one.points}
        cells = [figure(shares[month], Unit.SHARE) if month in shares else "" for month in months]
        rows.append([f"{one.opened_in:%Y-%m}", one.lines, *cells])
    head = [say("opened in"), say("lines"), *map(str, months)]
    yield plots.folded(say("the numbers"), [plots.table(head, rows)])


def _owed_bars(say: Words, sums: Sequence[ClassSum]) -> Html:
    owed = sum(each.owed_minor for each in sums)
    return plots.bars(
        say("share of owed"),
        [say.known(each.name) for each in sums],
        {say("share"): [each.owed_minor / owed for each in sums]},
        y=Axis(label=say("of what is owed"), unit=Unit.SHARE, least=0),
        about=say("by class"),
        listed=False,
    )


def _sums(say: Words, sums: Sequence[ClassSum]) -> Html:
    owed = sum(each.owed_minor for each in sums)
    rows: list[list[Cell]] = [
        [
            say.known(each.name),
            each.lines,
            say.money(each.owed_minor),
            Bar(text=figure(each.owed_minor / owed, Unit.SHARE), share=each.owed_minor / owed),
            each.scored_lines,
            say("unknown")
            if each.served_chance is None
            else figure(each.served_chance, Unit.SHARE),
        ]
        for each in sums
    ]
    heads = ("lines", "owed", "share", "scored", "served chance")
    return plots.table(["", *(say(head) for head in heads)], rows)


def _scenarios(say: Words, losses: Sequence[Losses]) -> Html:
    stages = sorted({stage.name for one in losses for stage in one.stages})
    found = [{stage.name: stage.loss_minor for stage in one.stages} for one in losses]
    return plots.bars(
        say("by stage"),
        [say.known(one.scenario) for one in losses],
        {say(name): [each.get(name, 0) / 100 for each in found] for name in stages},
        y=Axis(label=say("expected loss"), unit=Unit.COUNT, least=0),
        about=say("by scenario"),
        stacked=True,
        listed=False,
    )


def _scenario_table(say: Words, losses: Sequence[Losses]) -> Html:
    stages = sorted({stage.name for one in losses for stage in one.stages})
    rows: list[list[Cell]] = []
    for one in losses:
        found = {stage.name: stage.loss_minor for stage in one.stages}
        parts = [say.money(found.get(name, 0)) for name in stages]
        total = one.total
        share = total.loss_minor / total.owed_minor if total.owed_minor else math.nan
        shown = [say.money(total.loss_minor), figure(share, Unit.SHARE)]
        rows.append([say.known(one.scenario), *parts, *shown])
    head = [say("scenario"), *map(say, stages), say("expected loss"), say("of what is owed")]
    return plots.table(head, rows)


def _by_product(say: Words, losses: Sequence[Losses]) -> Html:
    names = [each.name for each in losses[0].segments] if losses else []
    rows: list[list[Cell]] = []
    for name in names:
        sums = [next(each for each in one.segments if each.name == name) for one in losses]
        amounts = [say.money(each.loss_minor) for each in sums]
        rows.append([name, sums[0].lines, say.money(sums[0].owed_minor), *amounts])
    scenarios = [say.known(one.scenario) for one in losses]
    return plots.table([say("product"), say("lines"), say("owed"), *scenarios], rows)


def _layers(say: Words, effect: Effect, *, named: bool = False) -> Iterator[Html]:
    over = f"{effect.policy}: " if named else ""
    for layer in ("people", "merchants", "platform"):
        yield plots.section(over + say(layer), [_figures(say, getattr(effect, layer))])
    if effect.reasons:
        yield plots.section(over + say("by reason"), [_reasons(say, effect)])


def _figures(say: Words, figures: Sequence[Figure]) -> Html:
    rows: list[list[Cell]] = [
        [say.known(each.name), _value(say, each), _basis(say, each)] for each in figures
    ]
    return plots.table([say(head) for head in ("figure", "value", "basis")], rows)


def _value(say: Words, each: Figure) -> str:
    if each.value is None:
        return DASH
    if each.unit == "minor":
        return say("yuan", amount=say.money(each.value))
    return f"{each.value:,}"


def _basis(say: Words, each: Figure) -> str:
    told = say("unknown") if each.value is None else say(each.basis)
    return f"{told} · {say.known(each.note)}" if each.note else told


def _reasons(say: Words, effect: Effect) -> Html:
    heads = ("reason", "restrictions", "people", "standing", "back", "dismissed", "median days")
    rows: list[list[Cell]] = [
        [
            each.reason,
            each.restrictions,
            each.people,
            each.standing,
            each.back,
            each.dismissed,
            DASH if each.median_days is None else each.median_days,
            each.appeals,
            each.appeals_granted,
        ]
        for each in effect.reasons
    ]
    more = (say("appeals"), say("appeals granted"))
    return plots.table([*(say(head) for head in heads), *more], rows)
