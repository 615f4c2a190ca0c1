"""Schedules: installments a second on one core, made in a batch and checked against the rules that make one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from time import perf_counter
from typing import Any, Final

import numpy as np

from whiteslip.kernel.money import split
from whiteslip.kernel.rate import of
from whiteslip.money.plans.batch import Column, Columns, flat_fee_plans, plans
from whiteslip.money.plans.events import Drawn
from whiteslip.money.plans.life import replay
from whiteslip.money.plans.model import DayCount, Every, Row, Terms, Unit

MONTHS: Final = 12
FEE_PPM: Final = 7_500
CHECKED: Final = 2_000
DRAWN_ON: Final = date(2024, 1, 31)
TERMS: Final = Terms(MONTHS, Every(1, Unit.MONTHS), annual_ppm=156_780, day_count=DayCount.ACT_365)
LEAST_FLAT, LEAST_DECLINING = 1_000_000, 200_000


@dataclass(frozen=True, slots=True)
class SchedulesReport:
    """Rows a second by kind; `checked` plans of each were made one by one too, `faults` are those that differed."""

    plans: int
    months: int
    flat_rows_per_s: float
    declining_rows_per_s: float
    alone_rows_per_s: float
    checked: int
    faults: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Everything, in plain types."""
        return asdict(self)


def bench_schedules(*, count: int, seed: int = 1, times: int = 5) -> SchedulesReport:
    """Make plans of amounts from 100.00 to 200,000.00; the best of several times counts."""
    drawn = np.random.default_rng(seed).integers(10_000, 20_000_000, count)
    flat, flat_s = _timed(
        lambda: flat_fee_plans(drawn, months=MONTHS, monthly_fee_ppm=FEE_PPM), times
    )
    declining, declining_s = _timed(lambda: plans(TERMS, drawn, drawn_on=DRAWN_ON), times)
    began = perf_counter()
    alone = [_alone(int(one)) for one in drawn[:CHECKED]]
    alone_s = perf_counter() - began
    faults = [f"flat fee of {drawn[at]}" for at in _odd_flat(drawn, flat)]
    faults += [
        f"declining balance of {drawn[at]}"
        for at, rows in enumerate(alone)
        if [(row.principal_minor, row.interest_minor) for row in rows]
        != list(zip(declining.principal[at].tolist(), declining.interest[at].tolist(), strict=True))
    ]
    rows = count * MONTHS
    return SchedulesReport(
        count,
        MONTHS,
        round(rows / flat_s),
        round(rows / declining_s),
        round(len(alone) * MONTHS / alone_s),
        len(alone),
        tuple(faults),
    )


def _alone(drawn_minor: int) -> list[Row]:
    return replay(TERMS, [Drawn(DRAWN_ON, drawn_minor)], on=DRAWN_ON).rows


def _timed(make: Callable[[], Columns], times: int) -> tuple[Columns, float]:
    best = float("inf")
    made = make()
    for _ in range(times):
        began = perf_counter()
        made = make()
        best = min(best, perf_counter() - began)
    return made, best


def _odd_flat(drawn: Column, made: Columns) -> list[int]:
    """Find plans that are not what one alone would be."""
    return [
        at
        for at in range(min(CHECKED, len(drawn)))
        if tuple(made.principal[at].tolist()) != split(int(drawn[at]), MONTHS)
        or set(made.fee[at].tolist()) != {of(int(drawn[at]), FEE_PPM)}
    ]
