"""Whether a message is sent now, later or not at all, what an attempt's outcome means, and what is sent."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, cast

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
from whiteslip.kernel.errors import InvalidInput, invariant

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
_NUMBERS: Final = {
    "version": (1, 10_000),
    "most_tries": (1, 20),
    "first_pause_s": (1, 3600),
    "pause_factor": (1, 10),
    "longest_pause_s": (1, 86_400),
    "lease_s": (10, 3600),
}
_LONGEST_HOURS: Final = 24 * 30


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
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{_FILE} is not TOML: {error}") from error
    _only(table, {*_NUMBERS, "lifetime_h", "read_on"}, _FILE)
    numbers = {key: _number(table, key, *bounds) for key, bounds in _NUMBERS.items()}
    hours = _table(table, "lifetime_h", {klass.value for klass in Klass})
    words = _table(table, "read_on", {"zh", "en"})
    for language, said in words.items():
        if not isinstance(said, str) or not said.strip():
            raise InvalidInput(f"read_on has no text in {language!r}", where=f"read_on.{language}")
    lifetimes = {
        klass: timedelta(hours=_number(hours, klass.value, 1, _LONGEST_HOURS)) for klass in Klass
    }
    return Patience(
        **numbers,
        lifetimes=MappingProxyType(lifetimes),
        read_on_zh=str(words["zh"]),
        read_on_en=str(words["en"]),
    )


def _table(table: dict[str, Any], key: str, names: set[str]) -> dict[str, Any]:
    value = table.get(key)
    if not isinstance(value, dict):
        raise InvalidInput(f"{key} is missing in {_FILE}", where=key)
    given = cast("dict[str, Any]", value)
    _only(given, names, key)
    if missing := sorted(names - set(given)):
        raise InvalidInput(f"{key} has no {missing[0]!r}", where=f"{key}.{missing[0]}")
    return given


def _number(table: dict[str, Any], key: str, least: int, most: int) -> int:
    value = table.get(key)
    if type(value) is not int or not least <= value <= most:
        raise InvalidInput(f"{key} must be a whole number from {least} to {most}", where=key)
    return value


def _only(table: dict[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(set(table) - known):
        raise InvalidInput(f"unknown key {unknown[0]!r} in {where}", where=unknown[0])
