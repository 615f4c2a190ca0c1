"""What may be said of a consent, and whether a person can be erased."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from whiteslip.care.privacy.model import (
    ConsentCommand,
    ConsentRequest,
    ConsentState,
    Keeping,
    Kept,
    Standing,
    Terms,
)
from whiteslip.kernel.errors import Conflict, InvalidInput, WhiteslipError

MOVES: Mapping[tuple[ConsentState, ConsentCommand], ConsentState] = {
    (ConsentState.NONE, ConsentCommand.GIVE): ConsentState.GIVEN,
    (ConsentState.WITHDRAWN, ConsentCommand.GIVE): ConsentState.GIVEN,
    (ConsentState.GIVEN, ConsentCommand.WITHDRAW): ConsentState.WITHDRAWN,
}
"""All that a consent can do; anything else changes nothing."""


def move(
    request: ConsentRequest, state: ConsentState, terms: Terms, *, at: datetime
) -> ConsentState | WhiteslipError:
    """Move a consent, or say why it cannot be."""
    purpose = terms.purposes.get(request.purpose)
    if purpose is None:
        known = ", ".join(terms.purposes)
        return InvalidInput(f"{request.purpose!r} is no purpose; one of {known}", where="purpose")
    if request.recipient not in purpose.recipients:
        known = ", ".join(sorted(purpose.recipients))
        text = f"{request.recipient!r} receives nothing for {purpose.name}; one of {known}"
        return InvalidInput(text, where="recipient")
    if request.said_at > at:
        return InvalidInput("nothing is said in the future", where="said_at")
    after = MOVES.get((state, request.command))
    if after is None:
        return Conflict(f"consent to {purpose.name} is {state}; it cannot be said again")
    return after


def kept_for(standing: Standing, terms: Terms, *, on: date) -> tuple[Kept, ...]:
    """Name every reason why a person cannot be erased on a day; none means they can."""
    return tuple(_reasons(standing, terms, on))


def _reasons(standing: Standing, terms: Terms, on: date) -> Iterator[Kept]:
    if standing.owed_minor > 0:
        yield Kept(Keeping.OWES)
    if standing.held_minor > 0:
        yield Kept(Keeping.HELD)
    if standing.credit_minor > 0:
        yield Kept(Keeping.CREDIT)
    if standing.applying:
        yield Kept(Keeping.APPLYING)
    if standing.on_hold:
        yield Kept(Keeping.LEGAL_HOLD)
    if standing.last_on is not None:
        until = standing.last_on + timedelta(days=terms.retention_days)
        if on < until:
            yield Kept(Keeping.RETENTION, until)
