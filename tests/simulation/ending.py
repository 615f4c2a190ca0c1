"""Commands of shopping and of ending debts early, as random histories give them."""

from __future__ import annotations

from random import Random

from tests.simulation.driver import Simulation

from whiteslip.flows.capture import CaptureRequest
from whiteslip.flows.refund import RefundRequest
from whiteslip.flows.settle_early import Scope, Settled, SettleRequest, Wish, quote_payoff
from whiteslip.flows.split_statement import SplitDone, SplitRequest, quote_split
from whiteslip.kernel.errors import Conflict, NotFound
from whiteslip.money.purchases.model import Authorized, PurchaseRequest


def buy(sim: Simulation, chance: Random, shop: int, months: list[int]) -> None:
    """Let every line buy twice, by installments of one of the months given, and capture it all."""
    asked = [
        PurchaseRequest(*line, shop, amount, chance.choice(months), "o", is_verified=True)
        for line in sim.lines
        for amount in (chance.randint(10_000, 40_000), chance.randint(10_000, 40_000))
    ]
    captured = [
        CaptureRequest(one.customer_id, one.purchase_id, None, None, final=True)
        for one in sim.command("checkout", asked)
        if isinstance(one, Authorized)
    ]
    if captured:
        sim.command("capture", captured)


def refund(sim: Simulation, chance: Random) -> None:
    """Give back half of what is left of one purchase."""
    if not sim.bought:
        return
    one = chance.choice(sim.bought)
    found = sim.oracles[one.line].purchases.get(one.purchase_id)
    amount = 1 if found is None else (found.captured - found.refunded) // 2
    sim.command("refund", [RefundRequest(one.line.customer_id, one.purchase_id, None, amount)])


def settle_early(sim: Simulation, pick: int, scope: Scope, *, odd: int = 0) -> None:
    """Ask what settling costs, and pay it; with odd 8 under another quote, with 9 a cent less."""
    owing = [line for line in sim.lines if sim.oracles[line].rows]
    if not owing:
        return
    line = owing[pick % len(owing)]
    plans = sorted({row.purchase_id for row in sim.oracles[line].rows if row.plan})
    if scope is Scope.PLAN and not plans:
        scope = Scope.EVERYTHING
    wish = Wish(scope, plans[pick % len(plans)] if scope is Scope.PLAN else None)
    try:
        payoff = sim.database.read(lambda db: quote_payoff(db, line, wish))
    except Conflict:
        assert scope is Scope.STATEMENT
        return
    version = payoff.version[::-1] if odd == 8 else payoff.version
    amount = payoff.total_minor - (odd == 9)
    asked = SettleRequest(*line, wish, amount, version, "bank")
    (answer,) = sim.command("settle early", [asked])
    assert isinstance(answer, Settled) == (odd < 8), answer


def split_statement(sim: Simulation, pick: int, *, odd: int = 0) -> None:
    """Ask what splitting a statement costs, and split it; with odd 9 under another quote; the second time never."""
    line = sim.lines[pick % len(sim.lines)]
    months = sorted(sim.oracles[line].terms.plan_fees_ppm)
    if not months:
        return
    chosen = months[pick % len(months)]
    try:
        split = sim.database.read(lambda db: quote_split(db, line, months=chosen))
    except (Conflict, NotFound):
        return
    version = split.version[::-1] if odd == 9 else split.version
    asked = SplitRequest(*line, chosen, version)
    first, again = sim.command("split statement", [asked, asked])
    assert isinstance(first, SplitDone) == (odd < 9), first
    assert isinstance(again, Conflict)
