"""Joining the spellings of one label: "Male", " male" and "MALE" are one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from whiteslip.decisioning.samples import cells as reading
from whiteslip.decisioning.samples.cells import Counts, Distinct
from whiteslip.decisioning.samples.model import Bools

MOST_TOLD = 4


class Joined(NamedTuple):
    """Labels by their most frequent spelling, the rows of each, and what was joined."""

    labels: tuple[str, ...]
    counts: Counts
    notes: tuple[str, ...]


def join_spellings(found: Distinct, nothing: Bools) -> Joined:
    """Join what differs in case, spaces or width only; cells that say nothing are left out."""
    places = np.flatnonzero(~nothing)
    if not len(places):
        return Joined((), np.zeros(0, np.int64), ())
    spelled = found.values.take(reading.arrow.array(places))
    common = reading.keys(spelled).dictionary_encode()
    codes = np.array(common.indices.to_numpy(zero_copy_only=False))
    rows = found.counts[places]
    counts = np.bincount(codes, weights=rows, minlength=len(common.dictionary)).astype(np.int64)
    ranked = np.lexsort((-rows, codes))
    firsts = ranked[np.searchsorted(codes[ranked], np.arange(len(counts)))]
    labels = tuple(spelled.take(reading.arrow.array(firsts)).to_pylist())
    several = np.flatnonzero(np.bincount(codes, minlength=len(counts)) > 1)
    if not len(several):
        return Joined(labels, counts, ())
    told: list[str] = []
    for code in several[np.argsort(-counts[several], kind="stable")][:MOST_TOLD].tolist():
        others = [
            f"{spelled[int(place)].as_py()!r} ({int(rows[place]):,})"
            for place in np.flatnonzero(codes == code).tolist()
            if int(place) != int(firsts[code])
        ]
        told.append(f"{labels[code]!r} with {', '.join(others[:MOST_TOLD])}")
    more = f" and {len(several) - MOST_TOLD:,} more" if len(several) > MOST_TOLD else ""
    return Joined(labels, counts, (f"spellings joined: {'; '.join(told)}{more}",))
