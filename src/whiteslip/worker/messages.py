"""The post: a thread that reminds once a business day, and sends the messages that are due."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from datetime import date
from threading import Event as Signal
from threading import Thread
from typing import NamedTuple

import structlog

from whiteslip.care.messages.model import Patience
from whiteslip.flows.deliver_messages import Sending, keep_answers, take_due_messages
from whiteslip.flows.remind_dues import remind_dues
from whiteslip.gateways.bureau.breaker import Breaker
from whiteslip.gateways.messages.model import Answer, Failed, Failure, Gateway
from whiteslip.infra import business_day
from whiteslip.infra.clock import Clock
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import NotFound, Unavailable

log = structlog.get_logger("whiteslip.messages")

AT_ONCE = 8
"""Letters under way at a time; their threads wait for the gateway and hold no connection."""

IDLE_S = 1.0
FAULT_S = 5.0
_ABSENT = (Failure.UNREACHABLE, Failure.UNAVAILABLE, Failure.UNKNOWN)


class Turn(NamedTuple):
    """What one turn of the post did."""

    reminded: int
    sent: int
    put_off: int


class Post:
    """Works until it is stopped. Killed anywhere, it leaves nothing half done: another one goes on.

    What was being sent when it died is sent again under the same name once its lease is over.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        gateway: Gateway,
        *,
        patience: Patience | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._gateway = gateway
        self._patience = patience
        self._breaker = breaker or Breaker()
        self._reminded_on: date | None = None
        self._stopping = Signal()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="messages")
        self._thread = Thread(target=self._run, name="messages", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self, *, within_s: float = 10.0) -> None:
        """Finish what is in hand and end; answers that come too late are asked for again by the next post."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(within_s)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def turn(self) -> Turn:
        """Remind if the business date is new; take what is due, send it, and keep each answer as it comes."""
        reminded = self._remind()
        at = self._clock.now()
        most = self._breaker.allowed(AT_ONCE, at=at)
        taken = self._database.write(
            lambda db: take_due_messages(db, most=most, at=at, patience=self._patience)
        )
        under_way: dict[Future[Answer], Sending] = {
            self._pool.submit(self._gateway.send, one.letter): one for one in taken.sending
        }
        for done in as_completed(under_way):
            self._keep(under_way[done], done.result())
        return Turn(reminded, len(under_way), taken.others)

    def _remind(self) -> int:
        """Remind once a business date; a restarted post looks again and finds nobody left to remind."""
        day = self._database.read(business_day.read)
        if day.current_on == self._reminded_on or day.closing:
            return 0
        report = remind_dues(self._database, at=self._clock.now())
        if report is None:
            return 0
        self._reminded_on = report.on
        return report.reminders

    def _keep(self, sending: Sending, answer: Answer) -> None:
        at = self._clock.now()
        if isinstance(answer, Failed) and answer.failure in _ABSENT:
            self._breaker.failed(at=at)
            log.warning("message.failed", failure=answer.failure.value, why=answer.detail)
        else:
            self._breaker.succeeded()
        self._database.write(
            lambda db: keep_answers(db, [(sending, answer)], at=at, patience=self._patience)
        )

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._stopping.wait(self._rest())

    def _rest(self) -> float:
        """Take a turn; return how long to rest before the next."""
        try:
            turn = self.turn()
        except (Unavailable, NotFound) as error:
            log.warning("messages.waiting", why=str(error))
        except Exception:
            log.exception("messages.failed")
        else:
            return 0.0 if any(turn) else IDLE_S
        return FAULT_S
