"""Plots of how well probabilities told bad from good; used wherever a model is measured."""

from __future__ import annotations

from whiteslip.decisioning.samples.fitted import BandRow, Measured
from whiteslip.web.axes import Unit, figure
from whiteslip.web.plots import Axis, Html, Line, Overlay, bars, lines

REFUSED = Axis(label="refused, of all", unit=Unit.SHARE, least=0, most=1)
RATE = Axis(label="bad rate", unit=Unit.SHARE)


def roc(found: Measured, *, before: Measured | None = None) -> Html:
    """Draw whom refusing from the worst score upward stops."""
    series = [_curve(f"AUC {found.auc:.3f}", found)]
    if before is not None:
        series.append(_curve(f"when fitted, {before.auc:.3f}", before, dashed=True))
    return lines(
        "ROC: bad ones stopped, good ones refused",
        series,
        x=Axis(label="good refused", unit=Unit.SHARE, least=0, most=1),
        y=Axis(label="bad stopped", unit=Unit.SHARE, least=0, most=1),
        diagonal=True,
        about=f"The curve encloses an area of {found.auc:.3f}; 0.5 is chance, 1 is perfect.",
    )


def ks(found: Measured) -> Html:
    """Draw both cumulative shares and the widest gap between them."""
    base = found.bads / found.rows
    xs = [point.bads * base + point.goods * (1 - base) for point in found.roc]
    goods, bads = [point.goods for point in found.roc], [point.bads for point in found.roc]
    widest = max(range(len(xs)), key=lambda place: abs(bads[place] - goods[place]))
    at = [xs[widest], xs[widest]]
    gap = Line(label=f"KS {found.ks:.3f}", xs=at, ys=[goods[widest], bads[widest]], dashed=True)
    return lines(
        "KS: the widest gap",
        [
            Line(label="bad stopped", xs=xs, ys=bads),
            Line(label="good refused", xs=xs, ys=goods),
            gap,
        ],
        x=REFUSED,
        y=Axis(label="share", unit=Unit.SHARE, least=0, most=1),
        about=f"The gap is widest, {found.ks:.3f}, where {figure(xs[widest], Unit.SHARE)} are refused.",
    )


def calibration(found: Measured) -> Html:
    """Draw foretold against observed rates."""
    rows = found.calibration
    return lines(
        "Calibration: foretold and observed",
        [
            Line(
                label="observed, with its 95 % interval",
                xs=[row.expected for row in rows],
                ys=[row.observed for row in rows],
                low=[row.low for row in rows],
                high=[row.high for row in rows],
                dots=True,
            )
        ],
        x=Axis(label="foretold bad rate", unit=Unit.SHARE, least=0),
        y=Axis(label="observed bad rate", unit=Unit.SHARE, least=0),
        diagonal=True,
        listed=True,
    )


def lift(found: Measured) -> Html:
    """Draw the bad rate of tenths, the riskiest first."""
    base = found.bads / found.rows
    return bars(
        "Bad rate by tenth, the riskiest first",
        [str(place) for place in range(1, len(found.lift) + 1)],
        {"bad rate": [row.bad_rate for row in found.lift]},
        y=RATE,
        x="tenth of the rows",
        about=f"All rows together have a bad rate of {figure(base, Unit.SHARE)}.",
    )


def bands(found: Measured, *, unit: Unit, x: str) -> Html:
    """Draw the rows of each band of scores, good and bad, and its bad rate."""
    labels = [_band(row, unit) for row in found.bands]
    rates = [row.bads / row.rows if row.rows else float("nan") for row in found.bands]
    return bars(
        f"Bands of {x}",
        labels,
        {
            "good": [row.rows - row.bads for row in found.bands],
            "bad": [row.bads for row in found.bands],
        },
        y=Axis(label="rows", unit=Unit.COUNT),
        x=x,
        over=Overlay(label="bad rate", values=rates, y=RATE),
        stacked=True,
    )


def _curve(label: str, found: Measured, *, dashed: bool = False) -> Line:
    xs, ys = [point.goods for point in found.roc], [point.bads for point in found.roc]
    return Line(label=label, xs=xs, ys=ys, dashed=dashed)


def _band(row: BandRow, unit: Unit) -> str:
    low, high = ("" if edge is None else _short(edge, unit) for edge in (row.low, row.high))
    if not low or not high:
        return f"< {high}" if high else f"≥ {low}" if low else "all"
    return f"{low.removesuffix(' %')}–{high}"


def _short(edge: float, unit: Unit) -> str:
    return figure(edge, unit).replace(".0 %", " %")
