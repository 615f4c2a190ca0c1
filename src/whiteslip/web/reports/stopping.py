"""The report of stopping in time: whom each policy reached, at what price, and how much more or less would do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from whiteslip.decisioning.monitoring.stopped import (
    Band,
    LiveFigures,
    MonthFigures,
    PolicyFigures,
    StoppingReport,
)
from whiteslip.decisioning.monitoring.stopping import Estimate
from whiteslip.web import plots
from whiteslip.web.axes import Unit, figure
from whiteslip.web.plots import Axis, Bar, Html, Line

_SHARE = Axis(label="suspended, of all lines", unit=Unit.SHARE, least=0)
_REACHED = Axis(label="share", unit=Unit.SHARE, least=0, most=1)
_RATE = Axis(label="ended badly", unit=Unit.SHARE, least=0)


def render(report: StoppingReport) -> str:
    """Return the report as one HTML page that stands alone."""
    lead = (
        f"{report.panel}, replayed day by day. {report.model.capitalize()} and thresholds were learned on"
        f" {1 - report.held_out_share:.0%} of the customers and judged on the others, {report.splits} times anew;"
        " intervals hold 95 % of draws of the customers judged. Money is what those who ended badly owed on the day."
    )
    return plots.page("Stopping in time", _blocks(report), lead=lead, over="Watch book")


def _blocks(report: StoppingReport) -> Iterator[str]:
    if report.faults:
        yield plots.section("Read this first", [plots.bullets(report.faults)], mark="bad")
    yield plots.section("Aims of the last month", [_aims(report), *_before(report)])
    for month in report.months:
        yield plots.section(f"{month.month}, decided on {month.decided_on}", _month(month))
    if report.live is not None:
        yield plots.section("Through the database", _live(report.live))


def _aims(report: StoppingReport) -> Html:
    head = ["policy", "figure", "aim", "reached", "95 %", "splits that reach it"]
    rows = [
        [
            each.policy,
            each.figure,
            figure(each.aim, Unit.SHARE),
            _told(each.reached) + ("" if each.met else " (not met)"),
            _interval(each.reached),
            f"{each.splits_met} of {each.splits}",
        ]
        for each in report.aims
    ]
    return plots.table(head, rows)


def _before(report: StoppingReport) -> Iterator[str]:
    if (point := report.month_before) is not None:
        yield (
            f"A live book knows endings of earlier months only. Learned from the month before and its ending, the"
            f" likeliest {figure(point.share, Unit.SHARE)} are {_told(point.recall)} of the bad with"
            f" {_told(point.money)} of their money, at a precision of {_told(point.precision)}."
        )


def _month(month: MonthFigures) -> Iterator[str]:
    yield plots.tiles(
        {
            "customers": f"{month.customers:,}",
            "ended badly": figure(month.bads / month.customers, Unit.SHARE),
            "of the money owed by them": figure(
                month.bad_owed_minor / max(1, month.owed_minor), Unit.SHARE
            ),
            "AUC": _number(month.auc),
        }
    )
    yield f"Bad is: {month.ending}. {month.held_out:,} customers are held out in each split."
    for name, policy in month.policies.items():
        yield _reached(name, policy)
        yield plots.side_by_side([_curve(name, policy), _outcomes(name, policy)])
        yield plots.folded(f"{name}: rules", [_bands("rule", policy.rules)])
        yield plots.folded(f"{name}: the curve in figures", [_listed(policy)])
        yield plots.folded(
            f"{name}: the book of the first split", [Html(f"<pre>{_escaped(policy.book)}</pre>")]
        )


def _reached(name: str, policy: PolicyFigures) -> Html:
    head = ["suspended", "of all", "of the bad", "of their money", "precision", "good ones hit"]
    return plots.table(
        head,
        [
            [name, *(_told(each) for each in policy.reached)],
            ["95 %", *(_interval(each) for each in policy.reached)],
        ],
    )


def _curve(name: str, policy: PolicyFigures) -> Html:
    shares = [each.share for each in policy.curve]
    lines = [
        Line(
            label=label,
            xs=shares,
            ys=[getattr(each, field).mean for each in policy.curve],
            low=[getattr(each, field).low for each in policy.curve],
            high=[getattr(each, field).high for each in policy.curve],
        )
        for label, field in (
            ("of the bad", "recall"),
            ("of their money", "money"),
            ("precision", "precision"),
        )
    ]
    return plots.lines(f"{name}: suspending more or fewer", lines, x=_SHARE, y=_REACHED)


def _outcomes(name: str, policy: PolicyFigures) -> Html:
    return plots.bars(
        f"{name}: the month after, by outcome",
        [each.name for each in policy.outcomes],
        {
            "ended badly": [each.bad_rate for each in policy.outcomes],
            "all others": [each.bad_rate_of_others for each in policy.outcomes],
        },
        y=_RATE,
    )


def _bands(kind: str, bands: Sequence[Band]) -> Html:
    head = [kind, "outcome", "reason", "lines a split", "ended badly", "all others"]
    return plots.table(
        head,
        [
            [
                each.name,
                each.outcome,
                each.reason,
                round(each.lines),
                Bar(text=figure(each.bad_rate, Unit.SHARE), share=each.bad_rate),
                figure(each.bad_rate_of_others, Unit.SHARE),
            ]
            for each in bands
        ],
    )


def _listed(policy: PolicyFigures) -> Html:
    rows = [
        [
            figure(each.share, Unit.SHARE),
            *(f"{_told(one)} ({_interval(one)})" for one in each[1:]),
        ]
        for each in policy.curve
    ]
    return plots.table(["suspended", "of the bad", "of their money", "precision"], rows)


def _live(live: LiveFigures) -> Iterator[str]:
    yield (
        f"The model of the first split scored {live.scored:,} lines, its book ({live.policy}) went live by three"
        f" people, and the day was closed. On {live.judged_on} the database restricted:"
    )
    rows = [
        [name, live.restricted.get(name, 0), count] for name, count in sorted(live.expected.items())
    ]
    yield plots.table(["rule", "restricted", "called for outside of it"], rows)
    yield (
        f"Of the customers held out {live.suspended_held_out:,} are suspended, and"
        f" {live.expected_held_out:,} were to be."
    )


def _told(found: Estimate) -> str:
    return f"{figure(found.mean, Unit.SHARE)} ± {found.spread * 100:.1f}"


def _interval(found: Estimate) -> str:
    return f"{figure(found.low, Unit.SHARE)} to {figure(found.high, Unit.SHARE)}"


def _number(found: Estimate) -> str:
    return f"{found.mean:.3f} ± {found.spread:.3f}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
