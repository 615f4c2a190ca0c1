"""The report of a cut-off solved from the risk appetite: the limits, what others show, and the whole curve."""

from __future__ import annotations

from collections.abc import Iterator

from whiteslip.decisioning.monitoring.stopping import Estimate
from whiteslip.risk.appetite.solving import SOLVED, Solution
from whiteslip.web import plots
from whiteslip.web.axes import Unit, figure
from whiteslip.web.plots import Axis, Html, Line

_SHARE = Axis(label="suspended, of all lines", unit=Unit.SHARE, least=0)
_WRONG = Axis(label="would have paid, of those suspended", unit=Unit.SHARE, least=0, most=1)
_LOSS = Axis(label="lost, of what the others owe", unit=Unit.SHARE, least=0)


def render(source: str, found: Solution) -> str:
    """Return the report as one HTML page that stands alone."""
    lead = (
        f"{source}. Solved on some customers and checked on the others, {len(found.tried)} times anew; bands and"
        " intervals hold 95 % of draws of the customers checked."
    )
    return plots.page("Cut-off from the risk appetite", _blocks(found), lead=lead, over="Appetite")


def _blocks(found: Solution) -> Iterator[str]:
    whole = found.whole
    if whole.cutoff is None:
        told = [
            f"{each.measure}: {_share(each.limit)} is allowed; with the other limits kept it would have to be"
            f" {_share(each.needed)}, at a cut-off of {each.cutoff:.4f}."
            for each in whole.obstacles
        ]
        nearest = f"The nearest cut-off is {whole.nearest:.4f}."
        blocks = [plots.bullets([*told, nearest])]
        yield plots.section("No cut-off keeps within the appetite", blocks, mark="bad")
    yield plots.tiles(
        {
            "suspend from": "–" if whole.cutoff is None else f"{whole.cutoff:.4f}",
            "lines": f"{found.lines:,}",
            "ended badly": _share(found.bads / found.lines),
            "part lost of a bad debt": _share(found.bounds.lost),
        }
    )
    yield plots.section("Limits", [_limits(found)])
    yield plots.section("Suspending more or fewer", _curves(found))


def _limits(found: Solution) -> Html:
    head = ["limit", "allowed", "where solved", "on others", "95 %", "splits that keep it"]
    estimates = (found.share, found.false_positive, found.loss)
    rows: list[list[str]] = []
    for place, (measure, estimate) in enumerate(zip(SOLVED, estimates, strict=True)):
        solved = [one for one in found.tried if one.solved.cutoff is not None]
        kept = sum(one.held[place] for one in solved)
        allowed, here = _share(found.bounds[place]), _share(found.whole.reach[place])
        told = ("–", "–") if estimate is None else (_told(estimate), _interval(estimate))
        rows.append([measure.value, allowed, here, *told, f"{kept} of {len(found.tried)}"])
    return plots.table(head, rows)


def _curves(found: Solution) -> Iterator[str]:
    for title, field, bound, axis in (
        ("False positives", "false_positive", found.bounds.false_positive, _WRONG),
        ("Expected loss of the lines left open", "loss", found.bounds.loss, _LOSS),
    ):
        shares = [each.share for each in found.curve]
        values: list[Estimate] = [getattr(each, field) for each in found.curve]
        line = Line(
            label="on others",
            xs=shares,
            ys=[one.mean for one in values],
            low=[one.low for one in values],
            high=[one.high for one in values],
        )
        limit = Line(label="limit", xs=[0, shares[-1]], ys=[bound, bound], dashed=True)
        yield plots.lines(title, [line, limit], x=_SHARE, y=axis)
    rows = [
        [
            _share(each.share),
            f"{each.cutoff.mean:.4f}",
            *(f"{_told(one)} ({_interval(one)})" for one in each[2:]),
        ]
        for each in found.curve
    ]
    head = ["suspended", "from", "false positives", "loss of the others", "of the bad"]
    yield plots.folded("The numbers", [plots.table(head, rows)])


def _share(value: float) -> str:
    return figure(value, Unit.SHARE)


def _told(found: Estimate) -> str:
    return f"{_share(found.mean)} ± {found.spread * 100:.1f}"


def _interval(found: Estimate) -> str:
    return f"{_share(found.low)} to {_share(found.high)}"
