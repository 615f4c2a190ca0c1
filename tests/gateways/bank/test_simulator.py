"""The bank as a process: killed at any moment it has lost no debit it answered for, and collects none twice."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from random import Random
from threading import Thread
from time import sleep
from typing import Any

import httpx
import pytest
from tests.gateways.bank.processes import BankProcess, bank_process

from whiteslip.gateways.bank.behaviors import BY_CODE, LATE_BY_DAYS, RETURNED_AFTER_DAYS, Behavior
from whiteslip.gateways.bank.client import HttpRail
from whiteslip.gateways.bank.model import Debit, Failed, Outcome, Result, Taken
from whiteslip.gateways.bank.simulator import Simulator
from whiteslip.kernel.errors import InvalidInput, Unavailable

CODE = {behavior: code for code, behavior in BY_CODE.items()}
TODAY = date(2027, 3, 4)


@pytest.fixture(scope="module")
def running() -> Iterator[BankProcess]:
    """One bank for the module."""
    with bank_process() as bank:
        yield bank


@pytest.fixture
def bank(running: BankProcess) -> BankProcess:
    """The bank with nothing in it; its date is TODAY."""
    running.control(reset=True, on=TODAY.isoformat())
    return running


def debit(
    reference: str, behavior: Behavior = Behavior.PAID, *, amount_minor: int = 12_345
) -> Debit:
    """A debit of an account with which it goes so."""
    account = f"62220000{list(Behavior).index(behavior):03}{CODE[behavior]}"
    return Debit(reference, "M-1", account, "王小满", amount_minor, "CNY", TODAY)


def hand_in(bank: BankProcess, *debits: Debit) -> None:
    """Hand debits in, and be told that they are taken."""
    assert HttpRail(bank.url).collect(debits) == Taken()


def test_codes_are_all_different_and_name_every_behavior() -> None:
    assert set(BY_CODE.values()) == set(Behavior)
    assert BY_CODE["800"] is Behavior.PAID
    assert all(len(code) == 3 for code in BY_CODE)


@pytest.mark.parametrize(
    ("behavior", "reason"),
    [
        (Behavior.INSUFFICIENT, "AM04"),
        (Behavior.CLOSED, "AC04"),
        (Behavior.NO_MANDATE, "MD01"),
        (Behavior.UNSPECIFIED, "MS02"),
        (Behavior.UNSPECIFIED_BY_AGENT, "MS03"),
        (Behavior.BAD_FORMAT, "FF01"),
        (Behavior.BAD_BANK, "RC01"),
        (Behavior.UNKNOWN_CODE, "ZZ99"),
    ],
)
def test_a_debit_fails_for_its_reason(bank: BankProcess, behavior: Behavior, reason: str) -> None:
    hand_in(bank, debit("a", behavior))

    assert bank.told() == [Result("a.1", "a", Outcome.FAILED, 12_345, "CNY", reason, TODAY)]
    assert bank.seen()["collected"] == {}


def test_paid_it_counts_from_the_later_of_its_due_date_and_the_banks_own(bank: BankProcess) -> None:
    hand_in(bank, debit("late")._replace(due_on=TODAY - timedelta(days=9)), debit("early"))
    hand_in(bank, debit("ahead")._replace(due_on=TODAY + timedelta(days=2)))

    assert {each.reference: each.booked_on for each in bank.told()} == {
        "late": TODAY,
        "early": TODAY,
    }
    assert bank.seen()["waiting"] == 1
    bank.control(on=(TODAY + timedelta(days=7)).isoformat())
    assert bank.told()[-1].booked_on == TODAY + timedelta(days=2)


def test_without_a_date_of_its_own_it_keeps_up_with_what_is_due(bank: BankProcess) -> None:
    bank.control(reset=True)
    ahead = date(2031, 5, 6)
    hand_in(bank, debit("a")._replace(due_on=ahead), debit("b"))

    assert {each.reference: each.booked_on for each in bank.told()} == {"a": ahead, "b": TODAY}
    assert bank.seen()["waiting"] == 0


def test_without_a_date_of_its_own_a_dispute_comes_with_what_is_due_later(
    bank: BankProcess,
) -> None:
    bank.control(reset=True)
    hand_in(bank, debit("a", Behavior.DISPUTED))
    assert [each.outcome for each in bank.told()] == [Outcome.PAID]
    later = TODAY + timedelta(days=RETURNED_AFTER_DAYS)
    hand_in(bank, debit("b")._replace(due_on=later))

    assert {(each.result_id, each.booked_on) for each in bank.told()[1:]} == {
        ("a.2", later),
        ("b.1", later),
    }


@pytest.mark.parametrize(
    ("behavior", "failing"), [(Behavior.INSUFFICIENT_ONCE, 1), (Behavior.INSUFFICIENT_TWICE, 2)]
)
def test_a_retry_is_paid_once_there_are_funds(
    bank: BankProcess, behavior: Behavior, failing: int
) -> None:
    for attempt in range(4):
        hand_in(bank, debit(f"try-{attempt}", behavior))

    outcomes = [each.outcome for each in bank.told()]
    assert outcomes == [Outcome.FAILED] * failing + [Outcome.PAID] * (4 - failing)


def test_one_that_is_handed_in_again_is_no_retry(bank: BankProcess) -> None:
    for _ in range(3):
        hand_in(bank, debit("same", Behavior.INSUFFICIENT_ONCE))

    assert [each.outcome for each in bank.told()] == [Outcome.FAILED]


def test_accounts_are_named_and_fail_as_often_as_is_said(bank: BankProcess) -> None:
    one, other = debit("a")._replace(account="X1"), debit("b")._replace(account="X2")
    bank.control(people={"X1": "closed"}, fails={"X2": 3})
    hand_in(bank, one)
    for attempt in range(5):
        hand_in(bank, other._replace(reference=f"b{attempt}"))

    assert [each.reason for each in bank.told()] == ["AC04", "AM04", "AM04", "AM04", None, None]


def test_disputed_it_is_paid_and_days_later_taken_back(bank: BankProcess) -> None:
    hand_in(bank, debit("a", Behavior.DISPUTED))
    assert [each.outcome for each in bank.told()] == [Outcome.PAID]

    bank.control(on=(TODAY + timedelta(days=RETURNED_AFTER_DAYS - 1)).isoformat())
    assert len(bank.told()) == 1
    later = TODAY + timedelta(days=RETURNED_AFTER_DAYS)
    bank.control(on=later.isoformat())
    assert bank.told()[1:] == [Result("a.2", "a", Outcome.RETURNED, 12_345, "CNY", "MD06", later)]


def test_odd_ways_of_telling(bank: BankProcess) -> None:
    odd = (
        Behavior.TWICE,
        Behavior.LATE,
        Behavior.OUT_OF_ORDER,
        Behavior.CONTRADICTING,
        Behavior.STRANGER,
        Behavior.OTHER_AMOUNT,
    )
    hand_in(bank, *[debit(behavior.value, behavior) for behavior in odd])
    at_once = [(each.result_id, each.reference, each.outcome.value) for each in bank.told()]
    bank.control(on=(TODAY + timedelta(days=LATE_BY_DAYS)).isoformat())
    later = [(each.result_id, each.outcome.value) for each in bank.told()[len(at_once) :]]

    assert at_once == [
        ("twice.1", "twice", "paid"),
        ("twice.1", "twice", "paid"),
        ("contradicting.1", "contradicting", "paid"),
        ("contradicting.2", "contradicting", "failed"),
        ("stranger.2", "nobody-stranger", "paid"),
        ("stranger.1", "stranger", "paid"),
        ("other-amount.1", "other-amount", "paid"),
    ]
    assert later == [("out-of-order.2", "returned"), ("out-of-order.1", "paid"), ("late.1", "paid")]
    assert {each.amount_minor for each in bank.told() if each.result_id == "other-amount.1"} == {
        12_346
    }


def test_results_are_told_page_by_page_and_a_place_stays_one(bank: BankProcess) -> None:
    bank.control(page=7)
    hand_in(bank, *[debit(f"r-{number}") for number in range(20)])
    everything = bank.told()
    first = httpx.get(f"{bank.url}/v1/results").json()
    hand_in(bank, debit("last"))

    assert [each.reference for each in everything] == [f"r-{number}" for number in range(20)]
    assert len(first["results"]) == 7
    assert [each.reference for each in bank.told(first["after"])][-2:] == ["r-19", "last"]


def test_a_place_of_a_former_life_begins_anew(bank: BankProcess) -> None:
    hand_in(bank, *[debit(f"r-{number}") for number in range(9)])
    place = httpx.get(f"{bank.url}/v1/results").json()["after"]
    bank.control(reset=True, on=TODAY.isoformat())
    hand_in(bank, debit("new"))

    assert [each.reference for each in bank.told(place)] == ["new"]


@pytest.mark.parametrize("after", ["x", "-", "abc-x", "abc--1", "7"])
def test_what_is_no_place_is_refused(bank: BankProcess, after: str) -> None:
    answer = httpx.get(f"{bank.url}/v1/results", params={"after": after})

    assert (answer.status_code, answer.json()) == (400, {"error": "no such place"})


@pytest.mark.parametrize(
    "change",
    [
        {"reference": ""},
        {"reference": "r" * 36},
        {"account": "a" * 35},
        {"holder": ""},
        {"amount_minor": 0},
        {"amount_minor": -1},
        {"amount_minor": 1.5},
        {"amount_minor": "1"},
        {"currency": "cny"},
        {"due_on": "2027-02-29"},
        {"more": 1},
    ],
)
def test_one_debit_that_is_none_and_the_batch_is_not_taken(
    bank: BankProcess, change: dict[str, object]
) -> None:
    good = debit("good")._asdict() | {"due_on": "2027-03-04"}
    answer = httpx.post(f"{bank.url}/v1/debits", json={"debits": [good, good | change]})

    assert answer.status_code == 400
    assert bank.seen()["debits"] == {}


@pytest.mark.parametrize("body", [b"", b"{}", b'{"debits":[]}', b"[" * 100_000, b'{"debits":[1]}'])
def test_what_is_no_batch_is_refused(bank: BankProcess, body: bytes) -> None:
    assert httpx.post(f"{bank.url}/v1/debits", content=body).status_code == 400


def test_other_doors_are_closed_and_control_says_what_is_wrong(bank: BankProcess) -> None:
    good = {"debits": [debit("good")._asdict() | {"due_on": "2027-03-04"}]}
    odd: list[Any] = [{"people": {"x": "rude"}}, {"on": "soon"}, {"page": 0}, {"more": 1}, []]

    assert httpx.post(f"{bank.url}/v2/debits", json=good).status_code == 404
    assert httpx.get(f"{bank.url}/v1/debits").status_code == 404
    assert [httpx.put(f"{bank.url}/control", json=each).status_code for each in odd] == [400] * 5
    assert bank.seen()["on"] == TODAY.isoformat()


def test_the_same_again_collects_nothing_twice(bank: BankProcess) -> None:
    batch = [debit(f"r-{number}") for number in range(5)]
    hand_in(bank, *batch)
    hand_in(bank, *batch[2:], batch[2], debit("new"), debit("new"))

    seen = bank.seen()
    assert seen["collected"] == {**{each.reference: 1 for each in batch}, "new": 1}
    assert len(bank.told()) == 6
    assert (seen["tries"]["r-0"], seen["tries"]["r-2"]) == (1, 2)


@pytest.mark.parametrize(
    "change",
    [
        {"amount_minor": 1},
        {"account": "X"},
        {"mandate": "M-2"},
        {"holder": "李"},
        {"due_on": TODAY + timedelta(days=1)},
        {"currency": "EUR"},
    ],
)
def test_a_reference_stands_for_one_debit(bank: BankProcess, change: dict[str, object]) -> None:
    hand_in(bank, debit("a"))
    other = debit("a")._replace(**change)  # pyright: ignore[reportArgumentType]
    told = HttpRail(bank.url).collect([debit("b"), other])
    within_one = HttpRail(bank.url).collect(
        [debit("c"), debit("c")._replace(**change)]  # pyright: ignore[reportArgumentType]
    )

    assert told == within_one == Failed(may_have=True, detail="status 409")
    assert list(bank.seen()["debits"]) == ["a"], "nothing of a batch that is refused is taken"


def batch_of(number: int, size: int = 40) -> list[Debit]:
    """Debits that go in every way but those at the door."""
    ways = [Behavior.PAID, Behavior.INSUFFICIENT_ONCE, Behavior.DISPUTED, Behavior.CLOSED]
    return [debit(f"b{number}-{place}", ways[place % 4]) for place in range(size)]


def hand_in_until_told(bank: BankProcess, taken: list[int]) -> None:
    """Hand in batch after batch, and note those the bank said it has; the dead bank ends it."""
    rail = HttpRail(bank.url, timeout_s=3)
    for number in count():
        if not isinstance(rail.collect(batch_of(number)), Taken):
            return
        taken.append(number)


@pytest.mark.parametrize("seed", range(6))
def test_killed_in_the_middle_it_has_lost_nothing_and_collects_nothing_twice(
    tmp_path: Path, seed: int
) -> None:
    draw = Random(seed)
    taken: list[int] = []
    with bank_process(tmp_path / "bank.jsonl") as bank:
        bank.control(on=TODAY.isoformat())
        sending = Thread(target=hand_in_until_told, args=[bank, taken])
        sending.start()
        wanted = draw.randint(1, 60)
        while len(taken) < wanted and sending.is_alive():
            sleep(draw.uniform(0, 0.01))
        bank.stop()
        sending.join()

        bank.start()
        kept = set(bank.seen()["debits"])
        handed = {each.reference for number in taken for each in batch_of(number)}
        next_one = {each.reference for each in batch_of(len(taken))}
        assert len(taken) >= wanted
        assert handed <= kept
        assert kept - handed in (set(), next_one), "of the batch without an answer all or nothing"
        told_before = bank.told()

        for number in range(len(taken) + 3):
            hand_in(bank, *batch_of(number))
        seen, told = bank.seen(), bank.told()
    everything = {each.reference for number in range(len(taken) + 3) for each in batch_of(number)}
    assert set(seen["debits"]) == everything
    assert set(seen["collected"].values()) == {1}
    assert told[: len(told_before)] == told_before, "the order in which it tells stays"
    assert set(Counter(each.result_id for each in told).values()) == {1}
    assert {each.reference for each in told} == everything


def test_what_is_taken_is_on_disk_before_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "bank.jsonl"
    bank = Simulator(state=file)
    synced: list[bytes] = []
    sync = os.fsync

    def note(handle: int) -> None:
        synced.append(file.read_bytes())
        sync(handle)

    monkeypatch.setattr(os, "fsync", note)
    bank.take([debit("a"), debit("b")])
    assert len(synced) == 1
    assert synced == [file.read_bytes()]
    assert b'"b"' in synced[0]
    bank.take([debit("b"), debit("a")])
    assert len(synced) == 1, "what is known is not written again"
    bank.close()


def test_a_place_is_good_after_a_crash_too(tmp_path: Path) -> None:
    with bank_process(tmp_path / "bank.jsonl") as bank:
        bank.control(on=TODAY.isoformat(), people={"X": "closed"}, page=2)
        hand_in(bank, debit("a"), debit("b"), debit("c")._replace(account="X"))
        place = httpx.get(f"{bank.url}/v1/results").json()["after"]
        bank.stop()
        bank.start()
        hand_in(bank, debit("d")._replace(account="X"))

        assert [each.reference for each in bank.told(place)] == ["c", "d"]
        assert [each.reason for each in bank.told(place)] == ["AC04", "AC04"]


def test_torn_anywhere_the_last_line_is_forgotten_and_the_others_are_not(tmp_path: Path) -> None:
    file = tmp_path / "bank.jsonl"
    bank = Simulator(state=file)
    bank.take([debit("a")])
    whole = file.read_bytes()
    bank.take([debit("b")])
    body = file.read_bytes()
    bank.close()
    for length in range(len(whole), len(body), 7):
        file.write_bytes(body[:length])
        again = Simulator(state=file)
        assert set(again.seen()["debits"]) == {"a"}
        again.take([debit("c")])
        again.close()
        last = Simulator(state=file)
        assert set(last.seen()["debits"]) == {"a", "c"}
        last.close()


def test_a_line_in_the_middle_that_is_none_is_named(tmp_path: Path) -> None:
    file = tmp_path / "bank.jsonl"
    file.write_text(json.dumps({"begin": "x"}) + "\n{oops\n{}\n", "utf-8")

    with pytest.raises(InvalidInput, match=r"bank\.jsonl:2 is no event of a bank"):
        Simulator(state=file)


def test_two_banks_do_not_share_a_memory(tmp_path: Path) -> None:
    first = Simulator(state=tmp_path / "bank.jsonl")

    with pytest.raises(Unavailable, match="another bank remembers in"):
        Simulator(state=tmp_path / "bank.jsonl")
    first.close()
