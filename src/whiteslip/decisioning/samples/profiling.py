"""Looking at one column and deciding how to read it, or why not to use it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as _compute

from whiteslip.decisioning.samples import cells as reading
from whiteslip.decisioning.samples import recipes
from whiteslip.decisioning.samples.cells import Cells, Counts, Distinct
from whiteslip.decisioning.samples.dates import SENTINELS, Dates, may_be_dates, read_dates
from whiteslip.decisioning.samples.labels import join_spellings
from whiteslip.decisioning.samples.model import Bools, Floats
from whiteslip.decisioning.samples.names import names_rows
from whiteslip.decisioning.samples.recipes import (
    CategoryRecipe,
    DaysRecipe,
    NumberRecipe,
    Recipe,
)
from whiteslip.decisioning.samples.schema import NO_WISH, Kind, Wish
from whiteslip.decisioning.samples.specials import find_specials

arrow: Any = pa
compute: Any = _compute

FIRST_TEXT_CODE: Final = -999_001.0


class Fate(StrEnum):
    """What became of a column."""

    USED = "used"
    TARGET = "target"
    ASKED_OUT = "left out as asked"
    PROTECTED = "protected attribute"
    LEAK = "nearly the answer"
    EMPTY = "almost all missing"
    CONSTANT = "constant"
    DUPLICATE = "says the same as another"
    NUMBERING = "numbers the rows"
    FREE_TEXT = "free text"
    DATE = "date"
    UNREADABLE = "no plain values"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Where a column stops being useful; shares are of rows."""

    most_missing: float = 0.98
    numbers_at_least: float = 0.9
    """A column with this share of numbers is one of numbers, whatever the rest says ..."""
    numbers_among_words: float = 0.3
    """... or with this one, if the rest is a few words and the numbers are many."""
    few_words: int = 20
    many_numbers: int = 15
    word_of_its_own: float = 0.005
    """A word among numbers that stands in this share of rows becomes a code of its own."""
    dates_at_least: float = 0.95
    zero_led_at_least: float = 0.05
    distinct_as_rows: float = 0.98
    free_text: float = 0.5
    most_labels: int = 500
    least_rows_a_label: int = 5
    pooled_at_most: float = 0.8
    most_alone_auc: float = 0.95
    doubtful_alone_auc: float = 0.85


class Profile(NamedTuple):
    """How to read a column, or None and why not; `notes` are what a person should know of it."""

    recipe: Recipe | None
    fate: Fate
    notes: tuple[str, ...]
    distinct: int = 0


def profile(name: str, cells: Cells, *, wish: Wish = NO_WISH, limits: Limits) -> Profile:
    """Look at a column. What a wish says is done; what it leaves open is decided here."""
    if wish.exclude:
        return Profile(None, Fate.ASKED_OUT, ())
    text = reading.as_text(cells)
    if text is None:
        return Profile(None, Fate.UNREADABLE, (f"its cells are of the kind {cells.type}",))
    return _Column(name, cells, reading.distinct(text), wish, limits).profile()


