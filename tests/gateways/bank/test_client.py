"""What the client makes of a bank that is well, slow, sick, lying or gone."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import date
from time import monotonic
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gateways.bank.processes import BankProcess, bank_process
from tests.gateways.bank.sick import Sick, sick_bank
from tests.gateways.bank.test_simulator import debit

from whiteslip.gateways.bank.behaviors import Behavior
from whiteslip.gateways.bank.client import HttpRail
from whiteslip.gateways.bank.model import Failed, Outcome, Page, Rail, Result, Taken
from whiteslip.gateways.exchange import LARGEST_BODY
from whiteslip.kernel.errors import InvalidInput

RESULT: dict[str, Any] = {
    "result_id": "a.1",
    "reference": "a",
    "outcome": "failed",
    "amount_minor": 100,
    "currency": "CNY",
    "reason": "AM04",
    "booked_on": "2027-03-04",
}


@pytest.fixture(scope="module")
def bank() -> Iterator[BankProcess]:
    """One bank for the module."""
    with bank_process() as running:
        yield running


@pytest.fixture(scope="module")
def sick() -> Iterator[Sick]:
    """One sick bank for the module."""
    with sick_bank() as server:
        yield server


def page(*results: dict[str, Any], after: str = "1") -> bytes:
    """A page as a bank writes it."""
    return json.dumps({"results": results, "after": after}).encode()


def test_it_is_a_rail(bank: BankProcess) -> None:
    rail: Rail = HttpRail(bank.url)

    assert rail.address == bank.url
    assert rail.knock() is None


def test_what_is_handed_in_arrives_as_it_is(bank: BankProcess) -> None:
    bank.control(reset=True)
    sent = [debit(f"r {number}", amount_minor=10**15 - number) for number in range(3)]

    assert HttpRail(bank.url).collect(sent) == Taken()
    assert bank.seen()["debits"] == {each.reference: each.amount_minor for each in sent}
    assert HttpRail(bank.url).collect(sent) == Taken()
    assert set(bank.seen()["collected"].values()) == {1}


def test_a_name_no_bank_can_read_is_refused_there_and_raises_nothing_here(
    bank: BankProcess,
) -> None:
    odd = debit("odd")._replace(holder="\ud800")

    assert HttpRail(bank.url).collect([odd]) == Failed(may_have=False, detail="status 400")


def test_after_the_last_result_the_place_stays(bank: BankProcess) -> None:
    bank.control(reset=True)
    rail = HttpRail(bank.url)
    nothing = rail.results("")
    assert isinstance(nothing, Page)
    rail.collect([debit("a")])
    first = rail.results(nothing.after)
    assert isinstance(first, Page)

    assert nothing.results == ()
    assert [each.reference for each in first.results] == ["a"]
    assert rail.results(first.after) == Page((), first.after)


def test_busy_has_taken_nothing_and_the_next_time_all(bank: BankProcess) -> None:
    bank.control(reset=True)
    rail, sent = HttpRail(bank.url), [debit("a", Behavior.BUSY), debit("b")]

    assert rail.collect(sent) == Failed(may_have=False, detail="status 503")
    assert bank.seen()["debits"] == {}
    assert rail.collect(sent) == Taken()


def test_down_says_nothing_and_takes_nothing(bank: BankProcess) -> None:
    bank.control(reset=True, down=True)
    rail = HttpRail(bank.url)

    assert rail.collect([debit("a")]) == Failed(may_have=False, detail="status 503")
    assert rail.results("") == Failed(may_have=False, detail="status 503")
    bank.control(down=False)
    assert bank.seen()["debits"] == {}


@pytest.mark.parametrize(
    ("behavior", "detail"),
    [
        (Behavior.LOST, "RemoteDisconnected"),
        (Behavior.FAULTY, "status 500"),
        (Behavior.HANGING, "no answer within 1 s"),
    ],
)
def test_what_may_have_been_taken_is_said_and_sent_again_collected_once(
    bank: BankProcess, behavior: Behavior, detail: str
) -> None:
    bank.control(reset=True)
    rail, sent = HttpRail(bank.url, timeout_s=1.0), [debit("a"), debit("b", behavior)]
    began = monotonic()

    assert rail.collect(sent) == Failed(may_have=True, detail=detail)
    assert monotonic() - began < 2
    assert set(bank.seen()["debits"]) == {"a", "b"}
    assert rail.collect(sent) == Taken()
    assert bank.seen()["collected"] == {"a": 1, "b": 1}
    assert len(bank.told()) == 2


def test_slow_is_taken_within_the_time_and_unknown_beyond(bank: BankProcess) -> None:
    bank.control(reset=True)

    assert HttpRail(bank.url).collect([debit("a", Behavior.SLOW)]) == Taken()
    hasty = HttpRail(bank.url, timeout_s=0.2).collect([debit("b", Behavior.SLOW)])
    assert hasty == Failed(may_have=True, detail="no answer within 0.2 s")


def test_nobody_there_has_nothing() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    rail = HttpRail(f"http://127.0.0.1:{port}")

    assert rail.collect([debit("a")]) == Failed(may_have=False, detail="ConnectionRefusedError")
    assert rail.results("") == Failed(may_have=False, detail="ConnectionRefusedError")
    assert rail.knock() == "ConnectionRefusedError"


@pytest.mark.parametrize("url", ["bank.example", "ftp://bank.example", "http://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match="not an address of a bank"):
        HttpRail(url)


@pytest.mark.parametrize(
    ("status", "may_have"),
    [
        (400, False),
        (401, False),
        (404, False),
        (409, True),
        (413, False),
        (429, False),
        (500, True),
        (502, True),
        (503, False),
        (504, True),
        (202, True),
        (204, True),
        (302, True),
    ],
)
def test_a_status_tells_whether_the_bank_may_have_them(
    sick: Sick, status: int, may_have: bool
) -> None:
    assert sick.answers(b"", status) == Failed(may_have=may_have, detail=f"status {status}")
    assert sick.tells(b"", status) == Failed(may_have=False, detail=f"status {status}")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b'{"taken":"2"}',
        b'{"taken":2.0}',
        b'{"taken":true}',
        b'{"taken":2',
        b'{"taken":NaN}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"taken":3}',
        b'{"taken":0}',
        b" " * (LARGEST_BODY + 1),
    ],
)
def test_a_yes_that_cannot_be_read_is_no_yes(sick: Sick, body: bytes) -> None:
    answer = sick.answers(body)

    assert isinstance(answer, Failed)
    assert answer.may_have


def test_a_yes_is_one(sick: Sick) -> None:
    assert sick.answers(b'{"taken":2,"more":"words"}') == Taken()


def test_a_page_is_read(sick: Sick) -> None:
    paid = RESULT | {"outcome": "paid", "reason": None, "more": "words"}
    returned = RESULT | {"outcome": "returned", "reason": "ZZ99"}

    said = sick.tells(page(RESULT, paid, returned))
    failed = Result("a.1", "a", Outcome.FAILED, 100, "CNY", "AM04", date(2027, 3, 4))
    assert said == Page(
        (
            failed,
            failed._replace(outcome=Outcome.PAID, reason=None),
            failed._replace(outcome=Outcome.RETURNED, reason="ZZ99"),
        ),
        "1",
    )


ODD_RESULTS: list[dict[str, Any]] = [
    {"amount_minor": -1},
    {"amount_minor": 0},
    {"amount_minor": 1.5},
    {"amount_minor": 100.0},
    {"amount_minor": "100"},
    {"amount_minor": True},
    {"amount_minor": None},
    {"amount_minor": 10**15 + 1},
    {"amount_minor": 10**30},
    {"booked_on": "2027-02-29"},
    {"booked_on": "2027-3-4"},
    {"booked_on": "04.03.2027"},
    {"booked_on": "2027-03-04T00:00:00Z"},
    {"booked_on": "0001-01-01"},
    {"booked_on": "9999-12-31"},
    {"booked_on": 20270304},
    {"outcome": "PAID"},
    {"outcome": "pending"},
    {"outcome": None},
    {"outcome": "paid"},
    {"reason": None},
    {"reason": ""},
    {"reason": "r" * 36},
    {"outcome": "returned", "reason": None},
    {"currency": "cny"},
    {"currency": "CNY\n"},
    {"currency": ""},
    {"reference": ""},
    {"reference": " a"},
    {"reference": "a\u0000"},
    {"reference": "r" * 36},
    {"reference": "a\n"},
    {"reference": 7},
    {"result_id": ""},
    {"result_id": "a b"},
    {"result_id": "i" * 201},
    {"result_id": None},
]


@pytest.mark.parametrize("odd", ODD_RESULTS, ids=str)
def test_one_odd_result_and_none_of_its_page_is_read(sick: Sick, odd: dict[str, Any]) -> None:
    said = sick.tells(page(RESULT, RESULT | odd))

    assert isinstance(said, Failed)
    assert said.detail.startswith("a page that cannot be read: ")
    assert "$.results[1]" in said.detail or "$.results[...]" in said.detail


@pytest.mark.parametrize("field", sorted(RESULT))
def test_a_result_without_one_of_its_parts_is_none(sick: Sick, field: str) -> None:
    short = {name: value for name, value in RESULT.items() if name != field}

    assert isinstance(sick.tells(page(RESULT, short)), Failed)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"<html>",
        b"\xff\xfe\x00",
        b'{"results":[]}',
        b'{"after":"1"}',
        b'{"results":{},"after":"1"}',
        b'{"results":[null],"after":"1"}',
        b'{"results":[],"after":1}',
        b'{"results":[],"after":"a b"}',
        b'{"results":' + b"[" * 100_000,
        b'{"results":[],"after":"' + b"1" * 201 + b'"}',
        page(RESULT)[:-1],
        page(RESULT) + b"}",
        page(RESULT).replace(b"100", b"NaN"),
        page(RESULT).replace(b"100", b"1e2"),
        page(*[RESULT] * 2000),
    ],
)
def test_what_is_no_page_is_failed(sick: Sick, body: bytes) -> None:
    assert isinstance(sick.tells(body), Failed)


def test_more_than_is_read_is_failed_even_where_the_rest_is_blank(sick: Sick) -> None:
    detail = f"more than {LARGEST_BODY} bytes"

    assert sick.tells(page(RESULT) + b" " * LARGEST_BODY) == Failed(may_have=False, detail=detail)
    answer = sick.answers(b'{"taken":2}' + b" " * LARGEST_BODY)
    assert answer == Failed(may_have=True, detail=detail)


def test_depths_nobody_asked_for_are_failed(sick: Sick) -> None:
    deep = b'{"more":' + b"[" * 100_000 + b"]" * 100_000

    assert isinstance(sick.tells(deep + b',"results":[],"after":"1"}'), Failed)
    assert isinstance(sick.answers(deep + b',"taken":2}'), Failed)


def test_a_page_that_does_not_go_on_is_none(sick: Sick) -> None:
    assert sick.tells(page(RESULT, after="")) == Failed(
        may_have=False, detail="a page that does not go on"
    )
    assert sick.tells(page(after="")) == Page((), "")


def test_what_is_wrong_is_said_without_what_was_said_there(sick: Sick) -> None:
    said = sick.tells(page(RESULT | {"outcome": "王小满"}))

    assert isinstance(said, Failed)
    assert "王" not in said.detail


def test_bytes_that_drip_do_not_outlast_the_time(sick: Sick) -> None:
    sick.drip_s = 0.1
    try:
        began = monotonic()
        assert sick.tells(page(RESULT)) == Failed(may_have=False, detail="no answer within 1 s")
        assert monotonic() - began < 2
    finally:
        sick.drip_s = 0.0


def test_an_answer_that_breaks_off_is_none(sick: Sick) -> None:
    sick.claims = 500
    try:
        assert isinstance(sick.tells(page(RESULT)), Failed)
        answer = sick.answers(b'{"taken":2}')
        assert isinstance(answer, Failed)
        assert answer.may_have
    finally:
        sick.claims = None


@given(body=st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_whatever_it_says_nothing_is_raised(sick: Sick, body: bytes) -> None:
    assert isinstance(sick.tells(body), Failed)
    assert isinstance(sick.answers(body), Failed)


@given(cut=st.integers(1, 100), at=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_a_page_that_was_hurt_is_read_whole_or_not_at_all(
    sick: Sick, cut: int, at: int, byte: int
) -> None:
    body = bytearray(page(RESULT, RESULT | {"result_id": "a.2"}, RESULT | {"result_id": "a.3"}))
    body[at % len(body)] = byte

    said = sick.tells(bytes(body))
    assert isinstance(said, Failed) or len(said.results) == 3
    assert isinstance(sick.tells(bytes(body[:-cut])), Failed)
