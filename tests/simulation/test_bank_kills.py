"""The bank and the collectors killed with SIGKILL, again and again, over days of bad luck: each due is collected once.

The bank's own journal is read line by line, and what it says must be what our tries and our ledger say.
"""

from __future__ import annotations

import json
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from subprocess import Popen
from time import monotonic, sleep
from typing import NamedTuple

import pytest
from tests.flows.banked_worlds import DUE_ON, TRIED_ON, ZONE, Banked
from tests.gateways.bank.processes import BankProcess, bank_process
from tests.simulation.invariants import fingerprint

from whiteslip.gateways.bank.behaviors import AT_THE_DOOR, BY_CODE
from whiteslip.gateways.bank.model import Outcome, Result
from whiteslip.infra.database import Database
from whiteslip.money.ledger.model import Account
from whiteslip.money.ledger.store import trial_balance
from whiteslip.money.lines.model import LineKey

SEED = 49
LAST_ON = DUE_ON + timedelta(days=8)
"""By then the last slot of the last due date has passed, and what is told late has been told."""
HOURS = (time(7), time(7, 30), time(19), time(19, 30))
"""Where the clock of the collectors stands on a day: twice in each slot, so that a lease is over the second time."""
OUT_ON = (TRIED_ON + timedelta(days=2), TRIED_ON + timedelta(days=4))
"""On these days the bank answers nobody at first."""
KILLS_UNTIL = TRIED_ON + timedelta(days=5)
WITHIN_S = 30

_COLLECT = """
import os, sys
from datetime import datetime
from pathlib import Path
from time import sleep
from whiteslip.gateways.bank.client import HttpRail
from whiteslip.infra.database import Database
from whiteslip.worker.collector import Collector
_, dsn, url, clock, rests = sys.argv
class Told:
    def now(self):
        return datetime.fromisoformat(Path(clock).read_text())
with Database(dsn, max_size=2) as database:
    collector = Collector(database, Told(), HttpRail(url, timeout_s=1.0))
    while True:
        at = Path(clock).read_text()
        if not collector.work():
            Path(rests + ".new").write_text(at)
            os.replace(rests + ".new", rests)
            sleep(0.02)
"""


@dataclass
class Collectors:
    """Processes that collect, all by one clock that is told to them; they are killed, and others come."""

    dsn: str
    url: str
    folder: Path
    running: dict[str, Popen[bytes]] = field(default_factory=dict[str, "Popen[bytes]"])
    _at: str = ""

    def tell(self, at: datetime) -> None:
        """Move their clock."""
        self._at = at.isoformat()
        (self.folder / "new").write_text(self._at)
        (self.folder / "new").replace(self.folder / "clock")

    def start(self, names: Sequence[str] = ("one", "two")) -> None:
        """Start those that do not run."""
        for name in names:
            if name not in self.running:
                told = [str(self.folder / "clock"), str(self.folder / name)]
                command = [sys.executable, "-c", _COLLECT, self.dsn, self.url, *told]
                self.running[name] = Popen(command)

    def kill(self, name: str) -> None:
        """Kill one without a word."""
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def rest(self) -> None:
        """Wait until each has nothing to do where the clock stands."""
        until = monotonic() + WITHIN_S
        for name, process in self.running.items():
            place = self.folder / name
            while not place.exists() or place.read_text() != self._at:
                assert process.poll() is None, "a collector ended by itself"
                assert monotonic() < until, "a collector never comes to rest"
                sleep(0.01)


