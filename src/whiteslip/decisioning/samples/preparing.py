"""From any table to a sample: every column is read, judged and reported."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from whiteslip.decisioning.samples.cells import Cells
from whiteslip.decisioning.samples.leaks import auc_alone, rows_only_bad
from whiteslip.decisioning.samples.model import (
    Bools,
    CategoryColumn,
    Column,
    Floats,
    NumberColumn,
    Sample,
)
from whiteslip.decisioning.samples.names import protected_by_labels, protected_by_name
from whiteslip.decisioning.samples.profiling import Fate, Limits, Profile, profile
from whiteslip.decisioning.samples.recipes import DaysRecipe, Reading, Recipe, is_name, read_column
from whiteslip.decisioning.samples.schema import Kind, Schema, Wish
from whiteslip.decisioning.samples.target import Target, read_target
from whiteslip.kernel.errors import InvalidInput

arrow: Any = pa

MOST_NAMED: Final = 12
_FEW_VALUES: Final = 100
_FEW_OF_ROWS: Final = 0.25

Tell = Callable[[str, int, int], None]
"""Hears of progress: what is done, how many, of how many."""


class ColumnReport(NamedTuple):
    """What was found in a column and what became of it; `why` and `notes` are for people."""

    name: str
    fate: Fate
    kind: str
    notes: tuple[str, ...]
    missing: int
    distinct: int
    auc_alone: float | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """A sample, how its columns are read, and what was done to every column of the table."""

    sample: Sample
    recipes: tuple[Recipe, ...]
    reports: tuple[ColumnReport, ...]
    target: Target
    protected: tuple[Column, ...]
    """Read, so that groups can be compared, but nothing is learned from them."""

    @property
    def used(self) -> tuple[ColumnReport, ...]:
        """The columns that are learned from."""
        return tuple(report for report in self.reports if report.fate is Fate.USED)


def prepare(
    table: Mapping[str, Cells],
    *,
    target: str,
    schema: Schema,
    bad: Collection[str] = (),
    include: Collection[str] = (),
    limits: Limits | None = None,
    tell: Tell | None = None,
) -> Prepared:
    """Read a table for learning. `bad` goes before the schema's; `include` names protected columns.

    A target that is not there or cannot be read, wishes for columns that are not there, and a table
    of which no column is left are `InvalidInput`.
    """
    limits = limits or Limits()
    _need_columns(table, target, schema, include)
    ending = read_target(table[target], name=target, bad=tuple(bad) or schema.bad, good=schema.good)
    kept = table if ending.known.all() else _filtered(table, ending.known)
    work = _Work(kept, ending.is_bad, schema, frozenset(include), limits)
    for place, name in enumerate(kept, 1):
        if tell is not None:
            tell("columns", place, len(kept))
        if name == target:
            work.reports[name] = ColumnReport(name, Fate.TARGET, "", ending.notes, 0, 2, None)
        else:
            work.judge(name)
    return work.prepared(ending)


def _filtered(table: Mapping[str, Cells], known: Bools) -> dict[str, Cells]:
    mask = arrow.array(known)
    return {name: cells.filter(mask) for name, cells in table.items()}


def _need_columns(
    table: Mapping[str, Cells], target: str, schema: Schema, include: Collection[str]
) -> None:
    for name, what in (
        (target, "target"),
        *((name, "column of the schema") for name in schema.columns),
        *((name, "column to include") for name in include),
        *(
            (wish.before, "date to count back from")
            for wish in schema.columns.values()
            if wish.before is not None and is_name(wish.before)
        ),
    ):
        if name not in table:
            raise InvalidInput(
                f"{what} {name!r} is not in the table; {_near(name, table)}", where=name
            )


def _near(name: str, table: Mapping[str, Cells]) -> str:
    folded = {each.lower(): each for each in table}
    if near := get_close_matches(name.lower(), folded, n=3, cutoff=0.6):
        return f"did you mean {', '.join(repr(folded[each]) for each in near)}?"
    names = list(table)
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"it has {', '.join(names[:MOST_NAMED])}{more}"


class _Work:
    """Judges column after column, and remembers what each says so as to find it said again."""

    def __init__(
        self,
        table: Mapping[str, Cells],
        is_bad: Bools,
        schema: Schema,
        include: Collection[str],
        limits: Limits,
    ) -> None:
        self.reports: dict[str, ColumnReport] = {}
        self._table, self._is_bad = table, is_bad
        self._schema, self._include, self._limits = schema, include, limits
        self._columns: list[Column] = []
        self._recipes: list[Recipe] = []
        self._protected: list[Column] = []
        self._said: dict[bytes, str] = {}

    def judge(self, name: str) -> None:
        """Decide what becomes of a column."""
        wish = self._schema.wish(name)
        if name in self._include:
            wish = replace(wish, include=True)
        found = profile(name, self._table[name], wish=wish, limits=self._limits)
        if found.recipe is None:
            fate = found.fate
            if fate is Fate.DATE and protected_by_name(name):
                fate = Fate.PROTECTED
            self.reports[name] = ColumnReport(name, fate, "", found.notes, 0, found.distinct, None)
            return
        recipe = self._with_form(found.recipe)
        reading = read_column(recipe, self._table)
        self._judge_read(name, found, recipe, reading, wish)

    def prepared(self, target: Target) -> Prepared:
        """Put together what was kept; nothing kept is `InvalidInput`."""
        if not self._columns:
            told = "; ".join(
                f"{report.name}: {report.fate}"
                for report in self.reports.values()
                if report.fate is not Fate.TARGET
            )
            raise InvalidInput(f"no column is left to learn from ({told[:400] or 'there is none'})")
        directions = {
            name: wish.direction
            for name, wish in self._schema.columns.items()
            if wish.direction and self._is_used_number(name)
        }
        return Prepared(
            sample=Sample(tuple(self._columns), self._is_bad, directions),
            recipes=tuple(self._recipes),
            reports=tuple(self.reports.values()),
            target=target,
            protected=tuple(self._protected),
        )

    def _is_used_number(self, name: str) -> bool:
        return any(isinstance(each, NumberColumn) and each.name == name for each in self._columns)

    def _with_form(self, recipe: Recipe) -> Recipe:
        """Find out how the dates that days are counted back from are written."""
        if not isinstance(recipe, DaysRecipe) or not is_name(recipe.before):
            return recipe
        wish = Wish(kind=Kind.DAYS, before="1970-01-01")
        other = profile(recipe.before, self._table[recipe.before], wish=wish, limits=self._limits)
        if not isinstance(other.recipe, DaysRecipe):
            text = f"column {recipe.name}: {recipe.before} holds no dates to count back from"
            raise InvalidInput(text, where=recipe.name)
        return replace(recipe, before_form=other.recipe.form)

    def _judge_read(
        self, name: str, found: Profile, recipe: Recipe, reading: Reading, wish: Wish
    ) -> None:
        column, notes, fate = reading.column, found.notes, Fate.USED
        alone = auc_alone(column, self._is_bad)
        leak = self._why_leak(column, alone)
        attribute = protected_by_name(name) or _protected_labels(column)
        again = self._said_before(column)
        if not wish.include and (why := self._why_protected(attribute, again)):
            fate, notes = Fate.PROTECTED, (why, *notes)
            self._protected.append(column)
        elif again is not None and not wish.include:
            fate, notes = Fate.DUPLICATE, (f"{again!r} tells the same rows apart", *notes)
        elif leak and not wish.include:
            fate, notes = Fate.LEAK, (f"{leak}: it may be known only afterwards", *notes)
        else:
            notes = (*self._doubts(column, wish, alone), *notes)
            notes = (f"{attribute}, included as asked", *notes) if attribute else notes
            self._columns.append(column)
            self._recipes.append(recipe)
        kind = "category" if isinstance(column, CategoryColumn) else "number"
        kind = "days" if isinstance(recipe, DaysRecipe) else kind
        self.reports[name] = ColumnReport(
            name, fate, kind, notes, reading.missing, found.distinct, alone
        )

    def _why_leak(self, column: Column, alone: float) -> str:
        """Say how a column gives the answer away, or nothing."""
        if alone >= self._limits.most_alone_auc:
            return f"alone it reaches an AUC of {alone:.3f}"
        if self._limits.most_alone_auc <= 1 and (rows := rows_only_bad(column, self._is_bad)):
            return f"all {rows:,} rows off its usual value ended badly"
        return ""

    def _doubts(self, column: Column, wish: Wish, alone: float) -> tuple[str, ...]:
        """Say what a person should look at before believing in a column that is used."""
        doubts: list[str] = []
        if alone >= self._limits.doubtful_alone_auc:
            doubts.append(f"alone it reaches an AUC of {alone:.3f}; was it known beforehand?")
        if wish.direction and isinstance(column, CategoryColumn):
            doubts.append("it is read as labels, so the direction asked for does not bind")
        return tuple(doubts)

    def _why_protected(self, attribute: str | None, again: str | None) -> str:
        """Say why a column is protected, or nothing; an earlier one that says the same is too."""
        if attribute is None:
            hidden = any(column.name == again for column in self._protected)
            return f"{again!r}, which is protected, tells the same rows apart" if hidden else ""
        for place, column in enumerate(self._columns):
            if column.name == again and not self._schema.wish(column.name).include:
                del self._columns[place], self._recipes[place]
                self._protected.append(column)
                why = f"another column, a person's {attribute}, tells the same rows apart"
                report = self.reports[column.name]
                self.reports[column.name] = report._replace(
                    fate=Fate.PROTECTED, notes=(why, *report.notes)
                )
                break
        return f"it tells of a person's {attribute}"

    def _said_before(self, column: Column) -> str | None:
        """Return the earlier column that parts the rows in the same way, if there is one."""
        said = _partition(column)
        if said in self._said:
            return self._said[said]
        self._said[said] = column.name
        return None


def _protected_labels(column: Column) -> str | None:
    return protected_by_labels(column.labels) if isinstance(column, CategoryColumn) else None


def _partition(column: Column) -> bytes:
    """Return what every one-to-one recoding of a column has in common.

    Of few values it is which rows share one. Where values are many that says nothing: amounts that
    never repeat share none in any column, nor do tables with repeated rows. There it is the order.
    """
    if isinstance(column, CategoryColumn):
        cells = arrow.array(column.codes)
    else:
        cells = arrow.array(np.where(np.isnan(column.values), np.inf, column.values + 0.0))
    found = cells.dictionary_encode()
    if len(found.dictionary) > min(_FEW_VALUES, _FEW_OF_ROWS * len(column)):
        return _order(np.asarray(found.dictionary), np.asarray(found.indices))
    order = found.indices.to_numpy().astype(np.int32)
    return blake2b(order.tobytes(), digest_size=16).digest()


def _order(values: Floats, places: NDArray[np.int32]) -> bytes:
    """Return what scales that rise or fall together have in common; missing, the infinite, stands apart."""
    known = np.isfinite(values)
    ranks = np.argsort(np.argsort(values)).astype(np.int32)
    last = np.int32(np.count_nonzero(known) - 1)
    both = (np.where(known, each, -1).astype(np.int32)[places] for each in (ranks, last - ranks))
    return min(blake2b(each.tobytes(), digest_size=15).digest() for each in both)
