"""What the oracle makes of a small panel, and that a changed figure in it is found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from tests.world.panels import MIXED, panel_text, write_panel

from whiteslip.world import panel, profiles
from whiteslip.world.comparison import Comparison, compare
from whiteslip.world.expectation import BALANCE, BUCKET, CREDIT, DAYS, MINIMUM, Expectation, expect
from whiteslip.world.facts import facts_of, refunds_beyond_purchases
from whiteslip.world.oracle import OracleTerms
from whiteslip.world.panel import Ints, Panel
from whiteslip.world.positions import NO_STATEMENT

TAIWAN = profiles.load("taiwan")
MONTHS = [month.label for month in TAIWAN.months]


def mixed(tmp_path: Path) -> Panel:
    return panel.read(write_panel(tmp_path, panel_text(MIXED)), TAIWAN)


def compared(read: Panel, book: Ints, oracle: Ints) -> Comparison:
    return compare(book, oracle, read.bills_minor, ids=read.ids, months=MONTHS)


def test_every_statement_of_the_oracle_is_the_recorded_bill(tmp_path: Path) -> None:
    read = mixed(tmp_path)
    found = expect(facts_of(read), TAIWAN, TAIWAN.oracle_terms)

    assert (found[:, :, BALANCE] == read.bills_minor).all()
    # 3,913 billed, 689 paid: more than the minimum of 391.30. Then 102 paid where 310.20 were
    # asked: 208.20 are a day late on 1 July, and the minimum asks for them and 10 % of the rest.
    assert found[0, :3, MINIMUM].tolist() == [39_130, 31_020, 20_820 + 27_918]
    assert found[0, :, DAYS].tolist() == [0, 0, 1, 0, 0, 0]
    # nothing is paid of the minimum due on 30 May
    assert found[2, :, DAYS].tolist() == [0, 2, 32, 63, 94, 124]
    assert found[2, :, BUCKET].tolist() == [0, 1, 2, 3, 4, 5]
    assert found[1, :, CREDIT].tolist() == [12_000, 0, 0, 0, 0, 0]


def test_another_process_gives_the_same(tmp_path: Path) -> None:
    facts = facts_of(mixed(tmp_path))
    beside = Expectation(facts, TAIWAN, TAIWAN.oracle_terms).result()
    assert (beside == expect(facts, TAIWAN, TAIWAN.oracle_terms)).all()


def test_bills_and_payments_become_purchases_and_refunds(tmp_path: Path) -> None:
    facts = facts_of(mixed(tmp_path))
    assert facts.purchases_minor[0, 0] == (3_102 - (3_913 - 689)) * 100
    assert facts.purchases_minor[1].tolist() == [62_000, 50_000, 0, 0, 0]
    assert refunds_beyond_purchases(facts) == 4


def test_what_agrees_is_counted_as_such(tmp_path: Path) -> None:
    read = mixed(tmp_path)
    oracle = expect(facts_of(read), TAIWAN, TAIWAN.oracle_terms)
    found = compared(read, oracle.copy(), oracle)
    assert found.faultless
    assert (found.statements, found.statements_equal, found.oracle_agrees) == (36, 36, 36)
    assert found.equal_by_month == (6,) * 6


def test_a_changed_bill_is_listed(tmp_path: Path) -> None:
    read = mixed(tmp_path)
    oracle = expect(facts_of(read), TAIWAN, TAIWAN.oracle_terms)
    bills = read.bills_minor.copy()
    bills[3, 2] += 1
    found = compared(replace(read, bills_minor=bills), oracle, oracle)

    (listed,) = found.exceptions
    assert (listed.customer, listed.month) == (4, "2005-06")
    assert (listed.recorded_minor, listed.statement_minor) == (-29_999, -30_000)
    assert "do not lead to the recorded bill" in listed.reason
    assert (found.unexplained, found.faultless) == (1, False)


def test_a_statement_that_is_wrong_or_missing_is_listed(tmp_path: Path) -> None:
    read = mixed(tmp_path)
    oracle = expect(facts_of(read), TAIWAN, TAIWAN.oracle_terms)
    book = oracle.copy()
    book[0, 1, BALANCE] += 1
    book[5, 5, BALANCE] = NO_STATEMENT
    found = compared(read, book, oracle)

    assert [each.reason for each in found.exceptions] == [
        "the book differs from the recorded bill and from the oracle",
        "no statement was closed",
    ]
    assert (found.statements, found.statements_equal, found.oracle_agrees) == (35, 34, 34)


def test_an_oracle_with_another_rate_disagrees(tmp_path: Path) -> None:
    read = mixed(tmp_path)
    facts = facts_of(read)
    book = expect(facts, TAIWAN, TAIWAN.oracle_terms)
    found = compared(read, book, expect(facts, TAIWAN, OracleTerms(late_fee_ppm=500)))

    assert found.statements_equal == 36
    assert found.oracle_agrees < found.oracle_compared
    assert not found.faultless
    assert {each.measure for each in found.disagreements} >= {"balance_minor", "outstanding_minor"}


def test_the_recorded_panel_is_reproduced_by_the_oracle(recorded_panel: Path) -> None:
    read = panel.read(recorded_panel, TAIWAN)
    found = expect(facts_of(read), TAIWAN, TAIWAN.oracle_terms)
    assert int(np.count_nonzero(found[:, :, BALANCE] != read.bills_minor)) == 0
