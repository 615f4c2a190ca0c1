"""Whoever sees a debt end otherwise than as it falls due is told once, with amounts, and with its clause."""

from __future__ import annotations

import pytest
from tests.builders import Book, done, founded, only
from tests.credit.agreements.versions import newest
from tests.flows.limit_worlds import problems, rows
from tests.flows.test_charge_off import approve, bought, charged_off, end, late, take
from tests.flows.test_refund_sources import half_paid, pay_out
from tests.flows.test_settle_early import bought as bought_in_plan
from tests.flows.test_settle_early import pay as settle
from tests.flows.test_settle_early import quoted
from tests.flows.test_split_statement import accept, billed
from tests.flows.test_split_statement import quoted as split_quoted

from whiteslip.flows.keep_agreements import AcceptRequest, publish
from whiteslip.flows.keep_agreements import accept as accept_agreement
from whiteslip.flows.settle_early import Scope, Wish
from whiteslip.infra.database import Database
from whiteslip.kernel.money import decimal_text


@pytest.fixture
def book(database: Database) -> Book:
    founded_book = founded(database)
    founded_book.grant_all()
    return founded_book


def told(book: Book, kind: str) -> list[tuple[str, str, int | None]]:
    query = (
        f"SELECT text_zh, text_en, clause FROM care.notice WHERE kind = '{kind}' ORDER BY notice_id"
    )
    return rows(book, query)


def test_settling_early_tells_what_it_cost_and_saved(book: Book) -> None:
    line, purchase_id = bought_in_plan(book)
    wish = Wish(Scope.PLAN, purchase_id)
    payoff = quoted(book, line, wish)
    done(settle(book, line, wish, payoff))

    ((zh, en, clause),) = told(book, "settled_early")

    for amount in (payoff.total_minor, payoff.dropped_minor):
        assert decimal_text(amount) in zh
        assert decimal_text(amount) in en
    assert clause is None, "it takes nothing away"


def test_splitting_tells_months_fees_and_the_first_day(book: Book) -> None:
    line = billed(book)
    split = split_quoted(book, line)
    done(accept(book, line, split))

    ((zh, en, _),) = told(book, "statement_split")

    assert "分 3 期" in zh
    assert "in 3 months" in en
    for fact in (decimal_text(split.fee_minor), split.installments[0].due_on.isoformat()):
        assert fact in zh
        assert fact in en


def test_a_charge_off_says_why_and_cites_what_the_first_agreement_has_for_it(book: Book) -> None:
    line = late(book)
    claim = charged_off(book, line)

    ((zh, en, clause),) = told(book, "charged_off")

    assert "逾期 181 天" in zh
    assert "181 days after it was due" in en
    assert decimal_text(claim.left_minor) in zh
    assert clause == 8
    assert "“逾期”" in zh
    assert problems(book) == []


def test_under_the_second_version_it_cites_its_own_clause(book: Book) -> None:
    line, at = late(book), book.at
    book.write(lambda db: publish(db, newest(), by="Ann", at=at))
    asked = [AcceptRequest(*line, 2, "app")]
    done(only(book.write(lambda db: accept_agreement(db, asked, at=at))))
    charged_off(book, line)

    assert [row[2] for row in told(book, "charged_off")] == [19]


def test_what_comes_in_is_told_with_what_is_left_until_the_claim_ends(book: Book) -> None:
    line = late(book)
    purchase_id = bought(book, 100_000)
    claim = charged_off(book, line)
    done(take(book, line, 10_000, 3_000))
    book.refund(line.customer_id, purchase_id, 20_000)
    book.pay(line, 5_000)
    left = claim.left_minor - 7_000 - 20_000 - 5_000

    reduced = told(book, "claim_reduced")

    assert len(reduced) == 3
    assert "抵偿欠款，30.00 元抵偿追收" in reduced[0][0]
    assert "追收已发生的费用" not in reduced[1][0].partition("\n\n您可以")[0]
    assert decimal_text(left) in reduced[2][1]
    done(take(book, line, left + 100))
    ((zh, _, _),) = told(book, "claim_recovered")
    assert "多出的 1.00 元" in zh
    assert told(book, "claim_written_off") == []


def test_who_is_no_longer_asked_is_told_how_much_it_was(book: Book) -> None:
    line = late(book)
    claim = charged_off(book, line)
    done(end(book, claim))
    assert told(book, "claim_written_off") == [], "a proposal is no end"
    done(approve(book, claim, by="Bo"))

    ((zh, en, _),) = told(book, "claim_written_off")

    assert decimal_text(claim.left_minor) in zh
    assert "no longer asked for" in en


def test_a_payout_names_the_sources_it_goes_to_and_one_to_nobody_is_not_told(book: Book) -> None:
    line, purchase_id, _, _ = half_paid(book)
    book.refund(line.customer_id, purchase_id, 12_000)
    book.pay(line, 500)
    done(pay_out(book, line, None))
    book.pay(line, 700)
    done(pay_out(book, line, None))

    ((zh, en, _),) = told(book, "refund_sent")

    assert "card-a 14.00 元、card-b 6.00 元" in zh
    assert "其余 5.00 元" in zh
    assert "card-a CNY 14.00, card-b CNY 6.00" in en
    assert problems(book) == []
