"""Back-testing a draft: over the decisions a book took, or over every line as of a day, with what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec
import numpy as np

from whiteslip.decisioning.decisions.store import Recorded, read_recorded
from whiteslip.decisioning.features import store as features
from whiteslip.decisioning.features.model import FeatureType
from whiteslip.decisioning.habits.rules import SCORE_DAYS, SCORE_MODEL
from whiteslip.decisioning.models import store as models
from whiteslip.decisioning.models.model import Absence
from whiteslip.decisioning.rulebooks import rules, store
from whiteslip.decisioning.rulebooks.backtest import Backtest, Cases, Cell, Numbers, backtest
from whiteslip.decisioning.rulebooks.chunks import Column
from whiteslip.decisioning.rulebooks.model import BookKind, Input, InputType, RuleBook
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.verdict import Outcome
from whiteslip.views.endings import Days, Ending, Ids, follow, last_known_day

sql = Sql(__package__)

_AMOUNT = "principal_minor"
_NUMBERS = (InputType.INT, InputType.MONEY, InputType.RATIO)


@dataclass(frozen=True, slots=True)
class BacktestView:
    """What a back-test found, of what and against what; `warnings` say what the draft could not see."""

    draft: RuleBook
    against: str
    source: str
    first_on: date
    last_on: date
    ending: Ending
    found: Backtest
    warnings: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Everything, in plain types; amounts in minor units, rates as shares, None where nothing is mature."""
        found = self.found
        return {
            "draft": _title(self.draft),
            "against": self.against,
            "source": self.source,
            "first_on": self.first_on.isoformat(),
            "last_on": self.last_on.isoformat(),
            "bad": self.ending._asdict(),
            "warnings": list(self.warnings),
            "whole": _cell(found.whole),
            "moved": found.moved,
            "before": _by_outcome(found.before),
            "after": _by_outcome(found.after),
            "swap": {
                before.label: _by_outcome(row)
                for before, row in zip(Outcome, found.swap, strict=True)
            },
            "rules": [
                {
                    "rule": each.rule,
                    "outcome": each.outcome.label,
                    "fired": _cell(each.fired),
                    "unknown": _cell(each.unknown),
                    "alone_decisive": _cell(each.decisive),
                }
                for each in found.rules
            ],
            "thresholds": [
                {
                    "rule": each.rule,
                    "threshold": each.threshold,
                    "value": each.value,
                    "is_own": each.is_own,
                    "fired": _cell(each.fired),
                    "outcomes_changed": each.outcomes_changed,
                }
                for each in found.shifts
            ],
        }


@dataclass(slots=True)
class _Rows:
    """Judgments as columns: whose, when, for how much, and the facts seen."""

    customer_ids: Ids
    line_ids: Ids
    judged_on: Days
    amount_minor: Ids
    columns: dict[str, Column]
    warnings: list[str] = field(default_factory=list[str])


def of_decisions(
    db: Connection,
    draft: RuleBook,
    *,
    against: RuleBook | None,
    first_on: date,
    last_on: date,
    ending: Ending,
    sensitivity: bool = True,
) -> BacktestView:
    """Try a draft on the decisions its book took from `first_on` to `last_on`.

    It is held against another book judging the same facts, or, with None, against what was decided.
    """
    if draft.kind is BookKind.WATCH:
        text = f"of {draft.name} only those lines have decisions of which something changed"
        raise InvalidInput(f"{text}; try it on the panel: every line as of a day", where="book")
    recorded = read_recorded(db, draft.name, first_on=first_on, last_on=last_on)
    if not recorded:
        raise InvalidInput(f"the book {draft.name!r} decided nothing from {first_on} to {last_on}")
    inputs = _inputs(draft, against)
    columns, warnings = _recorded_columns(db, draft.name, recorded, inputs)
    customer_ids = np.array([row.customer_id for row in recorded], np.int64)
    asked = sql.columns(
        db,
        "find_asked",
        customer_ids=arrays.bigints(customer_ids),
        decision_ids=arrays.bigints([row.decision_id for row in recorded]),
    )
    judged_on = np.array([row.decided_on for row in recorded], "datetime64[D]")
    rows = _Rows(
        customer_ids, asked["line_ids"], judged_on, asked["amounts_minor"], columns, warnings
    )
    decided = np.array([row.outcome for row in recorded], np.uint8)
    before = decided if against is None else _judged(against, rows)
    found = backtest(draft, _cases(db, rows, ending), before=before, sensitivity=sensitivity)
    told = "what was decided" if against is None else _title(against)
    source = f"decisions of {draft.name}"
    days = sorted({row.decided_on for row in recorded})
    warnings = tuple(rows.warnings)
    return BacktestView(draft, told, source, days[0], days[-1], ending, found, warnings)


def of_panel(
    db: Connection,
    draft: RuleBook,
    *,
    against: RuleBook,
    as_of: date,
    ending: Ending,
    sensitivity: bool = True,
) -> BacktestView:
    """Try a draft on every line of the book as of a day; inputs are features and scores of the same names.

    A book that reads scores is `InvalidInput` for a day of which there is none.
    """
    inputs = _inputs(draft, against)
    known = features.declarations().facts
    wanted = [name for name, source in inputs.items() if _fits(known, source)]
    found = features.compute(db, None, as_of=as_of, features=[*wanted, _AMOUNT])
    count = len(found["customer_id"])
    if not count:
        raise InvalidInput(f"there was no line on {as_of}")
    rows = _Rows(
        found["customer_id"],
        found["line_id"],
        np.full(count, np.datetime64(as_of, "D")),
        np.nan_to_num(found[_AMOUNT]).astype(np.int64),
        {name: Column(found[name]) for name in wanted},
        [
            *(_missing(name, 0, count) for name in inputs if name not in wanted),
            *_unscored(db, found, as_of=as_of),
        ],
    )
    result = backtest(
        draft, _cases(db, rows, ending), before=_judged(against, rows), sensitivity=sensitivity
    )
    warnings = tuple(rows.warnings)
    source = f"{count:,} lines as of {as_of}"
    return BacktestView(draft, _title(against), source, as_of, as_of, ending, result, warnings)


