"""The simulated bureau and message gateway, asked by a simulated world in its own time."""

from __future__ import annotations

from datetime import datetime

from whiteslip.flows import deliver_messages as delivering
from whiteslip.flows import inquire_bureau as inquiring
from whiteslip.flows.decide_applications import decide_applications, ready_applications
from whiteslip.gateways.bureau.client import HttpBureau
from whiteslip.gateways.messages.client import HttpGateway
from whiteslip.gateways.simulated import take_control
from whiteslip.infra.clock import Clock
from whiteslip.infra.database import Database

_MOST = 100


class Outsiders:
    """Both simulators; the gateway's clock is the world's until `release`."""

    def __init__(self, *, bureau_url: str, messages_url: str) -> None:
        self._bureau = HttpBureau(bureau_url)
        self._gateway = HttpGateway(messages_url)
        self._messages_url = messages_url

    def decide_applications(self, database: Database, *, at: datetime) -> None:
        """Ask the bureau about everybody who waits for it, and decide whatever is ready then."""
        due = database.write(
            lambda db: inquiring.take_due_inquiries(db, most=_MOST, is_reachable=True, at=at)
        )
        answered = [(one, self._bureau.inquire(one.inquiry)) for one in due]
        database.write(lambda db: inquiring.keep_answers(db, answered, at=at))
        ready = database.read(lambda db: ready_applications(db, most=_MOST, at=at))
        database.write(lambda db: decide_applications(db, ready, at=at))

    def deliver(self, database: Database, clock: Clock) -> None:
        """Send every message that is due by now."""
        at = clock.now()
        taken = database.write(lambda db: delivering.take_due_messages(db, most=_MOST, at=at))
        if not taken.sending:
            return
        take_control(self._messages_url, at=at.isoformat())
        answered = [(one, self._gateway.send(one.letter)) for one in taken.sending]
        database.write(lambda db: delivering.keep_answers(db, answered, at=at))

    def release(self) -> None:
        """Give the gateway its own clock back."""
        take_control(self._messages_url, at=None)
