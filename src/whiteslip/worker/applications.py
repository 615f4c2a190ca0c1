"""The desk: a thread that asks the bureau what is due, decides what is ready, and ends what nobody decided."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from whiteslip.credit.bureau.model import ApplicationKey, Patience
from whiteslip.flows.decide_applications import (
    decide_applications,
    expire_applications,
    ready_applications,
)
from whiteslip.flows.inquire_bureau import Asking, keep_answers, take_due_inquiries
from whiteslip.gateways.breaker import Breaker
from whiteslip.gateways.bureau.model import Answer, Bureau, Failed, Failure, Inquiry
from whiteslip.infra.clock import Clock
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import NotFound, Unavailable
from whiteslip.worker.outside import AskingWorker, Outside, Silence

DECIDED_AT_ONCE = 100
_ABSENT = frozenset({Failure.UNREACHABLE, Failure.TIMEOUT, Failure.UNAVAILABLE})


class Turn(NamedTuple):
    """What one turn of the desk did."""

    asked: int
    decided: int
    expired: int


class ApplicationDesk(AskingWorker):
    """Works until it is stopped. Killed anywhere, it leaves nothing half done: another one goes on.

    Without a bureau nothing is asked, and after the deadline of their inquiries applications go to a person.
    """

    NAME = "applications"

    def __init__(
        self,
        database: Database,
        clock: Clock,
        bureau: Bureau | None,
        *,
        patience: Patience | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        super().__init__()
        self._database = database
        self._clock = clock
        self._patience = patience
        ask = None if bureau is None else bureau.inquire
        self.outside = Outside[Inquiry, Answer](
            "bureau", bureau, ask, _silence, database=database, clock=clock, breaker=breaker
        )

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
        at = self._clock.now()
        most = self.outside.allowed(at=at)
        taken = self._database.write(
            lambda db: take_due_inquiries(
                db, most=most, is_reachable=most > 1, at=at, patience=self._patience
            )
        )
        for asking, answer in self.outside.ask((one, one.inquiry) for one in taken):
            self._keep(asking, answer)
        return len(taken)

    def _keep(self, asking: Asking, answer: Answer) -> None:
        at = self._clock.now()
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
                self._log.exception("application.undecided", application=keys[0].application_id)
                return 0
            half = len(keys) // 2
            return self._decide(keys[:half], at=at) + self._decide(keys[half:], at=at)


def _silence(answer: Answer) -> Silence | None:
    """Tell a bureau that is not there from one that answers, be it with a refusal."""
    if isinstance(answer, Failed) and answer.failure in _ABSENT:
        return Silence(answer.failure.value, answer.detail)
    return None
