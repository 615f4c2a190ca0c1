"""The post, one turn at a time and killed in the middle: nothing is lost, and nobody is written to twice."""

from __future__ import annotations

import os
import random
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from subprocess import DEVNULL, Popen
from time import sleep
from typing import NamedTuple

import pytest
from tests.builders import Book, founded
from tests.care.messages.people import flag, messages, reachable, rows, tell, told
from tests.gateways.messages.processes import MessageProcess, message_process

from whiteslip.care.messages.model import Patience
from whiteslip.care.messages.store import patience
from whiteslip.flows.deliver_messages import take_due_messages
from whiteslip.gateways.messages.client import HttpGateway
from whiteslip.gateways.messages.simulator import BY_CODE, Behavior
from whiteslip.infra.clock import FixedClock
from whiteslip.infra.database import Database
from whiteslip.infra.outside import standings
from whiteslip.views.undelivered import count_failed, count_waiting
from whiteslip.worker.messages import Post

CODE = {behavior: code for code, behavior in BY_CODE.items()}
NOON = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
QUICK = patience()._replace(most_tries=3, first_pause_s=1, pause_factor=1, lease_s=30)


@pytest.fixture(scope="module")
def gateway() -> Iterator[MessageProcess]:
    """One gateway for all."""
    with message_process() as running:
        yield running


class Stepped(NamedTuple):
    """A book, a gateway, and a post that takes a turn when told and a clock that moves when told."""

    book: Book
    gateway: MessageProcess
    clock: FixedClock
    post: Post

    def person(self, behavior: Behavior) -> int:
        """Somebody with whom messages go so."""
        customer_id = self.book.customer()
        reachable(self.book, customer_id, f"+86138{customer_id:05}{CODE[behavior]}")
        return customer_id

    def wait(self, seconds: float) -> None:
        """Let time pass for us and the gateway, and the post take a turn."""
        self.clock.move_to(self.clock.now() + timedelta(seconds=seconds))
        self.gateway.control(at=self.clock.now().isoformat())
        self.post.turn()


@pytest.fixture
def stepped(database: Database, gateway: MessageProcess) -> Iterator[Stepped]:
    """A post with little patience, at noon."""
    gateway.control(reset=True, at=NOON.isoformat())
    clock = FixedClock(NOON)
    book = founded(database)
    post = _post(database, clock, gateway, QUICK)
    yield Stepped(book, gateway, clock, post)
    post.stop()


def _post(database: Database, clock: FixedClock, gateway: MessageProcess, chosen: Patience) -> Post:
    return Post(database, clock, HttpGateway(gateway.url, timeout_s=0.8), patience=chosen)


def test_each_goes_as_the_gateway_lets_it(stepped: Stepped) -> None:
    behaviors = [Behavior.NORMAL, Behavior.SLOW, Behavior.TWICE, Behavior.LATE, Behavior.REJECTED]
    for behavior in behaviors:
        told(stepped.book, stepped.person(behavior), at=NOON)
    stepped.wait(0)

    sent, failed = ("sent", None, 1), ("failed", "rejected", 1)
    assert messages(stepped.book) == [sent, sent, sent, sent, failed]
    seen = stepped.gateway.seen()
    assert list(seen["delivered"].values()) == [1] * 4
    assert set(seen["texts"].values()) == {"您的白条暂停用于新的消费。详情请在应用内查看。"}


@pytest.mark.parametrize("behavior", [Behavior.LOST, Behavior.HANGING, Behavior.FAULTY])
def test_an_unknown_outcome_is_sent_again_and_arrives_once(
    stepped: Stepped, behavior: Behavior
) -> None:
    told(stepped.book, stepped.person(behavior), at=NOON)
    stepped.wait(0)
    assert messages(stepped.book) == [("queued", None, 1)]
    stepped.wait(1)

    assert messages(stepped.book) == [("sent", None, 2)]
    seen = stepped.gateway.seen()
    assert (list(seen["tries"].values()), list(seen["delivered"].values())) == ([2], [1])
    outcomes = rows(stepped.book, "SELECT outcome FROM care.message_answer ORDER BY attempt")
    assert outcomes == [("unknown",), ("delivered",)]


