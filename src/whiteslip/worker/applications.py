"""The desk: a thread that asks the bureau what is due, decides what is ready, and ends what nobody decided."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from datetime import datetime
from threading import Event as Signal
from threading import Thread
from typing import NamedTuple

import structlog

from whiteslip.credit.bureau.model import ApplicationKey, Patience
from whiteslip.flows.decide_applications import (
    decide_applications,
    expire_applications,
    ready_applications,
)
from whiteslip.flows.inquire_bureau import Asking, keep_answers, take_due_inquiries
from whiteslip.gateways.bureau.breaker import Breaker
from whiteslip.gateways.bureau.model import Answer, Bureau, Failed, Failure
from whiteslip.infra.clock import Clock
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import NotFound, Unavailable

log = structlog.get_logger("whiteslip.applications")

AT_ONCE = 8
"""Questions under way at a time; their threads wait for the bureau and hold no connection."""

DECIDED_AT_ONCE = 100
IDLE_S = 1.0
FAULT_S = 5.0
_ABSENT = (Failure.UNREACHABLE, Failure.TIMEOUT, Failure.UNAVAILABLE)


class Turn(NamedTuple):
    """What one turn of the desk did."""

    asked: int
    decided: int
    expired: int


class ApplicationDesk:
    """Works until it is stopped. Killed anywhere, it leaves nothing half done: another one goes on.

    Without a bureau nothing is asked, and after the deadline of their inquiries applications go to a person.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        bureau: Bureau | None,
        *,
        patience: Patience | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._bureau = bureau
        self._patience = patience
        self._breaker = breaker or Breaker()
        self._stopping = Signal()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="bureau")
        self._thread = Thread(target=self._run, name="applications", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self, *, within_s: float = 10.0) -> None:
        """Finish what is in hand and end; answers that come too late are asked for again by the next desk."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(within_s)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def turn(self) -> Turn:
        """Ask what is due, each answer kept as it comes; decide what is ready; end what nobody decided."""
        asked = self._ask()
        at = self._clock.now()
        ready = self._database.read(lambda db: ready_applications(db, most=DECIDED_AT_ONCE, at=at))
        decided = self._decide(ready, at=at) if ready else 0
        expired = self._database.write(
            lambda db: expire_applications(db, most=DECIDED_AT_ONCE, at=at)
        )
        return Turn(asked, decided, len(expired))

    def _ask(self) -> int:
        bureau, at = self._bureau, self._clock.now()
        most = 0 if bureau is None else self._breaker.allowed(AT_ONCE, at=at)
        taken = self._database.write(
            lambda db: take_due_inquiries(
                db, most=most, is_reachable=most > 1, at=at, patience=self._patience
            )
        )
        if bureau is None:
            return 0
        asking: dict[Future[Answer], Asking] = {
            self._pool.submit(bureau.inquire, one.inquiry): one for one in taken
        }
        for done in as_completed(asking):
            self._keep(asking[done], done.result())
        return len(asking)

    def _keep(self, asking: Asking, answer: Answer) -> None:
        at = self._clock.now()
        if isinstance(answer, Failed) and answer.failure in _ABSENT:
            self._breaker.failed(at=at)
            log.warning("bureau.failed", failure=answer.failure.value, why=answer.detail)
        else:
            self._breaker.succeeded()
        self._database.write(
            lambda db: keep_answers(db, [(asking, answer)], at=at, patience=self._patience)
        )

    def _decide(self, ready: Iterable[ApplicationKey], *, at: datetime) -> int:
        """Decide a batch; if one of them cannot be, decide the others."""
        keys = list(ready)
        try:
            return len(self._database.write(lambda db: decide_applications(db, keys, at=at)))
        except (Unavailable, NotFound):
            raise
        except Exception:
            if len(keys) == 1:
                log.exception("application.undecided", application=keys[0].application_id)
                return 0
            half = len(keys) // 2
            return self._decide(keys[:half], at=at) + self._decide(keys[half:], at=at)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._stopping.wait(self._rest())

    def _rest(self) -> float:
        """Take a turn; return how long to rest before the next."""
        try:
            turn = self.turn()
        except (Unavailable, NotFound) as error:
            log.warning("applications.waiting", why=str(error))
        except Exception:
            log.exception("applications.failed")
        else:
            return 0.0 if any(turn) else IDLE_S
        return FAULT_S
