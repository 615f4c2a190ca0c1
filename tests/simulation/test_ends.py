"""Random histories of debts that end early, dense in what the long histories do rarely."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

import pytest
from tests.simulation.conftest import Databases
from tests.simulation.driver import Simulation
from tests.simulation.ending import buy, refund, settle_early, split_statement

from whiteslip.flows.charge_off import ChargeOffDecision, ChargeOffRequest
from whiteslip.flows.recover import RecoveryRequest
from whiteslip.flows.refund import RefundRequest
from whiteslip.flows.repay import RepaymentRequest
from whiteslip.flows.settle_early import Scope
from whiteslip.flows.write_off import WriteOffDecision, WriteOffRequest
from whiteslip.money.lines.model import LineKey

STEPS = 24


@pytest.mark.parametrize("seed", [1, 2])
def test_no_early_end_breaks_the_book(
    databases: Databases, tell: Callable[[str], None], seed: int
) -> None:
    chance = Random(seed)
    with databases() as database:
        sim = Simulation(database, on=date(2024, 1, 27))
        shop = sim.open_shop(10_000)
        for product in ("pay-later", "odd", "pay-later"):
            day = chance.randint(1, 28)
            sim.open_line(chance.choice([300_000, 2_000_000]), day, product=product, owner=None)
        for _ in range(STEPS):
            _one(sim, chance, shop)
        tell(", ".join(f"{name} {number}" for name, number in sorted(sim.counts.items())))
        assert sim.counts["settle early"] > sim.counts["settle early: refused"] > 0
        assert sim.counts["split statement"] > sim.counts["split statement: refused"] > 0


def test_no_charge_off_breaks_the_book(databases: Databases, tell: Callable[[str], None]) -> None:
    chance = Random(3)
    with databases() as database:
        sim = Simulation(database, on=date(2024, 1, 27))
        shop = sim.open_shop(10_000)
        for product in ("pay-later", "odd", "pay-later"):
            sim.open_line(2_000_000, chance.randint(1, 28), product=product, owner=None)
        buy(sim, chance, shop, [0, 3, 3])
        sim.close_days(250)
        for line in sim.lines:
            (claim,) = sim.command("propose charge-off", [ChargeOffRequest(*line, "gone", "Ann")])
            told = ChargeOffDecision(
                line.customer_id, claim.charge_off_id, approved=True, actor="Bo"
            )
            sim.command("decide charge-off", [told])
            for _ in range(3):
                _take(sim, chance, line)
            if line != sim.lines[0]:
                sim.command(
                    "propose write-off",
                    [WriteOffRequest(line.customer_id, claim.charge_off_id, "Ann")],
                )
                _take(sim, chance, line)
                done = WriteOffDecision(
                    line.customer_id, claim.charge_off_id, approved=True, actor="Bo"
                )
                sim.command("decide write-off", [done])
            sim.close_days(17)
        first = sim.lines[0]
        sim.command(
            "recover", [RecoveryRequest(*first, sum(sim.oracles[first].claim) + 9, "court")]
        )
        sim.close_days(40)
        tell(", ".join(f"{name} {number}" for name, number in sorted(sim.counts.items())))
        assert sim.counts["refund"] > 10, "refunds of what was given up pay the claim"


def _take(sim: Simulation, chance: Random, line: LineKey) -> None:
    amount, cost = chance.randint(1, 9_000), chance.choice([0, 0, 150])
    sim.command("recover", [RecoveryRequest(*line, amount, "court", cost)])
    sim.command("repay", [RepaymentRequest(*line, chance.randint(1, 900), "wallet")])
    mine = [one.purchase_id for one in sim.bought if one.line == line]
    backs = [(chance.choice(mine), chance.randint(1, 700)) for _ in range(2)]
    sim.command("refund", [RefundRequest(line.customer_id, one, None, part) for one, part in backs])
    sim.close_days(chance.choice([0, 1]))


def _one(sim: Simulation, chance: Random, shop: int) -> None:
    match chance.randrange(7):
        case 0 | 1 | 2:
            buy(sim, chance, shop, [0, 3, 3])
        case 3:
            known = sim.oracles[line := chance.choice(sim.lines)]
            part = known.outstanding_minor * chance.choice([10, 50, 90]) // 100
            sim.command("repay", [RepaymentRequest(*line, part, "wallet")])
        case 4:
            refund(sim, chance)
        case 5:
            sim.interrupt_day(1)
        case _:
            sim.close_days(chance.choice([1, 3, 9]))
    split_statement(sim, chance.randrange(99), odd=chance.randrange(10))
    scope = chance.choice([*Scope, Scope.PLAN])
    if chance.random() < 0.6:
        settle_early(sim, chance.randrange(99), scope, odd=chance.randrange(10))
    sim.close_days(chance.choice([0, 1, 2, 14]))
