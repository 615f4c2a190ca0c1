"""The book as a table to learn from: what was known of each line on a day, and how the line ended after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.features import store as features
from whiteslip.decisioning.features.model import Feature, FeatureType
from whiteslip.decisioning.features.store import Columns
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import InvalidInput
from whiteslip.money.lines.model import RESTRICTED_LEVEL
from whiteslip.views.endings import Ending, follow, last_known_day

TARGET: Final = "is_bad"
ID, AS_OF = "id", "as_of"
_LATE, _LEVEL = "days_past_due", "restriction_level"

Tell: TypeAlias = Callable[[int, int], None]
Cells: TypeAlias = Any
"""A masked array, an array of days or a list of texts: what a table is written from."""


class DaySample(NamedTuple):
    """What one day gave: rows kept and bad, and lines left out as already so late, or not usable."""

    as_of: date
    rows: int
    bads: int
    late: int
    unusable: int


@dataclass(frozen=True, slots=True)
class BookSample:
    """A row a line and day; `columns` are `id`, `as_of`, features in the order asked, and `is_bad`.

    Whole numbers are whole, truths are 0 and 1, and what is missing is masked or None.
    """

    columns: Mapping[str, Cells]
    features: tuple[Feature, ...]
    ending: Ending
    days: tuple[DaySample, ...]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(day.rows for day in self.days)

    @property
    def bads(self) -> int:
        """How many of them ended badly."""
        return sum(day.bads for day in self.days)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person who learns from it should know."""
        return tuple(_notes(self))

    def as_json(self) -> dict[str, Any]:
        """Everything but the rows, in plain types."""
        return {
            "rows": self.rows,
            "bads": self.bads,
            "bad": self.ending._asdict(),
            "first_on": self.days[0].as_of.isoformat(),
            "last_on": self.days[-1].as_of.isoformat(),
            "days": [{**day._asdict(), "as_of": day.as_of.isoformat()} for day in self.days],
            "columns": list(self.columns),
            "notes": list(self.notes),
        }


class _Part(NamedTuple):
    """One day's rows: features as computed, and whether each ended badly."""

    found: Columns
    is_bad: NDArray[np.bool_]
    day: DaySample


def book_sample(
    db: Connection,
    as_of: Iterable[date],
    *,
    ending: Ending,
    names: Sequence[str] | None = None,
    open_only: bool = False,
    tell: Tell | None = None,
) -> BookSample:
    """Return every line as of each day with features (all, unless named) and its ending.

    Lines already as late as a bad end on their day are left out: nothing is left to foretell. So are,
    with `open_only`, those a restriction keeps from buying, in part or at all. A day whose endings are not all
    known yet is `InvalidInput`, and so is a book without a line on any of the days.
    """
    ending.check()
    days = sorted(set(as_of))
    _check_days(db, days, ending)
    wanted = features.declarations().select(names)
    asked = list(dict.fromkeys([*(each.name for each in wanted), _LATE, _LEVEL]))
    parts: list[_Part] = []
    for done, day in enumerate(days, 1):
        parts.append(_of_day(db, day, asked, ending=ending, open_only=open_only))
        if tell:
            tell(done, len(days))
    sample = BookSample(_columns(wanted, parts), wanted, ending, tuple(part.day for part in parts))
    if not sample.rows:
        listed = ", ".join(map(str, days))
        raise InvalidInput(f"there was no line to learn from on {listed}", where="as-of")
    return sample


def schema_of(sample: BookSample, *, file: str) -> str:
    """Write what is known of the columns as a schema that `model fit` takes; `file` is the table's name."""
    about = sample.ending
    head = (
        f"# What is known of the columns of {file}, for `whiteslip model fit --schema`.\n"
        f"# Bad: at least {about.days} days past due within {about.within_days} days.\n"
        f'target = "{TARGET}"\nbad = ["1"]\ngood = ["0"]\n'
    )
    blocks = [head, *(f"[columns.{name}]\nexclude = true\n" for name in (ID, AS_OF))]
    blocks += [f"[columns.{each.name}]\n{''.join(_wishes(each))}" for each in sample.features]
    return "\n".join(blocks)


