"""A line charged off on real books: the assets fall, the claim stands, what comes in is income, two people end it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.builders import Book, done, founded, only
from tests.flows.limit_worlds import problems, rows
from tests.simulation.replayed import unlike_lines

from whiteslip.flows.charge_off import (
    ChargeOffDecision,
    ChargeOffRequest,
    Claim,
    decide_charge_offs,
    propose_charge_offs,
)
from whiteslip.flows.check_books import check_books
from whiteslip.flows.correct_repayments import Reversal, reverse
from whiteslip.flows.pay_out_credit import PayoutRequest, pay_out_credit
from whiteslip.flows.recover import Recovered, RecoveryRequest, recover
from whiteslip.flows.refund import RefundRequest, refund
from whiteslip.flows.waive_late_fees import WaiverRequest, waive_late_fees
from whiteslip.flows.write_off import (
    WriteOffDecision,
    WriteOffRequest,
    decide_write_offs,
    propose_write_offs,
)
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Conflict, NotAllowed, NotFound, WhiteslipError
from whiteslip.money.ledger.model import Account
from whiteslip.money.lines.model import LineKey
from whiteslip.money.purchases.model import Declined

DUE = date(2026, 2, 3)
RIPE = DUE + timedelta(days=181)


@pytest.fixture
def book(database: Database) -> Book:
    founded_book = founded(database)
    founded_book.grant_all()
    return founded_book


def late(book: Book, *, until: date = RIPE) -> LineKey:
    """A line that missed 1,000.00 to be paid later, and a plan of 1,200.00 in 12."""
    line, shop = book.line(1_000_000), book.shop()
    book.buy(line, 100_000, at_shop=shop)
    book.buy(line, 120_000, at_shop=shop, plan_months=12)
    book.close_until(until)
    return line


def propose(book: Book, line: LineKey, *, by: str = "Ann") -> Claim | WhiteslipError:
    asked = ChargeOffRequest(*line, "gone abroad", by)
    return only(book.write(lambda db: propose_charge_offs(db, [asked], at=book.at)))


def decide(
    book: Book, claim: Claim, *, by: str = "Bo", approved: bool = True
) -> Claim | WhiteslipError:
    asked = ChargeOffDecision(claim.customer_id, claim.charge_off_id, approved, by)
    return only(book.write(lambda db: decide_charge_offs(db, [asked], at=book.at)))


def charged_off(book: Book, line: LineKey) -> Claim:
    return done(decide(book, done(propose(book, line))))


def take(book: Book, line: LineKey, amount: int, cost: int = 0) -> Recovered | WhiteslipError:
    asked = RecoveryRequest(*line, amount, "court", cost)
    return only(book.write(lambda db: recover(db, [asked], at=book.at)))


def end(book: Book, claim: Claim, *, by: str = "Ann") -> Claim | WhiteslipError:
    asked = WriteOffRequest(claim.customer_id, claim.charge_off_id, by)
    return only(book.write(lambda db: propose_write_offs(db, [asked], at=book.at)))


def approve(book: Book, claim: Claim, *, by: str, approved: bool = True) -> Claim | WhiteslipError:
    asked = WriteOffDecision(claim.customer_id, claim.charge_off_id, approved, by)
    return only(book.write(lambda db: decide_write_offs(db, [asked], at=book.at)))


def balance(book: Book, account: Account) -> int:
    return book.database.read(check_books).trial_balance.get(account, 0)


def test_two_people_charge_a_line_off_and_every_cent_is_a_loss(book: Book) -> None:
    line = late(book)
    owed = tuple(
        balance(book, account)
        for account in (
            Account.RECEIVABLE_PRINCIPAL,
            Account.RECEIVABLE_FEE,
            Account.RECEIVABLE_LATE_FEE,
        )
    )
    assert all(owed), "principal, fees and late fees"

    claim = charged_off(book, line)

    assert (claim.principal_minor, claim.fee_minor, claim.late_fee_minor) == owed
    assert balance(book, Account.CHARGED_OFF_LOSS) == sum(owed) == claim.left_minor
    assert balance(book, Account.RECEIVABLE_PRINCIPAL) == 0
    assert balance(book, Account.RECEIVABLE_LATE_FEE) == 0
    assert rows(book, "SELECT status, principal_minor FROM money.line") == [("charged_off", 0)]
    assert problems(book) == []


def test_accruals_stop_no_credit_is_given_and_the_episode_goes_on(book: Book) -> None:
    line = late(book)
    claim = charged_off(book, line)
    fees = "SELECT count(*) FROM money.movement WHERE kind::text LIKE '%%fee'"
    before = rows(book, fees)

    book.close_until(RIPE + timedelta(days=40))

    assert rows(book, fees) == before
    assert isinstance(book.ask(line, 100, at_shop=book.shop()), Declined)
    assert rows(book, "SELECT since_on, ended_on FROM money.arrears") == [(DUE, None)]
    told = rows(book, "SELECT kind FROM care.notice WHERE kind = 'restored'")
    assert told == [], "a line that was given up is not restored"
    assert rows(book, "SELECT charged_minor >= 0, balance_minor FROM money.statement")[-1] == (
        True,
        0,
    )
    assert claim.oldest_due_on == DUE
    assert problems(book) == []


def test_a_line_not_late_enough_and_one_person_alone_are_refused(book: Book) -> None:
    line = late(book, until=RIPE - timedelta(days=1))
    early = propose(book, line)
    assert isinstance(early, Conflict)
    assert "180 days" in str(early)
    book.close_until(RIPE)
    claim = done(propose(book, line))

    assert isinstance(propose(book, line), Conflict), "one lies there"
    assert isinstance(decide(book, claim, by=" ANN "), NotAllowed)
    assert done(decide(book, claim, by="Bo", approved=False)).state == "refused"
    assert isinstance(decide(book, claim, by="Bo"), Conflict)
    assert isinstance(decide(book, claim._replace(charge_off_id=999)), NotFound)
    assert isinstance(propose(book, line._replace(line_id=999)), NotFound)
    again = done(propose(book, line))
    book.pay(line, 300_000)
    assert isinstance(decide(book, again), Conflict), "it was paid meanwhile"
    assert balance(book, Account.CHARGED_OFF_LOSS) == 0
    assert problems(book) == []


def test_what_comes_in_pays_costs_then_fees_then_principal_as_income(book: Book) -> None:
    line = late(book)
    claim = charged_off(book, line)
    fees = claim.fee_minor + claim.late_fee_minor

    first = done(take(book, line, 5_000 + fees, cost=5_000))

    assert (first.recovery.cost_minor, first.recovery.recovered_minor) == (5_000, fees)
    assert all(one.principal_minor == 0 for one in first.recovery.settlements)
    assert balance(book, Account.RECOVERY_INCOME) == -5_000 - fees
    paid = book.pay(line, 1_000)
    assert (paid.allocated_minor, paid.credit_minor) == (1_000, 0), "a repayment is a recovery too"
    assert balance(book, Account.RECEIVABLE_PRINCIPAL) == 0
    assert problems(book) == []
    last = done(take(book, line, claim.principal_minor + 50))
    assert (last.recovery.recovered_minor, last.recovery.credit_minor) == (
        claim.principal_minor - 1_000,
        1_050,
    )
    state = rows(book, "SELECT charge_off.state, status FROM money.charge_off, money.line")
    assert state == [("recovered", "closed")]
    assert balance(book, Account.CUSTOMER_CREDIT) == -1_050
    assert rows(book, "SELECT ended_on FROM money.arrears") == [(book.today,)]
    assert isinstance(take(book, line, 1), Conflict)
    book.close_until(RIPE + timedelta(days=35))
    assert problems(book) == []


def test_only_two_people_write_a_claim_off_and_it_ends_there(book: Book) -> None:
    line = late(book)
    claim = charged_off(book, line)
    assert isinstance(approve(book, claim, by="Bo"), Conflict), "nobody proposed it"
    done(take(book, line, 10_000))
    ending = done(end(book, claim))
    assert isinstance(end(book, claim), Conflict)
    assert isinstance(approve(book, ending, by="ann"), NotAllowed)
    assert done(approve(book, ending, by="Bo", approved=False)).state == "charged_off"
    done(end(book, claim, by="Cy"))
    done(take(book, line, 10_000))

    gone = done(approve(book, claim, by="Bo"))

    assert gone.written_off_minor == claim.charged_off_minor - 20_000
    assert gone.left_minor == 0
    assert rows(book, "SELECT status FROM money.line") == [("closed",)]
    assert balance(book, Account.CHARGED_OFF_LOSS) == claim.charged_off_minor
    assert balance(book, Account.RECOVERY_INCOME) == -20_000
    assert isinstance(take(book, line, 1), Conflict)
    book.close_until(RIPE + timedelta(days=35))
    assert problems(book) == []


def test_late_fees_of_a_claim_are_not_returned_as_if_they_were_paid(book: Book) -> None:
    line = late(book)
    charged_off(book, line)

    asked = WaiverRequest(*line, DUE, book.today, "our mistake", "Ann")
    answer = only(book.write(lambda db: waive_late_fees(db, [asked], at=book.at)))

    assert isinstance(answer, Conflict)
    assert balance(book, Account.CUSTOMER_CREDIT) == 0


def bought(book: Book, captured_minor: int) -> int:
    query = f"SELECT purchase_id FROM money.purchase WHERE captured_minor = {captured_minor}"
    return int(rows(book, query)[0][0])


def test_a_refund_is_set_off_against_the_claim_in_its_order_and_nothing_is_held(book: Book) -> None:
    line = late(book)
    purchase_id = bought(book, 100_000)
    claim = charged_off(book, line)

    answer = book.refund(line.customer_id, purchase_id, 5_000)

    assert (answer.offset_minor, answer.credit_minor, answer.recovered_minor) == (0, 5_000, 5_000)
    assert answer.returns == (), "what pays the claim is owed to no source"
    paid = rows(
        book,
        "SELECT sum(fee_minor), sum(late_fee_minor), sum(principal_minor) FROM money.allocation"
        f" WHERE source_id = {answer.refund_id}",
    )
    fee = min(5_000, claim.fee_minor)
    late_fee = min(5_000 - fee, claim.late_fee_minor)
    assert fee > 0
    assert paid == [(fee, late_fee, 5_000 - fee - late_fee)]
    assert balance(book, Account.CUSTOMER_CREDIT) == 0
    assert balance(book, Account.RECOVERY_INCOME) == -5_000
    assert rows(book, "SELECT recovered_minor, state FROM money.charge_off") == [
        (5_000, "charged_off")
    ]
    told = "SELECT count(*) FROM infra.outbox WHERE topic = 'money.claim-recovered'"
    assert rows(book, told) == [(1,)]
    assert problems(book) == []


def test_a_life_lived_again_sets_refunds_off_too_and_a_recovery_taken_back_is_owed_again(
    book: Book,
) -> None:
    line = late(book)
    purchase_id, plan = bought(book, 100_000), bought(book, 120_000)
    claim = charged_off(book, line)
    book.close_until(RIPE + timedelta(days=1))
    came = done(take(book, line, claim.left_minor - 10_000))
    book.refund(line.customer_id, purchase_id, 4_000)
    book.refund(line.customer_id, plan, 8_000)
    assert rows(book, "SELECT status, credit_minor FROM money.line") == [("closed", 2_000)]
    assert book.database.read(unlike_lines) == []

    back = Reversal(line.customer_id, came.recovery_id, "MD06", "", "staff:Ann")
    done(only(book.write(lambda db: reverse(db, [back], at=book.at))))

    assert rows(book, "SELECT status, credit_minor FROM money.line") == [("charged_off", 0)]
    assert rows(book, "SELECT recovered_minor, state FROM money.charge_off") == [
        (12_000, "charged_off")
    ]
    assert rows(book, "SELECT sum(amount_minor) FROM money.refund_return") == [(None,)]
    assert book.database.read(unlike_lines) == []
    assert problems(book) == []


def test_refunds_that_end_a_claim_close_the_line_and_only_the_excess_goes_back(book: Book) -> None:
    line = late(book)
    purchase_id, plan = bought(book, 100_000), bought(book, 120_000)
    claim = charged_off(book, line)
    done(take(book, line, claim.left_minor - 30_000))
    asked = [
        RefundRequest(line.customer_id, number, None, amount)
        for number, amount in ((purchase_id, 20_000), (plan, 15_000), (plan, 1_000))
    ]

    answers = [done(one) for one in book.write(lambda db: refund(db, asked, at=book.at))]

    assert [one.recovered_minor for one in answers] == [20_000, 10_000, 0]
    assert [sum(part.amount_minor for part in one.returns) for one in answers] == [0, 5_000, 1_000]
    assert rows(book, "SELECT status, credit_minor FROM money.line") == [("closed", 6_000)]
    assert rows(book, "SELECT state FROM money.charge_off") == [("recovered",)]
    assert rows(book, "SELECT count(*) FROM money.arrears WHERE ended_on IS NULL") == [(0,)]
    assert problems(book) == []
    payout = only(
        book.write(lambda db: pay_out_credit(db, [PayoutRequest(*line, None)], at=book.at))
    )
    assert done(payout).amount_minor == 6_000, "the claim has ended: the rest is the customer's"
    assert problems(book) == []


@pytest.mark.parametrize(
    "bug",
    [
        "UPDATE money.charge_off SET recovered_minor = recovered_minor + 1",
        "UPDATE money.installment SET late_fee_minor = late_fee_minor + 1 WHERE status = 'charged_off'",
        "UPDATE money.line SET status = 'open'",
        "DELETE FROM money.movement WHERE kind = 'fee_charged_off'",
        "DELETE FROM money.movement WHERE kind = 'recovered'",
        "DELETE FROM money.movement WHERE kind = 'credit_recovered'",
    ],
)
def test_control_a_claim_that_does_not_add_up_is_seen(book: Book, bug: str) -> None:
    line = late(book)
    charged_off(book, line)
    done(take(book, line, 10_000))
    book.refund(line.customer_id, bought(book, 100_000), 1_000)
    assert problems(book) == []

    book.write(lambda db: db.execute(bug.encode()))

    assert any("claims are" in problem for problem in problems(book))
