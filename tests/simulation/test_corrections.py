"""Random histories in which payments are taken back, or count from an earlier day: as if they never came, or had."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

import pytest
from tests.simulation.conftest import Databases
from tests.simulation.driver import Simulation
from tests.simulation.ending import buy, refund, settle_early, split_statement

from whiteslip.flows.check_books import check_books
from whiteslip.flows.correct_repayments import BackDating, Reversal
from whiteslip.flows.pay_out_credit import PayoutRequest
from whiteslip.flows.repay import RepaymentRequest
from whiteslip.flows.settle_early import Scope
from whiteslip.money.lines.model import LineKey

STEPS = 30


@pytest.mark.parametrize("seed", [1, 3, 11])
def test_a_payment_taken_back_never_came(
    databases: Databases, tell: Callable[[str], None], seed: int
) -> None:
    chance = Random(seed)
    with databases() as database:
        sim = Simulation(database, on=date(2024, 1, 27))
        shop = sim.open_shop(10_000)
        for product in ("pay-later", "odd"):
            sim.open_line(20_000_000, chance.randint(1, 28), product=product, owner=None)
        for _ in range(STEPS):
            _one(sim, chance, shop)
        tell(", ".join(f"{name} {number}" for name, number in sorted(sim.counts.items())))
        assert sim.accepted["reverse"] > 3
        assert sim.accepted["back date"] > 3
        assert sim.accepted["settle early"] + sim.accepted["split statement"] > 0
        assert database.read(check_books).problems == []


def _one(sim: Simulation, chance: Random, shop: int) -> None:
    line = chance.choice(sim.lines)
    _happen(sim, chance, shop, line)
    if sim.repaid and chance.random() < 0.4:
        one = chance.choice(sorted(sim.repaid))
        sim.command("reverse", [Reversal(*one, "MD06", "", "staff:Ann")])
        sim.command("reverse", [Reversal(*one, "MD06", "", "staff:Ann")])
    if chance.random() < 0.4:
        back = timedelta(days=chance.choice([1, 3, 20, 60]))
        amount = chance.randint(1, 30_000)
        asked = BackDating(*line, amount, "bank", sim.today - back, "late", "", "staff:Ann")
        sim.command("back date", [asked])
    sim.close_days(chance.choice([0, 1, 2, 9, 31]))


def _happen(sim: Simulation, chance: Random, shop: int, line: LineKey) -> None:
    match chance.randrange(9):
        case 0 | 1:
            buy(sim, chance, shop, [0, 0, 3])
        case 2 | 3:
            _repay(sim, chance, line)
        case 4:
            refund(sim, chance)
        case 5:
            sim.command("pay out credit", [PayoutRequest(*line, None)])
        case 6:
            settle_early(sim, chance.randrange(99), chance.choice([*Scope]))
        case 7:
            split_statement(sim, chance.randrange(99))
        case _:
            sim.interrupt_day(1)


def _repay(sim: Simulation, chance: Random, line: LineKey) -> None:
    part = sim.oracles[line].outstanding_minor * chance.choice([10, 50, 90, 120]) // 100
    if part:
        sim.command("repay", [RepaymentRequest(*line, part, "wallet")])
