"""What the simulated bank knows: changed by events alone, so that the same events make it anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from whiteslip.gateways.bank.behaviors import (
    BY_CODE,
    FAILED_TRIES,
    Behavior,
    Telling,
    stranger,
    tellings,
)
from whiteslip.gateways.bank.model import Debit, Outcome, Result

PAGE = 100


class _Waiting(NamedTuple):
    tell_on: date
    place: int
    result: Result


class Memory:
    """Debits by their references, results waiting for their day, and results in the order they are told."""

    def __init__(self, life: str) -> None:
        self._begin(life)

    def _begin(self, life: str) -> None:
        self.life = life
        self.day = self.latest_due = date.min
        self.on: date | None = None
        self.down = False
        self.page = PAGE
        self.debits: dict[str, Debit] = {}
        self.collected: Counter[str] = Counter()
        self.told: list[Result] = []
        self._named: dict[str, Behavior] = {}
        self._fails: dict[str, int] = {}
        self._tries: Counter[str] = Counter()
        self._waiting: list[_Waiting] = []
        self._places = 0

    def apply(self, event: Mapping[str, Any]) -> None:
        """Let one thing happen, as the journal has it."""
        if "begin" in event:
            self._begin(event["begin"])
        if "control" in event:
            self._control(event["control"])
        if "day" in event:
            self.day = date.fromisoformat(event["day"])
        for fields in event.get("take", ()):
            debit = Debit(*fields[:-1], due_on=date.fromisoformat(fields[-1]))
            self._take(debit, date.fromisoformat(event["from"]))
        self._tell()

    def _control(self, said: Mapping[str, Any]) -> None:
        self.down = bool(said.get("down", self.down))
        self.page = said.get("page", self.page)
        self._fails |= said.get("fails", {})
        self._named |= {name: Behavior(how) for name, how in said.get("people", {}).items()}
        if "on" in said:
            self.on = said["on"] and date.fromisoformat(said["on"])
            self.day = self.on or self.day

    def behavior_of(self, account: str) -> Behavior:
        """Say how debits of an account go: as it was named, else by its last three characters."""
        return self._named.get(account) or BY_CODE.get(account[-3:], Behavior.PAID)

    def unlike(self, debits: Sequence[Debit]) -> str | None:
        """Name the first reference that stands for another debit already, or for two of these."""
        these: dict[str, Debit] = {}
        for debit in debits:
            known = self.debits.get(debit.reference, these.setdefault(debit.reference, debit))
            if known != debit:
                return debit.reference
        return None

    def _take(self, debit: Debit, earliest: date) -> None:
        """Take a debit that is not known yet, book it no earlier than that, and plan what is told of it."""
        if debit.reference in self.debits:
            return
        self.debits[debit.reference] = debit
        self.latest_due = max(self.latest_due, debit.due_on)
        self._tries[debit.account] += 1
        behavior = self.behavior_of(debit.account)
        fails = self._fails.get(debit.account, FAILED_TRIES.get(behavior, 0))
        booked_on = max(debit.due_on, earliest)
        planned = tellings(behavior, tries=self._tries[debit.account], fails_first=fails)
        for told in planned:
            tell_on = booked_on + timedelta(days=told.told_after_days)
            self._places += 1
            self._waiting.append(_Waiting(tell_on, self._places, _result(debit, told, booked_on)))
        if any(told.outcome is Outcome.PAID for told in planned):
            self.collected[debit.reference] += 1

    def _tell(self) -> None:
        """Tell what has waited for this day, the longest due first."""
        due = sorted((each for each in self._waiting if each.tell_on <= self.day), key=_order)
        self._waiting = [each for each in self._waiting if each.tell_on > self.day]
        self.told += [each.result for each in due]

    def seen(self) -> dict[str, Any]:
        """Tell what was handed in, how often each was collected, how much was told and how much waits for its day."""
        return {
            "debits": {name: debit.amount_minor for name, debit in self.debits.items()},
            "collected": dict(self.collected),
            "told": len(self.told),
            "waiting": len(self._waiting),
            "on": None if self.on is None else self.on.isoformat(),
            "day": self.day.isoformat(),
        }


def _order(waiting: _Waiting) -> tuple[date, int]:
    return waiting.tell_on, waiting.place


def _result(debit: Debit, told: Telling, booked_on: date) -> Result:
    return Result(
        f"{debit.reference}.{told.number}",
        stranger(debit) if told.of_stranger else debit.reference,
        told.outcome,
        debit.amount_minor + told.amount_off_minor,
        debit.currency,
        told.reason,
        booked_on + timedelta(days=told.booked_after_days),
    )
