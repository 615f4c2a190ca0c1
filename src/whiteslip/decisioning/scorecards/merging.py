"""Merging neighboring parts into the bins of the greatest likelihood whose bad rates follow a trend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from scipy.special import xlogy

from whiteslip.decisioning.samples.model import Floats

_NEVER: Final = -1e300
"""The likelihood of what is not allowed; finite, so that sums of it stay comparable."""


class Limits(NamedTuple):
    """What a bin may be: rows at least, bins at most, and average rows imagined in each."""

    least_rows: float
    most_bins: int
    smoothing: float


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """Of all runs of neighboring parts [i, j): the smoothed bad rate, and the likelihood as one bin."""

    rate: Floats
    likelihood: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Chain:
    """The best chains of k + 1 bins whose last bin is the run [i, j), as `best[k, i, j]`.

    The bad rate of each bin is above (`sign` 1) or below (-1) that of the one before it. A chain
    that turned once has the chains of before its turn as `before`.
    """

    best: Floats
    sign: int
    before: _Chain | None = None

    @property
    def length(self) -> int:
        """How many parts there are."""
        return self.best.shape[1] - 1


def merge(
    counts: Floats,
    bads: Floats,
    *,
    limits: Limits,
    base_rate: float,
    direction: int = 0,
    turn_gain: float | None = None,
) -> list[int]:
    """Return where the bins begin, as places of parts, and at last the number of parts.

    All chains of allowed bins are searched by dynamic programming. `direction` +1 wants bad rates
    that rise, -1 that fall, 0 takes the better one, or one that turns once if that gains
    `turn_gain` of log-likelihood. The trend is one of the smoothed rates from which the evidence is
    computed, so the evidence follows it strictly.
    """
    parts = _parts(counts, bads, limits, base_rate)
    straight = [_chain(parts, limits.most_bins, sign) for sign in (1, -1) if direction in (0, sign)]
    chains = [(_likelihood(chain), chain) for chain in straight]
    if turn_gain is not None and direction == 0:
        turned = [_chain(parts, limits.most_bins, -one.sign, before=one) for one in straight]
        chains += [(_likelihood(chain) - turn_gain, chain) for chain in turned]
    likelihood, chain = max(chains, key=lambda each: each[0])
    return _trace(chain, parts) if likelihood > _NEVER / 2 else [0, len(counts)]


def _parts(counts: Floats, bads: Floats, limits: Limits, base_rate: float) -> _Parts:
    rows = _spans(counts)
    bad = _spans(bads)
    allowed = rows >= max(limits.least_rows, 1)
    rate = (bad + limits.smoothing * base_rate) / (np.maximum(rows, 0) + limits.smoothing)
    raw = np.clip(bad / np.where(allowed, rows, 1), 0.0, 1.0)
    likelihood = xlogy(np.maximum(bad, 0), raw) + xlogy(np.maximum(rows - bad, 0), 1 - raw)
    return _Parts(rate, np.where(allowed, likelihood, _NEVER))


def _spans(counts: Floats) -> Floats:
    """Return the sum over each run [i, j); negative where j < i."""
    total = np.concatenate([[0.0], np.cumsum(counts)])
    return total[None, :] - total[:, None]


def _chain(parts: _Parts, most: int, sign: int, *, before: _Chain | None = None) -> _Chain:
    size = len(parts.rate)
    best = np.full((most, size, size), _NEVER)
    if before is None:
        best[0, 0] = parts.likelihood[0]
    for start in range(1, size - 1):
        reached = best[:-1, :start, start]
        if before is not None:
            reached = np.maximum(reached, before.best[:-1, :start, start])
        follows = (
            parts.rate[:start, start, None] * sign < parts.rate[None, start, start + 1 :] * sign
        )
        prior = np.where(follows, reached[:, :, None], _NEVER).max(axis=1)
        best[1:, start, start + 1 :] = prior + parts.likelihood[start, start + 1 :]
    return _Chain(np.maximum(best, _NEVER), sign, before)


def _likelihood(chain: _Chain) -> float:
    return float(chain.best[:, :, -1].max())


def _trace(chain: _Chain, parts: _Parts) -> list[int]:
    """Walk the best chain back from its last bin."""
    end = chain.length
    bins, start = divmod(int(np.argmax(chain.best[:, :, end])), chain.length + 1)
    places = [end, start]
    while bins > 0:
        before, chain = _step(chain, parts, bins, start, end)
        end, start, bins = start, before, bins - 1
        places.append(start)
    return places[::-1]


def _step(chain: _Chain, parts: _Parts, bins: int, start: int, end: int) -> tuple[int, _Chain]:
    """Find where the bin before [start, end) begins, and in which chain it lies."""
    follows = parts.rate[:start, start] * chain.sign < parts.rate[start, end] * chain.sign
    options = [chain] if chain.before is None else [chain, chain.before]
    reached = [np.where(follows, each.best[bins - 1, :start, start], _NEVER) for each in options]
    chosen = int(np.argmax([each.max() for each in reached]))
    return int(np.argmax(reached[chosen])), options[chosen]
