"""A page of figures, pictures and tables, as analytic desks need many: told in Python, drawn by one template."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from markupsafe import Markup

Cell: TypeAlias = str | Markup


class Figure(NamedTuple):
    """A number with what it is; `href` opens what it is made of."""

    says: str
    value: str
    note: str = ""
    href: str = ""
    tone: str = ""


class Section(NamedTuple):
    """A card with a picture, a table, or both; `numbers` are the columns of numbers, counted from 0."""

    title: str
    head: Sequence[str] = ()
    rows: Sequence[Sequence[Cell]] = ()
    numbers: Sequence[int] = ()
    note: str = ""
    picture: Markup | None = None
    nothing: str = ""


def link(says: str, href: str) -> Markup:
    """Write a link."""
    return Markup('<a href="{}">{}</a>').format(href, says)


def badge(says: str, tone: str = "") -> Markup:
    """Write a badge."""
    return Markup('<span class="badge {}">{}</span>').format(tone, says)