@dataclass(frozen=True, slots=True, eq=False)
class _Column:
    name: str
    cells: Cells
    found: Distinct
    wish: Wish
    limits: Limits

    def profile(self) -> Profile:
        """Go through what a column may be, from what is certain to what is left."""
        if (empty := self._empty()) is not None:
            return empty
        if (dated := self._dated()) is not None:
            return dated
        if self.wish.kind is Kind.CATEGORY:
            return self._category()
        if (number := self._number()) is not None:
            return number
        return self._category()

    @property
    def rows(self) -> int:
        return len(self.found.codes)

    def _nothing(self, words: frozenset[str] = reading.NOTHING) -> Bools:
        return reading.says_nothing(self.found.values, words | set(self.wish.missing))

    def _empty(self) -> Profile | None:
        nothing = self._nothing()
        said = int(self.found.counts[~nothing].sum())
        kinds = int((~nothing).sum())
        if said == 0 or (
            said < (1 - self.limits.most_missing) * self.rows and not self.wish.include
        ):
            note = f"{self.rows - said:,} of {self.rows:,} cells say nothing"
            return Profile(None, Fate.EMPTY, (note,), kinds)
        if kinds == 1 and said == self.rows:
            only = str(self.found.values[int(np.flatnonzero(~nothing)[0])].as_py())[:40]
            return Profile(None, Fate.CONSTANT, (f"every cell is {only!r}",), kinds)
        return None

    def _dated(self) -> Profile | None:
        if self.wish.kind in {Kind.NUMBER, Kind.CATEGORY}:
            return None
        nothing = self._nothing(reading.NO_NUMBER)
        dates = self._dates(nothing)
        if dates is None and self.wish.kind is Kind.DAYS:
            return Profile(None, Fate.UNREADABLE, ("days were asked for, but these are no dates",))
        if dates is None:
            return None
        notes = (f"dates written as {dates.form}", *self._sentinels(dates))
        if self.wish.before is None:
            note = 'for the days since, say kind = "days" and before = a date in the schema'
            return Profile(None, Fate.DATE, (*notes, note), len(self.found.counts))
        recipe = DaysRecipe(self.name, dates.form, self.wish.before, missing=self.wish.missing)
        return Profile(recipe, Fate.USED, (*notes, f"days before {self.wish.before}"))

    def _dates(self, nothing: Bools) -> Dates | None:
        known = self.found.counts[~nothing]
        if not self.found.counts.size or int(known.sum()) == 0:
            return None
        texts = self.found.values.filter(arrow.array(~nothing))
        if not may_be_dates(texts.slice(0, 1000)):
            return None
        dates = read_dates(texts)
        if dates is None:
            return None
        read = float(known[~np.isnan(dates.days)].sum()) / float(known.sum())
        least = 1.0 if dates.form == "yearmonthday" else self.limits.dates_at_least
        return dates if read >= least and len(known) > 1 else None

    def _sentinels(self, dates: Dates) -> tuple[str, ...]:
        known = np.array(sorted(SENTINELS), dtype="datetime64[D]").astype(np.int64)
        found = sorted({int(day) for day in dates.days[np.isin(dates.days, known)]})
        if not found:
            return ()
        told = ", ".join(str(np.datetime64(day, "D")) for day in found)
        return (f"{told} stands for no date",)

    def _number(self) -> Profile | None:
        decimal = reading.decimal_sign(self.found.values)
        recipe = NumberRecipe(self.name, decimal, missing=self.wish.missing)
        each, words = recipes.number_of_each(self.found, recipe)
        if not self._is_number(each, words):
            return self._no_number() if self.wish.kind is Kind.NUMBER else None
        recipe, words, notes = self._words_among(recipe, each, words)
        if recipe.texts:
            each = recipes.number_of_each(self.found, recipe)[0]
        values, counts = _tally(each, self.found.counts)
        texts = np.array([code for _, code in recipe.texts])
        if numbering := self._numbering(values, counts):
            return Profile(None, Fate.NUMBERING, (numbering,), len(values))
        plain = ~np.isin(values, texts)
        codes = self.wish.specials
        if codes is None:
            codes = find_specials(values[plain], counts[plain])
        if codes:
            told = ", ".join(
                f"{reading.plain_number(code)} ({_rows_of(code, values, counts):,} rows)"
                for code in dict.fromkeys(codes)
            )
            asked = "as asked" if self.wish.specials is not None else "they stand apart"
            notes = (*notes, f"codes, not amounts: {told}; {asked}")
        notes = (*self._number_notes(decimal, words), *notes)
        if len(values) == 0:
            return Profile(None, Fate.EMPTY, notes, 0)
        if len(values) == 1 and int(counts[0]) == self.rows:
            only = reading.plain_number(float(values[0]))
            return Profile(None, Fate.CONSTANT, (f"every cell is {only}",), 1)
        recipe = replace(recipe, specials=tuple(sorted({*codes, *texts.tolist()})))
        return Profile(recipe, Fate.USED, notes, len(values))

    def _is_number(self, each: Floats, words: Bools) -> bool:
        counts = self.found.counts
        numeric, other = ~np.isnan(each), words
        said = int(counts[numeric | other].sum())
        if self.wish.kind is Kind.NUMBER:
            return bool(numeric.any())
        if said == 0 or not numeric.any():
            return False
        led = reading.zero_led(self.found.values)
        if int(counts[led].sum()) > self.limits.zero_led_at_least * said:
            return False
        share = int(counts[numeric].sum()) / said
        if share >= self.limits.numbers_at_least:
            return True
        few = int(other.sum()) <= self.limits.few_words
        many = int(numeric.sum()) >= self.limits.many_numbers
        return share >= self.limits.numbers_among_words and few and many

    def _no_number(self) -> Profile:
        return Profile(None, Fate.UNREADABLE, ("numbers were asked for, but no cell is one",))

    def _words_among(
        self, recipe: NumberRecipe, each: Floats, words: Bools
    ) -> tuple[NumberRecipe, Bools, tuple[str, ...]]:
        """Give frequent words among numbers codes of their own; the others count as missing."""
        least = max(30, self.limits.word_of_its_own * self.rows)
        often = words & (self.found.counts >= least) & ~reading.is_infinite(self.found.values)
        if not often.any() or int(often.sum()) > self.limits.few_words:
            return recipe, words, ()
        common = reading.keys(self.found.values.filter(arrow.array(often)))
        code, texts = FIRST_TEXT_CODE, dict[str, float]()
        for word in common.to_pylist():
            while code in each:
                code -= 1
            if word not in texts:
                texts[word], code = code, code - 1
        joined = compute.is_in(reading.keys(self.found.values), value_set=arrow.array(list(texts)))
        often = words & np.array(joined.to_numpy(zero_copy_only=False))
        told = ", ".join(f"{word!r} as {stands:g}" for word, stands in texts.items())
        note = f"words among the numbers with a code of their own: {told}"
        return replace(recipe, texts=tuple(texts.items())), words & ~often, (note,)

    def _number_notes(self, decimal: str, words: Bools) -> tuple[str, ...]:
        notes = ["a comma begins the fraction"] if decimal == "," else []
        if words.any():
            told = ", ".join(
                f"{word!r} ({rows:,})" for word, rows in recipes.counted(self.found, words).items()
            )
            rows = int(self.found.counts[words].sum())
            notes.append(f"{rows:,} cells are no amounts and count as missing: {told}")
        return tuple(notes)

    def _numbering(self, values: Floats, counts: Counts) -> str:
        """Say why whole numbers that differ from row to row are a numbering, or nothing."""
        known = int(counts.sum())
        if self.wish.include or self.wish.kind is Kind.NUMBER or known < 20:
            return ""
        if len(values) == 0 or (values != np.floor(values)).any():
            return ""
        named = names_rows(self.name)
        if named and len(values) > 0.5 * known:
            again = f"; {known - len(values):,} cells repeat one" if len(values) < known else ""
            return f"its name and {len(values):,} distinct numbers{again}"
        dense = float(values[-1] - values[0]) < 1.5 * known
        if len(values) == known and (dense or float(values[0]) >= 1e9):
            return f"every row has another one of {len(values):,} whole numbers"
        return ""

    def _category(self) -> Profile:
        nothing = self._nothing()
        said = int(self.found.counts[~nothing].sum())
        distinct_share = int((~nothing).sum()) / max(said, 1)
        asked = self.wish.include or self.wish.kind is Kind.CATEGORY
        if said >= 20 and not asked and distinct_share >= self.limits.distinct_as_rows:
            spaced = reading.matches(self.found.values, r"\s\S+\s").mean() > 0.5
            fate = Fate.FREE_TEXT if spaced else Fate.NUMBERING
            return Profile(
                None, fate, ("almost every row has another text",), int((~nothing).sum())
            )
        if said >= 20 and not asked and distinct_share > self.limits.free_text:
            if reading.matches(self.found.values, r"^[+-]?\d{16,}(\.\d*)?$").mean() > 0.5:
                note = "numbers of more than 15 digits, too long for amounts"
                return Profile(None, Fate.NUMBERING, (note,), int((~nothing).sum()))
            note = f"{int((~nothing).sum()):,} distinct texts in {said:,} rows"
            return Profile(None, Fate.FREE_TEXT, (note,), int((~nothing).sum()))
        return self._labels(nothing, asked=asked)

    def _labels(self, nothing: Bools, *, asked: bool) -> Profile:
        joined = join_spellings(self.found, nothing)
        order = np.argsort(-joined.counts, kind="stable")
        often = order[joined.counts[order] >= self.limits.least_rows_a_label]
        kept = often[: self.limits.most_labels]
        pooled = joined.counts.sum() - joined.counts[kept].sum()
        if len(kept) == 0 or (
            pooled > self.limits.pooled_at_most * joined.counts.sum() and not asked
        ):
            note = f"{len(order):,} labels, and most rows have a rare one"
            return Profile(None, Fate.FREE_TEXT, (note,), len(order))
        notes = list(joined.notes)
        labels = tuple(joined.labels[int(place)] for place in kept)
        if pooled and recipes.POOLED not in labels:
            rare = len(order) - len(kept)
            notes.append(
                f"{rare:,} rare labels of {pooled:,} rows stand together as {recipes.POOLED}"
            )
            labels = (*labels, recipes.POOLED)
        recipe = CategoryRecipe(
            self.name, labels, pooled=recipes.POOLED in labels, missing=self.wish.missing
        )
        if len(order) == 1 and int(joined.counts[0]) == self.rows:
            return Profile(None, Fate.CONSTANT, (*notes, f"every cell is {labels[0]!r}"), 1)
        return Profile(recipe, Fate.USED, tuple(notes), len(order))


def _tally(each: Floats, counts: Counts) -> tuple[Floats, Counts]:
    """Return the distinct numbers, ascending, and in how many rows each stands."""
    known = ~np.isnan(each)
    values, places = np.unique(each[known], return_inverse=True)
    return values, np.bincount(places, weights=counts[known], minlength=len(values)).astype(
        np.int64
    )


def _rows_of(code: float, values: Floats, counts: Counts) -> int:
    return int(counts[values == code].sum())