@dataclass
class World:
    """A book, its bank and its collectors, and how often who was killed."""

    book: Banked
    bank: BankProcess
    collectors: Collectors
    lines: list[LineKey]
    killed: Counter[str] = field(default_factory=Counter[str])
    interrupted: int = 0
    by_hand_minor: int = 0

    def stand(self, day: date, hour: time) -> None:
        """Let the clock stand at an hour."""
        self.collectors.tell(datetime.combine(day, hour, ZONE))

    def strike(self, draw: Random, day: date, hour: time) -> None:
        """Kill some in the middle of their work, the bank or collectors or all, and start them again.

        Often the bank is held still before, so that whoever asks it waits for an answer.
        """
        is_held = draw.random() < 0.6
        if is_held:
            self.bank.process.send_signal(signal.SIGSTOP)
        self.stand(day, hour)
        self._wait_for_a_handing(draw)
        parts = draw.choice((("bank",), ("one", "two"), ("two", "bank"), ("one", "two", "bank")))
        for part in parts:
            if part == "bank":
                self.bank.stop()
            else:
                self.collectors.kill(part)
            self.killed[part] += 1
        self.interrupted += self._is_handing()
        if "bank" in parts:
            sleep(draw.uniform(0, 0.2))
            self.bank.start()
        elif is_held:
            self.bank.process.send_signal(signal.SIGCONT)
        self.collectors.start()

    def _wait_for_a_handing(self, draw: Random) -> None:
        """Mostly wait until debits are being handed in, then a little; else any while."""
        until = monotonic() + draw.uniform(0.05, 0.5)
        while monotonic() < until and not self._is_handing():
            sleep(0.001)
        sleep(draw.choice((0.0, draw.uniform(0.0, 0.05))))

    def _is_handing(self) -> bool:
        under_way = (
            "SELECT count(*) FROM money.collection_try WHERE state = 'sent' AND taken_at IS NULL"
        )
        return self.book.value(under_way) > 0

    def pay_by_hand(self, draw: Random) -> None:
        """Some pay a little themselves, so that less is due than was when their debits were handed in."""
        for line in draw.sample(self.lines, 8):
            self.book.pay(line, 100)
            self.by_hand_minor += 100

    def live(self, day: date, draw: Random) -> None:
        """Live through a day, and close it."""
        self.bank.control(on=day.isoformat(), down=day in OUT_ON)
        for hour in HOURS:
            if day <= KILLS_UNTIL and hour in HOURS[::2]:
                self.strike(draw, day, hour)
                self.pay_by_hand(draw)
            else:
                self.stand(day, hour)
            self.collectors.rest()
            self.bank.control(down=False)
        self.stand(day + timedelta(days=1), time(0, 30))
        self.book.close_day()


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    """People of every kind of luck at the bank; who makes trouble at its door has a due date of their own."""
    book = Banked.founded(database)
    shop = book.shop()
    lines: list[LineKey] = []
    for number, (code, behavior) in enumerate([*BY_CODE.items()] * 2):
        day = AT_THE_DOOR.index(behavior) if behavior in AT_THE_DOOR else number % len(AT_THE_DOOR)
        line = book.line(statement_day=5 + day)
        book.buy(line, 50_000 + 10 * number, at_shop=shop)
        lines.append(line)
        book.source(line, code=code)
        if number % 3 == 0:
            book.source(line)
    book.close_until(TRIED_ON)
    with bank_process(tmp_path / "bank.jsonl") as bank:
        bank.control(page=7)
        collectors = Collectors(database.dsn, bank.url, tmp_path)
        collectors.tell(datetime.combine(TRIED_ON, time(0, 30), ZONE))
        collectors.start()
        try:
            yield World(book, bank, collectors, lines)
        finally:
            for name in list(collectors.running):
                collectors.kill(name)


class Asked(NamedTuple):
    """A debit as the bank wrote it down, and as we have it."""

    reference: str
    mandate: str
    account: str
    amount_minor: int


def journaled(state: Path) -> list[Asked]:
    """Every debit in the bank's journal, as often as it stands there."""
    lines = state.read_text().splitlines()
    taken = [debit for line in lines for debit in json.loads(line).get("take", ())]
    return [Asked(one[0], one[1], one[2], one[4]) for one in taken]


