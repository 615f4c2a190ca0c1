"""Whether a message is sent now, later or not at all, what an attempt's outcome means, and what is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Annotated, Final, cast

from msgspec import Meta, Struct

from whiteslip.care.contacts.model import Channel, Klass, Person, Policy
from whiteslip.care.contacts.policy import allowed_until, for_good, next_allowed
from whiteslip.care.messages.model import (
    Begin,
    Command,
    DueMessage,
    End,
    Move,
    Outcome,
    Patience,
    Status,
    Step,
    Wait,
)
from whiteslip.kernel.errors import invariant
from whiteslip.kernel.parameters import Version, Words, read_parameters

MOVES: Mapping[tuple[Status, Command], frozenset[Status]] = MappingProxyType(
    {
        (Status.QUEUED, Command.BEGIN): frozenset({Status.SENDING}),
        (Status.QUEUED, Command.WAIT): frozenset({Status.QUEUED}),
        (Status.QUEUED, Command.END): frozenset({Status.DROPPED, Status.FAILED}),
        (Status.SENDING, Command.BEGIN): frozenset({Status.SENDING}),
        (Status.SENDING, Command.WAIT): frozenset({Status.QUEUED}),
        (Status.SENDING, Command.END): frozenset({Status.DROPPED, Status.FAILED}),
        (Status.SENDING, Command.KEEP): frozenset({Status.SENT, Status.FAILED, Status.QUEUED}),
    }
)
"""The legal pairs and where each may lead; every other pair changes nothing. A lapsed lease begins again."""

REACHED: Final = frozenset({Outcome.DELIVERED, Outcome.ACCEPTED, Outcome.UNKNOWN})
"""Outcomes of attempts that reached their person, or may have; they count for the cap, as do attempts without any."""

MOOT: Final = "moot"
STALE: Final = "stale"
GIVEN_UP: Final = "given_up"
_FILE: Final = "sending.toml"
_Hours = Annotated[int, Meta(ge=1, le=24 * 30)]


class _Lifetimes(Struct, frozen=True, forbid_unknown_fields=True):
    protective: _Hours
    service: _Hours
    reminder: _Hours


class _Sending(Struct, frozen=True, forbid_unknown_fields=True):
    version: Version
    most_tries: Annotated[int, Meta(ge=1, le=20)]
    first_pause_s: Annotated[int, Meta(ge=1, le=3600)]
    pause_factor: Annotated[int, Meta(ge=1, le=10)]
    longest_pause_s: Annotated[int, Meta(ge=1, le=86_400)]
    lease_s: Annotated[int, Meta(ge=10, le=3600)]
    lifetime_h: _Lifetimes
    read_on: Words


def weigh(
    policy: Policy,
    patience: Patience,
    due: DueMessage,
    *,
    at: datetime,
    attempts: Sequence[datetime],
) -> Step:
    """Say what becomes of a message that is due, after earlier attempts at its contact point."""
    person = person_of(due)
    if (lasting := for_good(policy, person, due.klass)) is not None:
        return End(Status.DROPPED, lasting)
    if due.is_moot:
        return End(Status.DROPPED, MOOT)
    if at > due.queued_at + patience.lifetimes[due.klass]:
        return End(Status.DROPPED, STALE)
    if due.tries >= patience.most_tries:
        return End(Status.FAILED, GIVEN_UP)
    first = next_allowed(policy, person, due.klass, at=at, attempts=attempts)
    if first is None or first > at:
        invariant(first is not None, "what does not pass by waiting was found before")
        return Wait(cast("datetime", first))
    return Begin(allowed_until(policy, person, due.klass, at=at))


def begun(due: DueMessage, step: Step, *, leased_until: datetime) -> Move:
    """Move a message by what was said of it."""
    match step:
        case Begin():
            return _move(due, Command.BEGIN, Status.SENDING, leased_until)
        case Wait(not_before):
            return _move(due, Command.WAIT, Status.QUEUED, not_before)
        case End(status, why):
            return _move(due, Command.END, status, None, why)


def kept(patience: Patience, due: DueMessage, outcome: Outcome, *, at: datetime) -> Move:
    """Move a message whose attempt has come to something; `due` is as it was before the attempt."""
    sending = due._replace(status=Status.SENDING, tries=due.tries + 1)
    if outcome in {Outcome.DELIVERED, Outcome.ACCEPTED}:
        return _move(sending, Command.KEEP, Status.SENT, None)
    if outcome is Outcome.REJECTED or sending.tries >= patience.most_tries:
        return _move(sending, Command.KEEP, Status.FAILED, None, outcome)
    return _move(sending, Command.KEEP, Status.QUEUED, at + pause(patience, sending.tries))


def _move(
    due: DueMessage,
    command: Command,
    after: Status,
    not_before: datetime | None,
    why: str | None = None,
) -> Move:
    legal = MOVES.get((due.status, command), frozenset())
    invariant(after in legal, f"a message that is {due.status} cannot {command} to {after}")
    return Move(due.key, due.status, due.tries, after, not_before, why)


def pause(patience: Patience, tries: int) -> timedelta:
    """Tell how long to wait after so many failed tries, from 1."""
    seconds = patience.first_pause_s * patience.pause_factor ** (tries - 1)
    return timedelta(seconds=min(seconds, patience.longest_pause_s))


def person_of(due: DueMessage) -> Person:
    """See the person as the policy does."""
    return Person(
        due.channel,
        due.zone,
        due.may_at_night,
        due.is_verified,
        due.is_opted_out,
        due.is_flagged,
    )


def text_of(patience: Patience, due: DueMessage) -> str:
    """Write what is sent, in the person's language: mail is the whole notice, a text message its subject."""
    is_chinese = due.language != "en"
    text = due.text_zh if is_chinese else due.text_en
    if due.channel is Channel.EMAIL:
        return text
    subject = text.partition("\n\n")[0]
    return (
        f"{subject}。{patience.read_on_zh}" if is_chinese else f"{subject}. {patience.read_on_en}"
    )


def read_patience(text: str) -> Patience:
    """Read the figures from TOML; what is missing, unknown or out of bounds is named and refused."""
    read = read_parameters(text, _Sending, file=_FILE)
    hours = {klass: timedelta(hours=getattr(read.lifetime_h, klass.value)) for klass in Klass}
    return Patience(
        read.version,
        read.most_tries,
        read.first_pause_s,
        read.pause_factor,
        read.longest_pause_s,
        read.lease_s,
        MappingProxyType(hours),
        read.read_on.zh,
        read.read_on.en,
    )
