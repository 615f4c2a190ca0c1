"""A bank that does not exist, as a process of its own: over HTTP like a real one, on bad days too.

`POST /v1/debits` takes a batch whole or not at all, `GET /v1/results?after=` tells what became of debits. `/control`
belongs to whoever tests: `PUT` sets what the bank does, `GET` tells what it knows. It listens on the loopback interface
only. With a file of state nothing it answered for is lost, whenever it is killed.
"""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Lock
from time import sleep
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from msgspec import Meta, Struct

from whiteslip.gateways import simulated
from whiteslip.gateways.bank.behaviors import AT_THE_DOOR, Behavior
from whiteslip.gateways.bank.journal import Event, Journal
from whiteslip.gateways.bank.memory import Memory
from whiteslip.gateways.bank.model import Debit

SLOW_S = 2.0
HANGING_S = 60.0
LARGEST = 8 * 1024 * 1024

_Name = Annotated[str, Meta(min_length=1, max_length=35)]
_Words = Annotated[str, Meta(min_length=1, max_length=140)]


class _Debit(Struct, frozen=True, forbid_unknown_fields=True):
    reference: _Name
    mandate: _Name
    account: Annotated[str, Meta(min_length=1, max_length=34)]
    holder: _Words
    amount_minor: Annotated[int, Meta(ge=1, le=10**15)]
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z")]
    due_on: date


class _Batch(Struct, frozen=True, forbid_unknown_fields=True):
    debits: Annotated[list[_Debit], Meta(min_length=1)]


