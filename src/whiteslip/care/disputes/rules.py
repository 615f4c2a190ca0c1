"""What a dispute may do next and who may decide it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from whiteslip.care.disputes.model import Command, Dispute, Parameters, Status
from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import Conflict, NotAllowed, WhiteslipError
from whiteslip.kernel.money import Minor
from whiteslip.kernel.parameters import read_parameters
from whiteslip.money.schedules.model import Owed
from whiteslip.money.schedules.rescheduling import owed_of

MOVES: Mapping[tuple[Status, Command], Status] = MappingProxyType(
    {
        (Status.OPEN, Command.ACCEPT): Status.ACCEPTED,
        (Status.OPEN, Command.REJECT): Status.REJECTED,
        (Status.OPEN, Command.WITHDRAW): Status.WITHDRAWN,
    }
)
"""The legal pairs and where each leads; every other pair changes nothing."""

_FILE = "disputes.toml"


def refusal(dispute: Dispute, command: Command, actor: str) -> WhiteslipError | None:
    """Say why a command does not apply, or not by this person."""
    if (dispute.status, command) not in MOVES:
        return Conflict(f"the dispute is {dispute.status}: one cannot {command} it")
    if command is not Command.WITHDRAW and actor_of(actor) == actor_of(dispute.opened_by):
        return NotAllowed("another person decides than the one who opened the dispute")
    return None


def disputed_minor(owed: Iterable[Owed], *, purchase_id: int | None, due_on: object) -> Minor:
    """Sum what is still owed of the subject: of a purchase, or on a due date."""
    return sum(
        owed_of(row)
        for row in owed
        if (row.purchase_id == purchase_id if purchase_id is not None else row.due_on == due_on)
    )


def read(text: str) -> Parameters:
    """Read the parameters from TOML; what is missing, unknown or out of bounds is refused."""
    return read_parameters(text, Parameters, file=_FILE)
