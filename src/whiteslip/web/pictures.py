"""Small pictures on pages: lines, bars, a stack, a matrix, a part of a whole; inline SVG that brings no style."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from markupsafe import Markup

from whiteslip.web import shapes
from whiteslip.web.axes import Axis, Unit, scale
from whiteslip.web.shapes import floats

SHADES = 10
PHONE_COLUMNS = 40
"""How many columns of text stand side by side below a picture on a phone."""


def lines(
    title: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[float]],
    *,
    unit: Unit = Unit.NUMBER,
) -> Markup:
    """Draw one line a name over the same places; what is not a number is a gap."""
    values = {name: floats(ys) for name, ys in series.items()}
    y = Axis(label=title, unit=unit)
    upward = scale(y, (value for ys in values.values() for value in ys.tolist()), from_zero=True)
    across = scale(Axis(label="", labels=labels), ())
    xs = np.arange(len(labels), dtype=np.float64)
    drawn = [shapes.grid(upward), shapes.bottom_ticks(across)]
    drawn += [
        shapes.path(xs, ys, across, upward, shapes.stroke(place))
        for place, ys in enumerate(values.values())
    ]
    return _figure(title, list(series), drawn, _tell(series, y))


def bars(
    title: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[float]],
    *,
    unit: Unit = Unit.NUMBER,
    stacked: bool = False,
) -> Markup:
    """Draw one group of bars a label, one bar a name, side by side or stacked."""
    names = list(series)
    heights = np.array([floats(series[name]) for name in names]).reshape(len(names), len(labels))
    y = Axis(label=title, unit=unit)
    known = np.nan_to_num(heights)
    ends = known.sum(axis=0) if stacked else known.ravel()
    upward = scale(y, ends.tolist(), from_zero=True)
    drawn = [
        shapes.grid(upward),
        shapes.columns(names, labels, heights, y, upward, stacked=stacked),
        shapes.names_below(_some(labels), slanted=False),
    ]
    return _figure(title, names, drawn, _tell(series, y))


def _some(labels: Sequence[str]) -> list[str]:
    """Keep every so many a label, so that what is written below a picture has room on a phone."""
    widest = max((shapes.text_width(label) for label in labels), default=0) + 2
    every = -(-len(labels) * widest // PHONE_COLUMNS)
    return [label if place % every == 0 else "" for place, label in enumerate(labels)]


def stack(title: str, parts: Sequence[tuple[str, int]], written: Sequence[str]) -> Markup:
    """Draw the parts of a whole as one bar; `written` are their figures in the reader's language."""
    whole = sum(max(0, size) for _, size in parts) or 1
    x, drawn = 0.0, Markup()
    for place, ((name, size), figure) in enumerate(zip(parts, written, strict=True)):
        width = 1000 * max(0, size) / whole
        drawn += Markup(
            '<rect class="f{}" x="{:.2f}" y="0" width="{:.2f}" height="34"><title>{}: {}</title></rect>'
        ).format(place % shapes.TONES, x, width, name, figure)
        x += width
    legend = Markup().join(
        Markup('<li><i class="f{}"></i>{} {}</li>').format(place % shapes.TONES, name, figure)
        for place, ((name, _), figure) in enumerate(zip(parts, written, strict=True))
    )
    return Markup(
        '<figure class="picture"><figcaption>{}</figcaption><svg class="stack" viewBox="0 0 1000 34" '
        'preserveAspectRatio="none" role="img" aria-label="{}">{}</svg><ul class="legend">{}</ul></figure>'
    ).format(title, title, drawn, legend)


def heat(
    title: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, Sequence[float | None]]],
    *,
    unit: Unit = Unit.SHARE,
) -> Markup:
    """Write a matrix whose cells are the darker the larger their figure; None is a dash."""
    known = [value for _, values in rows for value in values if value is not None]
    most = max(known, default=0) or 1
    axis = Axis(label="", unit=unit)
    head = Markup().join(Markup('<th scope="col">{}</th>').format(name) for name in columns)
    body = Markup()
    for name, values in rows:
        cells = Markup().join(
            Markup("<td>–</td>")
            if value is None
            else Markup('<td class="h{}">{}</td>').format(
                min(SHADES - 1, int(SHADES * max(0, value) / most)), axis.figure(value)
            )
            for value in values
        )
        body += Markup('<tr><th scope="row">{}</th>{}</tr>').format(name, cells)
    return Markup(
        '<figure class="picture"><figcaption>{}</figcaption>'
        '<div class="scroll" tabindex="0" role="group" aria-label="{}"><table class="heat">'
        "<thead><tr><td></td>{}</tr></thead><tbody>{}</tbody></table></div></figure>"
    ).format(title, title, head, body)


def progress(title: str, share: float, *, tone: str = "") -> Markup:
    """Draw a part of a whole as a filled bar; more than the whole is full."""
    part = 100 * min(1.0, max(0.0, share))
    return Markup(
        '<svg class="progress {}" viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label="{}: {}">'
        '<rect class="track" width="100" height="4"/><rect class="fill" width="{:.1f}" height="4"/></svg>'
    ).format(tone, title, Axis(label="", unit=Unit.SHARE).figure(share), part)


def _figure(title: str, names: Sequence[str], drawn: Sequence[str], words: str) -> Markup:
    legend = Markup().join(
        Markup('<li><i class="f{}"></i>{}</li>').format(place % shapes.TONES, name)
        for place, name in enumerate(names)
    )
    return Markup(
        '<figure class="picture"><figcaption>{}</figcaption><ul class="legend">{}</ul><div class="drawing">'
        '<svg class="room" role="img" aria-label="{}">{}</svg></div></figure>'
    ).format(title, legend, f"{title}. {words}", Markup("".join(drawn)))  # noqa: S704 - shapes escape their texts


def _tell(series: Mapping[str, Sequence[float]], y: Axis) -> str:
    told = [
        f"{name}: {y.figure(min(values))} – {y.figure(max(values))}"
        for name, values in series.items()
        if len(values)
    ]
    return "; ".join(told)