def test_down_for_good_fails_and_says_why(stepped: Stepped) -> None:
    told(stepped.book, stepped.person(Behavior.DOWN), at=NOON)
    for _ in range(4):
        stepped.wait(1)

    assert messages(stepped.book) == [("failed", "unavailable", 3)]
    assert stepped.gateway.seen()["delivered"] == {}


def test_nobody_is_written_to_at_night_however_late_the_post_is(stepped: Stepped) -> None:
    told(stepped.book, stepped.person(Behavior.NORMAL), "restored", at=NOON)
    stepped.wait(10.5 * 3600)
    assert stepped.gateway.seen()["tries"] == {}
    stepped.wait(9.4 * 3600)
    assert stepped.gateway.seen()["tries"] == {}
    stepped.wait(0.2 * 3600)

    assert messages(stepped.book) == [("sent", None, 1)]


def test_what_the_gateway_takes_in_the_evening_is_not_delivered_in_the_night(
    stepped: Stepped,
) -> None:
    told(stepped.book, stepped.person(Behavior.LATE), "restored", at=NOON)
    stepped.wait(9.5 * 3600)

    seen = stepped.gateway.seen()
    assert (len(seen["tries"]), len(seen["delivered"]), len(seen["expired"])) == (1, 0, 1)


def test_a_worker_that_dies_after_sending_is_followed_by_another(stepped: Stepped) -> None:
    told(stepped.book, stepped.person(Behavior.NORMAL), at=NOON)
    taken = stepped.book.write(lambda db: take_due_messages(db, most=9, at=NOON, patience=QUICK))
    gate = HttpGateway(stepped.gateway.url)
    for sending in taken.sending:
        gate.send(sending.letter)  # and nothing is kept: the worker is dead

    stepped.wait(29)
    assert messages(stepped.book) == [("sending", None, 1)]
    stepped.wait(1)

    assert messages(stepped.book) == [("sent", None, 2)]
    seen = stepped.gateway.seen()
    assert (list(seen["tries"].values()), list(seen["delivered"].values())) == ([2], [1])


def test_the_post_reminds_once_a_business_day(stepped: Stepped) -> None:
    book = stepped.book
    book.grant_all()
    line = book.line()
    reachable(book, line.customer_id)
    book.buy(line, 50_000, at_shop=book.shop())
    book.close_until(datetime(2026, 1, 31, tzinfo=UTC).date())
    stepped.clock.move_to(datetime(2026, 1, 31, 4, tzinfo=UTC))

    assert [stepped.post.turn().reminded for _ in range(2)] == [1, 0]
    other = _post(book.database, stepped.clock, stepped.gateway, QUICK)
    assert other.turn().reminded == 0, "a restarted one looks again and finds nobody"
    other.stop()
    assert list(stepped.gateway.seen()["texts"].values()) == [
        "您的白条有一笔还款即将到期。详情请在应用内查看。"
    ]


