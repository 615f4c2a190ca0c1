"""What the client makes of a gateway that is well, slow, sick or gone; the gateway is a process of its own."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from tests.gateways.messages.processes import MessageProcess, message_process

from whiteslip.gateways.messages.client import HttpGateway
from whiteslip.gateways.messages.model import Accepted, Answer, Delivered, Failed, Letter
from whiteslip.gateways.messages.simulator import BY_CODE, Behavior
from whiteslip.kernel.errors import InvalidInput

CODE = {behavior: code for code, behavior in BY_CODE.items()}
AT = datetime(2026, 3, 4, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def gateway() -> Iterator[MessageProcess]:
    """One gateway for the module; its clock stands at noon in Shanghai."""
    with message_process() as running:
        running.control(at=AT.isoformat())
        yield running


def letter(
    behavior: Behavior, name: str = "", *, text: str = "您好", until: datetime | None = None
) -> Letter:
    """A letter to somebody with whom it goes so."""
    to = f"+86138{list(Behavior).index(behavior):05}{CODE[behavior]}"
    return Letter(f"msg_1_2_{name or behavior.value}", "sms", to, text, until)


def send(gateway: MessageProcess, sent: Letter, *, timeout_s: float = 3.0) -> Answer:
    """Send once."""
    return HttpGateway(gateway.url, timeout_s=timeout_s).send(sent)


def test_a_letter_is_delivered_as_it_was_written(gateway: MessageProcess) -> None:
    sent = letter(Behavior.NORMAL)

    assert send(gateway, sent) == Delivered()
    seen = gateway.seen()
    assert seen["texts"][sent.reference] == "您好"
    assert seen["to"][sent.reference] == sent.to


def test_sent_again_it_is_delivered_once(gateway: MessageProcess) -> None:
    sent = letter(Behavior.NORMAL, "again")

    assert [send(gateway, sent) for _ in range(3)] == [Delivered()] * 3
    seen = gateway.seen()
    assert (seen["tries"][sent.reference], seen["delivered"][sent.reference]) == (3, 1)


def test_a_name_cannot_stand_for_two_letters(gateway: MessageProcess) -> None:
    send(gateway, letter(Behavior.NORMAL, "one"))
    other = send(gateway, letter(Behavior.NORMAL, "one", text="别的"))

    assert isinstance(other, Failed)
    assert other.failure == "rejected"


def test_slow_is_delivered_and_late_is_accepted(gateway: MessageProcess) -> None:
    began = monotonic()

    assert send(gateway, letter(Behavior.SLOW)) == Delivered()
    assert monotonic() - began >= 0.5
    assert send(gateway, letter(Behavior.LATE)) == Accepted()


def test_a_late_one_is_not_delivered_after_its_time(gateway: MessageProcess) -> None:
    in_time = letter(Behavior.LATE, "in-time", until=AT + timedelta(hours=2))
    too_late = letter(Behavior.LATE, "too-late", until=AT + timedelta(minutes=30))

    assert [send(gateway, one) for one in (in_time, too_late)] == [Accepted()] * 2
    seen = gateway.seen()
    assert in_time.reference in seen["delivered"]
    assert too_late.reference not in seen["delivered"]
    assert too_late.reference in seen["expired"]


def test_an_answer_that_comes_twice_is_one_answer(gateway: MessageProcess) -> None:
    sent = letter(Behavior.TWICE)

    assert [send(gateway, sent) for _ in range(2)] == [Delivered()] * 2
    assert gateway.seen()["delivered"][sent.reference] == 1


@pytest.mark.parametrize(
    ("behavior", "failure"),
    [
        (Behavior.DOWN, "unavailable"),
        (Behavior.REJECTED, "rejected"),
        (Behavior.LOST, "unknown"),
        (Behavior.HANGING, "unknown"),
        (Behavior.FAULTY, "unknown"),
    ],
)
def test_a_failure_tells_whether_the_person_may_have_been_reached(
    gateway: MessageProcess, behavior: Behavior, failure: str
) -> None:
    sent = letter(behavior, f"failing-{behavior}")
    began = monotonic()

    answer = send(gateway, sent, timeout_s=0.7)

    assert isinstance(answer, Failed)
    assert answer.failure == failure
    assert monotonic() - began < 2.5
    assert sent.to not in answer.detail


def test_a_lost_answer_can_be_had_again_and_is_one_delivery(gateway: MessageProcess) -> None:
    lost = letter(Behavior.LOST, "lost-and-found")

    assert isinstance(send(gateway, lost), Failed)
    assert gateway.seen()["delivered"][lost.reference] == 1
    assert send(gateway, lost) == Delivered()
    assert gateway.seen()["delivered"][lost.reference] == 1


def test_nobody_there_reached_nobody() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    answer = HttpGateway(f"http://127.0.0.1:{port}").send(letter(Behavior.NORMAL))

    assert isinstance(answer, Failed)
    assert answer.failure == "unreachable"


def test_what_is_no_letter_is_refused_and_control_says_what_is_wrong(
    gateway: MessageProcess,
) -> None:
    import httpx

    wrong = httpx.post(f"{gateway.url}/v1/messages", content=b"{}")
    odd = httpx.put(f"{gateway.url}/control", json={"people": {"x": "rude"}})
    assert (wrong.status_code, odd.status_code) == (400, 400)


@pytest.mark.parametrize("url", ["messages.example", "ftp://messages.example", "http://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match="not an address of a message gateway"):
        HttpGateway(url)
