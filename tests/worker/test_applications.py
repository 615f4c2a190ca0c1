"""The desk, one turn at a time: what cannot be known goes to a person, and nothing is asked for without end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.api.conftest import AT, served
from tests.credit.applications.worlds import World
from tests.gateways.bureau.processes import BureauProcess, bureau_process

from whiteslip.credit.bureau.model import Patience
from whiteslip.gateways.bureau.client import HttpBureau
from whiteslip.gateways.bureau.people import Behavior
from whiteslip.infra.clock import FixedClock
from whiteslip.infra.settings import load
from whiteslip.worker.applications import ApplicationDesk

QUICK = Patience(1, 2, 1, 1, 1, 600, 30)
"""Two tries, a second apart, ten minutes at most."""


@pytest.fixture(scope="module")
def bureau() -> Iterator[BureauProcess]:
    """One bureau for all."""
    with bureau_process() as running:
        yield running


class Stepped(NamedTuple):
    """The same, with a desk that takes a turn when told and a clock that moves when told."""

    world: World
    clock: FixedClock
    desk: ApplicationDesk

    def wait(self, seconds: float) -> None:
        """Let time pass, and the desk take a turn."""
        self.clock.move_to(self.clock.now() + timedelta(seconds=seconds))
        self.desk.turn()


@pytest.fixture
def stepped(dsn: str, tmp_path: Path, bureau: BureauProcess) -> Iterator[Stepped]:
    """A server without a bureau of its own, and a desk beside it with little patience."""
    bureau.control(reset=True)
    clock = FixedClock(AT)
    with served(load(dsn=dsn, home=tmp_path, sandbox=True), clock=clock) as book:
        gate = HttpBureau(bureau.url, timeout_s=1)
        desk = ApplicationDesk(book.database, clock, gate, patience=QUICK)
        yield Stepped(World(book, bureau, clock.now), clock, desk)
        desk.stop()


@pytest.mark.parametrize("behavior", [Behavior.MALFORMED, Behavior.WRONG_TYPES, Behavior.STALE])
def test_a_report_that_cannot_be_read_is_never_a_yes_or_a_no(
    stepped: Stepped, behavior: Behavior
) -> None:
    world = stepped.world
    asked = world.apply(behavior)
    stepped.wait(0)
    assert world.show(asked)["status"] == "inquiring"
    stepped.wait(1)

    found = world.outcome(asked)
    assert (found["status"], found["reasons"][0]["code"]) == ("referred", "SYS-02")
    kept = world.rows("SELECT fault IS NOT NULL, length(body) > 0 FROM credit.bureau_report")
    assert kept == [(True, True)] * 2
    assert world.rows("SELECT status, tries FROM credit.bureau_inquiry") == [("failed", 2)]
    world.and_nothing_is_odd()


@pytest.mark.parametrize("behavior", [Behavior.DOWN, Behavior.HANGING])
def test_down_for_good_goes_to_a_person(stepped: Stepped, behavior: Behavior) -> None:
    world = stepped.world
    asked = world.apply(behavior)
    stepped.wait(0)
    stepped.wait(1)

    found = world.outcome(asked)
    assert (found["status"], found["reasons"][0]["code"]) == ("referred", "SYS-02")
    facts = world.rows("SELECT facts FROM decisioning.decision")
    assert facts[0][0].count("null") >= 8, "nothing was made up"
    world.and_nothing_is_odd()


def test_our_own_refusal_by_the_bureau_is_not_repeated(stepped: Stepped) -> None:
    world = stepped.world
    asked = world.apply(Behavior.REJECTED)
    stepped.wait(0)

    assert world.outcome(asked)["status"] == "referred"
    tries = world.bureau.seen()["tries"]
    assert [tries[reference] for reference in _references(world)] == [1]


def test_withdrawn_while_asked_keeps_nothing_that_comes_later(stepped: Stepped) -> None:
    world = stepped.world
    asked = world.apply(Behavior.DOWN)
    stepped.wait(0)
    gone = world.shop.post(f"/applications/{asked}/withdraw", {})

    assert (gone.status, gone.body["status"]) == (201, "withdrawn")
    stepped.wait(5)
    assert world.show(asked)["status"] == "withdrawn"
    assert world.rows("SELECT status FROM credit.bureau_inquiry") == [("cancelled",)]
    assert world.rows("SELECT count(*) FROM credit.bureau_report") == [(0,)]
    again = world.shop.post(f"/applications/{asked}/withdraw", {})
    assert again.code == "conflict"


def test_a_referred_application_nobody_decides_expires_and_says_so(stepped: Stepped) -> None:
    world = stepped.world
    asked = world.apply(automate=False)
    stepped.wait(0)
    assert world.outcome(asked)["status"] == "referred"

    world.shop.post("/clock/advance", {"to": "2026-01-30"})
    stepped.wait(1)
    assert world.show(asked)["status"] == "referred"
    world.shop.post("/clock/advance", {"to": "2026-01-31"})
    stepped.wait(1)

    found = world.show(asked)
    assert found["status"] == "expired"
    assert "重新申请" in found["notice"]["zh"]
    world.and_nothing_is_odd()


def _references(world: World) -> list[str]:
    rows = world.rows("SELECT customer_id, inquiry_id FROM credit.bureau_inquiry ORDER BY 2")
    return [f"inq_{customer_id}_{inquiry_id}" for customer_id, inquiry_id in rows]