def test_without_a_gateway_people_are_reminded_in_the_app_and_messages_wait(
    stepped: Stepped,
) -> None:
    book = stepped.book
    book.grant_all()
    line, other = book.line(), book.line()
    reachable(book, line.customer_id)
    reachable(book, other.customer_id, "+8613900000900")
    flag(book, other.customer_id)
    for owner in (line, other):
        book.buy(owner, 50_000, at_shop=book.shop())
    book.close_until(datetime(2026, 1, 31, tzinfo=UTC).date())
    stepped.clock.move_to(datetime(2026, 1, 31, 4, tzinfo=UTC))
    alone = Post(book.database, stepped.clock, None, patience=QUICK)
    assert alone.turn() == (1, 0, 0)
    assert alone.work() is False

    told = rows(book, "SELECT customer_id, kind FROM care.notice WHERE kind = 'due_soon'")
    assert told == [(line.customer_id, "due_soon")], "the flag keeps the other one from reminders"
    assert messages(book) == [("queued", None, 0)]
    at = stepped.clock.now()
    assert book.database.read(lambda db: count_waiting(db, at=at)) == (1, 1, at)
    (party,) = book.database.read(standings)
    assert (party.party, party.state) == ("messages", "not configured")
    alone.stop()

    stepped.wait(60)
    assert messages(book) == [("sent", None, 1)]
    assert book.database.read(lambda db: count_waiting(db, at=at)) == (0, 0, None)
    assert book.database.read(standings)[0].state == "answers"


def test_what_was_given_up_is_counted(stepped: Stepped) -> None:
    told(stepped.book, stepped.person(Behavior.REJECTED), at=NOON)
    stepped.wait(0)
    database = stepped.book.database

    assert database.read(lambda db: count_failed(db, since=NOON)) == 1
    later = NOON + timedelta(seconds=1)
    assert database.read(lambda db: count_failed(db, since=later)) == 0


_WORK = """
import sys, time
from datetime import datetime, timedelta
from whiteslip.care.messages.store import patience
from whiteslip.gateways.messages.client import HttpGateway
from whiteslip.infra.clock import FixedClock
from whiteslip.infra.database import Database
from whiteslip.worker.messages import Post

database = Database(sys.argv[1], max_size=2).open()
clock = FixedClock(datetime.fromisoformat(sys.argv[3]))
chosen = patience()._replace(most_tries=20, lease_s=10)
post = Post(database, clock, HttpGateway(sys.argv[2], timeout_s=2), patience=chosen)
sys.stdout.write("ready\\n")
sys.stdout.flush()
while True:
    post.turn()
    clock.move_to(clock.now() + timedelta(seconds=1))
"""


@pytest.mark.slow
def test_killed_at_any_moment_nothing_is_lost_and_all_arrive_once(
    database: Database, gateway: MessageProcess
) -> None:
    gateway.control(reset=True, at=NOON.isoformat())
    book = founded(database)
    people = [book.customer() for _ in range(120)]
    for person in people:
        reachable(book, person, f"13{person:09}")
    book.write(lambda db: tell(db, people, book=book, at=NOON))
    random.seed(5)
    kills = 0
    for turn in range(8):
        kills += _work_until_killed(database.dsn, gateway.url, NOON + timedelta(minutes=turn))
    clock = FixedClock(NOON + timedelta(minutes=30))
    last = _post(database, clock, gateway, patience()._replace(most_tries=20, lease_s=10))
    while any(last.turn()):
        clock.move_to(clock.now() + timedelta(seconds=1))
    last.stop()

    assert kills == 8
    states = rows(book, "SELECT status, count(*) FROM care.message GROUP BY 1")
    assert states == [("sent", len(people))]
    seen = gateway.seen()
    assert len(seen["delivered"]) == len(people)
    assert set(seen["delivered"].values()) == {1}
    unanswered = rows(
        book,
        "SELECT count(*) FROM care.message_attempt AS a LEFT JOIN care.message_answer AS b"
        " USING (customer_id, notice_id, contact_id, attempt) WHERE b.attempt IS NULL",
    )
    assert unanswered[0][0] > 0, "some were killed between sending and keeping"
    assert max(seen["tries"].values()) > 1


def _work_until_killed(dsn: str, url: str, at: datetime) -> int:
    """Let a post work in a process of its own, and kill it after a moment."""
    command = [sys.executable, "-c", _WORK, dsn, url, at.isoformat()]
    with Popen(command, stdout=-1, stderr=DEVNULL) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        sleep(random.uniform(0.01, 0.12))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    return int(process.returncode == -signal.SIGKILL)
