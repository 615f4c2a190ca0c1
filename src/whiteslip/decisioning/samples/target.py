"""Telling bad endings from good ones in a column of two values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as _compute

from whiteslip.decisioning.samples import cells as reading
from whiteslip.decisioning.samples import recipes
from whiteslip.decisioning.samples.cells import Cells, Counts
from whiteslip.decisioning.samples.labels import join_spellings
from whiteslip.decisioning.samples.model import Bools
from whiteslip.kernel.errors import InvalidInput

arrow: Any = pa
compute: Any = _compute

LEAST_OF_EACH: Final = 10
"""With fewer bad or good rows nothing is learned that could be trusted."""
MOST_TOLD: Final = 8

_PAIRS: Final = (
    ("1", "0"),
    ("yes", "no"),
    ("y", "n"),
    ("true", "false"),
    ("t", "f"),
    ("bad", "good"),
    ("default", "no default"),
    ("defaulted", "paid"),
    ("default", "paid"),
    ("charged off", "fully paid"),
    ("delinquent", "current"),
    ("ja", "nein"),
    ("schlecht", "gut"),
    ("oui", "non"),
    ("si", "no"),
    ("sí", "no"),
    ("是", "否"),
    ("坏", "好"),
    ("违约", "正常"),
    ("违约", "未违约"),
    ("逾期", "正常"),
    ("逾期", "未逾期"),
)
"""Pairs of values, bad first, that need no explanation."""


class Target(NamedTuple):
    """Which rows have an ending, whether it was bad (of those rows only), and what the values are."""

    known: Bools
    is_bad: Bools
    bad: tuple[str, ...]
    good: tuple[str, ...]
    notes: tuple[str, ...]


def read_target(
    cells: Cells, *, name: str, bad: Sequence[str] = (), good: Sequence[str] = ()
) -> Target:
    """Read endings. `bad` and `good` say which values are which; two that are plain need neither.

    Rows without a value, and rows with one that is neither where `good` is given, have no ending.
    Values that leave a doubt, one ending only, and too few of one are `InvalidInput`.
    """
    found = reading.distinct(_plain(recipes.text_of(cells, name)))
    nothing = reading.says_nothing(found.values, reading.NOTHING)
    joined = join_spellings(found, nothing)
    labels, told = joined.labels, _tell(joined.labels, joined.counts)
    common: list[str] = reading.keys(arrow.array(labels, arrow.string())).to_pylist()
    if len(common) < 2:
        raise InvalidInput(f"target {name} has {told or 'no value'}; two are needed", where=name)
    asked_bad, asked_good = _asked(bad), _asked(good)
    if not bad and not good:
        asked_bad = _usual(common, told, name)
    worse, better = _endings(common, asked_bad, asked_good, name=name, told=told)
    codes = _codes(found, common, nothing)
    is_bad, is_good = np.isin(codes, worse), np.isin(codes, better)
    known = is_bad | is_good
    _need_enough(int(is_bad.sum()), int(is_good.sum()), name)
    notes: list[str] = []
    if (missing := int((codes < 0).sum())) > 0:
        notes.append(f"{missing:,} rows without {name} are left out")
    if (other := len(codes) - missing - int(known.sum())) > 0:
        notes.append(f"{other:,} rows that ended in another way are left out")
    if not bad and not good and int(is_bad.sum()) * 2 > int(known.sum()):
        notes.append(f"more rows ended bad than good: is {labels[better[0]]!r} the bad ending?")
    names = [tuple(labels[place] for place in part) for part in (worse, better)]
    return Target(known, is_bad[known], names[0], names[1], tuple(notes))


def _plain(text: Cells) -> Cells:
    """Write whole numbers alike: 1.0 and 1 are one value."""
    return compute.replace_substring_regex(
        text, pattern=r"^\s*([+-]?\d+)\.0*\s*$", replacement=r"\1"
    )


def _asked(values: Sequence[str]) -> list[str]:
    return reading.keys(_plain(arrow.array(list(values), arrow.string()))).to_pylist()


def _codes(found: reading.Distinct, common: list[str], nothing: Bools) -> reading.Codes:
    known = arrow.array(common, arrow.string())
    places = compute.index_in(reading.keys(found.values), value_set=known)
    place = np.array(compute.fill_null(places, -1).to_numpy(zero_copy_only=False))
    return np.append(np.where(nothing, -1, place), -1)[found.codes].astype(np.int32)


def _endings(
    common: list[str], bad: list[str], good: list[str], *, name: str, told: str
) -> tuple[list[int], list[int]]:
    """Return the places of the bad values and of the good ones."""
    for asked in (*bad, *good):
        if asked not in common:
            raise InvalidInput(f"target {name} has no value {asked!r}; it has {told}", where=name)
    if both := set(bad) & set(good):
        raise InvalidInput(f"target {name}: {min(both)!r} is both bad and good", where=name)
    worse = [place for place, value in enumerate(common) if value in bad]
    better = [place for place, value in enumerate(common) if value in good]
    if worse and better:
        return worse, better
    rest = [place for place in range(len(common)) if place not in worse and place not in better]
    if len(rest) != 1 or len(common) > 2:
        text = f"target {name} has {told}; a schema must name the bad and the good ones"
        raise InvalidInput(text, where=name)
    return (worse or rest), (better or rest)


def _usual(common: list[str], told: str, name: str) -> list[str]:
    if len(common) > 2:
        text = f"target {name} has {len(common):,} values where two are needed: {told}"
        raise InvalidInput(f"{text}; name bad and good ones in a schema", where=name)
    for worse, better in _PAIRS:
        if set(common) == {worse, better}:
            return [worse]
    raise InvalidInput(f"target {name} has {told}; say with --bad which one is bad", where=name)


def _tell(labels: tuple[str, ...], counts: Counts) -> str:
    order = np.argsort(-counts, kind="stable").tolist()
    told = ", ".join(
        f"{labels[place][:40]!r} ({counts[place]:,} rows)" for place in order[:MOST_TOLD]
    )
    return f"{told} and {len(order) - MOST_TOLD:,} more" if len(order) > MOST_TOLD else told


def _need_enough(bads: int, goods: int, name: str) -> None:
    for count, kind in ((bads, "bad"), (goods, "good")):
        if count < LEAST_OF_EACH:
            rows = "1 row" if count == 1 else f"{count} rows"
            text = f"target {name}: {rows} ended {kind}; at least {LEAST_OF_EACH} are needed"
            raise InvalidInput(text, where=name)
