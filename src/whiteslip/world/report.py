"""The replay as one offline page: figures, tables and bars; no script, no request outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from numpy.typing import NDArray

from whiteslip.world import delinquency
from whiteslip.world.delinquency import Table
from whiteslip.world.expectation import BUCKET, OUTSTANDING
from whiteslip.world.oracle_model import BUCKETS
from whiteslip.world.panel import Ints
from whiteslip.world.result import ReplayResult

SHOWN_FAULTS = 200
DASH = "–"


@dataclass(frozen=True, slots=True)
class Part:
    """One colored piece of a bar."""

    label: str
    percent: float
    says: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One horizontal bar: its name, its parts in percent of the width, and its figure."""

    label: str
    parts: tuple[Part, ...]
    figure: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a heat table: what it says, and how dark it is from 0 to 1."""

    text: str
    shade: float


@dataclass(frozen=True, slots=True)
class Grid:
    """A heat table ready to be drawn."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[Cell, ...]], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Customers of one state of restriction, and how many defaulted in the month after."""

    label: str
    customers: int
    defaulted: int

    @property
    def rate(self) -> str:
        """The share that defaulted."""
        return percent(self.defaulted, self.customers)


def write(result: ReplayResult, path: Path) -> None:
    """Write the report as one HTML file."""
    path.write_text(render(result), "utf-8")


def render(result: ReplayResult) -> str:
    """Return the report as HTML."""
    loader = PackageLoader("whiteslip.world")
    env = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    env.filters["count"] = thousands
    return env.get_template("report.html").render(_context(result))


def thousands(number: int) -> str:
    """Write a count with separators: 126000 → "126,000"."""
    return f"{number:,}"


def percent(part: int, whole: int, digits: int = 1) -> str:
    """Write a share; what is not the whole is never rounded up to 100 %."""
    if not whole:
        return DASH
    text = f"{100 * part / whole:.{digits}f}"
    if part < whole and float(text) == 100:
        text = f"> {100 - 10**-digits:.{digits}f}"
    return f"{text} %"


def _context(result: ReplayResult) -> dict[str, object]:
    panel, found, profile = result.panel, result.comparison, result.profile
    buckets, months = result.book[:, :, BUCKET], result.month_labels
    terms = profile.oracle_terms
    return {
        "result": result,
        "profile": profile,
        "panel": panel,
        "found": found,
        "imported": result.imported,
        "months": months,
        "equal_share": percent(found.statements_equal, panel.bills_minor.size, 2),
        "oracle_share": percent(found.oracle_agrees, found.oracle_compared, 2),
        "expected": panel.bills_minor.size,
        "repaid": millions(result.imported.repaid_minor, profile.currency),
        "purchased": millions(result.imported.purchased_minor, profile.currency),
        "refunded": millions(result.imported.refunded_minor, profile.currency),
        "exceptions": found.exceptions[:SHOWN_FAULTS],
        "disagreements": found.disagreements[:SHOWN_FAULTS],
        "minimum": f"{terms.minimum_ppm / 10_000:g} %",
        "due_days": terms.due_days,
        "outstanding": _outstanding(result),
        "utilization": _stacked(
            delinquency.utilization(result.book[:, :, OUTSTANDING], panel.limits_minor, months)
        ),
        "utilization_labels": delinquency.UTILIZATION_LABELS,
        "buckets": _stacked(_by_month(buckets, months)),
        "bucket_labels": _by_month(buckets, months).columns,
        "matrix": grid(delinquency.by_status(buckets, panel.statuses, BUCKETS), counts=True),
        "our_rolls": grid(delinquency.rolls(buckets, BUCKETS)),
        "their_rolls": grid(
            delinquency.rolls(
                delinquency.recorded_groups(panel.statuses), delinquency.RECORDED_GROUPS
            )
        ),
        "late": _late(buckets, panel.statuses),
        "ones": [thousands(int(count)) for count in (panel.statuses == 1).sum(axis=0)],
        "groups": _groups(result),
        "rules": _rules(result),
        "phases": _seconds(result.phase_seconds),
        "steps": _seconds(result.step_seconds),
    }


def millions(minor: int, currency: str) -> str:
    """Write a sum in millions of major units."""
    return f"{currency} {minor / 100_000_000:,.1f} million"