def live(db: Connection, name: str) -> RuleBook:
    """Return the live version of a book."""
    return store.live(db, name)


def default_day(db: Connection, ending: Ending) -> date:
    """Return the last day whose judgments have all come to their end."""
    return last_known_day(db, ending)


def _cases(db: Connection, rows: _Rows, ending: Ending) -> Cases:
    """Look up what became of each line; say how many are too young to tell."""
    is_bad, is_mature = follow(db, rows.customer_ids, rows.line_ids, rows.judged_on, ending=ending)
    if not is_mature.all():
        young = int(len(is_mature) - is_mature.sum())
        rows.warnings.append(
            f"{young:,} of {len(is_mature):,} judgments are younger than {ending.within_days} days:"
            " they count, but not toward bad rates"
        )
    return Cases(rows.columns, rows.amount_minor, is_bad, is_mature)


def _unscored(db: Connection, found: features.Columns, *, as_of: date) -> list[str]:
    """Say how many lines have no score of those read; where a model is live and none has, nothing can be tried.

    Without a live model the book judges without scores as well, so that is what is tried.
    """
    read = [name for name in features.declarations().scores if name in found]
    if not read:
        return []
    count = len(found[read[0]])
    missing = int(np.isnan(found[read[0]]).sum())
    if missing == count:
        live_one = models.live_or_none(db, SCORE_MODEL)
        if live_one.fault and live_one.fault.absence is Absence.MISSING:
            return [f"{', '.join(read)}: {live_one.fault}, so it is MISSING everywhere"]
        cause = live_one.fault or f"no line was scored in the {SCORE_DAYS} days before {as_of}"
        raise InvalidInput(f"{', '.join(read)}: {cause}", where=read[0])
    return [f"{missing:,} of {count:,} lines had no score: it is MISSING there"] if missing else []


def _judged(book: RuleBook, rows: _Rows) -> Numbers:
    return rules.judge_columns(book, rows.columns, rows=len(rows.customer_ids)).outcome


def _inputs(draft: RuleBook, against: RuleBook | None) -> dict[str, Input]:
    """Join the inputs of both books; a name with two types would not be one fact."""
    inputs = {source.name: source for source in draft.inputs}
    for source in against.inputs if against else ():
        mine = inputs.setdefault(source.name, source)
        if mine.type is not source.type:
            text = f"input {source.name!r} is {mine.type} in the draft and {source.type} in the other book"
            raise InvalidInput(text, where=source.name)
    return inputs


def _recorded_columns(
    db: Connection, name: str, recorded: Sequence[Recorded], inputs: Mapping[str, Input]
) -> tuple[dict[str, Column], list[str]]:
    """Lay the facts of all versions out as columns; what a version did not record is missing there."""
    values: dict[str, list[Any]] = {each: [None] * len(recorded) for each in inputs}
    seen = dict.fromkeys(inputs, 0)
    for version in sorted({row.book_version for row in recorded}):
        places = [place for place, row in enumerate(recorded) if row.book_version == version]
        facts = _decoded(recorded[place].facts for place in places)
        known = store.version_of(db, name, version).inputs
        for source, column in zip(known, zip(*facts, strict=True), strict=True):
            if source.name in inputs and _same(source.type, inputs[source.name].type):
                seen[source.name] += len(places)
                held = values[source.name]
                for place, value in zip(places, column, strict=True):
                    held[place] = value
    columns = {each: _column(inputs[each].type, values[each]) for each in inputs if seen[each]}
    count = len(recorded)
    return columns, [_missing(each, seen[each], count) for each in inputs if seen[each] < count]


def _decoded(facts: Iterable[str]) -> list[list[Any]]:
    return msgspec.json.decode(f"[{','.join(facts)}]", type=list[list[Any]])


def _column(kind: InputType, values: list[Any]) -> Column:
    return Column(np.array(values, np.float64 if kind in _NUMBERS else object))


def _missing(name: str, seen: int, count: int) -> str:
    if not seen:
        return f"input {name!r} was never recorded: it is MISSING in every row"
    return f"input {name!r} was recorded in {seen:,} of {count:,} rows: it is MISSING in the others"


def _fits(known: Mapping[str, Any], source: Input) -> bool:
    feature = known.get(source.name)
    if feature is None:
        return False
    kind: FeatureType = feature.type
    return _same(InputType(kind.value), source.type)


def _same(recorded: InputType, wanted: InputType) -> bool:
    """Whether a fact of one type may be read as another: whole numbers as each other and as ratios."""
    if recorded is wanted or wanted is InputType.RATIO:
        return recorded is wanted or recorded.is_whole
    return recorded.is_whole and wanted.is_whole


def _cell(cell: Cell) -> dict[str, Any]:
    rate = None if cell.bad_rate is None else round(cell.bad_rate, 6)
    return {**cell._asdict(), "bad_rate": rate}


def _by_outcome(cells: Sequence[Cell]) -> dict[str, Any]:
    return {outcome.label: _cell(cell) for outcome, cell in zip(Outcome, cells, strict=True)}


def _title(book: RuleBook) -> str:
    return f"{book.name} {book.version}"
