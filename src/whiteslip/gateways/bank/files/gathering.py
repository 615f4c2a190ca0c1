"""What is found in a file, entry by entry: results, doubts, and what is told twice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from hashlib import sha256
from typing import Final, NamedTuple

from whiteslip.gateways.bank.files import amounts
from whiteslip.gateways.bank.files.model import FileRead, Kind, Unread
from whiteslip.gateways.bank.files.trees import Doubt, Element
from whiteslip.gateways.bank.model import Outcome, Result

RAW: Final = 400
"""So much of an entry is kept for whoever looks at it."""
_NAME: Final = re.compile(r"[!-~](?:[ -~]{0,33}[!-~])?")
_DAY: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?:T[\d:.]+)?(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_NOT_PROVIDED: Final = "NOTPROVIDED"
_YEARS: Final = range(2000, 2200)


class Entry(NamedTuple):
    """One entry of a file: where it stands, what tells its amount, and what it shares with others of its group."""

    where: str
    element: Element
    about: Element | None = None
    shared: str = ""

    @property
    def at(self) -> str:
        """Its place with the line."""
        return f"{self.where} (line {self.element.line})"

    @property
    def contents(self) -> str:
        """All it says, in one line."""
        return f"{self.element.flat()} {self.shared}".rstrip()


class Found(NamedTuple):
    """What an entry says when it is understood; `own` is the bank's own reference of it."""

    own: str | None
    reference: str
    outcome: Outcome
    amount_minor: int
    currency: str
    reason: str | None
    booked_on: date


class Gathering:
    """The entries of one file, in order."""

    def __init__(self, kind: Kind, message_id: str) -> None:
        self._kind = kind
        self._message_id = message_id
        self._found: list[tuple[Entry, Result]] = []
        self._unread: list[Unread] = []
        self._pending = 0

    def read(self, entry: Entry, understand: Callable[[Entry], Found | None]) -> None:
        """Take one entry as it is understood; None is not final yet, and a doubt is kept for a person."""
        try:
            found = understand(entry)
        except Doubt as doubt:
            self.leave(entry, str(doubt))
            return
        if found is None:
            self._pending += 1
        else:
            self._found.append((entry, self._result(entry, found)))

    def leave(self, entry: Entry, why: str) -> None:
        """Keep an entry for a person."""
        about: int | None = None
        if entry.about is not None:
            with suppress(Doubt):
                about = amount(entry.about)[0]
        self._unread.append(Unread(entry.at, why, entry.contents[:RAW], about))

    def _result(self, entry: Entry, found: Found) -> Result:
        digest = sha256(entry.contents.encode()).hexdigest()[:24]
        parts = (self._kind, self._message_id, found.own or digest, found.reference, found.outcome)
        name = "/".join(
            part.replace("%", "%25").replace("/", "%2F").replace(" ", "%20") for part in parts
        )
        return Result(name, *found[1:])

    def file(self) -> FileRead:
        """Close the file: the same told twice counts once, and two things under one name count not at all."""
        named: defaultdict[str, set[Result]] = defaultdict(set)
        for _, result in self._found:
            named[result.result_id].add(result)
        results: dict[str, Result] = {}
        for entry, result in self._found:
            if len(named[result.result_id]) > 1:
                self.leave(entry, "the same reference is given to entries that differ")
            elif result.result_id in results:
                self.leave(entry, "the same entry stands there before")
            else:
                results[result.result_id] = result
        told, unread = tuple(results.values()), tuple(self._unread)
        return FileRead(self._message_id, self._kind, told, unread, self._pending)


def reference(text: str | None) -> str:
    """Read our own reference."""
    if text is None or text == _NOT_PROVIDED:
        raise Doubt("no reference of ours")
    if not _NAME.fullmatch(text):
        raise Doubt("a reference that cannot be one of ours")
    return text


def code(element: Element) -> str | None:
    """Read a reason: a code of the external sets, or the bank's own; `Doubt` where several differ."""
    found = {
        each.text for path in ("Rsn/Cd", "Rsn/Prtry") for each in element.all(path) if each.text
    }
    if len(found) > 1:
        raise Doubt("several reasons")
    for text in found:
        if not _NAME.fullmatch(text):
            raise Doubt("a reason that is no code")
        return text
    return None


def day(text: str | None) -> date:
    """Read the day of a date or of an instant, as it is written there."""
    matched = _DAY.fullmatch(text or "")
    try:
        read = date.fromisoformat(matched[1] if matched else "")
    except ValueError:
        raise Doubt(
            "no day it counts from" if text is None else "a day that does not exist"
        ) from None
    if read.year not in _YEARS:
        raise Doubt("a day no debit is booked on")
    return read


def own(text: str | None) -> str | None:
    """Read the bank's own reference, where it has a plain one."""
    return text if text is not None and _NAME.fullmatch(text) else None


def amount(element: Element) -> tuple[int, str]:
    """Read an amount with its currency, in minor units."""
    currency = element.attributes.get("Ccy")
    return amounts.minor(element.text, currency), currency or ""
