"""Cutting a sample into folds that are alike, the same way for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.samples.model import Bools
from whiteslip.kernel.errors import InvalidInput

Rows = NDArray[np.intp]


class Fold(NamedTuple):
    """Rows to learn from and rows to judge by; together all, none in both, each ascending."""

    train: Rows
    test: Rows


def stratified(is_bad: Bools, *, folds: int, seed: int) -> tuple[Fold, ...]:
    """Cut rows into folds with equal shares of bad ones; sizes differ by two at most.

    Too few bad or good rows to give each fold one is `InvalidInput`.
    """
    bads = int(np.count_nonzero(is_bad))
    fewest = min(bads, len(is_bad) - bads)
    if folds < 2 or fewest < folds:
        text = f"{bads} bad and {len(is_bad) - bads} good rows cannot be cut into {folds} folds"
        raise InvalidInput(text, where="folds")
    generator = np.random.default_rng(seed)
    place = np.empty(len(is_bad), dtype=np.intp)
    for ending in (True, False):
        rows = np.flatnonzero(is_bad == ending)
        place[generator.permutation(rows)] = np.arange(len(rows)) % folds
    return tuple(
        Fold(np.flatnonzero(place != fold), np.flatnonzero(place == fold)) for fold in range(folds)
    )


def repeated(is_bad: Bools, *, folds: int, repeats: int, seed: int) -> Iterator[Fold]:
    """Cut anew for each repeat; a further repeat leaves the folds of those before it as they are."""
    if repeats < 1:
        raise InvalidInput(f"{repeats} repeats are none", where="repeats")
    for child in np.random.SeedSequence(seed).generate_state(repeats).tolist():
        yield from stratified(is_bad, folds=folds, seed=int(child))
