"""The collector: a thread that hands planned collections to the bank, and fetches what became of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock
from typing import Final, NamedTuple, TypeAlias

from whiteslip.flows.collect_dues import (
    ask_for_answers,
    keep_answer,
    keep_place,
    read_place,
    take_due_tries,
)
from whiteslip.flows.take_bank_results import take_bank_results
from whiteslip.gateways.bank.model import Answer, Debit, Failed, Page, Rail
from whiteslip.gateways.breaker import Breaker
from whiteslip.infra import business_day, metrics
from whiteslip.infra.clock import Clock
from whiteslip.infra.database import Connection, Database
from whiteslip.worker.bank import ACTS, BANK
from whiteslip.worker.outside import AskingWorker, Outside, Silence

MOST_TURNS: Final = 100
"""So many turns a day are taken at most; a bank that never comes to rest does not stop the clock."""
LOOKS_EVERY: Final = timedelta(minutes=1)
"""How often it looks for debits the bank did not answer for."""
_Debits: TypeAlias = "tuple[Debit, ...]"


class Turn(NamedTuple):
    """What one turn of the collector did."""

    handed: int
    told: int


class Collector(AskingWorker):
    """Works until it is stopped. Killed anywhere, it collects nothing twice and loses nothing.

    What was being handed in when it died is handed in again under the same references once its lease is over; results
    are read on from the place that was kept with what they did. Without a bank nothing is asked.
    """

    NAME = "collector"

    def __init__(
        self,
        database: Database,
        clock: Clock,
        rail: Rail | None,
        *,
        breaker: Breaker | None = None,
    ) -> None:
        super().__init__()
        self._database = database
        self._clock = clock
        self._rail = rail
        self._turning = Lock()
        self._looked_at: datetime | None = None
        collect = None if rail is None else rail.collect
        self.outside = Outside[_Debits, Answer](
            "bank", rail, collect, _silence, database=database, clock=clock, breaker=breaker
        )

    def work(self) -> bool:
        """Take a turn, and look after the bank; nobody else is at it meanwhile."""
        with self._turning:
            self.miss_answers()
            return super().work()

    def turn(self, *, whole_day: bool = False) -> Turn:
        """Hand in what is due, perhaps of the whole day, and take one page of results."""
        return Turn(self.hand_in(whole_day=whole_day), self.fetch())

    def finish_day(self) -> None:
        """Do at once what is left of a day: of a sandbox whose clock is moved, for its days have no hours."""
        with self._turning:
            for _ in range(MOST_TURNS):
                if not any(self.turn(whole_day=True)):
                    return

    def hand_in(self, *, whole_day: bool = False) -> int:
        """Hand a batch of due tries to the bank, and keep whether it has them; returns how many."""
        at = self._clock.now()
        if self._rail is None or not self.outside.allowed(at=at) or not self._is_open():
            return 0
        handing = self._database.write(lambda db: take_due_tries(db, at=at, whole_day=whole_day))
        if handing.debits:
            for debits, answer in self.outside.ask([(handing.debits, handing.debits)]):
                self._keep(debits, answer)
        return len(handing.debits)

    def fetch(self) -> int:
        """Take one page of results with the place to read on from, in one transaction; returns how many."""
        if self._rail is None or not self._is_open():
            return 0
        place = self._database.read(lambda db: read_place(db, BANK))
        page = self._rail.results(place)
        if isinstance(page, Failed) or (not page.results and page.after == place):
            return 0
        at = self._clock.now()
        self._database.write(lambda db: _take(db, page, at=at))
        return len(page.results)

    def miss_answers(self) -> None:
        """Now and then ask people about debits the bank did not answer for in time, and count them."""
        at = self._clock.now()
        if self._looked_at is not None and abs(at - self._looked_at) < LOOKS_EVERY:
            return
        if self._is_open():
            late = self._database.write(lambda db: ask_for_answers(db, bank=BANK, at=at))
            metrics.UNANSWERED.set(late)
        self._looked_at = at

    def _is_open(self) -> bool:
        return self._database.read(business_day.is_begun)

    def _keep(self, debits: _Debits, answer: Answer) -> None:
        at = self._clock.now()
        self._database.write(lambda db: keep_answer(db, debits, answer, at=at))


def _take(db: Connection, page: Page, *, at: datetime) -> None:
    take_bank_results(db, page.results, bank=BANK, source="rail", acts=ACTS, at=at)
    keep_place(db, BANK, page.after)


def _silence(answer: Answer) -> Silence | None:
    """Tell a bank that is not there, or does not say what it did, from one that answers."""
    if isinstance(answer, Failed):
        return Silence("no answer", answer.detail)
    return None
