"""What must come of a bank's files, kept by hand: which debit stands where, what is on the queue, and who was repaid.

It knows nothing of the program: a table says what a result does to a debit, and the rest is counting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tests.gateways.bank.odd_files import Moved, OddFile, Reads

UNDERSTOOD: Final = {"AM04", "MD06", "AC04", "MD01"}
OURS: Final = {"FF01"}
NAMES: Final = ("paid", "failed", "returned", "noted", "queued", "suspended")

DOES: Final = {
    ("sent", "paid"): "paid",
    ("sent", "failed"): "failed",
    ("sent", "returned"): "stop",
    ("paid", "paid"): "ask",
    ("paid", "failed"): "ask",
    ("paid", "returned"): "returned",
    ("failed", "paid"): "ask",
    ("failed", "failed"): "noted",
    ("failed", "returned"): "ask",
    ("returned", "paid"): "ask",
    ("returned", "failed"): "ask",
    ("returned", "returned"): "ask",
}
"""What a result does, by where its debit stands; stop: people look, and nothing that comes later counts."""


class Report(NamedTuple):
    """What must be answered to a file."""

    did: dict[str, int]
    again: int
    unread: int
    pending: int


class Item(NamedTuple):
    """What must be on the manual queue."""

    kind: str
    reference: str
    held_minor: int


@dataclass
class Expectations:
    """Where everything must stand; the debits that were sent are named at the beginning."""

    stands: dict[str, str]
    paid: dict[str, int] = field(default_factory=dict[str, int])
    queue: Counter[Item] = field(default_factory=Counter[Item])
    reversed: set[str] = field(default_factory=set[str])
    _reports: dict[bytes, Report] = field(default_factory=dict[bytes, Report])
    _told: dict[tuple[str, str, str], Moved] = field(
        default_factory=dict[tuple[str, str, str], Moved]
    )
    _changed: set[tuple[str, str, str]] = field(default_factory=set[tuple[str, str, str]])

    @classmethod
    def of(cls, references: Iterable[str]) -> Expectations:
        """Begin with debits that were sent."""
        return cls(dict.fromkeys(references, "sent"))

    @property
    def held_minor(self) -> int:
        """What must lie in suspense."""
        return sum(item.held_minor * times for item, times in self.queue.items())

    def take(self, file: OddFile, message: str) -> Report:
        """Say what must be answered to a file that can be read, and remember what it does."""
        assert isinstance(file.expected, Reads)
        if file.body not in self._reports:
            did = [self._tell(message, one) for one in file.expected.results]
            counts = Counter(did)
            unread = len(file.expected.unread)
            self.queue[Item("unreadable", "", 0)] += unread
            self._reports[file.body] = Report(
                {name: counts[name] for name in NAMES},
                counts["again"],
                unread,
                file.expected.pending,
            )
        return self._reports[file.body]

    def _tell(self, message: str, told: Moved) -> str:
        key = message, told.reference, told.outcome
        before = self._told.setdefault(key, told)
        if before is not told:
            if before != told and key not in self._changed:
                self._changed.add(key)
                self._ask("changed", told)
            return "again"
        if told.currency != "CNY":
            return self._ask("wrong_currency", told)
        if told.reference not in self.stands:
            came = told.amount_minor if told.outcome == "paid" else 0
            return self._ask("unknown_reference", told, held_minor=came)
        return self._act(told)

    def _act(self, told: Moved) -> str:
        own = told.reference
        does = DOES[self.stands[own], told.outcome]
        if does == "ask" and (self.stands[own], told.outcome) == ("paid", "paid"):
            does = "noted" if self.paid[own] == told.amount_minor else "ask"
        if does == "paid":
            self.paid[own] = told.amount_minor
        if does in {"paid", "failed", "returned"}:
            self.stands[own] = does
            if does == "returned":
                self._take_back(told)
            if does == "failed" and told.reason not in UNDERSTOOD:
                self._ask("ours" if told.reason in OURS else "unknown_reason", told)
        elif does != "noted":
            self.stands[own] = "returned" if does == "stop" else self.stands[own]
            return self._ask("contradiction", told)
        return does

    def _take_back(self, told: Moved) -> None:
        """Reverse what came; another amount is for people."""
        if told.amount_minor == self.paid[told.reference]:
            self.reversed.add(told.reference)
        else:
            self._ask("reversal", told)

    def _ask(self, kind: str, told: Moved, *, held_minor: int = 0) -> str:
        self.queue[Item(kind, told.reference, held_minor)] += 1
        return "suspended" if held_minor else "queued"
