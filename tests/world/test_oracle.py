"""The oracle against figures worked by hand from the product's rules."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest

from whiteslip.world.oracle import LineOracle, OracleRefusal, OracleTerms

MAY_1, MAY_2 = date(2005, 5, 1), date(2005, 5, 2)
PLAIN = OracleTerms()
PLANS = OracleTerms(plan_fees_ppm={3: 5_000, 12: 10_000})


def line(
    opened_on: date = MAY_2,
    *,
    limit: int = 1_000_000,
    statement_day: int = 5,
    terms: OracleTerms = PLAIN,
) -> LineOracle:
    return LineOracle(limit, statement_day, opened_on, terms)


def buy(account: LineOracle, amount: int, *, purchase_id: int = 1, months: int = 0) -> None:
    assert account.authorize(purchase_id, amount, plan_months=months)
    account.capture(purchase_id)


def test_a_thousand_in_three_is_338_33_338_33_338_34() -> None:
    account = line(terms=PLANS)
    buy(account, 100_000, months=3)

    assert [row.principal + row.fee for row in account.rows] == [33_833, 33_833, 33_834]
    assert [row.due_on for row in account.rows] == [
        date(2005, 6, 3),
        date(2005, 7, 4),
        date(2005, 8, 3),
    ]
    assert account.outstanding_minor == 100_000  # fees not yet billed are not owed
    (statement,) = account.advance(date(2005, 5, 6))
    assert statement.balance_minor == statement.minimum_minor == 33_833
    assert account.outstanding_minor == 100_500


def test_the_rest_of_a_statement_revolves_at_45_cents_a_day() -> None:
    account = line()
    buy(account, 100_000)
    (statement,) = account.advance(date(2005, 6, 3))
    assert (statement.balance_minor, statement.minimum_minor) == (100_000, 10_000)

    account.repay(10_000)
    account.advance(date(2005, 6, 5))

    assert account.owed == (90_000, 90, 0)
    assert account.days_past_due(account.day) == 0


def test_an_unpaid_minimum_bears_the_late_fee_and_the_rest_revolves() -> None:
    account = line()
    buy(account, 100_000)
    account.advance(date(2005, 6, 4))  # the day after the due date

    assert account.owed == (100_000, 45, 5)
    assert account.days_past_due(date(2005, 6, 4)) == 1
    assert account.bucket == "1-30"
    assert account.asset_class == "special_mention"

    (statement,) = account.advance(date(2005, 6, 5))
    # the overdue 100.00, its late fee, 10 % of the 900.00 that revolve, and two days of their fee
    assert statement.balance_minor == 100_000 + 10 + 90
    assert statement.minimum_minor == 10_000 + 10 + 9_000 + 90
    assert statement.charged_minor == 100
    account.repay(10_010)
    assert account.days_past_due(account.day) == 0
    assert account.owed == (90_000, 90, 0)


def test_a_refund_offsets_the_due_and_the_rest_is_the_customers() -> None:
    account = line()
    buy(account, 15_000)
    account.repay(5_000)
    account.advance(date(2005, 5, 10))

    assert account.refund(1, 12_000) == 2_000
    assert account.credit_minor == 2_000
    assert account.outstanding_minor == 0
    with pytest.raises(OracleRefusal):
        account.refund(1, 3_001)


def test_a_refund_takes_the_last_unbilled_installments_and_their_fees() -> None:
    account = line(terms=PLANS)
    buy(account, 100_000, months=3)
    account.advance(date(2005, 5, 10))

    account.refund(1, 33_333 + 33_334 + 10_000)  # the billed one first, then from the last backward

    assert [(row.principal, row.fee) for row in account.rows] == [(0, 500), (23_333, 350)]


def test_an_unbilled_plan_is_not_paid_in_advance() -> None:
    account = line(terms=PLANS)
    buy(account, 100_000, months=3)

    assert account.repay(50_000) == 50_000
    (statement,) = account.advance(date(2005, 5, 6))

    assert statement.balance_minor == -16_167
    assert statement.minimum_minor == 0
    assert (statement.charged_minor, statement.credited_minor) == (33_833, 50_000)


def test_a_credit_balance_waits_for_the_statement() -> None:
    account = line(limit=5_000)
    account.open_with(-3_000)
    account.import_purchase(2_000)
    assert (account.outstanding_minor, account.credit_minor) == (2_000, 3_000)

    (statement,) = account.advance(date(2005, 5, 6))

    assert (account.outstanding_minor, account.credit_minor) == (0, 1_000)
    assert (statement.previous_minor, statement.charged_minor) == (0, 2_000)
    assert (statement.credited_minor, statement.balance_minor) == (3_000, -1_000)
    assert account.pay_out_credit() == 1_000


def test_statements_around_february_overlap() -> None:
    account = line(date(2005, 1, 10), statement_day=1)
    buy(account, 100_000)
    first, second = account.advance(date(2005, 3, 2))

    assert (first.statement_on, first.due_on) == (date(2005, 2, 1), date(2005, 3, 2))
    assert (second.balance_minor, second.minimum_minor) == (100_000, 0)  # not due yet
    account.advance(date(2005, 3, 3))
    assert [row.statement_on for row in account.rows] == [
        date(2005, 2, 1),
        date(2005, 4, 1),
        date(2005, 4, 1),
    ]
    assert [row.principal for row in account.rows] == [10_000, 90_000, 0]


def test_a_hold_runs_out_after_seven_days() -> None:
    account = line(limit=10_000)
    assert account.authorize(1, 10_000)
    assert not account.authorize(2, 1)
    account.advance(date(2005, 5, 9))
    assert account.held_minor == 10_000
    account.close_day(date(2005, 5, 9))
    assert (account.held_minor, account.purchases[1].status) == (0, "expired")


def test_a_temporary_limit_ends_and_a_cut_leaves_debt_alone() -> None:
    account = line(limit=10_000)
    account.grant_temporary_limit(5_000, date(2005, 5, 4))
    buy(account, 15_000)
    account.advance(date(2005, 5, 3))
    assert account.available_minor == 0
    account.close_day(date(2005, 5, 3))
    account.change_limit(8_000)
    assert account.available_minor == -7_000


def test_parts_are_captured_and_the_rest_is_released() -> None:
    account = line()
    assert account.authorize(1, 9_000)
    account.capture(1, 4_000)
    assert (account.held_minor, account.principal_minor) == (5_000, 4_000)
    assert account.void(1) == 5_000
    assert account.purchases[1].status == "captured"
    with pytest.raises(OracleRefusal):
        account.capture(1, 1)


def test_the_class_keeps_the_worst_of_the_episode() -> None:
    account = line(terms=OracleTerms(revolving_fee_ppm=0, late_fee_ppm=0))
    buy(account, 100_000)
    account.advance(date(2005, 6, 3) + (date(2005, 9, 1) - date(2005, 6, 1)))
    assert (account.days_past_due(account.day), account.bucket) == (92, "91-120")
    account.repay(10_000)
    assert account.days_past_due(account.day) == 61  # the next minimum, due on 4 July
    assert account.asset_class == "substandard"
    account.repay(account.outstanding_minor)
    assert (account.bucket, account.asset_class) == ("current", "normal")


@pytest.mark.parametrize("seed", range(20))
def test_skipping_days_changes_nothing(seed: int) -> None:
    walked, skipped = line(terms=PLANS), line(terms=PLANS)
    walking, skipping = Random(seed), Random(seed)
    for account in (walked, skipped):
        buy(account, 77_777, purchase_id=1_000, months=12)
        account.grant_temporary_limit(1, date(2005, 7, 1))
    while walked.day < date(2006, 3, 1):
        assert act(walked, walking) == act(skipped, skipping)
        end = walked.day + timedelta(days=walking.randint(0, 20))
        skipping.randint(0, 20)
        while walked.day < end:
            walked.close_day(walked.day)
        skipped.advance(end)

        assert walked.statements == skipped.statements
        assert walked.rows == skipped.rows
        assert (walked.owed, walked.bucket) == (skipped.owed, skipped.bucket)
        assert (walked.held_minor, walked.worst_days) == (skipped.held_minor, skipped.worst_days)


@pytest.mark.parametrize("rate_ppm", [500, 501])
def test_a_changed_rate_is_seen(rate_ppm: int) -> None:
    account = line(terms=OracleTerms(revolving_fee_ppm=rate_ppm))
    buy(account, 10_000_00)
    account.advance(date(2005, 6, 3))
    account.repay(1_000_00)
    account.advance(date(2005, 6, 5))
    assert (account.owed.fee_minor == 900) == (rate_ppm == 500)


def act(account: LineOracle, dice: Random) -> int:
    """Do something at random; return the money that came in, negative if it went out."""
    purchases = account.purchases
    match dice.randrange(5):
        case 0 | 1:
            account.import_purchase(dice.randint(1, 60_000))
        case 2:
            amount = dice.randint(1, 60_000)
            account.repay(amount)
            return amount
        case 3 if account.credit_minor:
            return -account.pay_out_credit()
        case 3 if account.authorize(number := 1 + len(purchases), 9_999):
            account.capture(number, dice.randint(1, 9_999), final=dice.random() < 0.5)
        case _:
            return refund_something(account, dice)
    return 0


def refund_something(account: LineOracle, dice: Random) -> int:
    left = {number: each.captured - each.refunded for number, each in account.purchases.items()}
    if not (refundable := [number for number, amount in left.items() if amount]):
        return 0
    number = dice.choice(refundable)
    amount = dice.randint(1, left[number])
    account.refund(number, amount)
    return amount


@pytest.mark.parametrize("seed", range(60))
def test_what_comes_in_is_what_statements_credit(seed: int) -> None:
    """Over random histories without plans, a statement credits what came in since the last."""
    dice = Random(seed)
    account = line(limit=500_000, statement_day=dice.randint(1, 28))
    came_in = 0
    while len(account.statements) < 18:
        if dice.random() < 0.5:
            came_in += act(account, dice)
            continue
        for statement in account.advance(account.day + timedelta(days=dice.randint(1, 9))):
            assert statement.credited_minor == came_in
            assert 0 <= statement.minimum_minor <= max(statement.balance_minor, 0)
            came_in = 0
        assert all(row.principal + row.fee + row.late_fee > 0 for row in account.rows)
