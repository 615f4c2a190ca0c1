"""Record the environment: values of series that others publish, from a file or by hand, as they were learned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import InvalidInput
from whiteslip.risk.macro import rules, store
from whiteslip.risk.macro.model import Declared, NewValue, Value

__all__ = ["MacroReport", "NewValue", "import_macro", "record_macro"]

LONGEST_SOURCE = 120


class MacroReport(NamedTuple):
    """How many values were given, and which of them were news; a revision has a number above 1."""

    given: int
    news: tuple[Value, ...]

    @property
    def revisions(self) -> int:
        """How many of the news correct something that was known."""
        return sum(one.revision > 1 for one in self.news)


def record_macro(
    db: Connection,
    learned: Sequence[NewValue],
    *,
    source: str,
    by: str,
    at: datetime,
    chosen: Declared | None = None,
) -> MacroReport:
    """Keep what was learned, all or none; what is known already changes nothing, a correction is another revision."""
    on = business_day.today(db).current_on
    actor = actor_of(by)
    if not 1 <= len(source.strip()) <= LONGEST_SOURCE:
        raise InvalidInput(
            f"name the source in at most {LONGEST_SOURCE} characters", where="source"
        )
    for place, one in enumerate(learned, start=1):
        rules.check(one, chosen or store.declared(), on=on, where=f"value {place}")
    latest = store.find_latest(db, [(one.series, one.of_on) for one in learned])
    news = rules.news(learned, latest, source=source, actor=actor)
    store.insert_values(db, news, source=source, actor=actor, at=at)
    return MacroReport(len(learned), tuple(news))


def import_macro(db: Connection, text: str, *, file: str, by: str, at: datetime) -> MacroReport:
    """Import a CSV file of values; `InvalidInput` names the first row and column that is wrong, and nothing is kept."""
    on = business_day.today(db).current_on
    learned = rules.read_values(text, store.declared(), file=file, on=on)
    return record_macro(db, learned, source=file[-LONGEST_SOURCE:], by=by, at=at)