def tried(book: Banked) -> list[Asked]:
    """Every try of ours that a bank may have."""
    rows = book.rows(
        "SELECT 'col_' || try.customer_id || '_' || try.try_id, source.mandate, source.account, try.amount_minor"
        " FROM money.collection_try AS try JOIN money.payment_source AS source USING (customer_id, source_id)"
        " WHERE try.state NOT IN ('planned', 'dropped')"
    )
    return [Asked(*row) for row in rows]


def paid_by(told: Sequence[Result]) -> dict[str, int]:
    """What must be repaid, by reference: what the bank said first of each counts."""
    first: dict[str, Result] = {}
    for one in told:
        first.setdefault(one.reference, one)
    return {
        reference: one.amount_minor
        for reference, one in first.items()
        if one.outcome is Outcome.PAID and reference.startswith("col_")
    }


def repaid(book: Banked) -> list[tuple[str, int]]:
    rows = book.rows(
        "SELECT 'col_' || try.customer_id || '_' || try.try_id, repayment.amount_minor FROM money.repayment"
        " LEFT JOIN money.collection_try AS try USING (customer_id, repayment_id) WHERE repayment.method = 'card'"
    )
    return sorted(map(tuple, rows))


def taken_back(told: Sequence[Result]) -> int:
    """What was taken back of what came, each once."""
    came = paid_by(told)
    gone = {one.reference for one in told if one.outcome is Outcome.RETURNED}
    return sum(amount for reference, amount in came.items() if reference in gone)


def strangers(told: Sequence[Result]) -> int:
    """What came under references of nobody, each told once or more often."""
    return sum(
        {
            one.result_id: one.amount_minor for one in told if one.reference.startswith("nob")
        }.values()
    )


def test_whoever_is_killed_each_due_is_collected_once_and_nothing_is_lost(
    world: World, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    draw = Random(SEED)
    book, bank = world.book, world.bank
    while book.today <= LAST_ON:
        world.live(book.today, draw)
    bank.control(on=(LAST_ON + timedelta(days=7)).isoformat())
    world.stand(book.today, HOURS[0])
    world.collectors.rest()

    told, asked = bank.told(), journaled(tmp_path / "bank.jsonl")
    again = book.value("SELECT count(*) FROM money.collection_try WHERE handings > 1")
    tell(
        f"seed {SEED}, killed {dict(world.killed)}, {world.interrupted} times in the middle of a handing,"
        f" {len(asked)} debits, {again} handed in again, {len(told)} results"
    )
    assert bank.seen()["waiting"] == 0
    assert sorted(asked) == sorted(tried(book)), "what the bank has is what we sent, each once"
    assert {one.result_id for one in told} == {
        row[0] for row in book.rows("SELECT result_id FROM money.bank_result")
    }
    assert repaid(book) == sorted(paid_by(told).items())
    _agrees_with_the_ledger(world, told)
    states = Counter(row[0] for row in book.rows("SELECT state FROM money.collection"))
    assert states["open"] == 0
    assert min(states[one] for one in ("paid", "given_up", "returned", "waiting")) > 0, states
    assert (
        book.value("SELECT count(*) FROM money.collection_try WHERE state IN ('sent', 'planned')")
        == 0
    )
    assert min(again, world.interrupted, *world.killed.values()) > 0
    book.check()
    _told_again_it_does_nothing(book, told, draw)


def _agrees_with_the_ledger(world: World, told: Sequence[Result]) -> None:
    balance = world.book.database.read(trial_balance)
    came = sum(paid_by(told).values())
    assert -balance[Account.SUSPENSE] == strangers(told) > 0
    gone = taken_back(told)
    assert gone > 0
    assert balance[Account.BANK] == came + strangers(told) + world.by_hand_minor - gone


def _told_again_it_does_nothing(book: Banked, told: Sequence[Result], draw: Random) -> None:
    """All results once more, in any order, by another way."""
    before = book.database.read(fingerprint)
    for begin in range(0, len(told), 20):
        some = list(told[begin : begin + 20])
        draw.shuffle(some)
        assert all(one.again for one in book.tell(*some))
    assert book.database.read(fingerprint) == before
