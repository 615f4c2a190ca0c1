"""A thousand files as no bank should send them, each with what must come of it; the same thousand each time.

They speak of debits nobody sent (`r-1`, `r-2`, …), all in two messages; `of_debits` lets them speak of real ones, and
with them `SEQUELS`, which are odd only beside others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from random import Random
from typing import NamedTuple

from tests.gateways.bank import odd_entries, odd_sequels, odd_wholes
from tests.gateways.bank.odd_model import Drawn, Expected, Moved, Reads, Refused

__all__ = [
    "COUNT",
    "KINDS",
    "SEQUELS",
    "Expected",
    "Moved",
    "OddFile",
    "Reads",
    "Refused",
    "odd_files",
    "of_debits",
]
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


SEQUELS: dict[str, tuple[Callable[[Random], Drawn], int]] = {
    "said by two": (odd_sequels.said_by_two, 60),
    "sent again": (odd_sequels.sent_again, 60),
    "taken back": (odd_sequels.taken_back, 90),
    "said otherwise": (odd_sequels.said_otherwise, 60),
    "nobody's": (odd_sequels.nobodys, 36),
}
_NAME = re.compile(r"r-(\d+)")
_ANY_NAME = re.compile(rb"(?<=>)r-(\d+)(?=<)")
_ANY_MESSAGE = re.compile(rb"(?<=>)(STS|NTF)-1(?=<)")


def odd_files(
    seed: int = 1, *, kinds: Mapping[str, tuple[Callable[[Random], Drawn], int]] = KINDS
) -> Iterator[OddFile]:
    """Draw all of them, kind by kind; `COUNT` in all."""
    for kind, (drawing, count) in kinds.items():
        for body, expected in islice(drawing(Random(f"{seed} {kind}")), count):
            yield OddFile(kind, body, expected)


def of_debits(files: Iterable[OddFile], references: Mapping[int, str]) -> Iterator[OddFile]:
    """Let files speak of debits by their numbers, each in a message of its own; of other numbers they speak as before.

    What is drawn twice is twice the same file.
    """
    messages: dict[bytes, int] = {}
    for kind, body, expected in files:
        number = messages.setdefault(body, len(messages) + 1)
        named = _ANY_NAME.sub(
            lambda found: references.get(int(found[1]), found[0].decode()).encode(), body
        )
        renamed = _ANY_MESSAGE.sub(lambda found, own=number: found[1] + b"-%d" % own, named)
        yield OddFile(kind, renamed, _about(expected, references))


def _about(expected: Expected, references: Mapping[int, str]) -> Expected:
    if isinstance(expected, Refused):
        return expected
    moved = (
        one._replace(
            reference=_NAME.sub(
                lambda found: references.get(int(found[1]), found[0]), one.reference
            )
        )
        for one in expected.results
    )
    return expected._replace(results=tuple(moved))
