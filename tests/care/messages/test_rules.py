"""What becomes of a message: every obstacle, every outcome, and every pair of state and command."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from whiteslip.care.contacts.model import Channel, Klass
from whiteslip.care.contacts.store import policy
from whiteslip.care.messages import rules
from whiteslip.care.messages.model import (
    Begin,
    Command,
    DueMessage,
    End,
    Move,
    Outcome,
    Status,
    Step,
    Wait,
)
from whiteslip.care.messages.store import patience
from whiteslip.kernel.errors import InvalidInput, InvariantBroken

NOON = datetime(2026, 3, 4, 4, tzinfo=UTC)
TEN = datetime(2026, 3, 4, 14, tzinfo=UTC)
DUE = DueMessage(
    7,
    70,
    700,
    Klass.REMINDER,
    Status.QUEUED,
    0,
    NOON - timedelta(hours=1),
    Channel.SMS,
    "13800000900",
    "Asia/Shanghai",
    may_at_night=False,
    is_verified=True,
    is_opted_out=False,
    is_flagged=False,
    is_moot=False,
    language="zh",
    text_zh="标题\n\n正文",
    text_en="Subject\n\nBody",
)
LEASED = NOON + timedelta(minutes=1)
FINAL = (Status.SENT, Status.FAILED, Status.DROPPED)


def weighed(at: datetime = NOON, *attempts: datetime, **change: Any) -> Step:
    return rules.weigh(policy(), patience(), DUE._replace(**change), at=at, attempts=attempts)


def test_what_may_be_sent_is_sent_with_its_time() -> None:
    assert weighed() == Begin(TEN)
    assert weighed(klass=Klass.PROTECTIVE, channel=Channel.EMAIL) == Begin(None)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"is_verified": False}, "unverified"),
        ({"is_opted_out": True}, "opted_out"),
        ({"is_flagged": True}, "flagged"),
        ({"is_moot": True}, "moot"),
        ({"queued_at": NOON - timedelta(hours=49)}, "stale"),
    ],
)
def test_what_is_not_to_be_sent_any_more_is_dropped(change: dict[str, Any], why: str) -> None:
    assert weighed(**change) == End(Status.DROPPED, why)


def test_a_flag_does_not_drop_what_must_be_told() -> None:
    assert weighed(is_flagged=True, klass=Klass.PROTECTIVE) == Begin(TEN)


def test_the_night_and_the_cap_are_waited_for() -> None:
    morning = datetime(2026, 3, 5, 0, tzinfo=UTC)

    assert weighed(TEN) == Wait(morning)
    assert weighed(NOON, *[NOON] * 6) == Wait(morning)
    assert weighed(NOON, *[NOON] * 5) == Begin(TEN)


def test_after_so_many_tries_it_has_failed() -> None:
    most = patience().most_tries

    assert weighed(tries=most - 1) == Begin(TEN)
    assert weighed(tries=most, status=Status.SENDING) == End(Status.FAILED, "given_up")


@pytest.mark.parametrize(
    ("outcome", "after", "wait_s"),
    [
        (Outcome.DELIVERED, Status.SENT, None),
        (Outcome.ACCEPTED, Status.SENT, None),
        (Outcome.REJECTED, Status.FAILED, None),
        (Outcome.UNREACHABLE, Status.QUEUED, 30),
        (Outcome.UNAVAILABLE, Status.QUEUED, 30),
        (Outcome.UNKNOWN, Status.QUEUED, 30),
    ],
)
def test_an_outcome_moves_the_message(outcome: Outcome, after: Status, wait_s: int | None) -> None:
    move = rules.kept(patience(), DUE, outcome, at=NOON)

    assert (move.before, move.tries, move.after) == (Status.SENDING, 1, after)
    until = None if wait_s is None else NOON + timedelta(seconds=wait_s)
    assert move.not_before == until
    assert (move.why is not None) is (after is Status.FAILED)


def test_the_last_try_is_the_last() -> None:
    last = DUE._replace(tries=patience().most_tries - 1)

    move = rules.kept(patience(), last, Outcome.UNAVAILABLE, at=NOON)
    assert (move.after, move.why) == (Status.FAILED, "unavailable")


def test_pauses_grow_and_end_growing() -> None:
    pauses = [rules.pause(patience(), tries).total_seconds() for tries in range(1, 6)]

    assert pauses == [30, 120, 480, 1920, 3600]


COMMANDS: dict[Command, Callable[[DueMessage], Move]] = {
    Command.BEGIN: lambda due: rules.begun(due, Begin(None), leased_until=LEASED),
    Command.WAIT: lambda due: rules.begun(due, Wait(TEN), leased_until=LEASED),
    Command.END: lambda due: rules.begun(due, End(Status.DROPPED, "moot"), leased_until=LEASED),
}


@pytest.mark.parametrize(("status", "command"), list(product(Status, COMMANDS)))
def test_every_pair_of_state_and_command(status: Status, command: Command) -> None:
    due = DUE._replace(status=status)

    if status in FINAL:
        assert (status, command) not in rules.MOVES
        with pytest.raises(InvariantBroken, match=f"{status} cannot {command}"):
            COMMANDS[command](due)
    else:
        assert COMMANDS[command](due).after in rules.MOVES[status, command]


def test_only_what_is_being_sent_is_kept() -> None:
    keeping = {status for status, command in rules.MOVES if command is Command.KEEP}

    assert keeping == {Status.SENDING}


@pytest.mark.parametrize(
    ("channel", "language", "text"),
    [
        (Channel.SMS, "zh", "标题。详情请在应用内查看。"),
        (Channel.SMS, "en", "Subject. Please read more in the app."),
        (Channel.EMAIL, "zh", "标题\n\n正文"),
        (Channel.EMAIL, "en", "Subject\n\nBody"),
    ],
)
def test_a_text_message_is_the_subject_and_mail_is_all(
    channel: Channel, language: str, text: str
) -> None:
    assert rules.text_of(patience(), DUE._replace(channel=channel, language=language)) == text


WHOLE = """
version = 1
most_tries = 5
first_pause_s = 30
pause_factor = 4
longest_pause_s = 3600
lease_s = 60
[lifetime_h]
protective = 72
service = 72
reminder = 48
[read_on]
zh = "详情请在应用内查看。"
en = "Please read more in the app."
"""


def test_the_figures_are_read_whole() -> None:
    assert rules.read_patience(WHOLE) == patience()


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("most_tries = 5", "most_tries = 0", "most_tries: Expected `int` >= 1"),
        ("most_tries = 5", "", "most_tries: Object missing"),
        ("lease_s = 60", "lease_s = 1", "lease_s: Expected `int` >= 10"),
        ("version = 1", "verison = 1", "verison: Object contains unknown"),
        ("[lifetime_h]", "[lifetimes]", "lifetimes: Object contains unknown"),
        ("reminder = 48", "", "lifetime_h.reminder: Object missing"),
        ("reminder = 48", "reminder = '48'", "lifetime_h.reminder: Expected `int`, got `str`"),
        ("reminder = 48", "reminder = 48\nparty = 3", "lifetime_h.party: Object contains unknown"),
        ('en = "Please read more in the app."', "", "read_on.en: Object missing"),
        (
            'en = "Please read more in the app."',
            'en = " "',
            r"read_on\.en: Expected `str` matching regex '\\\\S'",
        ),
        ("version = 1", "version 1", "is not TOML"),
    ],
)
def test_control_spoiled_figures_are_refused(before: str, after: str, message: str) -> None:
    assert before in WHOLE
    with pytest.raises(InvalidInput, match=message):
        rules.read_patience(WHOLE.replace(before, after, 1))
