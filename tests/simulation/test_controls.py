"""Every check of the simulations has a planted bug that must turn it red."""

from __future__ import annotations

import pytest
from tests.builders import FOUNDED_ON, noon
from tests.simulation.conftest import Databases
from tests.simulation.driver import Simulation, give
from tests.simulation.invariants import CHECKS, broken, fingerprint, overspent, uses

from whiteslip.flows.capture import CaptureRequest
from whiteslip.flows.grant_purchases import CaseRuling, Word
from whiteslip.flows.repay import RepaymentRequest
from whiteslip.flows.restrict import RestrictionRequest
from whiteslip.infra.database import Database
from whiteslip.infra.idempotency import Call
from whiteslip.kernel.errors import Conflict
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.purchases.model import Authorized, PurchaseRequest, Referred

PLANTED = {
    "every movement has the legs": "UPDATE money.movement SET credit = 'bank' WHERE kind = 'captured'",
    "what a line says is owed": "UPDATE money.line SET principal_minor = principal_minor + 1",
    "what the unpaid installments": (
        "UPDATE money.installment SET late_fee_minor = late_fee_minor + 1 WHERE status = 'open'"
    ),
    "a line holds what": "UPDATE money.line SET held_minor = held_minor + 1",
    "a purchase's status": "UPDATE money.purchase SET status = 'voided' WHERE status = 'captured'",
    "refunds <= captures": "DELETE FROM money.capture",
    "every capture has its installments": "DELETE FROM money.installment WHERE number = 3",
    "every purchase that is not declined": "DELETE FROM money.movement WHERE kind = 'hold_placed'",
    "what the book referred": "DELETE FROM money.purchase_ruling",
    "a ruling on a referred": "UPDATE money.purchase_ruling SET word = 'lapsed'",
    "what is paid on an installment": "DELETE FROM money.allocation",
    "a repayment is allocated": (
        "UPDATE money.repayment"
        " SET allocated_minor = allocated_minor - 1, credit_minor = credit_minor + 1"
    ),
    "what was lost is": (
        "INSERT INTO money.charge_off (customer_id, charge_off_id, line_id, principal_minor, proposed_at,"
        " proposed_on, oldest_due_on, days_past_due, state, proposed_by, decided_by, note, acted_number)"
        " SELECT customer_id, 10^6, line_id, 1, '2026-01-01', opened_on, opened_on, 1, 'charged_off', 'a', 'b', 'n', 1"
        " FROM money.line"
    ),
    "a line's temporary limit": "UPDATE money.line SET temporary_limit_minor = 1",
    "a line's fixed limit": (
        "INSERT INTO money.limit_change"
        " SELECT customer_id, 10^6, line_id, 1, 2, 'LIM-03', opened_on, '2026-01-01' FROM money.line"
    ),
    "a line's level": "UPDATE money.line SET restriction_level = 0",
    "a line's plans are barred": "UPDATE money.line SET plans_barred = true",
    "new credit is barred": "UPDATE money.line SET credit_barred = true",
    "a restriction counts at": "UPDATE risk.restriction SET in_force = 1 WHERE level > 1",
    "what restricts a customer": (
        "UPDATE risk.restriction SET scope = 'customer'; INSERT INTO money.line"
        " (customer_id, line_id, fixed_limit_minor, opened_on, product_id, statement_day)"
        " SELECT customer_id, 10^6, 1, opened_on, product_id, 1 FROM money.line"
    ),
    "a restriction has": "DELETE FROM care.notice",
    "a restriction moves": "UPDATE risk.restriction_event SET from_state = 'lifted'",
    "every step of a restriction": "DELETE FROM risk.restriction_event",
    "what the watch book does": "DELETE FROM decisioning.decision WHERE book = 'watch'",
    "a statement starts where": (
        "UPDATE money.statement"
        " SET previous_minor = previous_minor + 1, charged_minor = charged_minor - 1"
    ),
    "a decline has": "UPDATE money.purchase SET reasons = '[]' WHERE status = 'declined'",
    "every overdue line": "DELETE FROM money.arrears",
}
"""What is done to the book behind its back, by the check that must see it."""


