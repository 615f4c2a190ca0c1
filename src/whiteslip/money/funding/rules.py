"""Which entries are accepted, which of them stand on a day, and what cash follows from them and the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.money import MAX_MINOR, Minor
from whiteslip.money.funding.model import CashDay, Entry, EntryKind, NewEntry

_LEAST: Final = {EntryKind.CASH: -MAX_MINOR, EntryKind.COMMITMENT: 0, EntryKind.FLOOR: 1}
"""The least amounts: an account may be overdrawn, a commitment ended, and a floor of nothing is none."""


def mistake(one: NewEntry, *, closed_on: date) -> InvalidInput | None:
    """Say what is wrong with an entry, if anything is."""
    least = _LEAST[one.kind]
    if not least <= one.amount_minor <= MAX_MINOR:
        return InvalidInput(f"an amount of {one.kind} is at least {least}", where="amount_minor")
    if not one.note.strip():
        return InvalidInput("say what the entry rests on", where="note")
    if one.kind is EntryKind.COMMITMENT:
        return _commitment_mistake(one)
    if one.name or one.until_on is not None:
        where = "name" if one.name else "until_on"
        return InvalidInput(f"an entry of {one.kind} has no {where}", where=where)
    if one.kind is EntryKind.CASH and one.from_on > closed_on:
        text = f"cash is entered for a closed day; the last is {closed_on}"
        return InvalidInput(text, where="from_on")
    return None


def _commitment_mistake(one: NewEntry) -> InvalidInput | None:
    if not one.name.strip():
        return InvalidInput("name who committed the amount", where="name")
    if one.until_on is None or one.until_on <= one.from_on:
        return InvalidInput("a commitment ends after it begins", where="until_on")
    return None


def standing(entries: Iterable[Entry], kind: EntryKind, *, on: date) -> Entry | None:
    """Return the cash or floor entry that counts on a day: the latest day's, of one day the latest entered."""
    found = [one for one in entries if one.kind is kind and one.from_on <= on]
    return max(found, key=lambda one: (one.from_on, one.entry_id), default=None)


def committed(entries: Iterable[Entry], days: Sequence[date]) -> tuple[Minor, ...]:
    """Sum what may be drawn on each of some days; of a name only the entry made last counts."""
    last: dict[str, Entry] = {}
    for one in sorted(entries, key=lambda one: one.entry_id):
        if one.kind is EntryKind.COMMITMENT:
            last[one.name] = one
    return tuple(sum(one.amount_minor for one in last.values() if _runs(one, day)) for day in days)


def _runs(one: Entry, day: date) -> bool:
    return one.from_on <= day and (one.until_on is None or day < one.until_on)


def position(cash: Entry, days: Iterable[CashDay], *, on: date, settlement_days: int) -> Minor:
    """Return the cash at the end of a day: what was entered, what the bank moved since, what shops were paid since.

    Shops are paid for a business date `settlement_days` after it; `days` go back that far before the entry.
    """
    lag = timedelta(days=settlement_days)
    total = cash.amount_minor
    for one in days:
        if cash.from_on < one.day <= on:
            total += one.bank_minor
        if cash.from_on < one.day + lag <= on:
            total -= one.payable_minor
    return total
