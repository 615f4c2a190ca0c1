"""A book of thirty rules and made-up rows for it: every type of input, skewed as in a real book, some missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.rulebooks.analysis import accept
from whiteslip.decisioning.rulebooks.chunks import Column
from whiteslip.decisioning.rulebooks.model import InputType, RuleBook
from whiteslip.kernel.reason import ReasonCode

SEED: Final = 20_260_101
MISSING: Final = 0.02
"""The share of each input that is missing, independently of the others."""

Columns: TypeAlias = dict[str, Column]
_Draw: TypeAlias = "Callable[[np.random.Generator, int], NDArray[Any]]"

SEGMENTS: Final = ("salaried", "gig", "student", "wealth", "retired")
CHANNELS: Final = ("app", "web", "shop", "partner-1", "partner-7", "phone")


def book() -> RuleBook:
    """Read the book of thirty rules, with every check of publishing."""
    body = (resources.files(__package__ or "") / "data" / "thirty.toml").read_text("utf-8")
    return accept(body, file="thirty.toml", explained=tuple(ReasonCode))


def columns(thirty: RuleBook, rows: int) -> Columns:
    """Draw rows for every input; the same rows each time."""
    generator = np.random.default_rng(SEED)
    return {
        source.name: _column(source.type, _DRAWN[source.name](generator, rows), generator)
        for source in thirty.inputs
    }


def facts(columns: Mapping[str, Column], rows: int) -> list[dict[str, object]]:
    """Return the first rows one by one, as a caller with one decision has them; None is missing."""
    held = {name: plain(column) for name, column in first(columns, rows).items()}
    return [dict(zip(held, values, strict=True)) for values in zip(*held.values(), strict=True)]


def first(columns: Mapping[str, Column], rows: int) -> Columns:
    """Return the first rows as columns."""
    return {
        name: Column(
            column.values[:rows], None if column.missing is None else column.missing[:rows]
        )
        for name, column in columns.items()
    }


def plain(column: Column) -> list[object]:
    """Return a column as a list; None is missing."""
    missing = np.isnan(column.values) if column.missing is None else column.missing
    return [
        None if absent else value
        for value, absent in zip(column.values.tolist(), missing.tolist(), strict=True)
    ]


def _column(kind: InputType, values: NDArray[Any], generator: np.random.Generator) -> Column:
    missing = generator.random(len(values)) < MISSING
    if kind is InputType.RATIO:
        return Column(np.where(missing, np.nan, values))
    return Column(values, missing)


def _counts(mean: float) -> _Draw:
    return lambda generator, rows: generator.geometric(1 / (1 + mean), rows) - 1


def _rarely(share: float, draw: _Draw) -> _Draw:
    """Zero but for a share of the rows."""
    return lambda generator, rows: draw(generator, rows) * (generator.random(rows) < share)


def _money(median: float) -> _Draw:
    def draw(generator: np.random.Generator, rows: int) -> NDArray[Any]:
        return np.rint(generator.lognormal(np.log(median), 0.9, rows)).astype(np.int64)

    return draw


def _share(low: float, high: float) -> _Draw:
    return lambda generator, rows: generator.beta(low, high, rows)


def _true(share: float) -> _Draw:
    return lambda generator, rows: generator.random(rows) < share


def _one_of(names: tuple[str, ...], *weights: float) -> _Draw:
    return lambda generator, rows: generator.choice(np.array(names), rows, p=weights)


_DRAWN: Final[Mapping[str, _Draw]] = {
    "days_past_due": _rarely(0.08, _counts(14)),
    "late_days_12m": _rarely(0.2, _counts(12)),
    "failed_debits_90d": _rarely(0.1, _counts(1.5)),
    "months_on_book": _counts(20),
    "enquiries_3m": _counts(1.2),
    "lenders_elsewhere": _counts(1.5),
    "devices_30d": _counts(1),
    "accounts_on_device": _rarely(0.3, _counts(1)),
    "purchases_24h": _rarely(0.3, _counts(4)),
    "age_of_address_days": _counts(120),
    "limit_minor": _money(800_000),
    "outstanding_minor": _rarely(0.7, _money(200_000)),
    "minimum_minor": _rarely(0.7, _money(20_000)),
    "paid_minor": _rarely(0.7, _money(60_000)),
    "income_minor": _money(900_000),
    "debts_minor": _money(1_500_000),
    "spent_24h_minor": _rarely(0.3, _money(60_000)),
    "usual_day_minor": _money(9_000),
    "default_probability": _share(0.8, 18),
    "utilization": _share(0.8, 1.6),
    "utilization_before": _rarely(0.9, _share(0.8, 1.6)),
    "night_share": _share(0.5, 1.5),
    "phone_is_verified": _true(0.95),
    "identity_is_valid": _true(0.985),
    "is_on_plan": _true(0.02),
    "segment": _one_of(SEGMENTS, 0.55, 0.2, 0.1, 0.05, 0.1),
    "channel": _one_of(CHANNELS, 0.6, 0.2, 0.1, 0.06, 0.02, 0.02),
}
