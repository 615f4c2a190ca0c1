"""Who may decide an act that takes two people."""

from __future__ import annotations

from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import Conflict, NotAllowed
from whiteslip.risk.overrides.model import Act, ActState


def check_decision(act: Act, *, by: str) -> str:
    """Return who decides; raises `NotAllowed` for the person who asked and `Conflict` once it is decided."""
    actor = actor_of(by)
    if act.state is not ActState.ASKED:
        raise Conflict(f"it is {act.state} already")
    if actor == act.asked_by:
        raise NotAllowed(f"{actor} asked for it; another person decides")
    return actor
