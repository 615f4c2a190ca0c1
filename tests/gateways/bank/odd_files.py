"""A thousand files as no bank should send them, each with what must come of it; the same thousand each time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from random import Random
from typing import NamedTuple

from tests.gateways.bank import odd_entries, odd_wholes
from tests.gateways.bank.odd_model import Drawn, Expected, Moved, Reads, Refused

__all__ = ["COUNT", "KINDS", "Expected", "Moved", "OddFile", "Reads", "Refused", "odd_files"]
COUNT = 1000


class OddFile(NamedTuple):
    """A file of a kind, and what must come of it."""

    kind: str
    body: bytes
    expected: Expected


KINDS: dict[str, tuple[Callable[[Random], Drawn], int]] = {
    "twice": (odd_wholes.twice, 60),
    "out of order": (odd_entries.out_of_order, 60),
    "truncated": (odd_wholes.truncated, 180),
    "wrong total": (odd_wholes.wrong_total, 60),
    "wrong count": (odd_wholes.wrong_count, 60),
    "unknown codes": (odd_entries.unknown_codes, 60),
    "contradicting": (odd_entries.contradicting, 50),
    "entity bombs": (odd_wholes.entity_bombs, 45),
    "outside access": (odd_wholes.outside_access, 44),
    "wrong encoding": (odd_wholes.wrong_encoding, 49),
    "marked": (odd_wholes.marked, 40),
    "other kinds": (odd_wholes.other_kinds, 50),
    "empty": (odd_wholes.empty, 32),
    "huge": (odd_wholes.huge, 12),
    "duplicated": (odd_entries.duplicated, 40),
    "odd amounts": (odd_entries.odd_amounts, 78),
    "other currencies": (odd_entries.other_currencies, 28),
    "missing": (odd_entries.missing, 32),
    "not final": (odd_entries.not_final, 20),
}


def odd_files(seed: int = 1) -> Iterator[OddFile]:
    """Draw all of them, kind by kind; `COUNT` in all."""
    for kind, (drawing, count) in KINDS.items():
        for body, expected in islice(drawing(Random(f"{seed} {kind}")), count):
            yield OddFile(kind, body, expected)
