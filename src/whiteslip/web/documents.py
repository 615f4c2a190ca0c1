"""Parts of a report that stands alone: headings, tables, tiles, and the page around them.

No script, no request to anywhere; what is not `Html` is escaped.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources

from whiteslip.web.axes import DASH, Unit, figure

TONES = 6
"""Colors there are; a seventh series begins again with the first."""


class Html(str):
    """Markup ready to stand in a page; everything else is text and is escaped."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A table cell with a bar behind its figure; `share` of the full width, from 0 to 1."""

    text: str
    share: float
    tone: int = 0


Cell = str | int | float | Bar
"""A `Html` cell stands as it is; an int is a count, a float a number, other text is escaped."""


def table(head: Sequence[str], rows: Iterable[Sequence[Cell]], *, caption: str = "") -> Html:
    """Write a table; the first column names its row. Numbers stand to the right, text to the left."""
    listed = [list(row) for row in rows]
    texts = {
        place
        for place in range(1, len(head))
        if any(isinstance(row[place], str) and not _is_figure(row[place]) for row in listed)
    }
    kinds = ["text" if place == 0 or place in texts else "" for place in range(len(head))]
    titles = "".join(
        f'<th scope="col"{_class(kind)}>{escape(text)}</th>'
        for text, kind in zip(head, kinds, strict=True)
    )
    body = "".join(
        "<tr>" + "".join(map(_cell, row, kinds, range(len(row)))) + "</tr>\n" for row in listed
    )
    said = f"<caption>{escape(caption)}</caption>" if caption else ""
    return Html(
        f'<div class="scroll" tabindex="0"><table>{said}<thead><tr>{titles}</tr></thead>\n'
        f"<tbody>{body}</tbody></table></div>"
    )


def tiles(items: Mapping[str, str]) -> Html:
    """Show a few figures large, each above what it is."""
    inner = "".join(
        f"<div><dd>{escape(text)}</dd><dt>{escape(name)}</dt></div>" for name, text in items.items()
    )
    return Html(f'<dl class="tiles">{inner}</dl>')


def bullets(items: Iterable[str]) -> Html:
    """List short texts."""
    inner = "".join(f"<li>{_text(item)}</li>" for item in items)
    return Html(f"<ul>{inner}</ul>") if inner else Html("")


def side_by_side(parts: Iterable[Html]) -> Html:
    """Set pictures beside one another where there is room, below one another where there is none."""
    return Html(f'<div class="pair">{"".join(parts)}</div>')


def folded(summary: str, parts: Iterable[str]) -> Html:
    """Hide detail behind a line to click on."""
    return Html(f"<details><summary>{escape(summary)}</summary>{_blocks(parts)}</details>")


def section(heading: str, parts: Iterable[str], *, mark: str = "") -> Html:
    """Put parts under a heading; plain text becomes a paragraph. `mark` is "good", "bad" or none."""
    return Html(f"<section{_class(mark)}><h2>{escape(heading)}</h2>{_blocks(parts)}</section>\n")


def page(
    title: str, blocks: Iterable[str], *, lead: str, over: str = "", language: str = "en"
) -> str:
    """Return a whole HTML page that stands alone; `over` is the small line above the title."""
    style = resources.files("whiteslip.web.reports").joinpath("style.css").read_text("utf-8")
    above = f'<p class="over">{escape(over)}</p>' if over else ""
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body><main>\n"
        f"<header>{above}<h1>{escape(title)}</h1>"
        f'<p class="lead">{_text(lead)}</p></header>\n{_blocks(blocks)}</main></body>\n</html>\n'
    )


def _blocks(parts: Iterable[str]) -> str:
    return "".join(part if isinstance(part, Html) else f"<p>{escape(part)}</p>" for part in parts)


def _text(text: str) -> str:
    return text if isinstance(text, Html) else escape(text)


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def _cell(cell: Cell, kind: str, place: int) -> str:
    match cell:
        case Bar(text=text, share=share, tone=tone):
            part = min(1.0, max(0.0, share if math.isfinite(share) else 0.0))
            style = f'style="--p:{part:.3f};--tone:var(--c{tone % TONES})"'
            return f'<td class="bar" {style}><span>{escape(text)}</span></td>'
        case str():
            shown = _text(cell)
        case int():
            shown = f"{cell:,}"
        case float():
            shown = figure(cell, Unit.NUMBER)
    return f'<th scope="row">{shown}</th>' if place == 0 else f"<td{_class(kind)}>{shown}</td>"


def _is_figure(text: object) -> bool:
    """Tell a figure written as text ("12.5 %", "–", "1,200") from words."""
    shown = str(text).strip()
    return shown in {"", DASH} or shown.lstrip("+-−<>≥≤ ")[:1].isdigit()
