"""What is seen of lines: which signs hold, what color they make, and what of it is news."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.rulebooks.chunks import Column, read_chunk
from whiteslip.decisioning.rulebooks.columns import compile_test
from whiteslip.risk.signs.model import Color, Sight, Standing, Terms

ORDER: Final = (Color.GREEN, Color.UNKNOWN, Color.YELLOW, Color.ORANGE, Color.RED)
"""The colors by their number in `Seen.colors`."""
WORST: Final = (Color.RED, Color.ORANGE, Color.YELLOW)
NEVER: Final = Standing(Color.GREEN, ())
"""A line of which nothing was ever kept."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One entry a line: the number of its color in `ORDER`, and its signs, bit k for the k-th."""

    colors: NDArray[np.uint8]
    signs: NDArray[np.uint32]


def see(terms: Terms, facts: Mapping[str, NDArray[Any]], age_days: NDArray[np.float64]) -> Seen:
    """Give every line a color by its signs; a fact that is missing makes a sign unknown, not false.

    A line that is too young is unknown, and so is one without a sign of which too few signs can be told.
    """
    rows = len(age_days)
    columns = {name: Column(values) for name, values in facts.items()}
    slots = {one.name: place for place, one in enumerate(terms.inputs)}
    chunk = read_chunk(terms.inputs, columns, slice(0, rows))
    held = np.zeros((len(terms.signs), rows), np.bool_)
    known = np.zeros(rows, np.int64)
    with np.errstate(all="ignore"):
        for place, sign in enumerate(terms.signs):
            surely, maybe = compile_test(sign.when, slots)(chunk)
            held[place] = surely
            known += surely == maybe
    colors = _colors(terms, held)
    unsure = (colors == ORDER.index(Color.GREEN)) & (known < terms.evidence.least_known)
    young = ~(age_days >= terms.evidence.least_age_days)
    colors[unsure | young] = ORDER.index(Color.UNKNOWN)
    bits = np.uint32(1) << np.arange(len(terms.signs), dtype=np.uint32)
    signs = (held * bits[:, None]).sum(axis=0, dtype=np.uint32)
    signs[colors <= ORDER.index(Color.UNKNOWN)] = 0
    return Seen(colors, signs)


def _colors(terms: Terms, held: NDArray[np.bool_]) -> NDArray[np.uint8]:
    points = np.array([sign.points for sign in terms.signs]) @ held
    families = np.zeros(held.shape[1], np.int64)
    for family in {sign.family for sign in terms.signs}:
        places = [place for place, sign in enumerate(terms.signs) if sign.family == family]
        families += held[places].any(axis=0)
    colors = np.full(held.shape[1], ORDER.index(Color.GREEN), np.uint8)
    for color in reversed(WORST):
        step = terms.steps[color]
        colors[(points >= step.points) & (families >= step.families)] = ORDER.index(color)
    return colors


def names_of(terms: Terms, bits: int) -> tuple[str, ...]:
    """Name the signs of a set of bits."""
    return tuple(sign.id for place, sign in enumerate(terms.signs) if bits >> place & 1)


def news(
    terms: Terms,
    seen: Seen,
    keys: Sequence[tuple[int, int]],
    facts: Mapping[str, NDArray[Any]],
    before: Mapping[tuple[int, int], Standing],
) -> list[Sight]:
    """Return what differs from the last sight kept of each line; what was never anything and is nothing is no news."""
    found: list[Sight] = []
    places = np.flatnonzero(seen.colors > ORDER.index(Color.UNKNOWN)).tolist()
    flagged = set(places)
    index = {key: place for place, key in enumerate(keys)}
    places += [index[key] for key in before if key in index and index[key] not in flagged]
    for place in sorted(places):
        color = ORDER[int(seen.colors[place])]
        signs = names_of(terms, int(seen.signs[place]))
        last = before.get(keys[place], NEVER)
        if (color, signs) != last and not (last is NEVER and color is Color.UNKNOWN):
            found.append(Sight(*keys[place], color, signs, _facts(terms, signs, facts, place)))
    return found


def _facts(
    terms: Terms, signs: Sequence[str], facts: Mapping[str, NDArray[Any]], place: int
) -> dict[str, Any]:
    """Write down what the signs of a line were seen by, missing ones as None."""
    names = sorted({name for sign in terms.signs if sign.id in signs for name in sign.reads})
    values = {name: facts[name][place] for name in names}
    return {
        name: None if isinstance(value, float) and np.isnan(value) else _plain(value)
        for name, value in values.items()
    }


def _plain(value: Any) -> Any:
    plain: Any = np.asarray(value).item()
    return int(plain) if isinstance(plain, float) and plain.is_integer() else plain
