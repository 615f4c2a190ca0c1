"""An outside party as a worker asks it: several questions at once, a breaker, and word of how the party stands."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from datetime import datetime, timedelta
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import structlog

from whiteslip.gateways.breaker import Breaker
from whiteslip.infra import metrics, outside
from whiteslip.infra.clock import Clock
from whiteslip.infra.database import Database
from whiteslip.infra.outside import GONE, Standing
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.worker.turns import Worker

AT_ONCE = 8
"""Questions under way at a time; their threads wait for the party and hold no connection."""

KNOCK_AFTER = timedelta(seconds=15)
"""A party nobody had to ask for so long is knocked at, so that its absence shows before it is needed."""

NOTED_FOR = timedelta(seconds=30)
"""How a party stands is kept when it changes, and otherwise no more often than this."""

log = structlog.get_logger("whiteslip.outside")
Key = TypeVar("Key")
Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Silence(NamedTuple):
    """Why an answer counts as none."""

    failure: str
    detail: str


class Listening(Protocol):
    """Whoever has an address and may be knocked at."""

    address: str

    def knock(self) -> str | None:
        """Tell why nobody listens there, None when somebody does."""
        ...


class Outside(Generic[Question, Answer]):
    """Asks one party, and knows whether it answers; one thread uses it. Without a party nothing may be asked."""

    def __init__(
        self,
        name: str,
        party: Listening | None,
        ask: Callable[[Question], Answer] | None,
        silence: Callable[[Answer], Silence | None],
        *,
        database: Database,
        clock: Clock,
        breaker: Breaker | None = None,
    ) -> None:
        self.standing = Standing(name, None if party is None else party.address)
        self._party = party
        self._ask = ask
        self._silence = silence
        self._database = database
        self._clock = clock
        self._breaker = breaker or Breaker()
        self._noted_at: datetime | None = None
        self._last_at: datetime | None = None
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix=name)

    def allowed(self, *, at: datetime) -> int:
        """Say how many questions may be asked now."""
        return 0 if self._ask is None else self._breaker.allowed(AT_ONCE, at=at)

    def ask(self, questions: Iterable[tuple[Key, Question]]) -> Iterator[tuple[Key, Answer]]:
        """Ask all at once, and give each answer as it comes."""
        if self._ask is None:
            return
        asked: dict[Future[Answer], Key] = {
            self._pool.submit(self._ask, question): key for key, question in questions
        }
        for done in as_completed(asked):
            answer = done.result()
            self._judge(self._silence(answer))
            yield asked[done], answer

    def look(self) -> None:
        """Knock if nobody asked for a while, and keep how the party stands."""
        at = self._clock.now()
        if self._party is not None and (self._last_at is None or at - self._last_at >= KNOCK_AFTER):
            self._knock(self._party)
        if self._noted_at is None or at - self._noted_at >= NOTED_FOR:
            self._note(at=at)

    def stop(self) -> None:
        """Ask nothing more; answers that come too late are left to whoever asks again."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _knock(self, party: Listening) -> None:
        """A door that is shut is a silence; an open one ends no silence but that of a shut door."""
        why = party.knock()
        self._last_at = at = self._clock.now()
        if why is not None:
            self._change(outside.silent(self.standing, GONE, why, at=at), at=at)
        elif self.standing.failure in {None, GONE}:
            self._change(outside.heard(self.standing, at=at), at=at)

    def _judge(self, silence: Silence | None) -> None:
        self._last_at = at = self._clock.now()
        if silence is None:
            self._breaker.succeeded()
            self._change(outside.heard(self.standing, at=at), at=at)
        else:
            self._breaker.failed(at=at)
            self._change(outside.silent(self.standing, *silence, at=at), at=at)

    def _change(self, standing: Standing, *, at: datetime) -> None:
        """Say aloud, and keep at once, that a party fell silent or answers again."""
        before, self.standing = self.standing, standing
        metrics.SILENT.labels(standing.party).set(int(standing.state == "silent"))
        if standing.state == before.state:
            return
        if standing.state == "silent":
            log.warning("outside.silent", party=standing.party, why=standing.failure)
        elif before.state == "silent":
            log.info("outside.answers", party=standing.party, since=str(before.silent_since))
        self._note(at=at)

    def _note(self, *, at: datetime) -> None:
        """Keep how the party stands; what cannot be kept now is kept later, and stops nothing."""
        try:
            self._database.write(lambda db: outside.note(db, self.standing, at=at))
        except WhiteslipError as error:
            log.warning("outside.not-noted", party=self.standing.party, why=str(error))
        else:
            self._noted_at = at


class AskingWorker(Worker):
    """A worker that asks an outside party: it takes its turns, and looks after the party between them."""

    outside: Outside[Any, Any]

    @abstractmethod
    def turn(self) -> tuple[int, ...]:
        """Do what is due; return how much of each was done."""

    def work(self) -> bool:
        """Take a turn, and look after the party."""
        has_worked = any(self.turn())
        self.outside.look()
        return has_worked

    def stop(self, *, within_s: float = 10.0) -> None:
        """Finish what is in hand and end; answers that come too late are asked for again by the next worker."""
        super().stop(within_s=within_s)
        self.outside.stop()
