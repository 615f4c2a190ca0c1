"""The report of a back-test: who moves from which outcome to which, what each rule does, and what a threshold moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from whiteslip.decisioning.rulebooks.backtest import Cell, Shift
from whiteslip.kernel.verdict import Outcome
from whiteslip.views.backtest import BacktestView
from whiteslip.web import plots
from whiteslip.web.axes import figure
from whiteslip.web.plots import Axis, Html, Line, Overlay, Unit

MOST_PLOTS = 24
_CASES = Axis(label="cases", unit=Unit.COUNT, least=0)
_RATE = Axis(label="ended badly", unit=Unit.SHARE, least=0)
_NAN = float("nan")


def render(view: BacktestView) -> str:
    """Return the report as one HTML page that stands alone."""
    draft = f"{view.draft.name} {view.draft.version}"
    ending = view.ending
    lead = (
        f"{view.source}, held against {view.against}. Bad is a line at least {ending.days} days past due"
        f" on some day of the {ending.within_days} days after; rates are of the cases old enough to tell."
    )
    return plots.page(f"Back-test of {draft}", _blocks(view), lead=lead, over="Rule book")


def _blocks(view: BacktestView) -> Iterator[str]:
    found = view.found
    yield plots.tiles(
        {
            "cases": f"{found.whole.cases:,}",
            "get another outcome": f"{found.moved:,}",
            "ended badly": rate(found.whole),
            "amount": amount(found.whole),
        }
    )
    if view.warnings:
        yield plots.section("Read this first", [plots.bullets(view.warnings)], mark="bad")
    yield plots.section("Outcomes", [_outcomes(found.before, found.after, view)])
    yield plots.section("Who moves where", _swap(view))
    yield plots.section("What each rule does", [_rules(view)])
    yield plots.section("Thresholds", _thresholds(found.shifts))


def rate(cell: Cell) -> str:
    """Write a bad rate; a dash where nothing is mature."""
    return figure(_NAN if cell.bad_rate is None else cell.bad_rate, Unit.SHARE)


def _outcomes(before: Sequence[Cell], after: Sequence[Cell], view: BacktestView) -> Html:
    shown = _occurring(view)
    return plots.bars(
        "Cases by outcome",
        [outcome.label for outcome in shown],
        {
            view.against: [before[outcome].cases for outcome in shown],
            "draft": [after[outcome].cases for outcome in shown],
        },
        y=_CASES,
        over=Overlay(
            label="ended badly, by the draft's outcome",
            values=[_rate(after[outcome]) for outcome in shown],
            y=_RATE,
        ),
    )


def _swap(view: BacktestView) -> Iterator[str]:
    yield (
        f"Rows are the outcome by {view.against}, columns the draft's. Where the draft is milder, look at"
        " the share that ended badly: that is what it would let through."
    )
    found, shown = view.found, _occurring(view)
    head = [f"{view.against} ↓  draft →", *(outcome.label for outcome in shown)]
    for caption, text in (
        ("Cases", _count),
        ("Ended badly", rate),
        ("Amount", amount),
    ):
        rows = [[one.label, *(text(found.swap[one][other]) for other in shown)] for one in shown]
        yield plots.table(head, rows, caption=caption)


def _rules(view: BacktestView) -> Html:
    head = [
        "rule",
        "outcome",
        "fired",
        "ended badly",
        "amount",
        "unknown",
        "decides alone",
        "of these badly",
    ]
    rows = [
        [
            each.rule,
            each.outcome.label,
            each.fired.cases,
            rate(each.fired),
            amount(each.fired),
            each.unknown.cases,
            each.decisive.cases,
            rate(each.decisive),
        ]
        for each in view.found.rules
    ]
    return plots.table(head, rows)


def _thresholds(shifts: Sequence[Shift]) -> Iterator[str]:
    if not shifts:
        yield "No rule compares a fact with a number, or this was left out."
        return
    yield "Each rule with one of its numbers moved and everything else as it is; the book's own value is marked."
    for place, (named, group) in enumerate(
        groupby(shifts, key=lambda one: (one.rule, one.threshold))
    ):
        moved = list(group)
        title = f"{named[0]}: {named[1]}"
        listed = _listed(moved)
        yield plots.folded(title, [_plot(title, moved), listed] if place < MOST_PLOTS else [listed])


def _plot(title: str, moved: Sequence[Shift]) -> Html:
    values = [one.value for one in moved]
    fired = Line(label="fires", xs=values, ys=[one.fired.cases for one in moved], dots=True)
    badly = Line(label="ended badly", xs=values, ys=[_rate(one.fired) for one in moved], dots=True)
    across = Axis(label="threshold")
    return plots.side_by_side(
        [
            plots.lines(title, [fired], x=across, y=_CASES),
            plots.lines(title, [badly], x=across, y=_RATE),
        ]
    )


def _listed(moved: Sequence[Shift]) -> Html:
    rows = [
        [
            f"{figure(one.value, Unit.NUMBER)}{' (the book)' if one.is_own else ''}",
            one.fired.cases,
            rate(one.fired),
            one.outcomes_changed,
        ]
        for one in moved
    ]
    return plots.table(["value", "fires", "ended badly", "outcomes that change"], rows)


def _occurring(view: BacktestView) -> list[Outcome]:
    found = view.found
    return [one for one in Outcome if found.before[one].cases or found.after[one].cases]


def _count(cell: Cell) -> str:
    return f"{cell.cases:,}"


def amount(cell: Cell) -> str:
    """Write the amount at stake with separators: 1,234.50."""
    whole, rest = divmod(cell.amount_minor, 100)
    return f"{whole:,}.{rest:02}"


def _rate(cell: Cell) -> float:
    return _NAN if cell.bad_rate is None else cell.bad_rate
