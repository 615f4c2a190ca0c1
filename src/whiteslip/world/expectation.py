"""What the oracle makes of a panel: every customer at every statement, in another process."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context

import numpy as np

from whiteslip.world.facts import PanelFacts, act_dates
from whiteslip.world.oracle import LineOracle
from whiteslip.world.oracle_model import OracleTerms, bucket_of
from whiteslip.world.panel import Ints
from whiteslip.world.profiles import Profile

MEASURES = (
    "balance_minor",
    "minimum_minor",
    "days_past_due",
    "bucket",
    "outstanding_minor",
    "credit_minor",
)
"""The last axis of an array of positions: customers × statements × measures."""

BALANCE, MINIMUM, DAYS, BUCKET, OUTSTANDING, CREDIT = range(len(MEASURES))


class Expectation:
    """The oracle's account of a panel, under way in another process until `result` is asked for."""

    def __init__(self, facts: PanelFacts, profile: Profile, terms: OracleTerms) -> None:
        self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        self._future: Future[Ints] = self._pool.submit(expect, facts, profile, terms)

    def result(self) -> Ints:
        """Wait for it and return the positions."""
        try:
            return self._future.result()
        finally:
            self.close()

    def close(self) -> None:
        """Give it up, if it still runs."""
        self._pool.shutdown(cancel_futures=True)


def expect(facts: PanelFacts, profile: Profile, terms: OracleTerms) -> Ints:
    """Run every customer through the oracle: positions, customers × statements × `MEASURES`."""
    days, closes = act_dates(profile), profile.statement_dates
    columns = zip(
        facts.limits_minor.tolist(),
        facts.opening_minor.tolist(),
        facts.payments_minor.tolist(),
        facts.purchases_minor.tolist(),
        strict=True,
    )
    rows: list[list[tuple[int, ...]]] = []
    for limit, opening, payments, purchases in columns:
        line = LineOracle(limit, profile.statement_day, profile.opening_on, terms)
        line.open_with(opening)
        rows.append(_months(line, payments, purchases, days, closes))
    return np.array(rows, dtype=np.int64).reshape(len(rows), len(closes), len(MEASURES))


def _months(
    line: LineOracle,
    payments: Sequence[int],
    purchases: Sequence[int],
    days: Sequence[tuple[date, date]],
    closes: Sequence[date],
) -> list[tuple[int, ...]]:
    line.advance(closes[0])
    found = [_position(line)]
    for payment, purchase, (paid_on, bought_on), close in zip(
        payments, purchases, days, closes[1:], strict=True
    ):
        if payment:
            line.advance(paid_on)
            line.repay(payment)
        if purchase:
            line.advance(bought_on)
            if purchase > 0:
                line.import_purchase(purchase)
            else:
                line.import_refund(-purchase)
        line.advance(close)
        found.append(_position(line))
    return found


def _position(line: LineOracle) -> tuple[int, ...]:
    said = line.statements[-1]
    late = line.days_past_due(line.day)
    return (
        said.balance_minor,
        said.minimum_minor,
        late,
        bucket_of(late),
        line.outstanding_minor,
        line.credit_minor,
    )
