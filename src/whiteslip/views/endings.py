"""How lines ended: whether each became so many days past due within so many days after a day of its own."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whiteslip.infra import arrays, business_day
from whiteslip.infra.database import Connection
from whiteslip.infra.planning import joining_sets
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import InvalidInput

sql = Sql(__package__)

Ids: TypeAlias = "NDArray[np.int64]"
Days: TypeAlias = "NDArray[np.datetime64]"


class Ending(NamedTuple):
    """What a bad end is: a line at least `days` past due on some day of the `within_days` after the judgment."""

    days: int = 30
    within_days: int = 90

    def check(self) -> Ending:
        """Refuse what cannot be; returns itself."""
        if self.days < 1 or self.within_days < 1:
            raise InvalidInput("an end is told by days past due and a span, both at least 1 day")
        return self


class Endings(NamedTuple):
    """Of each line, whether it ended badly, and whether enough time has passed to say that it did not."""

    is_bad: NDArray[np.bool_]
    is_mature: NDArray[np.bool_]


def follow(
    db: Connection, customer_ids: Ids, line_ids: Ids, judged_on: Days, *, ending: Ending
) -> Endings:
    """Look up what became of each line after its day; line 0 stands for any line of the customer."""
    ending.check()
    current_on = business_day.read(db).current_on
    with joining_sets(db):
        followed = sql.columns(
            db,
            "follow_lines",
            customer_ids=arrays.bigints(customer_ids),
            line_ids=arrays.bigints(line_ids),
            judged_on=arrays.dates(judged_on),
            days=ending.days,
            within_days=ending.within_days,
            current_on=current_on,
        )
    seen_until = judged_on + np.timedelta64(ending.within_days, "D")
    return Endings(followed["is_bad"], seen_until <= np.datetime64(current_on, "D"))


def last_known_day(db: Connection, ending: Ending) -> date:
    """Return the last day after which every line has come to its end."""
    return business_day.read(db).current_on - timedelta(days=ending.within_days)
