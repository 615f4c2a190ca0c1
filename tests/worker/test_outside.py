"""What is known of an outside party: that it fell silent, since when, and that it is back; on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from tests.gateways.messages.processes import MessageProcess, message_process

from whiteslip.gateways.messages.client import HttpGateway
from whiteslip.gateways.messages.model import Answer, Letter
from whiteslip.infra.clock import FixedClock
from whiteslip.infra.database import Database
from whiteslip.infra.outside import Standing, heard, note, silent, standings
from whiteslip.worker.messages import Post
from whiteslip.worker.outside import KNOCK_AFTER, Outside

NOON = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Asked(NamedTuple):
    """A gateway of its own, and a post that looks after it; its clock moves when told."""

    gateway: MessageProcess
    clock: FixedClock
    database: Database
    outside: Outside[Letter, Answer]

    def later(self, by: timedelta = KNOCK_AFTER) -> datetime:
        """Let time pass, and look."""
        self.clock.move_to(self.clock.now() + by)
        self.outside.look()
        return self.clock.now()

    def send(self, to: str) -> None:
        """Send somebody a letter."""
        letter = Letter(f"msg_{to}_{self.clock.now():%H%M%S}", "sms", to, "您好", None)
        assert len(list(self.outside.ask([(1, letter)]))) == 1

    def noted(self) -> Standing:
        """What another process can read."""
        (standing,) = self.database.read(standings)
        return standing


@pytest.fixture
def asked(database: Database) -> Iterator[Asked]:
    """A post at noon, its gateway up."""
    with message_process() as gateway:
        clock = FixedClock(NOON)
        post = Post(database, clock, HttpGateway(gateway.url, timeout_s=0.8))
        yield Asked(gateway, clock, database, post.outside)
        post.stop()


def test_a_party_that_dies_is_seen_without_being_asked_and_seen_again_when_it_is_back(
    asked: Asked,
) -> None:
    asked.later()
    assert asked.noted().state == "answers"

    asked.gateway.stop()
    since = asked.later()
    asked.later()
    noted = asked.noted()
    assert (noted.state, noted.silent_since) == ("silent", since)
    assert (noted.failure, noted.detail) == ("unreachable", "ConnectionRefusedError")

    asked.gateway.start()
    asked.later(MINUTE)
    assert asked.noted() == Standing("messages", asked.gateway.url, heard_at=asked.clock.now())


def test_an_open_door_is_no_answer(asked: Asked) -> None:
    asked.gateway.control(down=True)
    asked.send("13800000900")
    asked.later(MINUTE)
    assert (asked.noted().state, asked.noted().failure) == ("silent", "unavailable")
    assert asked.noted().silent_since == NOON

    asked.gateway.control(down=False)
    asked.later(MINUTE)
    assert asked.noted().state == "silent", "nobody has asked it again"
    asked.send("13800000900")
    assert asked.noted().state == "answers"


def test_a_refusal_is_an_answer(asked: Asked) -> None:
    asked.send("13800000903")

    assert asked.noted().state == "answers"


def test_a_silence_goes_on_from_when_any_process_first_saw_it(database: Database) -> None:
    known = Standing("bureau", "http://bureau.example")
    first = silent(known, "timeout", "no answer within 8 s", at=NOON)
    second = silent(known, "unreachable", "gone", at=NOON + MINUTE)

    def kept(standing: Standing, at: datetime) -> Standing:
        database.write(lambda db: note(db, standing, at=at))
        (noted,) = database.read(standings)
        return noted

    assert kept(known, NOON).state == "unknown"
    assert kept(first, NOON) == first
    assert kept(second, NOON + MINUTE) == second._replace(silent_since=NOON)
    assert kept(heard(second, at=NOON + 2 * MINUTE), NOON + 2 * MINUTE).state == "answers"
    assert kept(second, NOON + 3 * MINUTE).silent_since == NOON + MINUTE
    assert kept(Standing("bureau", None), NOON + 4 * MINUTE).state == "not configured"


def test_a_database_that_is_away_stops_nobody_from_looking(asked: Asked) -> None:
    asked.database.close()
    asked.gateway.stop()
    asked.later()

    assert asked.outside.standing.state == "silent"
    asked.gateway.start()
    asked.later()
    assert asked.outside.standing.state == "answers"
