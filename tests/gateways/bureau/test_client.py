"""What the client makes of a bureau that is well, slow, sick or gone; the bureau is a process of its own."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from threading import Thread
from time import monotonic

import pytest
from tests.gateways.bureau.processes import BureauProcess, bureau_process

from whiteslip.gateways.bureau.client import LARGEST_BODY, HttpBureau
from whiteslip.gateways.bureau.model import Failed, Failure, Inquiry, Pending, Received
from whiteslip.gateways.bureau.people import BY_CODE, Behavior
from whiteslip.kernel.errors import InvalidInput

CODE = {behavior: code for code, behavior in BY_CODE.items()}
ON = date(2026, 1, 5)


@pytest.fixture(scope="module")
def bureau() -> Iterator[BureauProcess]:
    """One bureau for the module."""
    with bureau_process() as running:
        yield running


def about(behavior: Behavior, reference: str = "") -> Inquiry:
    """Ask about somebody who behaves so; another reference is another inquiry about the same person."""
    token = f"{list(Behavior).index(behavior):064x}"
    return Inquiry(
        reference or f"inq_1_{behavior.value}",
        "李雷",
        token,
        f"{CODE[behavior]}X",
        date(1990, 3, 7),
        ON,
    )


def ask(bureau: BureauProcess, inquiry: Inquiry, *, timeout_s: float = 3.0) -> object:
    """Ask once."""
    return HttpBureau(bureau.url, timeout_s=timeout_s).inquire(inquiry)


def test_a_report_comes_as_bytes_and_says_whom_it_is_about(bureau: BureauProcess) -> None:
    answer = ask(bureau, about(Behavior.NORMAL))

    assert isinstance(answer, Received)
    said = json.loads(answer.body)
    assert (said["reference"], said["as_of"]) == ("inq_1_normal", "2026-01-05")
    assert said["subject"]["identity"] == "match"


def test_asking_again_under_one_reference_is_one_inquiry_and_the_same_bytes(
    bureau: BureauProcess,
) -> None:
    first = ask(bureau, about(Behavior.THIN, "inq_2_1"))
    again = ask(bureau, about(Behavior.THIN, "inq_2_1"))

    assert first == again
    token = about(Behavior.THIN).id_token
    assert bureau.seen()["enquiries"][token] == 1
    other = ask(bureau, about(Behavior.THIN, "inq_2_2"))
    assert isinstance(first, Received)
    assert isinstance(other, Received)
    files = [json.loads(one.body)["enquiries"] for one in (first, other)]
    assert len(files[1]) == len(files[0]) + 1, "the first inquiry now stands in the file"


def test_a_reference_cannot_stand_for_two_people(bureau: BureauProcess) -> None:
    ask(bureau, about(Behavior.NORMAL, "inq_7_1"))
    other = ask(bureau, about(Behavior.THIN, "inq_7_1"))

    assert isinstance(other, Failed)
    assert other.failure is Failure.REJECTED


def test_a_slow_answer_within_the_limit_is_an_answer(bureau: BureauProcess) -> None:
    began = monotonic()

    assert isinstance(ask(bureau, about(Behavior.SLOW)), Received)
    assert monotonic() - began >= 0.5


@pytest.mark.parametrize("behavior", [Behavior.HANGING, Behavior.DRIPPING])
def test_the_deadline_holds_whether_it_hangs_or_drips(
    bureau: BureauProcess, behavior: Behavior
) -> None:
    began = monotonic()

    answer = ask(bureau, about(behavior), timeout_s=0.7)

    assert isinstance(answer, Failed)
    assert answer.failure is Failure.TIMEOUT
    assert monotonic() - began < 2.5


@pytest.mark.parametrize(
    ("behavior", "failure"),
    [
        (Behavior.DOWN, Failure.UNAVAILABLE),
        (Behavior.REJECTED, Failure.REJECTED),
        (Behavior.LOST, Failure.UNREACHABLE),
    ],
)
def test_a_failure_has_a_name(bureau: BureauProcess, behavior: Behavior, failure: Failure) -> None:
    answer = ask(bureau, about(behavior, f"inq_3_{behavior.value}"))

    assert isinstance(answer, Failed)
    assert answer.failure is failure
    assert "李雷" not in answer.detail


def test_a_lost_answer_can_be_had_again_and_left_one_trace(bureau: BureauProcess) -> None:
    lost = about(Behavior.LOST, "inq_4_1")

    assert isinstance(ask(bureau, lost), Failed)
    before = bureau.seen()["enquiries"][lost.id_token]
    assert isinstance(ask(bureau, lost), Received)
    assert bureau.seen()["enquiries"][lost.id_token] == before


def test_not_ready_yet_is_no_failure(bureau: BureauProcess) -> None:
    late = about(Behavior.LATE, "inq_5_1")

    assert [ask(bureau, late) for _ in range(2)] == [Pending(1), Pending(1)]
    assert isinstance(ask(bureau, late), Received)


@pytest.mark.parametrize("behavior", [Behavior.MALFORMED, Behavior.WRONG_TYPES, Behavior.STALE])
def test_nonsense_is_handed_on_as_it_came(bureau: BureauProcess, behavior: Behavior) -> None:
    assert isinstance(ask(bureau, about(behavior)), Received)


def test_down_and_up_again(bureau: BureauProcess) -> None:
    bureau.control(down=True)
    down = ask(bureau, about(Behavior.NORMAL, "inq_6_1"))
    bureau.control(down=False)

    assert isinstance(down, Failed)
    assert isinstance(ask(bureau, about(Behavior.NORMAL, "inq_6_1")), Received)


def test_nobody_there_is_a_failure_at_once() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    answer = HttpBureau(f"http://127.0.0.1:{port}").inquire(about(Behavior.NORMAL))

    assert isinstance(answer, Failed)
    assert answer.failure is Failure.UNREACHABLE


@pytest.mark.parametrize(
    ("said", "failure"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 300000\r\n\r\n" + b"x" * 300_000, "oversized"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{}", "unreachable"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{", "unreachable"),
        (b"\x00\x01\x02 nonsense\r\n\r\n", "unreachable"),
        (b"", "unreachable"),
        (b"HTTP/1.1 429 Slow down\r\ncontent-length: 0\r\n\r\n", "unavailable"),
    ],
)
def test_odd_answers_on_the_wire_are_failures(said: bytes, failure: str) -> None:
    assert len(said) < LARGEST_BODY * 2
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        Thread(target=_say, args=(listener, said), daemon=True).start()

        answer = HttpBureau(f"http://127.0.0.1:{port}", timeout_s=3).inquire(about(Behavior.NORMAL))

    assert isinstance(answer, Failed)
    assert answer.failure.value == failure


def _say(listener: socket.socket, said: bytes) -> None:
    connection, _ = listener.accept()
    with connection, suppress(OSError):  # the client may hang up first
        connection.recv(65536)
        connection.sendall(said)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(65536)


@pytest.mark.parametrize("url", ["bureau.example", "ftp://bureau.example", "http://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match="not an address"):
        HttpBureau(url)