class _Control(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    reset: bool = False
    down: bool | None = None
    on: date | msgspec.UnsetType | None = msgspec.UNSET
    people: dict[str, Behavior] | None = None
    fails: dict[str, Annotated[int, Meta(ge=0)]] | None = None
    page: Annotated[int, Meta(ge=1)] | None = None


class Simulator:
    """The bank, shared by the threads that answer; every change is on disk before it is answered for.

    Its date is the one it was told (`on`), else the later of the machine's and the last day a debit was due, so that it
    keeps up with a platform whose clock was moved. What became of a debit is told when its date has come: the
    day it was due, or the day it was handed in by the date it was told or the machine's.
    """

    def __init__(self, *, slow_s: float = SLOW_S, state: Path | None = None) -> None:
        self.slow_s = slow_s
        self._lock = Lock()
        self._sent: Counter[str] = Counter()
        self._memory = Memory("")
        self._journal = None if state is None else Journal(state)
        for event in self._journal.events() if self._journal else ():
            self._memory.apply(event)
        if not self._memory.life:
            self._happen({"begin": secrets.token_hex(4)})

    def _happen(self, event: Event) -> None:
        if self._journal is not None:
            self._journal.write(event)
        self._memory.apply(event)

    def close(self) -> None:
        """Let go of its file, as its end does."""
        if self._journal is not None:
            self._journal.close()

    def control(self, said: dict[str, Any]) -> None:
        """Do as whoever tests says; `ValueError` tells what is not understood, and then nothing is done.

        `reset` forgets everything, `down` answers 503, `on` is the bank's own date or null for none, `people` names
        how debits of an account go, `fails` how many of an account fail first, `page` how
        many results are told at once.
        """
        known = msgspec.to_builtins(msgspec.convert(said, _Control))
        with self._lock:
            event: Event = {"begin": secrets.token_hex(4)} if known.pop("reset", False) else {}
            if event:
                self._sent.clear()
            self._happen(event | {"control": known})

    def seen(self) -> dict[str, Any]:
        """Tell what it knows, and how often each debit was sent."""
        with self._lock:
            return self._memory.seen() | {"tries": dict(self._sent)}

    def meet(self, debits: Sequence[Debit]) -> tuple[Behavior, int]:
        """Note a batch; returns how it is taken, and how often its first debit was sent, from 1."""
        with self._lock:
            self._sent.update({debit.reference for debit in debits})
            ways = {self._memory.behavior_of(debit.account) for debit in debits}
            way = next((each for each in AT_THE_DOOR if each in ways), Behavior.PAID)
            return way, self._sent[debits[0].reference]

    @property
    def is_down(self) -> bool:
        """Whether it answers nothing but 503."""
        return self._memory.down

    def take(self, debits: Sequence[Debit]) -> str | None:
        """Take those that are new, all or none; returns the reference that stands for another debit already."""
        with self._lock:
            if (unlike := self._memory.unlike(debits)) is not None:
                return unlike
            new = [debit for debit in debits if debit.reference not in self._memory.debits]
            if new:
                latest = max(debit.due_on for debit in new)
                fields = [[*debit[:-1], debit.due_on.isoformat()] for debit in new]
                day, earliest = self._today(latest), self._memory.on or _machine_date()
                booked = {"from": earliest.isoformat(), "take": fields}
                self._happen({"day": day.isoformat()} | booked)
            return None

    def results(self, after: str) -> dict[str, Any] | None:
        """Tell the page after a place, from the beginning after a place of another life; None for no place at all."""
        life, _, told = after.partition("-")
        if after and not (told.isascii() and told.isdigit() and len(told) < 10):
            return None
        with self._lock:
            if (today := self._today(self._memory.latest_due)) > self._memory.day:
                self._happen({"day": today.isoformat()})
            begin = int(told) if life == self._memory.life else 0
            page = self._memory.told[begin : begin + self._memory.page]
            results = [result._asdict() for result in page]
            return {"results": results, "after": f"{self._memory.life}-{begin + len(page)}"}

    def _today(self, latest_due: date) -> date:
        if self._memory.on is not None:
            return self._memory.on
        return max(_machine_date(), latest_due, self._memory.day)


def _machine_date() -> date:
    return datetime.now(UTC).date()  # noqa: TID251 - an outside party has a clock of its own


class _Handler(simulated.Handler):
    def tell(self) -> None:
        """Tell results, or what the bank knows."""
        asked = urlsplit(self.path)
        if asked.path == "/control":
            super().tell()
        elif asked.path != "/v1/results":
            self.reply(404)
        elif self.simulator.is_down:
            self.reply(503)
        else:
            page = self.simulator.results(parse_qs(asked.query).get("after", [""])[-1])
            self.reply(400 if page is None else 200, _written(page or {"error": "no such place"}))

    def answer(self) -> None:
        """Take a batch of debits."""
        length = self.headers.get("content-length", "")
        if not length.isdigit() or int(length) > LARGEST:
            self.close_connection = True
            self.reply(413 if length.isdigit() else 411)
            return
        body = self.rfile.read(int(length))
        try:
            batch = msgspec.json.decode(body, type=_Batch)
        except (ValueError, RecursionError) as error:
            self.reply(400, _written({"error": str(error)}))
            return
        debits = [Debit(*msgspec.structs.astuple(each)) for each in batch.debits]
        self._take(debits) if self.path == "/v1/debits" else self.reply(404)

    def _take(self, debits: Sequence[Debit]) -> None:
        way, tries = self.simulator.meet(debits)
        if self.simulator.is_down or (way is Behavior.BUSY and tries == 1):
            self.reply(503)
            return
        if way is Behavior.SLOW:
            sleep(self.simulator.slow_s)
        if (unlike := self.simulator.take(debits)) is not None:
            self.reply(409, _written({"error": "stands for another debit", "reference": unlike}))
            return
        if tries == 1 and way is Behavior.LOST:
            self.close_connection = True  # they are taken, the answer never arrives
            return
        if tries == 1 and way is Behavior.HANGING:
            sleep(HANGING_S)
        if tries == 1 and way is Behavior.FAULTY:
            self.reply(500)
            return
        self.reply(200, _written({"taken": len(debits)}))


def _written(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, default=date.isoformat).encode()


def serve(
    *, port: int, slow_s: float = SLOW_S, state: Path | None = None, with_parent: bool = False
) -> None:
    """Serve until told to end; `state` is the file it remembers in, without one it forgets."""
    simulator = Simulator(slow_s=slow_s, state=state)
    simulated.serve("bank simulator", simulator, _Handler, port=port, with_parent=with_parent)
