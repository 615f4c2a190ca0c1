"""Who may approve a version of a model, and which may be released."""

from __future__ import annotations

from whiteslip.decisioning.models.model import Entry, Status
from whiteslip.kernel.errors import Conflict, NotAllowed


def check_approval(entry: Entry, *, by: str) -> None:
    """Refuse a second approval, and one by the person who drafted the version (`NotAllowed`)."""
    if entry.approved_by is not None or entry.status is not Status.DRAFT:
        who = entry.approved_by or "nobody"
        text = f"{entry.name} {entry.version} is {entry.status.value}, approved by {who}"
        raise Conflict(f"{text}: only a draft nobody approved can be approved")
    if by.strip().casefold() == entry.drafted_by.strip().casefold():
        text = f"{entry.name} {entry.version} was drafted by {by}"
        raise NotAllowed(f"{text}; another person has to approve it")


def check_release(entry: Entry) -> None:
    """Refuse to make a version live that nobody approved."""
    if entry.approved_by is None:
        raise Conflict(f"{entry.name} {entry.version} is not approved, so it cannot be live")
