"""Finding numbers that are no amounts: codes such as -7 or 99999999 that stand apart from the rest."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.samples.cells import Counts
from whiteslip.decisioning.samples.model import Bools, Floats

Rows: TypeAlias = "NDArray[np.intp]"

MOST_CODES: Final = 8
_ENDS: Final = 8
"""How many distinct values at either end may be codes."""
_MANY: Final = 20
_ROUND: Final = frozenset({2147483647, 2147483648, 4294967295, 65535, 32767, 123456789, 12345678})


def find_specials(values: Floats, counts: Counts) -> tuple[float, ...]:
    """Return the codes among the ascending distinct values of a column, which stand in `counts` rows.

    A code lies at an end and stands apart. Negative whole numbers in a column that is otherwise not
    negative are codes if they are few and repeated. At either end a number that looks like one
    (99, 9998, 88888) needs a gap or a frequency the numbers beside it do not have; any other needs
    both a gap as wide as the whole rest and a half percent of the rows.
    """
    if len(values) < 3:
        return ()
    negative = _negative_codes(values, counts)
    ordinary = ~negative
    low, high = _peel(values, counts, ordinary, sign=-1), _peel(values, counts, ordinary, sign=1)
    found = values[negative | low | high]
    return tuple(found.tolist()) if 0 < len(found) <= MOST_CODES else ()


def looks_like_code(value: float) -> bool:
    """Say whether a number is written the way codes are: 99, 9997, -8888, 2147483647."""
    size = abs(value)
    if size != np.floor(size) or size < 90:
        return value < 0 and size in range(1, 10)
    digits = str(int(size))
    same = len(set(digits)) == 1 and (digits[0] == "9" or len(digits) >= 4)
    nines = set(digits[:-1]) == {"9"} and digits[-1] in "678"
    return same or nines or size in _ROUND


def _negative_codes(values: Floats, counts: Counts) -> Bools:
    """Find -1, -9, -99 … that are frequent where few numbers are negative at all, or lie well below."""
    found = np.zeros(len(values), np.bool_)
    negative = int(np.searchsorted(values, 0.0))
    rest = values[negative:]
    if not 0 < negative <= _MANY or len(rest) < 2:
        return found
    least = max(3.0, 0.0005 * float(counts.sum()))
    alike = np.array([looks_like_code(value) for value in values[:negative].tolist()])
    if alike.all() and rest[0] - values[negative - 1] >= 2 and counts[:negative].sum() >= least:
        found[:negative] = True
    elif len(rest) >= _MANY:
        usual = float(np.median(counts[negative : negative + 5]))
        found[:negative] = alike & (counts[:negative] >= max(least, 3 * usual))
    return found


def _peel(values: Floats, counts: Counts, ordinary: Bools, *, sign: int) -> Bools:
    """Take codes off one end as long as what is left shows that they are none of it."""
    found = np.zeros(len(values), np.bool_)
    places = np.flatnonzero(ordinary)
    for size in range(min(_ENDS, len(places) - 2), 0, -1):
        taken, rest = (
            (places[-size:], places[:-size]) if sign > 0 else (places[:size], places[size:])
        )
        if _stand_apart(values, counts, taken, rest):
            found[taken] = True
            break
    return found


def _stand_apart(values: Floats, counts: Counts, taken: Rows, rest: Rows) -> bool:
    outer, inner = values[taken], values[rest]
    above = bool(outer[0] > inner[-1])
    gap = float(outer[0] - inner[-1]) if above else float(inner[0] - outer[-1])
    width = float(inner[-1] - inner[0])
    frequent = int(counts[taken].sum())
    if all(map(looks_like_code, outer.tolist())):
        if gap > width and (frequent > 1 or float(np.abs(outer).max()) >= 1e6):
            return True
        usual = float(np.median(np.diff(inner[-20:]))) if above else 1.0
        return gap >= 2 * usual and _is_spike(counts, taken, rest, above=above)
    least = max(20, 0.005 * float(counts.sum()))
    return len(taken) == 1 and gap > width > 0 and frequent >= least and len(inner) >= _MANY


def _is_spike(counts: Counts, taken: Rows, rest: Rows, *, above: bool) -> bool:
    """Say whether each code stands in far more rows than the numbers beside it."""
    beside = rest[-10:] if above else rest[:10]
    usual = float(np.median(counts[beside]))
    least = max(5.0, 0.002 * float(counts.sum()), 10 * usual)
    return bool((counts[taken] >= least).all())
