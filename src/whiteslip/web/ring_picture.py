"""The picture of a ring as SVG: its accounts on a circle, what they share inside, and who is known as bad."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final, Literal, NamedTuple, TypeAlias

Language: TypeAlias = Literal["zh", "en"]

SIZE: Final = 640
CENTER: Final = SIZE / 2
OUTER: Final = 240
INNER: Final = 120

_STYLE: Final = (
    "text{font:12px system-ui,sans-serif;fill:#222;paint-order:stroke;stroke:#fff;stroke-width:3px}line{stroke:#6b7280}"
    "circle{fill:#dbeafe;stroke:#1d4ed8;stroke-width:1.5}"
    ".bad{fill:#fee2e2;stroke:#b91c1c;stroke-width:4}"
    ".thing{fill:#fef3c7;stroke:#92400e;stroke-width:1.5}.mid{text-anchor:middle}"
)

_KINDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "zh": {
        "device": "设备",
        "phone": "电话",
        "address": "地址",
        "card": "银行卡",
        "ip": "网络地址",
    },
    "en": {
        "device": "device",
        "phone": "phone",
        "address": "address",
        "card": "card",
        "ip": "network address",
    },
}


class Account(NamedTuple):
    """An account as it is drawn."""

    name: str
    is_bad: bool


class Thing(NamedTuple):
    """Something shared: its kind, the names of who uses it, and its weight from 0 to 1."""

    kind: str
    users: Sequence[str]
    weight: float


class _Place(NamedTuple):
    x: float
    y: float


def draw_ring(
    name: str,
    accounts: Sequence[Account],
    things: Sequence[Thing],
    *,
    language: Language,
    styled: bool = True,
) -> str:
    """Draw a ring; the same ring gives the same picture, and all it says stands in its description too.

    On a page it is not `styled`: the page's own style sheet draws what is in a `ring`.

    A bad account has a thick edge and a cross besides its color, so that nobody needs the color.
    """
    title, told = _words(name, accounts, things, language)
    outside = _around(len(accounts), OUTER)
    inside = _around(len(things), INNER) if len(things) > 1 else [_Place(CENTER, CENTER)]
    places = {one.name: place for one, place in zip(accounts, outside, strict=True)}
    pairs = list(zip(things, inside, strict=False))
    drawn = [
        *(_edge(places[who], at, one.weight) for one, at in pairs for who in one.users),
        *(_thing(one, at, language) for one, at in pairs),
        *(_account(one, places[one.name]) for one in accounts),
    ]
    style = f"<style>{_STYLE}</style>" if styled else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="ring" viewBox="0 0 {SIZE} {SIZE}" role="img"'
        f' lang="{language}" aria-labelledby="title desc"><title id="title">{escape(title)}</title>'
        f'<desc id="desc">{escape(told)}</desc>{style}{"".join(drawn)}</svg>\n'
    )


def _around(count: int, radius: float) -> list[_Place]:
    """Spread places evenly over a circle, the first at the top."""
    turns = [2 * math.pi * n / max(count, 1) for n in range(count)]
    return [
        _Place(CENTER + radius * math.sin(turn), CENTER - radius * math.cos(turn)) for turn in turns
    ]


def _edge(one: _Place, other: _Place, weight: float) -> str:
    return (
        f'<line x1="{one.x:.1f}" y1="{one.y:.1f}" x2="{other.x:.1f}" y2="{other.y:.1f}"'
        f' stroke-width="{0.5 + 2.5 * weight:.2f}"/>'
    )


def _thing(one: Thing, at: _Place, language: Language) -> str:
    label = escape(_KINDS[language].get(one.kind, one.kind))
    return (
        f'<rect class="thing" x="{at.x - 9:.1f}" y="{at.y - 9:.1f}" width="18" height="18"/>'
        f'<text class="mid" x="{at.x:.1f}" y="{at.y + 24:.1f}">{label} {one.weight:.2f}</text>'
    )


def _account(one: Account, at: _Place) -> str:
    kind = ' class="bad"' if one.is_bad else ""
    cross = f'<text class="mid" x="{at.x:.1f}" y="{at.y + 4:.1f}">×</text>' if one.is_bad else ""
    below = at.y + (28 if at.y >= CENTER else -18)
    return (
        f'<circle{kind} cx="{at.x:.1f}" cy="{at.y:.1f}" r="11"/>{cross}'
        f'<text class="mid" x="{at.x:.1f}" y="{below:.1f}">{escape(one.name)}</text>'
    )


def _words(
    name: str, accounts: Sequence[Account], things: Sequence[Thing], language: Language
) -> tuple[str, str]:
    bad = [one.name for one in accounts if one.is_bad]
    kinds = _KINDS[language]
    if language == "zh":
        shared = "；".join(
            f"{'、'.join(one.users)} 共用一个{kinds.get(one.kind, one.kind)}（权重 {one.weight:.2f}）"
            for one in things
        )
        known = f"已知有问题的账户：{'、'.join(bad)}。" if bad else "没有已知有问题的账户。"
        return f"关联组 {name}", f"共 {len(accounts)} 个账户。{known}{shared}。"
    shared = "; ".join(
        f"{', '.join(one.users)} share a{'n' if one.kind == 'address' else ''}"
        f" {kinds.get(one.kind, one.kind)} (weight {one.weight:.2f})"
        for one in things
    )
    known = f"Known as bad: {', '.join(bad)}." if bad else "None is known as bad."
    return f"Ring {name}", f"{len(accounts)} accounts. {known} {shared}."
