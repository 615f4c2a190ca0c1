"""The replayed real book as one offline page in Chinese or English; no script, no request outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from whiteslip.risk.portfolio.loss import Losses, Sum
from whiteslip.risk.signals.model import Color, Evaluation
from whiteslip.views.warnings import indicator_names
from whiteslip.world.delinquency import Table
from whiteslip.world.real_book import OVER_DAYS, STANDINGS, Group, RealBook
from whiteslip.world.real_words import Cuts, Language, cuts, words
from whiteslip.world.report import Bar, Grid, Part, grid, percent, thousands

_MAJOR = 100


class Rows(NamedTuple):
    """A kind of groups, as bars and as a table."""

    bars: tuple[Bar, ...]
    cells: tuple[tuple[str, ...], ...]


def render(book: RealBook, *, language: Language) -> str:
    """Return the report as HTML."""
    loader = PackageLoader("whiteslip.world")
    env = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    env.filters["count"] = thousands
    return env.get_template("real_book.html").render(_context(book, language))


def _context(book: RealBook, language: Language) -> dict[str, object]:
    w, cut = words(language), cuts()
    panel, profile = book.replayed.panel, book.replayed.profile
    months, terms = len(profile.months), profile.oracle_terms
    rolled = len(book.rolls.months)
    minimum = f"{terms.minimum_ppm / 10_000:g} %"
    return {
        "language": language,
        "w": w,
        "book": book,
        "profile": profile,
        "lead": w["lead"].format(customers=thousands(panel.customers), months=months),
        "checks": [
            (w[one.name].format(months=months), thousands(one.compared), thousands(one.differing))
            for one in book.checks
        ],
        "title": f"{w['title']}: {w.get(profile.name, profile.title)}",
        "rolls": _rolls(book, w),
        "rolls_say": w["rolls_say"].format(
            moves=thousands(sum(rate.lines for rate in book.rolls.rates)), rolls=rolled
        ),
        "flows": list(_flows(book, w)),
        "groups": [
            (w[f"by_{by}"], _rows([one for one in book.groups if one.by == by], w, cut))
            for by in ("limit", "age", "education", "standing")
        ],
        "warned_on": [f"{on:%Y-%m-%d}" for on in book.warnings],
        "warnings": list(_warnings(book, w, language)),
        "vintage_head": [w["months_on_book"], *_months_on_book(book)],
        "vintages": list(_vintages(book, w)),
        "losses": [(w[one.scenario], _losses(one, w, cut)) for one in book.losses],
        "caution": w["caution"].format(minimum=minimum, due_days=terms.due_days),
    }


def _rolls(book: RealBook, w: Mapping[str, str]) -> Grid:
    """Lay the rates out as a table of counts; standings that no line was ever in are left out."""
    counts = np.zeros((len(STANDINGS), len(STANDINGS)), np.int64)
    for rate in book.rolls.rates:
        counts[STANDINGS.index(rate.before), STANDINGS.index(rate.after)] = rate.lines
    rows, columns = np.flatnonzero(counts.sum(axis=1)), np.flatnonzero(counts.sum(axis=0))
    table = Table(
        tuple(_standing(STANDINGS[place], w) for place in rows.tolist()),
        tuple(_standing(STANDINGS[place], w) for place in columns.tolist()),
        counts[np.ix_(rows, columns)],
    )
    return grid(table)


def _flows(book: RealBook, w: Mapping[str, str]) -> Iterable[tuple[str, ...]]:
    for flow in book.rolls.flows:
        if flow.opening or flow.closing:
            counts = (flow.opening, flow.came, flow.worsened, flow.improved, flow.closing)
            yield _standing(flow.standing, w), *map(thousands, counts), _amount(flow.closing_minor)


def _rows(groups: list[Group], w: Mapping[str, str], cut: Cuts) -> Rows:
    most = max((one.defaulted / one.customers for one in groups), default=0) or 1
    bars: list[Bar] = []
    cells: list[tuple[str, ...]] = []
    for one in groups:
        name, rate = _name(one, w, cut), percent(one.defaulted, one.customers)
        few = one.customers < cut.least_customers
        told = w["few"] if few else rate
        width = 0.0 if few else 100 * one.defaulted / one.customers / most
        bars.append(Bar(name, (Part(name, width, f"{name}: {told}"),), told))
        low, high = one.interval
        counts = (thousands(one.customers), thousands(one.defaulted), told)
        cells.append((name, *counts, f"{low:.1%} – {high:.1%}", _amount(one.owed_minor)))
    return Rows(tuple(bars), tuple(cells))


def _name(one: Group, w: Mapping[str, str], cut: Cuts) -> str:
    match one.by:
        case "limit":
            return _band(one.place, w, [_amount(edge) for edge in cut.limit_edges_minor])
        case "age":
            return _band(one.place, w, [str(edge) for edge in cut.age_edges])
        case "education":
            return w[f"education_{one.place}"] if one.place else w["education_other"]
        case _:
            return _standing(STANDINGS[one.place], w)


def _standing(name: str, w: Mapping[str, str]) -> str:
    return w[name] if name in w else w["days_late"].format(days=name)


def _band(place: int, w: Mapping[str, str], edges: list[str]) -> str:
    if place == len(edges):
        return w["above"].format(edge=edges[-1])
    return w["up_to"].format(edge=edges[place])


def _warnings(
    book: RealBook, w: Mapping[str, str], language: Language
) -> Iterable[tuple[str, list[tuple[str, str, str]]]]:
    for name, said in indicator_names().items():
        found = [
            next(one for one in evaluations if one.indicator == name)
            for evaluations in book.warnings.values()
        ]
        yield getattr(said, language), [_warned(one, w) for one in found]


def _warned(one: Evaluation, w: Mapping[str, str]) -> tuple[str, str, str]:
    if one.color is Color.UNKNOWN and one.why is not None:
        return one.color, w[one.color], w[one.why]
    share = percent(one.hits or 0, one.out_of or 0)
    return (
        one.color,
        w[one.color],
        f"{share} ({thousands(one.hits or 0)}/{thousands(one.out_of or 0)})",
    )


def _months_on_book(book: RealBook) -> list[str]:
    first = book.vintages.vintages[0]
    return [str(point.months_on_book) for point in first.points]


def _vintages(book: RealBook, w: Mapping[str, str]) -> Iterable[tuple[str, ...]]:
    for over in OVER_DAYS:
        one = next(each for each in book.vintages.vintages if each.over_days == over)
        shares = (f"{percent(point.lines, one.lines)}" for point in one.points)
        yield w["ever"].format(days=over), *shares


def _losses(one: Losses, w: Mapping[str, str], cut: Cuts) -> list[tuple[str, ...]]:
    edges = [_amount(edge) for edge in cut.limit_edges_minor]
    named = [(_band(int(each.name), w, edges), each) for each in one.segments]
    return [_loss(name, each) for name, each in (*named, (w["total"], one.total))]


def _loss(name: str, one: Sum) -> tuple[str, ...]:
    share = percent(one.loss_minor, one.owed_minor)
    return name, thousands(one.lines), _amount(one.owed_minor), _amount(one.loss_minor), share


def _amount(minor: int) -> str:
    """Write whole major units with separators."""
    return f"{round(minor / _MAJOR):,}"
