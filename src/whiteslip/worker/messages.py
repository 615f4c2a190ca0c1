"""The post: a thread that reminds once a business day, and sends the messages that are due."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from whiteslip.care.messages.model import Patience
from whiteslip.flows.deliver_messages import Sending, keep_answers, take_due_messages
from whiteslip.flows.remind_dues import remind_dues
from whiteslip.gateways.breaker import Breaker
from whiteslip.gateways.messages.model import Answer, Failed, Failure, Gateway, Letter
from whiteslip.infra import business_day, metrics
from whiteslip.infra.clock import Clock
from whiteslip.infra.database import Database
from whiteslip.views.undelivered import count_waiting
from whiteslip.worker.outside import AskingWorker, Outside, Silence

COUNTED_EVERY = timedelta(minutes=1)
_ABSENT = frozenset({Failure.UNREACHABLE, Failure.UNAVAILABLE, Failure.UNKNOWN})


class Turn(NamedTuple):
    """What one turn of the post did."""

    reminded: int
    sent: int
    put_off: int


class Post(AskingWorker):
    """Works until it is stopped. Killed anywhere, it leaves nothing half done: another one goes on.

    What was being sent when it died is sent again under the same name once its lease is over. Without a gateway
    people are told and reminded in the app all the same; what is to be sent besides waits for one.
    """

    NAME = "messages"

    def __init__(
        self,
        database: Database,
        clock: Clock,
        gateway: Gateway | None,
        *,
        patience: Patience | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        super().__init__()
        self._database = database
        self._clock = clock
        self._patience = patience
        self._reminded_on: date | None = None
        self._counted_at: datetime | None = None
        send = None if gateway is None else gateway.send
        self.outside = Outside[Letter, Answer](
            "messages", gateway, send, _silence, database=database, clock=clock, breaker=breaker
        )

    def work(self) -> bool:
        """Take a turn; look after the gateway and what waits for it."""
        has_worked = super().work()
        self._count()
        return has_worked

    def turn(self) -> Turn:
        """Remind if the business date is new; take what is due, send it, and keep each answer as it comes."""
        reminded = self._remind()
        at = self._clock.now()
        most = self.outside.allowed(at=at)
        taken = self._database.write(
            lambda db: take_due_messages(db, most=most, at=at, patience=self._patience)
        )
        for sending, answer in self.outside.ask((one, one.letter) for one in taken.sending):
            self._keep(sending, answer)
        return Turn(reminded, len(taken.sending), taken.others)

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
        self._database.write(
            lambda db: keep_answers(db, [(sending, answer)], at=at, patience=self._patience)
        )

    def _count(self) -> None:
        """Let it be known now and then how many messages wait."""
        at = self._clock.now()
        if self._counted_at is None or at - self._counted_at >= COUNTED_EVERY:
            waiting = self._database.read(lambda db: count_waiting(db, at=at))
            metrics.UNDELIVERED.set(waiting.messages)
            self._counted_at = at


def _silence(answer: Answer) -> Silence | None:
    """Tell a gateway that is not there, or does not say what it did, from one that answers."""
    if isinstance(answer, Failed) and answer.failure in _ABSENT:
        return Silence(answer.failure.value, answer.detail)
    return None