def grid(table: Table, *, counts: bool = False) -> Grid:
    """Draw a table by the share of each row, with the counts too if wanted."""
    rows: list[tuple[str, str, tuple[Cell, ...]]] = []
    for label, shares, numbers in zip(
        table.rows, table.shares(), table.counts.tolist(), strict=True
    ):
        cells = (_cell(s, n, counts=counts) for s, n in zip(shares, numbers, strict=True))
        rows.append((label, thousands(sum(numbers)), tuple(cells)))
    return Grid(table.columns, tuple(rows))


def _cell(share: float | None, number: int, *, counts: bool) -> Cell:
    if share is None:
        return Cell(DASH, 0.0)
    if not number:
        return Cell("0", 0.0)
    text = thousands(number) if counts else f"{100 * share:.1f} %"
    return Cell(text, round(share, 3))


def _by_month(buckets: Ints, months: Sequence[str]) -> Table:
    width = int(buckets.max(initial=0)) + 1
    counts = [np.bincount(buckets[:, month], minlength=width) for month in range(len(months))]
    return Table(tuple(months), BUCKETS[:width], np.array(counts, dtype=np.int64))


def _stacked(table: Table) -> tuple[Bar, ...]:
    bars: list[Bar] = []
    for label, numbers in zip(table.rows, table.counts.tolist(), strict=True):
        whole = sum(numbers)
        parts = tuple(
            Part(
                name, 100 * number / whole, f"{name}: {thousands(number)}, {percent(number, whole)}"
            )
            for name, number in zip(table.columns, numbers, strict=True)
        )
        bars.append(Bar(label, parts, percent(whole - numbers[0], whole)))
    return tuple(bars)


def _outstanding(result: ReplayResult) -> tuple[Bar, ...]:
    sums = result.book[:, :, OUTSTANDING].sum(axis=0).tolist()
    return tuple(
        _single(month, total, max(*sums, 1), millions(total, result.profile.currency))
        for month, total in zip(result.month_labels, sums, strict=True)
    )


def _seconds(spent: dict[str, float]) -> tuple[Bar, ...]:
    most = max(spent.values(), default=1.0) or 1.0
    ordered = sorted(spent.items(), key=lambda item: -item[1])
    return tuple(_single(name, seconds, most, f"{seconds:.1f} s") for name, seconds in ordered)


def _single(label: str, value: float, most: float, figure: str) -> Bar:
    return Bar(label, (Part(label, 100 * value / most, f"{label}: {figure}"),), figure)


def _late(buckets: Ints, statuses: Ints) -> dict[str, str]:
    """Count customer-months late by our count, by the record, and by both."""
    ours: NDArray[np.bool_] = buckets > 0
    theirs: NDArray[np.bool_] = statuses > 0
    return {
        "ours": thousands(int(ours.sum())),
        "theirs": thousands(int(theirs.sum())),
        "both": thousands(int((ours & theirs).sum())),
        "all": thousands(ours.size),
    }


def _groups(result: ReplayResult) -> tuple[Group, ...]:
    """Split the customers by the strictest restriction that stands at the end."""
    level = np.zeros(result.panel.customers, dtype=np.int64)
    ever = np.zeros(result.panel.customers, dtype=np.bool_)
    for each in result.restrictions:
        ever[each.customer] |= each.level >= 3
        if each.active:
            level[each.customer] = max(level[each.customer], each.level)
    lifted = ever & (level < 3)
    kinds = (
        ("suspended (level 4 or 5)", level >= 4),
        ("restricted (level 3)", level == 3),
        ("restricted earlier, lifted since", lifted),
        ("watched or asked to verify (level 1 or 2)", (level > 0) & (level < 3) & ~lifted),
        ("no restriction", (level == 0) & ~lifted),
    )
    return tuple(_group(result.panel.defaulted, label, chosen) for label, chosen in kinds)


def _group(defaulted: Ints, label: str, chosen: NDArray[np.bool_]) -> Group:
    return Group(label, int(chosen.sum()), int(defaulted[chosen].sum()))


def _rules(result: ReplayResult) -> list[tuple[str, int, int]]:
    """Count by rule: restrictions placed, and still standing."""
    placed: dict[str, tuple[int, int]] = {}
    for each in result.restrictions:
        count, standing = placed.get(each.rule_id, (0, 0))
        placed[each.rule_id] = (count + 1, standing + each.active)
    return [(rule, *counts) for rule, counts in sorted(placed.items())]
