"""Describing a prepared sample for the record: its columns, their spread, and groups of people."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np

from whiteslip.decisioning.samples import distributions
from whiteslip.decisioning.samples.fitted import ColumnAccount, GroupRow, Spread
from whiteslip.decisioning.samples.model import Bools, CategoryColumn, Column, Floats, NumberColumn
from whiteslip.decisioning.samples.preparing import Prepared

MOST_GROUPS: Final = 12
RISKIEST: Final = 0.2


def accounts(prepared: Prepared) -> tuple[ColumnAccount, ...]:
    """Tell what became of every column of the table."""
    drifts = {column.name: _drift(column) for column in prepared.sample.columns}
    return tuple(
        ColumnAccount(
            report.name,
            report.fate.value,
            report.kind,
            report.notes,
            report.missing,
            report.distinct,
            report.auc_alone,
            drifts.get(report.name),
        )
        for report in prepared.reports
    )


def _drift(column: Column) -> float:
    """Compare the second half of the file with the first: rows are often in the order of time."""
    half = len(column) // 2
    layout = distributions.lay_out(column)
    first, second = (
        distributions.count_bins(layout, column.take(rows))
        for rows in (np.arange(half), np.arange(half, len(column)))
    )
    return distributions.stability_index(first, second)


def spread(column: Column, is_bad: Bools) -> Spread:
    """Count the rows of a column by bin, and the bad ones among them."""
    layout = distributions.lay_out(column)
    numbers = layout if isinstance(layout, distributions.NumberLayout) else None
    return Spread(
        column=column.name,
        edges=numbers.edges if numbers else None,
        specials=numbers.specials if numbers else (),
        labels=layout.labels if isinstance(layout, distributions.CategoryLayout) else None,
        counts=tuple(distributions.count_bins(layout, column).tolist()),
        bads=tuple(distributions.count_bins(layout, column.take(is_bad)).tolist()),
    )


def groups(prepared: Prepared, probability: Floats) -> Iterator[GroupRow]:
    """Compare groups by protected attributes: is each judged as it turned out?"""
    is_bad = prepared.sample.is_bad
    limit = float(np.quantile(probability, 1 - RISKIEST))
    for column in prepared.protected:
        for label, rows in _parts_of(column):
            if not rows.any():
                continue
            yield GroupRow(
                column=column.name,
                label=label,
                rows=int(rows.sum()),
                expected=float(probability[rows].mean()),
                observed=float(is_bad[rows].mean()),
                riskiest=float((probability[rows] > limit).mean()),
            )


def _parts_of(column: Column) -> Iterator[tuple[str, Bools]]:
    """Name the groups of a protected column: its labels, its few numbers, or quarters of its range."""
    if isinstance(column, CategoryColumn):
        for place, label in enumerate(column.labels[:MOST_GROUPS]):
            yield label, column.codes == place
        yield "missing", column.codes < 0
        return
    yield from _number_parts(column)
    yield "missing", np.isnan(column.values)


def _number_parts(column: NumberColumn) -> Iterator[tuple[str, Bools]]:
    values = column.values
    known = np.unique(values[~np.isnan(values)])
    if len(known) <= MOST_GROUPS:
        for value in known.tolist():
            yield f"{value:g}", values == value
        return
    edges = [-np.inf, *distributions.quantile_edges(values[~np.isnan(values)], parts=4), np.inf]
    for low, high in pairwise(edges):
        label = f"from {low:g}" if np.isfinite(low) else ""
        label += f" below {high:g}" if np.isfinite(high) else ""
        yield label.strip(), (values >= low) & (values < high)