def default_day(db: Connection, ending: Ending) -> date:
    """Return the last day whose endings are all known."""
    return last_known_day(db, ending.check())


def _check_days(db: Connection, days: Sequence[date], ending: Ending) -> None:
    if not days:
        raise InvalidInput("a sample needs a day as of which it is drawn", where="as-of")
    last = last_known_day(db, ending)
    if (young := days[-1]) > last:
        known_on = young + timedelta(days=ending.within_days)
        text = f"how lines ended within {ending.within_days} days of {young} is known on {known_on}"
        raise InvalidInput(f"{text}; the last day that will do now is {last}", where="as-of")


def _of_day(
    db: Connection, day: date, names: Sequence[str], *, ending: Ending, open_only: bool
) -> _Part:
    found = features.compute(db, None, as_of=day, features=names)
    is_late = found[_LATE] >= ending.days
    is_unusable = ~is_late & (found[_LEVEL] >= RESTRICTED_LEVEL)
    kept = ~(is_late | is_unusable) if open_only else ~is_late
    found = {name: values[kept] for name, values in found.items()}
    judged_on = np.full(int(kept.sum()), np.datetime64(day, "D"))
    keys = (found["customer_id"], found["line_id"])
    is_bad = follow(db, *keys, judged_on, ending=ending).is_bad
    unusable = int(is_unusable.sum()) if open_only else 0
    told = DaySample(day, len(is_bad), int(is_bad.sum()), int(is_late.sum()), unusable)
    return _Part(found, is_bad, told)


def _columns(wanted: Sequence[Feature], parts: Sequence[_Part]) -> dict[str, Cells]:
    ids = [
        f"{customer_id}/{line_id}/{part.day.as_of}"
        for part in parts
        for customer_id, line_id in zip(
            part.found["customer_id"].tolist(), part.found["line_id"].tolist(), strict=True
        )
    ]
    days = [np.full(part.day.rows, np.datetime64(part.day.as_of, "D")) for part in parts]
    cells = {
        each.name: _cells(each, np.concatenate([part.found[each.name] for part in parts]))
        for each in wanted
    }
    is_bad = np.concatenate([part.is_bad for part in parts]).astype(np.int8)
    return {ID: ids, AS_OF: np.concatenate(days), **cells, TARGET: is_bad}


def _cells(feature: Feature, values: NDArray[Any]) -> Cells:
    """Give values the type they are written in; a truth is 0 or 1, as models are served it."""
    if feature.type is FeatureType.TEXT:
        return values.tolist()
    numbers = values.astype(np.float64)  # None becomes NaN
    missing = np.isnan(numbers)
    if feature.type is FeatureType.RATIO:
        return np.ma.masked_array(numbers, mask=missing)
    return np.ma.masked_array(np.where(missing, 0.0, numbers).astype(np.int64), mask=missing)


def _wishes(feature: Feature) -> Iterator[str]:
    """Write what is known of a feature: no value is a code, and nothing in it was known only afterward."""
    yield "include = true\n"
    if feature.type is FeatureType.TEXT:
        yield 'kind = "category"\n'
    else:
        yield 'kind = "number"\nspecial = []\n'
        if feature.direction:
            yield f"direction = {feature.direction}\n"
    if feature.reason is not None:
        yield f'reason = "{feature.reason}"\n'


def _notes(sample: BookSample) -> Iterator[str]:
    within = sample.ending.within_days
    if any((later.as_of - day.as_of).days < within for day, later in pairwise(sample.days)):
        yield (
            f"days less than {within} days apart: one bad end may count for several of them, and"
            " cross-validated figures flatter"
        )
    elif len(sample.days) > 1:
        yield "a line may stand in several rows: cross-validated figures flatter a little"
    if late := sum(day.late for day in sample.days):
        yield f"{late:,} left out: already {sample.ending.days} days past due on their day"
    if unusable := sum(day.unusable for day in sample.days):
        yield f"{unusable:,} left out: restricted from buying on their day"
