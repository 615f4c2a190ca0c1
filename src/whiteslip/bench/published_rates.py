"""Published annual rates, recomputed: equal to the decimals they were published with, or not."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

from whiteslip.bench.published import Compared
from whiteslip.kernel.errors import InvalidInput, WhiteslipError
from whiteslip.money.plans.cost import Flow, actuarial_rate, effective_rate


def compare_rates(path: Path) -> list[Compared]:
    """Recompute every case of a file of annual rates."""
    try:
        cases: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["cases"]
        return [_compared(case) for case in cases]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"{path} has no rates: {error}", where=str(path)) from error


def _compared(case: dict[str, Any]) -> Compared:
    theirs, decimals = case["published_apr_pct"], case["decimals"]
    try:
        ours = round(100 * _rate(case), decimals)
        differences = () if ours == theirs else (f"{ours} here, {theirs} there",)
    except WhiteslipError as error:
        differences = (f"cannot be counted: {error}",)
    return Compared(case["id"], case["description"], 1, differences)


def _rate(case: dict[str, Any]) -> float:
    if "payments" in case:
        return effective_rate(_yearly(case["advances"]), _yearly(case["payments"]))
    drawn = [Flow(one["amount"], one["t"], _part(one["f"])) for one in case["advances"]]
    paid = [
        Flow(group["amount"], group["first_t"] + number, _part(group["f"]))
        for group in case["payment_groups"]
        for number in range(group["count"])
    ]
    return actuarial_rate(drawn, paid, periods_a_year=_part(case["unit_periods_per_year"]))


def _yearly(flows: list[dict[str, Any]]) -> list[Flow]:
    return [Flow(one["amount"], _part(one["t_years"])) for one in flows]


def _part(text: str | float) -> float:
    return float(Fraction(text))
