"""Which customers a challenger judges: a share that is stable, only grows, and is independent of other experiments.

A customer's place is a cubic polynomial over the integers modulo 2³¹ - 1 whose coefficients are drawn from the book's
name and the challenger's version. Such a family is 4-wise independent (Wegman and Carter, "New hash functions and their
use in authentication and set equality", 1981), and two experiments have coefficients of their own. Every step stays
below 2⁶³, so Python, NumPy and PostgreSQL's signed bigint give the same number.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Final

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.rulebooks.blast import PPM
from whiteslip.decisioning.rulebooks.statement import quoted_name
from whiteslip.kernel.errors import InvalidInput

WHOLE: Final = PPM
"""The share of all customers."""
PRIME: Final = 2**31 - 1
_POSITIVE: Final = 2**63 - 1
_TERMS: Final = 4


def is_challenged(
    customer_ids: Sequence[int] | NDArray[np.int64], *, name: str, version: int, share_ppm: int
) -> NDArray[np.bool_]:
    """Tell for each customer whether the challenger of this version judges them, rather than the live version."""
    ids = np.asarray(customer_ids, np.int64)
    if share_ppm in (0, WHOLE):
        return np.full(len(ids), share_ppm == WHOLE)
    place, first, *others = (ids & _POSITIVE) % PRIME, *_coefficients(name, version)
    found = np.full(len(ids), first, np.int64)
    for coefficient in others:
        found = (found * place + coefficient) % PRIME
    return found < _threshold(share_ppm)


def is_one_challenged(customer_id: int, *, name: str, version: int, share_ppm: int) -> bool:
    """Tell the same of one customer."""
    place, found = (customer_id & _POSITIVE) % PRIME, 0
    for coefficient in _coefficients(name, version):
        found = (found * place + coefficient) % PRIME
    return found < _threshold(share_ppm)


def challenged_condition(*, row: str, name: str, version: int, share_ppm: int) -> str:
    """Write the same as a condition of PostgreSQL over a row that has a customer_id."""
    place = f"mod({quoted_name(row)}.customer_id & {_POSITIVE}, {PRIME})"
    first, *others = _coefficients(name, version)
    found = f"{first}::bigint"
    for coefficient in others:
        found = f"mod({found} * {place} + {coefficient}, {PRIME})"
    return f"({found} < {_threshold(share_ppm)})"


def _threshold(share_ppm: int) -> int:
    if not 0 <= share_ppm <= WHOLE:
        raise InvalidInput(
            f"a share is from 0 to {WHOLE} parts per million, not {share_ppm}", where="share"
        )
    return share_ppm * PRIME // WHOLE


@lru_cache(maxsize=256)
def _coefficients(name: str, version: int) -> tuple[int, ...]:
    """Draw the coefficients of an experiment, the highest power first."""
    digest = sha256(f"{name} {version}".encode()).digest()
    return tuple(int.from_bytes(digest[n * 8 : n * 8 + 8]) % PRIME for n in range(_TERMS))