def live(database: Database) -> Simulation:
    """Make a book in which everything that can be broken exists."""
    sim = Simulation(database, on=FOUNDED_ON)
    shop = sim.open_shop(10_000)
    first = sim.open_line(100_000, 5, product="pay-later", owner=None)
    second = sim.open_line(100_000, 9, product="pay-later", owner=None)
    asked = [
        PurchaseRequest(*line, shop, 20_000, months, "o", is_verified=True)
        for line in (first, second)
        for months in (0, 3)
    ]
    held = sim.command(
        "checkout", [*asked, PurchaseRequest(*first, shop, 99_000, 0, "o", is_verified=True)]
    )
    sim.command(
        "capture",
        [
            CaptureRequest(one.customer_id, one.purchase_id, None, None, final=True)
            for one in held
            if isinstance(one, Authorized)
        ],
    )
    sim.command("repay", [RepaymentRequest(*first, 5_000, "card")])
    granted_by_hand(sim, shop)
    sim.close_days(41)
    sim.command("restrict", [RestrictionRequest(*second, 4, ReasonCode.TAKEOVER, "staff:1")])
    return sim


def granted_by_hand(sim: Simulation, shop: int) -> None:
    """Let the book refer a purchase to a person, who grants it."""
    line = sim.open_line(10_000_000, 7, product="pay-later", owner=None)
    (asked,) = sim.command(
        "checkout", [PurchaseRequest(*line, shop, 1_000_000, 24, "o", is_verified=True)]
    )
    assert isinstance(asked, Referred)
    assert asked.needs == "review"
    words = (Word.GRANTED, Word.DECLINED)
    rulings = [CaseRuling(line[0], 1, (asked.purchase_id,), word, "Ann", "") for word in words]
    answers = sim.command("rule", rulings)
    assert [isinstance(one, Conflict) for one in answers] == [False, True]


def test_every_check_sees_its_planted_bug(databases: Databases) -> None:
    with databases() as database:
        live(database)
        assert database.read(broken) == []
        blind = [
            check.fact
            for check in CHECKS
            if check.fact
            not in _facts_broken_by(
                database,
                next(bug for start, bug in PLANTED.items() if check.fact.startswith(start)),
            )
        ]
    assert blind == []


def _facts_broken_by(database: Database, bug: str) -> set[str]:
    """Plant a bug, look, and take it back."""
    db = database.connect()
    try:
        db.execute(bug.encode())
        return {one.fact for one in broken(db)}
    finally:
        db.rollback()
        db.close()


def test_overspending_is_seen(databases: Databases) -> None:
    with databases() as database:
        live(database)
        before = database.read(uses)
        database.write(
            lambda db: db.execute("UPDATE money.line SET held_minor = held_minor + 10^6")
        )
        assert overspent(before, database.read(uses))


@pytest.mark.parametrize(
    "changed",
    [{"late_fee_ppm": 501}, {"revolving_fee_ppm": 499}, {"minimum_ppm": 100_001}, {"due_days": 30}],
)
def test_an_oracle_with_another_rate_disagrees(
    databases: Databases, changed: dict[str, int]
) -> None:
    with databases() as database:
        sim = Simulation(database, on=FOUNDED_ON, terms_changed=changed)
        shop = sim.open_shop(0)
        line = sim.open_line(10_000_000, 5, product="pay-later", owner=None)
        (held,) = sim.command(
            "checkout", [PurchaseRequest(*line, shop, 9_999_999, 0, "o", is_verified=True)]
        )

        def happens() -> None:
            sim.command("capture", [CaptureRequest(1, held.purchase_id, None, None, final=True)])
            sim.close_days(37)

        with pytest.raises(AssertionError, match="is what the oracle says"):
            happens()


def test_a_key_that_acts_twice_is_seen(databases: Databases) -> None:
    with databases() as database:
        sim = live(database)
        told = sim.journal[0]
        forgetful = [Call(99, call.key, call.request_hash) for call in told.calls]
        give(database, told.kind, told.requests, forgetful, at=noon(sim.today))
        with pytest.raises(AssertionError, match="a key acts once"):
            sim.check(database.read(uses))


def test_a_changed_cell_changes_the_fingerprint(databases: Databases) -> None:
    with databases() as database:
        live(database)
        before = database.read(fingerprint)
        database.write(lambda db: db.execute("UPDATE money.merchant SET fee_ppm = fee_ppm + 1"))
        after = database.read(fingerprint)

    assert {table for table in before if before[table] != after[table]} == {"money.merchant"}
